"""Read a file for what it is, whatever was said about it: `read_content` and `read_sheets` are the ways in."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from output_checks.model.evidence import FileContent
from output_checks.model.sheet import Sheet
from output_checks.readers.delimited import read_delimited
from output_checks.readers.formulas import formula_problems
from output_checks.readers.identifiers import holds_key, key_columns, keys_in
from output_checks.readers.images import read_png_remarks
from output_checks.readers.problems import UnreadableError, expect_bytes
from output_checks.readers.tables import as_table
from output_checks.readers.workbook import Workbook, read_workbook

_MANY_ROWS = 10
_NEARLY_ALL = 0.9
_SERIAL = re.compile(r"^(?=.{5,})[A-Za-z]*[ _-]?\d{3,}$")
_AREA = re.compile(r"^(LD|PV|CR|GM|WK|BU)\d{2,8}$")  # the codes Statistics Netherlands gives to areas
_ALLOWED_UNREAD = {".jpg", ".jpeg", ".pdf", ".docx", ".doc", ".xls", ".txt", ".md", ".py", ".r", ".do", ".sps"}
_DELIMITED, _EXCEL = {".csv", ".tsv"}, ".xlsx"


def read_content(name: str, content: bytes) -> FileContent:
    """What the bytes of one file tell: whether it could be read, its rows, columns that look like keys, and remarks."""
    suffix = PurePath(name).suffix.lower()
    sha256, size = hashlib.sha256(content).hexdigest(), len(content)
    try:
        if suffix in _DELIMITED or suffix == _EXCEL:
            return _from_book(name, sha256, size, _read_book(suffix, content))
        if suffix == ".png":
            return FileContent(name=name, sha256=sha256, size=size, readable=True, remarks=read_png_remarks(content))
        remark = () if suffix in _ALLOWED_UNREAD else (f"files of the kind {suffix or 'without a suffix'} are unusual",)
    except UnreadableError as error:
        remark = (f"it could not be read: {error}",)
    return FileContent(name=name, sha256=sha256, size=size, remarks=remark)


def read_sheets(name: str, content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a csv, tsv or xlsx file; none of any other, or of one that cannot be read."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in _DELIMITED and suffix != _EXCEL:
        return ()
    try:
        return _read_book(suffix, content).sheets
    except UnreadableError:
        return ()


def _read_book(suffix: str, content: bytes) -> Workbook:
    if suffix == _EXCEL:
        return read_workbook(content)
    expect_bytes(len(content))
    sheet, remarks = read_delimited(content)
    return Workbook(sheets=(sheet,), remarks=remarks)


def _from_book(name: str, sha256: str, size: int, book: Workbook) -> FileContent:
    table = as_table(book.sheets)
    texts = list(dict.fromkeys(text for sheet in book.sheets for row in sheet.rows for text in row if text))
    faults, remarks = formula_problems(texts)
    if any(map(holds_key, book.unseen)):
        faults.append("its comments, names or properties hold what looks like a key")
    named = {key for sheet in book.sheets for key in _keys_of_headings(sheet)}
    keys = dict.fromkeys([*key_columns(table.columns), *named])
    few = [column for column, own in table.columns.items() if column not in keys and keys_in(own)]
    if few:
        remarks.append("some of its texts look like keys of persons or schools")
    return FileContent(
        name=name,
        sha256=sha256,
        size=size,
        readable=True,
        rows=table.rows,
        columns=tuple(dict.fromkeys([*table.columns, *named])),
        key_columns=tuple(keys),
        looks_like_unit_records=any(map(_looks_like_unit_records, book.sheets)),
        remarks=(*book.remarks, *remarks),
        faults=(*book.faults, *faults),
    )


def _keys_of_headings(sheet: Sheet) -> Iterable[str]:
    """Headings below the first row that are names of keys, as under a title; and headings that are keys themselves."""
    for number, row in enumerate(sheet.rows):
        if number and any(re.fullmatch(r"[-+]?[\d.,]+ *%?", text.strip()) for text in row if text.strip()):
            return
        filled = [text.strip() for text in row if text.strip()]
        if number and len(filled) > 1:
            yield from key_columns(dict.fromkeys(filled, ()))
        rest = [text for text in filled[1:] if text]
        if rest and sum(map(holds_key, rest)) > len(rest) / 2:
            yield f"row {number + 1}"


def _looks_like_unit_records(sheet: Sheet) -> bool:
    """Many rows, each with a code of its own that is long enough to be somebody's.

    A table for publication names its rows by categories. Short numbers (years, ages, year groups) are categories too,
    and so are the codes of areas.
    """
    return len(sheet.rows) > _MANY_ROWS and any(
        len(set(texts)) >= _NEARLY_ALL * len(texts) and all(_is_serial(text.strip()) for text in texts)
        for texts in _columns(sheet.rows[1:])
    )


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    return zip(*rows, strict=True)


def _is_serial(text: str) -> bool:
    """Whether this may be the number of a person or school: p00123, 48213."""
    return bool(_SERIAL.match(text)) and not _AREA.match(text)
