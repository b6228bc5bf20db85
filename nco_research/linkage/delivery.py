"""Read what a school delivers, and see whether the file is whole: name, encoding, column names, lines.

Looks at the form of the file only; what its rows say is judged by `validation`.
"""

import codecs
import csv
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nco_research.linkage.kinds import FIRST_LINES, Finding, Kind, Severity
from nco_research.linkage.layout import DELIVERED

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

_NAME = re.compile(r"^LVS_(?P<brin>\d{2}[A-Z]{2})(?P<branch>\d{2})_(?P<year>(?:19|20)\d{2})\.csv$", re.IGNORECASE)
_UNFINISHED = re.compile(r"^~\$|(\.(tmp|temp|part|partial|filepart|crdownload|download|writing)|~)$", re.IGNORECASE)
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"%PDF", b"$FL")
_FEW_NAMES = 3
"""With fewer known names than this, the first line is taken for data, and its fields for values."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivered file: what its name says, what it is made of, and what is wrong with its form."""

    path: Path
    brin: str = ""
    branch: str = ""
    school_year: int = 0
    """The year in which the school year starts; 0 where the name does not say."""
    size: int = 0
    modified: int = 0
    """In nanoseconds, as the file system has it."""
    sha256: str = ""
    rows: int = 0
    """Lines that are neither empty nor the column names."""
    findings: tuple[Finding, ...] = ()
    table: "pa.Table | None" = field(default=None, repr=False, compare=False)
    """The columns DELIVERED as text, and `line`; None where the file is refused."""

    @property
    def refused(self) -> bool:
        """Whether nothing of it can be used."""
        return any(item.kind.whole_file and item.kind.severity is Severity.ERROR for item in self.findings)

    def unchanged(self) -> bool:
        """Whether the file is still the one that was read, by its size and time."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified)


def is_unfinished(name: str) -> bool:
    """Whether a file of that name is still being saved or sent."""
    return bool(_UNFINISHED.search(name))


def school_year_of(path: Path) -> int:
    """The year in which the school year starts that a file name says; 0 where it does not."""
    name = _NAME.match(path.name)
    return int(name["year"]) if name else 0


def read_delivery(path: Path, *, also: Sequence[Finding] = ()) -> Delivery:
    """Read one delivered file. Never raises for what is in it: that is what the findings are for.

    `also` are findings about it that are known already.
    """
    name = _NAME.match(path.name)
    findings = list(also)
    facts: dict[str, Any] = {"path": path}
    if name:
        facts |= {"brin": name["brin"].upper(), "branch": name["branch"], "school_year": int(name["year"])}
    else:
        findings.append(Finding(kind=Kind.UNFINISHED_NAME if is_unfinished(path.name) else Kind.NAME))
        if path.suffix.lower() != ".csv":  # whatever it is, it may be large
            return Delivery(**facts, findings=tuple(findings))
    try:
        content, before, after = _content(path)
    except OSError:
        return Delivery(**facts, findings=(*findings, Finding(kind=Kind.UNREADABLE)))
    if before[:2] != after[:2] or len(content) != after[0]:
        findings.append(Finding(kind=Kind.BEING_WRITTEN))
    facts |= {"size": len(content), "modified": after[1], "sha256": hashlib.sha256(content).hexdigest()}
    text, about_text = _as_utf8(content)
    findings += about_text
    rows, table, about_lines = _lines(text) if text else (0, None, [])
    findings += about_lines
    made = Delivery(**facts, rows=rows, findings=tuple(findings), table=table)
    return Delivery(**facts, rows=rows, findings=made.findings) if made.refused else made


def _content(path: Path) -> tuple[bytes, tuple[int, int], tuple[int, int]]:
    """The bytes, and size and time before and after they were read."""
    with path.open("rb") as file:
        first = os.fstat(file.fileno())
        content = file.read()
        last = path.stat()
    return content, (first.st_size, first.st_mtime_ns), (last.st_size, last.st_mtime_ns)


def _as_utf8(content: bytes) -> tuple[bytes, list[Finding]]:
    """The text in UTF-8, whatever it was in; empty where there is none."""
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        return b"", [Finding(kind=Kind.EMPTY)]
    if content.startswith(_NOT_TEXT) or b"\0" in content:
        return b"", [Finding(kind=Kind.NOT_TEXT)]
    marked = content.startswith(codecs.BOM_UTF8)
    text = content.removeprefix(codecs.BOM_UTF8)
    if text.isascii():
        return text, [Finding(kind=Kind.UTF8)] if marked else []
    try:
        return text.decode("utf-8").replace("\xa0", " ").encode("utf-8"), [Finding(kind=Kind.UTF8)]
    except UnicodeDecodeError:
        # Five bytes mean nothing in cp1252; what stands there is judged with its value.
        return content.decode("cp1252", errors="replace").replace("\xa0", " ").encode("utf-8"), []


def _lines(text: bytes) -> "tuple[int, pa.Table | None, list[Finding]]":
    """Number of rows, the table, and what is wrong with names and lines."""
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if line.strip())
    names, findings = _header(lines[first].decode("utf-8"))
    rows = sum(1 for line in lines[first + 1 :] if line.strip())
    if not rows:
        findings.append(Finding(kind=Kind.EMPTY))
    if not rows or any(item.kind.severity is Severity.ERROR for item in findings):
        return rows, None, findings
    table = _parsed(text, names, first)
    bad: list[int] = []
    if table is None:
        table, bad = _parsed_by_line(lines, names, first)
    if bad:
        findings.append(Finding(kind=Kind.FIELDS, rows=len(bad), lines=tuple(bad[:FIRST_LINES])))
    if not text.endswith((b"\n", b"\r")):
        cut = bool(bad) and bad[-1] == len(lines)
        findings.append(Finding(kind=Kind.CUT_OFF if cut else Kind.LAST_LINE))
    return rows, table, findings


def _header(line: str) -> tuple[list[str], list[Finding]]:
    """The names as DELIVERED spells them, and what is wrong with them.

    A name that is not ours is told by its position: where the line of names is lacking, it would be a value.
    """
    names = [name.strip().strip('"').strip().upper() for name in line.split(";")]
    known = [name for name in DELIVERED if name in names]
    if len(known) < _FEW_NAMES:
        others = any(name in re.split(r"[,\t|]", line.upper().replace('"', "")) for name in DELIVERED)
        return names, [Finding(kind=Kind.SEPARATOR if others else Kind.NO_HEADER)]
    absent = tuple(name for name in DELIVERED if name not in names)
    twice = tuple(name for name in DELIVERED if names.count(name) > 1)
    unknown = tuple(str(place + 1) for place, name in enumerate(names) if name not in DELIVERED)
    findings = [
        Finding(kind=kind, columns=columns)
        for kind, columns in (
            (Kind.COLUMN_ABSENT, absent),
            (Kind.COLUMN_TWICE, twice),
            (Kind.COLUMN_UNKNOWN, unknown),
        )
        if columns
    ]
    return names, findings


def _parsed(text: bytes, names: list[str], first: int) -> "pa.Table | None":
    """The fast way, for files without quotation marks, empty or ragged lines; None where it does not apply."""
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    if b'"' in text:
        return None
    # Columns that were not asked for may share a name, or have none.
    read_names = [name if name in DELIVERED else f"column {place}" for place, name in enumerate(names)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=max(len(text), 1), skip_rows=first + 1, column_names=read_names
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=";", quote_char=False, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(DELIVERED, pa.string()),
                include_columns=list(DELIVERED),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return _with_lines(table, range(first + 2, first + 2 + table.num_rows))


def _parsed_by_line(lines: list[bytes], names: list[str], first: int) -> "tuple[pa.Table, list[int]]":
    """Line by line, so that a quotation mark that is not closed spoils its own line only; and the lines spoilt."""
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

    good: list[list[str]] = []
    numbers: list[int] = []
    bad: list[int] = []
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if not line.strip():
            continue
        try:
            fields = next(csv.reader([line.decode("utf-8")], delimiter=";", strict=True))
        except csv.Error:
            fields = []
        if len(fields) == len(names):
            good.append(fields)
            numbers.append(number)
        else:
            bad.append(number)
    columns = {name: pa.array([fields[names.index(name)] for fields in good], pa.string()) for name in DELIVERED}
    return _with_lines(pa.table(columns), numbers), bad


def _with_lines(table: "pa.Table", numbers: "range | list[int]") -> "pa.Table":
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

    return table.append_column("line", pa.array(np.asarray(numbers, dtype=np.int32)))
