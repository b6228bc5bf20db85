"""Further outputs that disclose nothing, near the disclosures, and must pass."""

import numpy as np
import pandas as pd
import pytest
from linearmodels import PanelOLS
from matplotlib.figure import Figure
from scipy import stats

from benchmarks.scoreboard import data as invented
from tests.spec.planting import pupils, safe

BY = ["school", "track"]


@safe()
def counts_in_three_dimensions(release):
    return release.table("t", pupils(), by=[*BY, "sex"])


@safe()
def counts_and_means_with_margins(release):
    return release.table("t", pupils(), by=BY, value="score", statistic="mean", margins=True)


@safe()
def a_mean_with_its_interval_and_deviation(release):
    return release.table("t", pupils(), by=BY, value="score", statistic=["mean interval", "standard deviation"])


@safe()
def a_category_without_pupils(release):
    data = pupils()
    data["track"] = pd.Categorical(data["track"], categories=["vmbo", "havo", "vwo", "pro"])
    return release.table("t", data, by=BY)


@safe()
def a_share_of_about_half(release):
    return release.table("t", pupils(), by=BY, value="passed", statistic="percentage")


@safe()
def sums_of_hours(release):
    return release.table("t", pupils(), by=BY, value="hours", statistic="sum")


@safe()
def sums_of_values_above_and_below_zero(release):
    data = pupils().assign(change=lambda d: d["score"] - 50)
    return release.table("t", data, by=BY, value="change", statistic="mean")


@safe()
def many_by_a_float_key(release):
    return release.table("t", pupils().assign(year=lambda d: 2010.0 + d.index % 2), by=["school", "year"])


@safe()
def many_by_a_date_key(release):
    days = pd.to_datetime(["2010-09-01", "2011-09-01"])
    return release.table("t", pupils().assign(day=lambda d: days[d.index % 2]), by=["school", "day"])


@safe()
def bins_with_edges_that_nobody_has(release):
    data = pupils().assign(score=lambda d: d["score"].clip(25, 75))
    return release.table("t", data.assign(bin=pd.cut(data["score"], [0, 40, 45, 50, 55, 60, 100])), by="bin")


@safe()
def the_same_table_twice(release):
    release.table("a", pupils(), by=BY)
    return release.table("b", pupils(), by=BY)


@safe()
def two_classifications_of_the_same_pupils(release):
    release.table("a", pupils(), by="school", value="score", statistic="mean")
    return release.table("b", pupils(), by="track", value="score", statistic="mean")


@safe()
def two_halves(release):
    data = pupils()
    release.table("a", data[data["sex"] == "girl"], by=BY, population="girls")
    return release.table("b", data[data["sex"] == "boy"], by=BY, population="boys")


@safe()
def a_part_and_its_total_with_many_between_them(release):
    data = pupils()
    release.table("a", data, by=BY)
    return release.table("b", data[data["sex"] == "girl"], by=BY, population="girls")


@safe()
def two_variables_of_the_same_pupils(release):
    release.table("a", pupils(), by=BY, value="score", statistic="mean")
    return release.table("b", pupils(), by=BY, value="hours", statistic="mean")


@safe()
def the_planted_track_of_three_suppressed(release):
    return release.table("t", invented.track_of_three(), by=BY, margins=True, suppress=True)


@safe()
def column_percentages_by_pandas(release):
    data = pupils()
    return release.crosstab("t", data["school"], data["track"], data=data, normalize="columns", margins=True)


@safe()
def means_by_pandas(release):
    return release.pivot_table("t", pupils(), values="score", index="school", columns="track", aggfunc=[np.mean, "std"])


@safe()
def a_grouping_by_pandas(release):
    return release.groupby(pupils(), BY).agg(name="t", score=("score", "mean"), hours=("hours", "mean"))


@safe()
def pupils_with_several_records(release):
    data = pd.concat([pupils().assign(wave=wave) for wave in (1, 2, 3)], ignore_index=True)
    return release.table("t", data, by=["school", "wave"], value="score", statistic="mean")


@safe()
def quartiles_of_rounded_scores(release):
    data = pupils(3000).assign(score=lambda d: (d["score"] / 5).round() * 5)
    return release.table("t", data, by="school", value="score", statistic="quartiles")


@safe()
def names_with_quotes_and_lines(release):
    names = {"vmbo": 'a "basic"\ntrack', "havo": "general; 'havo'", "vwo": "pre-university \N{GRADUATION CAP}"}
    return release.table("t", pupils().assign(track=lambda d: d["track"].map(names)), by=BY)


@safe()
def a_model_with_dummies_of_many(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0)
    data = data.join(pd.get_dummies(data["track"]).astype(float))
    fitted = sm.OLS(data["score"], data[["constant", "hours", "vmbo", "vwo"]]).fit()
    return release.model("m", fitted, data=data)


@safe()
def a_logit_of_many(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0, vwo=lambda d: (d["track"] == "vwo") * 1.0)
    fitted = sm.Logit(data["passed"], data[["constant", "vwo", "hours"]]).fit(disp=False)
    return release.model("m", fitted, data=data)


@safe()
def a_panel_of_three_years(release):
    data = pd.concat([pupils().assign(wave=wave) for wave in (1, 2, 3)], ignore_index=True)
    rng = np.random.default_rng(9)
    data["score"] += rng.normal(0, 3, len(data))
    data["hours"] += rng.normal(0, 3, len(data))
    indexed = data.set_index(["pupil", "wave"])
    fitted = PanelOLS(indexed["score"], indexed[["hours"]], entity_effects=True).fit()
    return release.model("m", fitted, data=indexed)


@safe()
def a_test_between_two_schools(release):
    data = pupils()
    parts = [data.loc[data["school"] == school, "score"] for school in ("A", "B")]
    return release.test("t", stats.ttest_ind(*parts), data=data, by="school", value="score")


@safe()
def a_bar_for_every_mean(release):
    table = release.table("t", pupils(), by="track", value="score", statistic="mean").frame
    figure = Figure()
    axes = figure.subplots()
    axes.bar(table["track"], table["mean"])
    axes.set_ylabel("mean score")
    return release.figure("f", figure, of="t")


@safe()
def the_fixed_part_of_a_mixed_model(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0)
    fitted = sm.MixedLM(data["score"], data[["constant", "hours"]], groups=data["location"]).fit()
    return release.model("m", fitted, data=data)


@safe()
def limits_and_ticks_that_are_round(release):
    table = release.table("t", pupils(), by="track", value="score", statistic="mean").frame
    figure = Figure()
    axes = figure.subplots()
    axes.bar(table["track"], table["mean"])
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_title("Mean score by track")
    return release.figure("f", figure, of="t")


@safe()
def a_median_of_many_rounded_scores(release):
    data = pupils(3000).assign(score=lambda d: (d["score"] / 5).round() * 5)
    return release.groupby(data, "school")["score"].median("t")


@safe()
def survival_by_school(release):
    return release.table("t", invented.many_leave(), by=["school", "ends"], margins=True)


@safe()
def cumulative_counts_of_many(release):
    return release.table("t", pupils().assign(mark=lambda d: d.index % 5), by="mark", statistic="cumulative count")


@safe()
def a_chi_square_test_of_many(release):
    data = pupils()
    result = stats.chi2_contingency(pd.crosstab(data["school"], data["track"]))
    return release.test("t", result, data=data, by=["school", "track"])


@safe()
def the_same_model_on_two_halves(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0)
    for sex in ("boy", "girl"):
        part = data[data["sex"] == sex]
        fitted = sm.OLS(part["score"], part[["constant", "hours"]]).fit()
        registered = release.model(sex, fitted, data=part, population=sex)
    return registered


@safe()
def a_model_and_a_table_of_the_same_pupils(release):
    sm = pytest.importorskip("statsmodels.api")
    data = pupils().assign(constant=1.0, vwo=lambda d: (d["track"] == "vwo") * 1.0)
    release.table("t", data, by="track", value="score", statistic="mean", margins=True)
    return release.model("m", sm.OLS(data["score"], data[["constant", "vwo", "hours"]]).fit(), data=data)


@safe()
def two_tables_that_differ_by_many_of_many_schools(release):
    data = pupils()
    release.table("a", data, by="track", value="score", statistic="mean")
    return release.table("b", data.iloc[90:], by="track", value="score", statistic="mean", population="from day 2 on")


@safe()
def counts_and_means_where_many_lack_a_score(release):
    data = pupils()
    data.loc[:119, "score"] = np.nan
    release.table("a", data, by=BY)
    return release.table("b", data, by=BY, value="score", statistic="mean")


@safe()
def two_waves_of_different_pupils(release):
    data = pupils(2000)
    release.table("a", data.iloc[:1000], by=BY, population="2010")
    return release.table("b", data.iloc[1000:], by=BY, population="2011")
