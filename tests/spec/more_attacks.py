"""Disclosures that somebody planted who had not seen the code: what was caught since, and what still passes."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from output_checks.model.finding import Outcome
from tests.spec.planting import planted

EQUATIONS = "variables that add up to another one are not known to"
MOMENTS = "moments beside counts of merged values are not solved together"
TESTS = "a chi-square is not among the attacker's equations"
MODELS = "the groups of a model are set against those of tables by their numbers only"
SCALES = "a variable that is another one on another scale is not recognised"
WEIGHTS = "one weight that is most of a weighted number beside the plain one"
THREE_WAY = "margins of more than two variables are not put together"
VALUES = "a category is not recognised as somebody's value"


def base(n=2000, schools=40):
    rng = np.random.default_rng(1)
    data = pd.DataFrame(
        {"pupil": [f"p{i:05d}" for i in range(n)], "location": [f"l{i % schools:02d}" for i in range(n)]}
    )
    data["sex"] = rng.choice(["boy", "girl"], n)
    data["track"] = rng.choice(["vmbo", "havo", "vwo"], n, p=[0.5, 0.3, 0.2])
    data["score"] = np.round(rng.normal(500, 20, n), 2)
    return data, rng


def passing(registered):
    assert registered.outcome is Outcome.PASS, registered.reason


@planted("4 pupils, as half of two overlapping sets less a third")
def three_sets_that_overlap(release):
    data, _ = base()
    groups = np.array(["g2"] * 700 + ["g3"] * 700 + ["rest"] * 600)
    groups[[10, 800, 1900, 50]] = "g1"
    pairs = {"f12": ["g1", "g2"], "f23": ["g2", "g3"], "f13": ["g1", "g3"]}
    *_, last = [
        release.table(name, data.assign(**{name: np.isin(groups, sets)}), by=name, value="score", statistic="mean")
        for name, sets in pairs.items()
    ]
    return last


@planted("one school's mean, as half of two overlapping sets less a third")
def three_sets_of_schools_that_overlap(release):
    data, _ = base()
    first, second = [f"l{i}" for i in range(10, 20)], [f"l{i}" for i in range(20, 30)]
    pairs = {"f12": ["l05", *first], "f23": [*first, *second], "f13": ["l05", *second]}
    *_, last = [
        release.table(
            name, data.assign(**{name: data["location"].isin(sets)}), by=name, value="score", statistic="mean"
        )
        for name, sets in pairs.items()
    ]
    return last


@planted("one pupil's score, as a group less two cells")
def a_regrouping_of_two_variables_but_for_one(release):
    data, _ = base()
    data["half"] = np.where(data.index < 1000, "1", "2")
    data["u"] = np.where(data.index % 4 < 2, "e", "f")
    data["v"] = np.where((data["u"] == "e") == (data["half"] == "1"), "x", "y")
    data.loc[5, "v"] = "y" if data.loc[5, "v"] == "x" else "x"
    passing(release.table("a", data, by=["u", "half"], value="score", statistic="mean", decimals=4))
    return release.table("b", data, by="v", value="score", statistic="mean", decimals=4)


@planted("by how much one school's scores were corrected")
def scores_of_one_school_corrected(release):
    data, rng = base()
    data["corrected"] = data["score"].where(data["location"] != "l05", data["score"] + rng.normal(7, 3, 2000))
    passing(release.table("a", data, by="sex", value="score", statistic="mean", decimals=4))
    return release.table("b", data, by="sex", value="corrected", statistic="mean", decimals=4)


@planted("a hidden total, as a sum less its other part", wrong=EQUATIONS)
def the_part_of_a_total(release):
    data, rng = base()
    data["wage"] = rng.normal(30000, 8000, 2000).round()
    data["profit"] = rng.gamma(1, 100, 2000).round() + 1
    data.loc[3, "profit"] = 2_000_000
    data["income"] = data["wage"] + data["profit"]
    for name in ("profit", "wage"):
        release.table(name, data, by=["sex", "track"], value=name, statistic="sum", suppress=True, margins=True)
    return release.table(
        "income", data, by=["sex", "track"], value="income", statistic="sum", suppress=True, margins=True
    )


@planted("one pupil's bonus, as a total less its parts", wrong=EQUATIONS)
def a_sum_of_three(release):
    data, rng = base()
    data["reading"], data["maths"] = rng.integers(10, 50, 2000), rng.integers(10, 50, 2000)
    data["total"] = data["reading"] + data["maths"] + 13 * (data.index == 7)
    for name in ("reading", "maths"):
        passing(release.table(name, data, by="sex", value=name, statistic="mean", decimals=4))
    return release.table("total", data, by="sex", value="total", statistic="mean", decimals=4)


@planted("the correction of one pupil's score", wrong=SCALES)
def a_score_on_another_scale(release):
    data, _ = base()
    data["scale"] = 2 * (data["score"] + 41 * (data.index == 3)) + 7
    passing(release.table("a", data, by="sex", value="score", statistic="mean", decimals=6))
    return release.table("b", data, by="sex", value="scale", statistic="mean", decimals=6)


@planted("how many gave an answer that 2 gave", wrong=MOMENTS)
def four_answers_and_who_agrees(release):
    data, rng = base()
    data["answer"] = rng.choice([1, 2, 3], 2000, p=[0.4, 0.3, 0.3])
    for sex in ("boy", "girl"):
        data.loc[data.index[data["sex"] == sex][:2], "answer"] = 4
    data["agrees"] = np.where(data["answer"] >= 3, "yes", "no")
    passing(release.table("a", data, by="sex", value="answer", statistic=["mean", "standard deviation"], decimals=4))
    return release.table("b", data, by=["sex", "agrees"])


@planted("how often one pupil was late", wrong=MOMENTS)
def a_mean_and_a_top_coded_table(release):
    data, rng = base()
    data["late"] = rng.choice([0, 1, 2], 2000, p=[0.4, 0.3, 0.3])
    data.loc[data.index[data["sex"] == "girl"][4], "late"] = 9
    data["band"] = data["late"].map({0: "0", 1: "1"}).fillna("2 or more")
    passing(release.table("a", data, by="sex", value="late", statistic="mean", decimals=4))
    return release.table("b", data, by=["sex", "band"])


@planted("an income, as what skewness tells")
def one_value_behind_the_skewness(release):
    data, rng = base()
    data["income"] = rng.normal(2000, 400, 2000).round()
    data.loc[9, "income"] = 80000
    statistic = ["mean", "standard deviation", "skewness"]
    return release.table("t", data, by="sex", value="income", statistic=statistic, decimals=4)


@planted("a pupil's score, as what a correlation tells")
def one_value_behind_a_correlation(release):
    data, rng = base()
    data["x"] = rng.normal(0, 1, 2000)
    data.loc[9, "x"] = 3000
    return release.table("t", data, by="sex", value="x", second="score", statistic="correlation", decimals=8)


@planted("a pupil's score, whose weight is a quarter of all", wrong=WEIGHTS)
def one_large_weight(release):
    data, rng = base()
    data["weight"] = rng.uniform(0.9, 1.1, 2000)
    data.loc[3, "weight"] = 400
    passing(release.table("a", data, by="sex", value="score", statistic="mean", decimals=2))
    return release.table(
        "b", data, by="sex", value="score", weight="weight", statistic=["weighted mean", "weighted count"], decimals=2
    )


@planted("a hidden count, as the one that gives this statistic", wrong=TESTS)
def a_test_of_a_table_that_hides(release):
    data, _ = base()
    data.loc[:17, "track"], data.loc[:7, "sex"], data.loc[8:17, "sex"] = "pro", "girl", "boy"
    passing(release.table("a", data, by=["sex", "track"], margins=True, suppress=True))
    result = stats.chi2_contingency(pd.crosstab(data["sex"], data["track"]))
    return release.test("b", result, data=data, by=["sex", "track"])


@planted("the score of a pupil whose sex was corrected", wrong=MODELS)
def a_table_and_a_model_that_differ_in_one(release):
    formula = pytest.importorskip("statsmodels.formula.api")
    data, _ = base()
    data["girl"] = ((data["sex"] == "girl") != (data.index == 3)) * 1
    passing(release.table("a", data, by="sex", value="score", statistic="mean", decimals=5))
    return release.model("b", formula.ols("score ~ girl", data).fit(), data=data, decimals=6)


@planted("that all girls of a track have a diploma", wrong=THREE_WAY)
def three_tables_of_two_variables(release):
    counts = [
        ("girl", "havo", "yes", 160),
        ("girl", "vmbo", "no", 150),
        ("boy", "havo", "no", 170),
        ("girl", "vmbo", "yes", 180),
        ("boy", "havo", "yes", 190),
        ("boy", "vmbo", "no", 165),
    ]
    rows = [row[:3] for row in counts for _ in range(row[3])]
    data, _ = base(len(rows))
    data[["sex", "track", "diploma"]] = rows
    data["location"] = [f"l{i:02d}" for i in np.random.default_rng(4).integers(0, 12, len(rows))]
    *_, last = [
        release.table("-".join(by), data, by=list(by))
        for by in (("sex", "track"), ("track", "diploma"), ("sex", "diploma"))
    ]
    return last


@planted("three pupils' scores, as names of categories", wrong=VALUES)
def a_category_that_is_a_value(release):
    data, _ = base()
    data["one"] = data.groupby("track")["score"].transform("first")
    return release.table("t", data, by="one")
