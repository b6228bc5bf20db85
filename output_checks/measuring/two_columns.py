"""Ratios, weighted statistics and correlations: numbers that two columns make together."""

import numpy as np
import pandas as pd

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.magnitudes import away_from_mode, fewest_at_one_value, furthest, without_noise
from output_checks.measuring.ordered import Ordered
from output_checks.measuring.pairs import Pairs, distinct_units, sums_by_cell, two_largest
from output_checks.model.evidence import FactName, Floats

_COMBINATIONS = 4
"""Of values of two variables: with so many, a correlation and the means are the whole table of the two."""


def ratio(inside: Inside, denominators: Floats) -> Floats:
    """Per cell the sum of the values by that of the denominators; NaN where the latter is 0."""
    below = sums_by_cell(inside.cell, denominators, inside.n_cells)
    above = sums_by_cell(inside.cell, inside.records.values, inside.n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below != 0, above / below, np.nan)


def per_many(per: float, rates: Floats, facts: Facts) -> tuple[Floats, Facts]:
    """Rates per so many of the denominator; `WEIGHT` stays what a rate is to be multiplied with to have its total."""
    return rates * per, facts | {(FactName.WEIGHT, ""): facts[FactName.WEIGHT, ""] / per}


def facts_of_denominators(pairs: Pairs, level: str, denominators: Floats) -> Facts:
    """Which units make up the denominator, and how large the largest are."""
    sizes = pairs.sizes(denominators)
    largest, second = two_largest(sizes, pairs.owner, pairs.n_cells)
    total = sums_by_cell(pairs.owner, sizes, pairs.n_cells)
    return {
        (FactName.DENOMINATOR_CONTRIBUTORS, level): pairs.units_with(denominators != 0),
        (FactName.DENOMINATOR_TOTAL, level): total,
        (FactName.DENOMINATOR_LARGEST, level): largest,
        (FactName.DENOMINATOR_SECOND_LARGEST, level): second,
    }


def contributors_to_numerators(inside: Inside) -> Facts:
    """Distinct units whose numerator is not 0: of absences by days, those who were absent at all."""
    flags = inside.records.values != 0
    return {
        (FactName.NUMERATOR_CONTRIBUTORS, level): inside.units_where(flags, level) for level in inside.records.units
    }


def rare_sides_of_a_rate(inside: Inside, denominators: Floats) -> Facts:
    """Where numerator and denominator are ones and zeros: the fewer of those who count above, and those who do not.

    Infinite for cells with other values, or without anybody in the denominator.
    """
    binary = np.isin(inside.records.values, [0.0, 1.0]) & np.isin(denominators, [0.0, 1.0])
    others = np.bincount(inside.cell[~binary], minlength=inside.n_cells) > 0
    in_rate = binary & (denominators == 1.0)
    facts: Facts = {}
    for level in inside.records.units:
        sides = [inside.units_where(in_rate & (inside.records.values == side), level) for side in (1.0, 0.0)]
        facts[FactName.RARE_SIDE, level] = np.where(others | (sum(sides) == 0), np.inf, fewest_above_zero(*sides))
    return facts


def correlation(inside: Inside, other: Floats) -> tuple[Floats, Facts]:
    """Pearson's correlation per cell, with the degrees of freedom that distinct units leave; NaN where one is constant.

    Where the two variables have so few values together that they are a table of counts, the units in its rarest cell.
    """
    cell, n_cells = inside.cell, inside.n_cells
    with np.errstate(invalid="ignore", divide="ignore"):
        one = inside.records.values - inside.mean[cell]
        two = other - (sums_by_cell(cell, other, n_cells) / inside.count)[cell]
        products, squares_one, squares_two = (
            sums_by_cell(cell, weights, n_cells) for weights in (one * two, one**2, two**2)
        )
        found = products / np.sqrt(squares_one * squares_two)
    distinct = np.minimum(inside.ordered.distinct, Ordered.of(other, cell, n_cells).distinct)
    found = np.where(distinct > 1, np.clip(found, -1.0, 1.0), np.nan)
    finest = next(iter(inside.records.units))
    units = inside.pairs(finest).units
    facts: Facts = {
        (FactName.DISTINCT_VALUES, ""): distinct,
        (FactName.UNEXPLAINED, ""): 1.0 - np.nan_to_num(found, nan=0.0) ** 2,
    }
    values, _ = pd.factorize(without_noise(inside.records.values))
    others, _ = pd.factorize(without_noise(other))
    both = values.astype(np.int64) * (int(others.max(initial=0)) + 1) + others
    together, _ = pd.factorize(both)
    combinations = Ordered.of(together.astype(float), cell, n_cells).distinct
    for level, unit in inside.records.units.items():
        own, _ = pd.factorize(unit.astype(np.int64) * (int(together.max(initial=0)) + 1) + together)
        of_level = distinct_units(cell, unit, n_cells=n_cells)
        # Where every school has one value of each, the schools are the observations, however many pupils they have.
        same_within = distinct_units(cell, own, n_cells=n_cells) == of_level
        units = np.where(same_within, np.minimum(units, of_level), units)
        rarest = fewest_at_one_value(np.asarray(together), unit, cell, n_cells=n_cells)
        facts[FactName.RARE_SIDE, level] = np.where(combinations <= _COMBINATIONS, rarest, np.inf)
    facts[FactName.RESIDUAL_DEGREES_OF_FREEDOM, ""] = np.where(inside.count > 0, units - 2, np.inf)
    far = [furthest(inside, column, 2) for column in (inside.records.values, other)]
    facts |= {key: np.maximum(far[0][key], far[1][key]) for key in far[0]}
    first, beside = away_from_mode(inside), away_from_mode(inside.with_values(other))
    return found, facts | {key: fewest_above_zero(first[key], beside[key]) for key in first}


def fewest_above_zero(one: Floats, other: Floats) -> Floats:
    """The smaller of two that are above 0: nobody on one side must not hide that there are few on the other."""
    return np.where((one > 0) & (other > 0), np.minimum(one, other), np.maximum(one, other))
