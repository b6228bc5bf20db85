"""Every statistic that is asked for in every cell, with the facts that its rules need."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from output_checks.measuring.columns import WEIGHTED
from output_checks.measuring.design import degrees_of_freedom
from output_checks.measuring.inequality import inequality
from output_checks.measuring.inside import Facts, Inside, Records
from output_checks.measuring.magnitudes import (
    facts_of_units,
    facts_of_values,
    furthest,
    geometric_mean,
    interval,
    moments,
)
from output_checks.measuring.ordered import Ordered
from output_checks.measuring.pairs import Codes, sums_by_cell
from output_checks.measuring.positions import end_points, mode, percentiles
from output_checks.measuring.smoothed import smoothed_percentiles
from output_checks.measuring.two_columns import (
    contributors_to_numerators,
    correlation,
    facts_of_denominators,
    rare_sides_of_a_rate,
    ratio,
)
from output_checks.measuring.units import sum_of_hashes
from output_checks.measuring.weighted import weighted
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Kind, Statistic

Measured: TypeAlias = dict[Statistic, tuple[Floats, Facts]]
"""Per statistic its value in each cell, and its facts."""

_POWERS = {Statistic.SKEWNESS: 3, Statistic.KURTOSIS: 4}
_INTERVAL = {Statistic.LOWER_95, Statistic.UPPER_95}
_OF_TOTALS = frozenset(
    {Kind.LINEAR_AGGREGATION, Kind.SPREAD, Kind.SHAPE, Kind.SAMPLING_ERROR, Kind.RATIO, Kind.INDEX, Kind.CONCENTRATION}
)
_OF_VALUES = _OF_TOTALS | {Kind.POSITION, Kind.SMOOTHED_POSITION, Kind.ENDPOINT, Kind.MODE}


def measure(records: Records, cell: Codes, n_cells: int, *, statistics: Sequence[Statistic], decimals: int) -> Measured:
    """Measure the cells of one margin. Statistics of empty cells are NaN, their counts 0."""
    inside = Inside(records=records, cell=cell, n_cells=n_cells, decimals=decimals, statistics=tuple(statistics))
    kinds = {statistic.kind for statistic in statistics if statistic not in WEIGHTED}
    members = sum_of_hashes(records.hashes, cell, n_cells)
    common: Facts = {(FactName.RECORDS, ""): inside.count, (FactName.MEMBERS, ""): members}
    values = moments(inside) if kinds & _OF_TOTALS else {}
    of_values = facts_of_values(inside) if kinds & _OF_VALUES else {}
    own: Measured = percentiles(inside) | smoothed_percentiles(inside) | end_points(inside) | _of_two_columns(inside)
    if Statistic.MODE in statistics:
        own[Statistic.MODE] = mode(inside)
    inside.forget_ordered_values()
    for level in records.units:
        pairs = inside.pairs(level)
        common[FactName.CONTRIBUTORS, level] = pairs.units
        if kinds & _OF_TOTALS:
            of_values |= facts_of_units(pairs, level, records.values)
        if Kind.RATIO in kinds and records.second is not None:
            of_values |= facts_of_denominators(pairs, level, records.second)
        if level == next(iter(records.units)):
            own |= inequality(inside, pairs)
        if level == list(records.units)[-1] and _INTERVAL & set(statistics):
            limits = degrees_of_freedom(inside, np.where(pairs.units > 0, pairs.units - 1, np.inf))
            own |= {item: (number, limits) for item, number in interval(inside, pairs).items()}
    if Statistic.GEOMETRIC_MEAN in statistics:
        own[Statistic.GEOMETRIC_MEAN] = geometric_mean(inside)
    own |= weighted(inside)
    measured: Measured = {Statistic.COUNT: (inside.count, common)}
    for statistic in statistics:
        if statistic in own:
            number, facts = own[statistic]
            measured[statistic] = (number, (common if statistic in WEIGHTED else common | of_values) | facts)
        elif statistic in values:
            power = _POWERS.get(statistic)
            far = furthest(inside, records.values, power) if power else {}
            measured[statistic] = (values[statistic], common | of_values | far)
    return measured


def _of_two_columns(inside: Inside) -> Measured:
    second = inside.records.second
    if second is None:
        return {}
    found: Measured = {}
    asked = {Statistic.RATIO, Statistic.RATE} & set(inside.statistics)
    if asked:
        with np.errstate(invalid="ignore", divide="ignore"):
            each = np.where(second != 0, inside.records.values / second, np.nan)
        known = ~np.isnan(each)
        distinct = Ordered.of(each[known], inside.cell[known], inside.n_cells).distinct
        below = sums_by_cell(inside.cell, second, inside.n_cells)
        facts: Facts = {(FactName.DISTINCT_VALUES, ""): distinct, (FactName.WEIGHT, ""): below}
        facts |= rare_sides_of_a_rate(inside, second)
        facts |= contributors_to_numerators(inside)
        found |= {item: (ratio(inside, second), facts) for item in asked}
    if Statistic.CORRELATION in inside.statistics:
        found[Statistic.CORRELATION] = correlation(inside, second)
    return found
