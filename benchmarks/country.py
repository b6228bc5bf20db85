"""What a whole country costs: made, linked, read and followed for ten years, beside a bare scan of its enrolments.

Each step runs in a process of its own, so that the most memory it had is its own: `python -m benchmarks.country`.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.setting import in_a_process, most_memory, working_folder
from benchmarks.timing import table
from demo.country import link
from demo.country_cohort import build_cohort
from nco_research import Study
from nco_research.sql import literal
from nco_research.synthetic import Plan, synthesize

PUPILS = int(os.environ.get("NCO_BENCH_PUPILS", "300000"))
"""Each year; the whole country is 1,500,000, which takes a quarter of an hour and 30 GB of disk."""
_PLAN = Plan(pupils=PUPILS, schools=max(1, PUPILS // 230), first_year=2013, years=10)
_MADE = "nco synthesize: registers and deliveries of ten years"
_LINKED = "nco link: the deliveries of one school year"
_CONVERTED = "the cohort, with seven registers converted and cleaned first"
_COHORT = "the cohort, from registers that were converted before"
_SCAN = "DuckDB: person, school and grade of ten years' enrolments read from the same Parquet and counted"


def run() -> str:
    """From nothing to a cohort that is followed over ten years."""
    with working_folder() as folder:
        country = folder / f"country-{PUPILS}"
        shutil.rmtree(country, ignore_errors=True)
        told = {way: in_a_process("benchmarks.country", way=way, folder=country) for way in _WAYS}
        return table(
            {way: found["seconds"] for way, found in told.items()},
            peaks={way: found["peak"] for way, found in told.items()},
            floor=_SCAN,
            title=f"A country: {PUPILS:,} pupils a year, {_PLAN.schools:,} schools, ten years",
        )


def _make(folder: Path) -> None:
    synthesize(_PLAN, to=folder)


def _link(folder: Path) -> None:
    link(folder)


def _cohort(folder: Path) -> None:
    cohort = build_cohort(Study.read(folder), year=_PLAN.last_year, first_year=_PLAN.first_year)
    if not len(cohort) or not len(cohort.waves):
        raise RuntimeError("The cohort is empty.")


def _scan(folder: Path) -> None:
    parts = sorted(str(path) for path in folder.glob(".nco-cache/INSCHRWPOTAB/*/part-*.parquet"))
    listed = ", ".join(literal(part) for part in parts)
    with duckdb.connect() as connection:
        connection.execute(
            "SELECT count(DISTINCT RINPERSOONS || RINPERSOON), count(DISTINCT WPOBRIN_crypt), avg(WPOLEERJAAR) "  # noqa: S608 - our own names
            f"FROM read_parquet([{listed}], union_by_name = true)"
        ).fetchall()


_WAYS: dict[str, Callable[[Path], None]] = {
    _MADE: _make,
    _LINKED: _link,
    _CONVERTED: _cohort,
    _COHORT: _cohort,
    _SCAN: _scan,
}


def _main() -> None:
    told: dict[str, Any] = json.loads(sys.stdin.read())
    start = time.perf_counter()
    _WAYS[told["way"]](Path(told["folder"]))
    print(json.dumps({"seconds": time.perf_counter() - start, "peak": most_memory()}))


if __name__ == "__main__":
    _main()
