"""What linking costs: two registers on the two columns of the person key, beside bare DuckDB and pandas.

Each way runs in a process of its own, so that the most memory it had is its own: `python -m benchmarks.linking`.
"""

# ruff: noqa: S608 - our own names

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from benchmarks.setting import in_a_process, most_memory, records, working_folder
from benchmarks.timing import expect_same, table
from nco_research import Cohort, Microdata, open_microdata
from nco_research.sql import connect, literal, quoted

RECORDS = records(10_000_000)
"""Of each of the two registers; 19 in 20 are in both."""
_LIMIT = "4GB"
_KEY = ["RINPERSOONS", "RINPERSOON"]
_PUPILS, _PERSONS = "BENCHPUPILTAB", "BENCHPERSONTAB"
_TAKEN = {_PUPILS: ["SCORE"], _PERSONS: ["INKOMEN", "GEMEENTE"]}
_VALUES = {
    _PUPILS: "hash(range) % 1000 AS SCORE",
    _PERSONS: "hash(range) % 3000 AS INKOMEN, 'G' || hash(range + 1) % 344 AS GEMEENTE",
}
_BARE = "DuckDB: one join into a table, nothing checked"
_CHECKED = "DuckDB: the join, and both keys counted for doubles"
_LINK = "Cohort.link, after Cohort.starting: no pupil doubled, lost ones counted"
_WHOLE = "Cohort.starting and link: keys known and unique, pupils in order"
_MERGED = "pandas: merge of frames in memory, nothing checked"
_READ = "pandas: read Parquet and merge"
_VALIDATED = "pandas: merge of frames in memory with validate"


def run(repeats: int = 3) -> str:
    """From Parquet to a linked table; DuckDB within 4 GB, pandas with all memory there is."""
    with working_folder() as folder:
        data = folder / f"linking-{RECORDS}"
        if not data.exists():
            in_a_process("benchmarks.linking", way="make", folder=data)
        seconds: dict[str, list[float]] = {}
        peaks: dict[str, float | None] = {}
        answers = {}
        for _ in range(repeats):
            for way in _WAYS:
                told = in_a_process("benchmarks.linking", way=way, folder=data)
                answers[way] = told["answer"]
                for name, taken in told["seconds"].items():
                    seconds.setdefault(name, []).append(taken)
                    peaks[name] = max(told["peak"], peaks.get(name) or 0.0) if told["peak"] is not None else None
        expect_same(answers)
    return table(
        {name: statistics.median(taken) for name, taken in seconds.items()},
        floor=_BARE,
        peaks=peaks,
        title=f"Linking {RECORDS:,} by {RECORDS:,} records on two columns, DuckDB and cohort within {_LIMIT}",
    )


def _bare(folder: Path, *, checked: bool) -> dict[str, Any]:
    pupils, persons = (f"read_parquet([{_listed(folder, component)}])" for component in (_PUPILS, _PERSONS))
    keys, taken = ", ".join(_KEY), ", ".join([*_TAKEN[_PUPILS], *_TAKEN[_PERSONS]])
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        start = time.perf_counter()
        connection.execute(
            f"CREATE TEMP TABLE linked AS SELECT {keys}, {taken} FROM {pupils} a JOIN {persons} b USING ({keys})"
        )
        for source in (pupils, persons) if checked else ():
            connection.execute(
                f"SELECT count(*) FROM (SELECT {keys} FROM {source} GROUP BY {keys} HAVING count(*) > 1)"
            ).fetchall()
        seconds = time.perf_counter() - start
        return {"seconds": {_CHECKED if checked else _BARE: seconds}, "answer": _answer(connection, "linked")}


def _cohort(folder: Path) -> dict[str, Any]:
    pupils, persons = _opened(folder, _PUPILS), _opened(folder, _PERSONS)
    start = time.perf_counter()
    cohort = Cohort.starting("in school", pupils, key=_KEY, columns=_TAKEN[_PUPILS])
    len(cohort)  # a step runs when it is asked for
    started = time.perf_counter()
    cohort = cohort.link("known as persons", persons, on=_KEY)
    len(cohort)
    done = time.perf_counter()
    node = cohort._node  # the frame would take memory of its own
    answer = _answer(node.session.connection, node.state.pupils)
    return {"seconds": {_LINK: done - started, _WHOLE: done - start}, "answer": answer}


def _pandas(folder: Path, *, validate: bool) -> dict[str, Any]:
    start = time.perf_counter()
    pupils, persons = (
        pd.concat(
            [pd.read_parquet(part, columns=[*_KEY, *_TAKEN[component]]) for part in _parts(folder, component)],
            ignore_index=True,
        )
        for component in (_PUPILS, _PERSONS)
    )
    read = time.perf_counter()
    merged = pupils.merge(persons, on=_KEY, validate="one_to_one" if validate else None)
    done = time.perf_counter()
    seconds = {_VALIDATED: done - read} if validate else {_MERGED: done - read, _READ: done - start}
    with duckdb.connect() as connection:
        connection.register("merged", merged)
        return {"seconds": seconds, "answer": _answer(connection, "merged")}


_WAYS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "bare": lambda folder: _bare(folder, checked=False),
    "checked": lambda folder: _bare(folder, checked=True),
    "cohort": _cohort,
    "pandas": lambda folder: _pandas(folder, validate=False),
    "validated": lambda folder: _pandas(folder, validate=True),
}


def _answer(connection: duckdb.DuckDBPyConnection, linked: str) -> list[object]:
    """Records, and sums of whole numbers that are right only where the same rows were put beside one another."""
    sums = "sum(CAST(RINPERSOON AS BIGINT) * CAST(INKOMEN AS BIGINT)), sum(CAST(SCORE * INKOMEN AS BIGINT))"
    query = f"SELECT count(*), {sums}, count(DISTINCT GEMEENTE) FROM {quoted(linked)}"
    return [int(value) for value in connection.sql(query).fetchall()[0]]


def _make(folder: Path) -> dict[str, Any]:
    """Invented registers, opened once: what is timed begins with what `open_microdata` has converted and guarded."""
    for component, first, rows in (
        (_PUPILS, 0, "range"),
        (_PERSONS, RECORDS // 20, f"{RECORDS} - 1 - range"),  # in another order
    ):
        path = folder / "data" / component / f"{component}2014V1.parquet"
        path.parent.mkdir(parents=True)
        # Multiplied modulo a prime, so that each number occurs once and in no order.
        person = f"lpad(((({rows}) + {first}) * 387420489 % 999999937)::VARCHAR, 9, '0')"
        with connect() as connection:
            connection.execute(
                f"COPY (SELECT 'R' AS RINPERSOONS, {person} AS RINPERSOON, {_VALUES[component]} FROM range({RECORDS})) "
                f"TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)"
            )
        _opened(folder, component)
    return {"seconds": {}, "answer": []}


def _opened(folder: Path, component: str) -> Microdata:
    columns = [*_KEY, *_TAKEN[component]]
    return open_microdata(component, years=[2014], columns=columns, folder=folder / "data", cache=folder / "cache")


def _parts(folder: Path, component: str) -> list[Path]:
    return sorted((folder / "cache").glob(f"{component}/*/part-*.parquet"))


def _listed(folder: Path, component: str) -> str:
    return ", ".join(map(literal, _parts(folder, component)))


def _main() -> None:
    told = json.load(sys.stdin)
    os.environ["NCO_MEMORY_LIMIT"] = _LIMIT
    ways = {"make": _make, **_WAYS}
    json.dump({**ways[told["way"]](Path(told["folder"])), "peak": most_memory()}, sys.stdout)


if __name__ == "__main__":
    _main()
