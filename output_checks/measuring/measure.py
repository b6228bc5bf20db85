"""Every statistic that is asked for in every cell, with the facts that its rules need."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from output_checks.measuring.inequality import inequality
from output_checks.measuring.inside import Facts, Inside, Records
from output_checks.measuring.magnitudes import away_from_mode, facts_of_units, facts_of_values, interval, moments
from output_checks.measuring.ordered import Ordered
from output_checks.measuring.pairs import Codes, sums_by_cell
from output_checks.measuring.positions import end_points, mode, percentiles
from output_checks.measuring.two_columns import correlation, facts_of_denominators, rare_sides_of_a_rate, ratio
from output_checks.measuring.units import sum_of_hashes
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Kind, Statistic

Measured: TypeAlias = dict[Statistic, tuple[Floats, Facts]]
"""Per statistic its value in each cell, and its facts."""

_INTERVAL = {Statistic.LOWER_95, Statistic.UPPER_95}
_OF_TOTALS = frozenset({Kind.LINEAR_AGGREGATION, Kind.SHAPE, Kind.RATIO, Kind.CONCENTRATION})
_OF_VALUES = _OF_TOTALS | {Kind.POSITION, Kind.ENDPOINT, Kind.MODE}
_WEIGHTED = frozenset({Kind.WEIGHTED_AGGREGATION, Kind.WEIGHTED_FREQUENCY})


def measure(records: Records, cell: Codes, n_cells: int, *, statistics: Sequence[Statistic], decimals: int) -> Measured:
    """Measure the cells of one margin. Statistics of empty cells are NaN, their counts 0."""
    inside = Inside(records=records, cell=cell, n_cells=n_cells, decimals=decimals, statistics=tuple(statistics))
    kinds = {statistic.kind for statistic in statistics}
    members = sum_of_hashes(records.hashes, cell, n_cells)
    common: Facts = {(FactName.RECORDS, ""): inside.count, (FactName.MEMBERS, ""): members}
    values = moments(inside) if kinds & _OF_TOTALS else {}
    of_values = facts_of_values(inside) if kinds & _OF_VALUES else {}
    own: Measured = percentiles(inside) | end_points(inside) | _of_two_columns(inside)
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
            values |= interval(inside, pairs)
    if kinds & _WEIGHTED:
        own |= _weighted(inside)
    measured: Measured = {Statistic.COUNT: (inside.count, common)}
    for statistic in statistics:
        if statistic in own:
            number, facts = own[statistic]
            behind = common if statistic.kind in _WEIGHTED else common | of_values
            measured[statistic] = (number, behind | facts)
        elif statistic in values:
            measured[statistic] = (values[statistic], common | of_values)
    return measured


def _of_two_columns(inside: Inside) -> Measured:
    second = inside.records.second
    if second is None:
        return {}
    found: Measured = {}
    if Statistic.RATIO in inside.statistics:
        with np.errstate(invalid="ignore", divide="ignore"):
            each = np.where(second != 0, inside.records.values / second, np.nan)
        known = ~np.isnan(each)
        distinct = Ordered.of(each[known], inside.cell[known], inside.n_cells).distinct
        below = sums_by_cell(inside.cell, second, inside.n_cells)
        facts: Facts = {(FactName.DISTINCT_VALUES, ""): distinct, (FactName.WEIGHT, ""): below}
        facts |= rare_sides_of_a_rate(inside, second)
        found[Statistic.RATIO] = (ratio(inside, second), facts)
    if Statistic.CORRELATION in inside.statistics:
        found[Statistic.CORRELATION] = correlation(inside, second)
    return found


def _weighted(inside: Inside) -> Measured:
    """Weighted count, sum and mean, of the records whose weight is above 0: nobody else is behind them.

    Contributors are counted without weights. A weighted mean is a ratio of two totals, each with its largest units. Few
    with another weight than most, such as 0, are set apart by the difference from the count or mean without weights.
    """
    weights = inside.records.weights
    if weights is None:
        return {}
    of_weights = away_from_mode(inside.with_values(weights))
    counting = weights > 0
    inside = inside if counting.all() else inside.only(counting)
    weights, values = weights[counting], inside.records.values
    total = sums_by_cell(inside.cell, weights, inside.n_cells)
    amounts = sums_by_cell(inside.cell, weights * values, inside.n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = amounts / total
    facts: Facts = {(FactName.RECORDS, ""): inside.count, (FactName.WEIGHT, ""): total}
    of_values = facts_of_values(inside)
    of_values |= {key: np.minimum(of_values[key], away) for key, away in of_weights.items()}
    for level in inside.records.units:
        pairs = inside.pairs(level)
        facts[FactName.CONTRIBUTORS, level] = pairs.units
        of_weights |= facts_of_units(pairs, level, weights)
        of_values |= facts_of_units(pairs, level, weights * values) | facts_of_denominators(pairs, level, weights)
    return {
        Statistic.WEIGHTED_COUNT: (np.where(inside.count > 0, total, np.nan), facts | of_weights),
        Statistic.WEIGHTED_SUM: (np.where(inside.count > 0, amounts, np.nan), facts | of_values),
        Statistic.WEIGHTED_MEAN: (mean, facts | of_values),
    }
