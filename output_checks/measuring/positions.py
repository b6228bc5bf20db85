"""Percentiles, end points, whiskers and modes: values of units, and how many units stand around each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import Ordered, same_value
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.statistic import Kind, Statistic

_POSITIONS = frozenset(item for item in Statistic if item.position is not None)
WEIGHTED = frozenset(item for item in _POSITIONS if item.value.startswith("weighted "))
SMOOTHED = frozenset(item for item in _POSITIONS if item.value.startswith("smoothed "))
EXACT = _POSITIONS - WEIGHTED - SMOOTHED
SMOOTHED_OVER = 11
"""Records that a smoothed percentile is the mean of: the one in the middle and five on either side."""
_WHISKER = 1.5
"""Whiskers reach to the last value within so many times the distance of the quartiles (Tukey 1977)."""


def percentiles(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Percentiles that are asked for, with the distinct units below, above, at and between them.

    Weighted ones are not among them. Exact and smoothed ones each divide the cell by themselves.
    """
    ordered, facts_of = inside.ordered, _Around(inside)
    return facts_of.of(EXACT, ordered.quantile) | facts_of.of(SMOOTHED, _smoothed(ordered))


def weighted_percentiles(inside: Inside, weights: Floats) -> dict[Statistic, tuple[Floats, Facts]]:
    """Weighted percentiles that are asked for; the units around them are counted without weights."""
    if not WEIGHTED & set(inside.statistics):
        return {}
    order = np.lexsort((inside.records.values, inside.cell))
    values, running = inside.records.values[order], np.cumsum(weights[order])
    starts = inside.ordered.starts
    ends = starts + inside.ordered.count
    before = np.concatenate([[0.0], running])[starts]
    total = np.concatenate([[0.0], running])[ends] - before

    def quantile(share: float) -> tuple[Floats, Floats, Floats]:
        """The lowest value up to which the weights are at least this share of all."""
        reached = before + share * total
        place = np.searchsorted(running, reached - 1e-12 * np.abs(reached), side="left")
        place = np.clip(place, starts, np.maximum(ends - 1, starts))
        found = np.full(inside.n_cells, np.nan)
        found[ends > starts] = values[place[ends > starts]]
        return found, found, found

    return _Around(inside).of(WEIGHTED, quantile)


def _smoothed(ordered: Ordered) -> Callable[[float], tuple[Floats, Floats, Floats]]:
    """The mean of the eleven records around the place of a percentile, and the lowest and highest of them.

    All records of a cell that has fewer.
    """
    running = np.concatenate([[0.0], np.cumsum(ordered.values)])

    def quantile(share: float) -> tuple[Floats, Floats, Floats]:
        middle = np.floor(np.maximum(ordered.count - 1, 0) * share + 0.5 + 1e-9).astype(np.int64)
        first = np.clip(middle - SMOOTHED_OVER // 2, 0, np.maximum(ordered.count - SMOOTHED_OVER, 0))
        last = np.minimum(first + SMOOTHED_OVER, ordered.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (running[ordered.starts + last] - running[ordered.starts + first]) / (last - first)
        return mean, ordered.at(first), ordered.at(np.maximum(last - 1, 0))

    return quantile


@dataclass(frozen=True, eq=False)
class _Around:
    """Counts the units around percentiles, from the lowest percentile to the highest."""

    inside: Inside

    def of(
        self, family: frozenset[Statistic], quantile: Callable[[float], tuple[Floats, Floats, Floats]]
    ) -> dict[Statistic, tuple[Floats, Facts]]:
        """Those of one family. `quantile` gives the value at a share, and between which two values it is made."""
        asked = sorted(family & set(self.inside.statistics), key=lambda item: item.position or 0.0)
        found: dict[Statistic, tuple[Floats, Facts]] = {}
        before: Floats | None = None
        for statistic in asked:
            value, lower, upper = quantile(statistic.position or 0.0)
            if family is SMOOTHED:
                facts = self._units_from(lower, upper, FactName.SHARING)
            else:
                facts = near_or_at(self.inside, value, lower, upper)
            facts |= self._units_from(None, lower, FactName.AT_OR_BELOW)
            facts |= self._units_from(upper, None, FactName.AT_OR_ABOVE)
            until = upper
            if family is SMOOTHED and before is not None:  # of two bands that overlap, those who are in one only
                until = np.where(lower >= before, lower, upper)
            facts |= self._between(before, until)
            found[statistic] = (value, facts)
            before = upper if family is SMOOTHED else lower
        return found

    def _between(self, before: Floats | None, until: Floats) -> Facts:
        if before is None:
            everyone = np.full(self.inside.n_cells, np.inf)
            return {(FactName.BETWEEN, level): everyone for level in self.inside.records.units}
        return self._units_from(before, until, FactName.BETWEEN)

    def _units_from(self, low: Floats | None, high: Floats | None, name: FactName) -> Facts:
        """Distinct units with a value from one number to another, both among them."""
        values, cell = self.inside.records.values, self.inside.cell
        chosen = np.ones(len(values), dtype=bool)
        if low is not None:
            chosen &= (values >= low[cell]) | same_value(values, low[cell])
        if high is not None:
            chosen &= (values <= high[cell]) | same_value(values, high[cell])
        return {(name, level): self.inside.units_where(chosen, level) for level in self.inside.records.units}


def end_points(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Minimum, maximum, range and whiskers that are asked for, with the distinct units that share each."""
    lowest, highest = inside.ordered.minimum, inside.ordered.maximum
    ends: dict[Statistic, tuple[Floats, Floats, Floats]] = {
        Statistic.MINIMUM: (lowest, lowest, lowest),
        Statistic.MAXIMUM: (highest, highest, highest),
        Statistic.RANGE: (highest - lowest, lowest, highest),
    }
    asked = [item for item in inside.statistics if item.kind is Kind.ENDPOINT]
    if {Statistic.LOWER_WHISKER, Statistic.UPPER_WHISKER} & set(asked):
        low, high = _whiskers(inside)
        ends |= {Statistic.LOWER_WHISKER: (low, low, low), Statistic.UPPER_WHISKER: (high, high, high)}
    return {item: (ends[item][0], sharing(inside, *ends[item][1:])) for item in asked}


def mode(inside: Inside) -> tuple[Floats, Facts]:
    """The most common value, with the distinct units that have it and its share of the records."""
    value, records = inside.ordered.mode()
    facts = sharing(inside, value, value)
    with np.errstate(invalid="ignore", divide="ignore"):
        facts[FactName.SHARE_OF_MODE, ""] = np.where(inside.count > 0, records / inside.count, 0.0)
    return value, facts


def near_or_at(inside: Inside, value: Floats, lower: Floats, upper: Floats) -> Facts:
    """As `sharing`, or distinct units that round to the published value itself, where these are more.

    Who reads a number that stands for the values of many learns nobody's, whichever two of them it was made of.
    """
    facts = sharing(inside, lower, upper)
    if not np.array_equal(value, lower, equal_nan=True):
        near = _near(inside, value)
        for level in inside.records.units:
            key = (FactName.SHARING, level)
            facts[key] = np.maximum(facts[key], inside.units_where(near, level))
    return facts


def sharing(inside: Inside, lower: Floats, upper: Floats) -> Facts:
    """Distinct units with the published value, or of two values that it lies between, with that which fewer have.

    Values that round to the same number are not told apart by who reads it, so they count together.
    """
    at_lower = _near(inside, lower)
    at_upper = at_lower if lower is upper or np.array_equal(lower, upper, equal_nan=True) else _near(inside, upper)
    facts: Facts = {}
    for level in inside.records.units:
        units = inside.units_where(at_lower, level)
        if at_upper is not at_lower:
            units = np.minimum(units, inside.units_where(at_upper, level))
        facts[FactName.SHARING, level] = units
    return facts


def _near(inside: Inside, value: Floats) -> Flags:
    values, published = inside.records.values, np.round(value, inside.decimals)[inside.cell]
    return np.asarray((np.round(values, inside.decimals) == published) | same_value(values, value[inside.cell]))


def _whiskers(inside: Inside) -> tuple[Floats, Floats]:
    """The lowest and highest value within 1.5 times the distance of the quartiles from these."""
    (first, _, _), (third, _, _) = inside.ordered.quantile(0.25), inside.ordered.quantile(0.75)
    reach = _WHISKER * (third - first)
    values, cell = inside.records.values, inside.cell
    low, high = np.full(inside.n_cells, np.inf), np.full(inside.n_cells, -np.inf)
    near = values >= (first - reach)[cell]
    np.minimum.at(low, cell[near], values[near])
    near = values <= (third + reach)[cell]
    np.maximum.at(high, cell[near], values[near])
    return np.where(np.isinf(low), np.nan, low), np.where(np.isinf(high), np.nan, high)
