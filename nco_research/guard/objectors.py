"""Remove from a frame of text the records of those who objected, and their numbers from the records of others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nco_research.guard.objections import KIND, NUMBER, Objections, mended, rounded
from nco_research.keys import is_person_number, plain_key
from output_checks.errors import InputError

_KIND, _NUMBER = KIND.casefold(), NUMBER.casefold()
_OWN = {_NUMBER, _KIND, "rin", "rinnr", "rinnummer"}
_READABLE = r"[0-9A-Za-z]{9}"
_WITH_KIND = r"[A-Za-z][0-9A-Za-z]{9}"
_NOBODY = r"[-0.]*"


@dataclass(frozen=True, kw_only=True)
class PersonColumn:
    """A column of person numbers."""

    number: str
    kind: str | None = None
    """The column with the kind of each number, where there is one."""
    own: bool = True
    """Whether the records are about these persons, and not about their children."""
    named: bool = True
    """Whether it is called after person numbers, so that nothing else may be in it."""


def person_columns(names: Sequence[str], *, keys: Sequence[str] = ()) -> Iterator[PersonColumn]:
    """The columns that hold person numbers (RINPERSOON however it is written, and its like), or may: the keys."""
    plain = {name: plain_key(name) for name in names}
    kinds = {
        folded: name
        for name, folded in plain.items()
        if folded.startswith(_KIND) and _NUMBER + folded.removeprefix(_KIND) in plain.values()
    }
    for name, folded in plain.items():
        if name in kinds.values():
            continue
        if folded in _OWN or is_person_number(name):
            kind = kinds.get(_KIND + folded.removeprefix(_NUMBER))
            yield PersonColumn(number=name, kind=kind, own=folded in _OWN)
        elif name in keys:
            yield PersonColumn(number=name, named=False)


def without_objectors(
    frame: pd.DataFrame, objections: Objections, *, keys: Sequence[str] = (), source: str
) -> tuple[pd.DataFrame, int]:
    """The frame without the records of those who objected, and how many records that were.

    Parameters
    ----------
    frame
        Columns of text, missing where empty.
    objections
        The list, with the numbers that a bridge adds.
    keys
        Columns that may hold person numbers under a name of their own.
    source
        What the frame is, for errors.

    Notes
    -----
    Where a kind is not one letter the number decides. In somebody else's record their number becomes missing.

    Raises
    ------
    InputError
        A column is called after person numbers and holds something else: nobody could be found in it.
    """
    gone = pd.Series(data=False, index=frame.index)
    kept = frame.copy()
    for column in person_columns([str(name) for name in frame.columns], keys=keys):
        numbers = pd.Series(mended(frame[column.number].fillna("")), index=frame.index, dtype=object)
        if column.own and column.named:
            _expect_readable(numbers, column.number, source=source)
        found = _listed(numbers, frame[column.kind] if column.kind else None, objections)
        if column.own:
            gone |= found
        else:
            kept[column.number] = kept[column.number].mask(found)
    return kept[~gone].reset_index(drop=True), int(gone.sum())


def _listed(numbers: "pd.Series[Any]", kinds: "pd.Series[Any] | None", objections: Objections) -> "pd.Series[bool]":
    both = numbers.str.fullmatch(_WITH_KIND)
    letters = numbers.str[0].where(both, "") if kinds is None else kinds.fillna("").astype(object).str.strip()
    letters = letters.str.upper()
    alone = numbers.where(~both, numbers.str[1:])
    by_number = alone.isin({number for _, number in objections.persons})
    by_key = (letters + alone).isin({kind + number for kind, number in objections.persons})
    return by_key.where(letters.str.fullmatch(r"[A-Z]"), by_number)


def _expect_readable(numbers: "pd.Series[Any]", name: str, *, source: str) -> None:
    readable = numbers.str.fullmatch(f"{_READABLE}|{_WITH_KIND}|{_NOBODY}")
    if not readable.all():
        raise InputError(
            f"The study has a list of objections, and {name!r} of {source} holds values that are no person numbers "
            f"({rounded(int((~readable).sum()))}): whoever they are could not be found on it.",
            remedy="person numbers of nine characters, with their kind in RINPERSOONS; or another name for that column",
        )
