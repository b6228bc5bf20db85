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
        ("a,b\n1,2,3,4\n5,6,7,8\n", "more fields than column names"),
        ("a,b\n1,2\n1,2,3\n", "cannot be read as csv"),
        ("Pupil,score\nsecret,1\n", r"no column 'pupil' in pupils\.csv\. Try: 'Pupil'"),
        ("pupil,achternaam\n1,secret\n", "'achternaam' holds a person's name"),
    ],
)
def test_bad_files_are_told_in_a_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read_pupils(put(tmp_path, text), keys=["pupil"] if "upil" in text else [])
    assert "secret" not in str(caught.value)


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
