"""From spells to a value on a reference date: who lived where, was enrolled where, on the first of October.

A spell has a first and a last day, both included; one without a last day has not ended. Whoever has several spells on a
date is a question that only the researcher can answer: it is refused, unless it is said which spell counts.
"""

import itertools
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from nco_research.columns import closest
from nco_research.guard.objections import rounded
from nco_research.sql import quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

DATE = "date"
_FAR = "DATE '9999-12-31'"
_TEMPORAL = ("DATE", "TIMESTAMP")
_ID, _FIRST, _LAST = "nco_id", "nco_first", "nco_last"
_numbers = itertools.count(1)


class Several(Enum):
    """What to do where several spells with different values hold on one date."""

    REFUSE = "refuse"
    LATEST_START = "latest start"
    """The spell that began last; of spells that began on one day, the one that ends last, then the lowest value."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AtDate:
    """Values on a date, and what was met on the way."""

    relation: "duckdb.DuckDBPyRelation"
    """One row per row of `dates` that a spell holds on: its columns, then those asked for."""
    table: str
    """The temporary table behind it; drop it when it is not needed any more."""
    found: int
    """Rows of `dates` that a spell holds on."""
    chosen: int
    """Rows of `dates` for which one of several spells was taken."""
    upside_down: int
    """Spells that end before they begin, in the whole register; they count for nothing."""
    undated: int
    """Spells without a first day; they count for nothing either."""


def at_date(
    connection: "duckdb.DuckDBPyConnection",
    spells: "duckdb.DuckDBPyRelation",
    *,
    key: Sequence[str],
    start: str,
    end: str,
    dates: "duckdb.DuckDBPyRelation",
    columns: Sequence[str],
    several: Several = Several.REFUSE,
    date: str = DATE,
    ids: Sequence[str] = (),
    source: str = "the spells",
) -> AtDate:
    """The values of `columns` on given dates.

    Parameters
    ----------
    connection
        The connection that both relations belong to.
    spells
        The columns `key`, `start`, `end` (of times the day counts; a missing end is open) and `columns`.
    dates
        The columns `key` and `date`: for whom, and when. Other columns come along; rows need not differ.
    several
        What to do where spells with different values overlap. The same values twice are one.
    date
        The column of `dates` with the date.
    ids
        Columns of `dates` that tell its rows apart. Then only they come along, and millions of rows take less time.
    source
        How messages name the spells.

    Raises
    ------
    InputError
        Several spells with different values hold on one date, and it was not said which counts: tells how many. Or a
        column is absent, not a date, a key of another type, or on both sides.
    """
    _expect_columns(
        spells, dates, key=key, start=start, end=end, date=date, columns=columns, carried=ids or None, source=source
    )
    first, last = f"CAST(s.{quoted(start)} AS DATE)", f"CAST(s.{quoted(end)} AS DATE)"
    with _Names(connection) as names:
        spells_view, asked, own = names.view(spells), names.view(dates), [*map(quoted, ids)]
        if not ids:
            asked, own = names.table(f"SELECT row_number() OVER () AS {_ID}, d.* FROM {asked} d"), [_ID]
        on = [f"d.{quoted(name)} = s.{quoted(name)}" for name in key]
        day = f"CAST(d.{quoted(date)} AS DATE)"
        on += [f"{first} <= {day}", f"coalesce({last}, {_FAR}) >= {day}"]
        values = [f"s.{quoted(name)} AS {_value(place)}" for place, name in enumerate(columns)]
        taken = [*(f"d.{name}" for name in own), f"{first} AS {_FIRST}", f"coalesce({last}, {_FAR}) AS {_LAST}"]
        held = names.table(
            f"SELECT {', '.join([*taken, *values])} FROM {asked} d JOIN {spells_view} s ON {' AND '.join(on)}"
        )
        held, found, chosen = _one_each(names, held, own, len(columns), several=several)
        upside_down, undated = names.counts(
            f"SELECT count(*) FILTER (WHERE {first} > {last}), count(*) FILTER (WHERE {first} IS NULL) "
            f"FROM {spells_view} s"
        )
        given = [f"h.{_value(place)} AS {quoted(name)}" for place, name in enumerate(columns)]
        table = names.result(
            f"SELECT {', '.join([*own, *given])} FROM {held} h"
            if ids
            else f"SELECT {', '.join([f'd.* EXCLUDE ({_ID})', *given])} FROM {asked} d JOIN {held} h USING ({_ID})"
        )
    return AtDate(
        relation=connection.table(table),
        table=table,
        found=found,
        chosen=chosen,
        upside_down=upside_down,
        undated=undated,
    )


def _one_each(
    names: "_Names", held: str, own: Sequence[str], n_columns: int, *, several: Several
) -> tuple[str, int, int]:
    """One row per date out of those that hold on it; how many dates, and for how many of them values differed."""
    ids, values = ", ".join(own), "".join(f", {_value(place)}" for place in range(n_columns))
    rows, found = names.counts(
        f"SELECT (SELECT count(*) FROM {held}), (SELECT count(*) FROM (SELECT {ids} FROM {held} GROUP BY {ids}))"
    )
    if rows == found:
        return held, found, 0
    doubled = names.table(f"SELECT {ids} FROM {held} GROUP BY {ids} HAVING count(*) > 1")
    unlike = names.table(f"SELECT h.* FROM {held} h SEMI JOIN {doubled} USING ({ids})")
    differing = f"SELECT {ids} FROM (SELECT DISTINCT {ids}{values} FROM {unlike}) GROUP BY {ids} HAVING count(*) > 1"
    (chosen,) = names.counts(f"SELECT count(*) FROM ({differing})")
    if chosen and several is Several.REFUSE:
        raise InputError(
            f"{rounded(chosen).capitalize()} keys have several spells with different values on one date.",
            remedy='several="latest start" to take the one that began last, or fewer columns',
        )
    one = names.table(
        f"SELECT {ids}{values} FROM {held} ANTI JOIN {doubled} USING ({ids}) "
        f"UNION ALL SELECT {ids}{values} FROM {unlike} "
        f"QUALIFY row_number() OVER (PARTITION BY {ids} ORDER BY {_FIRST} DESC, {_LAST} DESC{values}) = 1"
    )
    return one, found, chosen


def _expect_columns(
    spells: "duckdb.DuckDBPyRelation",
    dates: "duckdb.DuckDBPyRelation",
    *,
    key: Sequence[str],
    start: str,
    end: str,
    date: str,
    columns: Sequence[str],
    carried: Sequence[str] | None,
    source: str,
) -> None:
    """Do nothing, unless a column is absent or of the wrong kind: then an InputError names it."""
    held = dict(zip(spells.columns, map(str, spells.types), strict=True))
    asked = dict(zip(dates.columns, map(str, dates.types), strict=True))
    for types, names, what in (
        (held, [*key, start, end, *columns], source),
        (asked, [*key, date, *(carried or ())], "the dates"),
    ):
        for name in names:
            if name not in types:
                raise InputError(f"There is no column {name!r} in {what}.", remedy=closest(name, list(types)))
    for types, name, what in ((held, start, source), (held, end, source), (asked, date, "the dates")):
        if not types[name].startswith(_TEMPORAL):
            raise InputError(f"{name!r} of {what} is not a date.", remedy="a column of dates, as open_microdata gives")
    for name in key:
        if (held[name] == "VARCHAR") != (asked[name] == "VARCHAR"):
            raise InputError(
                f"{name!r} is text on one side of {source} and a number on the other.",
                remedy="read keys as text, with open_microdata or dtype=str",
            )
    both = [name for name in columns if name.casefold() in {item.casefold() for item in carried or asked}]
    if both:
        raise InputError(f"{both[0]!r} is in the dates already and in {source} too.", remedy="rename it on one side")


def _value(place: int) -> str:
    return f"nco_value_{place}"


class _Names:
    """Temporary tables and views of one call, which it leaves behind none of but its result."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection") -> None:
        self._connection = connection
        self._leaving = ExitStack()

    def __enter__(self) -> "_Names":
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.close()

    def view(self, relation: "duckdb.DuckDBPyRelation") -> str:
        name = f"nco_spells_{next(_numbers)}"
        relation.create_view(name)
        self._leaving.callback(self._run, f"DROP VIEW IF EXISTS {name}")
        return name

    def table(self, query: str) -> str:
        name = self.result(query)
        self._leaving.callback(self._run, f"DROP TABLE IF EXISTS {name}")
        return name

    def result(self, query: str) -> str:
        name = f"nco_spells_{next(_numbers)}"
        self._run(f"CREATE TEMP TABLE {name} AS {query}")
        return name

    def counts(self, query: str) -> tuple[int, ...]:
        (row,) = self._connection.execute(query).fetchall()
        return tuple(int(value or 0) for value in row)

    def _run(self, query: str) -> None:
        self._connection.execute(query).fetchall()
