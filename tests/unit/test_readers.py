"""Reading a file tells what it is: keys, unit records and hidden content are found, ordinary tables are not accused."""

import io
import struct
import zlib

import openpyxl
import pytest

from output_checks.readers import read_content
from output_checks.readers.identifiers import looks_like_key


def csv(header, rows):
    return "\n".join([header, *rows]).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123456789", True),
        ("012345678", True),
        ("12345678", False),  # eight digits that fail the eleven-test
        ("11222333", False),
        ("111222333", True),
        ("05KO", True),
        ("05KO01", True),
        ("2601 DC", True),
        ("2601DC", True),
        ("2601", False),
        ("havo", False),
        ("1234", False),
        ("", False),
    ],
)
def test_what_looks_like_a_key(text, expected):
    assert looks_like_key(text) is expected


@pytest.mark.parametrize(
    "name", ["RINPERSOON", "rinpersoons", "WPOBRIN_crypt", "BRIN", "BSN", "HUISHOUDNR", "GBAGEBOORTEDATUM", "pupil_id"]
)
def test_a_key_is_known_by_its_column_name(name):
    assert read_content("t.csv", csv(f"{name},n", ["a,12", "b,30"])).key_columns == (name,)


@pytest.mark.parametrize("name", ["track", "mean", "school_type", "gemeente", "brand", "crypto", "GBAGESLACHT", "name"])
def test_ordinary_columns_are_not_accused(name):
    assert read_content("t.csv", csv(f"{name},n", ["a,12", "b,30"])).key_columns == ()


def test_a_key_under_an_innocent_name_is_known_by_its_values():
    found = read_content("t.csv", csv("label;n", [f"{100000000 + i};12" for i in range(5)]))
    assert found.key_columns == ("label",)
    assert read_content("t.csv", csv("label;n", [f"{10000 + i};12" for i in range(5)])).key_columns == ()


def test_twenty_rows_with_a_number_each_look_like_unit_records():
    rows = [f"{70000 + i},{50 + i % 7}" for i in range(20)]
    assert read_content("t.csv", csv("no,score", rows)).looks_like_unit_records
    years = [f"{2000 + i},{50 + i % 7}" for i in range(20)]
    assert not read_content("t.csv", csv("year,score", years)).looks_like_unit_records
    assert not read_content("t.csv", csv("no,score", rows[:9])).looks_like_unit_records


def test_cp1252_and_semicolons_are_read():
    found = read_content("t.csv", "groep;n\nPatiënt;12\n".encode("cp1252"))
    assert (found.readable, found.rows) == (True, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", b"\x00\x01"), ("t.csv", b""), ("t.xlsx", b"PK no"), ("t.png", b"GIF89a")],
)
def test_a_file_that_is_not_what_its_name_says_is_unreadable_and_said_so(name, content):
    found = read_content(name, content)
    assert not found.readable
    assert "could not be read" in found.remarks[0]


def workbook(change=lambda book: None):
    book = openpyxl.Workbook()
    book.active.append(["track", "n"])
    book.active.append(["havo", 120])
    change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def hide_a_sheet(book):
    book.create_sheet("raw").append(["RINPERSOON", "score"])
    book["raw"].sheet_state = "hidden"


def hide_a_row(book):
    book.active.row_dimensions[2].hidden = True


def comment(book):
    book.active["A2"].comment = openpyxl.comments.Comment("see pupil", "x")


@pytest.mark.parametrize(
    ("change", "expected"), [(hide_a_sheet, "hidden sheets"), (hide_a_row, "hidden rows"), (comment, "comments")]
)
def test_what_a_workbook_hides_is_remarked_on(change, expected):
    assert read_content("t.xlsx", workbook()).remarks == ()
    assert expected in " ".join(read_content("t.xlsx", workbook(change)).remarks)


def test_a_key_on_a_hidden_sheet_is_found():
    assert "RINPERSOON" in read_content("t.xlsx", workbook(hide_a_sheet)).key_columns


def png(*chunks, after=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = [chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), *(chunk(*item) for item in chunks)]
    body += [chunk(b"IDAT", zlib.compress(b"\x00\x00")), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + after


def test_a_picture_is_only_a_picture():
    assert read_content("f.png", png()).remarks == ()
    assert "tEXt" in read_content("f.png", png((b"tEXt", b"Comment\x00RINPERSOON 123456789"))).remarks[0]
    assert "after the end" in read_content("f.png", png(after=b"PK\x03\x04")).remarks[0]
    assert not read_content("f.png", png()[:-3]).readable


def test_an_unusual_kind_of_file_is_remarked_on():
    assert "unusual" in read_content("model.pickle", b"x").remarks[0]
    assert read_content("syntax.R", b"x").remarks == ()


def test_a_range_in_words_is_no_school_code_and_a_school_code_is():
    assert not any(map(looks_like_key, ["16 to 19", "12 or 13", "16-19"]))
    assert all(map(looks_like_key, ["16TO19", "12ab", "12AB", "12AB00"]))
