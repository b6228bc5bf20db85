"""From spells to a value on a reference date: who lived where, was enrolled where, on the first of October.

A spell has a first and a last day, both included; one without a last day has not ended. Whoever has several spells on a
date is a question that only the researcher can answer: it is refused, unless it is said which spell counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from nco_research.sql import quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

DATE = "date"
_SPELLS, _DATES = "nco_spells", "nco_dates"


class Several(Enum):
    """What to do where several spells with different values hold on one date."""

    REFUSE = "refuse"
    LATEST_START = "latest start"
    """The spell that began last; of spells that began on one day, the one that ends last, then the lowest value."""


@dataclass(frozen=True, kw_only=True)
class AtDate:
    """Values on a date, and what was met on the way."""

    relation: "duckdb.DuckDBPyRelation"
    """One row per key and date that a spell holds on: the key, `date`, and the columns asked for."""
    upside_down: int
    """Spells that end before they begin; they count for nothing."""
    chosen: int
    """Keys and dates for which one of several spells was taken."""


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
) -> AtDate:
    """The values of `columns` on given dates.

    Parameters
    ----------
    spells
        The columns `key`, `start`, `end` (dates; a missing end is open) and `columns`. A spell without a start or
        without a whole key counts for nothing.
    dates
        The columns `key` and `date`, each pair once: for whom, and when.
    several
        What to do where spells with different values overlap. The same values twice are one.

    Raises
    ------
    InputError
        Several spells with different values hold on one date, and it was not said which counts. Tells how many.
    """
    keys = ", ".join(map(quoted, key))
    values = ", ".join(map(quoted, columns))
    first, last = quoted(start), quoted(end)
    connection.execute(f"DROP TABLE IF EXISTS {_SPELLS}; DROP TABLE IF EXISTS {_DATES}")
    spells.project(f"{keys}, {first}, {last}, {values}").create(_SPELLS)
    dates.project(f"{keys}, {quoted(DATE)}").create(_DATES)
    on = " AND ".join(f"spell.{quoted(name)} = asked.{quoted(name)}" for name in key)
    whose = ", ".join(f"asked.{quoted(name)}" for name in key)
    whats = ", ".join(f"spell.{quoted(name)}" for name in columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE nco_held AS SELECT {whose}, asked.{quoted(DATE)}, {whats}, "
        f"max(spell.{first}) AS nco_first, max(coalesce(spell.{last}, DATE '9999-12-31')) AS nco_last "
        f"FROM {_DATES} AS asked JOIN {_SPELLS} AS spell ON {on} "
        f"AND spell.{first} <= asked.{quoted(DATE)} "
        f"AND (spell.{last} IS NULL OR spell.{last} >= asked.{quoted(DATE)}) GROUP BY ALL"
    )
    together = f"SELECT {keys}, {quoted(DATE)} FROM nco_held GROUP BY ALL HAVING count(*) > 1"
    many = _number(connection, f"SELECT count(*) FROM ({together})")
    if many and several is Several.REFUSE:
        raise InputError(
            f"{many:,} keys have several spells with different values on one date.",
            remedy='several="latest start" to take the one that began last, or fewer columns',
        )
    order = f"nco_first DESC, nco_last DESC, {values}"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE nco_at AS SELECT {keys}, {quoted(DATE)}, {values} FROM nco_held "
        f"QUALIFY row_number() OVER (PARTITION BY {keys}, {quoted(DATE)} ORDER BY {order}) = 1 "
        f"ORDER BY {keys}, {quoted(DATE)}"
    )
    upside_down = _number(connection, f"SELECT count(*) FROM {_SPELLS} WHERE {last} < {first}")
    return AtDate(relation=connection.table("nco_at"), upside_down=upside_down, chosen=many)


def _number(connection: "duckdb.DuckDBPyConnection", query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
