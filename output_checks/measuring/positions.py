"""Percentiles, end points, whiskers and modes: values of units, and how many units stand around each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import same_value
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.statistic import Kind, Statistic

EXACT = frozenset(item for item in Statistic if item.kind is Kind.POSITION)
WEIGHTED = frozenset(item for item in Statistic if item.kind is Kind.WEIGHTED_POSITION)
_WHISKER = 1.5
"""Whiskers reach to the last value within so many times the distance of the quartiles (Tukey 1977)."""


def percentiles(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Percentiles that are asked for, as they are, with the distinct units below, above, at and between them."""
    if not EXACT & set(inside.statistics):
        return {}  # values are put in order only where somebody asks
    return Around(inside).of(EXACT, inside.ordered.quantile)


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

    return Around(inside).of(WEIGHTED, quantile)


@dataclass(frozen=True, eq=False)
class Around:
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
            facts = near_or_at(self.inside, value, lower, upper)
            facts |= self.units_from(None, lower, FactName.AT_OR_BELOW)
            facts |= self.units_from(upper, None, FactName.AT_OR_ABOVE)
            found[statistic] = (value, facts | self.between(before, upper))
            before = lower
        return found

    def between(self, before: Floats | None, until: Floats) -> Facts:
        """Distinct units from the percentile before; infinite where there is none."""
        if before is None:
            everyone = np.full(self.inside.n_cells, np.inf)
            return {(FactName.BETWEEN, level): everyone for level in self.inside.records.units}
        return self.units_from(before, until, FactName.BETWEEN)

    def units_from(
        self, low: Floats | None, high: Floats | None, name: FactName, *, without: Floats | None = None
    ) -> Facts:
        """Distinct units with a value from one number to another, both among them, but for one value."""
        values, cell = self.inside.records.values, self.inside.cell
        chosen = np.ones(len(values), dtype=bool)
        if low is not None:
            chosen &= (values >= low[cell]) | same_value(values, low[cell])
        if high is not None:
            chosen &= (values <= high[cell]) | same_value(values, high[cell])
        if without is not None:
            chosen &= ~same_value(values, without[cell])
        return {(name, level): self.inside.units_where(chosen, level) for level in self.inside.records.units}


def end_points(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Minimum, maximum, range and whiskers that are asked for, with the distinct units that share each."""
    asked = [item for item in inside.statistics if item.kind is Kind.ENDPOINT]
    if not asked:
        return {}
    lowest, highest = inside.ordered.minimum, inside.ordered.maximum
    ends: dict[Statistic, tuple[Floats, Floats, Floats]] = {
        Statistic.MINIMUM: (lowest, lowest, lowest),
        Statistic.MAXIMUM: (highest, highest, highest),
        Statistic.RANGE: (highest - lowest, lowest, highest),
    }
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
