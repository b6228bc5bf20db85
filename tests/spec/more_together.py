"""Further disclosures by two outputs together: each is safe alone, and the second must not pass."""

import numpy as np
import pandas as pd

from output_checks.model.finding import Outcome
from tests.spec.planting import cell, planted, pupils

BY = ["school", "track"]
MANY = "a hidden group is not set beside three or more parts of it"
LIMITS = "groups of two variables whose members differ by few are not set beside each other"
VARIABLES = "two variables of the same pupils that differ for few are not set beside each other"
PARTS = "a total is not set beside three or more tables of its parts"


def first(registered):
    """The output that was there before; it is safe."""
    assert registered.outcome is Outcome.PASS, registered.reason


@planted("one pupil's school and track")
def the_same_table_of_another_population(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    return release.table("b", data.iloc[1:], by=BY, population="pupils who took the test")


@planted("one pupil's school and track")
def the_same_table_with_other_names(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    renamed = data.assign(place="School " + data["school"], level=data["track"].str.upper())
    return release.table("b", renamed.iloc[1:], by=["place", "level"])


@planted("one pupil's school and track")
def a_finer_table_without_one_pupil(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    return release.table("b", data.iloc[1:], by=[*BY, "sex"])


@planted("one pupil's school and track")
def percentages_without_one_pupil(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    less = data.iloc[1:]
    return release.crosstab("b", less["school"], less["track"], data=less, normalize="index", decimals=3)


@planted("which track a pupil changed to")
def the_same_table_with_one_pupil_moved(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    data.loc[0, "track"] = "vwo" if data.loc[0, "track"] != "vwo" else "havo"
    return release.table("b", data, by=BY)


@planted("the boys of a cell, of whom there are 4")
def a_total_and_its_larger_part(release):
    data = pupils().assign(sex="girl")
    data.loc[data.index % 3 == 0, "sex"] = "boy"
    data.loc[cell(data)[4:], "sex"] = "girl"
    data.loc[cell(data)[:4], "sex"] = "boy"
    first(release.table("a", data, by=BY))
    return release.table("b", data[data["sex"] == "girl"], by=BY, population="girls")


@planted("the mean score of 2 pupils")
def means_without_the_two_lowest(release):
    data = pupils()
    first(release.table("a", data, by=BY, value="score", statistic="mean"))
    return release.table("b", data.drop(data["score"].nsmallest(2).index), by=BY, value="score", statistic="mean")


@planted("one pupil's score")
def means_of_a_variable_changed_for_one_pupil(release):
    data = pupils().assign(other=lambda d: d["score"])
    data.loc[0, "other"] = 0.0
    first(release.table("a", data, by=BY, value="score", statistic="mean", decimals=4))
    return release.table("b", data, by=BY, value="other", statistic="mean", decimals=4)


@planted("the scores of those few who lack the other variable")
def means_of_one_variable_among_those_who_have_another(release):
    data = pupils()
    first(release.table("a", data, by=BY, value="score", statistic="mean"))
    has_hours = data.drop(cell(data)[:3])
    return release.table("b", has_hours, by=BY, value="score", statistic="mean", population="with hours")


@planted("the 2 pupils between two ages")
def two_tables_with_neighbouring_limits(release):
    data = pupils().assign(age=np.linspace(11, 13, 1000))
    first(release.table("a", data[data["age"] < 12.5], by="school", population="younger than 12.5"))
    return release.table("b", data[data["age"] < 12.504], by="school", population="younger than 12.504")


@planted("the 3 pupils who lack a track")
def a_total_with_and_without_missing(release):
    data = pupils()
    data.loc[:2, "track"] = None
    first(release.table("a", data, by="school"))
    return release.table("b", data.dropna(subset="track"), by="school", population="track known")


@planted("a hidden count")
def a_table_that_gives_back_what_another_hides(release):
    data = pupils()
    data.loc[:3, "track"] = "pro"
    first(release.table("a", data, by=BY, margins=True, suppress=True))
    data["advice"] = data["track"].replace({"pro": "low", "vmbo": "low"})
    return release.table("b", data, by=["school", "advice"])


@planted("a count of 3, as a total less five tables")
def parts_by_selection_and_a_total(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    first(release.table("a", data, by="school", margins=True))
    for track in ("vmbo", "havo"):
        chosen = data[data["track"] == track]
        first(release.table(track, chosen, by="school", population=track))
    return release.table("vwo", data[data["track"] == "vwo"], by="school", population="vwo")


@planted("one pupil's score")
def sums_before_and_after_one_pupil_came(release):
    data = pupils()
    first(release.table("a", data.iloc[:-1], by="school", value="hours", statistic="sum"))
    return release.table("b", data, by="school", value="hours", statistic="sum")


@planted("one pupil's score")
def a_mean_by_school_and_a_mean_by_track_less_one(release):
    data = pupils()
    first(release.table("a", data, by="school", value="score", statistic="mean", margins=True, decimals=3))
    return release.table("b", data.iloc[1:], by="track", value="score", statistic="mean", margins=True, decimals=3)


@planted("one pupil's school and track")
def a_pandas_call_without_one_pupil(release):
    data = pupils()
    first(release.crosstab("a", data["school"], data["track"], data=data, margins=True))
    less = data.iloc[1:]
    return release.crosstab("b", less["school"], less["track"], data=less, margins=True)


@planted("9 pupils' scores on average")
def means_without_a_class_of_nine(release):
    data = pupils()
    first(release.table("a", data, by="track", value="score", statistic="mean"))
    nine = data.index[data["track"] == "vwo"][:9]
    return release.table("b", data.drop(nine), by="track", value="score", statistic="mean")


@planted("one pupil's school and track")
def a_table_of_doubled_records_without_one_pupil(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    return release.table("b", pd.concat([data.iloc[1:]] * 2, ignore_index=True), by=BY)


@planted("who of a cell did not take the test")
def a_count_and_the_count_of_those_with_a_score(release):
    data = pupils()
    data.loc[cell(data)[:3], "score"] = np.nan
    first(release.table("a", data, by=BY))
    return release.table("b", data, by=BY, value="score", statistic="mean")


@planted("the counts of pro in both schools, which the first hides")
def the_others_of_a_hidden_track(release):
    data = pupils()
    data.loc[[0, 1, 2, 20], "track"] = "pro"
    first(release.table("a", data, by=BY, margins=True, suppress=True))
    return release.table("b", data[data["track"] != "pro"], by="school", population="not in pro")


@planted("three girls of school A, as all less boys less the other girls")
def a_total_less_two_selections(release):
    data = pupils()
    first(release.table("all", data, by="school"))
    first(release.table("boys", data[data["sex"] == "boy"], by="school", population="boys"))
    girls = data[data["sex"] == "girl"]
    left_out = girls.index[girls["school"] == "A"][:3]
    return release.table("girls", girls.drop(left_out), by="school", population="girls who agreed")


@planted("the mean of 3 pupils")
def shares_of_one_yes_or_no_and_of_another(release):
    data = pupils().assign(either=lambda d: d["passed"])
    data.loc[data.index[data["either"] == 0][:3], "either"] = 1.0
    first(release.table("a", data, by="school", value="passed", statistic="mean", decimals=4))
    return release.table("b", data, by="school", value="either", statistic="mean", decimals=4)


@planted("a pupil's score, as a mean times n less another")
def a_median_and_a_mean_without_one_pupil(release):
    data = pupils().assign(score=lambda d: (d["score"] / 5).round() * 5)
    first(release.table("a", data, by="school", value="score", statistic="mean"))
    return release.table("b", data.iloc[1:], by="school", value="score", statistic="median")


@planted("which category the two pupils between two limits are in")
def two_regroupings_with_neighbouring_limits(release):
    data = pupils()
    ranked = data["score"].rank(method="first")
    data["low"] = np.where(ranked <= 400, "low", "high")
    data["lower"] = np.where(ranked <= 402, "low", "high")
    first(release.table("a", data, by=["school", "low"]))
    return release.table("b", data, by=["school", "lower"])


@planted("which category the two pupils between two limits are in")
def two_regroupings_under_other_names(release):
    data = pupils()
    ranked = data["score"].rank(method="first")
    data["low"] = np.where(ranked <= 400, "below 48", "above 48")
    data["lower"] = np.where(ranked <= 402, "below 48.1", "above 48.1")
    first(release.table("a", data, by="low"))
    return release.table("b", data, by="lower")


@planted("a hidden count, as the sum of three parts")
def the_parts_of_a_hidden_track(release):
    data = pupils()
    data.loc[:3, "track"] = "pro"
    hides = release.table("a", data, by="track", margins=True, suppress=True)
    first(hides)
    hidden = set(hides.frame.loc[hides.frame["n"].isna(), "track"]) - {"pro"}
    chosen = data[data["track"].isin(hidden)].assign(place=lambda d: d["location"].str[2])
    return release.table("b", chosen, by="place", population="one track")


@planted("a hidden count, as the sum of a finer table")
def a_finer_table_beside_one_that_hides(release):
    data = pupils()
    data.loc[:3, "track"] = "pro"
    first(release.table("a", data, by="track", margins=True, suppress=True))
    chosen = data[data["track"] != "pro"]
    return release.table("b", chosen, by=["track", "sex"], population="not in pro")


@planted("a hidden mean, as what percentages and a total leave")
def sums_beside_a_table_of_means_that_hides(release):
    data = pupils()
    data.loc[:3, "track"] = "pro"
    first(release.table("a", data, by="track", value="score", statistic="mean", margins=True, suppress=True))
    chosen = data[data["track"] != "pro"]
    return release.table("b", chosen, by="school", value="score", statistic="sum", population="not in pro")


@planted("one pupil's school and track, by weighted counts")
def weighted_counts_without_one_pupil(release):
    data = pupils().assign(weight=1.0)
    first(release.table("a", data, by=BY))
    return release.table("b", data.iloc[1:], by=BY, statistic="weighted count", weight="weight")


@planted("one pupil's school and track, who weighs nothing in the second")
def weighted_counts_in_which_one_weighs_nothing(release):
    data = pupils().assign(weight=1.0)
    data.loc[0, "weight"] = 0.0
    first(release.table("a", data, by=BY))
    return release.table("b", data, by=BY, statistic="weighted count", weight="weight")


@planted("the 2 pupils between two limits, by cumulative counts")
def cumulative_counts_with_neighbouring_limits(release):
    data = pupils()
    ranked = data["score"].rank(method="first")
    data["part"] = np.select([ranked <= 300, ranked <= 600], [1, 2], 3)
    data["other"] = np.select([ranked <= 302, ranked <= 600], [1, 2], 3)
    first(release.table("a", data, by="part", statistic="cumulative count"))
    return release.table("b", data, by="other", statistic="cumulative count")


@planted("one school's mean and size")
def the_same_table_without_one_school(release):
    data = pupils()
    first(release.table("a", data, by="track", value="score", statistic="mean"))
    return release.table("b", data[data["location"] != "l05"], by="track", value="score", statistic="mean")


@planted("two schools' sizes")
def all_schools_and_all_but_two(release):
    data = pupils()
    first(release.table("a", data, by="school"))
    less = data[~data["location"].isin(["l05", "l06"])]
    return release.table("b", less, by="school", population="schools that took part twice")


@planted("one school's mean, as a total less its region")
def a_region_without_one_school(release):
    data = pupils().assign(region=lambda d: np.where(d["location"] == "l05", "rest", d["school"]))
    first(release.table("a", data, by="school", value="score", statistic="mean"))
    chosen = data[data["region"] != "rest"]
    return release.table("b", chosen, by="region", value="score", statistic="mean")


@planted("one pupil's school and track, whatever their keys are called")
def the_same_table_with_other_keys(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    return release.table("b", data.iloc[1:].assign(pupil=lambda d: d["pupil"].str[1:].astype(int)), by=BY)


@planted("one pupil's school and track")
def the_smaller_table_first(release):
    data = pupils()
    first(release.table("a", data.iloc[1:], by=BY))
    return release.table("b", data, by=BY)


@planted("one pupil's school and track, though an exception was asked for")
def an_exception_for_the_table_that_gives_away(release):
    data = pupils()
    first(release.table("a", data, by=BY))
    release.table("b", data.iloc[1:], by=BY)
    return release.request_exception("b", "The article needs both.")


@planted("counts of 1 and 2, though they are explained")
def an_explanation_of_a_small_count(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    release.table("a", data, by=BY)
    return release.explain("a", "The school agreed.")
