"""What a reference date costs: millions of spells and pupils, beside the same join in bare DuckDB."""

# ruff: noqa: S608 - our own names

from pathlib import Path

import duckdb

from benchmarks.setting import records, working_folder
from benchmarks.timing import expect_same, ratios
from nco_research.microdata.spells import at_date
from nco_research.sql import connect, literal

SPELLS = records(10_000_000)
"""Four per person; one pupil per five spells, so that four in five persons are pupils."""
_PUPILS = SPELLS // 5
_KEY = ["RINPERSOONS", "RINPERSOON"]
_RANGE = "DuckDB: join on key and range of days, nothing checked"
_ASOF = "DuckDB: ASOF join, nothing checked"
_OURS = "at_date: several spells on one day refused, unusable spells counted"


def run() -> str:
    """Where pupils lived on a day that differs by pupil; one in eight had no address then."""
    with working_folder() as folder:
        spells, dates = folder / f"spells-{SPELLS}.parquet", folder / f"dates-{SPELLS}.parquet"
        if not dates.exists():
            _make(spells, dates)
        with connect() as connection:
            connection.execute("SET preserve_insertion_order = false")
            connection.execute(f"CREATE TEMP TABLE dates AS FROM read_parquet({literal(dates)})")
            return _measured(connection, f"read_parquet({literal(spells)})")


def _measured(connection: duckdb.DuckDBPyConnection, spells: str) -> str:
    on = " AND ".join(f"d.{name} = s.{name}" for name in _KEY)
    holds = "coalesce(s.last_day, DATE '9999-12-31') >= d.date"
    queries = {
        _RANGE: f"FROM dates d JOIN {spells} s ON {on} AND s.first_day <= d.date AND {holds}",
        _ASOF: f"FROM dates d ASOF JOIN {spells} s ON {on} AND d.date >= s.first_day WHERE {holds}",
    }
    calls = {
        name: lambda query=query: _table(connection, f"SELECT d.id, s.municipality {query}")
        for name, query in queries.items()
    }
    calls[_OURS] = lambda: _ours(connection, spells)
    expect_same({name: call() for name, call in calls.items()})
    title = f"Values on a date: {SPELLS:,} spells, {_PUPILS:,} pupils"
    return ratios(calls, floor=_RANGE, title=title)


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> list[object]:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE found AS {query}")
    return _answer(connection, "found")


def _ours(connection: duckdb.DuckDBPyConnection, spells: str) -> list[object]:
    found = at_date(
        connection,
        connection.sql(f"FROM {spells}"),
        key=_KEY,
        start="first_day",
        end="last_day",
        dates=connection.sql("FROM dates"),
        columns=["municipality"],
        ids=["id"],
    )
    answer = _answer(connection, found.table)
    connection.execute(f"DROP TABLE {found.table}")
    return answer


def _answer(connection: duckdb.DuckDBPyConnection, table: str) -> list[object]:
    """Records, and a sum that is right only where each pupil got its own municipality; a tenth of a second."""
    row = connection.sql(f"SELECT count(*), sum(id * CAST(municipality AS BIGINT)) FROM {table}").fetchall()[0]
    return [int(value) for value in row]


def _make(spells: Path, dates: Path) -> None:
    """Four spells per person of 500 days each, 200 days between the second and the third, the last without an end."""
    person = "lpad(({} * 387420489 % 999999937)::VARCHAR, 9, '0')"
    first = "DATE '2010-01-01' + (500 * place + 200 * (place >= 2)::INTEGER)::INTEGER"
    with connect() as connection:
        connection.execute(
            f"COPY (SELECT 'R' AS RINPERSOONS, {person.format('person')} AS RINPERSOON, {first} AS first_day, "
            f"CASE WHEN place < 3 THEN {first} + 499 END AS last_day, "
            f"lpad((hash(person, place) % 344)::VARCHAR, 4, '0') AS municipality "
            f"FROM (SELECT range % {SPELLS // 4} AS person, range // {SPELLS // 4} AS place FROM range({SPELLS}))) "
            f"TO {literal(spells)} (FORMAT parquet, COMPRESSION zstd)"
        )
        connection.execute(
            f"COPY (SELECT range AS id, 'R' AS RINPERSOONS, {person.format('range')} AS RINPERSOON, "
            f"DATE '2010-01-01' + (hash(range) % 1600)::INTEGER AS date FROM range({_PUPILS})) "
            f"TO {literal(dates)} (FORMAT parquet, COMPRESSION zstd)"
        )
