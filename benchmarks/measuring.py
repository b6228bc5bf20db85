"""What evidence costs: a table with the units behind every cell, beside the bare table in pandas."""

import numpy as np
import pandas as pd

from benchmarks.timing import ratios
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.statistic import Statistic

RECORDS, SCHOOLS, MUNICIPALITIES, TRACKS = 1_000_000, 6_441, 344, 6


def run() -> str:
    """One million records by 2,064 cells: mean and counts, distinct pupils and schools, largest contributions."""
    rng = np.random.default_rng(1)
    school = rng.integers(0, SCHOOLS, RECORDS)
    data = pd.DataFrame(
        {
            "pupil": rng.integers(0, RECORDS, RECORDS),
            "school": school,
            "municipality": school % MUNICIPALITIES,
            "track": rng.integers(0, TRACKS, RECORDS),
            "score": rng.normal(50, 10, RECORDS),
        }
    )
    units = Units.of({"pupil": "pupil", "school": "school"})
    by = ["municipality", "track"]
    calls = {
        "pandas: mean and count, nothing behind the cells": lambda: data.groupby(by)["score"].agg(["mean", "count"]),
        "pandas: mean, count and distinct pupils and schools": lambda: (
            data.groupby(by)["score"].agg(["mean", "count"]),
            data.groupby(by)[["pupil", "school"]].nunique(),
        ),
        "output_checks: the same with largest contributions, distinct values and shares": lambda: tabulate(
            data, by=by, value="score", statistics=[Statistic.MEAN], units=units
        ),
    }
    return ratios(
        calls,
        floor="pandas: mean, count and distinct pupils and schools",
        title=f"Evidence of a table: {RECORDS:,} records, {MUNICIPALITIES * TRACKS:,} cells",
    )
