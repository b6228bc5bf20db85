"""Keys stay what they are, whatever a file or a spelling made of them; the same person is found, and no other."""

import pandas as pd
import pytest

from nco_research import Cohort
from nco_research.codebooks import DifferenceKind
from output_checks.errors import InputError
from tests.microdata_factories import PERSON, Country, notes_of, number, people, values


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def study(tmp_path, objections):
    (tmp_path / "objections.csv").write_text(f"RINPERSOONS;RINPERSOON\n{objections}", encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text(
        'name = "s"\npurpose = "test"\ndata = "data"\ncache = "cache"\nobjections = "objections.csv"\n'
        '[units]\npupil = ["RINPERSOONS", "RINPERSOON"]\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("stored", [["000000017", "299425592"], [17.0, 299425592.0], ["17", "299425592"]])
def test_a_person_number_is_nine_characters_however_it_was_stored(country, stored):
    country.spss("CITOTAB/CITOTAB2015V1.sav", pd.DataFrame({"RINPERSOONS": ["R", "S"], "RINPERSOON": stored}))
    frame = country.frame("CITOTAB", years=[2015])
    assert frame[PERSON].to_numpy().tolist() == [["R", "000000017"], ["S", "299425592"]]


def test_other_keys_keep_their_zeros_where_the_file_has_them_and_a_loss_is_told(country):
    frame = people(12, WPOBRIN_crypt=["0012ab"] * 12, WPOBRINVEST=["00"] * 12)
    country.spss("INSCHRWPOTAB/INSCHRWPOTAB2014V1.sav", frame)
    country.spss("INSCHRWPOTAB/INSCHRWPOTAB2015V1.sav", frame.assign(WPOBRINVEST=[0.0] * 12))
    data = country.open("INSCHRWPOTAB", years=[2014, 2015])
    assert set(data.frame["WPOBRIN_crypt"]) == {"0012ab"}
    assert data.frame.groupby("year")["WPOBRINVEST"].first().tolist() == ["00", "0"]
    assert not data.differences[2014].of_kind(DifferenceKind.TYPE)
    (told,) = data.differences[2015].of_kind(DifferenceKind.TYPE)
    assert (told.column, told.text) == ("WPOBRINVEST", "a key, stored as numbers: leading zeros are lost")


WORDS = "geen codelijst beschikbaar, zie externe link"


@pytest.mark.parametrize(
    ("component", "file", "column"),
    [
        ("INSCHRWPOTAB", "INSCHRWPOTAB2014V1", "WPOBRINVEST"),
        ("ONDERWIJSINSCHRTAB", "ONDERWIJSINSCHR2014TABV1", "VOBRINVEST"),
    ],
)
@pytest.mark.parametrize("suffix", ["sav", "csv"])
def test_the_words_of_a_value_label_in_place_of_a_branch_are_the_main_branch(country, component, file, column, suffix):
    frame = people(5, **{column: [WORDS, f" {WORDS} ", "01", f"{WORDS}.", ""]})
    if suffix == "sav":
        country.spss(f"{component}/{file}.sav", frame)
    else:
        country.csv(f"{component}/{file}.csv", frame.to_csv(sep=";", index=False))
    found = country.frame(component, years=[2014], columns=[column])[column]
    assert values(found) == ["00", "00", "01", f"{WORDS}.", None]  # other words stay, and are no branch 00


@pytest.mark.parametrize(
    ("without", "told"),
    [([0, 11], True), ([0, 10], False), ([2, 11], True), ([3, 15], False), ([50, 60], False), ([92, 0], True)],
    ids=str,
)
def test_a_key_that_many_records_of_one_year_lack_is_told_and_one_that_few_or_all_years_lack_is_not(
    country, without, told
):
    for year, lacking in zip([2014, 2015], without, strict=True):
        branch = [""] * lacking + ["00"] * (100 - lacking)
        frame = people(100, WPOBRINVEST=branch).assign(RINPERSOON=[""] * lacking + [number(17)] * (100 - lacking))
        country.spss(f"INSCHRWPOTAB/INSCHRWPOTAB{year}V1.sav", frame)
    notes = notes_of(country.open("INSCHRWPOTAB", years=[2014, 2015]))
    many, few = (2014, 2015) if without[0] > without[1] else (2015, 2014)
    begin = f"WPOBRINVEST is missing for more than a tenth of the records of {many}, and for far fewer of {few}."
    assert [note.startswith(begin) for note in notes] == [True] * told
    assert notes_of(country.open("INSCHRWPOTAB", years=[2014, 2015], columns=PERSON)) == ()
    assert notes_of(country.open("INSCHRWPOTAB", years=[2014])) == ()


def test_numbers_that_lost_digits_are_refused_and_large_whole_ones_are_not(country):
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(1).assign(RINPERSOON=[17.5]))
    with pytest.raises(InputError, match="'RINPERSOON' is stored as numbers that are not whole or have lost digits"):
        country.open("CITOTAB", years=[2015])
    country.spss("GBAHUISHOUDENSBUS/GBAHUISHOUDENS2015BUSV1.sav", people(1, HUISHOUDNR=[123456789012.0]))
    assert country.frame("GBAHUISHOUDENSBUS", years=[2015])["HUISHOUDNR"].tolist() == ["123456789012"]


def test_keys_of_households_and_addresses_are_text(country):
    country.spss(
        "GBAHUISHOUDENSBUS/GBAHUISHOUDENS2015BUSV1.sav", people(2, HUISHOUDNR=["000123456789", "999123456789"])
    )
    assert country.frame("GBAHUISHOUDENSBUS", years=[2015])["HUISHOUDNR"].tolist() == ["000123456789", "999123456789"]
    address = {"SOORTOBJECTNUMMER": ["B", "D"], "RINOBJECTNUMMER": ["0000AB12", "00000012"]}
    country.spss("GBAADRESOBJECTBUS/GBAADRESOBJECT2015BUSV1.sav", people(2, **address))
    frame = country.frame("GBAADRESOBJECTBUS", years=[2015])
    assert frame["RINOBJECTNUMMER"].tolist() == ["0000AB12", "00000012"]


def test_parents_are_found_in_the_mixed_case_of_their_columns(country):
    parents = {"RINPERSOONSMa": ["R", "-"], "RINPERSOONMa": [number(17), "---------"]}
    parents |= {"RINPERSOONSpa": ["R", "R"], "RINPERSOONpa": [18.0, 299425592.0]}
    country.spss("KINDOUDERTAB/KINDOUDER2015TABV1.sav", people(2, **parents))
    lower = people(2, **parents).rename(columns=str.lower)
    country.spss("KINDOUDERTAB/KINDOUDER2016TABV1.sav", lower)
    frame = country.frame("KINDOUDERTAB", years=[2015, 2016])
    assert list(frame.columns) == ["year", *PERSON, "RINPERSOONSMa", "RINPERSOONMa", "RINPERSOONSpa", "RINPERSOONpa"]
    for _, one_year in frame.groupby("year"):
        assert values(one_year["RINPERSOONMa"]) == ["000000017", None]
        assert values(one_year["RINPERSOONSMa"]) == ["R", None]
        assert values(one_year["RINPERSOONpa"]) == ["000000018", "299425592"]
        assert values(one_year["RINPERSOONSpa"]) == ["R", "R"]


def test_names_in_another_case_each_year_are_one_column(country):
    for year, names in ((2014, ["RINPersoonS", "RINPersoon"]), (2015, ["rinpersoons", "rinpersoon"]), (2016, PERSON)):
        frame = people(1, citostandaardscore=[float(year - 1500)])
        country.spss(f"CITOTAB/CITOTAB{year}V1.sav", frame.rename(columns=dict(zip(PERSON, names, strict=True))))
    data = country.open("CITOTAB", years=[2014, 2015, 2016])
    assert data.columns == (*PERSON, "CitoStandaardScore")
    assert data.frame["CitoStandaardScore"].tolist() == [514, 515, 516]
    assert data.frame["RINPERSOON"].tolist() == [number(1)] * 3


def test_two_columns_that_differ_in_case_only_are_refused(country):
    country.csv("CITOTAB/CITOTAB2015V1.csv", "RINPERSOONS;RINPERSOON;rinpersoon\nR;000000001;000000002\n")
    with pytest.raises(InputError, match="columns with the same name: RINPERSOON, rinpersoon"):
        country.open("CITOTAB", years=[2015])


BRIDGE = {"RINPERSOONS": ["S"], "RINPERSOON": [number(700)], "RINPERSOONSVTV": ["R"], "RINPERSOONVTV": [17.0]}


@pytest.mark.parametrize("name", ["VTVPERSOON2023TABV1.sav", "vtvpersoontab.SAV"])
def test_who_objected_under_an_encrypted_number_is_found_under_the_later_one(country, tmp_path, name):
    country.spss(f"Bevolking/VTVPERSOONTAB/{name}", pd.DataFrame(BRIDGE))
    both = pd.DataFrame(
        {"RINPERSOONS": ["R", "S", "R", "S"], "RINPERSOON": [number(17), number(700), number(700), number(17)]}
    )
    country.spss("CITOTAB/CITOTAB2015V1.sav", both)
    data = country.open("CITOTAB", years=[2015], study=study(tmp_path, "S;700\n"))
    # The same digits with the other letter are somebody else.
    assert data.frame[PERSON].to_numpy().tolist() == [["R", number(700)], ["S", number(17)]]


def test_the_bridge_can_be_read_and_follows_a_pupil_over_both_numbers(country):
    country.spss("Bevolking/VTVPERSOONTAB/VTVPERSOON2023TABV1.sav", pd.DataFrame(BRIDGE))
    frame = country.frame("VTVPERSOONTAB", years=[2023])
    assert frame.drop(columns="year").iloc[0].tolist() == ["S", number(700), "R", number(17)]


def test_a_key_that_occurs_twice_is_told_and_doubles_nobody(country):
    pupils = people(30, CitoStandaardScore=[535.0] * 30)
    country.spss("CITOTAB/CITOTAB2016V1.sav", pupils)
    country.spss("CITOTAB/CITOTAB2017V1.sav", pd.concat([pupils, pupils.head(6)]))
    unmatched = pupils.assign(RINPERSOON=[number(1), number(1)] + [""] * 28)
    country.spss("CITOTAB/CITOTAB2018V1.sav", unmatched)
    data = country.open("CITOTAB", years=[2016, 2017, 2018])
    told = {year: [item.text for item in found.of_kind(DifferenceKind.KEY)] for year, found in data.differences.items()}
    few = "fewer than 10 records share it with another"
    assert told == {2016: [], 2017: ["about 10 records share it with another"], 2018: [few]}
    cohort = Cohort.starting("pupils", pupils[PERSON], key=PERSON)
    once = country.open("CITOTAB", years=[2016])
    assert len(cohort.link("test", once, on=PERSON, columns=["CitoStandaardScore"])) == 30
    with pytest.raises(InputError, match=r"10 rows in the data of 'test' .* fewer than 10 pupils would be doubled"):
        len(cohort.link("test", country.open("CITOTAB", years=[2017]), on=PERSON, columns=["CitoStandaardScore"]))
