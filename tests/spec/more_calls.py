"""Further disclosures by what pandas lets one ask, and by where the records come from."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.scoreboard import data as invented
from tests.spec.planting import cell, planted, pupils, safe

BY = ["school", "track"]


@planted("every score of every cell")
def lists_of_values(release):
    return release.groupby(pupils(), BY)["score"].agg(list, name="t")


@planted("every score of every cell")
def joined_values(release):
    return release.groupby(pupils(), BY)["score"].agg(lambda scores: ",".join(map(str, scores)), name="t")


@planted("who has the highest score")
def the_key_of_the_highest(release):
    return release.groupby(pupils().set_index("pupil", drop=False), BY)["score"].agg("idxmax", name="t")


@planted("the lowest and highest scores")
def a_description(release):
    return release.groupby(pupils(), "track")["score"].agg(["mean", "std", "min", "max"], name="t")


@planted("one pupil's score of each cell")
def the_first_in_a_crosstab(release):
    data = pupils()
    return release.crosstab(
        "t", data["school"], data["track"], values=data["score"], aggfunc=lambda scores: scores.iloc[0], data=data
    )


@planted("a sum of which one pupil has nearly all")
def a_sum_in_a_crosstab(release):
    data = invented.one_pupil_holds_a_cell()
    return release.crosstab("t", data["school"], data["track"], values=data["score"], aggfunc="sum", data=data)


@planted("a mean of 2, from a DuckDB relation")
def few_in_a_database(release):
    duckdb = pytest.importorskip("duckdb")
    data = invented.track_of_three()
    with duckdb.connect() as connection:
        relation = connection.from_df(data.astype(dict.fromkeys(("pupil", "location", *BY), "object")))
        return release.table("t", relation, by=BY, value="score", statistic="mean")


@planted("2 pupils, whose other records have no key")
def records_without_a_key(release):
    data = pupils()
    data.loc[cell(data)[2:], "pupil"] = None
    return release.table("t", data, by=BY, value="score", statistic="mean")


@planted("a mean of records whose pupils are not known apart")
def one_key_for_all_who_are_unknown(release):
    data = pupils()
    data.loc[cell(data), "pupil"] = "unknown"
    return release.table("t", data, by=BY, value="score", statistic="mean")


@planted("a count of 3, in an empty text for a track")
def few_with_an_empty_text(release):
    data = pupils()
    data.loc[:2, "track"] = ""
    return release.table("t", data, by="track")


@planted("a count of 3, as True")
def few_who_are_true(release):
    return release.table("t", pupils().assign(moved=lambda d: d.index < 3), by="moved")


@planted("a value that is infinite for one pupil")
def an_infinite_value(release):
    data = pupils()
    data.loc[0, "score"] = np.inf
    return release.table("t", data, by=BY, value="score", statistic="mean")


@planted("3 pupils who went from one school to another")
def a_small_flow(release):
    data = pupils().assign(to=lambda d: d["school"])
    data.loc[:2, "to"] = "B"
    return release.table("t", data, by=["school", "to"])


@planted("the scores of the few at the ends of the axis")
def means_by_bins_of_hours(release):
    data = pupils()
    data["bin"] = pd.cut(data["hours"], [-100, 6, 20, 34, 100]).astype(str)
    return release.table("t", data, by="bin", value="score", statistic="mean")


@planted("a cluster of 4 pupils and its centre")
def centres_of_clusters(release):
    data = pupils().assign(cluster=lambda d: d.index % 3)
    data.loc[:3, "cluster"] = 3
    return release.groupby(data, "cluster").agg(name="t", score=("score", "mean"), hours=("hours", "mean"))


@planted("when pupils of one school left")
def survival_of_a_small_group(release):
    data = invented.many_leave()
    data.loc[::400, "school"] = "C"
    return release.table("t", data, by=["school", "ends"])


@planted("a count of 2 in one of several tables of a call")
def one_of_several_functions(release):
    data = pupils()
    data.loc[[0, 20], "track"] = "pro"
    return release.pivot_table(
        "t", data, values=["score", "hours"], index="track", aggfunc={"score": "mean", "hours": "sum"}
    )


@safe()
def means_of_a_database(release):
    duckdb = pytest.importorskip("duckdb")
    data = pupils()
    with duckdb.connect() as connection:
        relation = connection.from_df(data.astype(dict.fromkeys(("pupil", "location", "sex", *BY), "object")))
        return release.table("t", relation, by=BY, value="score", statistic="mean")


@safe()
def a_flow_of_many(release):
    data = pupils().assign(to=lambda d: np.where(d.index % 3, "A", "B"))
    return release.table("t", data, by=["school", "to"])


@safe()
def means_by_bins_of_many(release):
    data = pupils()
    data["bin"] = pd.cut(data["hours"], [-100, 15, 20, 25, 100]).astype(str)
    return release.table("t", data, by="bin", value="score", statistic="mean")


@safe()
def yes_and_no_of_many(release):
    return release.table("t", pupils().assign(moved=lambda d: d.index % 2 == 0), by="moved")


@safe()
def several_variables_of_a_pivot_table(release):
    return release.pivot_table("t", pupils(), values=["score", "hours"], index="school", aggfunc="mean", margins=True)
