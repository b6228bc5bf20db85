"""Percentiles, end points, whiskers and modes: values of units, and how many units stand around each."""

import numpy as np

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import same_value
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.statistic import Kind, Statistic

_WHISKER = 1.5
"""Whiskers reach to the last value within so many times the distance of the quartiles (Tukey 1977)."""


def percentiles(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Percentiles that are asked for, with the distinct units below, above, at and between them."""
    asked = sorted(
        (item for item in inside.statistics if item.position is not None), key=lambda item: item.position or 0.0
    )
    found: dict[Statistic, tuple[Floats, Facts]] = {}
    before: Floats | None = None
    for statistic in asked:
        value, lower, upper = inside.ordered.quantile(statistic.position or 0.0)
        facts = sharing(inside, lower, upper)
        values, at_lower, at_upper = inside.records.values, lower[inside.cell], upper[inside.cell]
        below = (values <= at_lower) | same_value(values, at_lower)
        above = (values >= at_upper) | same_value(values, at_upper)
        for level in inside.records.units:
            facts[FactName.AT_OR_BELOW, level] = inside.units_where(below, level)
            facts[FactName.AT_OR_ABOVE, level] = inside.units_where(above, level)
            if before is None:
                facts[FactName.BETWEEN, level] = np.full(inside.n_cells, np.inf)
            else:
                between = (values >= before[inside.cell]) & ((values <= at_upper) | same_value(values, at_upper))
                facts[FactName.BETWEEN, level] = inside.units_where(between, level)
        found[statistic] = (value, facts)
        before = lower
    return found


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
