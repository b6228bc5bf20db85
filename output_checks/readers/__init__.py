"""Read a file for what it is, whatever was said about it: `read_content` is the one way in."""

import hashlib
import re
from pathlib import PurePath

from output_checks.model.evidence import FileContent
from output_checks.readers.identifiers import key_columns
from output_checks.readers.images import read_png_remarks
from output_checks.readers.tables import TextTable, UnreadableError, read_csv_table, read_excel_table

_MANY_ROWS = 10
_NEARLY_ALL = 0.9
_SERIAL = re.compile(r"^(?=.{5,})[A-Za-z]*[ _-]?\d{3,}$")
_AREA = re.compile(r"^(LD|PV|CR|GM|WK|BU)\d{2,8}$")  # the codes Statistics Netherlands gives to areas
_ALLOWED_UNREAD = {".jpg", ".jpeg", ".pdf", ".docx", ".doc", ".xls", ".txt", ".md", ".py", ".r", ".do", ".sps"}


def read_content(name: str, content: bytes) -> FileContent:
    """What the bytes of one file tell: whether it could be read, its rows, columns that look like keys, and remarks."""
    suffix = PurePath(name).suffix.lower()
    sha256, size = hashlib.sha256(content).hexdigest(), len(content)
    try:
        if suffix in {".csv", ".tsv"}:
            return _from_table(name, sha256, size, read_csv_table(content))
        if suffix == ".xlsx":
            return _from_table(name, sha256, size, read_excel_table(content))
        if suffix == ".png":
            return FileContent(name=name, sha256=sha256, size=size, readable=True, remarks=read_png_remarks(content))
        remark = () if suffix in _ALLOWED_UNREAD else (f"files of the kind {suffix or 'without a suffix'} are unusual",)
    except UnreadableError as error:
        remark = (f"it could not be read: {error}",)
    return FileContent(name=name, sha256=sha256, size=size, remarks=remark)


def _from_table(name: str, sha256: str, size: int, table: TextTable) -> FileContent:
    return FileContent(
        name=name,
        sha256=sha256,
        size=size,
        readable=True,
        rows=table.rows,
        columns=tuple(table.columns),
        key_columns=key_columns(table.columns),
        looks_like_unit_records=_looks_like_unit_records(table),
        remarks=table.remarks,
    )


def _looks_like_unit_records(table: TextTable) -> bool:
    """Many rows, each with a code of its own that is long enough to be somebody's.

    A table for publication names its rows by categories. Short numbers (years, ages, year groups) are categories too,
    and so are the codes of areas.
    """
    return table.rows >= _MANY_ROWS and any(
        len(set(texts)) >= _NEARLY_ALL * len(texts) and all(_is_serial(text.strip()) for text in texts)
        for texts in table.columns.values()
    )


def _is_serial(text: str) -> bool:
    """Whether this may be the number of a person or school: p00123, 48213."""
    return bool(_SERIAL.match(text)) and not _AREA.match(text)
