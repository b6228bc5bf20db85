"""A table asked for with suppression is protected beside what is registered, as one system."""

import pytest

from output_checks import Release
from output_checks.model.finding import Outcome
from tests.factories import pupils

UNITS = {"pupil": "pupil", "school": "school"}


@pytest.fixture
def release(tmp_path):
    return Release("study", folder=tmp_path / "draft", units=UNITS, author="researcher")


def data():
    frame = pupils(1000)
    frame.loc[:3, "track"] = "pro"
    frame["level"] = frame["track"].replace({"pro": "low", "vmbo": "low"})
    return frame


def test_a_regrouping_beside_a_table_that_hides_hides_what_would_give_it_away(release):
    first = release.table("first", data(), by=["track", "sex"], margins=True, suppress=True)
    assert first.outcome is Outcome.PASS
    open_beside = release.table("second", data(), by=["level", "sex"])
    protected = release.table("second", data(), by=["level", "sex"], suppress=True)
    assert protected.outcome is Outcome.PASS
    if open_beside.outcome is Outcome.FAIL:
        assert protected.output.tabulations[0].hidden.any()
    assert not protected.output.tabulations[0].hidden.all()


def test_a_selection_that_leaves_few_over_has_the_cells_hidden_that_do(release):
    frame = pupils(1000)
    release.table("all", frame, by=["track", "sex"])
    few = frame[(frame["track"] == "vwo") & (frame["sex"] == "boy")].index[:4]
    less = frame.drop(few).assign(way=lambda d: d["track"].str.upper())
    assert release.table("less", less, by=["way", "sex"]).outcome is Outcome.FAIL
    protected = release.table("less", less, by=["way", "sex"], suppress=True)
    hidden = {
        cell
        for cell, gone in zip(
            protected.output.tabulations[0].cells, protected.output.tabulations[0].hidden, strict=True
        )
        if gone
    }
    assert protected.outcome is not Outcome.FAIL
    assert ("VWO", "boy") in hidden
    assert len(hidden) < 6


def test_a_table_that_needs_nothing_more_is_left_as_it_was(release):
    release.table("first", data(), by="track", margins=True, suppress=True)
    again = release.table("again", data(), by="sex", suppress=True)
    assert again.outcome is Outcome.PASS
    assert not again.output.tabulations[0].hidden.any()
