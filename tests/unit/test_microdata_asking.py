"""What is asked for is what is meant, or refused in words: conditions, years, columns, codes, the study of a folder."""

import pandas as pd
import pytest

from nco_research import cli, open_microdata
from nco_research.codebooks.comparing import DifferenceKind
from nco_research.microdata.objecting import Removed
from nco_research.study import Study
from output_checks.errors import InputError
from tests.microdata_factories import Country, notes_of, people

STUDY = 'name = "s"\npurpose = "test"\ndata = "{data}"\ncache = "cache"\n{more}\n[units]\npupil = ["RINPERSOON"]\n'
DOMAINS = ["BL", "RW", "ZZ"]
"""ZZ has no label anywhere."""


@pytest.fixture
def country(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return Country(tmp_path / "project" / "country")


@pytest.fixture
def tests_taken(country):
    country.spss("LVSNCO/LVSNCO2015V1.sav", people(3, LVSDOMEIN=DOMAINS, LVSSCORE=[1.0, 2.0, 3.0]))
    return country


def declared(folder, *, data="data", more=""):
    path = folder / "study.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STUDY.format(data=data, more=more), encoding="utf-8")
    return path


def scores(country, **options):
    return country.frame("LVSNCO", years=2015, **options)["LVSSCORE"].tolist()


# conditions


@pytest.mark.parametrize("options", [{}, {"codes": ["LVSDOMEIN"]}])
@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LVSDOMEIN = 'Begrijpend lezen'", [1.0]),
        ("lvsdomein IN ('Begrijpend lezen', 'Rekenen-wiskunde')", [1.0, 2.0]),
        ("LVSDOMEIN = 'Spelling (niet-werkwoorden)'", []),  # a label of nobody here
        ("LVSDOMEIN = 'ZZ'", [3.0]),  # without a label the code is what is there
        ("LVSDOMEIN <> 'ZZ' AND LVSDOMEIN LIKE 'B%'", [1.0]),
        ("LVSDOMEIN = NULL", []),
    ],
)
def test_a_condition_sees_categories_as_their_labels_also_where_codes_are_given(tests_taken, where, found, options):
    assert scores(tests_taken, where=where, **options) == found


@pytest.mark.parametrize(
    "where",
    [
        "LVSDOMEIN = 'BL'",
        "LVSSCORE > 0 AND NOT (lvsdomein <> 'BL')",
        "'BL' = LVSDOMEIN",
        "LVSDOMEIN IN ('Rekenen-wiskunde', 'BL')",
        "LVSDOMEIN NOT IN ('BL')",
        "LVSDOMEIN IS DISTINCT FROM 'BL'",
        "LVSDOMEIN = 'begrijpend lezen'",
        "LVSDOMEIN = 'reading comprehension'",
    ],
)
def test_a_code_or_another_spelling_in_a_condition_is_refused_with_the_label_that_is_meant(tests_taken, where):
    with pytest.raises(InputError, match=r"'LVSDOMEIN' with .*this one is 'Begrijpend lezen'\. Try: LVSDOMEIN = 'Begr"):
        tests_taken.open("LVSNCO", years=[2015], where=where)


def test_what_a_category_never_is_is_refused_with_its_labels_and_not_repeated(tests_taken):
    with pytest.raises(InputError, match=r"never is.*Try: one of 'Begrijpend lezen', 'Rekenen-wiskunde'") as caught:
        tests_taken.open("LVSNCO", years=[2015], where="LVSDOMEIN = 'geheim'")
    assert "geheim" not in str(caught.value)


def test_a_category_compared_with_a_number_is_refused_with_the_label_before_it_is_read(country):
    country.csv("GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOON;GBAGESLACHT;x\n000000017;2;2\n")
    with pytest.raises(InputError, match="this one is 'Vrouw'"):
        country.open("GBAPERSOONTAB", years=[2015], where="GBAGESLACHT = 2")
    assert len(country.frame("GBAPERSOONTAB", years=[2015], where="x = 2")) == 1


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("LVSDOMEI = 'x'", "there is no column 'LVSDOMEI'. Try: 'LVSDOMEIN'; an SQL condition"),
        ("LVSDOMEIN = 'Begrijpend lezen' AND qqqq > 3", "there is no column 'qqqq'. Try: an SQL condition"),
        ("LVSSCORE > DATE '2014-01-01'", "what it does with its columns cannot be done"),
    ],
)
def test_a_condition_that_cannot_be_read_says_why_in_words(tests_taken, where, said):
    with pytest.raises(InputError, match=said.replace(".", r"\.")) as caught:
        tests_taken.open("LVSNCO", years=[2015], where=where)
    assert "Exception" not in str(caught.value)


def test_a_condition_on_a_column_that_one_year_lacks_names_the_year(tests_taken):
    tests_taken.spss("LVSNCO/LVSNCO2016V1.sav", people(1, LVSSCORE=[4.0]))
    with pytest.raises(InputError, match="'LVSDOMEIN' is not in the file of 2016"):
        tests_taken.open("LVSNCO", years=[2015, 2016], columns="LVSSCORE", where="LVSDOMEIN = 'Begrijpend lezen'")
    # Where it is asked for it is missing in that year, and the condition holds for nobody there.
    assert len(tests_taken.frame("LVSNCO", years=[2015, 2016], where="LVSDOMEIN = 'Begrijpend lezen'")) == 1


def test_the_number_of_records_says_whether_it_is_before_the_condition(tests_taken):
    assert ": fewer than 10 records in LVSNCO/" in str(tests_taken.open("LVSNCO", years=2015))
    there = str(tests_taken.open("LVSNCO", years=2015, where="LVSSCORE > 99"))
    assert ": fewer than 10 records, before `where`, in LVSNCO/" in there


# years, columns, codes, registers


@pytest.mark.parametrize("years", [2015, "2015", ["2015"], [2015], range(2015, 2016), (2015,), pd.Series([2015])])
def test_years_are_read_however_they_are_plainly_written(tests_taken, years):
    assert scores_of_years(tests_taken, years=years) == [2015] * 3
    assert scores_of_years(tests_taken, school_years=years) == [2015] * 3


def scores_of_years(country, **years):
    return country.frame("LVSNCO", **years)["year"].tolist()


@pytest.mark.parametrize("years", ["15", ["2015-2016"], [2015.5], True, None, [None], [[2015]]])
def test_what_is_no_year_is_refused_in_words(tests_taken, years):
    with pytest.raises(InputError, match=r"years (must be years of four digits|or school_years must be given)"):
        tests_taken.open("LVSNCO", years=years)


def test_one_column_may_be_given_as_text_and_codes_too(tests_taken):
    frame = tests_taken.frame("LVSNCO", years=2015, columns="LVSDOMEIN", codes="lvsdomein")
    assert frame.columns.tolist() == ["year", "school_year", "LVSDOMEIN"]
    assert frame["LVSDOMEIN"].tolist() == DOMAINS


def test_codes_of_a_column_that_is_not_there_are_refused_with_what_is_meant(tests_taken):
    with pytest.raises(InputError, match=r"has no column 'LVSDOMIEN'\. Try: 'LVSDOMEIN'"):
        tests_taken.open("LVSNCO", years=2015, codes=["LVSDOMIEN"])
    assert set(tests_taken.frame("LVSNCO", years=2015, codes=["LVSDOMEIN"])["LVSDOMEIN"]) == set(DOMAINS)


def test_codes_are_given_by_a_former_name_too(country):
    frame = people(1, OPLNIVSOI2016AGG4HBMETNIRWO=["1110"])
    labels = {frame.columns[-1]: {"1110": "Basisonderwijs"}}
    country.spss("HOOGSTEOPLTAB/HOOGSTEOPL2018TABV1.sav", frame, variable_value_labels=labels)
    options = {"years": 2018, "columns": ["OPLNIVSOI2021AGG4HBmetNIRWO"]}
    (code,) = country.frame("HOOGSTEOPLTAB", codes="OPLNIVSOI2016AGG4HBMETNIRWO", **options).iloc[:, -1]
    (label,) = country.frame("HOOGSTEOPLTAB", **options).iloc[:, -1]
    assert (code, label) == ("1110", "Basisonderwijs")


def test_an_unknown_register_is_told_with_the_likely_ones_and_how_many_more_there_are(country):
    for name in ("INSCHRWPOTAB", "INSCHRWECTAB", "CITOTAB", "GBAPERSOONTAB"):
        country.csv(f"Thema/{name}/2015/{name}2015V1.csv", "a\n1\n")
    with pytest.raises(InputError, match=r"Try: 'INSCHRWPOTAB' or 'INSCHRWECTAB'; there are 3 more$"):
        country.open("INSCHRWPTAB", years=2015)
    with pytest.raises(InputError, match=r"Try: .* or .* or .*; there are 2 more$") as caught:
        country.open("QQQ", years=2015)
    assert "'2015'" not in str(caught.value)


def test_a_year_that_never_was_is_told_in_the_words_of_the_codebook_and_another_absent_year_is_not(country):
    country.csv("CITOTAB/CITOTAB2019V1.csv", "RINPERSOON\n000000017\n")
    with pytest.raises(InputError, match=r"no file for 2020.*There is none of 2020, when the test was not held"):
        country.open("CITOTAB", school_years=[2019])
    with pytest.raises(InputError, match="no file for 2016") as caught:
        country.open("CITOTAB", years=[2016])
    assert "not held" not in str(caught.value)


# the study of a folder


@pytest.mark.parametrize("inside", ["", "Onderwijs"])
def test_the_study_around_a_folder_counts_where_that_is_its_data(country, inside):
    country.csv("Onderwijs/CITOTAB/CITOTAB2015V1.csv", "RINPERSOONS;RINPERSOON\nR;000000017\nR;000000018\n")
    study = declared(country.data.parent, more='objections = "objections.csv"')
    (study.parent / "objections.csv").write_text("RINPERSOONS;RINPERSOON\nR;000000018\n", encoding="utf-8")
    data = open_microdata("CITOTAB", years=[2015], folder=country.data / inside)
    assert data.frame["RINPERSOON"].tolist() == ["000000017"]
    assert f"{study} is the study: this folder is its data." in data.notes
    assert not [note for note in data.notes if note.startswith("No study.toml")]


def test_a_study_around_a_folder_that_has_other_data_does_not_count_and_that_is_told(country):
    country.csv("CITOTAB/CITOTAB2015V1.csv", "RINPERSOONS;RINPERSOON\nR;000000017\n")
    declared(country.data.parent, data="other")
    data = country.open("CITOTAB", years=[2015])
    assert data.notes == ("No study.toml was found, so that nobody who objected was left out.",)
    study = declared(country.data.parent.parent, data="country/data")  # further away, and of this data
    assert country.open("CITOTAB", years=[2015]).notes == (f"{study} is the study: this folder is its data.",)


def test_the_study_of_the_working_directory_goes_before_one_around_the_folder(country, tmp_path):
    country.csv("CITOTAB/CITOTAB2015V1.csv", "RINPERSOONS;RINPERSOON\nR;000000017\n")
    declared(country.data.parent, more="[registers]\nLVSNCO = 2015")
    with pytest.raises(InputError, match="does not declare CITOTAB"):
        country.open("CITOTAB", years=[2015])
    declared(tmp_path / "elsewhere")
    assert country.open("CITOTAB", years=[2015]).notes == ()


def test_a_study_around_a_folder_that_is_not_valid_stops_the_reading(country):
    country.csv("CITOTAB/CITOTAB2015V1.csv", "RINPERSOONS;RINPERSOON\nR;000000017\n")
    (country.data.parent / "study.toml").write_text("name = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"study\.toml"):
        country.open("CITOTAB", years=[2015])
    assert Study.around(country.data.parent.parent) is None


# special categories, and who objected


def test_what_is_special_and_left_out_is_told_with_what_to_do_and_is_no_difference(country, capsys):
    path = country.csv("GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOONS;RINPERSOON;GBAGENERATIE\nR;000000017;1\n")
    data = country.open("GBAPERSOONTAB", years=[2015])
    (note,) = notes_of(data)
    assert note.startswith("GBAGENERATIE is left out: about ethnicity, and no basis to read it is recorded.")
    assert '[[basis]] with category = "ethnicity"' in note
    absent = {item.column for item in data.differences[2015].of_kind(DifferenceKind.ABSENT_COLUMN)}
    assert "GBAGENERATIE" not in absent
    assert {"GBAGESLACHT", "GBAHERKOMSTGROEPERING"} <= absent
    assert cli.main(["codebook", "GBAPERSOONTAB", "--file", str(path)]) == 0
    told = capsys.readouterr().out
    assert "GBAGESLACHT" in told
    assert "GBAGENERATIE" not in told


def test_a_file_is_compared_under_the_study_around_it(country, capsys):
    rows = "".join(f"R;{place:09d};7\n" for place in range(1, 21))
    path = country.csv("GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOONS;RINPERSOON;GBAGESLACHT\n" + rows)
    assert cli.main(["codebook", "GBAPERSOONTAB", "--file", str(path)]) == 0
    assert "'7': about 20 records" in capsys.readouterr().out
    study = declared(country.data.parent, more='objections = "objections.csv"')
    (study.parent / "objections.csv").write_text("RINPERSOONS;RINPERSOON\n" + rows.replace(";7", ""), encoding="utf-8")
    assert cli.main(["codebook", "GBAPERSOONTAB", "--file", str(path)]) == 0
    assert "'7'" not in capsys.readouterr().out


def test_nothing_is_told_of_special_categories_that_were_not_asked_for_or_are_not_there(country):
    country.csv("GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOONS;RINPERSOON;GBAGENERATIE\nR;000000017;1\n")
    country.csv("GBAPERSOONTAB/GBAPERSOON2016TABV1.csv", "RINPERSOONS;RINPERSOON;GBAGESLACHT\nR;000000017;1\n")
    assert notes_of(country.open("GBAPERSOONTAB", years=[2015], columns="RINPERSOON")) == ()
    assert notes_of(country.open("GBAPERSOONTAB", years=[2016])) == ()


@pytest.mark.parametrize(("count", "said"), [(0, "none"), (1, "fewer than 10"), (47, "about 50")])
def test_a_number_of_who_objected_counts_exactly_and_prints_rounded(count, said):
    removed = Removed(count)
    assert removed == count
    assert (str(removed), repr(removed), f"{removed}", f"{removed:>3}") == (said, said, said, f"{said:>3}")
