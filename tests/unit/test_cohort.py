"""A cohort never doubles or loses a pupil silently, does not change, and reads nothing before it is asked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from demo.prepare import prepare
from nco_research import Cohort, open_microdata
from nco_research.codebooks import Codebook, Variable, VariableType
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS, Register, numbered


def cohort():
    return Cohort.starting("enrolled", PUPILS, key="pupil")


def steps(made):
    return [(step.label, str(step.kept), str(step.lost)) for step in made.flow.steps]


def test_the_flow_counts_kept_and_lost_at_every_step():
    pupils = numbered(400, grade=[8] * 300 + [7] * 100)
    tests = numbered(250, score=1.0)
    start = Cohort.starting("enrolled", pupils, key="pupil")
    made = start.where("in grade 8", lambda rows: rows["grade"] == 8).link("tested", tests, on="pupil")
    assert steps(made) == [("enrolled", "400", "0"), ("in grade 8", "300", "100"), ("tested", "250", "50")]
    assert [len(start), len(made)] == [400, 250]
    assert made.frame["pupil"].tolist() == pupils["pupil"].tolist()[:250]
    assert str(made.flow).splitlines()[1] == "in grade 8  300  100 lost"
    assert repr(made).startswith("Cohort of 250 pupils, rounded\nenrolled")


def test_schools_are_counted_while_their_column_is_there():
    pupils = numbered(400, school=[f"s{number % 40}" for number in range(400)])
    start = Cohort.starting("enrolled", pupils, key="pupil", school="school")
    one = start.where("some schools", "school IN ('s1', 's2', 's3') OR school LIKE 's2_'")
    assert [str(step.schools) for step in one.flow.steps] == ["40", "10"]
    assert one.with_columns(lambda rows: rows[["pupil"]]).where("all", "true").flow.steps[-1].schools is None
    assert Cohort.starting("enrolled", pupils, key="pupil").flow.steps[0].schools is None
    with pytest.raises(InputError, match="no column 'shool' in the cohort"):
        Cohort.starting("enrolled", pupils, key="pupil", school="shool")


def test_a_cohort_does_not_change():
    given = PUPILS.copy()
    start = Cohort.starting("enrolled", given, key="pupil")
    given.loc[:, "grade"] = 0
    frame = start.frame
    frame.loc[:, "grade"] = 0
    start.where("b", start.frame["school"] == "b")
    start.link("sizes", pd.DataFrame({"school": ["a", "b", "c"], "size": [1, 2, 3]}), on="school").with_columns(x="1")
    assert start.frame["grade"].tolist() == [8, 8, 7, 8]
    assert list(start.frame.columns) == ["pupil", "school", "grade"]
    assert len(start) == 4
    with pytest.raises(AttributeError):
        start.key = ("school",)


def test_repeated_and_missing_keys_are_counted_and_refused_at_once_in_a_frame():
    twice = pd.concat([PUPILS, PUPILS.iloc[:1]])
    with pytest.raises(InputError, match=r"^fewer than 10 rows share their pupil"):
        Cohort.starting("enrolled", twice, key="pupil")
    both = Cohort.starting("enrolled", twice.assign(year=[1, 1, 1, 1, 2]), key=["pupil", "year"])
    assert len(both) == 5
    with pytest.raises(InputError, match=r"^fewer than 10 rows have no pupil"):
        Cohort.starting("enrolled", PUPILS.assign(pupil=["1", "2", "3", None]), key="pupil")
    with pytest.raises(InputError, match="needs a key"):
        Cohort.starting("enrolled", PUPILS, key=[])


def test_keys_in_a_register_are_looked_at_when_it_is_read_and_only_of_the_rows_that_start():
    twice = Register(pd.concat([PUPILS, PUPILS.iloc[:1]]))
    with pytest.raises(InputError, match=r"^fewer than 10 rows share their pupil"):
        len(Cohort.starting("enrolled", twice, key="pupil"))
    assert len(Cohort.starting("enrolled", twice, key="pupil", where="pupil <> '1'")) == 3
    without = Register(PUPILS.assign(pupil=["1", "2", "3", None]))
    with pytest.raises(InputError, match=r"^fewer than 10 rows have no pupil"):
        len(Cohort.starting("enrolled", without, key="pupil"))
    assert len(Cohort.starting("enrolled", without, key="pupil", where="grade = 7 OR pupil = '1'")) == 2


def test_nothing_is_read_before_it_is_asked_and_then_each_step_once():
    enrolled, tested, gone = Register(PUPILS), Register(PUPILS[["pupil"]].assign(score=1)), Register(PUPILS)
    start = Cohort.starting("enrolled", enrolled, key="pupil").link("tested", tested, on="pupil")
    calls = []
    one = start.where("old", lambda rows: calls.append(1) or rows["grade"] == 8)
    two = start.where("young", "grade = 7").with_columns(twice="2 * score")
    start.link("never asked for", gone, on="pupil", columns=[])
    assert [one.plan, two.plan] != ["", ""]
    assert (enrolled.opened, tested.opened, calls) == (0, 0, [])
    assert (len(one), len(two)) == (3, 1)
    assert one.flow.steps[0] == two.flow.steps[0]
    one.frame, two.frame, repr(one)
    assert (enrolled.opened, tested.opened, gone.opened, calls) == (1, 1, 0, [1])


def test_a_step_that_was_refused_can_be_asked_again_and_says_the_same():
    nobody = cohort().where("in grade 1", "grade = 1")
    for _ in range(2):
        with pytest.raises(InputError, match=r"all pupils \(fewer than 10\) were lost at the step 'in grade 1'"):
            len(nobody)


def test_when_everyone_is_lost_the_step_is_named():
    with pytest.raises(InputError, match=r"all pupils \(fewer than 10\) were lost at the step 'in grade 1'"):
        len(cohort().where("in grade 1", lambda rows: rows["grade"] == 1))
    with pytest.raises(InputError, match="lost at the step 'tested'"):
        len(cohort().link("tested", pd.DataFrame({"pupil": ["x"], "score": [1]}), on="pupil"))
    with pytest.raises(InputError, match="no row was read at the step 'enrolled'"):
        len(Cohort.starting("enrolled", PUPILS, key="pupil", where="grade = 1"))


def test_a_frame_keeps_its_order_and_a_register_gets_that_of_its_key():
    shuffled = PUPILS.iloc[[2, 0, 3, 1]]
    assert Cohort.starting("enrolled", shuffled, key="pupil").frame["pupil"].tolist() == ["3", "1", "4", "2"]
    assert Cohort.starting("enrolled", Register(shuffled), key="pupil").frame["pupil"].tolist() == ["1", "2", "3", "4"]


def test_the_same_steps_give_the_same_rows_in_the_same_order():
    rng = np.random.default_rng(5)
    pupils = numbered(5000, school=rng.integers(0, 200, 5000).astype(str)).sample(frac=1, random_state=1)
    schools = pd.DataFrame({"school": np.arange(200).astype(str), "size": rng.integers(50, 500, 200)})

    def made(order):
        start = Cohort.starting("enrolled", Register(pupils.sample(frac=1, random_state=order)), key="pupil")
        sized = start.link("school", Register(schools.sample(frac=1, random_state=order)), on="school")
        return sized.where("large", "size > 100").frame

    pd.testing.assert_frame_equal(made(1), made(2))


def test_the_plan_says_what_is_read_kept_and_linked_and_on_what():
    tests = Register(PUPILS[["pupil"]].assign(score=1, day=1), component="LVSNCO")
    made = (
        Cohort.starting("enrolled", PUPILS, key="pupil", where="grade >= 7")
        .where("in grade 8", "grade = 8")
        .where("by hand", lambda rows: rows["grade"] == 8)
        .link("tested", tests, on="pupil", columns={"points": "score"}, required=False, prefer="day DESC")
        .with_columns(half="points / 2")
    )
    assert made.plan.splitlines() == [
        " 1. enrolled",
        "    reads a frame (pupil, school, grade)",
        "    keeps the rows where grade >= 7",
        "    one row per pupil, known by pupil",
        " 2. in grade 8",
        "    keeps the pupils where grade = 8",
        " 3. by hand",
        "    keeps the pupils for whom a function is true",
        " 4. tested",
        "    links LVSNCO: LVSNCO/LVSNCO2014V2.sav (version 2)",
        "    on pupil; who is not in it stays, with missing values",
        "    where several rows match, the first by day DESC",
        "    takes score as points",
        " 5. columns",
        "    half = points / 2",
    ]
    assert tests.opened == 0


def test_columns_come_back_as_they_were():
    frame = PUPILS.assign(
        sex=pd.Categorical(["girl", "boy", None, "girl"], categories=["girl", "boy", "other"], ordered=True),
        level=pd.Categorical([3, 1, None, 3], categories=[3, 1]),
        band=pd.cut(pd.Series([1.0, 2.0, 3.0, np.nan]), [0, 2, 4]),
        size=pd.array([1, None, 3, 4], dtype="Int64"),
        small=np.array([1, 2, 3, 4], dtype="int8"),
        score=[1.5, np.nan, 2.5, 3.5],
        tested=pd.to_datetime(["2005-01-01", None, "2005-03-01", "2005-04-01"]),
        text=["x", None, "y", "z"],
        flag=[True, False, True, True],
        nothing=[None] * 4,
    )
    back = Cohort.starting("enrolled", frame, key="pupil").where("all", "true").frame
    assert frame.isna().equals(back.isna())
    for name in ("sex", "level", "band", "size", "small", "score", "tested", "flag"):
        pd.testing.assert_series_equal(back[name], frame[name])
    assert back["text"].tolist()[::2] == ["x", "y"]
    assert back.index.equals(pd.RangeIndex(4))


def test_categories_of_a_register_come_in_the_order_of_its_codebook():
    labels = {"2": "often", "1": "seldom", "3": "never"}
    how = Variable(name="how", label="how", label_nl="hoe", type=VariableType.CATEGORY, labels=labels)
    book = Codebook(component="X", label="x", label_nl="x", variables=(how,))
    register = Register(PUPILS.assign(how=["seldom", "often", "9", None]), book=book)
    column = Cohort.starting("enrolled", register, key="pupil").frame["how"]
    assert list(column.cat.categories) == ["often", "seldom", "9"]
    assert column.tolist()[:3] == ["seldom", "often", "9"]


@pytest.mark.parametrize("bad", [[1, "a", 2, 3], [[1], [2], [3], [4]], [{}, {}, {}, {}]], ids=str)
def test_a_column_of_several_kinds_is_refused_by_name_and_without_its_values(bad):
    with pytest.raises(InputError, match="The column 'odd' of the data of 'enrolled'") as said:
        len(Cohort.starting("enrolled", PUPILS.assign(odd=bad), key="pupil"))
    assert "[1]" not in str(said.value)


def test_columns_that_differ_only_in_case_are_refused():
    with pytest.raises(InputError, match="'grade' and 'Grade'"):
        Cohort.starting("enrolled", PUPILS.assign(Grade=1), key="pupil")


def test_only_the_columns_asked_for_are_kept_and_the_key_always():
    register = Register(PUPILS.assign(year=2014))
    assert list(Cohort.starting("a", register, key="pupil").frame.columns) == ["year", "pupil", "school", "grade"]
    asked = Cohort.starting("a", register, key="pupil", columns={"group": "grade"}, where="school <> 'c'")
    assert list(asked.frame.columns) == ["pupil", "group"]
    with pytest.raises(InputError, match=r"no column 'grde' in the data of 'a'\. Try: 'grade'"):
        Cohort.starting("a", register, key="pupil", columns=["grde"])


def test_neither_a_frame_nor_a_register_is_refused():
    with pytest.raises(InputError, match="A list is neither a frame nor a register"):
        Cohort.starting("enrolled", [1], key="pupil")
    with pytest.raises(InputError, match="no column 'pupl' in the data of 'enrolled'"):
        Cohort.starting("enrolled", PUPILS, key="pupl")


def test_what_registers_say_of_themselves_is_kept_and_objections_are_in_the_flow_rounded():
    register = Register(PUPILS, notes=("grade is not in the file of 2013.",), objections=123)
    made = Cohort.starting("enrolled", register, key="pupil")
    assert made.notes == ("enrolled: grade is not in the file of 2013.",)
    assert made.flow.steps[0].remark == ""
    assert str(made.flow).endswith("\nWho objected is not in the registers: 120 persons of REGISTER")
    assert not cohort().notes


def test_columns_change_but_pupils_do_not():
    assert list(cohort().with_columns(lambda rows: rows[["pupil"]]).frame.columns) == ["pupil"]
    renamed = cohort().with_columns(lambda rows: rows.rename(columns={"grade": "group"})).where("old", '"group" = 8')
    assert len(renamed) == 3
    with pytest.raises(InputError, match="may not add, drop or reorder"):
        len(cohort().with_columns(lambda rows: rows.iloc[::-1]))
    with pytest.raises(InputError, match="may not add, drop or reorder"):
        len(cohort().with_columns(lambda rows: rows.iloc[:2]))
    with pytest.raises(InputError, match="no column 'pupil' in what with_columns was given"):
        len(cohort().with_columns(lambda rows: rows[["grade"]]))
    with pytest.raises(InputError, match="was not given a frame"):
        len(cohort().with_columns(lambda rows: 1))
    assert [step.label for step in renamed.flow.steps] == ["enrolled", "old"]


def test_a_register_that_is_scanned_gives_the_cohort_of_its_frame(tmp_path):
    person = ["RINPERSOONS", "RINPERSOON"]
    prepare(Path(__file__).parents[2] / "demo" / "bdf.csv", tmp_path / "microdata")
    columns = {"INSCHRWPOTAB": [*person, "WPOLEERJAAR", "WPODENOMINATIE"], "LVSNCO": [*person, "TAALVOOR"]}

    def made(wrap):
        enrolled, tested = (
            wrap(open_microdata(name, years=[2014], columns=names, folder=tmp_path / "microdata", cache=tmp_path / "c"))
            for name, names in columns.items()
        )
        start = Cohort.starting("enrolled", enrolled, key=person, where="WPOLEERJAAR = 8")
        return start.link("tested", tested, on=person, columns=["TAALVOOR"]).where("known", "TAALVOOR IS NOT NULL")

    scanned, framed = made(lambda data: data), made(lambda data: data.frame)
    assert str(scanned.flow) == str(framed.flow)
    assert "INSCHRWPOTAB2014V10.sav (version 10)" in scanned.plan
    expected = framed.frame.sort_values(person).reset_index(drop=True)[scanned.frame.columns.tolist()]
    for name in expected.columns:
        assert scanned.frame[name].astype(object).tolist() == expected[name].astype(object).tolist()
    assert scanned.frame["WPODENOMINATIE"].cat.categories[0] == "Openbaar"


def test_many_branches_of_one_cohort_do_not_disturb_one_another():
    start = cohort()
    branches = {grade: start.where(f"in {grade}", f"grade = {grade}") for grade in (7, 8)}
    assert {grade: made.frame["pupil"].tolist() for grade, made in branches.items()} == {7: ["3"], 8: ["1", "2", "4"]}
    assert len(start) == 4


def test_a_frame_with_direct_identifiers_is_refused():
    with pytest.raises(InputError, match="Direct identifiers in the frame: 'achternaam'"):
        Cohort.starting("enrolled", PUPILS.assign(achternaam="x"), key="pupil")
