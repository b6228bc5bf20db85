"""Files with direct identifiers are refused by name and by value, and pseudonyms of the same shape are read."""

import duckdb
import numpy as np
import pytest

from output_checks.errors import InputError
from tests.microdata_factories import Country, number, people, service_numbers

FILE = "Onderwijs/CITOTAB/CITOTAB2015V1"


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def kept(country):
    """Every value in the cache, as text."""
    found = set()
    for path in country.cache.rglob("*.parquet"):
        for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall():
            found.update(str(value).removesuffix(".0").zfill(9) for value in row)
    return found


@pytest.mark.parametrize(("remainder", "begin", "what"), [(0, "", "citizen service"), (5, "10", "education")])
@pytest.mark.parametrize("stored", [str, float])
def test_real_numbers_under_a_neutral_name_are_refused_and_never_kept(country, remainder, begin, what, stored):
    real = service_numbers(60, remainder=remainder, begin=begin)
    country.spss(f"{FILE}.sav", people(60, kenmerk=[stored(text) for text in real], punten=[3.0] * 60))
    with pytest.raises(InputError, match=f"'kenmerk' holds {what} numbers") as caught:
        country.open("CITOTAB", years=[2015])
    assert not any(text in str(caught.value) for text in real)
    assert country.frame("CITOTAB", years=[2015], columns=["RINPERSOON", "punten"])["punten"].sum() == 180
    assert not kept(country) & set(real)
    with pytest.raises(InputError, match="'kenmerk' holds"):
        country.open("CITOTAB", years=[2015], columns=["punten"], where="kenmerk IS NOT NULL")


@pytest.mark.parametrize("begin", [0, 100_000_000])
@pytest.mark.parametrize("stored", [str, float])
def test_pseudonyms_of_nine_digits_are_read_whatever_their_column_is_called(country, begin, stored):
    drawn = np.random.default_rng(2).integers(begin, begin + 9_999_999 if begin else 999_999_999, 600)
    country.spss(f"{FILE}.sav", people(600, kenmerk=[stored(number(value)) for value in drawn]))
    frame = country.frame("CITOTAB", years=[2015])
    assert len(frame) == 600
    assert frame["kenmerk"].notna().all()


def test_real_numbers_in_the_column_of_the_pseudonym_are_refused(country):
    country.spss(f"{FILE}.sav", people(60).assign(RINPERSOON=service_numbers(60)))
    with pytest.raises(InputError, match="'RINPERSOON' holds citizen service numbers"):
        country.open("CITOTAB", years=[2015])


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BSN", "BSN_geldig"),
        ("pgn", "pgn_aanwezig"),
        ("Onderwijsnummer", "ONDERWIJSNR_crypt"),
        ("voornaam", "aantalnamen"),
        ("E-mail", "emailbekend_jn"),
        ("Straatnaam", "straattype"),
        ("huisadres", "SOORTOBJECTNUMMER"),
        ("schoolnaam", "schooltype"),
        ("geboortedatum", "geboortejaar"),
    ],
)
def test_a_name_that_says_what_it_holds_is_refused_and_one_that_says_less_is_not(country, name, near):
    content = "RINPERSOONS;RINPERSOON;{}\nR;000000001;20110203\nR;000000002;20110408\n"
    country.csv(f"{FILE}.csv", content.format(name))
    with pytest.raises(InputError, match=f"'{name}' holds") as caught:
        country.open("CITOTAB", years=[2015])
    assert "20110203" not in str(caught.value)
    country.csv(f"{FILE}.csv", content.format(near))
    assert len(country.frame("CITOTAB", years=[2015])) == 2


def test_a_postcode_beside_a_house_number_is_refused_and_four_digits_are_not(country):
    letters = [f"{1000 + place}{chr(65 + place % 26)}{chr(65 + place % 7)}" for place in range(60)]
    frame = people(60, POSTCODE=letters, PC4=[text[:4] for text in letters], HUISNR=[str(place) for place in range(60)])
    country.spss(f"{FILE}.sav", frame)
    with pytest.raises(InputError, match="'POSTCODE' holds full postcodes, and 'HUISNR' the house number"):
        country.open("CITOTAB", years=[2015])
    assert len(country.frame("CITOTAB", years=[2015], columns=["POSTCODE", "PC4"])) == 60
    assert len(country.frame("CITOTAB", years=[2015], columns=["PC4", "HUISNR"])) == 60
    together = people(60, plek=[f"{text} {place + 1}" for place, text in enumerate(letters)])
    country.spss(f"{FILE}.sav", together)
    with pytest.raises(InputError, match="'plek' holds postcodes with house numbers"):
        country.open("CITOTAB", years=[2015])


def test_day_month_and_year_of_birth_are_refused_together_and_read_apart(country):
    parts = {"GBAGEBOORTEJAAR": ["2011", "2012"], "GBAGEBOORTEMAAND": ["01", "12"], "GBAGEBOORTEDAG": ["31", "01"]}
    country.spss("Bevolking/GBAPERSOONTAB/GBAPERSOON2015TABV1.sav", people(2, **parts))
    with pytest.raises(InputError, match="'GBAGEBOORTEDAG' holds the day of birth, beside month and year"):
        country.open("GBAPERSOONTAB", years=[2015])
    month = country.frame("GBAPERSOONTAB", years=[2015], columns=["GBAGEBOORTEJAAR", "GBAGEBOORTEMAAND"])
    assert month["GBAGEBOORTEMAAND"].tolist() == [1, 12]
    assert country.frame("GBAPERSOONTAB", years=[2015], columns=["GBAGEBOORTEDAG"])["GBAGEBOORTEDAG"].tolist() == [
        31,
        1,
    ]


def test_a_special_category_is_left_out_and_the_denomination_of_a_school_is_none(country):
    country.spss(
        "Bevolking/GBAPERSOONTAB/GBAPERSOON2015TABV1.sav", people(2, GBAGENERATIE=["1", "2"], GBAGESLACHT=["1", "2"])
    )
    assert country.open("GBAPERSOONTAB", years=[2015]).columns == ("RINPERSOONS", "RINPERSOON", "GBAGESLACHT")
    with pytest.raises(InputError, match="'GBAGENERATIE' of GBAPERSOONTAB is about ethnicity"):
        country.open("GBAPERSOONTAB", years=[2015], columns=["GBAGENERATIE"])
    country.spss("INSCHRWPOTAB/INSCHRWPOTAB2014V1.sav", people(1, WPODENOMINATIE=["RK"]))
    assert country.frame("INSCHRWPOTAB", years=[2014])["WPODENOMINATIE"].tolist() == ["Rooms-katholiek"]
