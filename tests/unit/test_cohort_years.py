"""Pupils are followed over the years: a row per pupil and year, values on dates, and a panel that models accept."""

import datetime as dt

import linearmodels
import numpy as np
import pandas as pd
import pytest

from nco_research import Cohort
from nco_research.codebooks import Codebook, Spell
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS, Register

ENROLLED = pd.DataFrame(
    [
        ("1", 2014, 8, "a"),
        ("1", 2015, 9, "x"),
        ("2", 2014, 8, "a"),
        ("2", 2016, 9, None),
        ("3", 2015, 8, "b"),
        ("9", 2014, 8, "a"),
    ],
    columns=["pupil", "year", "group_now", "where"],
)


def cohort():
    return Cohort.starting("enrolled", PUPILS, key="pupil")


def followed(data=ENROLLED, **options):
    return cohort().follow("later", data, **options)


@pytest.mark.parametrize("data", [ENROLLED, Register(ENROLLED)], ids=["frame", "register"])
def test_waves_have_a_row_per_pupil_and_year_in_their_order(data):
    made = followed(data)
    assert made.waves.columns.tolist() == ["pupil", "year", "group_now", "where"]
    assert made.waves[["pupil", "year", "group_now"]].to_numpy().tolist() == [
        ["1", 2014, 8],
        ["1", 2015, 9],
        ["2", 2014, 8],
        ["2", 2016, 9],
        ["3", 2015, 8],
    ]
    assert len(made) == 4
    assert made.flow.steps[-1].remark == "fewer than 10 without a match"
    assert made.frame.equals(cohort().frame)


def test_a_year_that_is_no_whole_number_is_refused_and_one_that_lost_its_type_is_not():
    broken = ENROLLED.assign(year=[2014.0, 2014.6, 2014.0, 2016.0, None, 2014.0])
    for data in (broken, Register(broken)):
        with pytest.raises(InputError, match="'year' of the data of 'later' holds numbers that are no whole years"):
            len(followed(data))
    whole = followed(ENROLLED.assign(year=[2014.0, 2015.0, 2014.0, 2016.0, None, 2014.0])).waves
    assert whole["year"].tolist() == [2014, 2015, 2014, 2016]


def test_only_the_years_asked_for_are_followed_and_empty_ones_are_named():
    made = followed(years=[2015, 2016, 2018])
    assert sorted(set(made.waves["year"])) == [2015, 2016]
    assert "nobody has a row in 2018" in made.flow.steps[-1].remark
    assert "in each year 2015, 2016 and 2018; everybody stays" in made.plan
    gap = followed(ENROLLED[ENROLLED["year"] != 2015])
    assert "nobody has a row in 2015" in gap.flow.steps[-1].remark
    assert "nobody" not in followed().flow.steps[-1].remark
    with pytest.raises(InputError, match="No years were asked for"):
        followed(years=[])


def test_pupils_who_are_lost_later_are_not_in_the_waves():
    made = followed().where("school a", "school = 'a'")
    assert sorted(set(made.waves["pupil"])) == ["1", "2"]


def test_two_rows_in_one_year_are_refused_and_two_in_two_years_are_not():
    twice = pd.concat([ENROLLED, ENROLLED.iloc[:1].assign(group_now=7)])
    with pytest.raises(InputError, match=r"^fewer than 10 rows .* their pupil and year .* fewer than 10 pupils"):
        len(followed(twice))
    made = followed(twice, prefer="group_now DESC")
    assert made.waves["group_now"].tolist() == [8, 9, 8, 9, 8]
    assert "one of several rows chosen for fewer than 10" in made.flow.steps[-1].remark


def test_a_second_register_adds_to_the_years_that_there_are():
    tests = pd.DataFrame({"pupil": ["1", "2", "2", "4"], "year": [2014, 2014, 2015, 2014], "score": [1.0, 2, 3, 4]})
    made = followed().follow("tested", tests)
    assert len(made.waves) == 5
    assert made.waves["score"].fillna(-1).tolist() == [1, -1, 2, -1, -1]
    remark = made.flow.steps[-1].remark
    assert "fewer than 10 rows in years in which the pupil is not followed left aside" in remark
    inside = followed().follow("tested", tests.iloc[:2]).flow.steps[-1].remark
    assert "left aside" not in inside
    with pytest.raises(InputError, match="'group_now', 'where' are in the cohort already"):
        followed().follow("again", ENROLLED)


def test_what_is_known_of_schools_by_year_is_added_to_the_years_of_their_pupils():
    schools = pd.DataFrame({"school": ["a", "a", "x"], "year": [2014, 2015, 2015], "size": [10, 11, 12]})
    made = followed().follow("school", schools, on={"where": "school"})
    assert made.waves["size"].fillna(-1).tolist() == [10, 12, 10, -1, -1]
    with pytest.raises(InputError, match="The first register followed is matched on the cohort's key, pupil"):
        cohort().follow("school", schools, on="school")
    with pytest.raises(InputError, match=r"^fewer than 10 rows in the data of .school. share their school and year"):
        len(followed().follow("school", pd.concat([schools, schools.iloc[:1]]), on={"where": "school"}))


def test_another_column_may_hold_the_year_and_must_be_a_number():
    tests = Register(ENROLLED.assign(school_year=ENROLLED["year"] - 1))
    made = followed(tests, year="school_year", columns=["group_now"])
    assert made.waves.columns.tolist() == ["pupil", "school_year", "group_now"]
    assert made.waves["school_year"].tolist() == [2013, 2014, 2013, 2015, 2014]
    assert made.panel().index.names == ["pupil", "school_year"]
    with pytest.raises(InputError, match="'year' of the data of 'later' is not a number"):
        len(followed(ENROLLED.astype({"year": str})))
    with pytest.raises(InputError, match="no column 'jaar' in the data of 'later'"):
        followed(year="jaar")


def test_a_register_brings_its_school_year_along_and_the_panel_takes_it():
    made = followed(Register(ENROLLED.assign(school_year=ENROLLED["year"] - 1)))
    assert made.waves.columns.tolist() == ["pupil", "year", "group_now", "where", "school_year"]
    assert made.panel().index.get_level_values("school_year").min() == 2013
    assert made.panel("year").index.get_level_values("year").min() == 2014


def test_keys_written_differently_are_remarked_but_few_years_are_not():
    pupils = pd.DataFrame({"pupil": [f"{number:05d}" for number in range(1, 101)]})
    start = Cohort.starting("enrolled", pupils, key="pupil")
    rows = pupils.assign(year=2014)
    stripped = rows.assign(pupil=rows["pupil"].str.lstrip("0"))
    assert "100 more would match" in start.follow("later", stripped).flow.steps[-1].remark
    few = start.follow("later", rows.assign(year=[2015] * 10 + [2014] * 90), years=[2015])
    assert few.flow.steps[-1].remark == "90 without a match"


def test_waves_and_panels_are_for_those_who_are_followed():
    with pytest.raises(InputError, match="not followed over years"):
        cohort().waves  # noqa: B018
    with pytest.raises(InputError, match="not followed over years"):
        cohort().panel()


SPELLS = pd.DataFrame(
    [("1", "2010-01-01", "2014-09-30", "A"), ("1", "2014-10-01", None, "B"), ("2", "2015-02-01", None, "C"),
     ("3", "2016-01-01", "2015-01-01", "D")],
    columns=["pupil", "from", "to", "home"],
).astype({"from": "datetime64[ns]", "to": "datetime64[ns]"})  # fmt: skip


def at(made, date, spells=SPELLS, **options):
    return made.at("home", spells, **{"columns": ["home"], "start": "from", "end": "to", **options}, date=date)


def test_a_date_for_all_gives_the_pupils_a_value():
    made = at(cohort(), dt.date(2014, 9, 30))
    assert made.frame["home"].fillna("-").tolist() == ["A", "-", "-", "-"]
    assert at(cohort(), pd.Timestamp(2014, 10, 1)).frame["home"].fillna("-").tolist() == ["B", "-", "-", "-"]
    said = made.flow.steps[-1]
    assert (str(said.kept), said.remark) == (
        "fewer than 10",
        "fewer than 10 without a match, fewer than 10 spells that end before they start left aside",
    )
    assert "holds on 2014-09-30" in made.plan


def test_a_day_of_each_year_gives_the_years_a_value():
    made = at(followed(), "10-01")
    assert made.waves["home"].fillna("-").tolist() == ["B", "B", "-", "C", "-"]
    assert "no spell in fewer than 10 of the pupils' years" in made.flow.steps[-1].remark
    with pytest.raises(InputError, match="not followed over years"):
        at(cohort(), "10-01")
    for wrong in ("13-01", "02-29", "00-10"):
        with pytest.raises(InputError, match="not a month and a day of each year"):
            at(followed(), wrong)


def test_a_day_of_each_year_is_said_in_words_so_that_a_turned_one_is_seen():
    for text, said in (("10-01", "1 October"), ("01-10", "10 January"), ("03-03", "3 March")):
        made = at(followed(), text)
        assert f"that holds on {said} of each year followed" in made.plan
        assert f"on {said} of each year" in made.flow.steps[-1].remark
    assert "of each year" not in at(followed(), dt.date(2014, 10, 1)).flow.steps[-1].remark


def test_a_date_may_be_text_as_long_as_the_year_comes_first():
    for early in (cohort(), followed()):
        text, date = at(early, "2014-10-01"), at(early, dt.date(2014, 10, 1))
        pd.testing.assert_frame_equal(text.frame, date.frame)
        assert "that holds on 2014-10-01" in text.plan
    for wrong in ("01-10-2014", "2014-02-30", "1-10", "1/10/2014", "2014-10"):
        with pytest.raises(InputError, match=f"^{wrong} is not a date as this is asked for.*month, day"):
            at(cohort(), wrong)
    with pytest.raises(InputError, match="no column 'birthday'"):
        at(cohort(), "birthday")


def test_years_without_a_spell_are_counted_rounded():
    pupils = pd.DataFrame({"pupil": [f"p{number}" for number in range(100)]})
    rows = pd.concat([pupils.assign(year=year) for year in (2014, 2015)])
    spells = pupils.iloc[:23].assign(home="A", to=pd.NaT, **{"from": pd.Timestamp("2015-01-01")})
    made = at(Cohort.starting("x", pupils, key="pupil").follow("later", rows), "10-01", spells.astype(SPELLS.dtypes))
    assert made.flow.steps[-1].remark == "on 1 October of each year, no spell in 180 of the pupils' years"
    assert made.waves["home"].notna().sum() == 23


def test_a_column_of_dates_gives_each_its_own_day():
    born = Cohort.starting(
        "x", PUPILS.assign(day=pd.to_datetime(["2014-09-30", "2015-02-01", "2015-06-01", None])), key="pupil"
    )
    assert at(born, "day").frame["home"].fillna("-").tolist() == ["A", "C", "-", "-"]
    tested = ENROLLED.assign(day=pd.Timestamp("2015-03-01"))
    assert at(followed(tested), "day").waves["home"].fillna("-").tolist() == ["B", "B", "C", "C", "-"]
    with pytest.raises(InputError, match="'grade' of the cohort is not a date"):
        at(cohort(), "grade")
    with pytest.raises(InputError, match=r"no column 'dy' in the cohort"):
        at(cohort(), "dy")


def test_several_spells_are_refused_or_the_latest_taken_and_counted():
    two = pd.concat([SPELLS, SPELLS.iloc[:1].assign(home="Z", **{"from": pd.Timestamp("2012-01-01")})])
    with pytest.raises(InputError, match="keys have several spells"):
        len(at(cohort(), dt.date(2013, 1, 1), two))
    assert len(at(cohort(), dt.date(2011, 1, 1), two)) == 4
    made = at(cohort(), dt.date(2013, 1, 1), two, several="latest start")
    assert made.frame["home"].tolist()[0] == "Z"
    assert "one of several rows chosen for fewer than 10" in made.flow.steps[-1].remark
    years = at(followed(), "01-01", two.assign(to=pd.NaT), several="latest start")
    assert "the latest of several spells chosen in fewer than 10 of the pupils' years" in years.flow.steps[-1].remark
    with pytest.raises(InputError, match="no way 'newest'"):
        at(cohort(), dt.date(2013, 1, 1), several="newest")


def test_the_codebook_says_which_days_a_spell_holds():
    book = Codebook(component="X", label="x", label_nl="x", spell=Spell(start="from", end="to"))
    made = at(cohort(), dt.date(2012, 1, 1), Register(SPELLS, book=book), start=None, end=None)
    assert made.frame["home"].tolist()[0] == "A"
    with pytest.raises(InputError, match="Which days the spells of 'home' hold is not known"):
        at(cohort(), dt.date(2012, 1, 1), start=None)


def test_homes_lead_to_what_is_known_of_homes_and_two_dates_to_two_columns():
    homes = pd.DataFrame(
        {"home": ["A", "B", "C"], "from": pd.Timestamp("2000-01-01"), "to": pd.NaT, "town": ["t", "u", "v"]}
    )
    made = at(at(followed(), "10-01"), "10-01", homes, on="home", columns=["town"])
    assert made.waves["town"].fillna("-").tolist() == ["u", "u", "-", "v", "-"]
    twice = at(cohort(), dt.date(2012, 1, 1), columns={"before": "home"})
    twice = at(twice, dt.date(2015, 3, 1), columns={"after": "home"})
    assert twice.frame[["before", "after"]].fillna("-").to_numpy().tolist()[:2] == [["A", "B"], ["-", "C"]]
    with pytest.raises(InputError, match="'home' is in the cohort already"):
        at(at(cohort(), dt.date(2012, 1, 1)), dt.date(2012, 1, 1))


def test_keys_of_two_types_are_refused_for_spells_too():
    with pytest.raises(InputError, match="'pupil' is text on one side of 'home'"):
        at(cohort(), dt.date(2012, 1, 1), SPELLS.astype({"pupil": int}))
    with pytest.raises(InputError, match="'pupil' is text on one side"):
        len(at(cohort(), dt.date(2012, 1, 1), Register(SPELLS.astype({"pupil": int}))))


def test_a_panel_has_one_id_per_pupil_and_keeps_numbers_and_categories():
    start = Cohort.starting(
        "enrolled",
        pd.DataFrame({"kind": ["S", "R"], "pupil": ["2", "1"], "sex": pd.Categorical(["girl", "boy"])}),
        key=["kind", "pupil"],
    )
    rows = pd.DataFrame(
        {"kind": ["S", "R", "R"], "pupil": ["2", "1", "1"], "year": [2014, 2015, 2014], "score": [3.0, 2.0, 1.0],
         "school": ["b", "a", "a"], "level": pd.Categorical(["M8", "E8", "M8"], categories=["M8", "E8"])}
    )  # fmt: skip
    panel = start.follow("later", rows).panel(pupils="sex")
    assert panel.index.tolist() == [("R1", 2014), ("R1", 2015), ("S2", 2014)]
    assert panel.index.names == ["pupil", "year"]
    assert panel.index.is_unique
    assert panel.index.is_monotonic_increasing
    assert panel["score"].tolist() == [1.0, 2.0, 3.0]
    assert panel["sex"].tolist() == ["boy", "boy", "girl"]
    assert list(panel["level"].cat.categories) == ["M8", "E8"]
    assert panel["school"].dtype == "category"
    assert panel.columns.tolist() == ["score", "school", "level", "sex"]


def test_ids_put_together_stay_apart():
    pairs = pd.DataFrame({"kind": ["1", "11"], "pupil": ["11", "1"]})
    made = Cohort.starting("x", pairs, key=["kind", "pupil"]).follow("later", pairs.assign(year=2014, score=1.0))
    assert made.panel().index.get_level_values("pupil").tolist() == ["1-11", "11-1"]
    numbers = Cohort.starting("x", pd.DataFrame({"pupil": [3, 2]}), key="pupil")
    panel = numbers.follow("later", pd.DataFrame({"pupil": [2, 3], "year": 2014, "score": 1.0})).panel()
    assert panel.index.tolist() == [(2, 2014), (3, 2014)]


def test_a_panel_names_columns_that_are_not_there():
    with pytest.raises(InputError, match="no column 'yer' in the pupils' years"):
        followed().panel("yer")
    with pytest.raises(InputError, match="no column 'sx' in the pupils"):
        followed().panel(pupils=["sx"])
    with pytest.raises(InputError, match="must be a whole number"):
        followed(ENROLLED.assign(other=2014.5)).panel("other")
    with pytest.raises(InputError, match="A pupil occurs twice in one other"):
        followed(ENROLLED.assign(other=2014)).panel("other")


def test_a_panel_feeds_models_of_panels():
    rng = np.random.default_rng(3)
    pupils = pd.DataFrame({"pupil": [f"p{number}" for number in range(60)], "sex": rng.choice(["girl", "boy"], 60)})
    rows = pd.DataFrame(
        {"pupil": np.repeat(pupils["pupil"], 4), "year": np.tile(range(2014, 2018), 60), "hours": rng.normal(size=240)}
    )
    ability = np.repeat(rng.normal(size=60), 4)
    rows["score"] = 2.0 * rows["hours"] + ability + rng.normal(scale=0.01, size=240)
    start = Cohort.starting("x", pupils, key="pupil").follow("tests", rows.sample(frac=1, random_state=1))
    panel = start.panel(pupils=["sex"])
    fixed = linearmodels.PanelOLS(panel["score"], panel[["hours"]], entity_effects=True).fit()
    assert fixed.params["hours"] == pytest.approx(2.0, abs=0.01)
    mixed = linearmodels.RandomEffects(panel["score"], panel[["hours", "sex"]].assign(one=1.0)).fit()
    assert mixed.params["hours"] == pytest.approx(2.0, abs=0.01)
    assert fixed.entity_info["total"] == 60
