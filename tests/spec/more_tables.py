"""Further disclosures in tables."""

import itertools

import numpy as np
import pandas as pd

from tests.spec.planting import cell, planted, pupils

BY = ["school", "track"]
OVERLAP = "categories of one table whose members differ by few are not set beside each other"


@planted("that one pupil of a cell failed")
def a_share_whose_complement_is_one_pupil(release):
    data = pupils()
    data.loc[cell(data), "passed"] = 1.0
    data.loc[cell(data)[0], "passed"] = 0.0
    return release.table("t", data, by=BY, value="passed", statistic="mean")


@planted("that nobody of a cell passed")
def a_share_of_nobody(release):
    data = pupils()
    data.loc[cell(data), "passed"] = 0.0
    return release.table("t", data, by=BY, value="passed", statistic="percentage")


@planted("a share that rests on 2 pupils")
def row_percentages_of_few(release):
    data = pupils()
    data.loc[[0, 1], "track"] = "pro"
    return release.crosstab("t", data["school"], data["track"], data=data, normalize="index")


@planted("a share that rests on 2 pupils")
def percentages_of_the_total_of_few(release):
    data = pupils()
    data.loc[[0, 20], "track"] = "pro"
    return release.crosstab("t", data["school"], data["track"], data=data, normalize="all", decimals=0)


@planted("a share that rests on 2 pupils")
def percent_of_column_of_few(release):
    data = pupils()
    data.loc[[0, 1], "track"] = "pro"
    return release.table("t", data, by=BY, statistic="percent of column", decimals=0)


@planted("the 3 pupils between two rows")
def cumulative_counts_with_a_small_step(release):
    data = pupils().assign(mark=1.0)
    data["mark"] = np.arange(1000) % 5
    data.loc[:2, "mark"] = 7
    return release.table("t", data, by="mark", statistic="cumulative count")


@planted("the 3 pupils between two rows")
def cumulative_percentages_with_a_small_step(release):
    data = pupils()
    data["mark"] = np.arange(1000) % 5
    data.loc[:2, "mark"] = 7
    return release.table("t", data, by="mark", statistic="cumulative percent", decimals=2)


@planted("the amounts of 4 pupils")
def a_sum_of_mostly_zeros(release):
    data = pupils().assign(benefit=lambda d: np.where(d["school"] == "B", d["hours"], 0.0))
    data.loc[data.index[(data["school"] == "A") & (data["track"] != "vwo")], "benefit"] = 10.0
    data.loc[data.index[data["school"] == "B"][:3], "benefit"] = 11.0
    data.loc[cell(data), "benefit"] = 0.0
    data.loc[cell(data)[:4], "benefit"] = [812.0, 790.0, 845.0, 801.0]
    return release.table("t", data, by=BY, value="benefit", statistic="sum")


@planted("a school's mean, near enough")
def a_mean_of_one_school_and_six_pupils(release):
    data = pupils()
    more = pd.concat([data.assign(pupil=data["pupil"] + f"x{i}")[data["location"] == "l00"] for i in range(10)])
    both = pd.concat([data, more], ignore_index=True)
    both["region"] = np.where(both["location"].eq("l00"), "town", "country")
    few = both.index[both["location"].isin(["l01", "l02"])][:6]
    both.loc[few, "region"] = "town"
    return release.table("t", both, by="region", value="score", statistic="mean")


@planted("the highest of 12 scores")
def a_percentile_at_the_edge_of_few(release):
    data = pupils()
    data.loc[data.index[12:], "track"] = "havo"
    data.loc[data.index[:12], "track"] = "pro"
    return release.table("t", data, by="track", value="score", statistic="percentile 95")


@planted("the lowest and highest score together")
def a_range(release):
    return release.table("t", pupils(), by=BY, value="score", statistic="range")


@planted("the ends of the whiskers, which are pupils' scores")
def a_boxplot(release):
    return release.table("t", pupils(), by="school", value="score", statistic="boxplot")


@planted("everyone's mark")
def a_mode_that_everyone_has(release):
    data = pupils().assign(mark=lambda d: d.index % 6)
    data.loc[cell(data), "mark"] = 6
    return release.table("t", data, by=BY, value="mark", statistic="mode")


@planted("each pupil's hours from their score")
def a_correlation_of_three(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    return release.groupby(data, "track")["score"].agg(lambda scores: scores.corr(data["hours"]), name="t")


@planted("one pupil's income")
def a_concentration_where_one_has_all(release):
    data = pupils().assign(income=lambda d: d["hours"].abs())
    data.loc[cell(data)[0], "income"] = 1e6
    return release.table("t", data, by=BY, value="income", statistic="gini")


@planted("the deviation of two pupils")
def a_standard_deviation_of_two(release):
    data = pupils()
    data.loc[cell(data)[2:], "score"] = np.nan
    return release.table("t", data, by=BY, value="score", statistic="standard deviation")


@planted("that everyone in a cell has the same score")
def a_standard_deviation_of_zero(release):
    data = pupils()
    data.loc[cell(data), "score"] = 61.0
    return release.table("t", data, by=BY, value="score", statistic="standard deviation")


@planted("one pupil's debt")
def a_sum_of_opposite_signs(release):
    data = pupils().assign(balance=lambda d: d["hours"] - 20)
    data.loc[cell(data)[0], "balance"] = -1e6
    data.loc[cell(data)[1], "balance"] = 0.99e6
    return release.table("t", data, by=BY, value="balance", statistic="sum")


@planted("where all pupils of a track are")
def a_track_that_is_in_one_school_only(release):
    data = pupils()
    data.loc[data.index[(data["school"] == "A")][:60], "track"] = "pro"
    return release.table("t", data, by=BY)


@planted("3 pupils whose track is not known")
def few_with_a_missing_category(release):
    data = pupils()
    data.loc[:2, "track"] = None
    return release.table("t", data, by="track")


@planted("3 pupils in one corner of a cube")
def a_small_cell_in_three_dimensions(release):
    data = pupils()
    few = data.index[(data["sex"] == "girl") & (data["school"] == "B") & (data["track"] == "vwo")][3:]
    data.loc[few, "sex"] = "boy"
    return release.table("t", data, by=["school", "track", "sex"])


@planted("pupils born on one day")
def counts_by_day(release):
    day = pd.Timestamp("2008-01-01") + pd.to_timedelta(np.arange(1000) % 365, unit="D")
    return release.table("t", pupils().assign(born=day), by="born")


@planted("which school each row is")
def means_by_a_copy_of_the_school(release):
    data = pupils().assign(place=lambda d: "place " + d["location"].str[1:])
    return release.table("t", data, by="place", value="score", statistic="mean")


@planted("each pupil's score")
def a_table_of_every_pupil(release):
    data = pupils().assign(rank=np.arange(1000))
    return release.table("t", data, by="rank", value="score", statistic="mean")


@planted("the first pupil's score of each group")
def the_first_of_each_group(release):
    return release.groupby(pupils(), BY)["score"].agg("first", name="t")


@planted("a pupil's score, by a function of one's own")
def an_unknown_function(release):
    return release.groupby(pupils(), BY)["score"].agg(lambda scores: scores.sort_values().iloc[-2], name="t")


@planted("nearly the highest score")
def a_quantile_close_to_the_top(release):
    return release.groupby(pupils(), BY)["score"].quantile("t", q=0.999)


@planted("the highest score, among means")
def a_maximum_among_other_statistics(release):
    return release.pivot_table("t", pupils(), values="score", index="school", columns="track", aggfunc=["mean", max])


@planted("the scores at which quantile groups begin and end")
def quantile_groups_named_by_their_edges(release):
    data = pupils()
    return release.table("t", data.assign(group=pd.qcut(data["score"], 5)), by="group")


@planted("the highest score")
def an_edge_written_as_text(release):
    data = pupils()
    edges = [0, 40, 60, data["score"].max()]
    labels = [f"{low} to {high}" for low, high in itertools.pairwise(edges)]
    data["group"] = pd.cut(data["score"], edges, labels=labels).astype(str)
    return release.table("t", data, by="group")


@planted("the mean of 2 pupils, who have 20 records each among 100 schools' names")
def records_of_few_pupils_in_a_margin(release):
    data = pupils()
    few = pd.concat([data.iloc[[0, 20]]] * 20).assign(track="pro")
    return release.table("t", pd.concat([data, few]), by="track", value="score", statistic="mean", margins=True)


@planted("one of two pupils' incomes, to the other")
def two_pupils_share_a_sum(release):
    data = pupils().assign(income=lambda d: d["hours"].abs())
    data.loc[cell(data)[:2], "income"] = [1e6, 0.98e6]
    return release.table("t", data, by=BY, value="income", statistic="sum")


@planted("two schools' mean, to each other")
def a_mean_of_two_schools(release):
    data = pupils().assign(region=lambda d: np.where(d["location"].isin(["l00", "l01"]), "town", "country"))
    return release.table("t", data, by="region", value="score", statistic="mean")


@planted("the sizes of the largest schools' shares")
def a_top_decile_of_few(release):
    data = pupils()
    data.loc[:29, "track"] = "pro"
    return release.table("t", data, by="track", value="hours", statistic="top decile share")


@planted("how three pupils' scores lie")
def a_skewness_of_three(release):
    data = pupils()
    data.loc[cell(data)[3:], "score"] = np.nan
    return release.table("t", data, by=BY, value="score", statistic="skewness")


@planted("the lowest score")
def bins_named_by_their_lower_edges(release):
    data = pupils()
    edges = np.quantile(data["score"], [0, 0.2, 0.4, 0.6, 0.8])
    data["from"] = edges[np.searchsorted(edges, data["score"], side="right") - 1]
    return release.table("t", data, by="from")


@planted("the scores of a group of 2, beside a category that is called All")
def a_category_with_the_name_of_the_total(release):
    data = pupils()
    data.loc[[0, 20], "track"] = "All"
    return release.crosstab("t", data["school"], data["track"], data=data, margins=True, margins_name="Total")


@planted("a mean of 2, filled in with 0 elsewhere")
def a_filled_pivot_table(release):
    data = pupils()
    data.loc[[0, 1], "track"] = "pro"
    return release.pivot_table("t", data, values="score", index="school", columns="track", fill_value=0)


@planted("one variable's mean of 4, beside a safe one")
def one_of_two_variables_has_few_values(release):
    data = pupils()
    data.loc[cell(data)[4:], "hours"] = np.nan
    return release.groupby(data, BY).agg({"score": "mean", "hours": "mean"}, name="t")


@planted("a count of 2")
def sizes_of_groups_in_the_index(release):
    data = pupils()
    data.loc[[0, 20], "track"] = "pro"
    return release.groupby(data.set_index("track", append=True), level=1).size("t")


@planted("5 pupils, whose records are another frame's")
def a_crosstab_of_other_records(release):
    data, few = pupils(), pupils().head(5)
    return release.crosstab("t", few["school"], few["track"], data=data)


@planted("the variance of two pupils")
def a_variance_by_pandas(release):
    data = pupils()
    data.loc[cell(data)[2:], "score"] = np.nan
    return release.groupby(data, BY)["score"].var("t")


@planted("how many different scores two pupils have")
def different_values_by_pandas(release):
    return release.groupby(pupils(), BY)["score"].nunique("t")


@planted("2 pupils: one row of the table less another")
def overlapping_groups_in_one_table(release):
    data = pupils()
    ranked = data["score"].rank(method="first")
    groups = {"below 48": ranked <= 400, "below 48.1": ranked <= 402}
    return release.table("t", pd.concat([data[here].assign(group=name) for name, here in groups.items()]), by="group")


@planted("a count of 3: a total made by hand less the rows")
def a_total_made_by_hand(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    rows = pd.concat([data.assign(track="all tracks"), data[data["track"] != "pro"]])
    return release.table("t", rows, by="track")


@planted("the score of one pupil: two rows' means")
def a_group_with_and_without_one_pupil(release):
    data = pupils()
    both = pd.concat([data.assign(group="all"), data.iloc[1:].assign(group="with consent")])
    return release.table("t", both, by="group", value="score", statistic="mean", decimals=4)


@planted("a school's mean: a row less another")
def a_group_with_and_without_one_school(release):
    data = pupils()
    both = pd.concat([data.assign(group="all"), data[data["location"] != "l05"].assign(group="others")])
    return release.table("t", both, by="group", value="score", statistic="mean", decimals=4)


@planted("3 pupils, as what the shares of a row leave")
def shares_that_leave_a_few(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    made = {track: (data["track"] == track) * 1.0 for track in ("vmbo", "havo", "vwo")}
    data = data.assign(**made)
    for track in ("vmbo", "havo"):
        release.table(track, data, by="sex", value=track, statistic="mean", decimals=4)
    return release.table("vwo", data, by="sex", value="vwo", statistic="mean", decimals=4)


@planted("a pupil's linking key, as the name of a hidden row")
def a_key_as_the_name_of_a_category(release):
    data = pupils()
    data.loc[0, "track"] = data.loc[0, "pupil"]
    return release.table("t", data, by="track", suppress=True)
