"""A file as columns of texts, under the names in its first row: what is searched for keys, and shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from output_checks.model.sheet import Sheet
from output_checks.readers.delimited import read_delimited
from output_checks.readers.problems import UnreadableError
from output_checks.readers.workbook import read_workbook

__all__ = ["TextTable", "UnreadableError", "as_table", "read_csv_table", "read_excel_table"]


@dataclass(frozen=True, kw_only=True)
class TextTable:
    rows: int
    columns: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...] = ()


def read_csv_table(content: bytes) -> TextTable:
    """Columns of a csv or tsv file.

    Raises
    ------
    UnreadableError
        The bytes are not text, or too many.
    """
    sheet, remarks = read_delimited(content)
    return as_table([sheet], remarks=remarks)


def read_excel_table(content: bytes) -> TextTable:
    """Columns of all sheets of an .xlsx workbook, hidden ones too.

    Raises
    ------
    UnreadableError
        The workbook cannot be opened.
    """
    book = read_workbook(content)
    return as_table(book.sheets, remarks=book.remarks)


def as_table(sheets: Sequence[Sheet], *, remarks: tuple[str, ...] = ()) -> TextTable:
    """The columns of all sheets; where two have one name, the second is called after its sheet as well."""
    columns: dict[str, tuple[str, ...]] = {}
    rows = 0
    for sheet in sheets:
        if not sheet.rows:
            continue
        rows += len(sheet.rows) - 1
        for place, name in enumerate(_unique(sheet.rows[0])):
            own = f"{name} ({sheet.name})" if name in columns else name
            columns[own if own not in columns else f"{own} ({len(columns) + 1})"] = tuple(
                row[place] for row in sheet.rows[1:]
            )
    return TextTable(rows=rows, columns=columns, remarks=remarks)


def _unique(names: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for position, name in enumerate(names):
        unique = name if name not in seen else f"{name} ({position + 1})"
        seen.add(unique)
        yield unique
