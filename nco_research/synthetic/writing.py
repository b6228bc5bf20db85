"""Write a table as .sav, as csv the Dutch way (`;`, decimal comma, cp1252, CRLF) or as parquet, whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from nco_research.synthetic.spss import write_sav
from nco_research.synthetic.table import Column, Table
from output_checks.errors import InputError

_ROWS_AT_ONCE = 1 << 18


def write_table(path: Path, table: Table) -> int:
    """Write a table in the format of its file's extension; returns the size in bytes.

    Raises
    ------
    InputError
        The file cannot be written; nothing is left behind.
    """
    writers: dict[str, Callable[[Path, Table], None]] = {
        ".sav": write_sav,
        ".csv": write_csv,
        ".parquet": write_parquet,
    }
    return whole(path, lambda temporary: writers[path.suffix.lower()](temporary, table))


def whole(path: Path, write: Callable[[Path], None]) -> int:
    """Write to a temporary name in the same folder, then rename; returns the size in bytes.

    Raises
    ------
    InputError
        The file cannot be written; nothing is left behind.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
        return path.stat().st_size
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}).", remedy="a folder with room that you may write to"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_parquet(path: Path, table: Table) -> None:
    """Write parquet; the same table gives the same bytes."""
    arrow = pa.table({name: column.as_arrow() for name, column in table.columns.items()})
    parquet.write_table(arrow, path, compression="zstd", compression_level=1)


def write_csv(path: Path, table: Table) -> None:
    """Write csv; text is quoted only where a semicolon, quote or line end is in some of it."""
    with path.open("wb") as file:
        file.write((";".join(table.columns) + "\r\n").encode("cp1252"))
        for start in range(0, len(table), _ROWS_AT_ONCE):
            file.write(csv_lines(table.take(slice(start, start + _ROWS_AT_ONCE))))


def csv_lines(table: Table) -> bytes:
    """The rows of a table without a header, ready for a csv file."""
    arrow = pa.table({name: _for_csv(column) for name, column in table.columns.items()})
    try:
        lines = _lines(arrow, quoting="none")
    except pa.ArrowInvalid:
        lines = _lines(arrow, quoting="needed")
    content: bytes = lines.replace(b"\n", b"\r\n")
    return content if content.isascii() else content.decode("utf-8").encode("cp1252")


def _lines(arrow: pa.Table, *, quoting: str) -> bytes:
    lines = pa.BufferOutputStream()
    csv.write_csv(arrow, lines, csv.WriteOptions(include_header=False, delimiter=";", quoting_style=quoting))
    written: bytes = lines.getvalue().to_pybytes()
    return written


def _for_csv(column: Column) -> pa.Array:
    if not column.is_number or column.decimals == 0:
        return column.as_arrow()
    missing = np.isnan(column.numbers)
    scale = 10**column.decimals
    scaled = np.round(np.where(missing, 0, column.numbers) * scale).astype(np.int64)
    lowest, highest = (int(scaled.min()), int(scaled.max())) if len(scaled) else (0, 0)
    texts = pa.array(_with_comma(range(lowest, highest + 1), column.decimals), pa.string())
    indices = pa.array((scaled - lowest).astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, texts).cast(pa.string())


def _with_comma(numbers: Iterable[int], decimals: int) -> list[str]:
    return [f"{value / 10**decimals:.{decimals}f}".replace(".", ",") for value in numbers]
