"""Concentration and inequality: how a total is divided over the finest units."""

import numpy as np

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import Ordered
from output_checks.measuring.pairs import Pairs, sums_by_cell
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Kind, Statistic

_LARGEST = 4
"""Of how many units the concentration ratio tells the share: CR4, as in industrial statistics."""
_DECILE = 0.1


def inequality(inside: Inside, pairs: Pairs) -> dict[Statistic, tuple[Floats, Facts]]:
    """Gini coefficient, Herfindahl index and shares of the largest units, as far as they are asked for.

    Each unit's records are added up first; `pairs` is over the finest level, and so is the number of those that are the
    largest. NaN where the total is 0. The Gini coefficient is 2 Σ i x(i) / (n Σ x) − (n + 1) / n, with x(i) ascending.
    """
    asked = [item for item in inside.statistics if item.kind is Kind.CONCENTRATION]
    if not asked:
        return {}
    amounts = pairs.sums(inside.records.values)
    ordered = Ordered.of(amounts, pairs.owner, inside.n_cells)
    owner = np.repeat(np.arange(inside.n_cells), ordered.count)
    units = ordered.count.astype(float)
    rank = np.arange(len(owner)) - ordered.starts[owner] + 1.0  # ascending, from 1

    def total(weights: Floats) -> Floats:
        return sums_by_cell(owner, weights, inside.n_cells)

    whole = total(ordered.values)
    top = np.ceil(_DECILE * units - 1e-9)
    from_top = units[owner] - rank
    with np.errstate(invalid="ignore", divide="ignore"):
        measures = {
            Statistic.GINI: 2 * total(rank * ordered.values) / (units * whole) - (units + 1) / units,
            Statistic.HERFINDAHL: total(ordered.values**2) / whole**2,
            Statistic.CONCENTRATION_RATIO: total(np.where(from_top < _LARGEST, ordered.values, 0.0)) / whole,
            Statistic.TOP_DECILE_SHARE: total(np.where(from_top < top[owner], ordered.values, 0.0)) / whole,
        }
    in_top = {Statistic.CONCENTRATION_RATIO: np.minimum(units, _LARGEST), Statistic.TOP_DECILE_SHARE: top}
    finest, everyone = next(iter(inside.records.units)), np.full(inside.n_cells, np.inf)
    found: dict[Statistic, tuple[Floats, Facts]] = {}
    for item in asked:
        sharing: Facts = {(FactName.SHARING, level): everyone for level in inside.records.units}
        sharing[FactName.SHARING, finest] = in_top.get(item, everyone)
        found[item] = (np.where(whole > 0, measures[item], np.nan), sharing)
    return found
