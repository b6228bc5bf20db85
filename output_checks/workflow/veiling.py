"""Perturbed counts before the attacker: hidden cells of which is known between which counts they lie."""

from collections.abc import Sequence

import numpy as np

from output_checks.model.evidence import CellStatus, Fact, FactName, Flags, Floats, Origin, Tabulation
from output_checks.model.perturbation import Method
from output_checks.protection.cell_key import likely_widths, usual_width
from output_checks.protection.intervals import stays_wide


def veiled(item: Tabulation) -> Tabulation:
    """A perturbed table as one that hides all of its cells and says what may stand behind each; others as they are."""
    noise = item.perturbed
    if noise is None:
        return item
    low, high = noise.possible
    hidden = (CellStatus.SECONDARY_SUPPRESSED,) * len(item.cells)
    return Tabulation(
        **{name: getattr(item, name) for name in _KEPT},
        status=hidden,
        facts=(*item.facts, _derived(FactName.LOWEST_BEHIND, low), _derived(FactName.HIGHEST_BEHIND, high)),
    )


_KEPT = ("statistic", "variable", "by", "cells", "values", "decimals", "population", "data", "parts", "sketch", "members")


def is_wide_beside(
    item: Tabulation, others: Sequence[Tabulation], *, same: Sequence[Tabulation], stake: Flags, wide: Floats
) -> bool:
    """Whether tables of other records leave the cells at stake of a veiled table as wide as they have to be.

    `same` are the tables of its own records, itself among them.
    """
    near = [other for other in others if item.may_share_units_with(other)]
    if not near or not stake.any():
        return True
    tables = [item, *(other for other in same if other is not item), *near]
    return stays_wide(tables, of=0, stake=stake, wide=wide)


def bounds_of_perturbed(
    item: Tabulation, stake: Flags, bounds: tuple[Floats, Floats] | None, *, safe: bool
) -> Sequence[Fact]:
    """What PER1 is to know of a perturbed table: for the cells at stake the bounds that the attack proved.

    No bounds at all, which means review, where the attack gave none, or where it is not proved that tables of other
    records leave these cells wide (not `safe`). Of a cell whose number is not what the method makes of its count, the
    count counts as known.
    """
    noise = item.perturbed
    if noise is None or (stake.any() and (bounds is None or not safe)):
        return ()
    low, high = noise.possible
    if bounds is not None:
        low, high = np.where(stake, bounds[0], low), np.where(stake, bounds[1], high)
    known = ~noise.fits(item.values)
    low, high = np.where(known, noise.numbers, low), np.where(known, noise.numbers, high)
    likely = usual = np.full(len(item.cells), np.inf)
    if noise.method is Method.CELL_KEY:
        spread = {"variance": noise.variance, "deviation": noise.deviation}
        likely = likely_widths(noise.numbers, **spread)  # type: ignore[arg-type]
        usual = np.full(len(item.cells), usual_width(**spread))  # type: ignore[arg-type]
    numbers = {
        FactName.LOWER_BOUND: low,
        FactName.UPPER_BOUND: high,
        FactName.LIKELY_WIDTH: likely,
        FactName.USUAL_WIDTH: usual,
    }
    return [_derived(name, values) for name, values in numbers.items()]


def _derived(name: FactName, values: Floats) -> Fact:
    return Fact(name=name, values=values, origin=Origin.DERIVED)
