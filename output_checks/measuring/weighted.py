"""Weighted statistics: of the records whose weight is above 0, with units counted without weights."""

from typing import TypeAlias

import numpy as np

from output_checks.measuring.columns import WEIGHTED
from output_checks.measuring.design import sampling_errors
from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.magnitudes import away_from_mode, facts_of_units, facts_of_values
from output_checks.measuring.pairs import sums_by_cell
from output_checks.measuring.positions import weighted_percentiles
from output_checks.measuring.two_columns import facts_of_denominators, fewest_above_zero
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Statistic

Measured: TypeAlias = dict[Statistic, tuple[Floats, Facts]]


def weighted(inside: Inside) -> Measured:
    """Weighted count, sum, mean, spread, percentiles and sampling errors, as far as they are asked for.

    Nobody with a weight of 0 is behind them. A weighted mean is a ratio of two totals, each with its largest units. Few
    with another weight than most, such as 0, are set apart by the difference from the count or mean without weights.
    """
    weights = inside.records.weights
    if weights is None or not WEIGHTED & set(inside.statistics):
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
    of_values |= {key: fewest_above_zero(of_values[key], away) for key, away in of_weights.items()}
    for level in inside.records.units:
        pairs = inside.pairs(level)
        facts[FactName.CONTRIBUTORS, level] = pairs.units
        of_weights |= facts_of_units(pairs, level, weights)
        of_values |= facts_of_units(pairs, level, weights * values) | facts_of_denominators(pairs, level, weights)
    filled = inside.count > 0
    behind = facts | of_values
    found: Measured = {
        Statistic.WEIGHTED_COUNT: (np.where(filled, total, np.nan), facts | of_weights),
        Statistic.WEIGHTED_SUM: (np.where(filled, amounts, np.nan), behind),
        Statistic.WEIGHTED_MEAN: (mean, behind),
        Statistic.WEIGHTED_STANDARD_DEVIATION: (_spread(inside, weights, mean, total), behind),
    }
    others = weighted_percentiles(inside, weights) | sampling_errors(inside, weights)
    return found | {statistic: (number, behind | own) for statistic, (number, own) in others.items()}


def _spread(inside: Inside, weights: Floats, mean: Floats, total: Floats) -> Floats:
    """The square root of n/(n−1) Σw(y − mean)²/Σw, as `svyvar` in R and `aweight` in Stata; NaN for one record."""
    squares = sums_by_cell(inside.cell, weights * (inside.records.values - mean[inside.cell]) ** 2, inside.n_cells)
    count = inside.count
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(np.where(count > 1, squares / total * count / (count - 1), np.nan))
