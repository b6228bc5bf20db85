"""Units in cells: which (cell, unit) pairs there are, what each unit brings to a cell, and the largest of them.

Distinct units are counted without sorting records against each other: by a table of all pairs where that is small, and
otherwise by one argsort of whole numbers, after which everything is a sum over runs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from output_checks.measuring.units import AT_ONCE, Codes
from output_checks.model.evidence import Flags, Floats

__all__ = ["Codes", "Pairs", "distinct_units", "number_by_cell", "sums_by_cell", "two_largest"]

_ONE_BY_ONE = 100
"""Records per cell from which the units of one cell after the other are put in order."""
_SMALL_TABLE = 2**20
_PLACES_PER_RECORD = 2
"""Pairs are counted in a table of all possible ones where that is small, or has at most so many places per record."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """The pairs of a cell and a unit that occur, each once. `owner` is the cell of each pair."""

    owner: Codes
    n_cells: int
    _index: Codes | None = None
    _order: Codes | None = None
    _starts: Codes | None = None

    @classmethod
    def of(cls, cell: Codes, unit: Codes, *, n_cells: int, unique: bool = False, order: Codes | None = None) -> "Pairs":
        """Pairs of records. `unique` says that no unit has two records, so that every record is a pair by itself.

        `order` is an order of the records by cell, where it is known.
        """
        if unique or len(cell) == 0:
            return cls(owner=cell, n_cells=n_cells)
        n_units = int(unit.max()) + 1
        if _fits_table(n_cells * n_units, len(cell)):
            return cls._in_table(cell, unit, n_cells, n_units)
        if order is not None and len(cell) >= _ONE_BY_ONE * n_cells:
            return cls._within_cells(cell, unit, n_cells, order)
        key = _keys(cell, unit, n_units)
        order = np.argsort(key)
        key = key[order]
        starts = _starts(key)
        return cls(owner=key[starts] // n_units, n_cells=n_cells, _order=order, _starts=starts)

    @classmethod
    def _in_table(cls, cell: Codes, unit: Codes, n_cells: int, n_units: int) -> "Pairs":
        """By a table with a place for every pair that can be thought of."""
        key = _keys(cell, unit, n_units)
        found = np.zeros(n_cells * n_units, dtype=bool)
        found[key] = True
        (pairs,) = np.nonzero(found)
        place = np.zeros(len(found), dtype=np.int32)
        place[pairs] = np.arange(len(pairs), dtype=np.int32)
        return cls(owner=pairs // n_units, n_cells=n_cells, _index=place[key])

    @classmethod
    def _within_cells(cls, cell: Codes, unit: Codes, n_cells: int, order: Codes) -> "Pairs":
        """By the units of each cell put in order: a cell at a time fits the fast memory of the machine."""
        order, units = order.copy(), unit[order]
        ends = np.cumsum(np.bincount(cell, minlength=n_cells))
        for end, start in zip(ends.tolist(), [0, *ends[:-1].tolist()], strict=True):
            inner = units[start:end].argsort()
            units[start:end] = units[start:end][inner]
            order[start:end] = order[start:end][inner]
        first = np.ones(len(units), dtype=bool)
        first[1:] = units[1:] != units[:-1]
        first[ends[:-1][ends[:-1] < len(units)]] = True
        starts = np.flatnonzero(first)
        number = np.diff(np.searchsorted(starts, np.concatenate([[0], ends])))
        owner = np.repeat(np.arange(n_cells, dtype=np.int32), number)
        return cls(owner=owner, n_cells=n_cells, _order=order, _starts=starts)

    @cached_property
    def units(self) -> Floats:
        """Distinct units per cell."""
        return number_by_cell(self.owner, self.n_cells)

    def sums(self, values: Floats) -> Floats:
        """What each pair's records add up to; one value per record is given."""
        if self._order is not None and self._starts is not None:
            return np.asarray(np.add.reduceat(values[self._order], self._starts), dtype=float)
        if self._index is not None:
            return sums_by_cell(self._index, values, len(self.owner))
        return values

    def sizes(self, values: Floats) -> Floats:
        """The absolute value of what each pair's records add up to, in memory of its own."""
        sums = self.sums(values)
        return np.abs(sums, out=None if sums is values else sums)

    def units_with(self, flags: Flags) -> Floats:
        """Distinct units per cell that have a record with this flag."""
        if flags.all():
            return self.units
        return number_by_cell(self.owner[self.sums(flags.astype(float)) > 0], self.n_cells)


def sums_by_cell(cell: Codes, amounts: Floats, n_cells: int) -> Floats:
    """Per cell, what the amounts in it add up to."""
    return _by_parts(cell, amounts, n_cells)


def number_by_cell(cell: Codes, n_cells: int) -> Floats:
    """Per cell, how many there are in it."""
    return _by_parts(cell, None, n_cells)


def distinct_units(cell: Codes, unit: Codes, *, n_cells: int) -> Floats:
    """Distinct units per cell."""
    if len(cell) == 0:
        return np.zeros(n_cells)
    n_units = int(unit.max()) + 1
    key = _keys(cell, unit, n_units)
    if _fits_table(n_cells * n_units, len(cell)):
        found = np.zeros(n_cells * n_units, dtype=bool)
        found[key] = True
        return np.asarray(np.count_nonzero(found.reshape(n_cells, n_units), axis=1), dtype=float)
    key.sort()
    return number_by_cell(key[_starts(key)] // n_units, n_cells)


def two_largest(sizes: Floats, owner: Codes, n_cells: int) -> tuple[Floats, Floats]:
    """The largest and second-largest of `sizes`, which are at least 0, within each cell; 0 where there is none."""
    largest, second, first = np.zeros(n_cells), np.zeros(n_cells), np.full(n_cells, -1, dtype=np.int64)
    np.maximum.at(largest, owner, sizes)
    for start in range(0, len(sizes), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        (at_top,) = np.nonzero(sizes[here] == largest[owner[here]])
        at_top = at_top[first[owner[here][at_top]] < 0][::-1]
        first[owner[here][at_top]] = at_top + start
    first = first[first >= 0]
    kept = sizes[first]
    sizes[first] = 0.0  # for a moment, instead of a copy of all
    np.maximum.at(second, owner, sizes)
    sizes[first] = kept
    return largest, second


def _by_parts(cell: Codes, amounts: Floats | None, n_cells: int) -> Floats:
    """numpy.bincount, a part of the records at a time, because it makes wide copies of narrow numbers."""
    found, step = np.zeros(n_cells), max(AT_ONCE, 4 * n_cells)
    for start in range(0, len(cell), step):
        here = slice(start, start + step)
        found += np.bincount(cell[here], weights=None if amounts is None else amounts[here], minlength=n_cells)
    return found


def _fits_table(places: int, records: int) -> bool:
    return places <= max(_SMALL_TABLE, _PLACES_PER_RECORD * records)


def _starts(ordered: Codes) -> Codes:
    """Where each run of equal numbers begins."""
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.flatnonzero(first)


def _keys(cell: Codes, unit: Codes, n_units: int) -> npt.NDArray[np.int64]:
    key = cell.astype(np.int64)
    key *= n_units
    key += unit
    return key
