"""Files of microdata are found whatever they are called, the right one of each year, and never half of one."""

import pytest

from output_checks.errors import InputError
from tests.microdata_factories import Country, notes_of, people, values


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def marked(text):
    """A file that tells which one it is."""
    return people(1, merk=[text])


def mark(data):
    return data.frame["merk"].tolist()


@pytest.mark.parametrize(
    ("component", "year", "name"),
    [
        ("GBAPERSOONTAB", 2023, "Bevolking/GBAPERSOONTAB/2023/GBAPERSOON2023TABV1.sav"),
        ("INSCHRWPOTAB", 2014, "Onderwijs/INSCHRWPOTAB/INSCHRWPOTAB2014V4.SAV"),
        ("CITOTAB", 2015, "Onderwijs/CITOTAB/2015/CITOTAB2015V1.SAV"),
        ("VSLGWBTAB", 2024, "BouwenWonen/VSLGWBTAB/VSLGWB2024TAB03V1.sav"),
        ("VSLPOSTCODEBUS", 2024, "BouwenWonen/VSLPOSTCODEBUS/VSLPOSTCODEBUSV2024031.sav"),
        ("SECMBUS", 2021, "Inkomen/SECMBUS/geconverteerde data/SECMBUS2021V1.SAV"),
        (
            "GBASCHEIDINGENMASSATAB",
            2013,
            "Bevolking/GBASCHEIDINGENMASSATAB/140710 GBASCHEIDINGENMASSATAB 2013V1.sav",
        ),
        ("KINDOUDERTAB", 2022, "Bevolking/kindoudertab/kindouder2022tabv2.Sav"),
    ],
)
def test_every_shape_of_name_that_was_seen_is_found(country, component, year, name):
    country.spss(name, marked("right"))
    data = country.open(component, years=[year])
    assert mark(data) == ["right"]
    assert data.sources[0].path == name


@pytest.mark.parametrize(
    "name",
    [
        "CITOTAB2015.sav",  # no version
        "CITOTAB2015V2.sav.filepart",  # a copy on its way
        "CITOTAB2015V2_selectie.sav",  # somebody's part of it
        "CITOTAB2015V2.spv",
        "CITOTABV2.sav",  # no year
    ],
)
def test_what_is_beside_a_file_and_has_another_kind_of_name_is_let_be(country, name):
    country.spss("CITOTAB/CITOTAB2015V1.sav", marked("right"))
    other = country.spss("other.sav", marked("wrong"))
    other.rename(country.data / "CITOTAB" / name)
    assert mark(country.open("CITOTAB", years=[2015])) == ["right"]


@pytest.mark.parametrize(("later", "earlier"), [("V10", "V9"), ("V10", "V2"), ("V03", "V2"), ("V100", "V99")])
def test_versions_are_compared_as_numbers_and_the_one_taken_is_recorded(country, later, earlier):
    country.spss(f"CITOTAB/CITOTAB2015{earlier}.sav", marked("earlier"))
    country.spss(f"CITOTAB/2015/CITOTAB2015{later}.SAV", marked("later"))
    data = country.open("CITOTAB", years=[2015])
    assert mark(data) == ["later"]
    assert data.sources[0].version == int(later[1:])


def test_an_earlier_version_is_not_taken_because_its_format_is_better(country):
    country.spss("CITOTAB/CITOTAB2015V9.sav", marked("earlier"))
    country.csv("CITOTAB/CITOTAB2015V10.csv", "RINPERSOONS;RINPERSOON;merk\nR;000000001;later\n")
    assert mark(country.open("CITOTAB", years=[2015])) == ["later"]
    country.spss("CITOTAB/geconverteerde data/CITOTAB2015V10.sav", marked("with labels"))
    assert mark(country.open("CITOTAB", years=[2015])) == ["with labels"]


@pytest.mark.parametrize(
    "name", ["CITOTAB/CITOTAB2015V4.SAV", "CITOTAB/CITOTAB2015V04.sav", "CITOTAB/x/CITOTAB2015V4.sav"]
)
def test_two_versions_with_the_same_number_are_refused_unless_they_are_the_same_file(country, name):
    first = country.spss("CITOTAB/CITOTAB2015V4.sav", marked("one"))
    second = country.spss(name, marked("other"))
    if second.samefile(first):
        pytest.skip("this disk does not tell upper from lower case")
    with pytest.raises(InputError, match="version 4 of 2015 twice, with different content"):
        country.open("CITOTAB", years=[2015])
    second.write_bytes(first.read_bytes())
    assert mark(country.open("CITOTAB", years=[2015])) == ["one"]


def test_of_monthly_files_the_month_is_not_guessed_and_its_latest_version_is_taken(country):
    country.spss("VSLPOSTCODEBUS/VSLPOSTCODEBUSV2024039.sav", marked("version 9"))
    country.spss("VSLPOSTCODEBUS/VSLPOSTCODEBUSV20240310.sav", marked("version 10"))
    assert mark(country.open("VSLPOSTCODEBUS", years=[2024])) == ["version 10"]
    country.spss("VSLPOSTCODEBUS/VSLPOSTCODEBUSV2024041.sav", marked("April"))
    with pytest.raises(InputError, match="several tables for 2024: VSLPOSTCODEBUS03, VSLPOSTCODEBUS04"):
        country.open("VSLPOSTCODEBUS", years=[2024])


def test_a_date_in_front_is_not_the_year(country):
    folder = "Bevolking/GBASCHEIDINGENMASSATAB"
    country.spss(f"{folder}/20140710 GBASCHEIDINGENMASSATAB 2013V1.sav", marked("of 2013"))
    country.spss(f"{folder}/150212 GBASCHEIDINGENMASSATAB 2014V1.sav", marked("of 2014"))
    assert mark(country.open("GBASCHEIDINGENMASSATAB", years=[2014])) == ["of 2014"]
    assert mark(country.open("GBASCHEIDINGENMASSATAB", years=[2013])) == ["of 2013"]


def test_a_year_that_is_missing_is_named_with_those_that_are_there(country):
    for year in (2014, 2016):
        country.spss(f"CITOTAB/CITOTAB{year}V1.sav", marked(f"of {year}"))
    with pytest.raises(InputError, match=r"CITOTAB has no file for 2015; .*Try: years=\[2014, 2016\]"):
        country.open("CITOTAB", years=[2014, 2015, 2016])
    assert mark(country.open("CITOTAB", years=[2016, 2014])) == ["of 2016", "of 2014"]


def test_income_before_2011_is_found_under_its_former_name_in_its_own_folder(country):
    old = "InkomenBestedingen/INTEGRAAL PERSOONLIJK INKOMEN"
    country.spss(f"{old}/2010/PERSOONINK2010TABV3.sav", people(2, PERSBRUT=[25_000.0, 999_999_999.0]))
    country.spss(f"{old}/2011/PERSOONINK2011TABV4.sav", people(2, PERSBRUT=[1.0, 2.0]))
    new = people(2, INPPERSBRUT=[26_000.0, 9_999_999_999.0])
    country.spss("InkomenBestedingen/INPATAB/INPA2011TABV2.sav", new)
    data = country.open("INPATAB", years=[2010, 2011], columns=["RINPERSOON", "INPPERSBRUT"])
    assert values(data.frame["INPPERSBRUT"]) == [25_000, None, 26_000, None]
    assert [source.path.rpartition("/")[2] for source in data.sources] == [
        "PERSOONINK2010TABV3.sav",
        "INPA2011TABV2.sav",
    ]
    assert notes_of(data) == ()
    assert values(country.frame("PERSOONINK", years=[2010])["INPPERSBRUT"]) == [25_000, None]


def test_income_of_households_before_2011_is_found_as_well(country):
    keys = {"RINPERSOONSKERN": ["R"], "RINPERSOONKERN": [17.0]}
    old = people(1, **keys, BVRBRUTINKH=[999_999_998.0])[["RINPERSOONSKERN", "RINPERSOONKERN", "BVRBRUTINKH"]]
    country.spss("InkomenBestedingen/INTEGRAAL HUISHOUDENS INKOMEN/2010/HUISHBVRINK2010TABV3.sav", old)
    frame = country.frame("INHATAB", years=[2010])
    assert frame[["RINPERSOONSHKW", "RINPERSOONHKW"]].iloc[0].tolist() == ["R", "000000017"]
    assert frame["INHBRUTINKH"].tolist() == [999_999_998]
