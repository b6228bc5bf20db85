"""Groups that are safe alone and leave few units when they are taken from one another; and those that do not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.atoms import Atoms
from output_checks.model.evidence import Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy
from output_checks.rules.subtraction import RULE
from output_checks.rules.variables_alike import RULE as ALIKE

UNITS = Units.of({"pupil": "pupil", "school": "school"})
POLICY = load_policy("cbs-export")


def pupils(n=600):
    ranks = np.arange(n)
    return pd.DataFrame(
        {
            "pupil": ranks,
            "school": ranks % 20,
            "sex": np.where(ranks % 2, "boy", "girl"),
            "track": np.array(["vmbo", "havo", "vwo"])[ranks * 7 // 3 % 3],
            "score": ranks * 37 % 101 + 0.5,
        }
    )


def counted(name, data, *by, value=""):
    statistics = [Statistic.MEAN if value else Statistic.COUNT]
    tabulations = tabulate(data, by=by, statistics=statistics, units=UNITS, value=value)
    return Output(name=name, kind=OutputKind.TABLE, title=name, tabulations=tabulations)


def found(*outputs, rule=RULE):
    return [(name, finding.outcome, finding.cells) for name, finding in rule.check(outputs, POLICY)]


@pytest.mark.parametrize(("left_out", "outcomes"), [(0, []), (1, [Outcome.FAIL]), (9, [Outcome.FAIL]), (10, [])])
def test_selections_under_other_names_fail_where_they_differ_by_fewer_than_ten(left_out, outcomes):
    data = pupils().assign(one="a", other="b")
    less = data.iloc[left_out:]
    outputs = (counted("first", data, "one"), counted("second", less, "other"))
    assert [outcome for _, outcome, _ in found(*outputs)] == outcomes


def test_a_group_that_merely_happens_to_hold_another_is_not_subtracted():
    data = pupils(2000)
    here = data["school"] == 0
    data.loc[here, "sex"] = np.where(data.loc[here, "track"] == "vwo", "boy", "girl")
    data.loc[data.index[here & (data["sex"] == "girl")][:4], "sex"] = "boy"  # boys there: the track and four others
    assert found(counted("a", data, "school", "sex"), counted("b", data, "school", "track")) == []


def test_limits_of_bands_that_lie_two_pupils_apart_fail_in_every_school():
    data = pupils()
    rank = data["score"].rank(method="first")
    data["low"], data["lower"] = rank <= 300, rank <= 302
    outputs = (counted("a", data, "low"), counted("b", data, "lower"))
    assert {outcome for _, outcome, _ in found(*outputs)} == {Outcome.FAIL}
    data["lower"] = rank <= 310
    assert found(counted("a", data, "low"), counted("b", data, "lower")) == []


def test_a_total_less_several_selections_fails_where_few_are_left():
    data = pupils()
    parts = [
        counted(track, data[data["track"] == track].iloc[gone:], "school")
        for track, gone in (("vmbo", 3), ("havo", 0), ("vwo", 0))
    ]
    names = {name for name, outcome, _ in found(counted("all", data, "sex"), *parts) if outcome is Outcome.FAIL}
    assert names
    whole = [counted(track, data[data["track"] == track], "school") for track in ("vmbo", "havo", "vwo")]
    assert found(counted("all", data, "sex"), *whole) == []
    assert found(counted("all", data, "sex"), *whole[:2]) == []


def test_rows_of_one_table_made_of_repeated_records_are_subtracted_and_years_of_a_panel_are_not():
    data = pupils()
    stacked = pd.concat([data.assign(group="all"), data.iloc[3:].assign(group="with consent")])
    assert [outcome for _, outcome, _ in found(counted("t", stacked, "group"))] == [Outcome.REVIEW]
    panel = pd.concat([data.assign(year=2010), data.iloc[3:].assign(year=2011, score=lambda d: d["score"] + 1)])
    assert found(counted("t", panel, "year")) == []


def test_all_but_one_school_needs_a_person_and_all_but_three_do_not():
    data = pupils().assign(one="a", other="b")
    whole = counted("first", data, "one")
    without = [counted("second", data[data["school"] >= gone], "other") for gone in (1, 3)]
    assert [outcome for _, outcome, _ in found(whole, without[0])] == [Outcome.REVIEW]
    assert found(whole, without[1]) == []


def test_a_variable_changed_for_few_needs_a_person_and_another_variable_does_not():
    data = pupils().assign(corrected=lambda d: d["score"], hours=lambda d: d["score"] * 2)
    data.loc[:2, "corrected"] += 5
    score = counted("a", data, "track", value="score")
    assert [outcome for _, outcome, _ in found(score, counted("b", data, "track", value="corrected"), rule=ALIKE)] == [
        Outcome.REVIEW
    ]
    assert found(score, counted("b", data, "track", value="hours"), rule=ALIKE) == []
    later = data.assign(score=data["corrected"])  # the same variable, corrected for few
    assert found(score, counted("b", later, "track", value="score"), rule=ALIKE)
    assert found(score, counted("b", data, "sex", value="score"), rule=ALIKE) == []
    same = data.assign(again=data["score"])
    assert found(score, counted("b", same, "track", value="again"), rule=ALIKE) == []


def test_three_sets_that_overlap_in_pairs_give_a_small_one_away():
    data = pupils(1000)
    part = np.array(["x"] * 4 + ["g2"] * 350 + ["g3"] * 350 + ["rest"] * 296)
    pairs = {"f12": ["x", "g2"], "f23": ["g2", "g3"], "f13": ["x", "g3"]}
    outputs = [counted(name, data.assign(**{name: np.isin(part, those)}), name) for name, those in pairs.items()]
    assert {outcome for _, outcome, _ in found(*outputs)} == {Outcome.FAIL}
    assert found(*outputs[:2]) == []
    part[4:20] = "x"
    enough = [counted(name, data.assign(**{name: np.isin(part, those)}), name) for name, those in pairs.items()]
    assert found(*enough) == []


def test_a_variable_changed_for_one_school_needs_a_person_and_for_all_schools_does_not():
    data = pupils(1000)
    score = counted("a", data, "sex", value="score")
    one = data.assign(other=data["score"].where(data["school"] != 3, data["score"] + 1))
    all_schools = data.assign(other=data["score"] + data["school"])
    assert [outcome for _, outcome, _ in found(score, counted("b", one, "sex", value="other"), rule=ALIKE)] == [
        Outcome.REVIEW
    ]
    assert found(score, counted("b", all_schools, "sex", value="other"), rule=ALIKE) == []


def test_unrelated_tables_of_small_cells_are_silent():
    chance = np.random.default_rng(5)
    data = pupils(3000)
    for name in "abcdef":
        data[name] = chance.integers(0, 4, len(data)).astype(str)
    outputs = [
        counted(f"{one}{other}", data, one, other) for one, other in (("a", "b"), ("b", "c"), ("c", "d"), ("e", "f"))
    ]
    assert found(*outputs) == []


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_atoms_are_the_units_with_the_same_cells(records):
    units, first, second = (np.array(column) for column in zip(*records, strict=True))
    frame = pd.DataFrame({"pupil": units, "school": units % 2, "a": first, "b": second})
    tables = [tabulate(frame, by=[name], statistics=[Statistic.COUNT], units=UNITS)[0] for name in ("a", "b")]
    atoms = Atoms.of([item.members for item in tables], n_cells=[len(item.cells) for item in tables])
    histories = {
        tuple(tuple(sorted(frame.loc[frame["pupil"] == unit, name])) for name in ("a", "b")) for unit in set(units)
    }
    assert len(atoms.sizes) == len(histories)
    assert atoms.sizes.sum() == len(set(units))
    for item, rows in zip(tables, atoms.inner, strict=True):
        assert (rows @ atoms.sizes).tolist() == item.values.tolist()
