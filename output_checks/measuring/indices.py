"""Index numbers: a mean as a percentage of that of a base, such as the first year. The base is judged with each."""

from collections.abc import Mapping

import numpy as np

from output_checks.errors import InputError
from output_checks.measuring.grid import Grid
from output_checks.measuring.inside import Facts
from output_checks.measuring.pairs import Codes
from output_checks.model.evidence import Fact, FactName, Floats, Origin, Tabulation

_OF_THE_DENOMINATOR = {
    FactName.CONTRIBUTORS: FactName.DENOMINATOR_CONTRIBUTORS,
    FactName.TOTAL: FactName.DENOMINATOR_TOTAL,
    FactName.LARGEST: FactName.DENOMINATOR_LARGEST,
    FactName.SECOND_LARGEST: FactName.DENOMINATOR_SECOND_LARGEST,
}
_OF_BOTH = frozenset({FactName.RARE_SIDE, FactName.AWAY_FROM_MODE, FactName.DISTINCT_VALUES})


def against_base(grid: Grid, base: Mapping[str, str], means: Floats, facts: Facts) -> tuple[Floats, Facts]:
    """Each cell's mean as a percentage of the mean of its base, with the facts of both.

    The base of a cell has the same categories, but for those that `base` names. NaN where the base is empty. What is
    known of few values is that of the one of which fewer is known; the units of the base are those of a denominator.

    Raises
    ------
    InputError
        No record has a category that is named, or a base is 0 or less.
    """
    at = _positions(grid, base)
    of_base = means[at]
    if (of_base <= 0).any():
        raise InputError(
            "An index is of a base above 0; here some are 0 or less.", remedy="the statistic 'mean', or another base"
        )
    index = 100 * means / of_base
    found = dict(facts)
    for (name, of), values in facts.items():
        if name in _OF_THE_DENOMINATOR:
            found[_OF_THE_DENOMINATOR[name], of] = values[at]
        if name in _OF_BOTH:
            # The base is told wherever an index is, so an index of few is the base's too.
            found[name, of] = np.where(np.isnan(index), values, np.minimum(values, values[at]))
    found[FactName.BASE, ""] = at.astype(float)
    found[FactName.WEIGHT, ""] = np.nan_to_num(facts[FactName.RECORDS, ""] * of_base / 100, nan=0.0)
    return index, found


def hidden_bases(tabulation: Tabulation) -> Fact:
    """1 for cells with a published index whose base is hidden: with the cell's mean it tells that of the base."""
    base = tabulation.fact(FactName.BASE)
    if base is None or np.isnan(base.values).any():
        values = np.full(len(tabulation.cells), np.nan)
    else:
        values = tabulation.hidden[base.values.astype(np.int64)].astype(float)
    return Fact(name=FactName.HIDDEN_IN_TOTAL, values=values, origin=Origin.DERIVED if base is None else base.origin)


def _positions(grid: Grid, base: Mapping[str, str]) -> Codes:
    """Per cell the position of its base."""
    sizes = [len(labels) + (grid.order is not None) for labels in grid.labels]
    places = [*np.unravel_index(np.arange(len(grid.cells)), sizes)]
    for name, category in base.items():
        position = grid.by.index(name)
        if category not in grid.labels[position]:
            raise InputError(f"No record has that base category of {name!r}.", remedy="base= one that occurs, as text")
        places[position] = np.full(len(grid.cells), grid.labels[position].index(category))
    return np.asarray(np.ravel_multi_index(places, sizes), dtype=np.int64)
