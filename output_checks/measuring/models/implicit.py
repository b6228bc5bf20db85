"""Implicit frequency tables: the groups that a model's columns set apart, whether or not anybody prints their counts.

A coefficient tells of a group exactly where the group's indicator is a combination of the columns: of one column, of
two (one dummy less another that lies in it), of a set of dummies that exclude each other (the reference group), or of
all columns of few values (a pattern that the model fits by itself, as in a saturated model).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.measuring.models.leverage import hat_values, spanning
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Flags, Floats

_MOST_LEVELS = 20
_SPANNED = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class Levels:
    """The values of one column: a number per row, and for each number the value and how many rows have it."""

    codes: Codes
    values: Floats
    records: Codes

    @property
    def few(self) -> bool:
        return len(self.values) <= _MOST_LEVELS

    @classmethod
    def of(cls, column: Floats) -> "Levels":
        low, high = column.min(initial=np.inf), column.max(initial=-np.inf)
        at_high = column == high
        if low < high and bool((at_high | (column == low)).all()):  # a dummy, which needs no hashing
            ones = int(np.count_nonzero(at_high))
            records = np.array([len(column) - ones, ones])
            return cls(codes=at_high.astype(np.int64), values=np.array([low, high]), records=records)
        codes, values = pd.factorize(column)
        return cls(codes=codes, values=np.asarray(values, dtype=float), records=np.bincount(codes))


def distinct(units: Codes, mask: Flags | None = None) -> float:
    """How many different units there are among the rows of the mask."""
    chosen = units if mask is None else units[mask]
    return float(np.count_nonzero(np.bincount(chosen))) if len(chosen) else 0.0


def away_from_common(column: Levels, units: Codes) -> float:
    """Distinct units away from the column's most common value; of a two-valued column, at either, whichever is fewer.

    A constant column sets nobody apart: all units stand behind it.
    """
    if len(column.values) == 1:
        return distinct(units)
    common = column.codes == column.records.argmax()
    away = distinct(units, ~common)
    return min(away, distinct(units, common)) if len(column.values) == 2 else away


def rarest_level(column: Levels, units: Codes) -> float:
    """Distinct units at the value that the fewest have."""
    return min(distinct(units, column.codes == code) for code in range(len(column.values)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Patterns:
    """Rows with the same values in every column of few values, taken together. P patterns, d such columns."""

    columns: tuple[int, ...]
    """Positions in the design of the d columns."""
    code: Codes
    """Per row its pattern."""
    matrix: Floats
    """P × d, the values."""
    records: Codes
    everything: bool
    """Whether the design has no other columns, so that the pattern is all the model knows of a row."""
    effects: bool
    """Whether effects are absorbed, which the constant is one of."""

    @classmethod
    def of(cls, design: Floats, levels: dict[int, Levels], *, effects: bool) -> "Patterns":
        few = tuple(position for position, column in levels.items() if column.few)
        code = np.zeros(len(design), dtype=np.int64)
        for position in few:
            code = pd.factorize(code * len(levels[position].values) + levels[position].codes)[0]
        records = np.bincount(code)
        first = np.zeros(len(records), dtype=np.int64)
        first[code[::-1]] = np.arange(len(code))[::-1]
        matrix = design[first][:, list(few)]
        everything = len(few) == design.shape[1] and not effects
        return cls(columns=few, code=code, matrix=matrix, records=records, everything=everything, effects=effects)

    @cached_property
    def has_constant(self) -> bool:
        """Whether the columns add up to a constant, so that a group's complement is set apart as the group is."""
        if self.effects:
            return True
        combinations = spanning(self.matrix)
        parts = self.matrix @ (combinations @ (combinations.T @ self.matrix.sum(axis=0)))
        return bool(np.abs(1 - parts).max(initial=0.0) < _SPANNED)

    @cached_property
    def dummies(self) -> tuple[list[int], Flags]:
        """Which of the d columns have two values, and P × those, true at the rarer one."""
        chosen, flags = [], []
        for position in range(len(self.columns)):
            column = self.matrix[:, position]
            high = column == column.max()
            if len(np.unique(column)) == 2:
                chosen.append(position)
                # A dummy is read by its own 1; a copy under other numbers by its rarer value.
                own = set(np.unique(column)) == {0.0, 1.0} or self.records[high].sum() * 2 <= self.records.sum()
                flags.append(high if own else ~high)
        return chosen, np.array(flags, dtype=bool).T.reshape(len(self.matrix), len(chosen))

    def spanned(self) -> npt.NDArray[np.int64]:
        """Patterns whose own indicator is a combination of the columns: all of their leverage is on themselves."""
        if not self.columns:
            return np.array([], dtype=np.int64)
        extra = [np.ones((len(self.matrix), 1))] if self.effects else []
        return np.flatnonzero(hat_values(np.hstack([*extra, self.matrix])) > 1 - _SPANNED)

    def groups(self) -> Iterator[tuple[tuple[int, ...], Flags]]:
        """Groups that two dummies, or a set that exclude each other, set apart: their columns, and which patterns."""
        chosen, flags = self.dummies
        if not self.has_constant or not chosen:
            return
        counts = flags.astype(float)
        both = counts.T @ (counts * self.records[:, None])
        ones = np.diag(both)
        inside = (both == ones[:, None]) & (both < ones[None, :])  # row's group lies in column's
        for inner, outer in zip(*np.nonzero(inside), strict=True):
            yield (chosen[inner], chosen[outer]), flags[:, outer] & ~flags[:, inner]
        covering = (ones[:, None] + ones[None, :] - both == self.records.sum()) & (both > 0)
        for one, other in zip(*np.nonzero(np.triu(covering, 1)), strict=True):
            yield (chosen[one], chosen[other]), flags[:, one] & flags[:, other]
        yield from self._references(chosen, flags, both == 0)

    def _references(self, chosen: list[int], flags: Flags, apart: Flags) -> Iterator[tuple[tuple[int, ...], Flags]]:
        """Of each set of dummies that exclude each other, whoever none of them names."""
        seen: set[tuple[int, ...]] = set()
        for seed in range(len(chosen)):
            family, free = [seed], apart[seed].copy()
            for other in range(len(chosen)):
                if free[other]:
                    family.append(other)
                    free &= apart[other]
            key = tuple(sorted(family))
            rest = np.asarray(~flags[:, list(key)].any(axis=1))
            if len(key) > 1 and key not in seen and rest.any():
                yield tuple(chosen[position] for position in key), rest
            seen.add(key)


@dataclass(frozen=True, kw_only=True, eq=False)
class Counting:
    """Distinct units of one level in groups of patterns: counted once per pattern and unit, not per record."""

    pattern: Codes
    unit: Codes
    size: int

    @classmethod
    def of(cls, code: Codes, units: Codes) -> "Counting":
        size = int(units.max(initial=-1)) + 1
        pairs = pd.unique(code * size + units)
        return cls(pattern=pairs // size, unit=pairs % size, size=size)

    def in_group(self, members: Flags) -> float:
        return float(np.count_nonzero(np.bincount(self.unit[members[self.pattern]], minlength=self.size)))

    def in_each(self, n_patterns: int) -> Floats:
        return np.bincount(self.pattern, minlength=n_patterns).astype(float)
