"""Decimals that give rounded counts back, against lists of all tables that could have been published."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.model.possible_counts import beside_percentages, beside_share, by_rounding
from output_checks.release import Release
from tests.factories import pupils

PASS, REVIEW = Outcome.PASS, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.mark.parametrize("to", [5, 10, 100])
def test_the_counts_behind_a_rounded_one_are_those_that_are_rounded_to_it(to):
    numbers = np.arange(1001)
    for rounded in range(0, 1000, to):
        assert by_rounding(rounded, to).tolist() == numbers[np.round(numbers / to) * to == rounded].tolist()


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 120), share=st.floats(0, 1), to=st.sampled_from([5, 10]), decimals=st.integers(0, 5))
def test_the_counts_beside_a_share_are_those_of_which_some_part_is_that_share(n, share, to, decimals):
    part = round(share * n)
    published = round(100 * part / n, decimals)
    counts = by_rounding(np.round(n / to) * to, to)
    expected = [
        other
        for other in counts.tolist()
        if other and any(round(100 * some / other, decimals) == published for some in range(other + 1))
    ]
    found = beside_share(counts, published, scale=100.0, decimals=decimals).tolist()
    assert n in found
    # At the edge of a decimal both ways of rounding are possible, so a count more may be listed, never one fewer.
    assert set(expected) <= set(found)
    assert len(found) - len(expected) <= 2


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(0, 14), min_size=2, max_size=3).filter(sum),
    decimals=st.integers(0, 3),
    known_total=st.booleans(),
    hide=st.booleans(),
)
def test_the_counts_beside_percentages_are_those_of_every_line_that_looks_the_same(counts, decimals, known_total, hide):
    to = 5

    def published(line):
        return [round(100 * count / sum(line), decimals) for count in line]

    hidden = len(counts) - 1 if hide else None
    seen = [position for position in range(len(counts)) if position != hidden]
    rounded = [float(np.round(count / to) * to) for count in counts]
    total = float(np.round(sum(counts) / to) * to)
    shown = published(counts)
    choices = [range(120) if position == hidden else by_rounding(number, to) for position, number in enumerate(rounded)]
    alike = [
        line
        for line in itertools.product(*[map(int, choice) for choice in choices])
        if sum(line)
        and [published(line)[position] for position in seen] == [shown[position] for position in seen]
        and (not known_total or np.round(sum(line) / to) * to == total)
    ]
    result = beside_percentages(
        [np.nan if position == hidden else count for position, count in enumerate(rounded)],
        shown,
        to=to,
        decimals=decimals,
        total=total if known_total else None,
    )
    if result is None:
        assert hide
        return
    found, totals = result
    assert sum(counts) in totals
    for position in seen:
        expected = {line[position] for line in alike}
        assert counts[position] in found[position]
        assert expected <= set(found[position].tolist())
        assert len(found[position]) - len(expected) <= 1 or hide


def test_33_3_percent_beside_about_100_leaves_two_counts():
    assert beside_share(by_rounding(100, 5), 33.3, scale=100.0, decimals=1).tolist() == [99, 102]
    assert beside_share(by_rounding(100, 5), 33.0, scale=100.0, decimals=0).tolist() == [98, 99, 100, 101, 102]


@pytest.mark.parametrize(("decimals", "expected"), [(0, PASS), (1, REVIEW), (4, REVIEW)])
def test_a_percentage_with_many_decimals_beside_a_rounded_count_needs_review(release, decimals, expected):
    data = pupils(400)
    data["passed"] = (np.arange(400) % 3 == 0) * 1.0
    registered = release.table(
        "t", data, by="track", value="passed", statistic="percentage", round=5, decimals=decimals
    )
    assert registered.outcome is expected
    assert {finding.rule for finding in registered.report.reasons} == ({"DEC1"} if expected is REVIEW else set())
    assert all(count % 5 == 0 for count in registered.frame["n"])


@pytest.mark.parametrize(("decimals", "expected"), [(0, PASS), (3, REVIEW)])
@pytest.mark.parametrize("margins", [False, True])
def test_percentages_of_a_row_beside_rounded_counts(release, decimals, expected, margins):
    registered = release.table(
        "t",
        pupils(2000),
        by=["sex", "track"],
        statistic="percent of row",
        round=5,
        decimals=decimals,
        margins=margins,
    )
    assert registered.outcome is expected


def test_the_same_decimals_pass_beside_exact_counts(release):
    assert release.table("t", pupils(2000), by="track", statistic="percent of total", decimals=4).outcome is PASS


def test_a_mean_beside_rounded_counts_is_an_error(release):
    with pytest.raises(InputError, match="one share or percentage"):
        release.table("t", pupils(), by="track", value="score", statistic="mean", round=5)


def test_an_empty_cell_is_not_what_decimals_give_back(release):
    data = pupils(400)
    data["track"] = pd.Categorical(data["track"])
    data.loc[(data["sex"] == "boy") & (data["track"] == "vwo"), "track"] = "havo"
    registered = release.table("t", data, by=["sex", "track"], statistic="percent of total", round=5, decimals=0)
    assert "DEC1" not in {finding.rule for finding in registered.report.reasons}


@pytest.mark.parametrize(("decimals", "expected"), [(0, PASS), (3, REVIEW)])
def test_of_a_line_with_too_many_possible_totals_the_decimals_decide(release, decimals, expected):
    """Where one more or fewer cannot be seen in any percentage, no count is told."""
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"pupil": np.arange(60_000), "school": rng.integers(0, 40, 60_000)})
    data["place"] = rng.integers(0, 1500, 60_000)
    registered = release.table("t", data, by="place", statistic="percent of total", round=10, decimals=decimals)
    assert registered.outcome is expected
