"""A cohort never doubles or loses a pupil silently."""

import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from output_checks.errors import InputError

PUPILS = pd.DataFrame({"pupil": ["1", "2", "3", "4"], "school": ["a", "a", "b", "c"], "grade": [8, 8, 7, 8]})


def cohort():
    return Cohort.starting("enrolled", PUPILS, key="pupil")


def test_the_flow_counts_kept_and_lost_at_every_step():
    tests = pd.DataFrame({"pupil": ["1", "3", "4", "9"], "score": [1.0, 2.0, 3.0, 4.0]})
    made = cohort().where("in grade 8", lambda rows: rows["grade"] == 8).link("tested", tests, on="pupil")
    assert [(step.label, step.kept, step.lost) for step in made.flow.steps] == [
        ("enrolled", 4, 0),
        ("in grade 8", 3, 1),
        ("tested", 2, 1),
    ]
    assert made.frame["pupil"].tolist() == ["1", "4"]
    assert str(made.flow).splitlines()[1] == "in grade 8  3  1 lost"


def test_a_link_that_is_not_required_keeps_everyone_and_says_who_has_no_match():
    schools = pd.DataFrame({"school": ["a", "b"], "size": [100, 200]})
    made = cohort().link("school known", schools, on="school", required=False)
    assert len(made) == 4
    assert made.frame["size"].isna().sum() == 1
    assert made.flow.steps[-1].remark == "1 without a match"


def test_a_cohort_does_not_change():
    start = cohort()
    frame = start.frame
    frame.loc[:, "grade"] = 0
    start.where("b", start.frame["school"] == "b")
    assert start.frame["grade"].tolist() == [8, 8, 7, 8]
    assert len(start) == 4


def test_repeated_keys_are_counted_and_refused():
    twice = pd.concat([PUPILS, PUPILS.iloc[:1]])
    with pytest.raises(InputError, match="2 rows share their pupil"):
        Cohort.starting("enrolled", twice, key="pupil")
    both = Cohort.starting("enrolled", twice.assign(year=[1, 1, 1, 1, 2]), key=["pupil", "year"])
    assert len(both) == 5
    with pytest.raises(InputError, match="2 rows in the data of 'tests'"):
        cohort().link("tests", pd.DataFrame({"pupil": ["1", "1"], "score": [1, 2]}), on="pupil")


def test_missing_keys_never_match_one_another():
    with pytest.raises(InputError, match="1 rows have no pupil"):
        Cohort.starting("enrolled", PUPILS.assign(pupil=["1", "2", "3", None]), key="pupil")
    start = Cohort.starting("enrolled", PUPILS.assign(school=["a", None, None, "c"]), key="pupil")
    schools = pd.DataFrame({"school": ["a", None, None], "size": [1, 2, 3]})
    assert start.link("school", schools, on="school").frame["pupil"].tolist() == ["1"]


def test_when_everyone_is_lost_the_step_is_named():
    with pytest.raises(InputError, match="all 4 pupils were lost at the step 'in grade 1'"):
        cohort().where("in grade 1", lambda rows: rows["grade"] == 1)
    with pytest.raises(InputError, match="lost at the step 'tested'"):
        cohort().link("tested", pd.DataFrame({"pupil": ["x"], "score": [1]}), on="pupil")


def test_keys_of_two_types_and_columns_on_both_sides_are_refused():
    with pytest.raises(InputError, match="'pupil' is text on one side"):
        cohort().link("tests", pd.DataFrame({"pupil": [1, 2], "score": [1, 2]}), on="pupil")
    with pytest.raises(InputError, match="'grade' is in the cohort already"):
        cohort().link("tests", pd.DataFrame({"pupil": ["1"], "grade": [1]}), on="pupil")
    with pytest.raises(InputError, match=r"no column 'pupl' in the cohort\. Try: 'pupil'"):
        cohort().link("tests", PUPILS, on="pupl")


@pytest.mark.parametrize("mask", [pd.Series([True, False]), pd.Series(["yes"] * 4), np.array([True] * 4)], ids=str)
def test_a_condition_must_answer_for_every_pupil(mask):
    with pytest.raises(InputError, match="condition of 'x'"):
        cohort().where("x", mask)


def test_a_missing_answer_is_not_a_yes():
    mask = pd.Series([True, None, False, True], dtype="boolean")
    assert cohort().where("x", mask).frame["pupil"].tolist() == ["1", "4"]


def test_columns_change_but_pupils_do_not():
    assert list(cohort().with_columns(lambda rows: rows[["pupil"]]).frame.columns) == ["pupil"]
    with pytest.raises(InputError, match="may not add, drop or reorder"):
        cohort().with_columns(lambda rows: rows.iloc[::-1])


def test_the_flow_draws_itself_and_escapes_labels():
    html = Cohort.starting("<b>all</b>", PUPILS, key="pupil").flow._repr_html_()
    assert "&lt;b&gt;all" in html
    assert "<b>" not in html
