"""Shares of yes-or-no variables that leave few over, or that count just those whom another table hides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring.units import Units
from output_checks.model.finding import Outcome
from output_checks.model.marks import marks_of
from output_checks.release import Release
from tests.factories import UNITS, pupils

PASS, FAIL = Outcome.PASS, Outcome.FAIL


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def with_few_in_pro(few):
    data = pupils(1000)
    data.loc[: few - 1, "track"] = "pro"
    return data


def rules(registered):
    return {finding.rule for finding in registered.report.reasons}


def shares(release, data, tracks, *, by="sex", statistic="share"):
    """A table for each track, all registered in turn; the last one's verdict."""
    for track in tracks:
        last = release.table(
            f"share-{track}", data, by=by, value="track", category=track, statistic=statistic, decimals=4
        )
    return last


@pytest.mark.parametrize("statistic", ["share", "percentage", "mean", "sum", "standard deviation"])
def test_the_shares_of_all_tracks_but_a_small_one_fail_together(release, statistic):
    last = shares(release, with_few_in_pro(9), ["vmbo", "havo", "vwo"], statistic=statistic)
    assert last.outcome is FAIL
    assert rules(last) == {"DIF4"}
    assert release.check().of("share-vmbo").outcome is PASS


@pytest.mark.parametrize("few", [1, 9, 30])
def test_what_is_left_over_is_judged_by_how_many_they_are(release, few):
    """Thirty in two groups are about fifteen each."""
    last = shares(release, with_few_in_pro(few), ["vmbo", "havo", "vwo"])
    assert (last.outcome is FAIL) is (few < 10)


def test_ten_left_over_of_whom_each_group_has_fewer_fail(release):
    last = shares(release, with_few_in_pro(10), ["vmbo", "havo", "vwo"])
    assert rules(last) == {"DIF4"}


def test_shares_that_leave_nobody_over_pass(release):
    assert shares(release, pupils(1000), ["vmbo", "havo", "vwo"]).outcome is PASS


def test_shares_of_some_tracks_that_leave_many_over_pass(release):
    assert shares(release, with_few_in_pro(9), ["vmbo", "havo"]).outcome is PASS


def test_shares_by_other_groups_tell_the_same_of_everyone(release):
    """Each table adds up to the same pupils, whatever it divides them by."""
    data = with_few_in_pro(9)
    shares(release, data, ["vmbo", "havo"])
    data["half"] = np.where(data.index % 2, "a", "b")
    assert rules(shares(release, data, ["vwo"], by="half")) == {"DIF4"}


def test_variables_that_do_not_exclude_each_other_pass(release):
    """Nearly everybody has one or the other: but some have both, so nobody can tell who has none."""
    data = pupils(1000)
    rng = np.random.default_rng(1)
    data["one"], data["other"] = rng.integers(0, 2, 1000) * 1.0, 0.0
    data["other"] = np.where(data.index < 5, 0.0, 1.0 - data["one"])
    data.loc[(data["one"] == 1) & (data.index % 4 == 0), "other"] = 1.0
    data.loc[:4, "one"] = 0.0
    for name in ("one", "other"):
        last = release.table(name, data, by="sex", value=name, statistic="mean")
    assert "DIF4" not in rules(last)


def test_other_records_are_not_set_beside_each_other(release):
    data = with_few_in_pro(9)
    shares(release, data, ["vmbo", "havo"])
    half = data[data.index % 2 == 1]
    assert "DIF4" not in rules(shares(release, half, ["vwo"], by="track"))


def test_a_share_that_counts_just_those_of_a_hidden_cell_fails(release):
    data = with_few_in_pro(9)
    hidden = release.table("counts", data, by="track", margins=True, suppress=True)
    assert hidden.outcome is PASS
    second = next(
        cell[0]
        for cell, gone in zip(hidden.output.tabulations[0].cells, hidden.output.tabulations[0].hidden, strict=True)
        if gone and cell[0] != "pro"
    )
    assert rules(shares(release, data, [second])) == {"DIF4"}
    others = sorted({"vmbo", "havo", "vwo"} - {second})
    release.remove(f"share-{second}")
    assert shares(release, data, others[:1]).outcome is PASS


def test_a_value_that_is_missing_hides_nobody(release):
    """Each table lacks another pupil; who subtracts the shares takes these for some of the few."""
    data = with_few_in_pro(4)
    for number, track in enumerate(["vmbo", "havo", "vwo"]):
        data[track] = (data["track"] == track) * 1.0
        data.loc[20 + number, track] = np.nan
        last = release.table(track, data, by="sex", value=track, statistic="mean", decimals=4)
    assert "DIF4" in rules(last)


def test_records_of_several_years_are_set_beside_each_other_within_cells(release):
    data = with_few_in_pro(9)
    both = pd.concat([data.assign(year=2019), data.assign(year=2020)], ignore_index=True)
    assert rules(shares(release, both, ["vmbo", "havo", "vwo"], by=["year", "sex"])) == {"DIF4"}
    release.remove("share-vwo")
    assert shares(release, both, ["vmbo", "havo"], by=["year", "sex"]).outcome is PASS


def test_a_ratio_of_a_yes_or_no_variable_tells_as_much(release):
    data = with_few_in_pro(9).assign(days=lambda d: 90.0 + d.index % 7)
    for track in ("vmbo", "havo", "vwo"):
        data[track] = (data["track"] == track) * 1.0
        last = release.table(track, data, by="sex", value=track, second="days", statistic="ratio", decimals=6)
    assert rules(last) == {"DIF4"}


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.sampled_from([0.0, 1.0, -0.0, 2.5]), min_size=1, max_size=20))
def test_marks_of_members_are_those_by_which_ones_are_recognised(values):
    data = pupils(len(values), schools=2)
    found = np.array(values)
    rows = Units.of(UNITS.columns).identify(data)
    members = rows.members(np.zeros(len(values), dtype=np.int32), values=found)
    for number in (0.0, 1.0):
        same = members.marks == marks_of(members.finest, np.full(len(values), number))
        assert same.tolist() == (found == number).tolist()
