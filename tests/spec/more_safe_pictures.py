"""Further safe figures, and safe statistics of many, near the disclosures."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tests.spec.planting import pupils, safe

BY = ["school", "track"]


def drawn(release, draw, **how):
    """Register a safe table, draw it, and register the figure."""
    table = release.table("t", pupils(), **{"by": BY, **how}).frame
    figure = Figure()
    draw(figure.subplots(), table)
    return release.figure("f", figure, of="t")


@safe()
def bars_beside_each_other(release):
    def draw(axes, table):
        wide = table.pivot(index="track", columns="school", values="mean")
        wide.plot.bar(ax=axes)

    return drawn(release, draw, value="score", statistic="mean")


@safe()
def bars_lying_down_with_their_labels(release):
    def draw(axes, table):
        bars = axes.barh(table["school"] + " " + table["track"], table["mean"])
        axes.bar_label(bars, fmt="%.1f")
        axes.set_xlabel("mean score")

    return drawn(release, draw, value="score", statistic="mean")


@safe()
def a_line_for_each_school(release):
    def draw(axes, table):
        for school, part in table.groupby("school"):
            axes.plot(part["track"], part["mean"], marker="o", label=school)
        axes.legend(title="school")

    return drawn(release, draw, value="score", statistic="mean")


@safe()
def points_with_intervals(release):
    def draw(axes, table):
        spread = [table["mean"] - table["lower_95"], table["upper_95"] - table["mean"]]
        axes.errorbar(table["school"] + table["track"], table["mean"], yerr=spread, fmt="o", capsize=3)

    return drawn(release, draw, value="score", statistic="mean interval")


@safe()
def bars_on_top_of_each_other(release):
    def draw(axes, table):
        low = table[table["school"] == "A"].reset_index()
        high = table[table["school"] == "B"].reset_index()
        axes.bar(low["track"], low["n"])
        axes.bar(high["track"], high["n"], bottom=low["n"])

    return drawn(release, draw)


@safe()
def a_histogram_of_round_bins(release):
    data = pupils().assign(score=lambda d: d["score"].clip(25, 75))
    edges = [0, 40, 45, 50, 55, 60, 100]
    table = release.table("t", data.assign(bin=pd.cut(data["score"], edges)), by="bin").frame
    figure = Figure()
    figure.subplots().bar(edges[:-1], table["n"], width=np.diff(edges), align="edge")
    return release.figure("f", figure, of="t")


@safe()
def concentration_of_many(release):
    data = pupils().assign(hours=lambda d: d["hours"].abs())
    return release.table("t", data, by=BY, value="hours", statistic=["gini", "top decile share"])


@safe()
def skewness_of_many(release):
    return release.table("t", pupils(), by=BY, value="score", statistic=["skewness", "kurtosis"])


@safe()
def the_most_common_mark_of_many(release):
    data = pupils().assign(mark=lambda d: np.where(d.index % 7 < 3, 6, d.index % 7 + 4))
    return release.table("t", data, by=BY, value="mark", statistic="mode")


@safe()
def cumulative_percentages_of_many(release):
    return release.table("t", pupils().assign(mark=lambda d: d.index % 5), by="mark", statistic="cumulative percent")


@safe()
def a_crosstab_of_three_variables(release):
    data = pupils()
    index = [data["school"], data["sex"]]
    return release.crosstab("t", index, data["track"], data=data, margins=True)


@safe()
def a_quadratic_model(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0, square=lambda d: d["hours"] ** 2)
    fitted = sm.OLS(data["score"], data[["constant", "hours", "square"]]).fit(cov_type="HC1")
    return release.model("m", fitted, data=data)


@safe()
def an_interaction_of_many(release):
    formula = pytest.importorskip("statsmodels.formula.api")
    data = pupils()
    return release.model("m", formula.ols("score ~ C(sex) * C(track) + hours", data=data).fit(), data=data)


@safe()
def a_poisson_model_of_many(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0, vwo=lambda d: (d["track"] == "vwo") * 1.0, absent=lambda d: d.index % 6)
    fitted = sm.GLM(data["absent"], data[["constant", "vwo"]], family=sm.families.Poisson()).fit()
    return release.model("m", fitted, data=data)
