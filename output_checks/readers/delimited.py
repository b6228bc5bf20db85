"""Read a csv or tsv file as a sheet of texts, whatever its encoding, separator and line ends."""

import csv
import io
from itertools import zip_longest

from output_checks.model.sheet import Sheet
from output_checks.readers.problems import UnreadableError, expect_size

_LINES_LOOKED_AT = 20
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read_delimited(content: bytes) -> tuple[Sheet, tuple[str, ...]]:
    """The sheet, with remarks, of text in UTF-8, UTF-16 or cp1252 separated by commas, semicolons, tabs or bars.

    Shorter rows are filled up with empty texts, so that titles above a table and notes below it can be read as well.

    Raises
    ------
    UnreadableError
        The bytes are not text, or too many.
    """
    text, remarks = _decoded(content), []
    if text.lower().startswith("sep=") and len(text) > len("sep=x"):
        delimiter = text[len("sep=")]
        text = text.partition("\n")[2]
    else:
        delimiter = _delimiter(text)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            expect_size(len(rows), len(row))
    except csv.Error as error:
        raise UnreadableError("it is not a csv file") from error
    rows = [row for row in rows if any(map(str.strip, row))]
    if not rows:
        raise UnreadableError("it is empty")
    if len({len(row) for row in rows}) > 1:
        remarks.append("its rows do not all have the same number of columns")
    expect_size(len(rows), max(map(len, rows)))
    filled = tuple(zip(*zip_longest(*rows, fillvalue=""), strict=True))
    return Sheet(rows=filled, european=delimiter == ";"), tuple(remarks)


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BOMS.items() if content.startswith(mark)), "")
    if not encoding and b"\x00" in content:
        raise UnreadableError("it is not a text file")
    try:
        return content.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The separator that most lines agree on: the same number of it, and at least one."""
    lines = [line for line in text.splitlines()[: 5 * _LINES_LOOKED_AT] if line.strip()][:_LINES_LOOKED_AT]

    def agreement(sign: str) -> tuple[int, int]:
        numbers = [line.count(sign) for line in lines if line.count(sign)]
        most = max(numbers.count(number) for number in set(numbers)) if numbers else 0
        return most, max(numbers, default=0)

    # Of two that all lines agree on, the semicolon: commas are decimal signs then.
    return max(";\t,|", key=lambda sign: (agreement(sign)[0], sign == ";", agreement(sign)[1]))
