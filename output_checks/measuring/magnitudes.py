"""Sums, means and moments of a variable, with what every rule on magnitudes needs to know of the cells."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import same_value
from output_checks.measuring.pairs import Codes, Pairs, distinct_units, number_by_cell, sums_by_cell, two_largest
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.statistic import Kind, Statistic

_EQUATIONS = (
    {Statistic.STANDARD_DEVIATION, Statistic.WEIGHTED_STANDARD_DEVIATION}
    | {item for item in Statistic if item.kind in {Kind.SAMPLING_ERROR, Kind.WEIGHTED_SAMPLING_ERROR}},
    {Statistic.SKEWNESS},
    {Statistic.KURTOSIS},
    {Statistic.GINI, Statistic.HERFINDAHL},
    {Statistic.GEOMETRIC_MEAN},
)
"""Statistics that each tell another number of a distribution, beside its count and its mean, which may be known."""


def moments(inside: Inside) -> dict[Statistic, Floats]:
    """Sum, mean, standard deviation, skewness and excess kurtosis per cell, as far as they are asked for.

    The last two are the estimators that pandas gives (bias-corrected; Joanes & Gill 1998, G1 and G2). NaN where there
    are too few records, or where all values are equal.
    """
    values, count, mean = inside.records.values, inside.count, inside.mean
    asked = set(inside.statistics)
    found = {
        Statistic.SUM: np.where(count > 0, mean * count, np.nan),
        Statistic.MEAN: mean,
        Statistic.SHARE: mean,
        Statistic.PERCENTAGE: mean * 100,
        Statistic.INDEX: mean,  # until it is set against its base
    }
    if not asked & {Statistic.STANDARD_DEVIATION, Statistic.SKEWNESS, Statistic.KURTOSIS}:
        return found
    deviation = values - mean[inside.cell]
    squares = sums_by_cell(inside.cell, deviation**2, inside.n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        found[Statistic.STANDARD_DEVIATION] = np.sqrt(np.where(count > 1, squares / (count - 1), np.nan))
        varied = inside.ordered.distinct > 1
        spread = np.where(varied, squares / count, np.nan)
        if Statistic.SKEWNESS in asked:
            third = sums_by_cell(inside.cell, deviation**3, inside.n_cells) / count / spread**1.5
            correction = np.sqrt(count * (count - 1)) / (count - 2)
            found[Statistic.SKEWNESS] = np.where(count > 2, third * correction, np.nan)
        if Statistic.KURTOSIS in asked:
            fourth = sums_by_cell(inside.cell, deviation**4, inside.n_cells) / count / spread**2
            excess = (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * (fourth - 3) + 6)
            found[Statistic.KURTOSIS] = np.where(count > 3, excess, np.nan)
    return found


def furthest(inside: Inside, values: Floats, power: int) -> Facts:
    """How nearly the distance from the mean of the furthest unit follows from a moment of this power.

    Of the finest units; which school is far from the mean is not what such a number tells.
    """
    finest, *coarser = inside.records.units
    mean = sums_by_cell(inside.cell, values, inside.n_cells) / np.maximum(inside.count, 1)
    pairs = inside.pairs(finest)
    parts = pairs.sums(np.abs(values - mean[inside.cell]) ** power)
    largest, _ = two_largest(parts.copy(), pairs.owner, inside.n_cells)
    total = sums_by_cell(pairs.owner, parts, inside.n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        nearly = np.where(total > 0, (largest / total) ** (1 / power), 0.0)
    nothing = {(FactName.FURTHEST, level): np.zeros(inside.n_cells) for level in coarser}
    return {(FactName.FURTHEST, finest): nearly} | nothing


def few_values(statistics: Iterable[Statistic]) -> int:
    """How many values a variable may have for its statistics to give the count of each away.

    With n, a mean gives away the counts of two values, with the spread as well those of three, and so on.
    """
    asked = set(statistics)
    return 2 + sum(bool(asked & equation) for equation in _EQUATIONS)


def facts_of_values(inside: Inside) -> Facts:
    """Distinct values, zeros, and the smallest group of units that share a value, where the statistics tell of it."""
    distinct = inside.ordered.distinct
    zeros = number_by_cell(inside.cell[inside.records.values == 0], inside.n_cells)
    facts: Facts = {(FactName.DISTINCT_VALUES, ""): distinct, (FactName.ZEROS, ""): zeros}
    in_question = distinct <= few_values(inside.statistics)
    for level in inside.records.units:
        facts[FactName.RARE_SIDE, level] = _rare_side(inside, level, in_question)
    return facts | away_from_mode(inside)


def away_from_mode(inside: Inside) -> Facts:
    """Distinct units with another value than the one that more than half of the cell's records have."""
    majority = inside.ordered.majority()
    away = _away_from(majority, inside)
    units = {
        level: inside.units_where(away, level) if away.any() else np.zeros(inside.n_cells)
        for level in inside.records.units
    }
    return {
        (FactName.AWAY_FROM_MODE, level): np.where(np.isnan(majority), np.inf, number)
        for level, number in units.items()
    }


def facts_of_units(pairs: Pairs, level: str, values: Floats) -> Facts:
    """What the units of a level bring to the cells: in all, the largest, and the second largest."""
    sizes = pairs.sizes(values)
    largest, second = two_largest(sizes, pairs.owner, pairs.n_cells)
    return {
        (FactName.TOTAL, level): sums_by_cell(pairs.owner, sizes, pairs.n_cells),
        (FactName.LARGEST, level): largest,
        (FactName.SECOND_LARGEST, level): second,
    }


def geometric_mean(inside: Inside) -> tuple[Floats, Facts]:
    """The exponential of the mean logarithm; NaN for empty cells.

    It is judged as that mean: what units bring are their logarithms, whose totals add up over cells.
    """
    logs = inside.with_values(np.log(inside.records.values))
    facts: Facts = {}
    for level in inside.records.units:
        facts |= facts_of_units(inside.pairs(level), level, logs.records.values)
    return np.exp(logs.mean), facts


def interval(inside: Inside, clusters: Pairs) -> dict[Statistic, Floats]:
    """The 95 % interval of a mean with records clustered in units: mean ± t × sqrt(G/(G−1) Σ r_g²) / n.

    r_g is the sum of a cluster's deviations from the mean, G the number of clusters, t with G − 1 degrees of freedom
    (Cameron & Miller 2015, "A practitioner's guide to cluster-robust inference"). NaN with fewer than two clusters.
    """
    count, mean, groups = inside.count, inside.mean, clusters.units
    residuals = clusters.sums(inside.records.values - mean[inside.cell])
    squares = sums_by_cell(clusters.owner, residuals**2, inside.n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(groups > 1, groups / (groups - 1) * squares, np.nan) / count**2
        half = stats.t.ppf(0.975, np.maximum(groups - 1, 1)) * np.sqrt(variance)
    return {Statistic.LOWER_95: mean - half, Statistic.UPPER_95: mean + half}


def fewest_at_one_value(value: Codes, unit: Codes, cell: Codes, *, n_cells: int) -> Floats:
    """Per cell, the distinct units that share its rarest value; 0 for cells without records."""
    n_values = int(value.max(initial=0)) + 1
    group, groups = pd.factorize(cell.astype(np.int64) * n_values + value)
    units = distinct_units(np.asarray(group, dtype=np.int64), unit, n_cells=len(groups))
    fewest = np.full(n_cells, np.inf)
    np.minimum.at(fewest, np.asarray(groups, dtype=np.int64) // n_values, units)
    return np.where(np.isinf(fewest), 0.0, fewest)


def without_noise(values: Floats) -> Floats:
    """Values to eleven digits, so that 0.3 and 0.1 + 0.2 are one value."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 10 - np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.clip(np.where(np.isfinite(digits), digits, 0), -290, 290)
    return np.asarray(np.round(values * scale) / scale)


def _rare_side(inside: Inside, level: str, in_question: Flags) -> Floats:
    if not in_question.any():
        return np.full(inside.n_cells, np.inf)
    chosen = in_question[inside.cell]
    if not chosen.any():
        return np.where(in_question, 0.0, np.inf)
    value, _ = pd.factorize(without_noise(inside.records.values[chosen]))
    units = inside.records.units[level][chosen]
    rarest = fewest_at_one_value(np.asarray(value), units, inside.cell[chosen], n_cells=inside.n_cells)
    return np.where(in_question, rarest, np.inf)


def _away_from(majority: Floats, inside: Inside) -> Flags:
    """True for records with another value than most of their cell have; False where most have no value in common."""
    if np.isnan(majority).all():
        return np.zeros(len(inside.cell), dtype=bool)
    common = majority[inside.cell]
    return ~np.isnan(common) & ~same_value(inside.records.values, common)
