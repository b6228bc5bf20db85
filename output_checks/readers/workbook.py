"""Read an .xlsx workbook as sheets of texts, and say of everything in it that a reader does not see at once."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from output_checks.model.sheet import Sheet
from output_checks.readers.package import package_problems
from output_checks.readers.problems import UnreadableError, expect_bytes, expect_size

_HIDING = re.compile(r"^\s*(;;;?@?|\"[^\"]*\"(;\"[^\"]*\")*)\s*$")


@dataclass(frozen=True, kw_only=True)
class Workbook:
    sheets: tuple[Sheet, ...]
    faults: tuple[str, ...] = ()
    """What may not leave, in sentences without values."""
    remarks: tuple[str, ...] = ()
    """What has to be looked at."""
    unseen: tuple[str, ...] = ()
    """Texts that are in no cell: comments, names, properties."""


def read_workbook(content: bytes) -> Workbook:
    """All sheets with their values, hidden ones too, and what else the workbook carries.

    A formula counts by the value that it had when the workbook was saved.

    Raises
    ------
    UnreadableError
        The workbook cannot be opened, unpacks to far more than its size, or is too large for a table.
    """
    expect_bytes(len(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            faults, remarks = package_problems(archive, content)
        with_formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=False, data_only=False)
        _expect_small(with_formulas)
        with_values = openpyxl.load_workbook(io.BytesIO(content), read_only=False, data_only=True)
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, TypeError, IndexError) as error:
        raise UnreadableError("it is not an Excel workbook") from error
    except Exception as error:  # whatever a damaged file makes of the library
        raise UnreadableError("it is damaged") from error
    found, unseen = _hidden(with_formulas)
    sheets = tuple(_sheet(sheet) for sheet in with_values.worksheets if sheet.max_row and sheet.max_column)
    return Workbook(
        sheets=sheets,
        faults=tuple(faults),
        remarks=tuple(dict.fromkeys([*remarks, *found, *_formulas(with_formulas, with_values)])),
        unseen=tuple(unseen),
    )


def _expect_small(workbook: Any) -> None:  # noqa: ANN401 - openpyxl has no types
    # Rows and columns of the whole rectangle: one cell in the far corner makes a large one.
    for sheet in workbook.worksheets:
        expect_size(sheet.max_row or 0, sheet.max_column or 0)
    expect_size(sum((sheet.max_row or 0) * (sheet.max_column or 0) for sheet in workbook.worksheets), 1)


def _hidden(workbook: Any) -> tuple[list[str], list[str]]:  # noqa: ANN401
    """Remarks on what is there but not seen, and the texts of it that are in no cell."""
    remarks: list[str] = []
    sheets = workbook.worksheets
    if any(sheet.sheet_state != "visible" for sheet in sheets):
        remarks.append("it has hidden sheets")
    dimensions = [
        own for sheet in sheets for own in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
    ]
    if any(own.hidden or 0 in {getattr(own, "width", None), getattr(own, "height", None)} for own in dimensions):
        remarks.append("it has hidden rows or columns")
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    if any(_HIDING.match(cell.number_format or "") for cell in cells):
        remarks.append("it has numbers that their format hides")
    if any(_unseen_decimals(cell) for cell in cells):
        remarks.append("it holds more decimals than it shows")
    if any(cell.font is not None and cell.font.color is not None and _is_white(cell.font.color) for cell in cells):
        remarks.append("it has white texts")
    comments = [cell.comment.text for cell in cells if cell.comment is not None]
    links = [str(cell.hyperlink.target or "") for cell in cells if cell.hyperlink is not None]
    names = [f"{name} {value.attr_text}" for name, value in workbook.defined_names.items()]
    if names:
        remarks.append("it has defined names")
    if links:
        remarks.append("it has links")
    if any(sheet.data_validations.dataValidation for sheet in sheets):
        remarks.append("it has lists of allowed values")
    properties = workbook.properties
    told = [properties.creator, properties.lastModifiedBy, properties.title, properties.subject, properties.keywords]
    told += [properties.description, properties.category]
    told = [text for text in told if text and text != "openpyxl"]
    if told:
        remarks.append("it names its author, or has other properties")
    if len(workbook.custom_doc_props):
        remarks.append("it has properties of its own")
    headers = [text for sheet in sheets for text in _page_texts(sheet)]
    if headers:
        remarks.append("it has texts at the head or foot of its pages")
    return remarks, [*comments, *links, *names, *told, *headers]


def _is_white(color: Any) -> bool:  # noqa: ANN401
    return (color.type == "rgb" and str(color.rgb).upper().endswith("FFFFFF")) or (
        color.type == "theme" and color.theme == 0 and color.tint == 0
    )


def _page_texts(sheet: Any) -> list[str]:  # noqa: ANN401
    places = (
        sheet.oddHeader,
        sheet.oddFooter,
        sheet.evenHeader,
        sheet.evenFooter,
        sheet.firstHeader,
        sheet.firstFooter,
    )
    return [part.text for place in places for part in (place.left, place.center, place.right) if part.text]


def _unseen_decimals(cell: Any) -> bool:  # noqa: ANN401
    """Whether a number has more decimals than its format shows: 12.3456 that is shown as 12.3."""
    if isinstance(cell.value, bool) or not isinstance(cell.value, float):
        return False
    shown = re.fullmatch(r"[#,]*0(?:\.(0+))?(%)?", cell.number_format or "")
    if shown is None:
        return False
    decimals = len(shown[1] or "") + 2 * bool(shown[2])
    return bool(abs(cell.value - round(cell.value, decimals)) > 1e-9)


def _formulas(workbook: Any, values: Any) -> Iterator[str]:  # noqa: ANN401
    formulas = [
        (sheet.title, cell.coordinate)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    if formulas:
        yield "it has formulas, which name other cells and files"
    if any(values[title][place].value is None for title, place in formulas):
        yield "it has formulas without a value, which nobody can check"


def _sheet(sheet: Any) -> Sheet:  # noqa: ANN401
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows()]
    for merged in sheet.merged_cells.ranges:
        text = rows[merged.min_row - 1][merged.min_col - 1]
        for row in range(merged.min_row - 1, min(merged.max_row, len(rows))):
            for column in range(merged.min_col - 1, min(merged.max_col, len(rows[row]))):
                rows[row][column] = text
    return Sheet(name=sheet.title, rows=tuple(map(tuple, rows)), decimal=".", hidden=sheet.sheet_state != "visible")


def _text(cell: Any) -> str:  # noqa: ANN401
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
