"""What the education registers mean by their codes, scores, years and names, and what they mean in other years."""

import pandas as pd
import pytest

from nco_research.codebooks import DifferenceKind
from output_checks.errors import InputError
from tests.microdata_factories import Country, notes_of, people, values

WPO = "Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB{}V1.sav"
CITO = "Onderwijs/CITOTAB/CITOTAB{}V1.sav"


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def told(data, year, kind):
    """What the file of that year has of that kind, per column."""
    return {item.column: item.text for item in data.differences[year].of_kind(kind)}


def test_grades_are_numbers_without_their_padding(country):
    country.spss(
        WPO.format(2014), people(4, WPOLEERJAAR=[" 8", "8 ", "8", "--"], WPODENOMINATIE=["RK ", " PC", "", "RK"])
    )
    frame = country.frame("INSCHRWPOTAB", years=[2014])
    assert values(frame["WPOLEERJAAR"]) == [8, 8, 8, None]
    assert values(frame["WPODENOMINATIE"]) == ["Rooms-katholiek", "Protestants-christelijk", None, "Rooms-katholiek"]
    selected = country.frame(
        "INSCHRWPOTAB", years=[2014], where="WPOLEERJAAR = 8 AND WPODENOMINATIE = 'Rooms-katholiek'"
    )
    assert len(selected) == 1


@pytest.mark.parametrize("codes", [["80", " 0", "70", "10"], [80.0, 0.0, 70.0, 10.0]])
def test_recommendation_80_is_none_and_70_is_one(country, codes):
    country.spss(WPO.format(2014), people(4, WPOADVIESVO=codes, WPOADVIESHERZ=codes))
    frame = country.frame("INSCHRWPOTAB", years=[2014])
    for name in ("WPOADVIESVO", "WPOADVIESHERZ"):
        assert values(frame[name]) == [None, None, "Vwo", "Praktijkonderwijs"]


@pytest.mark.parametrize(
    ("codes", "scores"),
    [
        (["01", "11", "13", "04", ""], ["500", "550", "80", "535", "540"]),
        ([" 1", "11", "13", " 4", "--"], [" 500", "550 ", "080", "535", "540"]),
        ([1.0, 11.0, 13.0, 4.0, None], [500.0, 550.0, 80.0, 535.0, 540.0]),
    ],
)
def test_a_score_is_citos_only_where_the_test_was(country, codes, scores):
    country.spss(WPO.format(2014), people(5, WPOCODEEINDTOETS=codes, WPOUITSLAGEINDTOETS=scores))
    frame = country.frame("INSCHRWPOTAB", years=[2014])
    assert values(frame["WPOUITSLAGEINDTOETS"]) == [500, 550, None, None, None]
    assert values(frame["WPOCODEEINDTOETS"])[:3] == [
        "Cito Eindtoets Basisonderwijs",
        "Centrale Eindtoets (Cito)",
        "IEP",
    ]


def test_citos_scores_outside_500_to_550_are_counted_and_those_on_the_bounds_are_not(country):
    scores = [499.0] * 5 + [551.0] * 5 + [500.0, 550.0]
    for year, rows in ((2014, slice(0, 12)), (2015, slice(10, 12))):
        frame = people(12, WPOCODEEINDTOETS=["11"] * 12, WPOUITSLAGEINDTOETS=scores).iloc[rows]
        country.spss(WPO.format(year), frame)
    data = country.open("INSCHRWPOTAB", years=[2014, 2015])
    assert told(data, 2014, DifferenceKind.RANGE) == {"WPOUITSLAGEINDTOETS": "about 10 records outside 500 to 550"}
    assert told(data, 2015, DifferenceKind.RANGE) == {}


def test_the_type_of_school_is_the_same_whatever_words_the_file_of_a_year_uses(country):
    labels = {"BO": "Basisonderwijs", "SBO": "Speciaal basisonderwijs"}
    plain = people(2, WPOTYPEPO=["BO ", "SBO"])
    country.spss(WPO.format(2008), plain, variable_value_labels={"WPOTYPEPO": labels})
    country.spss(WPO.format(2015), plain, variable_value_labels={"WPOTYPEPO": {"BO": "bo", "SBO": "speciaal bo"}})
    country.spss(WPO.format(2020), plain.assign(WPOTYPEPO=["Basisonderwijs", "Speciaal Basisonderwijs"]))
    data = country.open("INSCHRWPOTAB", years=[2008, 2015, 2020])
    assert list(data.frame["WPOTYPEPO"].cat.categories) == ["Basisonderwijs", "Speciaal basisonderwijs"]
    assert data.frame["WPOTYPEPO"].notna().all()
    assert told(data, 2008, DifferenceKind.LABEL) == {}
    said = {item.text for item in data.differences[2015].of_kind(DifferenceKind.LABEL)}
    assert said == {
        "'BO' is 'bo' in the file, 'Basisonderwijs' in the codebook",
        "'SBO' is 'speciaal bo' in the file, 'Speciaal basisonderwijs' in the codebook",
    }


def test_a_code_that_nobody_described_keeps_the_word_of_its_file_and_is_told(country):
    labels = {"WPOTYPEPO": {"BO": "Basisonderwijs", "AZC": "School bij een azc"}}
    country.spss(WPO.format(2014), people(12, WPOTYPEPO=["AZC"] * 11 + ["BO"]), variable_value_labels=labels)
    data = country.open("INSCHRWPOTAB", years=[2014])
    assert data.frame["WPOTYPEPO"].tolist() == ["School bij een azc"] * 11 + ["Basisonderwijs"]
    assert told(data, 2014, DifferenceKind.CODE) == {
        "WPOTYPEPO": "'AZC', which the file labels 'School bij een azc': about 10 records"
    }


def test_group_size_is_missing_after_2017_with_a_note(country):
    country.spss(WPO.format(2017), people(2, WPOGROEPSGROOTTE=["25", "999"]))
    country.spss(WPO.format(2018), people(2))
    data = country.open("INSCHRWPOTAB", years=[2017, 2018])
    assert values(data.frame["WPOGROEPSGROOTTE"]) == [25, None, None, None]
    assert notes_of(data) == ("WPOGROEPSGROOTTE is not in the file of 2018, so it is missing there.",)
    assert "WPOGROEPSGROOTTE" not in told(data, 2018, DifferenceKind.ABSENT_COLUMN)
    assert notes_of(country.open("INSCHRWPOTAB", years=[2017])) == ()
    country.spss(WPO.format(2019), people(1, WPOGROEPSGROOTTE=["25"]))
    found = told(country.open("INSCHRWPOTAB", years=[2019]), 2019, DifferenceKind.OTHER_YEAR)
    assert found == {"WPOGROEPSGROOTTE": "the codebook has it until 2017"}


def test_a_school_year_is_in_the_file_of_its_start_and_its_cito_test_in_the_next(country):
    for year in (2014, 2015):
        country.spss(WPO.format(year), people(1, bron=[f"WPO of {year}"]))
        country.spss(CITO.format(year), people(1, bron=[f"Cito of {year}"]))
    enrolled = country.frame("INSCHRWPOTAB", school_years=[2014])
    tested = country.frame("CITOTAB", school_years=[2014])
    assert enrolled[["year", "school_year", "bron"]].iloc[0].tolist() == [2014, 2014, "WPO of 2014"]
    assert tested[["year", "school_year", "bron"]].iloc[0].tolist() == [2015, 2014, "Cito of 2015"]
    assert country.frame("CITOTAB", years=[2014])["school_year"].tolist() == [2013]


@pytest.mark.parametrize("empty", [[None, None], [999.0, 999.0], ["", ""]])
def test_z_scores_that_are_empty_in_2017_are_missing_and_told(country, empty):
    country.spss(CITO.format(2016), people(2, CitoZScoreTaal=[0.5, -1.25], CitoStandaardScore=[535.0, 540.0]))
    without = people(2, CitoZScoreTaal=empty, CitoStandaardScore=[535.0, 540.0])
    country.spss(CITO.format(2017), without.astype({"CitoZScoreTaal": "float64"} if empty[0] is None else {}))
    data = country.open("CITOTAB", years=[2016, 2017])
    assert values(data.frame["CitoZScoreTaal"]) == [0.5, -1.25, None, None]
    assert told(data, 2016, DifferenceKind.EMPTY) == {}
    assert told(data, 2017, DifferenceKind.EMPTY) == {"CitoZScoreTaal": "every record is missing"}


VO = "Onderwijs/ONDERWIJSINSCHRTAB/ONDERWIJSINSCHRTAB{}V1.sav"


def test_an_enrolment_that_has_not_ended_has_no_last_day_in_words_or_digits(country):
    start = ["20130801", "20130801"]
    country.spss(VO.format(2013), people(2, AANVINSCHR=start, EINDINSCHR=["Niet uitgeschreven", "20140731"]))
    country.spss(VO.format(2014), people(2, AANVINSCHR=start, EINDINSCHR=["99999999", "20150731"]))
    country.spss(VO.format(2015), people(2, AANVINSCHR=start, EINDINSCHR=[99999999.0, 20160731.0]))
    frame = country.frame("ONDERWIJSINSCHRTAB", years=[2013, 2014, 2015])
    ends = [None if day is None else day.strftime("%Y-%m-%d") for day in values(frame["EINDINSCHR"])]
    assert ends == [None, "2014-07-31", None, "2015-07-31", None, "2016-07-31"]
    assert frame["AANVINSCHR"].dt.year.eq(2013).all()


def test_other_words_for_the_end_of_an_enrolment_are_not_taken_for_an_open_end(country):
    country.spss(VO.format(2013), people(2, EINDINSCHR=["Uitgeschreven", "20140731"]))
    with pytest.raises(InputError, match="'EINDINSCHR' must hold dates written YYYYMMDD; fewer than 10 of its values"):
        country.open("ONDERWIJSINSCHRTAB", years=[2013])


def test_main_enrolments_in_secondary_education_are_01_and_11(country):
    country.spss(VO.format(2013), people(4, HOOFDINSCHR=["01", "11", "02", " 1"]))
    frame = country.frame("ONDERWIJSINSCHRTAB", years=[2013], where="HOOFDINSCHR LIKE 'Hoofdinschrijving voortgezet%'")
    assert frame["RINPERSOON"].tolist() == ["000000001", "000000002", "000000004"]


LEVELS = "Onderwijs/HOOGSTEOPLTAB/HOOGSTEOPL{}TABV1.sav"
OLD, NEW = "OPLNIVSOI2016AGG4HBMETNIRWO", "OPLNIVSOI2021AGG4HBmetNIRWO"


def test_the_level_of_education_is_one_variable_over_its_change_of_name_and_case(country):
    country.spss(LEVELS.format(2015), people(2, **{OLD: ["3212", "----"]}))
    country.spss(LEVELS.format(2019), people(2, **{NEW.upper(): ["2131", "9999"]}))
    country.spss(LEVELS.format(2021), people(2, **{NEW: ["1111", "3213"]}))
    for asked in (OLD.lower(), NEW):
        frame = country.frame("HOOGSTEOPLTAB", years=[2015, 2019, 2021], columns=[asked])
        expected = ["Wo-master", None, "Havo bovenbouw", None, "Basisonderwijs groep 1-2", "Doctor"]
        assert values(frame[asked]) == expected


@pytest.mark.parametrize("order", [[OLD, NEW], [NEW, OLD]])
def test_of_a_variable_under_both_names_in_one_file_the_later_is_given_with_a_note(country, order):
    country.spss(LEVELS.format(2019), people(1, **{OLD: ["1111"], NEW: ["3212"]})[["RINPERSOON", *order]])
    data = country.open("HOOGSTEOPLTAB", years=[2019])
    assert data.columns == ("RINPERSOON", NEW)
    assert data.frame[NEW].tolist() == ["Wo-master"]
    (note,) = notes_of(data)
    assert note == f"HOOGSTEOPL2019TABV1.sav has {OLD} and {NEW}, by the codebook one variable: {NEW} is given."
    assert notes_of(country.open("HOOGSTEOPLTAB", years=[2019], columns=["RINPERSOON"])) == ()


def test_both_names_in_one_file_differ_from_two_variables(country):
    other = "OPLNIVSOI2021AGG4HGmetNIRWO"  # followed, not attained
    country.spss(LEVELS.format(2019), people(1, **{OLD: ["1111"], other: ["3212"]}))
    data = country.open("HOOGSTEOPLTAB", years=[2019])
    assert data.frame[[NEW, other]].iloc[0].tolist() == ["Basisonderwijs groep 1-2", "Wo-master"]
    assert notes_of(data) == ()


def test_the_layout_of_lvsnco_is_said_to_be_assumed_and_off_level_tests_can_be_told(country):
    tests = people(2, LVSDOMEIN=["RW", "BL"], LVSTOETS=["M5", "E4"], LVSLEERJAAR=[" 5", " 5"], LVSSCORE=["215", "999"])
    country.spss("Onderwijs/LVSNCO/LVSNCO2018V1.sav", tests)
    data = country.open("LVSNCO", school_years=[2018])
    assert "assumed" in data.book.confidence.value
    assert values(data.frame["LVSSCORE"]) == [215, None]
    assert data.frame["LVSTOETS"].tolist() == ["Midden groep 5", "Eind groep 4"]
    assert isinstance(data.frame["LVSDOMEIN"].dtype, pd.CategoricalDtype)
