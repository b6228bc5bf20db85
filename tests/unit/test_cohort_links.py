"""Every join that would double or lose pupils silently is refused or counted; each beside one that is fine."""

import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS, Register


def cohort():
    return Cohort.starting("enrolled", PUPILS, key="pupil")


def rows(**columns):
    return pd.DataFrame(columns)


def test_a_link_that_is_not_required_keeps_everyone_and_says_who_has_no_match():
    schools = rows(school=["a", "b"], size=[100, 200])
    made = cohort().link("school known", schools, on="school", required=False)
    assert len(made) == 4
    assert made.frame["size"].tolist()[:3] == [100, 100, 200]
    assert made.frame["size"].isna().tolist() == [False, False, False, True]
    assert made.flow.steps[-1].remark == "fewer than 10 without a match"
    everyone = cohort().link("school known", rows(school=["a", "b", "c"]), on="school", required=False)
    assert everyone.flow.steps[-1].remark == ""


def test_several_rows_for_a_pupil_are_refused_with_their_numbers():
    with pytest.raises(InputError, match=r"^fewer than 10 rows .* with another, so that fewer than 10 pupils"):
        len(cohort().link("tests", rows(pupil=["1", "1", "2"], score=[1, 2, 3]), on="pupil"))
    with pytest.raises(InputError, match=r"^fewer than 10 rows .* so that fewer than 10 pupils would be doubled"):
        len(cohort().link("schools", rows(school=["a", "a", "b"], size=[1, 1, 2]), on="school"))


def test_several_rows_of_somebody_else_do_no_harm():
    made = cohort().link("tests", rows(pupil=["1", "9", "9"], score=[1, 2, 3]), on="pupil")
    assert made.frame["score"].tolist() == [1]


def test_a_preference_chooses_and_the_flow_says_for_how_many():
    tests = rows(pupil=["1", "1", "2", "2", "3"], day=[1, 2, 5, 5, None], score=[10, 20, 30, 30, 40])
    latest = cohort().link("tests", tests, on="pupil", prefer="day DESC")
    assert latest.frame[["pupil", "score"]].to_numpy().tolist() == [["1", 20], ["2", 30], ["3", 40]]
    assert latest.flow.steps[-1].remark == "fewer than 10 lost, one of several rows chosen for fewer than 10"
    first = cohort().link("tests", tests, on="pupil", prefer="day")
    assert first.frame["score"].tolist() == [10, 30, 40]
    alike = tests.assign(score=1)
    assert (
        "chosen" not in cohort().link("tests", alike, on="pupil", prefer="day", columns="score").flow.steps[-1].remark
    )


def test_a_missing_value_is_preferred_last_whichever_way():
    tests = rows(pupil=["1", "1"], day=[None, 1.0], score=[10, 20])
    for way in ("ASC", "DESC"):
        assert cohort().link("tests", tests, on="pupil", prefer=f"day {way}").frame["score"].tolist() == [20]


def test_a_preference_that_does_not_decide_is_refused():
    tests = rows(pupil=["1", "1", "2"], day=[1, 1, 1], score=[10, 20, 30])
    with pytest.raises(
        InputError, match=r"^fewer than 10 pupils have several rows in the data of 'tests' that are alike in day"
    ):
        len(cohort().link("tests", tests, on="pupil", prefer="day"))
    assert cohort().link("tests", tests, on="pupil", prefer="day, score").frame["score"].tolist() == [10, 30]
    assert cohort().link("tests", tests, on="pupil", prefer="day", columns=["day"]).frame["day"].tolist() == [1, 1]


def test_a_preference_names_columns_and_nothing_else():
    tests = rows(pupil=["1"], day=[1])
    with pytest.raises(InputError, match=r"no column 'dy' in the data of 'tests'\. Try: 'day'"):
        cohort().link("tests", tests, on="pupil", prefer="dy DESC")
    with pytest.raises(InputError, match="not a list of columns"):
        cohort().link("tests", tests, on="pupil", prefer="day + 1")


def test_keys_of_two_types_are_refused_before_anything_is_read_where_that_is_known():
    with pytest.raises(InputError, match="'pupil' is text on one side of 'tests' and a number on the other"):
        cohort().link("tests", rows(pupil=[1, 2], score=[1, 2]), on="pupil")
    with pytest.raises(InputError, match="'pupil' is text on one side"):
        len(cohort().link("tests", Register(rows(pupil=[1, 2], score=[1, 2])), on="pupil"))
    grades = rows(grade=[7.0, 8.0], weight=[1, 2])
    assert cohort().link("grades", grades, on="grade").frame["weight"].tolist() == [2, 2, 1, 2]


def test_columns_on_both_sides_and_unknown_ones_are_refused():
    with pytest.raises(InputError, match="'grade' is in the cohort already and in the data of 'tests' too"):
        cohort().link("tests", rows(pupil=["1"], grade=[1]), on="pupil")
    with pytest.raises(InputError, match="'Grade' is in the cohort already"):
        cohort().link("tests", rows(pupil=["1"], Grade=[1]), on="pupil")
    with pytest.raises(InputError, match=r"no column 'pupl' in the cohort\. Try: 'pupil'"):
        cohort().link("tests", PUPILS, on="pupl")
    with pytest.raises(InputError, match=r"no column 'school' in the data of 'tests'"):
        cohort().link("tests", rows(pupil=["1"], size=[1]), on="school")
    with pytest.raises(InputError, match="nothing to match on"):
        cohort().link("tests", PUPILS, on=[])
    renamed = cohort().link("tests", rows(pupil=["1"], grade=[1]), on="pupil", columns={"grade_then": "grade"})
    assert renamed.frame["grade_then"].tolist() == [1]


def test_missing_keys_never_match_one_another_and_are_counted():
    start = Cohort.starting("enrolled", PUPILS.assign(school=["a", None, None, "c"]), key="pupil")
    schools = rows(school=["a", None, None], size=[1, 2, 3])
    made = start.link("school", schools, on="school")
    assert made.frame["pupil"].tolist() == ["1"]
    assert made.flow.steps[-1].remark == "fewer than 10 lost, fewer than 10 rows without school left aside"


def test_a_key_may_have_another_name_in_the_register():
    start = Cohort.starting("enrolled", PUPILS.assign(mother=["m1", "m1", "m2", None]), key="pupil")
    persons = rows(pupil=["m1", "m2", "1"], income=[100, 200, 300])
    made = start.link("mother's income", persons, on={"mother": "pupil"}, required=False)
    assert made.frame["income"].tolist()[:3] == [100, 100, 200]
    assert list(made.frame.columns) == ["pupil", "school", "grade", "mother", "income"]
    assert "on mother as pupil" in made.plan


def test_two_columns_match_together_or_not_at_all():
    start = Cohort.starting("enrolled", PUPILS.assign(kind=["R", "S", "R", "S"]), key=["kind", "pupil"])
    tests = rows(kind=["R", "R", "S"], pupil=["1", "2", "4"], score=[1, 2, 4])
    assert start.link("tests", tests, on=["kind", "pupil"]).frame["score"].tolist() == [1, 4]


def padded(share, width=9):
    """A hundred pupils, and a register in which the first `share` per cent are written as they are here."""
    pupils = rows(pupil=[f"{number:0{width}d}" for number in range(1, 101)])
    keys = [key if number < share else f" {key.lstrip('0')}" for number, key in enumerate(pupils["pupil"])]
    return Cohort.starting("enrolled", pupils, key="pupil"), rows(pupil=keys, score=range(100))


def test_keys_that_lost_their_zeros_are_recognised_when_nobody_links():
    start, register = padded(0)
    for data in (register, Register(register)):
        with pytest.raises(InputError, match="100 more would match without spaces and leading zeros: pupil is written"):
            len(start.link("tests", data, on="pupil"))
    with pytest.raises(InputError, match=r"all pupils \(100\) were lost at the step 'tests'"):
        len(start.link("tests", register.assign(pupil="x"), on="pupil", prefer="score"))


@pytest.mark.parametrize(("share", "said"), [(49, True), (50, False), (51, False)])
def test_keys_that_lost_their_zeros_are_remarked_where_less_than_half_link(share, said):
    start, register = padded(share)
    remark = start.link("tests", register, on="pupil").flow.steps[-1].remark
    assert ("50 more would match without spaces" in remark) is said
    optional = start.link("tests", register, on="pupil", required=False).flow.steps[-1].remark
    assert ("50 more would match without spaces" in optional) is said


@pytest.mark.parametrize(("more", "said"), [(4, False), (5, True), (6, True)])
def test_a_few_keys_that_lost_their_zeros_are_chance(more, said):
    pupils = pd.DataFrame({"pupil": [f"{number:05d}" for number in range(1, 101)]})
    keys = [*pupils["pupil"][:30], *(key.lstrip("0") for key in pupils["pupil"][30 : 30 + more])]
    made = Cohort.starting("enrolled", pupils, key="pupil").link("tests", rows(pupil=keys), on="pupil")
    assert ("more would match" in made.flow.steps[-1].remark) is said


def test_a_register_that_merely_holds_few_of_the_pupils_is_not_remarked_on():
    start, register = padded(20)
    assert start.link("tests", register.iloc[:20], on="pupil").flow.steps[-1].remark == "80 lost"


def test_the_years_of_a_register_are_taken_only_where_they_are_named():
    register = Register(rows(pupil=["1", "2"], year=[2014, 2014], school_year=[2013, 2013], score=[1, 2]))
    assert list(cohort().link("tests", register, on="pupil").frame.columns) == ["pupil", "school", "grade", "score"]
    named = cohort().link("tests", register, on="pupil", columns=["score", "school_year"])
    assert named.frame["school_year"].tolist() == [2013, 2013]
    nothing = cohort().link("tests", register, on="pupil", columns=[])
    assert list(nothing.frame.columns) == ["pupil", "school", "grade"]
    assert "takes no columns" in nothing.plan


def test_a_register_without_the_column_it_promised_stops_the_step():
    class Lying(Register):
        columns = ("pupil", "score")

    with pytest.raises(InputError, match="The data of 'tests' has no column 'score' after all"):
        len(cohort().link("tests", Lying(PUPILS[["pupil"]]), on="pupil"))


def test_many_pupils_are_linked_with_the_answer_and_the_order_of_pandas():
    rng = np.random.default_rng(4)
    pupils = pd.DataFrame({"pupil": rng.permutation(300_000)})
    register = pd.DataFrame({"pupil": rng.permutation(400_000)[:320_000], "score": np.arange(320_000)})
    made = Cohort.starting("enrolled", pupils, key="pupil").link("tests", Register(register), on="pupil").frame
    pd.testing.assert_frame_equal(made, pupils.merge(register, on="pupil"))
