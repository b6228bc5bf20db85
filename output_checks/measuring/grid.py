"""The cells of a table: for each margin, every combination of the categories that occur."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.pairs import Codes
from output_checks.model.evidence import Cell, Floats

TOTAL = "Total"
MISSING = "(missing)"
_CELL_LIMIT = 2_000_000
_NARROW = 2**16


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """All cells of a table, in the order in which people read them: by category, a total after what it sums."""

    by: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    codes: tuple[Codes, ...]
    n_rows: int
    margins: tuple[tuple[bool, ...], ...]
    """Each margin as a choice of the variables that it keeps; the first keeps all."""
    cells: tuple[Cell, ...]
    order: Codes | None
    """Where each cell is among those of all margins one after the other; None where it is the same order."""

    @classmethod
    def of(cls, data: pd.DataFrame, *, by: Sequence[str], margins: bool) -> "Grid":
        """The cells of a table by these columns.

        Raises
        ------
        InputError
            Categories cannot be told apart in print, or there would be more than two million cells.
        """
        coded = [categories(data[name], name) for name in by]
        labels = tuple(label for _, label in coded)
        size = prod(len(label) + margins for label in labels)
        if size > _CELL_LIMIT:
            raise InputError(
                f"The table would have {size:,} cells, more than {_CELL_LIMIT:,}.", remedy="fewer or coarser variables"
            )
        total = (None,) if margins else ()
        cells = tuple(product(*[(*label, *total) for label in labels]))
        kept = tuple(product([True, False], repeat=len(by))) if margins else ((True,) * len(by),)
        grid = cls(
            by=tuple(by),
            labels=labels,
            codes=tuple(code for code, _ in coded),
            n_rows=len(data),
            margins=kept,
            cells=cells,
            order=None,
        )
        return grid if not margins else cls(**{**vars(grid), "order": grid._reading_order()})

    def size(self, margin: tuple[bool, ...]) -> int:
        return prod(len(label) for label, keep in zip(self.labels, margin, strict=True) if keep)

    def members(self, margin: tuple[bool, ...]) -> Codes:
        """For each row, its cell within this margin."""
        cell = np.zeros(self.n_rows, dtype=np.int32)
        for label, code, keep in zip(self.labels, self.codes, margin, strict=True):
            if keep:
                cell *= len(label)
                cell += code.astype(np.int32, copy=False)
        return cell

    def in_order(self, parts: Sequence[Floats]) -> Floats:
        """One number per cell from the numbers of each margin."""
        return parts[0] if self.order is None else np.concatenate(parts)[self.order]

    def lines(self, variable: int) -> tuple[Codes, Floats]:
        """Per cell the line through it along a variable, and 1 where it is a part of the line, 0 where its total."""
        sizes = [len(label) + (self.order is not None) for label in self.labels]
        places = np.unravel_index(np.arange(len(self.cells)), sizes) if sizes else ()
        line = np.zeros(len(self.cells), dtype=np.int64)
        for position, (place, size) in enumerate(zip(places, sizes, strict=True)):
            if position != variable:
                line = line * size + place
        return line, (places[variable] < len(self.labels[variable])).astype(float)

    def share_of_line(self, amounts: Floats, variable: int) -> Floats:
        """Each cell's amount as a share of its line along a variable; 0 for a margin of that variable."""
        line, part = self.lines(variable)
        totals = np.bincount(line, weights=amounts * part)[line]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where((part > 0) & (amounts > 0), amounts / totals, 0.0)

    def _reading_order(self) -> Codes:
        """Where each cell of the table is when the cells of the margins are put one after the other."""
        sizes = [len(label) + 1 for label in self.labels]
        places = []
        for margin in self.margins:
            own = [
                np.arange(len(label)) if keep else np.array([len(label)])
                for label, keep in zip(self.labels, margin, strict=True)
            ]
            mesh = np.meshgrid(*own, indexing="ij")
            places.append(np.ravel_multi_index([axis.ravel() for axis in mesh], sizes) if sizes else np.array([0]))
        order: Codes = np.argsort(np.concatenate(places), kind="stable")
        return order


def categories(column: "pd.Series[Any]", name: str) -> tuple[Codes, tuple[str, ...]]:
    """Code and label of each row's category, in the column's own order; missing becomes a category.

    Raises
    ------
    InputError
        The column holds lists, or categories that look the same in print or like a total.
    """
    codes, labels = _narrow_numbers(column) or _coded(column, name)
    if TOTAL in labels or MISSING in labels or len(set(labels)) < len(labels):
        raise InputError(
            f"The categories of {name!r} must differ as text, and none may be called {TOTAL!r} or {MISSING!r}.",
            remedy="rename those categories",
        )
    if (codes < 0).any():
        codes = np.where(codes < 0, len(labels), codes)
        labels.append(MISSING)
    return codes, tuple(labels)


def _narrow_numbers(column: "pd.Series[Any]") -> tuple[Codes, list[str]] | None:
    """Codes and labels of whole numbers that are close together, without sorting or hashing; None for other columns."""
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iu" or not len(column):
        return None
    numbers = column.to_numpy()
    low, high = int(numbers.min()), int(numbers.max())
    if high - low >= _NARROW:
        return None
    if numbers.dtype.itemsize <= 2:  # the span of a narrow type need not fit it
        numbers = numbers.astype(np.int32)
    offset = (numbers - numbers.dtype.type(low) if low else numbers).astype(np.int32, copy=False)
    found = np.zeros(high - low + 1, dtype=bool)
    found[offset] = True
    labels = [str(low + int(gap)) for gap in np.flatnonzero(found)]
    if found.all():
        return offset, labels
    return (np.cumsum(found) - 1).astype(np.int32)[offset], labels


def _coded(column: "pd.Series[Any]", name: str) -> tuple[Codes, list[str]]:
    if column.dtype == object and column.map(lambda value: isinstance(value, list | dict | set | np.ndarray)).any():
        raise InputError(f"{name!r} holds lists, not categories.", remedy="a column with one category per record")
    try:
        category = column.astype("category").cat.remove_unused_categories()
    except (TypeError, ValueError) as error:  # the latter of texts that cannot be written
        raise InputError(
            f"{name!r} holds objects that are no categories.", remedy="a column with one category per record"
        ) from error
    return np.asarray(category.cat.codes, dtype=np.int32), [str(label) for label in category.cat.categories]
