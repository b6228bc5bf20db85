"""Further disclosures by weights, two variables, one category of a variable, and rounding."""

import numpy as np
import pandas as pd

from output_checks.model.finding import Outcome
from tests.spec.planting import cell, planted, pupils, safe

BY = ["school", "track"]


def weighted(n=1000):
    return pupils(n).assign(weight=lambda d: 1.0 + d.index % 3)


@planted("a count of 3, who weigh 90 together")
def a_weighted_count_of_few(release):
    data = weighted()
    data.loc[:2, "track"] = "pro"
    data.loc[:2, "weight"] = 30.0
    return release.table("t", data, by="track", statistic="weighted count", weight="weight")


@planted("one pupil's score: they have nearly all the weight")
def a_weighted_mean_of_one(release):
    data = weighted()
    data.loc[cell(data)[0], "weight"] = 1e7
    return release.table("t", data, by=BY, value="score", statistic="weighted mean", weight="weight")


@planted("the mean score of 3 pupils: the others weigh nothing")
def a_weighted_mean_where_most_weigh_nothing(release):
    data = weighted()
    data.loc[cell(data)[3:], "weight"] = 0.0
    return release.table("t", data, by=BY, value="score", statistic="weighted mean", weight="weight")


@planted("one pupil's value")
def a_weighted_sum_with_one_large_weight(release):
    data = weighted()
    data.loc[cell(data)[0], "weight"] = 1e5
    return release.table("t", data, by=BY, value="hours", statistic="weighted sum", weight="weight")


@planted("one pupil's value, as a rate")
def a_ratio_with_one_large_numerator(release):
    data = pupils().assign(days=1.0)
    data.loc[cell(data)[0], "hours"] = 1e6
    return release.table("t", data, by=BY, value="hours", second="days", statistic="ratio")


@planted("a ratio of 2 pupils: the others lack the denominator")
def a_ratio_with_few_denominators(release):
    data = pupils().assign(days=5.0)
    data.loc[cell(data)[2:], "days"] = np.nan
    return release.table("t", data, by=BY, value="hours", second="days", statistic="ratio")


@planted("each of 3 pupils' hours from their scores")
def a_correlation_of_three_with_both(release):
    data = pupils()
    data.loc[cell(data)[3:], "hours"] = np.nan
    return release.table("t", data, by=BY, value="score", second="hours", statistic="correlation")


@planted("everybody's hours from their score")
def a_correlation_of_one(release):
    data = pupils().assign(double=lambda d: 2 * d["score"])
    return release.table("t", data, by=BY, value="score", second="double", statistic="correlation")


@planted("one pupil's score and hours")
def a_correlation_by_one_outlier(release):
    data = pupils()
    data.loc[cell(data)[0], ["score", "hours"]] = 1e5
    return release.table("t", data, by=BY, value="score", second="hours", statistic="correlation")


@planted("the 2 pupils of pro in school A")
def a_share_of_a_rare_category(release):
    data = pupils()
    data.loc[[0, 1], "track"] = "pro"
    return release.table("t", data, by="school", value="track", category="pro", statistic="share", decimals=4)


@planted("the 3 pupils of school A who are not in havo")
def a_share_of_nearly_everyone(release):
    data = pupils().assign(track="havo")
    data.loc[data.index[data["school"] == "B"][::2], "track"] = "vwo"
    data.loc[data.index[data["school"] == "A"][:3], "track"] = "vwo"
    return release.table("t", data, by="school", value="track", category="havo", statistic="percentage")


@planted("a mean of 2, whose count is rounded")
def a_mean_beside_rounded_counts(release):
    data = pupils()
    data.loc[[0, 20], "track"] = "pro"
    return release.table("t", data, by="track", value="score", statistic="mean", round=10)


@planted("a count of 3, rounded to 5")
def a_small_count_rounded_to_five(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    return release.table("t", data, by="track", round=5)


@planted("one pupil's school and track, where the rounded counts differ")
def rounded_counts_without_one_pupil(release):
    data = pupils()
    assert release.table("a", data, by=BY).outcome is Outcome.PASS
    return release.table("b", data.iloc[1:], by=BY, round=5)


@planted("one pupil's score, as weighted and unweighted means differ by it")
def a_weight_that_marks_one_pupil(release):
    data = pupils().assign(weight=1.0)
    data.loc[cell(data)[0], "weight"] = 0.0
    release.table("a", data, by=BY, value="score", statistic="mean", decimals=4)
    return release.table("b", data, by=BY, value="score", statistic="weighted mean", weight="weight", decimals=4)


@safe()
def weighted_means_of_many(release):
    return release.table("t", weighted(), by=BY, value="score", statistic="weighted mean", weight="weight")


@safe()
def weighted_counts_of_many(release):
    return release.table("t", weighted(), by=BY, statistic="weighted count", weight="weight", margins=True)


@safe()
def ratios_of_many(release):
    data = pupils().assign(days=lambda d: 4.0 + d.index % 2)
    return release.table("t", data, by=BY, value="hours", second="days", statistic="ratio")


@safe()
def correlations_of_many(release):
    return release.table("t", pupils(), by="school", value="score", second="hours", statistic="correlation")


@safe()
def shares_of_a_common_category(release):
    return release.table("t", pupils(), by="school", value="track", category="vwo", statistic="percentage")


@safe()
def rounded_counts_of_many(release):
    return release.table("t", pupils(), by=BY, margins=True, round=5)


@planted("the score of one pupil, who has nearly all weight")
def a_weighted_median_of_one_pupil(release):
    data = pupils().assign(weight=lambda d: 1.0 + d.index % 7)
    data.loc[3, "weight"] = 1e9
    return release.table("t", data, by="sex", value="score", statistic="weighted median", weight="weight", decimals=0)


@planted("two schools' means, to the third")
def an_interval_of_three_schools(release):
    data = pupils().assign(weight=lambda d: 1.0 + d.index % 7)
    data["region"] = np.where(data["location"].isin(["l00", "l01", "l02"]), "town", "country")
    return release.table(
        "t", data, by="region", value="score", statistic="weighted mean interval", weight="weight", decimals=4
    )


@planted("one pupil's income, as the spread of all")
def a_standard_deviation_that_is_one_pupils(release):
    data = pupils().assign(income=lambda d: 100.0 + d.index % 50)
    data.loc[3, "income"] = 1e6
    return release.table("t", data, by="sex", value="income", statistic="standard deviation")


@planted("the mean of the 4 pupils of the base")
def an_index_of_a_small_base(release):
    data = pupils().assign(year=lambda d: np.where(d.index < 4, "2018", np.where(d.index % 2, "2019", "2020")))
    return release.table("t", data, by="year", value="score", statistic="index", base={"year": "2018"})


@planted("incidents of five pupils")
def a_rate_of_which_few_have_any(release):
    data = pupils(20).assign(incidents=lambda d: np.where(d.index < 5, 1.0 + d.index, 0.0), days=190.0)
    return release.table("t", data, by=[], value="incidents", second="days", statistic="rate", per=1000)


@planted("the scores at which four groups of equal size begin")
def quantile_groups_with_open_ends(release):
    data = pupils().assign(exact=lambda d: d["score"] + d.index / 10_000)
    edges = np.quantile(data["exact"], [0.25, 0.5, 0.75]).round(4)
    labels = [f"below {edges[0]}", f"{edges[0]} to {edges[1]}", f"{edges[1]} to {edges[2]}", f"over {edges[2]}"]
    data["group"] = pd.cut(data["exact"], [-np.inf, *edges, np.inf], labels=labels).astype(str)
    return release.table("t", data.drop(columns="score"), by="group")


@planted("the exact counts that were rounded to tens")
def percentages_beside_rounded_counts(release):
    return release.table("t", pupils(), by=BY, statistic="percent of row", round=10, decimals=4)


@planted("the hours of the first pupil who has any")
def a_smoothed_median_at_the_end_of_the_zeros(release):
    data = pupils().assign(benefit=lambda d: np.where(d.index < 505, 0.0, 5 + d["hours"].abs()))
    return release.table("t", data, by=[], value="benefit", statistic="smoothed median", decimals=6)


@safe()
def smoothed_quartiles_of_exact_scores(release):
    data = pupils().assign(exact=lambda d: d["score"] + d.index / 10_000)
    return release.table("t", data, by="sex", value="exact", statistic="smoothed quartiles", decimals=4)


@safe()
def a_weighted_interval_by_strata(release):
    data = pupils().assign(weight=lambda d: 1.0 + d.index % 7, part=lambda d: d["location"] < "l05")
    return release.table(
        "t", data, by="sex", value="score", statistic="weighted mean interval", weight="weight", strata="part"
    )


@safe()
def a_rate_per_thousand(release):
    data = pupils().assign(incidents=lambda d: d.index % 4 * 1.0, days=lambda d: 180.0 + d.index % 11)
    return release.table("t", data, by=BY, value="incidents", second="days", statistic="rate", per=1000)


@safe()
def an_index_of_two_years(release):
    data = pupils().assign(year=lambda d: np.where(d.index % 2, "2019", "2020"))
    return release.table("t", data, by=["year", "sex"], value="score", statistic="index", base={"year": "2019"})


@safe()
def bands_at_round_numbers(release):
    data = pupils()
    labels = ["below 42.5", "42.5 to 50", "50 to 57.5", "over 57.5"]
    data["band"] = pd.cut(data["score"], [-np.inf, 42.5, 50, 57.5, np.inf], labels=labels).astype(str)
    return release.table("t", data, by="band")


@safe()
def whole_percentages_beside_rounded_counts(release):
    return release.table("t", pupils(), by="sex", statistic="percent of total", round=10, decimals=0)
