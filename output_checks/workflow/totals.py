"""The totals that a table gives away: a mean and its count are a sum."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from output_checks.model.evidence import FactName, Tabulation
from output_checks.model.statistic import Statistic

_MEANS = {Statistic.MEAN: 1.0, Statistic.SHARE: 1.0, Statistic.PERCENTAGE: 0.01}
_WEIGHTED = {Statistic.WEIGHTED_MEAN, Statistic.RATIO, Statistic.RATE, Statistic.INDEX}
_EXACT = 9
"""Decimals to which an outsider is taken to know a total: as good as exactly, which is the cautious assumption."""


def totals(count: Tabulation, item: Tabulation) -> Tabulation:
    """The sums behind a tabulation of sums, means or ratios, of the same cells; of geometric means, of logarithms."""
    weight = item.fact(FactName.WEIGHT)
    if item.statistic in _MEANS:
        sums = item.values * count.values * _MEANS[item.statistic]
    elif item.statistic in _WEIGHTED and weight is not None:
        sums = item.values * weight.values
    elif item.statistic is Statistic.GEOMETRIC_MEAN:
        sums = np.log(item.values) * count.values
    else:
        sums = item.values
    return replace(item, statistic=Statistic.SUM, values=np.nan_to_num(sums, nan=0.0), decimals=_EXACT)


def adds_up(item: Tabulation) -> bool:
    """Whether the totals behind a tabulation can be told, so that they can be attacked and protected."""
    known = item.statistic not in _WEIGHTED or item.fact(FactName.WEIGHT) is not None
    return item.parts and item.kind.adds_up and known


def lowest_contribution(amounts: Sequence[Tabulation]) -> float:
    """0 where no unit contributes less than zero, otherwise minus infinity.

    Known from the evidence: the sum equals the sum of absolute contributions exactly where none is negative. Of what
    left before, only published sums are known.
    """
    for item in amounts:
        absolute = next((fact for fact in item.facts if fact.name is FactName.TOTAL), None)
        known = ~(item.hidden & np.isnan(item.values))
        if absolute is None or not np.allclose(absolute.values[known], item.values[known], rtol=1e-9, atol=1e-9):
            return -np.inf
    return 0.0
