"""CBS files are read whole, typed and labelled, the latest version of each, and refused where they identify anybody."""

import hashlib
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from nco_research import open_microdata
from output_checks.errors import InputError


def put(folder, name, text, *, encoding="cp1252"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)
    return path


def put_spss(folder, name, frame, **options):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(frame, str(path), **options)
    return path


@pytest.fixture
def persons(tmp_path):
    put(
        tmp_path,
        "Bevolking/GBAPERSOONTAB/2023/GBAPERSOON2023TABV1.csv",
        "RINPERSOONS;RINPERSOON;GBAGESLACHT;GBAGEBOORTEJAAR;inkomen\nR;000000017;1;2011;12,5\nR;299425592;-;----;7\n",
    )
    return tmp_path


def test_keys_keep_leading_zeros_and_numbers_have_decimal_commas(persons):
    frame = open_microdata("GBAPERSOONTAB", years=[2023], folder=persons).frame
    assert list(frame["RINPERSOON"]) == ["000000017", "299425592"]
    assert list(frame["inkomen"]) == [12.5, 7.0]
    assert list(frame["year"]) == [2023, 2023]


def test_missing_codes_become_missing_and_codes_get_their_labels(persons):
    frame = open_microdata("gbapersoontab", years=[2023], folder=persons).frame
    assert list(frame["GBAGESLACHT"].cat.categories) == ["Man"]
    assert frame["GBAGESLACHT"].isna().tolist() == [False, True]
    assert frame["GBAGEBOORTEJAAR"].tolist()[0] == 2011
    assert pd.isna(frame["GBAGEBOORTEJAAR"].tolist()[1])


def test_columns_are_found_in_any_case_and_named_as_asked(persons):
    frame = open_microdata("GBAPERSOONTAB", years=[2023], columns=["rinpersoon", "INKOMEN"], folder=persons).frame
    assert list(frame.columns) == ["year", "rinpersoon", "INKOMEN"]


def test_a_column_that_is_absent_is_named_with_what_was_meant(persons):
    with pytest.raises(InputError, match=r"GBAPERSOON2023TABV1.csv has no column 'GBAGESLAGT'. Try: 'GBAGESLACHT'"):
        open_microdata("GBAPERSOONTAB", years=[2023], columns=["GBAGESLAGT"], folder=persons)


def test_version_10_is_later_than_version_9_and_both_are_told(tmp_path):
    put(tmp_path, "X/CITOTAB/CITOTAB2015V9.csv", "a\n9\n")
    latest = put(tmp_path, "X/CITOTAB/2015/geconverteerde data/CITOTAB2015V10.CSV", "a\n10\n")
    data = open_microdata("CITOTAB", years=[2015], folder=tmp_path)
    assert data.frame["a"].tolist() == [10]
    (source,) = data.sources
    assert (source.version, source.path) == (10, "X/CITOTAB/2015/geconverteerde data/CITOTAB2015V10.CSV")
    assert source.sha256 == hashlib.sha256(latest.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("component", "name", "year"),
    [
        ("GBAPERSOONTAB", "GBAPERSOON2023TABV1.csv", 2023),
        ("INSCHRWPOTAB", "INSCHRWPOTAB2014V4.CSV", 2014),
        ("VSLGWBTAB", "VSLGWB2024TAB03V1.csv", 2024),
        ("VSLPOSTCODEBUS", "VSLPOSTCODEBUSV2024031.csv", 2024),
        ("SECMBUS", "SECMBUS2021V1.csv", 2021),
        ("GBASCHEIDINGENMASSATAB", "140710 GBASCHEIDINGENMASSATAB 2013V1.csv", 2013),
    ],
)
def test_irregular_names_are_understood(tmp_path, component, name, year):
    put(tmp_path, f"Theme/{component}/{name}", "a\n1\n")
    assert open_microdata(component, years=[year], folder=tmp_path).sources[0].year == year


def test_a_year_with_two_tables_is_not_guessed_at(tmp_path):
    put(tmp_path, "VSLGWBTAB/VSLGWB2024TAB03V1.csv", "a\n1\n")
    put(tmp_path, "VSLGWBTAB/VSLGWB2024TAB04V1.csv", "a\n1\n")
    with pytest.raises(InputError, match="several tables for 2024"):
        open_microdata("VSLGWBTAB", years=[2024], folder=tmp_path)


def test_an_absent_year_or_component_says_what_there_is(persons):
    with pytest.raises(InputError, match=r"no file for 2019.*Try: years=\[2023\]"):
        open_microdata("GBAPERSOONTAB", years=[2019, 2023], folder=persons)
    with pytest.raises(InputError, match="Try: 'GBAPERSOONTAB'"):
        open_microdata("GBAPERSONTAB", years=[2023], folder=persons)
    with pytest.raises(InputError, match="There is no folder"):
        open_microdata("GBAPERSOONTAB", years=[2023], folder=persons / "nowhere")


def test_spss_files_give_labels_strip_padding_and_read_only_what_is_asked(tmp_path):
    frame = pd.DataFrame(
        {"RINPERSOON": ["000000017", "123456789"], "WPOLEERJAAR": [" 8", " 7"], "WPODENOMINATIE": ["1", "3"]}
    )
    labels = {"WPODENOMINATIE": {"1": "Openbaar", "2": "Protestants-christelijk", "3": "Rooms-katholiek"}}
    put_spss(tmp_path, "INSCHRWPOTAB/INSCHRWPOTAB2014V2.SAV", frame, variable_value_labels=labels)
    data = open_microdata("INSCHRWPOTAB", years=[2014], folder=tmp_path).frame
    assert data["WPOLEERJAAR"].tolist() == [8.0, 7.0]
    assert data["WPODENOMINATIE"].tolist() == ["Openbaar", "Rooms-katholiek"]
    part = open_microdata("INSCHRWPOTAB", years=[2014], columns=["RINPERSOON"], folder=tmp_path).frame
    assert list(part.columns) == ["year", "school_year", "RINPERSOON"]


def test_years_are_put_under_one_another_whatever_the_case_of_their_columns(tmp_path):
    labels = {"WPODENOMINATIE": {"1": "Openbaar", "2": "Bijzonder"}}
    one = pd.DataFrame({"RINPERSOON": ["000000017"], "WPODENOMINATIE": ["1"]})
    put_spss(tmp_path, "INSCHRWPOTAB/INSCHRWPOTAB2014V1.sav", one, variable_value_labels=labels)
    two = pd.DataFrame({"rinpersoon": ["000000018"], "wpodenominatie": ["2"]})
    put_spss(
        tmp_path,
        "INSCHRWPOTAB/INSCHRWPOTAB2015V1.sav",
        two,
        variable_value_labels={"wpodenominatie": labels["WPODENOMINATIE"]},
    )
    data = open_microdata("INSCHRWPOTAB", years=range(2014, 2016), folder=tmp_path).frame
    assert list(data.columns) == ["year", "school_year", "RINPERSOON", "WPODENOMINATIE"]
    assert data["WPODENOMINATIE"].tolist() == ["Openbaar", "Bijzonder"]
    assert data["RINPERSOON"].tolist() == ["000000017", "000000018"]


def test_a_person_number_stored_as_a_number_gets_its_zeros_back(tmp_path):
    put_spss(tmp_path, "CITOTAB/CITOTAB2015V1.sav", pd.DataFrame({"RINPERSOON": [17.0, 123456789.0]}))
    frame = open_microdata("CITOTAB", years=[2015], folder=tmp_path).frame
    assert frame["RINPERSOON"].tolist() == ["000000017", "123456789"]


def test_a_cut_off_spss_file_is_named(tmp_path):
    path = put_spss(tmp_path, "CITOTAB/CITOTAB2015V1.sav", pd.DataFrame({"a": [1.0, 2.0]}))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"CITOTAB2015V1\.sav cannot be read as an SPSS file"):
        open_microdata("CITOTAB", years=[2015], folder=tmp_path)


def test_nothing_is_written_into_the_data_folder(persons):
    before = {path: path.stat().st_mtime_ns for path in Path(persons).rglob("*")}
    open_microdata("GBAPERSOONTAB", years=[2023], folder=persons)
    assert {path: path.stat().st_mtime_ns for path in Path(persons).rglob("*")} == before


def test_a_code_that_is_no_number_is_counted_and_not_shown(tmp_path):
    put(tmp_path, "GBAPERSOONTAB/GBAPERSOON2023TABV1.csv", "RINPERSOON;GBAGEBOORTEJAAR\n000000017;geheim\n")
    with pytest.raises(InputError, match="'GBAGEBOORTEJAAR' must hold numbers; fewer than 10 of its values") as caught:
        open_microdata("GBAPERSOONTAB", years=[2023], folder=tmp_path)
    assert "geheim" not in str(caught.value)


def test_direct_identifiers_stop_the_reading(tmp_path):
    put(tmp_path, "CITOTAB/CITOTAB2015V1.csv", "RINPERSOON;achternaam\n000000017;Jansen\n")
    with pytest.raises(InputError, match="'achternaam'") as caught:
        open_microdata("CITOTAB", years=[2015], folder=tmp_path)
    assert "Jansen" not in str(caught.value)
