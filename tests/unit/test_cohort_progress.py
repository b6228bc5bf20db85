"""Who stays, repeats, changes school or takes another group's test, beside years about which nothing can be told."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nco_research
from nco_research import Cohort
from nco_research.cohort import off_level, repetition, retention, school_changes
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS
from tests.microdata_factories import PERSON, people


def followed(rows, *, years=None, **columns):
    """Pupils 1 to 4, of whom each row says the pupil, the year and further values."""
    frame = pd.DataFrame(rows, columns=["pupil", "year", *columns.get("names", ["value"])])
    return Cohort.starting("enrolled", PUPILS, key="pupil").follow("later", frame, years=years)


def years(values, pupil="1", first=2014):
    """One pupil's values in successive years; None is a year without a row."""
    return [(pupil, first + place, value) for place, value in enumerate(values) if value is not None]


def kinds(made, column):
    return [None if pd.isna(kind) else kind for kind in made.columns[column]]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ([5, 6, 7], [None, "moved up", "moved up"]),
        ([5, 5, 6], [None, "repeated", "moved up"]),
        ([5, 4], [None, "lower"]),
        ([5, 7], [None, "skipped"]),
        ([5, None, 5], [None, None]),
        ([5, None, 7], [None, None]),
        ([5, float("nan"), 6, 6], [None, None, None, "repeated"]),
    ],
)
def test_a_grade_is_compared_with_that_of_the_year_just_before(grades, expected):
    made = repetition(followed(years(grades)), grade="value")
    assert kinds(made, "grade_step") == expected
    assert list(made.columns["grade_step"].cat.categories) == ["lower", "repeated", "moved up", "skipped"]


def test_one_pupils_grade_is_never_compared_with_anothers():
    made = repetition(followed([*years([5]), *years([5], pupil="2", first=2015)]), grade="value")
    assert kinds(made, "grade_step") == [None, None]


def test_a_year_missing_for_all_is_no_repetition_and_is_said():
    made = repetition(followed([*years([5, None, 5]), *years([6, None, 8], pupil="2")]), grade="value")
    assert kinds(made, "grade_step") == [None] * 4
    assert made.notes == (
        "Nobody has a row in 2015: that is missing data, and says nothing of any pupil.",
        "Some pupils have no row in a year between others; the year after such a gap is not known.",
    )
    assert repetition(followed(years([5, 6])), grade="value").notes == ()


def test_the_summary_counts_each_kind_by_year():
    rows = [*years([5, 5, 6]), *years([5, 6, 6], pupil="2"), *years([None, 7, 9], pupil="3")]
    summary = repetition(followed(rows), grade="value").summary
    assert summary.columns.tolist() == ["present", "lower", "repeated", "moved up", "skipped", "not known"]
    assert summary.index.name == "year"
    assert summary.loc[2014].tolist() == [2, 0, 0, 0, 0, 2]
    assert summary.loc[2015].tolist() == [3, 0, 1, 1, 0, 1]
    assert summary.loc[2016].tolist() == [3, 0, 1, 1, 1, 0]


def test_the_columns_are_in_the_order_of_the_waves():
    made = followed([*years([5, 5], pupil="2"), *years([5, 6])])
    together = made.waves.join(repetition(made, grade="value").columns)
    assert together["grade_step"].tolist()[1::2] == ["moved up", "repeated"]


def test_grades_must_be_there_and_be_numbers():
    with pytest.raises(InputError, match=r"no column 'grade' in the cohort"):
        repetition(followed(years([5])), grade="grade")
    with pytest.raises(InputError, match="'value' must hold numbers"):
        repetition(followed(years(["five", "six"])), grade="value")


def test_retention_tells_leaving_for_a_while_from_leaving_for_good():
    rows = [*years([1, None, 1, 1]), *years([1, 1], pupil="2"), *years([None, 1, 1, 1], pupil="3")]
    made = retention(followed(rows))
    assert made.summary.to_dict("list") == {
        "in the cohort": [4, 4, 4, 4],
        "present": [2, 2, 2, 2],
        "entered": [2, 1, 0, 0],
        "left": [0, 1, 1, 0],
        "returned": [0, 0, 1, 0],
        "lost for good": [0, 0, 1, 0],
    }
    waves = followed(rows).waves.join(made.columns)
    assert waves[waves["returned"]][["pupil", "year"]].to_numpy().tolist() == [["1", 2016]]
    assert waves[waves["leaves"].fillna(value=False)][["pupil", "year"]].to_numpy().tolist() == [
        ["1", 2014],
        ["2", 2015],
    ]
    assert waves["leaves"].isna().tolist() == (waves["year"] == 2017).tolist()


def test_nobody_has_left_in_a_year_that_is_not_in_the_data():
    made = retention(followed([*years([1, None, 1]), *years([1, None, 1], pupil="2")], years=[2014, 2015, 2016, 2017]))
    assert made.summary.index.tolist() == [2014, 2016]
    assert made.summary["left"].sum() == made.summary["returned"].sum() == 0
    assert made.notes == ("Nobody has a row in 2015 and 2017: that is missing data, and says nothing of any pupil.",)


def test_pupils_lost_to_the_cohort_are_not_counted():
    made = followed([*years([1, 1]), *years([1], pupil="3")]).where("school a", "school = 'a'")
    assert retention(made).summary["in the cohort"].tolist() == [2, 2]
    assert retention(made).summary["present"].tolist() == [1, 1]


def test_retention_adds_up_for_any_pattern():
    rng = np.random.default_rng(8)
    present = rng.random((300, 6)) < 0.6
    pupils = pd.DataFrame({"pupil": [f"p{number}" for number in range(300)]})
    rows = [(f"p{pupil}", 2014 + year) for pupil, year in np.argwhere(present)]
    start = Cohort.starting("x", pupils, key="pupil").follow("y", pd.DataFrame(rows, columns=["pupil", "year"]))
    found = retention(start).summary
    assert found["present"].tolist() == present.sum(axis=0).tolist()
    change = -found["left"] + found["returned"] + found["entered"]
    assert found["present"].diff().iloc[1:].tolist() == change.iloc[1:].tolist()
    gone = [
        sum(row[year - 1] and not row[year:].any() for row in present) if year else 0
        for year in range(present.shape[1])
    ]
    assert found["lost for good"].tolist() == gone


def test_schools_are_compared_with_the_year_just_before():
    made = school_changes(followed(years(["a", "a", "b", None, "b"])), school="value")
    assert kinds(made, "school_change") == [None, "same school", "changed", None]
    assert made.summary["changed"].tolist() == [0, 0, 1, 0]
    assert made.summary["not known"].tolist() == [1, 0, 0, 1]


def test_a_school_of_two_columns_changes_with_either():
    rows = [("1", 2014, "a", "00"), ("1", 2015, "a", "01"), ("1", 2016, "b", "01"), ("1", 2017, "b", "01")]
    made = school_changes(followed(rows, names=["brin", "site"]), school=["brin", "site"])
    assert kinds(made, "school_change") == [None, "changed", "changed", "same school"]


def test_with_a_board_moving_within_it_is_told_from_moving_away():
    rows = [
        ("1", 2014, "a", "x"), ("1", 2015, "b", "x"), ("1", 2016, "c", "y"), ("1", 2017, "c", "z"),
        ("1", 2018, "d", None), ("1", 2019, None, "y"),
    ]  # fmt: skip
    made = school_changes(followed(rows, names=["school_now", "board"]), school="school_now", board="board")
    assert kinds(made, "school_change") == [None, "within the board", "to another board", "same school", None, None]


def test_tests_are_compared_with_the_group_that_the_pupil_is_in():
    rows = [("1", 2014, "M7", 7), ("1", 2015, "M7", 8), ("1", 2016, "E8", 7), ("1", 2017, "entry", 8),
            ("1", 2018, None, 8), ("1", 2019, "M8", None)]  # fmt: skip
    made = off_level(followed(rows, names=["LVSTOETS", "LVSLEERJAAR"]))
    assert made.columns["off_level"].fillna(99).tolist() == [0, -1, 1, 99, 99, 99]
    assert made.columns["test_group"].fillna(99).tolist() == [7, 7, 8, 99, 99, 8]
    assert made.summary["below level"].tolist() == [0, 1, 0, 0, 0, 0]
    assert made.summary["on level"].tolist() == [1, 0, 0, 0, 0, 0]
    assert made.summary["above level"].tolist() == [0, 0, 1, 0, 0, 0]
    assert made.summary["not known"].tolist() == [0, 0, 0, 1, 1, 1]


def test_a_labelled_category_of_tests_is_read_like_its_code():
    frame = pd.DataFrame(
        {"pupil": ["1"], "year": [2014], "LVSTOETS": pd.Categorical(["Eind groep 7"]), "LVSLEERJAAR": [8.0]}
    )
    made = off_level(Cohort.starting("x", PUPILS, key="pupil").follow("tests", frame))
    assert made.columns["off_level"].tolist() == [-1]


def test_progress_prints_as_a_table_of_years_rounded():
    pupils = pd.DataFrame({"pupil": [f"p{number}" for number in range(123)]})
    rows = pd.concat([pupils.assign(year=2014), pupils.iloc[:118].assign(year=2016)])
    made = retention(Cohort.starting("x", pupils, key="pupil").follow("y", rows))
    first, head, *_, last, note = str(made).splitlines()
    assert first == "Pupils by year, rounded to ten"
    assert head.split() == ["in", "the", "cohort", "present", "entered", "left", "returned", "lost", "for", "good"]
    assert " ".join(last.split()) == "2016 120 120 0 fewer than 10 0 fewer than 10"
    assert note == made.notes[0]
    assert repr(made) == str(made)
    assert not {"123", "118", "5"} & set(str(made).split())


def test_pupils_with_an_earlier_kind_of_number_are_said_to_seem_lost():
    kinds = ["S"] * 14 + ["R"] * 86
    pupils = people(100).assign(RINPERSOONS=kinds)
    rows = pd.concat([pupils.assign(year=2014), pupils.assign(year=2015)])
    made = Cohort.starting("x", pupils, key=PERSON).follow("y", rows)
    said = "10 have a number of kind S (RINPERSOONS): who got one of kind R later seems lost, unless VTVPERSOONTAB puts"
    assert said in made.flow.steps[-1].remark
    assert said in retention(made).notes[0]
    assert "kind S" not in made.follow("z", rows.assign(n=1)).flow.steps[-1].remark
    only = made.where("in the population register", "RINPERSOONS = 'R'")
    assert retention(only).notes == ()
    plain = Cohort.starting("x", pupils.assign(RINPERSOONS="R"), key=PERSON).follow("y", rows.assign(RINPERSOONS="R"))
    assert plain.flow.steps[-1].remark == ""


def test_progress_is_for_those_who_are_followed_and_found():
    start = Cohort.starting("enrolled", PUPILS, key="pupil")
    with pytest.raises(InputError, match="not followed over years"):
        retention(start)
    nobody = start.follow("later", pd.DataFrame({"pupil": ["x"], "year": [2014]}))
    with pytest.raises(InputError, match="No pupil has a row in any of the years"):
        retention(nobody)


def test_the_recipe_for_pupils_with_another_number_finds_them_again():
    page = Path(__file__).parents[2] / "docs" / "how-to" / "build-a-cohort.md"
    (recipe,) = [
        text for text in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL) if "bridge =" in text
    ]
    names = {"nco": nco_research, "pd": pd}
    exec(recipe, names)
    rows = names["enrolled"]
    start = Cohort.starting("x", rows.query("year == 2014")[PERSON], key=PERSON)
    assert retention(start.follow("y", rows)).summary["lost for good"].sum() == 1
    assert retention(names["start"].follow("y", names["whole"])).summary["lost for good"].sum() == 0
    assert names["whole"][PERSON].drop_duplicates().to_numpy().tolist() == [["R", "000004711"], ["R", "000000007"]]
