"""What evidence for every rule costs, beside queries written by hand that measure the same and judge nothing.

Each way runs in a process of its own. Compared are seconds of the processor, because DuckDB and polars use several
cores and other work may keep these busy; the data are there before the clock starts.
"""

import importlib.util
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.invented import MUNICIPALITIES, SCHOOLS, TRACKS, answer, dominated, pupils
from benchmarks.setting import in_a_process, most_memory, records
from benchmarks.timing import expect_same, table
from output_checks.checking import check
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import FactName, Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy

RECORDS = records(10_000_000)
_OF_MEANS = 1_000_000
_ACRO_PYTHON = Path(os.environ.get("ACRO", ".venv-acro/bin/python"))
_UNITS = Units.of({"pupil": "pupil", "school": "school"})
_CELLS = ["municipality", "track"]
_REPEATS = 3
_OURS = "output_checks: all evidence of pupils and of schools"
_DUCKDB = "DuckDB by hand: n, sum, largest and second largest per pupil"
_DUCKDB_BOTH = "DuckDB by hand: the same per pupil and per school"
_POLARS = "polars by hand: n, sum, two largest records, distinct pupils and schools"
_POLARS_BOTH = "polars by hand: n, sum, two largest per pupil and per school, distinct pupils and schools"
_MEANS = "output_checks: the same cells with all evidence"
_JUDGED = "output_checks: the same, judged by every rule"
_PANDAS = "pandas.crosstab: means, nothing behind the cells"
_ACRO = "acro.crosstab: means"
_SAFE = "no cell is unsafe"
_UNSAFE = "every cell is unsafe"


def run() -> str:
    """Ratios for sums by municipality and track, for means by school and track, and for unsafe cells."""
    parts = [_sums(), _of_means(), _of_unsafe_cells()]
    return "\n\n".join(parts)


def _sums() -> str:
    has_polars = importlib.util.find_spec("polars") is not None
    of_polars = [_POLARS, _POLARS_BOTH] if has_polars else []
    seconds, peaks = _measured([_DUCKDB, _DUCKDB_BOTH, *of_polars, _OURS], RECORDS)
    title = f"{RECORDS:,} records by {MUNICIPALITIES * TRACKS:,} cells, processor seconds"
    tables = [table(seconds, floor=_DUCKDB, peaks=peaks, title=title)]
    if peaks[_OURS] is not None:
        tables.append(f"The most memory of output_checks is {peaks[_OURS]:.2f} GB, the records included.")
    if has_polars:
        against = {name: seconds[name] for name in (*of_polars, _OURS)}
        tables.append(table(against, floor=_POLARS, peaks=peaks, title=f"The same against polars: {title}"))
    else:
        tables.append("Polars is not installed here, so it was not asked.")
    return "\n\n".join(tables)


def _of_means() -> str:
    fewer = min(RECORDS, _OF_MEANS)
    seconds, peaks = _measured([_PANDAS, _MEANS, _JUDGED], fewer)
    lines = []
    if _ACRO_PYTHON.exists():
        told = in_a_process("benchmarks.acro_means", python=str(_ACRO_PYTHON), records=fewer)
        seconds[_ACRO], peaks[_ACRO] = told["seconds"], told["peak"]
        times = {name: told["seconds"] / seconds[name] for name in (_MEANS, _JUDGED)}
        lines = [
            f"ACRO takes {times[_MEANS]:.0f} times as long as all evidence, {times[_JUDGED]:.0f} times with rules."
        ]
    else:
        lines = ["ACRO is not installed here, so it was not asked (`make scoreboard-acro` installs it)."]
    title = f"Means of {fewer:,} records by {SCHOOLS * TRACKS:,} cells (every school by track), processor seconds"
    return "\n\n".join([table(seconds, floor=_PANDAS, peaks=peaks, title=title), *lines])


def _of_unsafe_cells() -> str:
    fewer = min(RECORDS, _OF_MEANS)
    told = {way: in_a_process("benchmarks.rules", way=way, records=fewer) for way in (_SAFE, _UNSAFE)}
    title = f"Sums of {fewer:,} records by {MUNICIPALITIES * TRACKS:,} cells, measured and judged, processor seconds"
    return table({way: item["seconds"] for way, item in told.items()}, floor=_SAFE, title=title)


def _measured(ways: list[str], size: int) -> tuple[dict[str, float], dict[str, float | None]]:
    told = {way: in_a_process("benchmarks.rules", way=way, records=size) for way in ways}
    expect_same({way: item["answer"] for way, item in told.items()})
    return {way: item["seconds"] for way, item in told.items()}, {way: told[way]["peak"] for way in ways}


def _by_duckdb(*levels: str) -> Callable[[pd.DataFrame], list[float]]:
    def call(data: pd.DataFrame) -> list[float]:
        import duckdb  # noqa: PLC0415 - each way loads its own engine, so that its memory is its own

        connection = duckdb.connect()
        connection.register("pupils", data)
        found = [
            connection.execute(f"""
                WITH per_unit AS (
                    SELECT municipality, track, {level}, count(*) AS n, sum(score) AS score FROM pupils GROUP BY ALL
                )
                SELECT sum(n) AS n, count(*) AS units, sum(score) AS total, max(abs(score)) AS largest,
                    max(abs(score), 2)[2] AS second
                FROM per_unit GROUP BY municipality, track
            """).fetchnumpy()  # noqa: S608 - two names of our own
            for level in levels
        ]
        return answer(found[0]["n"], found[0]["total"])

    return call


def _by_polars(data: Any) -> list[float]:  # noqa: ANN401 - an optional package
    import polars as pl  # noqa: PLC0415 - optional

    size = pl.col("score").abs()
    found = data.group_by(_CELLS).agg(
        pl.len().alias("n"),
        pl.sum("score").alias("total"),
        size.max().alias("largest"),
        size.top_k(2).min().alias("second"),
        pl.n_unique("pupil"),
        pl.n_unique("school").alias("schools"),
    )
    return answer(found["n"].to_numpy(), found["total"].to_numpy())


def _by_polars_per_unit(data: Any) -> list[float]:  # noqa: ANN401
    import polars as pl  # noqa: PLC0415 - optional

    size = pl.col("score").abs()
    found = None
    for level in ("pupil", "school"):
        found = (
            data.group_by([*_CELLS, level])
            .agg(pl.len().alias("n"), pl.sum("score"))
            .group_by(_CELLS)
            .agg(
                pl.sum("n"),
                pl.len().alias("units"),
                pl.sum("score").alias("total"),
                size.max().alias("largest"),
                size.top_k(2).min().alias("second"),
            )
        )
    if found is None:
        raise RuntimeError("There is no level.")
    return answer(found["n"].to_numpy(), found["total"].to_numpy())


def _ours(data: pd.DataFrame) -> list[float]:
    count, total = tabulate(data, by=_CELLS, value="score", statistics=[Statistic.SUM], units=_UNITS)
    if total.fact(FactName.SECOND_LARGEST, "school") is None:
        raise RuntimeError("The evidence is not complete.")
    return answer(count.values, total.values)


def _by_pandas(data: pd.DataFrame) -> list[float]:
    found = pd.crosstab(data["school"], data["track"], values=data["score"], aggfunc="mean")
    return answer(found.to_numpy(), found.to_numpy())


def _means(data: pd.DataFrame, *, judged: bool = False) -> list[float]:
    tables = tabulate(data, by=["school", "track"], value="score", statistics=[Statistic.MEAN], units=_UNITS)
    if judged:
        check([Output(name="t", kind=OutputKind.TABLE, title="", tabulations=tables)], _POLICY, toolkit="benchmark")
    return answer(tables[1].values, tables[1].values)


def _judged_sums(share_unsafe: float) -> Callable[[pd.DataFrame], list[float]]:
    """Sums, measured and judged; refuses to be timed where other cells fail than it was to be about."""

    def call(data: pd.DataFrame) -> list[float]:
        tables = tabulate(data, by=_CELLS, value="score", statistics=[Statistic.SUM], units=_UNITS)
        output = Output(name="t", kind=OutputKind.TABLE, title="", tabulations=tables)
        report = check([output], _POLICY, toolkit="benchmark")
        failing = {cell for item in report.of("t").findings if item.outcome is Outcome.FAIL for cell in item.cells}
        if len(failing) != share_unsafe * len(tables[0].cells):
            raise RuntimeError(f"{len(failing)} cells fail.")
        return answer(tables[0].values, np.zeros(1))

    return call


_POLICY = load_policy("cbs-export")
_WAYS: Mapping[str, Callable[[Any], list[float]]] = {
    _DUCKDB: _by_duckdb("pupil"),
    _DUCKDB_BOTH: _by_duckdb("pupil", "school"),
    _POLARS: _by_polars,
    _POLARS_BOTH: _by_polars_per_unit,
    _OURS: _ours,
    _PANDAS: _by_pandas,
    _MEANS: _means,
    _JUDGED: lambda data: _means(data, judged=True),
    _SAFE: _judged_sums(0),
    _UNSAFE: _judged_sums(1),
}


def _main() -> None:
    told = json.load(sys.stdin)
    data: Any = pupils(int(told["records"]))
    if told["way"] in {_POLARS, _POLARS_BOTH}:
        import polars as pl  # noqa: PLC0415 - optional

        data = pl.from_pandas(data)
    if told["way"] == _UNSAFE:
        data = dominated(data)
    taken, found = [], []
    for _ in range(_REPEATS):
        start = time.process_time()
        found = _WAYS[told["way"]](data)
        taken.append(time.process_time() - start)
    json.dump({"seconds": statistics.median(taken), "answer": found, "peak": most_memory()}, sys.stdout)


if __name__ == "__main__":
    _main()
