"""The form of a delivered file: whatever a school's program made of it, it is read, or refused with a reason."""

import os
from pathlib import Path

import pytest

from nco_research.linkage import delivery as module
from nco_research.linkage.delivery import read_delivery
from nco_research.linkage.kinds import Kind
from nco_research.linkage.layout import DELIVERED
from tests.linkage_factories import BSNS, csv_of, row

NAME = "LVS_18AB00_2021.csv"
TWO = csv_of([row(), row(DOMEIN="BL")])


def read(folder: Path, content: str | bytes, name: str = NAME):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
    return read_delivery(path)


def kinds(made) -> list[Kind]:
    return [item.kind for item in made.findings]


def column(made, name: str) -> list[str]:
    return made.table.column(name).to_pylist()


def test_a_sound_file_is_read_whole_with_its_line_numbers_and_without_findings(tmp_path):
    made = read(tmp_path, TWO)
    assert (made.brin, made.branch, made.school_year, made.rows, made.findings) == ("18AB", "00", 2021, 2, ())
    assert column(made, "DOMEIN") == ["RW", "BL"]
    assert column(made, "line") == [2, 3]
    assert made.size == len(TWO)
    assert len(made.sha256) == 64


def test_columns_are_found_in_any_case_and_order_and_between_quotation_marks(tmp_path):
    lines = TWO.splitlines()
    header = ";".join(f' "{name.lower()}" ' for name in reversed(DELIVERED))
    rows = [";".join(reversed(line.split(";"))) for line in lines[1:]]
    made = read(tmp_path, "\n".join([header, *rows]) + "\n")
    assert made.findings == ()
    for name in DELIVERED:
        assert column(made, name) == column(read(tmp_path, TWO), name)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(tmp_path, end):
    made = read(tmp_path, TWO.replace("\n", end))
    assert (made.findings, column(made, "line"), column(made, "REEKS")) == ((), [2, 3], ["3.0", "3.0"])


def test_quoted_values_are_read_as_unquoted_ones(tmp_path):
    quoted = "\n".join(";".join(f'"{field}"' for field in line.split(";")) for line in TWO.splitlines()) + "\n"
    made = read(tmp_path, quoted)
    assert made.findings == ()
    assert all(column(made, name) == column(read(tmp_path, TWO), name) for name in [*DELIVERED, "line"])


def test_a_quotation_mark_that_is_not_closed_spoils_its_own_line_only(tmp_path):
    made = read(tmp_path, csv_of([row(), row(REEKS='"3.0'), row(DOMEIN="BL"), row(REEKS='3.0"'), row()]))
    (finding,) = made.findings
    assert (finding.kind, finding.lines) == (Kind.FIELDS, (3,))
    assert column(made, "line") == [2, 4, 5, 6]


def test_ragged_lines_are_told_by_number_and_empty_lines_count_as_lines(tmp_path):
    lines = csv_of([row(), row(), row(), row()]).splitlines()
    lines[2] += ";more"
    lines[4] = lines[4].rpartition(";")[0]
    lines.insert(1, "")
    made = read(tmp_path, "\n".join(lines) + "\n")
    (finding,) = made.findings
    assert (finding.kind, finding.rows, finding.lines) == (Kind.FIELDS, 2, (4, 6))
    assert column(made, "line") == [3, 5]
    assert made.rows == 4


def test_letters_with_accents_are_the_same_in_cp1252_and_utf8_and_the_latter_is_said(tmp_path):
    text = csv_of([row(REEKS="é")])
    assert column(read(tmp_path, text), "REEKS") == ["é"]
    assert read(tmp_path, text).findings == ()
    for content in (text.encode("utf-8"), text.encode("utf-8-sig"), TWO.encode("utf-8-sig")):
        assert kinds(read(tmp_path, content)) == [Kind.UTF8]
    assert column(read(tmp_path, text.encode("utf-8-sig")), "REEKS") == ["é"]
    assert read(tmp_path, text.encode("cp1252").replace(b"\xe9", b"\x81")).findings == ()


@pytest.mark.parametrize("content", ["", "\n\n", " ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", TWO.splitlines()[0] + "\n"])
def test_a_file_without_rows_is_empty(tmp_path, content):
    made = read(tmp_path, content)
    assert Kind.EMPTY in kinds(made)
    assert made.refused
    assert made.table is None


@pytest.mark.parametrize("content", [TWO.encode("utf-16"), b"PK\x03\x04 a spreadsheet", b"\x1f\x8b packed", b"BSN\0;"])
def test_what_is_not_text_is_refused(tmp_path, content):
    assert kinds(read(tmp_path, content)) == [Kind.NOT_TEXT]


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_another_separator_is_recognised(tmp_path, separator):
    assert kinds(read(tmp_path, TWO.replace(";", separator))) == [Kind.SEPARATOR]


def test_a_file_without_column_names_is_refused_and_its_first_row_is_not_quoted(tmp_path):
    made = read(tmp_path, csv_of([row(), row()]).partition("\n")[2])
    assert kinds(made) == [Kind.NO_HEADER]
    assert BSNS[0] not in repr(made)
    assert "18AB" not in repr(made.findings)


def test_an_absent_and_a_double_column_refuse_the_file_and_an_unknown_one_is_left_out(tmp_path):
    without = [name for name in DELIVERED if name not in {"BSN", "SCORE"}]
    made = read(tmp_path, csv_of([row()], columns=without))
    assert [(item.kind, item.columns) for item in made.findings] == [(Kind.COLUMN_ABSENT, ("BSN", "SCORE"))]
    made = read(tmp_path, csv_of([row()], columns=[*DELIVERED, "DOMEIN"]))
    assert [(item.kind, item.columns) for item in made.findings] == [(Kind.COLUMN_TWICE, ("DOMEIN",))]
    more = TWO.replace("REEKS", "REEKS;NAAM;NAAM;").replace("3.0", "3.0;Jan;Jansen;")
    made = read(tmp_path, more)
    assert [(item.kind, item.columns) for item in made.findings] == [(Kind.COLUMN_UNKNOWN, ("16", "17", "18"))]
    assert set(made.table.column_names) == {*DELIVERED, "line"}
    assert not made.refused


def test_a_cut_off_last_line_refuses_the_file_and_one_without_an_end_is_a_warning(tmp_path):
    whole = TWO.removesuffix("\n")
    assert kinds(read(tmp_path, TWO)) == []
    made = read(tmp_path, whole)
    assert (kinds(made), made.refused, made.table.num_rows) == ([Kind.LAST_LINE], False, 2)
    cut = whole.rpartition(";")[0]
    made = read(tmp_path, cut)
    assert (kinds(made), made.refused, made.table) == ([Kind.FIELDS, Kind.CUT_OFF], True, None)
    # The same short line with an end was written so: an error of that line.
    made = read(tmp_path, cut + "\n")
    assert (kinds(made), made.refused) == ([Kind.FIELDS], False)


@pytest.mark.parametrize("name", ["lvs_18ab00_2021.CSV", "LVS_18AB12_1999.csv"])
def test_names_in_any_case_are_read(tmp_path, name):
    made = read(tmp_path, TWO, name)
    assert (made.brin, made.findings) == ("18AB", ())


@pytest.mark.parametrize("name", ["LVS_18AB_2021.csv", "LVS_18A100_2021.csv", "LVS_18AB00_2021 (1).csv", "18AB00.csv"])
def test_other_names_are_refused(tmp_path, name):
    assert kinds(read(tmp_path, TWO, name)) == [Kind.NAME]


@pytest.mark.parametrize("end", [".part", ".tmp", ".crdownload", ".filepart", "~"])
def test_a_file_that_is_still_being_sent_is_refused_by_its_name(tmp_path, end):
    assert kinds(read(tmp_path, TWO, NAME + end)) == [Kind.UNFINISHED_NAME]
    assert kinds(read(tmp_path, TWO, "~$" + NAME)) == [Kind.UNFINISHED_NAME]


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / NAME
    path.write_text(TWO, encoding="cp1252")

    def growing(descriptor):
        before = real(descriptor)
        with path.open("a", encoding="cp1252") as file:
            file.write("more")
        return before

    real = os.fstat
    monkeypatch.setattr(module.os, "fstat", growing)
    assert Kind.BEING_WRITTEN in kinds(read_delivery(path))
    monkeypatch.undo()
    path.write_text(TWO, encoding="cp1252")
    assert kinds(read_delivery(path)) == []


def test_a_file_that_is_not_there_is_a_finding_and_a_changed_one_is_noticed(tmp_path):
    assert kinds(read_delivery(tmp_path / NAME)) == [Kind.UNREADABLE]
    made = read(tmp_path, TWO)
    assert made.unchanged()
    (tmp_path / NAME).write_text(TWO + "x", encoding="cp1252")
    assert not made.unchanged()
    (tmp_path / NAME).unlink()
    assert not made.unchanged()
