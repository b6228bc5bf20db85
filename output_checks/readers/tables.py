"""Read a csv or Excel file as what it is: columns of texts."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

_CELL_LIMIT = 5_000_000


class UnreadableError(Exception):
    """The file is not what its name says; the message is a sentence without values."""


@dataclass(frozen=True, kw_only=True)
class TextTable:
    rows: int
    columns: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...] = ()


def read_csv_table(content: bytes) -> TextTable:
    """Columns of a csv file in UTF-8 or cp1252, separated by commas, semicolons or tabs.

    Raises
    ------
    UnreadableError
        The bytes are not text, or rows have different lengths.
    """
    if b"\x00" in content:
        raise UnreadableError("it is not a text file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise UnreadableError("it is not a csv file") from error
    if not lines or len({len(row) for row in lines}) != 1:
        raise UnreadableError("its rows do not all have the same number of columns")
    return _as_table(lines)


def read_excel_table(content: bytes) -> TextTable:
    """Columns of all sheets of an .xlsx workbook; what a reader does not see at once is remarked on.

    Raises
    ------
    UnreadableError
        The workbook cannot be opened.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.namelist()
            if sum(item.file_size for item in archive.infolist()) > 100 * max(len(content), 1_000_000):
                raise UnreadableError("it unpacks to far more than its size")
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=False, data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise UnreadableError("it is not an Excel workbook") from error
    remarks = []
    if any(sheet.sheet_state != "visible" for sheet in workbook.worksheets):
        remarks.append("it has hidden sheets")
    if any(
        dimension.hidden
        for sheet in workbook.worksheets
        for dimension in [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
    ):
        remarks.append("it has hidden rows or columns")
    if any("pivotCache" in part or "embeddings" in part or "vbaProject" in part for part in parts):
        remarks.append("it carries a pivot cache, embedded files or macros")
    if any("comments" in part for part in parts):
        remarks.append("it has comments")
    columns: dict[str, tuple[str, ...]] = {}
    rows = 0
    for sheet in workbook.worksheets:
        lines = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        if lines:
            table = _as_table(lines)
            rows += table.rows
            columns |= {f"{name} ({sheet.title})" if name in columns else name: v for name, v in table.columns.items()}
    return TextTable(rows=rows, columns=columns, remarks=tuple(remarks))


def _as_table(lines: list[list[str]]) -> TextTable:
    if len(lines) * len(lines[0]) > _CELL_LIMIT:
        raise UnreadableError("it is too large to be a table for publication")
    names = _unique(lines[0])
    return TextTable(
        rows=len(lines) - 1,
        columns={name: tuple(row[position] for row in lines[1:]) for position, name in enumerate(names)},
    )


def _unique(names: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for position, name in enumerate(names):
        unique = name if name not in seen else f"{name} ({position + 1})"
        seen.add(unique)
        yield unique
