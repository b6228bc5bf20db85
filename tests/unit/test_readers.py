"""Reading a file tells what it is: keys, unit records and hidden content are found, ordinary tables are not accused."""

import io
import struct
import zipfile
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


def hide_by_format(book):
    book.active["B2"].number_format = ";;;"


def show_fewer_decimals(book):
    book.active["B2"] = 12.3456
    book.active["B2"].number_format = "0.0"


def show_all_decimals(book):
    book.active["B2"] = 12.5
    book.active["B2"].number_format = "0.0"


def add_a_formula(book):
    book.active["B3"] = "=SUM(B2:B2)"


def name_a_range(book):
    book.defined_names["secret"] = openpyxl.workbook.defined_name.DefinedName("secret", attr_text="Sheet!$A$1")


def name_the_author(book):
    book.properties.creator = "ABCD01"


def write_a_header(book):
    book.active.oddHeader.center.text = "draft"


def link(book):
    book.active["A2"].hyperlink = "https://example.org/"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (hide_by_format, "format hides"),
        (show_fewer_decimals, "more decimals than it shows"),
        (add_a_formula, "formulas without a value"),
        (name_a_range, "defined names"),
        (name_the_author, "names its author"),
        (write_a_header, "head or foot"),
        (link, "links"),
    ],
)
def test_everything_in_a_workbook_that_is_not_seen_at_once_is_a_question(change, expected):
    found = read_content("t.xlsx", workbook(change))
    assert expected in " ".join(found.remarks)
    assert found.faults == ()


def test_decimals_that_are_shown_are_not_remarked_on():
    assert read_content("t.xlsx", workbook(show_all_decimals)).remarks == ()


def with_part(name, content=b"<x/>"):
    """A workbook with one more part in its archive."""
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("xl/pivotCache/pivotCacheRecords1.xml", "pivot cache"),
        ("xl/embeddings/oleObject1.bin", "embedded file"),
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "another workbook"),
        ("xl/connections.xml", "connection"),
        ("xl/model/item.data", "data model"),
    ],
)
def test_records_behind_a_workbook_are_a_fault(part, expected):
    assert expected in " ".join(read_content("t.xlsx", with_part(part)).faults)
    assert read_content("t.xlsx", with_part("xl/theme/theme9.xml")).faults == ()


def test_a_key_in_a_comment_or_a_property_is_a_fault():
    def tell(book):
        book.active["A2"].comment = openpyxl.comments.Comment("see pupil 123456789", "x")

    assert "what looks like a key" in " ".join(read_content("t.xlsx", workbook(tell)).faults)
    assert read_content("t.xlsx", workbook(comment)).faults == ()


def test_a_workbook_that_unpacks_to_far_too_much_or_reaches_to_its_last_cell_is_not_read():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 150_000_000)
    assert "unpacks to far more" in read_content("t.xlsx", bomb.getvalue()).remarks[0]

    def far(book):
        book.active["XFD1048576"] = 1

    assert "too large" in read_content("t.xlsx", workbook(far)).remarks[0]


def test_a_csv_of_more_than_a_million_cells_is_not_read():
    assert "too large" in read_content("t.csv", b"a,b\n" + b"1,2\n" * 500_001).remarks[0]


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "=WEBSERVICE(A1)"]
)
def test_a_formula_that_reaches_out_of_the_file_is_a_fault(text):
    quoted = '"' + text.replace('"', '""') + '"'
    assert "formula" in read_content("t.csv", f"track,n\n{quoted},120\n".encode()).faults[0]


@pytest.mark.parametrize(
    ("text", "asked"),
    [("=1+1", True), ("@x", True), ("-vmbo", True), ("-5", False), ("+3", False), ("- 4.2", False), ("-", False)],
)
def test_other_texts_that_begin_as_a_formula_are_a_question(text, asked):
    found = read_content("t.csv", f"track,n\n{text},120\n".encode())
    assert found.faults == ()
    assert any("formulas" in remark for remark in found.remarks) is asked


def test_keys_below_a_title_and_keys_as_headings_are_found():
    assert read_content("t.csv", b"Table 1,\nRINPERSOON,n\na,12\n").key_columns == ("RINPERSOON",)
    found = read_content("t.csv", b"track,123456789,123456780,123456781\nvmbo,12,13,14\n")
    assert "row 1" in found.key_columns
    assert read_content("t.csv", b"Table 1,\ntrack,n\na,12\n").key_columns == ()


def test_a_key_among_other_labels_is_remarked_on():
    rows = ["vmbo,12", "havo,13", "vwo,14", "123456789,15"]
    assert any("look like keys" in remark for remark in read_content("t.csv", csv("label,n", rows)).remarks)
    assert not any("look like keys" in remark for remark in read_content("t.csv", csv("label,n", rows[:3])).remarks)
    amounts = ["vmbo,123456789", "havo,13", "vwo,14", "pro,15"]
    assert not any("look like keys" in remark for remark in read_content("t.csv", csv("label,n", amounts)).remarks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_in_every_usual_encoding_are_read(encoding):
    found = read_content("t.csv", "groep;n\nPatiënt;12\n".encode(encoding))
    assert (found.readable, found.rows, found.columns) == (True, 1, ("groep", "n"))


def test_commas_within_numbers_are_no_separators():
    found = read_content("t.csv", b"a;b\n1,5;2,5\n3,5;4,5\n")
    assert found.columns == ("a", "b")


def rezipped(change):
    """A workbook whose parts went through a function: name and bytes to pairs of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive, zipfile.ZipFile(made, "w") as written:
        for name in archive.namelist():
            for own, content in change(name, archive.read(name)):
                written.writestr(own, content)
    return made.getvalue()


def test_bytes_that_belong_to_no_part_of_a_workbook_are_a_fault():
    plain = rezipped(lambda name, content: [(name, content)])
    assert read_content("t.xlsx", plain).faults == ()
    for spoilt in (plain + b"pupil;score\n", b"pupil;score\n" + plain):
        assert "belong to no part" in " ".join(read_content("t.xlsx", spoilt).faults)


@pytest.mark.parametrize(("cell", "unused"), [(b'<c r="D9" t="s"><v>0</v></c>', False), (b"", True)])
def test_texts_that_no_cell_shows_are_a_fault(cell, unused):
    def add(name, content):
        row = b'<row r="9">' + cell + b"</row></sheetData>"
        return [(name, content.replace(b"</sheetData>", row) if "sheet1" in name else content)]

    made = io.BytesIO(rezipped(add))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst><si><t>scored 61</t></si></sst>")
    assert ("it keeps texts that no cell shows" in read_content("t.xlsx", made.getvalue()).faults) is unused


def test_a_part_that_workbooks_lack_is_a_question():
    unusual = with_part("xl/rows.bin", b"pupil;score")
    assert "usually lacks" in " ".join(read_content("t.xlsx", unusual).remarks)


def test_merged_cells_beyond_any_table_are_not_read():
    def merge(name, content):
        merged = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'
        return [(name, content.replace(b"<pageMargins", merged, 1) if "sheet1" in name else content)]

    assert "too large" in read_content("t.xlsx", rezipped(merge)).remarks[0]


def make_white(book):
    book.active["A2"].font = openpyxl.styles.Font(color="FFFFFFFF")


def test_a_column_of_no_width_is_hidden():
    def narrow(name, content):
        columns = b'<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>'
        return [(name, content.replace(b"<sheetData>", columns, 1) if "sheet1" in name else content)]

    assert "hidden rows or columns" in " ".join(read_content("t.xlsx", rezipped(narrow)).remarks)


def test_white_texts_are_a_question():
    assert "white texts" in " ".join(read_content("t.xlsx", workbook(make_white)).remarks)
