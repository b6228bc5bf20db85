"""Survival tables: the curve is right, everyone behind it is counted, and what it gives away is judged."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks import Release
from output_checks.errors import InputError
from output_checks.measuring.survival import Method, Spells, tabulate_survival
from output_checks.model.evidence import CellStatus, FactName
from output_checks.model.finding import Outcome
from tests.factories import UNITS

TERMS = {"duration": "term", "event": "left"}


def leavers(per_term: int = 20, *, terms: int = 6, there: int = 40, schools: int = 5) -> pd.DataFrame:
    """In each term so many leave, and so many are still there after the last one."""
    term = np.repeat(np.arange(1, terms + 1), per_term)
    term = np.concatenate([term, np.full(there, terms)])
    n = len(term)
    return pd.DataFrame(
        {
            "pupil": [f"p{number:05d}" for number in range(n)],
            "school": [f"s{number % schools:03d}" for number in range(n)],
            "term": term,
            "left": (np.arange(n) < per_term * terms).astype(int),
            "group": np.where(np.arange(n) % 2 == 0, "even", "odd"),
        }
    )


@pytest.fixture
def release(tmp_path):
    return Release("survival", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"})


def tables(data, **how):
    options = {"by": (), "units": UNITS, **how}
    by = options.pop("by")
    return tabulate_survival(Spells.of(data, **TERMS, by=by, units=UNITS), by=by, **options)


def columns(found):
    return {item.variable or item.statistic.value: item.values for item in found}


def test_the_curve_and_its_error_are_those_of_statsmodels():
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(3)
    data = leavers(30).assign(term=lambda d: rng.integers(0, 25, len(d)), left=lambda d: rng.integers(0, 2, len(d)))
    theirs = duration.SurvfuncRight(data["term"], data["left"])
    own = columns(tables(data))
    happens = own["left"] > 0  # theirs has the times with an event only
    assert np.abs(own["survival"][happens] - theirs.surv_prob).max() < 1e-12
    assert own["at_risk"][happens] == pytest.approx(theirs.n_risk)
    assert own["left"][happens] == pytest.approx(theirs.n_events)
    survival = theirs.surv_prob
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1.959963984540054 * theirs.surv_prob_se / (survival * np.log(survival))
        lower, upper = survival ** np.exp(-spread), survival ** np.exp(spread)
    inside = (survival > 0) & (survival < 1)
    assert np.abs(own["survival lower 95"][happens] - lower)[inside].max() < 1e-12
    assert np.abs(own["survival upper 95"][happens] - upper)[inside].max() < 1e-12
    assert (own["survival lower 95"][happens] < survival)[inside].all()


def test_a_life_table_counts_the_censored_for_half_of_their_time():
    data = pd.DataFrame({"pupil": range(100), "school": 1, "term": [1] * 30 + [2] * 70, "left": [1] * 10 + [0] * 90})
    assert columns(tables(data, method=Method.LIFE_TABLE))["survival"][0] == pytest.approx(1 - 10 / (100 - 20 / 2))
    assert columns(tables(data))["survival"][0] == pytest.approx(1 - 10 / 100)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_everyone_behind_each_number_is_counted_as_by_hand(drawn):
    n = drawn.draw(st.integers(1, 25))
    numbers = st.lists(st.integers(0, 4), min_size=n, max_size=n)
    data = pd.DataFrame(
        {
            "pupil": [f"p{key}" for key in drawn.draw(numbers)],
            "school": [f"s{key}" for key in drawn.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))],
            "term": drawn.draw(numbers),
            "left": [1, *drawn.draw(st.lists(st.integers(0, 1), min_size=n - 1, max_size=n - 1))],
            "group": drawn.draw(st.lists(st.sampled_from(["x", "y"]), min_size=n, max_size=n)),
        }
    )
    for item in tables(data, by=["group"]):
        chosen = {"left": data["left"] == 1, "censored_left": data["left"] == 0}.get(item.variable, data["left"] >= 0)
        running = item.variable not in {"left", "censored_left"}
        for level in ("pupil", "school"):
            fact = item.fact(FactName.CONTRIBUTORS, level).values
            for position, (group, term) in enumerate(item.cells):
                times = data["term"] >= int(term) if running else data["term"] == int(term)
                behind = data[chosen & times & (data["group"] == group)]
                assert fact[position] == behind[level].nunique()
                if item.members is not None:
                    assert item.values[position] == len(behind)
                    assert (item.members.cells == position).sum() == len(behind)
                    own = item.members.units[level][item.members.cells == position]
                    assert len(np.unique(own)) == behind[level].nunique()
                    fingerprint = sum(map(int, item.members.finest[item.members.cells == position])) % 2**52
                    assert int(item.fact(FactName.MEMBERS).values[position]) == fingerprint


def test_a_table_of_many_passes_and_one_of_few_fails(release):
    assert release.survival("many", leavers(600, terms=30, there=2000), **TERMS).outcome is Outcome.PASS
    assert release.survival("few", leavers(2, there=0), **TERMS).outcome is Outcome.FAIL


@pytest.mark.parametrize(("leave", "outcome"), [(9, Outcome.FAIL), (10, Outcome.PASS), (11, Outcome.PASS)])
def test_those_who_leave_at_one_time_are_a_cell_of_its_own(release, leave, outcome):
    data = pd.concat([leavers(20), leavers(20).assign(pupil=lambda d: "q" + d["pupil"], term=7, left=0)])
    data["left"] = np.where((data["term"] == 7) & (np.arange(len(data)) % 160 < leave), 1, data["left"])
    assert release.survival("t", data, **TERMS).outcome is outcome


@pytest.mark.parametrize(("lost", "outcome"), [(9, Outcome.FAIL), (10, Outcome.PASS)])
def test_those_who_are_lost_sight_of_at_one_time_are_a_cell_too(release, lost, outcome):
    data = leavers(40)
    data.loc[data.index[(data["term"] == 3).to_numpy()][:lost], "left"] = 0
    assert release.survival("t", data, **TERMS).outcome is outcome


def test_few_schools_behind_a_time_fail_however_many_pupils(release):
    assert release.survival("t", leavers(50, schools=2), **TERMS).outcome is Outcome.FAIL


def test_wider_times_mend_it_and_leave_the_curve_what_it_was(release):
    data = leavers(6, terms=12, there=60)
    assert release.survival("t", data, **TERMS).outcome is Outcome.FAIL
    wider = release.survival("t", data, **TERMS, every=3)
    assert wider.outcome is Outcome.PASS
    assert list(wider.frame["term per 3"]) == ["[0, 3]", "(3, 6]", "(6, 9]", "(9, 12]"]
    assert list(wider.frame["n_at_risk"]) == [132, 114, 96, 78]
    own = release.survival("t", data, **TERMS, breaks=[6, 12])
    assert list(own.frame["survival"]) == [pytest.approx(round(96 / 132, 3)), pytest.approx(round(60 / 132, 3))]


def test_two_widths_that_leave_few_between_them_are_not_both_published(release):
    data = leavers(60, terms=35)
    data.loc[data["term"] == 15, "term"] = 14
    data.loc[data.index[[3, 70, 141]], "term"] = 15
    assert release.survival("fives", data, **TERMS, every=5).outcome is Outcome.PASS
    assert release.survival("sevens", data, **TERMS, every=7).outcome is Outcome.FAIL


def test_two_widths_that_leave_many_between_them_pass(release):
    data = leavers(60, terms=35, there=200)
    assert release.survival("fives", data, **TERMS, every=5).outcome is Outcome.PASS
    assert release.survival("sevens", data, **TERMS, every=7).outcome is Outcome.PASS


def test_the_same_curve_without_one_pupil_is_not_published_beside_it(release):
    data = leavers(60)
    assert release.survival("all", data, **TERMS).outcome is Outcome.PASS
    assert release.survival("less", data.drop(data.index[100]), **TERMS).outcome is Outcome.FAIL


def test_a_selection_that_is_those_at_risk_but_for_few_is_not_passed(release):
    data = leavers(60)
    assert release.survival("all", data, **TERMS).outcome is Outcome.PASS
    still = data[data["term"] >= 3]
    assert release.table("still", still, by="group").outcome is Outcome.PASS
    assert release.table("still", still.drop(still.index[0]), by="group").outcome is not Outcome.PASS


def test_a_group_with_few_is_hidden_whole_and_stays_hidden(release):
    data = leavers(100)
    data["group"] = np.where(np.arange(len(data)) % 50 == 0, "small", data["group"])
    assert release.survival("t", data, **TERMS, by="group").outcome is Outcome.FAIL
    found = release.survival("t", data, **TERMS, by="group", suppress=True)
    assert found.outcome is Outcome.PASS
    small = (found.frame["group"] == "small").to_numpy()
    assert found.frame.loc[small].drop(columns=["group", "term"]).isna().all(axis=None)
    assert found.frame.loc[~small, "n_at_risk"].notna().all()
    assert release.survival("whole", data, **TERMS).outcome is Outcome.FAIL
    assert release.table("those", data[data["left"] == 1], by="term").outcome is Outcome.FAIL


def test_a_gap_in_a_curve_fails_even_where_its_cell_is_hidden(release):
    found = release.survival("t", leavers(100), **TERMS)
    status = tuple(
        CellStatus.PRIMARY_SUPPRESSED if place == 2 else CellStatus.PUBLISHED for place in range(len(found.frame))
    )
    gap = tuple(item.with_status(status) for item in found.output.tabulations)
    judged = release._register_cells("gap", found.output.kind, "gap", gap)
    assert judged.outcome is Outcome.FAIL
    assert {item.rule for item in judged.report.reasons} >= {"PCT2"}


def test_a_group_that_ended_all_in_one_way_fails_where_others_did_not(release):
    data = leavers(60).assign(left=lambda d: np.where(d["group"] == "even", 0, d["left"]))
    found = release.survival("t", data, **TERMS, by="group")
    assert "CLS1" in {item.rule for item in found.report.reasons}
    assert release.survival("t", leavers(60), **TERMS, by="group").outcome is Outcome.PASS


def test_a_curve_that_ends_at_nobody_asks_what_that_tells(release):
    found = release.survival("t", leavers(60, there=0), **TERMS)
    assert found.outcome is Outcome.REVIEW
    assert any("everybody still there" in question for question in found.output.questions)
    assert not release.survival("t", leavers(60), **TERMS).output.questions


def test_nearly_everyone_at_risk_having_the_event_needs_a_person(release):
    assert release.survival("t", leavers(100, there=10), **TERMS).outcome is Outcome.REVIEW  # 100 of the last 110
    assert release.survival("t", leavers(100, there=12), **TERMS).outcome is Outcome.PASS


def test_a_last_interval_that_ends_at_the_longest_of_few_is_asked_about(release):
    data = leavers(60).assign(term=lambda d: d["term"].astype(float))
    data.loc[data.index[-1], "term"] = 7.25
    assert release.survival("t", data, **TERMS, breaks=[3, 7.25]).outcome is Outcome.REVIEW
    assert release.survival("t", data, **TERMS, breaks=[3, 8]).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ({"term": np.nan}, {}),
        ({"term": -1}, {}),
        ({"term": np.inf}, {}),
        ({"left": 2}, {}),
        ({"left": 0}, {}),
        ({"left": "yes"}, {}),
        ({}, {"every": 0}),
        ({}, {"every": True}),
        ({}, {"every": 1e-9}),
        ({}, {"every": 2, "breaks": [3, 9]}),
        ({}, {"breaks": [3, 2]}),
        ({}, {"breaks": [3]}),
        ({}, {"breaks": ["x"]}),
        ({}, {"breaks": "36"}),
        ({}, {"breaks": 3}),
        ({}, {"breaks": [[1, 2], [3, 4]]}),
        ({}, {"duration": "absent"}),
        ({}, {"by": "term"}),
        ({}, {"by": ["group", "group"]}),
        ({}, {"method": "guess"}),
        ({}, {"by": "absent"}),
    ],
)
def test_what_makes_no_survival_table_is_a_clear_error(release, change, how):
    with pytest.raises(InputError):
        release.survival("t", leavers(60).assign(**change), **{**TERMS, **how})


def test_edges_are_multiples_of_the_width_however_floats_add_up(release):
    data = leavers(60).assign(term=lambda d: d["term"] * 0.7)
    found = release.survival("t", data, **TERMS, every=0.7)
    assert list(found.frame["term per 0.7"])[:3] == ["[0, 0.7]", "(0.7, 1.4]", "(1.4, 2.1]"]
    assert list(found.frame["n_left"]) == [60] * 6


def test_an_event_may_be_true_or_false_and_columns_levels_of_the_index(release):
    data = leavers(60)
    expected = release.survival("t", data, **TERMS, by="group").frame
    assert release.survival("t", data.assign(left=data["left"] == 1), **TERMS, by="group").frame.equals(expected)
    assert release.survival("t", data.set_index(["group", "pupil"]), **TERMS, by="group").frame.equals(expected)


def test_the_page_on_following_pupils_can_be_followed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs/how-to/follow-pupils.md").read_text(encoding="utf-8")
    names = {}
    for text in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(text, names)
    assert names["release"].summary()["verdict"].eq("pass").all()


def test_no_records_are_a_clear_error(release):
    with pytest.raises(InputError, match="no records"):
        release.survival("t", leavers(60).iloc[:0], **TERMS)


def test_groups_that_are_called_as_a_heading_are_refused(release):
    with pytest.raises(InputError, match="n_left"):
        release.survival("t", leavers(60).rename(columns={"group": "n_left"}), **TERMS, by="n_left")


def test_where_every_group_has_few_nothing_is_left_to_publish(release):
    with pytest.raises(InputError, match="nothing would be left"):
        release.survival("t", leavers(3), **TERMS, suppress=True)


def test_a_polars_frame_and_an_index_of_keys_give_the_same_table(release):
    polars = pytest.importorskip("polars")
    data = leavers(60)
    expected = release.survival("t", data, **TERMS, by="group").frame
    assert release.survival("t", polars.DataFrame(data.to_dict("list")), **TERMS, by="group").frame.equals(expected)
    assert release.survival("t", data.set_index(["pupil", "school"]), **TERMS, by="group").frame.equals(expected)


def test_the_smallest_width_that_passes_is_found_by_trying_it(release):
    data = leavers(4, terms=12, there=60)
    found = release.survival("t", data, **TERMS)
    assert found.outcome is Outcome.FAIL
    (mending,) = found.mendings.found
    assert mending.call == 'release.survival("t", data, duration="term", event="left", every=3)'
    assert mending.outcome is Outcome.PASS
    names = {"release": release, "data": data}
    assert eval(mending.call, names).outcome is Outcome.PASS
    assert release.survival("t", data, **TERMS, every=2).outcome is Outcome.FAIL
    assert "times of 3 together" in found._repr_html_()


def test_a_group_is_hidden_or_left_out_where_wider_times_do_not_do(release):
    data = leavers(100)
    data["group"] = np.where(np.arange(len(data)) % 80 == 0, "small", data["group"])
    calls = [item.call for item in release.survival("t", data, **TERMS, by="group").mendings.found]
    assert any("suppress=True" in call for call in calls)
    assert any("by=" not in call for call in calls)


def test_a_width_that_gives_another_output_away_is_not_advised(release):
    data = leavers(60, terms=35, there=200)
    data.loc[data["term"] == 15, "term"] = 14
    data.loc[data.index[[3, 70, 141]], "term"] = 15
    assert release.survival("each", data, **TERMS).mendings.found[0].call.endswith("every=2)")
    release.remove("each")
    assert release.survival("fives", data, **TERMS, every=5).outcome is Outcome.PASS
    # Twos end at 14 and fives at 15, with three pupils between them.
    assert release.survival("each", data, **TERMS).mendings.found[0].call.endswith("every=3)")
