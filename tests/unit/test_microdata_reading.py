"""What a file holds is what one gets: no record, digit, day or name is lost on the way, and no whole file over one."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from nco_research.microdata import conversion
from nco_research.microdata.spells import at_date
from nco_research.sql import connect
from output_checks.errors import InputError
from tests.microdata_factories import PERSON, Country, notes_of, number, people, service_numbers, values

HEAD = "RINPERSOONS;RINPERSOON;x\n"
FILE = "CITOTAB/CITOTAB2015V1"


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def parquet(country, table, name=f"{FILE}.parquet"):
    path = country.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


@pytest.mark.parametrize("texts", [['"c'], ['"c', '"d'], ['"c', "d", '"e"']])
def test_a_quotation_mark_that_is_not_closed_is_refused_and_loses_no_record(country, texts):
    lines = [f"R;{number(place)};c" for place in range(2_000)]
    for place, text in enumerate(texts):
        lines[500 + place] = f"R;{number(1)};{text}"
    country.csv(f"{FILE}.csv", HEAD + "\n".join(lines) + "\n")
    with pytest.raises(InputError, match=r"a quotation mark that is opened and not closed|more or fewer fields"):
        country.open("CITOTAB", years=[2015], columns=["RINPERSOON"])


def test_quotation_marks_that_are_closed_or_inside_a_text_and_empty_lines_are_read(country):
    text = f'{HEAD}R;{number(1)};"a;b"\r\n\r\nR;{number(2)};5" wide\r\n\nR;{number(3)};"""c"""'
    country.csv(f"{FILE}.csv", text)
    assert country.frame("CITOTAB", years=[2015])["x"].tolist() == ["a;b", '5" wide', '"c"']


@pytest.mark.parametrize("head", ["RINPERSOONS;RINPERSOON;x;\n", HEAD])
def test_a_sign_at_the_end_of_each_line_parts_nothing_unless_something_is_behind_it(country, head):
    country.csv(f"{FILE}.csv", f"{head}R;{number(1)};a;\nR;{number(2)};b;\n")
    data = country.open("CITOTAB", years=[2015])
    assert (data.columns, data.frame["x"].tolist()) == ((*PERSON, "x"), ["a", "b"])
    country.csv(f"{FILE}.csv", f"{head}R;{number(1)};a;\nR;{number(2)};b;geheim\n")
    with pytest.raises(InputError, match="a line has more fields than there are names") as caught:
        country.open("CITOTAB", years=[2015])
    assert "geheim" not in str(caught.value)


def test_a_first_column_without_a_name_is_left_out_and_the_others_keep_theirs(country):
    country.csv(f"{FILE}.csv", f";RINPERSOON;x\n0;{number(1)};a\n1;{number(2)};b\n")
    data = country.open("CITOTAB", years=[2015])
    assert (data.columns, data.frame["x"].tolist()) == (("RINPERSOON", "x"), ["a", "b"])


@pytest.mark.parametrize("digits", ["123456789012345", "1234567890123456"])
def test_numbers_of_more_than_15_digits_stay_what_they_are(country, digits):
    long = len(digits) > 15
    ids = [int(digits) * 10 + place if long else int(digits) - place for place in range(3)]
    country.csv(f"{FILE}.csv", "RINPERSOON;id\n" + "".join(f"{number(1)};{one}\n" for one in ids))
    found = country.frame("CITOTAB", years=[2015])["id"]
    assert found.tolist() == (list(map(str, ids)) if long else ids)
    (country.data / f"{FILE}.csv").unlink()
    for options in ({}, {"write_statistics": False}):
        path = country.data / f"{FILE}.parquet"
        pq.write_table(pa.table({"id": ids, "punten": [1, 2, 3]}), path, **options)
        frame = country.frame("CITOTAB", years=[2015])
        assert frame["id"].tolist() == (list(map(str, ids)) if long else ids)
        assert frame["punten"].tolist() == [1, 2, 3]


def test_decimals_of_many_digits_are_numbers(country):
    country.csv(f"{FILE}.csv", f"RINPERSOON;z\n{number(1)};0,12345678901234567\n{number(2)};-1.5\n")
    assert country.frame("CITOTAB", years=[2015])["z"].tolist() == [0.12345678901234567, -1.5]


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "UTC", None])
def test_moments_with_a_time_zone_have_no_day_and_those_without_have(country, zone):
    moments = pd.Series(pd.to_datetime(["2014-08-01", None])).dt.tz_localize(zone)
    parquet(country, pa.table({"dag": pa.array(moments), "x": ["a", "b"]}))
    assert country.frame("CITOTAB", years=[2015], columns=["x"])["x"].tolist() == ["a", "b"]
    if zone is None:
        assert country.frame("CITOTAB", years=[2015])["dag"].tolist()[0] == pd.Timestamp(2014, 8, 1)
        return
    with pytest.raises(InputError, match="'dag' holds moments with a time zone, whose day depends on where"):
        country.open("CITOTAB", years=[2015])


def test_times_are_text_and_moments_are_days_in_every_format(country):
    times, moments = [dt.time(10, 30), None], [dt.datetime(2014, 8, 1, 23, 30), None]  # noqa: DTZ001
    frame = people(2).assign(tijd=times, dag=moments)
    country.spss("CITOTAB/CITOTAB2013V1.sav", frame)
    pyreadstat.write_dta(frame.drop(columns="tijd"), str(country.data / "CITOTAB/CITOTAB2014V1.dta"))
    table = pa.table({"RINPERSOON": [number(1), number(2)], "tijd": times, "dag": moments})
    parquet(country, table, "CITOTAB/CITOTAB2015V1.parquet")
    for year in (2013, 2014, 2015):
        found = country.frame("CITOTAB", years=[year])
        assert found["dag"].tolist()[0] == pd.Timestamp(2014, 8, 1)
        if year != 2014:
            assert [text and text[:8] for text in values(found["tijd"])] == ["10:30:00", None]


def test_what_is_not_a_number_is_missing_in_categories_and_keys(country):
    columns = {"WPOTYPEPO": [1.0, np.nan], "WPOBRIN_crypt": [np.nan, 2.0], "WPOLEERJAAR": [8.0, np.nan]}
    parquet(country, pa.table(columns), "INSCHRWPOTAB/INSCHRWPOTAB2014V1.parquet")
    frame = country.frame("INSCHRWPOTAB", years=[2014])
    assert frame["WPOTYPEPO"].isna().tolist() == [False, True]
    assert values(frame["WPOBRIN_crypt"]) == [None, "2"]
    assert values(frame["WPOLEERJAAR"]) == [8, None]


def test_codes_written_as_decimals_in_words_or_with_zeros_are_the_codes_they_are(country):
    country.csv(
        "GBAPERSOONTAB/GBAPERSOON2015TABV1.csv",
        "RINPERSOON;GBAGESLACHT\n"
        + "".join(f"{number(1)};{text}\n" for text in ["1", "1.0", "01", "man", "Man", "2,0"]),
    )
    frame = country.frame("GBAPERSOONTAB", years=[2015])
    assert frame["GBAGESLACHT"].tolist() == ["Man"] * 5 + ["Vrouw"]
    assert frame["GBAGESLACHT"].cat.categories.tolist() == ["Man", "Vrouw"]
    data = country.open("GBAPERSOONTAB", years=[2015], where="GBAGESLACHT = 'Man'")
    assert len(data.frame) == 5
    country.csv("GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", f"RINPERSOON;GBAGESLACHT\n{number(1)};11\n{number(1)};1.5\n")
    assert country.frame("GBAPERSOONTAB", years=[2015])["GBAGESLACHT"].tolist() == ["11", "1.5"]


def test_a_folder_called_like_a_column_is_none(country, tmp_path):
    for place, folder in enumerate(("WPOLEERJAAR=3", "plain")):
        home = Country(tmp_path / folder)
        table = pa.table({"RINPERSOON": [number(1)], "WPOLEERJAAR": [8]})
        parquet(home, table, f"INSCHRWPOTAB/INSCHRWPOTAB201{place}V1.parquet")
        assert home.frame("INSCHRWPOTAB", years=[2010 + place])["WPOLEERJAAR"].tolist() == [8]


def test_a_comment_in_a_condition_ends_with_its_line_and_a_condition_reads_no_file(country):
    for year in (2014, 2015):
        country.csv(f"CITOTAB/CITOTAB{year}V1.csv", f"{HEAD}R;{number(1)};a\nR;{number(2)};b\n")
    data = country.open("CITOTAB", years=[2014, 2015], where="x = 'a' -- the first")
    assert data.frame["year"].tolist() == [2014, 2015]
    with connect() as connection:
        assert data.relation(connection).aggregate("count(*)").fetchall() == [(2,)]
    assert len(country.frame("CITOTAB", years=[2014, 2015], where="x = 'a' OR x = 'b'")) == 4
    with pytest.raises(InputError, match="The condition on CITOTAB is more than an expression"):
        country.open("CITOTAB", years=[2014], where="x IN (SELECT 'a')")


@pytest.mark.parametrize("real", [True, False])
def test_a_column_that_is_nearly_empty_is_looked_at_where_it_is_not(country, real):
    drawn = service_numbers(100) if real else [number(value) for value in range(100, 200)]
    column = [None] * 300_000
    for place, text in enumerate(drawn):
        column[place * 2_900] = text
    parquet(country, pa.table({"RINPERSOON": [number(place) for place in range(300_000)], "extra": column}))
    if not real:
        assert country.frame("CITOTAB", years=[2015], where="extra IS NOT NULL").shape[0] == 100
        return
    with pytest.raises(InputError, match="'extra' holds citizen service numbers"):
        country.open("CITOTAB", years=[2015], where="extra IS NOT NULL")


def test_columns_that_are_nearly_empty_are_looked_at_together_too(country):
    postcodes, houses = ([None] * 200_000 for _ in range(2))
    for place in range(100):
        postcodes[place * 1_900] = f"{1000 + place}AB"
        houses[place * 1_900] = str(place + 1)
    table = pa.table({"RINPERSOON": [number(place) for place in range(200_000)], "pc": postcodes, "huisnummer": houses})
    parquet(country, table)
    with pytest.raises(InputError, match="'pc' holds full postcodes, and 'huisnummer' the house number"):
        country.open("CITOTAB", years=[2015])
    assert country.frame("CITOTAB", years=[2015], columns=["huisnummer"])["huisnummer"].notna().sum() == 100


START, END = "GBADATUMAANVANGADRESHOUDING", "GBADATUMEINDEADRESHOUDING"


@pytest.mark.parametrize("size", [1, 250_000])
def test_the_end_of_a_spell_of_which_only_the_year_is_known_is_an_end(country, monkeypatch, size):
    monkeypatch.setattr(conversion, "_ROWS_FOR_A_PROCESS", size)
    spells = [
        ("20130000", "20140000"), ("20130500", "20140200"), ("20130501", "88888888"), ("20130501", "20140301"),
    ]  # fmt: skip
    frame = people(4, **{START: [start for start, _ in spells], END: [end for _, end in spells]}, plek=list("abcd"))
    country.spss("GBAADRESOBJECTBUS/GBAADRESOBJECT2015BUSV1.sav", frame)
    data = country.open("GBAADRESOBJECTBUS", years=[2015])
    days = [[None if pd.isna(day) else f"{day:%Y%m%d}" for day in data.frame[name]] for name in (START, END)]
    assert days == [["20130101", "20130501", "20130501", "20130501"], ["20141231", "20140228", None, "20140301"]]
    assert [note for note in data.notes if f"of '{END}' is not known, it is the last of that year" in note]
    assert [note for note in data.notes if f"of '{START}' is not known, it is the first of that year" in note]
    with connect() as connection:
        asked = connection.from_df(people(4, date=[pd.Timestamp(2020, 10, 1)] * 4))
        found = at_date(
            connection, data.relation(connection), key=PERSON, start=START, end=END, dates=asked, columns=["plek"]
        )
        assert [row[-1] for row in found.relation.fetchall()] == ["c"]


def test_other_dates_of_which_a_month_is_not_known_stay_missing_and_wrong_ends_are_refused(country):
    country.csv(
        "KINDOUDERTAB/KINDOUDER2015TABV1.csv", f"RINPERSOON;eigen\n{number(1)};20140000\n{number(2)};20140101\n"
    )
    assert notes_of(country.open("KINDOUDERTAB", years=[2015])) == ()
    name = "GBAADRESOBJECTBUS/GBAADRESOBJECT2015BUSV1.csv"
    country.csv(name, f"RINPERSOON;{END}\n{number(1)};20141300\n{number(2)};20140000\n{number(3)};00000000\n")
    with pytest.raises(InputError, match=f"'{END}' must hold dates written YYYYMMDD; fewer than 10 of its values"):
        country.open("GBAADRESOBJECTBUS", years=[2015])
    country.csv(name, f"RINPERSOON;{END}\n{number(1)};20140131\n{number(3)};00000000\n")
    data = country.open("GBAADRESOBJECTBUS", years=[2015])
    assert (data.frame[END].isna().tolist(), notes_of(data)) == ([False, True], ())


@pytest.mark.parametrize(
    ("column", "texts", "refused"),
    [
        ("BRIN", ["12AB", "13CD", "14EF"], True),
        ("WPO_BRIN", ["12AB00", "13CD01", "14EF00"], True),
        ("BRIN_crypt", ["12AB", "13CD", "14EF"], False),
        ("BRIN", ["0012ab", "93kd7a", "x81mm2"], False),
        ("BRINVEST", ["00", "01", "02"], False),
    ],
)
def test_numbers_of_schools_are_refused_and_their_pseudonyms_are_not(country, column, texts, refused):
    country.spss(f"{FILE}.sav", people(3, **{column: texts}, punten=[1.0, 2.0, 3.0]))
    if refused:
        with pytest.raises(InputError, match=f"'{column}' holds numbers of schools"):
            country.open("CITOTAB", years=[2015])
        assert len(country.frame("CITOTAB", years=[2015], columns=["punten"])) == 3
    else:
        assert country.frame("CITOTAB", years=[2015])[column].tolist() == texts


def test_a_team_that_describes_the_numbers_of_schools_reads_them(country, tmp_path):
    country.spss(f"{FILE}.sav", people(3, BRIN=["12AB", "13CD", "14EF"]))
    (tmp_path / "own.toml").write_text(
        "[CITOTAB.BRIN]\ntype = 'key'\nlabel = 'school'\nlabel_nl = 'school'\n", encoding="utf-8"
    )
    study = tmp_path / "study.toml"
    text = 'name = "s"\npurpose = "t"\ndata = "data"\ncache = "cache"\ncodebooks = ["own.toml"]\n[units]\nx = ["a"]\n'
    study.write_text(text, encoding="utf-8")
    assert len(country.frame("CITOTAB", years=[2015], study=study)) == 3
