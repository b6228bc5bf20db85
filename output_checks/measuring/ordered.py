"""Values in order within each cell, from which positions, end points, modes and distinct values are read."""

from dataclasses import dataclass

import numpy as np

from output_checks.measuring.units import AT_ONCE, Codes
from output_checks.model.evidence import Flags, Floats

_SAME = 1e-11
"""Values that differ by less than this share are one value: 0.3 and 0.1 + 0.2."""
_CELLS_ONE_BY_ONE = 200_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Ordered:
    """Values by cell, ascending within each. Cell `c` has `values[starts[c] : starts[c] + count[c]]`."""

    values: Floats
    starts: Codes
    count: Codes

    @classmethod
    def of(cls, values: Floats, cell: Codes, n_cells: int, *, order: Codes | None = None) -> "Ordered":
        """Put values in order; `cell` is the cell of each, from 0 to `n_cells` - 1. `order` is by cell, where known."""
        count = np.bincount(cell, minlength=n_cells)
        starts = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
        if n_cells > _CELLS_ONE_BY_ONE:
            return cls(values=values[np.lexsort((values, cell))], starts=starts, count=count)
        ordered = values[by_cell(cell, n_cells) if order is None else order]
        for start, length in zip(starts[count > 1].tolist(), count[count > 1].tolist(), strict=True):
            ordered[start : start + length].sort()
        return cls(values=ordered, starts=starts, count=count)

    @property
    def distinct(self) -> Floats:
        """Different values per cell."""
        found = np.zeros(len(self.count))
        filled = self.count > 0
        if filled.any():
            found[filled] = np.add.reduceat(self._new(), self.starts[filled], dtype=np.int64)
        return found

    @property
    def minimum(self) -> Floats:
        return self.at(np.zeros(len(self.count), dtype=np.int64))

    @property
    def maximum(self) -> Floats:
        return self.at(self.count - 1)

    def quantile(self, share: float) -> tuple[Floats, Floats, Floats]:
        """The percentile at this share (0–1), between which two values it lies, NaN for empty cells.

        Linear interpolation between order statistics at (n − 1) × share, as numpy and pandas do by default (definition
        7 of Hyndman & Fan 1996).
        """
        place = np.maximum(self.count - 1, 0) * share
        below = np.floor(place + 1e-9)
        weight = np.maximum(place - below, 0.0)
        lower = self.at(below.astype(np.int64))
        upper = self.at(np.minimum(below + (weight > 1e-9), np.maximum(self.count - 1, 0)).astype(np.int64))
        between = lower + (upper - lower) * weight
        return np.where(lower == upper, lower, between), lower, upper

    def mode(self) -> tuple[Floats, Floats]:
        """Per cell the most common value, the lowest of several, and how many records have it; NaN and 0 for none."""
        new = self._new()
        (first,) = np.nonzero(new)
        if not len(first):
            return np.full(len(self.count), np.nan), np.zeros(len(self.count))
        lengths = np.diff(np.append(first, len(new)))
        owner = np.repeat(np.arange(len(self.count)), self.distinct.astype(np.int64))
        most = np.zeros(len(self.count))
        np.maximum.at(most, owner, lengths.astype(float))
        value = np.full(len(self.count), np.nan)
        at_most = np.flatnonzero(lengths == most[owner])[::-1]
        value[owner[at_most]] = self.values[first[at_most]]
        return value, most

    def majority(self) -> Floats:
        """Per cell the value that more than half of its records have; NaN where there is none.

        Such a value is the middle one, and also that a quarter from one end or the other.
        """
        middle = self.at(self.count // 2)
        maybe = same_value(self.at(self.count // 4), middle) | same_value(self.at(3 * self.count // 4), middle)
        found = np.full(len(self.count), np.nan)
        for cell in np.flatnonzero(maybe & (self.count > 0)):
            inside = self.values[self.starts[cell] : self.starts[cell] + self.count[cell]]
            if 2 * np.count_nonzero(same_value(inside, middle[cell])) > self.count[cell]:
                found[cell] = middle[cell]
        return found

    def at(self, offset: Codes) -> Floats:
        """The value at this place within each cell; NaN for empty cells."""
        if not len(self.values):
            return np.full(len(self.count), np.nan)
        places = np.clip(self.starts + offset, 0, len(self.values) - 1)
        return np.where(self.count > 0, self.values[places], np.nan)

    def _new(self) -> Flags:
        """True where a cell begins, or a value that is another than the one before."""
        new = np.ones(len(self.values), dtype=bool)
        for start in range(1, len(new), AT_ONCE):  # a part at a time stays in the fast memory of the machine
            here = slice(start, min(start + AT_ONCE, len(new)))
            before = slice(here.start - 1, here.stop - 1)
            new[here] = ~same_value(self.values[here], self.values[before])
        if len(new):
            new[self.starts[self.count > 0]] = True
        return new


def same_value(one: Floats, other: Floats) -> Flags:
    """Whether numbers are equal but for noise of calculation."""
    return np.asarray(np.abs(one - other) <= _SAME * np.abs(other))


def by_cell(cell: Codes, n_cells: int) -> Codes:
    """An order of records by cell. Sixteen bits at a time, for which numpy sorts by counting."""
    low = np.argsort(cell.astype(np.uint16), kind="stable")  # the lowest sixteen bits
    if n_cells <= 2**16:
        return low
    high = np.argsort((cell >> 16).astype(np.uint16)[low], kind="stable")
    return low[high]
