"""Planted disclosures that must not pass, beside safe outputs that must.

The cases are those on which an existing output checker was measured, as far as this toolkit can be asked them: 1,000
invented pupils in 30 schools, two regions and three tracks. What cannot be registered at all has not passed either.
"""

import numpy as np
import pandas as pd
import pytest
from linearmodels import PooledOLS

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release


def pupils(n=1000):
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "pupil": [f"p{i}" for i in range(n)],
            "school": [f"s{i % 30}" for i in range(n)],
            "region": np.where(np.arange(n) % 30 < 15, "A", "B"),
            "track": rng.choice(["vmbo", "havo", "vwo"], n),
            "score": rng.normal(50, 10, n).round(2),
            "x": rng.normal(size=n),
        }
    )


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def ols(data, *columns):
    indexed = data.assign(constant=1.0, wave=0).set_index(["pupil", "wave"])
    return PooledOLS(indexed["score"], indexed[["constant", *columns]]).fit(), indexed


def small_track(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    return release.table("t", data, by=["region", "track"])


def mean_of_four_scores(release):
    data = pupils()
    cell = data.index[(data["region"] == "A") & (data["track"] == "vwo")]
    data.loc[cell[4:], "score"] = np.nan
    return release.table("t", data, by=["region", "track"], value="score", statistic="mean")


def median_of_one_score(release):
    data = pupils()
    data.loc[data.index[data["track"] == "vwo"][1:], "score"] = np.nan
    return release.table("t", data, by="track", value="score", statistic="median")


def maximum(release):
    return release.table("t", pupils(), by="track", value="score", statistic="maximum")


def all_the_same_score(release):
    data = pupils()
    data.loc[data["track"] == "vwo", "score"] = 61.0
    return release.table("t", data, by="track", value="score", statistic="mean")


def everyone_in_one_track(release):
    return release.table("t", pupils().assign(track="havo"), by=["region", "track"])


def nearly_everyone_in_one_track(release):
    data = pupils().assign(track="havo")
    data.loc[data.index % 33 == 0, "track"] = "vwo"
    return release.table("t", data, by=["region", "track"])


def small_float_key(release):
    data = pupils().assign(year=2010.0)
    data.loc[:2, "year"] = 2011.0
    return release.table("t", data, by="year")


def small_date_key(release):
    data = pupils().assign(day=pd.Timestamp("2020-01-01"))
    data.loc[:2, "day"] = pd.Timestamp("2020-02-01")
    return release.table("t", data, by="day")


def statistic_as_a_function(release):
    data = pupils()
    data.loc[:1, "track"] = "pro"
    return release.table("t", data, by="track", value="score", statistic=np.mean)


def one_pupil_holds_the_sum(release):
    data = pupils()
    data.loc[0, "score"] = 1e7
    data.loc[data.index[data["track"] != data.loc[0, "track"]][0], "score"] = -1.0
    return release.table("t", data, by="track", value="score", statistic="sum")


def two_pupils_with_many_records(release):
    data = pupils()
    few = pd.concat([data.iloc[:2]] * 20).assign(track="pro")
    return release.table("t", pd.concat([data, few]), by="track", value="score", statistic="mean")


def the_same_table_without_one_pupil(release):
    data = pupils()
    assert release.table("before", data, by=["region", "track"]).outcome is Outcome.PASS
    return release.table("after", data.iloc[1:], by=["region", "track"])


def dummy_for_one_pupil(release):
    data = pupils()
    data["dummy"] = (data.index == 5) * 1.0
    model, indexed = ols(data, "x", "dummy")
    return release.model("m", model, data=indexed)


def dummy_for_a_track_of_three(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    for track in ("pro", "vmbo", "vwo"):
        data[track] = (data["track"] == track) * 1.0
    model, indexed = ols(data, "pro", "vmbo", "vwo")
    return release.model("m", model, data=indexed)


def one_effect_per_pupil(release):
    data = pupils(700)
    names = [f"d{i}" for i in range(300)]
    data = pd.concat([data, pd.DataFrame(np.eye(700)[:, :300], columns=names)], axis=1)
    model, indexed = ols(data, *names)
    return release.model("m", model, data=indexed)


def model_of_another_package(release):
    return release.model("m", object(), data=pupils())


def histogram_of_a_group_of_two(release):
    data = pupils().assign(bin=lambda d: pd.cut(d["score"], [0, 40, 50, 60, 100]), group="many")
    data.loc[:1, "group"] = "two"
    return release.table("t", data, by=["group", "bin"])


def histogram_from_lowest_to_highest(release):
    data = pupils()
    data["bin"] = pd.cut(data["score"], np.linspace(data["score"].min(), data["score"].max(), 4), include_lowest=True)
    data["bin"] = data["bin"].cat.add_categories("none").fillna("none").astype(str)
    return release.table("t", data[["pupil", "school", "bin", "score"]], by="bin")


def histogram_with_edges_by_pandas(release):
    data = pupils()
    return release.table("t", data.assign(bin=pd.cut(data["score"], 3)), by="bin")


def survival_of_twelve_pupils(release):
    data = pupils(12).assign(term=[1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 8, 9])
    return release.table("t", data, by="term")


def raw_rows(release, tmp_path):
    path = tmp_path / "rows_to_take.csv"
    pupils(20)[["region", "track", "score"]].to_csv(path, index=False)
    return release.file("f", path)


PLANTED = [
    small_track,
    mean_of_four_scores,
    median_of_one_score,
    maximum,
    all_the_same_score,
    everyone_in_one_track,
    nearly_everyone_in_one_track,
    small_float_key,
    small_date_key,
    statistic_as_a_function,
    one_pupil_holds_the_sum,
    two_pupils_with_many_records,
    the_same_table_without_one_pupil,
    dummy_for_one_pupil,
    dummy_for_a_track_of_three,
    one_effect_per_pupil,
    model_of_another_package,
    histogram_of_a_group_of_two,
    histogram_from_lowest_to_highest,
    histogram_with_edges_by_pandas,
    survival_of_twelve_pupils,
    raw_rows,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_disclosure_does_not_pass(plant, release, tmp_path):
    try:
        registered = plant(release, tmp_path) if plant is raw_rows else plant(release)
    except InputError:
        assert not release.check().outputs  # refused before it was registered
    else:
        assert registered.outcome in {Outcome.FAIL, Outcome.REVIEW}


def safe_counts(release):
    return release.table("t", pupils(), by=["region", "track"])


def safe_means(release):
    return release.table("t", pupils(), by=["region", "track"], value="score", statistic="mean")


def safe_model(release):
    model, indexed = ols(pupils(), "x")
    return release.model("m", model, data=indexed)


def safe_histogram(release):
    """Five whole scores, each of 200 pupils, so that even the lowest and highest are nobody's own."""
    data = pupils().assign(score=lambda d: 1.0 + d.index // 200)
    return release.table("t", data.assign(bin=pd.cut(data["score"], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])), by="bin")


def safe_histogram_from_lowest_to_highest(release):
    data = pupils().assign(score=lambda d: 1.0 + d.index // 200)
    return release.table("t", data.assign(bin=pd.cut(data["score"], 5)), by="bin")


def safe_survival(release):
    data = pupils(20_000).assign(term=lambda d: d.index // 30 % 30)
    return release.table("t", data, by="term")


def safe_shares(release):
    data = pupils().assign(vwo=lambda d: (d["track"] == "vwo") * 100.0)
    return release.table("t", data, by="region", value="vwo", statistic="mean")


@pytest.mark.parametrize(
    "control",
    [
        safe_counts,
        safe_means,
        safe_model,
        safe_histogram,
        safe_histogram_from_lowest_to_highest,
        safe_survival,
        safe_shares,
    ],
    ids=lambda control: control.__name__,
)
def test_a_safe_output_passes(control, release):
    registered = control(release)
    assert registered.outcome is Outcome.PASS, registered.reason
