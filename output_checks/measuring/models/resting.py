"""Whom each column of a model sets apart, in what explains and in what is explained."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from output_checks.measuring.models.fitted import Explains, Fitted
from output_checks.measuring.models.implicit import (
    Counting,
    Levels,
    Patterns,
    away_from_common,
    distinct,
    rarest_level,
)
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Flags, Floats

_STILL = 1e-8
_TAKES_PART = 1e-6
_MOST_CANDIDATES = 2_000
_MOST_PATTERNS = 50
_PerColumn: TypeAlias = Floats
"""One number per column of the design, and last what holds of all: for parameters without a column (`NO_COLUMN`)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resting:
    """A model's columns and outcome as levels, and the groups that they set apart; only records that have weight."""

    fitted: Fitted
    weighed: Flags
    columns: dict[int, Levels]
    instruments: tuple[Levels, ...]
    outcome: Levels
    patterns: Patterns

    @classmethod
    def of(cls, fitted: Fitted, weighed: Flags) -> "Resting":
        # Column after column is looked at, so each is laid out in one piece.
        design = np.asfortranarray(fitted.design if weighed.all() else fitted.design[weighed])
        columns = {position: Levels.of(column) for position, column in enumerate(design.T)}
        others = () if fitted.instruments is None else fitted.instruments[weighed].T
        return cls(
            fitted=fitted,
            weighed=weighed,
            columns=columns,
            instruments=tuple(Levels.of(column) for column in others),
            outcome=Levels.of(fitted.outcome[weighed]),
            patterns=Patterns.of(design, columns, effects=fitted.effects > 0),
        )

    def units_behind(self, units: Codes) -> tuple[_PerColumn, _PerColumn]:
        """Per column, the units of the rarest group that it sets apart, and of the rarest that it nearly does.

        Every coefficient of a model that explains who is among three pupils, or that stands on an instrument of three
        pupils, describes those three; so what is rare in the outcome or an instrument is rare in every column.
        """
        everywhere = min([self._rare_outcome(units), *(away_from_common(one, units) for one in self.instruments)])
        own = [min(self._own(position, units), everywhere) for position in self.columns]
        rare = self._in_combinations(units, np.array([*own, everywhere]))
        nearly = [self._three_values(column, units) for column in self.columns.values()]
        return rare, np.minimum([*nearly, np.inf], self._few_outcomes(units))

    def unexplained(self) -> _PerColumn:
        """The share that the model leaves; 0 for a dummy of whom a model of chances knows the outcome for certain."""
        left = np.full(len(self.columns) + 1, self.fitted.unexplained)
        if self.fitted.explains is not Explains.NUMBER:
            everybody = np.arange(len(self.outcome.codes))
            for position, high in self._dummies():
                sides = _rarest(self._outcomes_among(high, everybody))
                left[position] = 0.0 if sides.min() == 0 else left[position]
        elif self.patterns.everything:
            left[self._of_one_outcome()] = 0.0
        return left

    def _of_one_outcome(self) -> list[int]:
        """With nothing but columns of few values, those that set apart a group in which all outcomes are the same."""
        patterns = self.patterns
        chosen, flags = patterns.dummies
        outcomes = Counting.of(patterns.code, self.outcome.codes)
        found = [
            column
            for number, column in enumerate(chosen)
            if min(outcomes.in_group(flags[:, number]), outcomes.in_group(~flags[:, number])) == 1
        ]
        alone = patterns.spanned()
        same = alone[outcomes.in_each(len(patterns.records))[alone] == 1]
        for pattern in same[:_MOST_PATTERNS]:
            found += self._columns_of(int(pattern))
        return [patterns.columns[column] for column in set(found)]

    def _own(self, position: int, units: Codes) -> float:
        """Where effects are absorbed, a column sets apart whoever still varies."""
        behind = away_from_common(self.columns[position], units)
        column = self.columns[position].values
        if not self.fitted.effects or len(column) == 1 or position >= self.fitted.within.shape[1]:
            return behind
        within = self.fitted.within[self.weighed, position]
        return min(behind, distinct(units, np.abs(within) > _STILL * max(float(np.abs(column).max()), 1.0)))

    def _rare_outcome(self, units: Codes) -> float:
        match self.fitted.explains:
            case Explains.CATEGORY:
                return rarest_level(self.outcome, units) if len(self.outcome.values) > 1 else 0.0
            case Explains.EVENT:
                return distinct(units, self._positive)
            case _:
                return away_from_common(self.outcome, units)

    @property
    def _positive(self) -> Flags:
        return (self.outcome.values > 0)[self.outcome.codes]

    def _in_combinations(self, units: Codes, rare: _PerColumn) -> _PerColumn:
        """The units of each column after what columns together set apart: pairs, reference groups, whole patterns."""
        patterns = self.patterns
        if not patterns.columns:
            return rare
        rare = rare.copy()
        counting = Counting.of(patterns.code, units)
        most = float(np.bincount(units).max(initial=1))
        candidates = [
            (float(patterns.records[members].sum()), columns, members) for columns, members in patterns.groups()
        ]
        for number, (records, columns, members) in enumerate(sorted(candidates, key=lambda item: item[0])):
            behind = counting.in_group(members) if number < _MOST_CANDIDATES else np.ceil(records / most)
            self._lower(rare, columns, behind)
        spanned = patterns.spanned()
        if len(spanned):
            in_each = counting.in_each(len(patterns.records))
            if patterns.everything and (split := self._by_outcome(units)) is not None:
                in_each = np.minimum(in_each, split)
            for pattern in spanned[in_each[spanned].argsort()][:_MOST_PATTERNS]:
                self._lower(rare, self._columns_of(int(pattern)), float(in_each[pattern]))
        return rare if not patterns.everything else self._shares(units, rare)

    def _lower(self, rare: _PerColumn, columns: tuple[int, ...], behind: float) -> None:
        positions = [self.patterns.columns[column] for column in columns]
        rare[positions] = np.minimum(rare[positions], behind)

    def _columns_of(self, pattern: int) -> tuple[int, ...]:
        """The columns whose combination is the pattern's indicator."""
        matrix = self.patterns.matrix
        constant = np.full((len(matrix), 1), float(self.patterns.effects))
        weights = np.linalg.lstsq(np.hstack([matrix, constant]), np.arange(len(matrix)) == pattern, rcond=None)[0][:-1]
        return tuple(int(column) for column in np.flatnonzero(np.abs(weights) > _TAKES_PART))

    @property
    def _shares_of_outcome(self) -> bool:
        """Whether coefficients of dummies are shares: the outcome has two values, or is a category."""
        return len(self.outcome.values) == 2 or self.fitted.explains is Explains.CATEGORY

    def _by_outcome(self, units: Codes) -> Floats | None:
        """Per pattern, the units in its rarest outcome, those that do not occur included."""
        if not self._shares_of_outcome:
            return None
        n_patterns, n_levels = len(self.patterns.records), len(self.outcome.values)
        counting = Counting.of(self.patterns.code * n_levels + self.outcome.codes, units)
        return _rarest(counting.in_each(n_patterns * n_levels).reshape(n_patterns, n_levels))

    def _shares(self, units: Codes, rare: _PerColumn) -> _PerColumn:
        """With nothing but dummies, the outcomes on both sides of each of them are counted as well."""
        if self._shares_of_outcome and all(len(column.values) <= 2 for column in self.columns.values()):
            for position, high in self._dummies():
                sides = _rarest(np.array([self._cells(high, units), self._cells(~high, units)]))
                rare[position] = min(rare[position], sides.min())
        return rare

    def _dummies(self) -> list[tuple[int, Flags]]:
        """Each column of two values, and the rows at its rarer one."""
        chosen, flags = self.patterns.dummies
        return [
            (self.patterns.columns[position], flags[self.patterns.code, number])
            for number, position in enumerate(chosen)
        ]

    def _cells(self, mask: Flags, units: Codes) -> list[float]:
        return [distinct(units, mask & (self.outcome.codes == code)) for code in range(len(self.outcome.values))]

    def _outcomes_among(self, high: Flags, units: Codes) -> Floats:
        """Units at each outcome that a model of chances tells of, a row for either side of a dummy.

        Of counts and events those above zero, beside as many as cannot be few.
        """
        if self.fitted.explains is Explains.CATEGORY:
            return np.array([self._cells(high, units), self._cells(~high, units)])
        return np.array([[distinct(units, side & self._positive), np.inf] for side in (high, ~high)])

    def _few_outcomes(self, units: Codes) -> _PerColumn:
        """A model of chances nearly tells how many behind a dummy have the outcome."""
        few = np.full(len(self.columns) + 1, np.inf)
        if self.fitted.explains is not Explains.NUMBER:
            for position, high in self._dummies():
                cells = self._outcomes_among(high, units)
                few[position] = cells[cells > 0].min(initial=np.inf)
        return few

    def _three_values(self, column: Levels, units: Codes) -> float:
        """A column of three values may be a dummy under other numbers: the units at its rarest."""
        return rarest_level(column, units) if len(column.values) == 3 else np.inf


def _rarest(cells: Floats) -> Floats:
    """Per row, the fewest in a cell that has any; 0 where all are in one cell, which tells everyone's."""
    some = cells > 0
    fewest = np.where(some, cells, np.inf).min(axis=1)
    return np.where(some.sum(axis=1) > 1, fewest, 0.0)
