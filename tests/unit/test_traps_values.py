"""Missing codes, open ends, decimals and characters mean what they mean in CBS files, in every way they are stored."""

import pandas as pd
import pytest

from nco_research.codebooks import DifferenceKind
from nco_research.microdata.spells import at_date
from nco_research.sql import connect
from output_checks.errors import InputError
from tests.microdata_factories import PERSON, Country, notes_of, number, people, values, written_by_windows

BASIS = """
name = "s"
purpose = "test"
data = "data"
cache = "cache"
[units]
pupil = ["RINPERSOONS", "RINPERSOON"]
[[basis]]
category = "ethnicity"
kind = "law"
reference = "letter"
date = 2026-01-01
"""
GBA = "Bevolking/GBAPERSOONTAB/GBAPERSOON{}TABV1.sav"


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


@pytest.mark.parametrize("codes", [["----", "0000", "6030", "9999"], [None, 0.0, 6030.0, 9999.0]])
def test_dashes_and_zeros_are_missing_and_other_codes_are_not(country, tmp_path, codes):
    (tmp_path / "study.toml").write_text(BASIS, encoding="utf-8")
    country.spss(GBA.format(2015), people(4, GBAHERKOMSTGROEPERING=codes))
    frame = country.frame("GBAPERSOONTAB", years=[2015], study=tmp_path / "study.toml")
    assert values(frame["GBAHERKOMSTGROEPERING"]) == [None, None, "Nederland", "9999"]


@pytest.mark.parametrize(
    ("years", "months"), [(["----", "0000", "2011"], ["--", "00", "07"]), ([None, 0.0, 2011.0], [None, 0.0, 7.0])]
)
def test_a_date_of_birth_that_is_not_known_is_missing(country, years, months):
    country.spss(GBA.format(2015), people(3, GBAGEBOORTEJAAR=years, GBAGEBOORTEMAAND=months))
    frame = country.frame("GBAPERSOONTAB", years=[2015])
    assert values(frame["GBAGEBOORTEJAAR"]) == [None, None, 2011]
    assert values(frame["GBAGEBOORTEMAAND"]) == [None, None, 7]


@pytest.mark.parametrize("code", ["0", "1"])
def test_a_zero_that_has_a_meaning_stays(country, tmp_path, code):
    (tmp_path / "study.toml").write_text(BASIS, encoding="utf-8")
    country.spss(GBA.format(2015), people(2, GBAGENERATIE=[code, "-"]))
    country.spss(GBA.format(2016), people(2, GBAGENERATIE=[float(code), None]))
    frame = country.frame("GBAPERSOONTAB", years=[2015, 2016], study=tmp_path / "study.toml")
    word = {"0": "Autochtoon", "1": "Eerste generatie allochtoon"}[code]
    assert values(frame["GBAGENERATIE"]) == [word, None, word, None]


ADDRESS = "Bevolking/GBAADRESOBJECTBUS/GBAADRESOBJECT{}BUSV1.sav"
START, END = "GBADATUMAANVANGADRESHOUDING", "GBADATUMEINDEADRESHOUDING"


@pytest.mark.parametrize("stored", [str, float])
def test_an_open_end_has_no_day_and_holds_for_good(country, stored):
    starts, ends = [stored(20130101)] * 2, [stored(88888888), stored(20141231)]
    country.spss(ADDRESS.format(2015), people(2, **{START: starts, END: ends}, RINOBJECTNUMMER=["A1", "B2"]))
    data = country.open("GBAADRESOBJECTBUS", years=[2015])
    assert [None if day is None else day.year for day in values(data.frame[END])] == [None, 2014]
    with connect() as connection:
        asked = people(2, date=pd.to_datetime(["2030-10-01"] * 2))
        found = at_date(
            connection,
            data.relation(connection),
            key=PERSON,
            start=START,
            end=END,
            dates=connection.from_df(asked),
            columns=["RINOBJECTNUMMER"],
        )
        held = [row[-1] for row in found.relation.fetchall()]
    assert held == ["A1"]


@pytest.mark.parametrize("wrong", ["88888887", "8888888", "2014-12-31"])
def test_what_is_nearly_an_open_end_or_a_day_is_refused_and_not_shown(country, wrong):
    country.spss(ADDRESS.format(2015), people(2, **{END: [wrong, "20141231"]}))
    with pytest.raises(InputError, match="must hold dates written YYYYMMDD; fewer than 10 of its values") as caught:
        country.open("GBAADRESOBJECTBUS", years=[2015])
    assert wrong not in str(caught.value)


INCOME = [
    ("INPATAB", "INPATAB/INPA2015TABV1", "INPPERSBRUT", 9_999_999_999),
    ("INPATAB", "PERSOONINK/PERSOONINK2010TABV3", "PERSBRUT", 999_999_999),
    ("INHATAB", "INHATAB/INHA2015TABV2", "INHBESTINKH", 9_999_999_999),
    ("VEHTAB", "VEHTAB/VEH2015TABV2", "VEHW1000VERH", 99_999_999_999),
]


@pytest.mark.parametrize(("component", "file", "name", "code"), INCOME)
def test_income_and_wealth_that_are_not_known_are_missing_and_large_amounts_are_not(
    country, component, file, name, code
):
    amounts = [code, code - 1, -5_000, 0]
    country.spss(f"{file}.sav", people(4, **{name: [float(amount) for amount in amounts]}))
    year = int(file.rpartition("TABV")[0][-4:])
    expected = [None, *amounts[1:]]
    assert values(country.frame(component, years=[year], columns=[name])[name]) == expected


@pytest.mark.parametrize("written", ["{}", "{},0", "{}.00", " {} "])
def test_a_missing_code_is_one_with_decimals_and_padding_too(country, written):
    amounts = [9_999_999_999, 9_999_999_998, -5_000, 0]
    lines = "".join(f"R;{number(1)};{written.format(amount)}\n" for amount in amounts)
    country.csv("INPATAB/INPA2015TABV1.csv", f"RINPERSOONS;RINPERSOON;INPPERSBRUT\n{lines}")
    assert values(country.frame("INPATAB", years=[2015])["INPPERSBRUT"]) == [None, *amounts[1:]]


def test_a_decimal_comma_makes_a_number_and_leading_zeros_make_a_code(country):
    country.csv(
        "CITOTAB/CITOTAB2015V1.csv",
        "RINPERSOONS;RINPERSOON;CitoZScoreTaal;eigen;wijk;lijst\n"
        "R;000000001;-0,75;0,5;034401;1,5,2\nR;000000002;1,25;12;034402;3\n",
    )
    frame = country.frame("CITOTAB", years=[2015])
    assert frame["CitoZScoreTaal"].tolist() == [-0.75, 1.25]
    assert frame["eigen"].tolist() == [0.5, 12]
    assert frame["wijk"].tolist() == ["034401", "034402"]
    assert frame["lijst"].tolist() == ["1,5,2", "3"]


def test_municipalities_are_codes_with_their_zeros_by_the_year_of_the_division(country):
    places = pd.DataFrame({"SOORTOBJECTNUMMER": ["B", "B"], "RINOBJECTNUMMER": ["0A", "0B"]})
    places = places.assign(gem2023=["0344", "----"], wc2023=["034401", "------"])
    country.spss("BouwenWonen/VSLGWBTAB/VSLGWB2024TAB03V1.sav", places)
    frame = country.frame("VSLGWBTAB", years=[2024])
    assert values(frame["gem2023"]) == ["0344", None]
    assert values(frame["wc2023"]) == ["034401", None]


def test_text_as_windows_writes_it_is_read_in_spss_and_csv(country):
    labels = {"soort": {1.0: "E~n", 2.0: "Twee"}}
    path = country.spss(
        "CITOTAB/CITOTAB2015V1.sav", people(2, soort=[1.0, 2.0], plaats=["caf~", "x"]), variable_value_labels=labels
    )
    written_by_windows(path)
    country.csv("CITOTAB/CITOTAB2016V1.csv", "RINPERSOONS;RINPERSOON;soort;plaats\nR;000000001;Eén;€ café\n")
    data = country.open("CITOTAB", years=[2015, 2016])
    assert data.frame["soort"].tolist() == ["Eén", "Twee", "Eén"]
    assert data.frame["plaats"].tolist() == ["café", "x", "€ café"]
    assert [note for note in data.notes if "cp1252" in note] == []


def test_a_described_column_that_changed_type_in_one_year_is_the_same_in_all(country):
    wpo = "INSCHRWPOTAB/INSCHRWPOTAB{}V1.sav"
    country.spss(wpo.format(2014), people(2, WPOLEERJAAR=[" 8", " 7"], WPOBRIN_crypt=["12", "13"]))
    country.spss(wpo.format(2015), people(2, WPOLEERJAAR=[8.0, 7.0], WPOBRIN_crypt=[12.0, 13.0]))
    data = country.open("INSCHRWPOTAB", years=[2014, 2015])
    assert data.frame["WPOLEERJAAR"].tolist() == [8, 7, 8, 7]
    assert data.frame["WPOBRIN_crypt"].tolist() == ["12", "13", "12", "13"]
    assert notes_of(data) == ()
    assert [item.column for item in data.differences[2015].of_kind(DifferenceKind.TYPE)] == ["WPOBRIN_crypt"]


def test_another_column_that_changed_type_becomes_text_with_a_note(country):
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(2, gemeente=[344.0, 3.5], jaar=[1.0, 2.0]))
    country.spss("CITOTAB/CITOTAB2016V1.sav", people(2, gemeente=["0344", "Urk"], jaar=[3.0, 4.0]))
    data = country.open("CITOTAB", years=[2015, 2016])
    assert data.frame["gemeente"].tolist() == ["344", "3.5", "0344", "Urk"]
    assert data.frame["jaar"].tolist() == [1, 2, 3, 4]
    assert notes_of(data) == ("gemeente is not of one type (number in 2015; text in 2016); it is read as text.",)
    assert notes_of(country.open("CITOTAB", years=[2015, 2016], columns=["jaar"])) == ()
