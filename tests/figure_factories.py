"""Tables and figures of them, as the tests of figures need."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.rendering.csv import published_frame
from tests.factories import UNITS, pupils

DATA = pupils(900).assign(year=lambda d: 2019 + d.index % 4)
SCORES = DATA["score"].to_numpy()
LOWEST, HIGHEST = float(SCORES.min()), float(SCORES.max())
EDGES = [0, 40, 45, 50, 55, 60, 100]


def table(by, statistic="mean", *, data=DATA, value="score"):
    """A table as tabulations, and as the frame that a researcher draws."""
    value = "" if statistic == "count" else value
    by = [by] if isinstance(by, str) else by
    tabulations = tabulate(data, by=by, value=value, statistics=statistics_named(statistic), units=UNITS)
    return tabulations, published_frame(tabulations)


def binned_table():
    """Counts of scores in bins with round edges."""
    return table("bin", "count", data=DATA.assign(bin=pd.cut(DATA["score"], EDGES)))


def axes():
    """A figure and its only axes."""
    figure = Figure()
    return figure, figure.subplots()


def wide(frame, index, columns, values="mean"):
    return frame.pivot(index=index, columns=columns, values=values)


def squares(number):
    """Corners of shapes that stand anywhere, as areas of a map do."""
    rng = np.random.default_rng(4)
    return [rng.random((5, 2)) * 87.3 + 13.1 * place for place in range(number)]
