"""What a file made elsewhere says, for the output checker, who has to judge what nobody measured."""

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import PurePath

from output_checks.model.evidence import Output, OutputKind
from output_checks.readers.tables import UnreadableError, read_csv_table, read_excel_table
from output_checks.rendering.cells import CellRow

_TEXT = {".txt", ".md", ".py", ".r", ".do", ".sps", ".log"}
_MOST_TEXT = 20_000


def file_rows(output: Output, contents: Mapping[str, bytes]) -> tuple[tuple[str, ...], list[CellRow]]:
    """Headings and rows of a file's table; of a text, its lines. Nothing where it cannot be shown as such."""
    if output.kind is not OutputKind.FILE:
        return (), []
    for item in output.files:
        content, suffix = contents.get(item.name, b""), PurePath(item.name).suffix.lower()
        try:
            if suffix in {".csv", ".tsv", ".xlsx"}:
                table = read_excel_table(content) if suffix == ".xlsx" else read_csv_table(content)
                rows = zip_longest(*table.columns.values(), fillvalue="")  # sheets differ in length
                return tuple(table.columns), list(map(_row, rows))
        except UnreadableError:
            return (), []
        if suffix in _TEXT:
            lines = content[:_MOST_TEXT].decode("utf-8", errors="replace").splitlines()
            return (item.name,), [_row((line,)) for line in lines]
    return (), []


def _row(texts: tuple[str, ...]) -> CellRow:
    return CellRow(labels=(), texts=texts, inside=(), state="pass", total=False)
