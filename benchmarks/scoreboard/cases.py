"""The 21 planted disclosures and 6 safe controls: what each is, what it tells an outsider, and how it is registered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import statsmodels.api as sm  # type: ignore[import-untyped]
from matplotlib.figure import Figure

from benchmarks.scoreboard import data as invented
from output_checks.asked.answer import Answer
from output_checks.registered import Registered
from output_checks.release import Release

UNITS = {"pupil": "pupil", "school": "location"}

Made: TypeAlias = Callable[[], pd.DataFrame]
Register: TypeAlias = Callable[..., Registered | Answer]
"""Registers the output with a release; with `suppress=True` its protected version, where there can be one."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One output on the scoreboard."""

    number: str
    output: str
    learns: str
    """What an outsider learns of it; empty for a safe control."""
    register: Register
    can_suppress: bool = False

    @property
    def is_safe(self) -> bool:
        return not self.learns


def table(made: Made, by: Sequence[str] = ("school", "track"), **how: Any) -> Register:  # noqa: ANN401
    """Registers a table of `made()`; `how` is what `release.table` takes."""

    def register(release: Release, **also: Any) -> Registered:  # noqa: ANN401
        return release.table("table", made(), by=list(by), **how, **also)

    return register


def survival(made: Made) -> Register:
    def register(release: Release) -> Registered:
        return release.survival("table", made(), duration="term", event="left")

    return register


def scores(made: Made, statistic: str, by: Sequence[str] = ("school", "track")) -> Register:
    return table(made, by, value="score", statistic=statistic)


def by_a_function(release: Release, **also: Any) -> Answer:  # noqa: ANN401
    data = invented.track_of_three()
    return release.pivot_table(
        "table", data, values="score", index="school", columns="track", aggfunc=np.mean, observed=True, **also
    )


def row_percentages(release: Release) -> Answer:
    data = invented.pupils()
    return release.crosstab("table", data["school"], data["track"], data=data, normalize="index")


def two_tables(release: Release) -> Registered:
    data = invented.pupils()
    release.table("before", data, by=["school", "track"])
    return release.table("after", data.iloc[1:], by=["school", "track"])


def ols(made: Made, *columns: str) -> Register:
    def register(release: Release) -> Registered:
        data = made().assign(constant=1.0)
        names = columns or tuple(str(name) for name in data if str(name).startswith("effect_"))
        return release.model("model", sm.OLS(data["score"], data[["constant", *names]]).fit(), data=data)

    return register


def logit(release: Release) -> Registered:
    data = invented.dummy_of_five().assign(constant=1.0)
    return release.model("model", sm.Logit(data["passed"], data[["constant", "five"]]).fit(disp=False), data=data)


def histogram(made: Made, bins: int, *by: str) -> Register:
    """A table of bins between the lowest and the highest score, as matplotlib and pandas cut them, and its picture."""

    def register(release: Release, **also: Any) -> Registered:  # noqa: ANN401
        data = made()
        edges: list[float] = np.histogram_bin_edges(data["score"], bins).tolist()
        data["bin"] = pd.cut(data["score"], edges, include_lowest=True)
        counted = release.table("bins", data, by=[*by, "bin"], **also)
        figure = Figure()
        axes = figure.subplots()
        drawn = counted.frame
        axes.bar(drawn[[*by, "bin"]].astype(str).agg(" ".join, axis=1), drawn["n"].astype(float))
        axes.set_ylabel("pupils")
        return release.figure("histogram", figure, of="bins")

    return register


def raw_rows(release: Release) -> Registered:
    path = Path(release.folder) / "rows.csv"
    invented.rows_to_take().to_csv(path, index=False)
    return release.file("rows", path)


PLANTED = (
    Case(
        number="1",
        output="school × track counts, one track has 3 pupils",
        learns="counts of 1–2",
        register=table(invented.track_of_three),
        can_suppress=True,
    ),
    Case(
        number="2",
        output="mean score by school × track; one cell has 170 rows of which 4 have a score",
        learns="a mean of 4",
        register=scores(invented.four_scores, "mean"),
        can_suppress=True,
    ),
    Case(
        number="3",
        output="median, one valid score among 170 rows",
        learns="a pupil's score",
        register=scores(invented.one_score, "median"),
        can_suppress=True,
    ),
    Case(
        number="4",
        output="maximum by cell",
        learns="a pupil's score",
        register=scores(invented.pupils, "maximum"),
    ),
    Case(
        number="5",
        output="mean by cell; all pupils of one cell scored 61.0",
        learns="every pupil's score",
        register=scores(invented.all_scored_61, "mean"),
        can_suppress=True,
    ),
    Case(
        number="6",
        output="school × track counts, every pupil of both schools in one track",
        learns="everyone's track",
        register=table(invented.everyone_in_havo),
    ),
    Case(
        number="7",
        output="the same at 97 %",
        learns="nearly everyone's track",
        register=table(invented.nearly_everyone_in_havo),
    ),
    Case(
        number="8",
        output="counts by a float key (2010.0: many, 2011.0: 3 pupils)",
        learns="counts of 1–2",
        register=table(invented.float_key, ["school", "year"]),
        can_suppress=True,
    ),
    Case(
        number="9",
        output="counts by a date key, likewise",
        learns="counts of 1–2",
        register=table(invented.date_key, ["school", "day"]),
        can_suppress=True,
    ),
    Case(
        number="10",
        output="mean where the aggregation is given as a callable (`np.mean`)",
        learns="a mean of 1–2",
        register=by_a_function,
        can_suppress=True,
    ),
    Case(
        number="11",
        output="sum by cell: one pupil holds 99.9 % of a cell, one negative value elsewhere in the table",
        learns="a pupil's value",
        register=scores(invented.one_pupil_holds_a_cell, "sum"),
        can_suppress=True,
    ),
    Case(
        number="12",
        output="mean by school; school A is 2 pupils with 20 records each",
        learns="a mean of 2 pupils",
        register=scores(invented.two_pupils_with_20_records, "mean", ["school"]),
        can_suppress=True,
    ),
    Case(
        number="13",
        output="two count tables, the second without one pupil",
        learns="that pupil's school and track",
        register=two_tables,
    ),
    Case(
        number="14",
        output="OLS with a dummy for one pupil",
        learns="that pupil's score",
        register=ols(invented.dummy_of_one, "hours", "one"),
    ),
    Case(
        number="15",
        output="OLS on track dummies, one track has 3 pupils",
        learns="their mean",
        register=ols(invented.dummies_of_tracks, "pro", "vmbo", "vwo"),
    ),
    Case(
        number="16",
        output="OLS with 300 fixed effects of one pupil each",
        learns="300 scores",
        register=ols(invented.effects_of_300),
    ),
    Case(
        number="17",
        output="logit with a dummy for 5 pupils",
        learns="their share",
        register=logit,
    ),
    Case(
        number="18",
        output="histogram by group, one group of 2",
        learns="their scores",
        register=histogram(invented.group_of_two, 10, "group"),
    ),
    Case(
        number="19",
        output="histogram whose edges are the lowest and highest score",
        learns="two pupils' scores",
        register=histogram(invented.even_scores, 10),
    ),
    Case(
        number="20",
        output="survival table of 12 pupils",
        learns="who left when",
        register=survival(invented.twelve_pupils),
    ),
    Case(
        number="21",
        output="20 raw rows as a csv file",
        learns="everything",
        register=raw_rows,
    ),
)
SAFE = (
    Case(number="s1", output="counts, all cells above 140", learns="", register=table(invented.pupils)),
    Case(number="s2", output="means, n above 140", learns="", register=scores(invented.pupils, "mean")),
    Case(
        number="s3",
        output="OLS on one continuous covariate, n = 1,000",
        learns="",
        register=ols(invented.pupils, "hours"),
    ),
    Case(
        number="s4",
        output="histogram of five whole-number scores, 200 pupils each",
        learns="",
        register=histogram(invented.five_scores, 5),
    ),
    Case(
        number="s5",
        output="survival table of 20,000 pupils over 30 terms",
        learns="",
        register=survival(invented.many_leave),
    ),
    Case(number="s6", output="row percentages, n above 140", learns="", register=row_percentages),
)
CASES = (*PLANTED, *SAFE)
