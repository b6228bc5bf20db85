"""What evidence for every rule costs, beside queries written by hand that measure the same and judge nothing.

Each way runs in a process of its own. Compared are seconds of the processor, because DuckDB and polars use several
cores and other work may keep these busy; the data are there before the clock starts.
"""

import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.setting import in_a_process, most_memory, records
from benchmarks.timing import expect_same, table
from output_checks.checking import check
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import FactName, Output, OutputKind
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy

RECORDS = records(1_000_000)
SCHOOLS, MUNICIPALITIES, TRACKS = 6_441, 344, 6
_UNITS = Units.of({"pupil": "pupil", "school": "school"})
_CELLS = ["municipality", "track"]
_REPEATS = 3
_OURS = "output_checks: all evidence of pupils and of schools"
_DUCKDB = "DuckDB by hand: n, sum, largest and second largest per pupil"
_DUCKDB_BOTH = "DuckDB by hand: the same per pupil and per school"
_POLARS = "polars by hand: n, sum, two largest records, distinct pupils and schools"
_MEANS = "output_checks: the same cells with all evidence"
_JUDGED = "output_checks: the same, judged by every rule"
_PANDAS = "pandas.crosstab: means, nothing behind the cells"
_ACRO = "acro.crosstab: means"


def run() -> str:
    """Ratios for sums by municipality and track, and for means by school and track."""
    has = {name: importlib.util.find_spec(name) is not None for name in ("polars", "acro")}
    by_hand = [_DUCKDB, _DUCKDB_BOTH, *([_POLARS] if has["polars"] else [])]
    cells = MUNICIPALITIES * TRACKS
    seconds, peaks = _measured([*by_hand, _OURS], RECORDS)
    title = f"{RECORDS:,} records by {cells:,} cells, processor seconds"
    tables = [table(seconds, floor=_DUCKDB, peaks=peaks, title=title)]
    if has["polars"]:
        against = {name: seconds[name] for name in (_POLARS, _OURS)}
        tables.append(table(against, floor=_POLARS, peaks=peaks, title=f"The same against polars: {title}"))
    fewer = min(RECORDS, 1_000_000)
    ways = [_PANDAS, _MEANS, _JUDGED, *([_ACRO] if has["acro"] else [])]
    seconds, peaks = _measured(ways, fewer)
    title = f"Means of {fewer:,} records by {SCHOOLS * TRACKS:,} cells (every school by track), processor seconds"
    tables.append(table(seconds, floor=_PANDAS, peaks=peaks, title=title))
    return "\n\n".join(tables)


def _measured(ways: list[str], size: int) -> tuple[dict[str, float], dict[str, float | None]]:
    told = {way: in_a_process("benchmarks.rules", way=way, records=size) for way in ways}
    expect_same({way: answer["answer"] for way, answer in told.items()})
    return {way: answer["seconds"] for way, answer in told.items()}, {way: told[way]["peak"] for way in ways}


def _data(size: int) -> pd.DataFrame:
    """Records of pupils with one to several each, made in the types in which they take least memory."""
    rng = np.random.default_rng(1)
    school = rng.integers(0, SCHOOLS, size, dtype=np.int16)
    return pd.DataFrame(
        {
            "pupil": rng.integers(0, size, size, dtype=np.int32),
            "school": school,
            "municipality": school % np.int16(MUNICIPALITIES),
            "track": rng.integers(0, TRACKS, size, dtype=np.int8),
            "score": rng.normal(50, 10, size),
        },
        copy=False,
    )


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
        return _answer(found[0]["n"], found[0]["total"])

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
        pl.n_unique(
            "school",
        ).alias("schools"),
    )
    return _answer(found["n"].to_numpy(), found["total"].to_numpy())


def _ours(data: pd.DataFrame) -> list[float]:
    count, total = tabulate(data, by=_CELLS, value="score", statistics=[Statistic.SUM], units=_UNITS)
    if total.fact(FactName.SECOND_LARGEST, "school") is None:
        raise RuntimeError("The evidence is not complete.")
    return _answer(count.values, total.values)


def _by_pandas(data: pd.DataFrame) -> list[float]:
    found = pd.crosstab(data["school"], data["track"], values=data["score"], aggfunc="mean")
    return _answer(found.to_numpy(), found.to_numpy())


def _by_acro(data: pd.DataFrame) -> list[float]:
    import acro  # noqa: PLC0415 - optional

    session = acro.ACRO(suppress=False)
    found = session.crosstab(data["school"], data["track"], values=data["score"], aggfunc="mean")
    return _answer(found.to_numpy(dtype=float), found.to_numpy(dtype=float))


def _means(data: pd.DataFrame, *, judged: bool = False) -> list[float]:
    tables = tabulate(data, by=["school", "track"], value="score", statistics=[Statistic.MEAN], units=_UNITS)
    if judged:
        check([Output(name="t", kind=OutputKind.TABLE, title="", tabulations=tables)], _POLICY, toolkit="benchmark")
    return _answer(tables[1].values, tables[1].values)


def _answer(one: Any, other: Any) -> list[float]:  # noqa: ANN401 - arrays
    """Two sums, so that ways which measure something else are not compared."""
    return [float(f"{np.nansum(np.asarray(values, dtype=float)):.8g}") for values in (one, other)]


_POLICY = load_policy("cbs-export")
_WAYS: Mapping[str, Callable[[Any], list[float]]] = {
    _DUCKDB: _by_duckdb("pupil"),
    _DUCKDB_BOTH: _by_duckdb("pupil", "school"),
    _POLARS: _by_polars,
    _OURS: _ours,
    _PANDAS: _by_pandas,
    _MEANS: _means,
    _JUDGED: lambda data: _means(data, judged=True),
    _ACRO: _by_acro,
}


def _main() -> None:
    told = json.load(sys.stdin)
    data: Any = _data(int(told["records"]))
    if told["way"] == _POLARS:
        import polars as pl  # noqa: PLC0415 - optional

        data = pl.from_pandas(data)
    taken, answer = [], []
    for _ in range(_REPEATS):
        start = time.process_time()
        answer = _WAYS[told["way"]](data)
        taken.append(time.process_time() - start)
    json.dump({"seconds": statistics.median(taken), "answer": answer, "peak": most_memory()}, sys.stdout)


if __name__ == "__main__":
    _main()
