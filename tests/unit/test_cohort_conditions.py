"""Conditions and expressions are checked when they are written, and what fails later shows no value."""

import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from nco_research.codebooks import Codebook, Variable, VariableType
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS, Register


def cohort():
    return Cohort.starting("enrolled", PUPILS, key="pupil")


def kept(condition):
    return cohort().where("x", condition).frame["pupil"].tolist()


def test_a_condition_in_sql_keeps_whom_a_function_keeps():
    assert kept("grade = 8 AND school = 'a'") == ["1", "2"]
    assert kept(lambda rows: (rows["grade"] == 8) & (rows["school"] == "a")) == ["1", "2"]
    assert kept("school IN ('b', 'c') OR pupil LIKE '2%'") == ["2", "3", "4"]
    assert kept("GRADE = 7") == ["3"]


@pytest.mark.parametrize("mask", [pd.Series([True, False]), pd.Series(["yes"] * 4), np.array([True] * 4)], ids=str)
def test_a_condition_must_answer_for_every_pupil(mask):
    with pytest.raises(InputError, match="condition of 'x'"):
        len(cohort().where("x", mask))


def test_a_missing_answer_is_not_a_yes():
    mask = pd.Series([True, None, False, True], dtype="boolean")
    assert cohort().where("x", mask).frame["pupil"].tolist() == ["1", "4"]
    holes = PUPILS.assign(grade=[8, None, 7, np.nan])
    start = Cohort.starting("enrolled", holes, key="pupil")
    assert start.where("x", "grade >= 7").frame["pupil"].tolist() == ["1", "3"]
    assert start.where("x", "NOT grade = 7").frame["pupil"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("grde = 8", r"no column 'grde' in the data of 'x'\. Try: 'grade'$"),
        ('school = "a"', "no column 'a' .*text stands in single quotes"),
        ("grade = = 8", "'x' cannot be read as SQL"),
        ("grade = 8; DROP TABLE y", "'x' cannot be read as SQL"),
        ("grade", "is not true or false"),
        ("grde2(grade) = 1", "There is no function 'grde2'"),
        ("sum(grade) > 8", "cannot be worked out"),
        ("grade LIKE '8%'", "cannot be worked out"),
        ("random() < 0.5", "'random' in 'x' gives another answer each time"),
        ("school < current_date::VARCHAR", "'current_date' in 'x' gives another answer"),
        ("grade = (SELECT max(grade) FROM read_csv('x.csv'))", "'x' is more than an expression"),
        ("school IN (FROM 'x.csv')", "'x' is more than an expression"),
        ("EXISTS (TABLE y)", "'x' is more than an expression"),
        ("grade = ANY (SELECT 8)", "'x' is more than an expression"),
        ("CASE WHEN grade = 8 THEN (VALUES (true)) END", "'x' is more than an expression"),
        ("[school IN (SELECT 'a') FOR y IN [1]][1]", "'x' is more than an expression"),
        ("(PIVOT y ON z) IS NULL", "'x' is more than an expression"),
        ("true) FROM 'x.csv' WHERE (true", "'x' is more than an expression"),
        ("true) UNION SELECT (true", "'x' is more than an expression"),
        ("true), (true", "'x' is more than an expression"),
        ("true) LIMIT (1", "'x' is more than an expression"),
        ("true) -- ", "'x' cannot be read as SQL"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_when_it_is_written(condition, said):
    with pytest.raises(InputError, match=said):
        cohort().where("x", condition)


@pytest.mark.parametrize(
    "condition",
    [
        "school <> '(SELECT 1 FROM x)'",
        "substring(school FROM 1 FOR 1) = 'a' OR extract(year FROM DATE '2014-01-01') = 2014",
        "trim(BOTH 'x' FROM school) IN ('a', 'b', 'c') AND grade BETWEEN 7 AND 8",
        "list_contains([x + 1 FOR x IN [grade, 7]], 8)",
        "CASE WHEN school = 'a' THEN TRY_CAST(grade AS INTEGER) > 1 ELSE NOT (grade = 6) END",
        "{'subquery': grade}.subquery > 6",
    ],
)
def test_an_expression_with_words_of_a_query_selects_from_nothing(condition):
    assert kept(condition) == ["1", "2", "3", "4"]


def test_a_query_is_refused_in_a_derived_column_at_the_start_and_after_a_function(tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("p,naam\n1,Jan Jansen\n", encoding="utf-8")
    query = f"(SELECT max(r.naam) FROM read_csv('{names.as_posix()}', all_varchar = true) r)"
    with pytest.raises(InputError, match="'naam' is more than an expression") as said:
        cohort().with_columns(naam=query)
    assert "Jan" not in str(said.value)
    with pytest.raises(InputError, match="'enrolled' is more than an expression"):
        Cohort.starting("enrolled", PUPILS, key="pupil", where=f"school <> {query}")
    late = cohort().with_columns(lambda rows: rows.assign(y=1)).where("x", f"school <> {query}")
    with pytest.raises(InputError, match="'x' is more than an expression"):
        len(late)


def test_words_inside_texts_are_no_functions():
    assert kept("school <> 'random' AND school <> 'it''s now'") == ["1", "2", "3", "4"]


def test_conditions_on_a_register_are_checked_without_reading_it():
    number = Variable(name="grade", label="grade", label_nl="groep", type=VariableType.NUMBER)
    book = Codebook(component="X", label="x", label_nl="x", variables=(number,))
    known, unknown = Register(PUPILS, book=book), Register(PUPILS)
    for register in (known, unknown):
        with pytest.raises(InputError, match="no column 'grde'"):
            Cohort.starting("enrolled", register, key="pupil", where="grde = 8")
        Cohort.starting("enrolled", register, key="pupil", where="grade + 1 = 9 AND year = 2014")
    with pytest.raises(InputError, match="cannot be worked out"):
        Cohort.starting("enrolled", known, key="pupil", where="grade LIKE '8%'")
    assert (known.opened, unknown.opened) == (0, 0)


def test_a_value_of_another_type_stops_the_step_and_is_not_shown():
    start = Cohort.starting("enrolled", PUPILS.assign(code=["1", "2", "secret", "4"]), key="pupil")
    with pytest.raises(InputError, match="step 'x' stopped: a value is not of the type") as said:
        len(start.where("x", "code = 1"))
    assert "secret" not in str(said.value)
    assert said.value.__suppress_context__
    assert len(start.where("x", "code = '1'")) == 1


def test_after_a_function_changed_the_columns_conditions_are_checked_when_it_has_run():
    made = cohort().with_columns(lambda rows: rows.rename(columns={"grade": "group"}))
    late = made.where("x", "grade = 8")
    with pytest.raises(InputError, match=r"no column 'grade' in the data of 'x'"):
        len(late)
    assert len(made.where("x", '"group" = 8')) == 3


def test_expressions_add_and_replace_columns():
    made = cohort().with_columns(next="grade + 1", school="upper(school)", share="grade / 8", tenth="grade * 0.1")
    assert list(made.frame.columns) == ["pupil", "school", "grade", "next", "share", "tenth"]
    assert made.frame["next"].tolist() == [9, 9, 8, 9]
    assert made.frame["school"].tolist() == ["A", "A", "B", "C"]
    assert made.frame["tenth"].dtype == "float64"
    np.testing.assert_allclose(made.frame["share"], [1, 1, 0.875, 1])
    assert made.where("next", "next = 8").frame["pupil"].tolist() == ["3"]


def test_a_category_that_is_replaced_is_a_category_no_more():
    start = Cohort.starting("x", PUPILS.assign(sex=pd.Categorical(["g", "b", "g", "b"])), key="pupil")
    assert start.with_columns(sex="upper(sex)").frame["sex"].tolist() == ["G", "B", "G", "B"]


def test_expressions_that_cannot_be_are_refused_when_they_are_written():
    with pytest.raises(InputError, match="no column 'grde' in the data of 'next'"):
        cohort().with_columns(next="grde + 1")
    with pytest.raises(InputError, match="may not change pupil, the key"):
        cohort().with_columns(pupil="lower(pupil)")
    with pytest.raises(InputError, match="cannot be worked out"):
        cohort().with_columns(total="sum(grade)")
    with pytest.raises(InputError, match="'uuid' in 'id'"):
        cohort().with_columns(id="uuid()")
