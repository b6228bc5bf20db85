"""Binned scatters: the means of two variables instead of persons, judged as any table."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
DATA = pupils(900).assign(hours=lambda d: (d.index * 7 % 300) / 10 + d["score"] / 100)


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def points_of(table):
    figure = Figure()
    axes = figure.subplots()
    axes.scatter(table["mean_hours"], table["mean_score"])
    return figure, axes


def test_a_binned_scatter_of_many_passes_and_so_does_its_figure(release):
    table = release.binned_scatter("b", DATA, x="hours", y="score", by="sex", bins=10)
    assert table.outcome is PASS, table.reason
    assert release.figure("f", points_of(table.frame)[0], of="b").outcome is PASS
    assert list(table.frame.columns) == ["sex", "hours_bin", "n", "mean_hours", "mean_score"]


def test_a_scatter_of_the_persons_needs_review_and_says_what_to_do(release):
    table = release.binned_scatter("b", DATA, x="hours", y="score")
    figure, axes = points_of(table.frame)
    axes.scatter(DATA["hours"], DATA["score"])
    registered = release.figure("f", figure, of="b")
    assert registered.outcome is REVIEW
    assert "the points are persons" in registered.reason


@pytest.mark.parametrize("bins", [2, 7, 20])
def test_bins_hold_equally_many_and_their_means_are_those_of_the_records(release, bins):
    frame = release.binned_scatter("b", DATA, x="hours", y="score", bins=bins, decimals=6).frame
    assert len(frame) == bins
    assert frame["n"].max() - frame["n"].min() <= 4
    ordered = DATA.sort_values("hours", kind="stable")
    ends = np.cumsum(frame["n"].astype(int))
    for start, end, x, y in zip([0, *ends[:-1]], ends, frame["mean_hours"], frame["mean_score"], strict=True):
        part = ordered.iloc[start:end]
        assert x == pytest.approx(part["hours"].mean(), abs=1e-6)
        assert y == pytest.approx(part["score"].mean(), abs=1e-6)


def test_a_group_that_is_all_in_one_bin_fails(release):
    data = DATA.assign(grade=np.where(DATA["sex"] == "boy", 3, DATA.index % 3))
    assert release.binned_scatter("b", data, x="grade", y="score").outcome is PASS
    release.remove("b")
    assert release.binned_scatter("b", data, x="grade", y="score", by="sex").outcome is FAIL


def test_equal_values_are_in_one_bin(release):
    table = release.binned_scatter("b", DATA.assign(grade=DATA.index % 3), x="grade", y="score", bins=20)
    assert table.outcome is PASS, table.reason
    frame = table.frame
    assert frame["n"].tolist() == [300, 300, 300]
    assert frame["grade_bin"].tolist() == ["1", "2", "3"]


@pytest.mark.parametrize(("bins", "expected"), [(90, PASS), (100, FAIL)])
def test_bins_of_ten_pupils_pass_and_of_nine_fail(release, bins, expected):
    data = DATA.assign(hours=np.random.default_rng(3).permutation(900) / 10)
    assert release.binned_scatter("b", data, x="hours", y="score", bins=bins).outcome is expected


def test_bins_of_a_variable_that_few_have_fail(release):
    data = DATA.assign(support=np.where(np.arange(900) < 5, 10.0, 0.0))
    assert release.binned_scatter("b", data, x="hours", y="support", bins=5).outcome is FAIL


def test_records_without_either_value_are_in_no_bin(release):
    data = DATA.assign(score=DATA["score"].where(DATA.index % 3 > 0), hours=DATA["hours"].where(DATA.index % 2 > 0))
    assert release.binned_scatter("b", data, x="hours", y="score", bins=4).frame["n"].sum() == 300


def test_the_same_bins_without_one_pupil_fail(release):
    assert release.binned_scatter("a", DATA, x="hours", y="score", bins=10).outcome is PASS
    assert release.binned_scatter("b", DATA.drop(DATA.index[3]), x="hours", y="score", bins=10).outcome is not PASS


def test_bins_of_two_variables_are_not_the_same_groups(release):
    data = DATA.assign(grade=DATA.index % 30, lessons=(DATA.index * 11 % 300) / 7)
    for x in ("hours", "lessons"):
        assert release.binned_scatter(x, data, x=x, y="score", bins=9).outcome is PASS
        assert release.binned_scatter(f"{x}-2", data, x=x, y="grade", bins=9).outcome is PASS


@pytest.mark.parametrize("bins", [(20, 19), (60, 58)])
def test_bins_that_differ_by_a_pupil_from_other_bins_fail(release, bins):
    data = DATA.assign(hours=np.random.default_rng(3).permutation(900) / 10)
    assert release.binned_scatter("a", data, x="hours", y="score", bins=bins[0]).outcome is PASS
    assert release.binned_scatter("b", data, x="hours", y="score", bins=bins[1]).outcome is FAIL


@pytest.mark.parametrize(
    "how",
    [{"bins": 1}, {"bins": 2.5}, {"x": "score"}, {"x": "sex"}, {"x": "absent"}, {"by": 7}, {"by": "mean_score"}],
)
def test_what_makes_no_bins_is_an_error(release, how):
    data = DATA.assign(mean_score=1)
    with pytest.raises(InputError):
        release.binned_scatter("b", data, **{"x": "hours", "y": "score"} | how)
