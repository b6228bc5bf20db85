"""A csv file is read as people have it, and refused in a line that quotes none of its values."""

import pytest

from nco_research import read_pupils
from output_checks.errors import InputError


def put(tmp_path, text, *, encoding="utf-8"):
    path = tmp_path / "pupils.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_separator_decimal_comma_and_encoding_are_found(tmp_path, encoding):
    path = put(tmp_path, "leerling;school;score;groep één\r\n007;a;12,5;mét\r\n008;a;NA;zonder\r\n", encoding=encoding)
    frame = read_pupils(path, keys=["leerling"], categories=["groep één"])
    assert frame["leerling"].tolist() == ["007", "008"]
    assert frame["score"].tolist()[0] == 12.5
    assert frame["score"].isna().sum() == 1
    assert frame["groep één"].tolist() == ["mét", "zonder"]


def test_codes_with_leading_zeros_and_categories_stay_text(tmp_path):
    frame = read_pupils(put(tmp_path, "pupil,code,grade,score\n1,01,7,1.5\n2,02,8,2\n"), categories=["grade"])
    assert frame["code"].tolist() == ["01", "02"]
    assert frame["grade"].tolist() == ["7", "8"]
    assert frame["score"].tolist() == [1.5, 2.0]


def test_a_decimal_comma_is_not_read_into_a_comma_separated_file(tmp_path):
    assert read_pupils(put(tmp_path, 'a,b\n"1,5",x\n'))["a"].tolist() == ["1,5"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pupil,score\n", "has no records"),
        ("", "cannot be read as csv"),
        ("a,b\n1,2,3,4\n5,6,7,8\n", r"pupils\.csv, line 2: 2 fields were expected, one per column name; it has 4"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 2 fields were expected, one per column name; it has 3"),
        ("pupil,group,score,other\n1,A,52,1\n\n2,C,secret", "line 4: 4 fields were expected, .*; it has 3"),
        ("pupil;score;score\n1;secret;5\n", r"The column 'score' occurs twice in pupils\.csv"),
        ("pupil;\n1;secret\n", "has a column without a name"),
        ('pupil;x\n1;"secret\n2;b\n3;c"\n4;d\n', "line 4: a text in double quotes goes on over several lines"),
        ('pupil;x\n1;"secret\n2;b\n3;c\n', "line 4: a text in double quotes goes on over several lines"),
        ("Pupil,score\nsecret,1\n", r"no column 'pupil' in pupils\.csv\. Try: 'Pupil'"),
        ("pupil,achternaam\n1,secret\n", "'achternaam' holds a person's name"),
    ],
)
def test_bad_files_are_told_in_a_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read_pupils(put(tmp_path, text), keys=["pupil"] if "upil" in text else [])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("pupil,group,score\n1,A,52\n\n2,C,5", {"pupil": ["1", "2"], "group": ["A", "C"], "score": [52, 5]}),
        ("pupil;score;Score\n1;2;3\n", {"pupil": ["1"], "score": [2], "Score": [3]}),
        ("pupil;score;;\n1;2;;\n", {"pupil": ["1"], "score": [2]}),
        ('pupil;x\n1;"a;b"\n2;"5"" c"\n3;6" d\n', {"pupil": ["1", "2", "3"], "x": ["a;b", '5" c', '6" d']}),
        ("pupil;x\r\n1;\x0ba\r2;b", {"pupil": ["1", "2"], "x": ["a", "b"]}),
    ],
    ids=range(5),
)
def test_what_only_looks_like_a_bad_file_is_read(tmp_path, text, columns):
    assert read_pupils(put(tmp_path, text), keys=["pupil"]).to_dict("list") == columns


def test_a_group_with_a_value_per_pupil_is_no_group(tmp_path):
    path = put(tmp_path, "pupil,x\n" + "".join(f"p{i},{i}\n" for i in range(51)))
    with pytest.raises(InputError, match="'x' has 51 different values"):
        read_pupils(path, categories=["x"])


def test_an_excel_file_and_an_absent_file_are_named(tmp_path):
    (tmp_path / "pupils.csv").write_bytes(b"PK\x03\x04\x00\x00")
    with pytest.raises(InputError, match="is not a csv file"):
        read_pupils(tmp_path / "pupils.csv")
    with pytest.raises(InputError, match="There is no file"):
        read_pupils(tmp_path / "none.csv")


STUDY = 'name = "s"\npurpose = "p"\ndata = "data"\nobjections = "objections.csv"\n[units]\npupil = ["RINPERSOON"]\n'
BASIS = """
[[basis]]
category = "ethnicity"
kind = "law"
reference = "Decision of 12 March 2025"
date = 2025-03-12
"""


@pytest.fixture
def within(tmp_path, monkeypatch):
    """Read a text inside a study in which R 012345678 and S 300000001 objected."""
    (tmp_path / "data").mkdir()
    (tmp_path / "objections.csv").write_text("RINPERSOONS;RINPERSOON\nR;012345678\nS;300000001\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def read(text, *more, **options):
        (tmp_path / "study.toml").write_text("".join([STUDY, *more]), encoding="utf-8")
        return read_pupils(put(tmp_path, text), **options)

    return read


@pytest.mark.parametrize(
    "text",
    [
        "RINPERSOONS;RINPERSOON;x\nR;012345678;1\nR;222222222;2\nR;300000001;3\n",
        "rinpersoons;rinpersoon;x\nr;12345678;1\nr;222222222;2\nR;300000001;3\n",
        "RINPERSOONS;RIN_PERSOON;x\nR;12345678.0;1\nR;222222222,0;2\nS;3000000010;3\n".replace(
            "3000000010", "333333333"
        ),
        "RINPERSOON;x\nR012345678;1\nR222222222;2\nR300000001;3\n",
        "RINPERSOONS;RINPERSOON;x\nin het bevolkingsregister;012345678;1\nR;222222222;2\nR;300000001;3\n",
        "RINPERSOONS;RINPERSOON;x\nR;'012345678;1\nR;222222222;2\nR;;3\n",
        "RINPERSOONS;RINPERSOON;x\nR;\u200b012345678;1\nR;222222222;2\nR;333333333;3\n",
        "RIN;x\n012345678;1\n222222222;2\n;3\n",
        "leerling;x\n012345678;1\n222222222;2\n30000000;3\n",
    ],
    ids=range(9),
)
def test_within_a_study_who_objected_is_left_out_however_their_key_is_written(within, text):
    frame = within(text, keys=["leerling"] if "leerling" in text else [])
    assert frame["x"].tolist() == [2, 3]
    assert frame.attrs["notes"] == ["Left out because they objected: fewer than 10."]


def test_an_objector_is_left_out_by_a_kind_that_is_known_and_only_by_that(within):
    text = "RINPERSOONS;RINPERSOON;x\nR;300000001;1\nS;300000001;2\n;300000001;3\nS;012345678;4\n"
    frame = within(text)
    assert frame["x"].tolist() == [1, 4]
    assert "notes" not in within("RINPERSOON;x\n222222222;1\n").attrs


def test_the_number_of_a_parent_who_objected_is_missing_and_their_child_stays(within):
    text = "RINPERSOON;RINPERSOONSMa;RINPERSOONMa\n222222222;R;012345678\n333333333;R;444444444\n555555555;;---------\n"
    frame = within(text, keys=["RINPERSOON", "RINPERSOONMa"])
    assert frame["RINPERSOON"].tolist() == ["222222222", "333333333", "555555555"]
    assert frame["RINPERSOONMa"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize("number", ["0012345678", "1.2345678E7", "R-012345678", "secret"])
def test_person_numbers_that_cannot_be_read_are_refused_where_somebody_objected(within, number):
    with pytest.raises(
        InputError, match=r"'RINPERSOON' of pupils\.csv holds values that are no person .*fewer than 10"
    ) as said:
        within(f"RINPERSOON;x\n{number};1\n222222222;2\n")
    assert number not in str(said.value)
    assert within(f"leerling;x\n{number};1\n222222222;2\n", keys=["leerling"])["x"].tolist() == [1, 2]


def test_kinds_without_numbers_are_refused_where_somebody_objected(within):
    with pytest.raises(InputError, match="'RINPERSOONS' of pupils"):
        within("RINPERSOONS;x\nR;1\n")
    assert within("RINPERSOONS_bekend;x\nja;1\n")["x"].tolist() == [1]


def test_a_file_in_which_all_objected_says_so_and_one_outside_the_study_is_read_as_it_is(within, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="all in it objected"):
        within("RINPERSOON;x\n012345678;1\n")
    (tmp_path.parent / f"{tmp_path.name}-outside").mkdir()
    monkeypatch.chdir(tmp_path.parent / f"{tmp_path.name}-outside")
    assert read_pupils(tmp_path / "pupils.csv")["x"].tolist() == [1]
    with pytest.raises(InputError, match="all in it objected"):
        read_pupils(tmp_path / "pupils.csv", study=tmp_path)


def test_a_special_category_is_left_out_without_a_basis_and_refused_where_it_is_asked_for(within):
    text = "pupil;GBAGENERATIE;WECCLUSTER;score\n1;1;2;3\n"
    frame = within(text)
    assert list(frame.columns) == ["pupil", "score"]
    assert [note.split()[0] for note in frame.attrs["notes"]] == ["GBAGENERATIE", "WECCLUSTER"]
    with pytest.raises(InputError, match="'GBAGENERATIE' of pupils is about ethnicity"):
        within(text, categories=["GBAGENERATIE"])
    assert list(within(text, BASIS, categories=["GBAGENERATIE"]).columns) == ["pupil", "GBAGENERATIE", "score"]
    limited = within(text, BASIS, 'variables = ["GBAHERKOMSTGROEPERING"]\n')
    assert list(limited.columns) == ["pupil", "score"]
    assert list(within("pupil;denominatie;generatie\n1;2;3\n").columns) == ["pupil", "denominatie", "generatie"]
