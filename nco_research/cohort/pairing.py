"""What is matched on: the right way round, whole keys, and person numbers with their leading zeros.

A person number tells persons apart together with its kind (RINPERSOONS): a number of kind R and one of kind S can be
the same and belong to two persons.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nco_research.cohort.flow import Rounded
from nco_research.cohort.session import Session
from nco_research.keys import is_person_number, plain_key
from nco_research.sql import quoted
from output_checks.errors import InputError

_NINE = 9
_SHORT = "regexp_full_match(trim({}), '[0-9]{{1,8}}')"


@dataclass(frozen=True, kw_only=True)
class Half:
    """One side of a match."""

    query: str
    """A table, a view or a query in brackets."""
    types: Mapping[str, str]
    name: str
    """What an error calls it."""


def kind_column(number: str, columns: Iterable[str]) -> str | None:
    """The column that says of which kind a person number is: RINPERSOONSMa for RINPERSOONMa. None where none does."""
    if not is_person_number(number):
        return None
    wanted = re.sub("rinpersoon", "rinpersoons", plain_key(number), count=1)
    return next((name for name in columns if plain_key(name) == wanted != plain_key(number)), None)


def expect_direction(on: Mapping[str, str], cohort: Iterable[str] | None, source: Iterable[str], *, step: str) -> None:
    """Do nothing, unless the columns to match on are the wrong way round. `cohort` is None where not known.

    Raises
    ------
    InputError
        Says the right way round.
    """
    if cohort is None:
        return
    ours, theirs = set(cohort), set(source)
    if not set(on) <= ours and set(on.values()) <= ours and set(on) <= theirs:
        raise InputError(
            f"The columns that {step!r} matches on are the wrong way round: the cohort's own come first.",
            remedy=f"on={_written({right: left for left, right in on.items()})}",
        )


def expect_kind_matched(
    on: Mapping[str, str], taken: Mapping[str, str], cohort: Iterable[str] | None, source: Iterable[str], *, step: str
) -> None:
    """Do nothing, unless the kind of a person number that is matched on would be taken though the cohort has it.

    Raises
    ------
    InputError
        Says to match on both.
    """
    ours = list(cohort or ())
    folded = {name.casefold() for name in ours}
    for left, right in on.items():
        kind = kind_column(right, source)
        if kind is None or kind in on.values():
            continue
        if any(own == kind and new.casefold() in folded for new, own in taken.items()):
            raise InputError(
                f"{kind!r} is in the cohort and in the data of {step!r}: it tells persons apart together with "
                f"{right!r}.",
                remedy=f"match on both: on={_written({(kind_column(left, ours) or kind): kind, **on})}",
            )


def expect_whole_key(session: Session, side: Half, key: Iterable[str], *, step: str) -> None:
    """Do nothing, unless pupils are known by their number alone though they differ in its kind.

    Raises
    ------
    InputError
        Names both columns.
    """
    keys = list(key)
    for number in keys:
        kind = kind_column(number, side.types)
        if kind is not None and kind not in keys and len(_kinds(session, side, kind, number, step=step)) > 1:
            raise InputError(
                f"{number!r} is half a key in {side.name}, where rows differ in {kind!r}: one number can be that of "
                "two persons.",
                remedy=f"key={[kind, *keys]}",
            )


def compared(session: Session, side: Half, register: Half, on: Mapping[str, str], *, step: str) -> tuple[str, ...]:
    """What to say of the person numbers that are matched on; nothing, as a rule.

    Raises
    ------
    InputError
        They lost their leading zeros on one side, or are matched without their kind though it differs.
    """
    notes: list[str] = []
    for left, right in on.items():
        if not (is_person_number(left) or is_person_number(right)):
            continue
        if side.types.get(left) == register.types.get(right) == "VARCHAR":
            _expect_zeros(session, side, register, (left, right), step=step)
            _expect_zeros(session, register, side, (right, left), step=step)
        notes += _half(session, side, register, on, (left, right), step=step)
    return tuple(notes)


def _expect_zeros(session: Session, one: Half, other: Half, names: tuple[str, str], *, step: str) -> None:
    """Short numbers on one side are refused where the other has whole ones only, or has them with their zeros."""
    own, others = map(quoted, names)
    # Nearly all numbers have nine characters, which is seen sooner than what they are.
    unusual = f"strlen({own}) <> {_NINE} OR starts_with({own}, ' ') OR ends_with({own}, ' ')"
    count = f"SELECT count(*) FROM {one.query} WHERE ({unusual}) AND {_SHORT.format(own)}"
    short = session.number(count, step=step)
    if not short:
        return
    theirs, whole = session.numbers(
        f"SELECT count(*) FILTER ({_SHORT.format(others)}), count(*) FILTER (length(trim({others})) = {_NINE}) "
        f"FROM {other.query}",
        step=step,
    )
    padded = f"lpad(trim(a.{own}), {_NINE}, '0') = trim(b.{others})"
    if whole and (
        not theirs
        or session.number(
            f"SELECT count(*) FROM {one.query} a SEMI JOIN {other.query} b ON {padded} "
            f"WHERE {_SHORT.format('a.' + own)}",
            step=step,
        )
    ):
        raise InputError(
            f"{Rounded.of(short)} person numbers ({names[0]}) in {one.name} have fewer than nine characters: they lost "
            f"their leading zeros, and would match nobody or somebody else in {other.name}.",
            remedy=f"read that column as text, with open_microdata or dtype=str; or .str.zfill({_NINE})",
        )


def _half(
    session: Session, side: Half, register: Half, on: Mapping[str, str], pair: tuple[str, str], *, step: str
) -> list[str]:
    """Kinds that are not matched on must all be the same, as far as they are known."""
    left, right = pair
    ours, theirs = kind_column(left, side.types), kind_column(right, register.types)
    if theirs in on.values() or ours in on:
        return []
    of_ours = _kinds(session, side, ours, left, step=step) if ours else frozenset()
    of_theirs = _kinds(session, register, theirs, right, step=step) if theirs else frozenset()
    if theirs and len(of_ours | of_theirs) > 1:
        both = _written({(ours or theirs): theirs, **on})
        raise InputError(
            f"{right!r} is half a key in {register.name}: rows differ in {theirs!r}, and one number can be that of two "
            "persons.",
            remedy=f"match on both: on={both}" + ("" if ours else f", where the pupils have {theirs!r} too"),
        )
    if len(of_ours) > 1:
        return [f"{ours} differs between pupils and was not compared, so that one number may be that of two persons"]
    return []


def _kinds(session: Session, side: Half, kind: str, number: str, *, step: str) -> frozenset[str]:
    """The kinds that occur, of rows with a number; at most a few are looked at."""
    query = (
        f"SELECT DISTINCT coalesce(CAST({quoted(kind)} AS VARCHAR), '') AS k FROM {side.query} "
        f"WHERE {quoted(number)} IS NOT NULL LIMIT 3"
    )
    return frozenset(session.arrow(query, step=step).column("k").to_pylist())


def _written(on: Mapping[str, str]) -> str:
    """As it would be passed."""
    if all(left == right for left, right in on.items()):
        return str(list(on))
    return str(dict(on))
