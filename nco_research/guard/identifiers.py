"""Refuse data that says who somebody is, before anything is done with it.

Looks at column names (`by_name`), at values (`by_value`) and at columns together (`combinations`). Errors name the
column, never a value. What is not seen is listed in `docs/reference/study-file.md`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nco_research.guard.by_name import by_name
from nco_research.guard.by_value import by_values
from nco_research.guard.combinations import combined
from nco_research.guard.values import Values
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A column that says who somebody is, and what it holds."""

    column: str
    what: str


def refuse_identifiers(frame: pd.DataFrame, *, source: str = "the data") -> None:
    """Do nothing, unless `frame` has direct identifiers, in a column or in its index.

    Pseudonyms (RINPERSOON, names that end in _crypt) are not direct identifiers and pass.

    Raises
    ------
    InputError
        Columns hold citizen service numbers, education numbers, names, addresses, full dates of birth and the like.
        Names the columns only.
    """
    found = tuple(identifiers(frame))
    if not found:
        return
    listed = "; ".join(f"{item.column!r} holds {item.what}" for item in found)
    others = "columns=[...] without " + ", ".join(repr(name) for name in dict.fromkeys(item.column for item in found))
    raise InputError(
        f"Direct identifiers in {source}: {listed}. Such data is not worked with.",
        remedy=f"{others}, and have the file replaced by one with pseudonyms",
    )


def identifiers(frame: pd.DataFrame) -> Iterator[Identifier]:
    """The columns of `frame`, and levels of its index, that identify people or schools directly, each once."""
    columns = [(str(name), Values(frame.iloc[:, position])) for position, name in enumerate(frame.columns)]
    columns += _index_of(frame)
    alone = tuple(_alone(columns))
    yield from alone
    # Of two columns with one name, the later is looked at here; both were looked at alone.
    yield from _together(dict(columns), besides={item.column for item in alone})


def identifying_columns(samples: "Mapping[str, pd.Series[Any]]") -> tuple[Identifier, ...]:
    """The columns that identify alone, of distinct values per column.

    Parameters
    ----------
    samples
        Per column, its distinct values, all or a random sample of some thousands. Not the first thousands: files are
        sorted.
    """
    return tuple(_alone((name, Values(column)) for name, column in samples.items()))


def identifying_combinations(names: Iterable[str], samples: "Mapping[str, pd.Series[Any]]") -> tuple[Identifier, ...]:
    """The columns among `names` that identify together with others of them.

    `samples` as for `identifying_columns`; it may have more columns than are asked for, and those do not count.
    """
    return tuple(_together({name: Values(samples[name]) for name in names}, besides=set()))


def _alone(columns: Iterable[tuple[str, Values]]) -> Iterator[Identifier]:
    found: set[str] = set()
    for name, values in columns:
        what = by_name(name, values) or by_values(values)
        if what and name not in found:
            found.add(name)
            yield Identifier(column=name, what=what)


def _together(columns: Mapping[str, Values], *, besides: set[str]) -> Iterator[Identifier]:
    found = set(besides)
    for name, what in combined(columns):
        if name not in found:
            found.add(name)
            yield Identifier(column=name, what=what)


def _index_of(frame: pd.DataFrame) -> list[tuple[str, Values]]:
    """Levels of the index as columns; a plain count of rows is none."""
    if isinstance(frame.index, pd.RangeIndex):
        return []
    levels = (frame.index.get_level_values(number) for number in range(frame.index.nlevels))
    return [
        (str(name or "index"), Values(pd.Series(level))) for name, level in zip(frame.index.names, levels, strict=True)
    ]
