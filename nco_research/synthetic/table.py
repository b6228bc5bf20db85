"""A table on its way to a file: columns of fixed-width text, of a few texts that recur, or of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Rows: TypeAlias = "npt.NDArray[np.integer] | npt.NDArray[np.bool_] | slice"
_DAY_ZERO = np.datetime64("1970-01-01", "D")
NEVER = np.int32(60_000)
"""The day number, in 2134, that stands for no end."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """One variable, whose `values` are held in one of three ways.

    Text is bytes of cp1252 of one width (`S9`); text that recurs is positions in `texts`; numbers have NaN where
    nothing is known.
    """

    values: npt.NDArray[np.generic]
    texts: tuple[str, ...] | None = None
    decimals: int = 0
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Value labels, which only .sav files can hold."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_number(self) -> bool:
        """Whether it is a number, and no text."""
        return self.texts is None and self.values.dtype.kind != "S"

    @property
    def numbers(self) -> npt.NDArray[np.float64]:
        """Numbers as doubles."""
        return self.values.astype(np.float64)

    def take(self, rows: Rows) -> "Column":
        """The column for some rows."""
        return replace(self, values=self.values[rows])

    def described(self, label: str, labels: Mapping[str, str]) -> "Column":
        """The column with a label, and with labels for those values that it can have."""
        known = {item: labels[item.strip()] for item in self.texts or () if item.strip() in labels}
        return replace(self, label=label, labels=known)

    def as_bytes(self) -> npt.NDArray[np.bytes_]:
        """Text as bytes of cp1252 of one width."""
        if self.texts is None:
            return self.values.astype(np.bytes_, copy=False)
        encoded = np.array([item.encode("cp1252") for item in self.texts] or [b""], dtype=np.bytes_)
        return encoded[self.values.astype(np.intp, copy=False)]

    def as_arrow(self) -> pa.Array:
        """Text as Arrow strings, numbers as whole numbers or doubles with missing ones as nulls."""
        if self.texts is not None:
            indices = pa.array(self.values.astype(np.int32))
            return pa.DictionaryArray.from_arrays(indices, pa.array(self.texts, pa.string())).cast(pa.string())
        if not self.is_number:
            return _strings(self.as_bytes())
        if self.values.dtype.kind in "iu":
            return pa.array(self.values)
        numbers = self.numbers
        missing = np.isnan(numbers)
        if self.decimals == 0:
            return pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=missing)
        return pa.array(np.round(numbers, self.decimals), mask=missing)


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Named columns of equal length."""

    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def take(self, rows: Rows) -> "Table":
        """Some of the rows."""
        return Table(columns={name: column.take(rows) for name, column in self.columns.items()})

    def followed_by(self, other: "Table") -> "Table":
        """The rows of two tables with the same columns of text."""
        return Table(
            columns={
                name: text(np.r_[column.as_bytes(), other.columns[name].as_bytes()], label=column.label)
                for name, column in self.columns.items()
            }
        )

    def with_columns(self, **columns: Column) -> "Table":
        """Columns replaced or added."""
        return Table(columns={**self.columns, **columns})


def text(values: npt.NDArray[np.bytes_], *, label: str = "") -> Column:
    """A column of bytes of one width."""
    return Column(values=values, label=label)


def coded(codes: npt.NDArray[np.integer], texts: tuple[str, ...] | list[str], *, label: str = "") -> Column:
    """A column of texts that recur."""
    return Column(values=codes, texts=tuple(texts), label=label)


def constant(value: str, rows: int, *, label: str = "") -> Column:
    """The same text in every row."""
    return Column(values=np.zeros(rows, dtype=np.int8), texts=(value,), label=label)


def number(values: npt.NDArray[np.number], *, decimals: int = 0, label: str = "") -> Column:
    """A column of numbers, with NaN where nothing is known."""
    return Column(values=values, decimals=decimals, label=label)


def dates(days: npt.NDArray[np.integer], *, open_end: str = "", label: str = "") -> Column:
    """Days since 1 January 1970 as YYYYMMDD; from `NEVER` on as `open_end`."""
    if not len(days):
        return coded(np.zeros(0, dtype=np.int32), ("",), label=label)
    finite = days[days < NEVER]
    first, last = (int(finite.min()), int(finite.max())) if len(finite) else (0, 0)
    span = (_DAY_ZERO + np.arange(first, last + 1)).astype("datetime64[D]").astype(str)
    texts = [day.replace("-", "") for day in span.tolist()]
    codes = np.where(days < NEVER, days - first, len(texts)).astype(np.int32)
    return coded(codes, [*texts, open_end], label=label)


def day(year: int, month: int, day_of_month: int) -> int:
    """Days since 1 January 1970."""
    return int((np.datetime64(f"{year:04d}-{month:02d}-{day_of_month:02d}", "D") - _DAY_ZERO).astype(int))


def padded(numbers: npt.NDArray[np.integer], width: int) -> npt.NDArray[np.bytes_]:
    """Numbers as digits with leading zeros."""
    if not len(numbers):
        return np.zeros(0, dtype=f"S{width}")
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = np.empty((len(numbers), width), dtype=np.uint8)
    values = numbers.astype(np.int64)
    for place, power in enumerate(powers):
        digits[:, place] = values // power % 10 + ord("0")
    return digits.view(f"S{width}").ravel()


def _strings(values: npt.NDArray[np.bytes_]) -> pa.Array:
    """Bytes as Arrow strings; without a copy where every value fills the width."""
    width = values.dtype.itemsize
    content = np.ascontiguousarray(values)
    if len(content) and width * len(content) < 2**31 and content.view(np.uint8).min() > 0:
        offsets = np.arange(len(content) + 1, dtype=np.int32) * width
        return pa.StringArray.from_buffers(len(content), pa.py_buffer(offsets), pa.py_buffer(content))
    return pa.array(content.tolist(), pa.binary()).cast(pa.string())
