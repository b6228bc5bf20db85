"""Perturbed counts before the attacker: hidden cells of which is known between which counts they lie."""

from collections.abc import Sequence
from dataclasses import replace

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
    return replace(
        item,
        perturbed=None,
        status=(CellStatus.SECONDARY_SUPPRESSED,) * len(item.cells),
        facts=(*item.facts, _derived(FactName.LOWEST_BEHIND, low), _derived(FactName.HIGHEST_BEHIND, high)),
    )


def have_one_noise(tables: Sequence[Tabulation]) -> bool:
    """False where cell keys drew noise of several variances or largest deviations.

    It is drawn by the same key: how far two such numbers of one group lie apart says how large its noise is.
    """
    made = [item.perturbed for item in tables if item.perturbed is not None]
    return len({(noise.variance, noise.deviation) for noise in made if noise.method is Method.CELL_KEY}) <= 1


def is_wide_beside(
    item: Tabulation, others: Sequence[Tabulation], *, same: Sequence[Tabulation], stake: Flags, wide: Floats
) -> bool:
    """Whether all tables that share units leave the cells at stake as wide as they have to be, where any is perturbed.

    `same` are the tables of its own records, itself among them. Without perturbed ones it is for others to tell, and of
    one table by itself the attacker tells it.
    """
    near = _linked(same, others)
    stake = stake & item.hidden if len(stake) == len(item.cells) else item.hidden
    tables = [item, *(other for other in same if other is not item), *near]
    perturbed = any(other.fact(FactName.LOWEST_BEHIND) is not None for other in tables)
    if not stake.any() or len(tables) == 1 or not perturbed:
        return True
    return stays_wide(tables, of=0, stake=stake, wide=wide)


def _linked(same: Sequence[Tabulation], others: Sequence[Tabulation]) -> list[Tabulation]:
    """The others that share units with these tables, or with one that does: girls are known from all less boys."""
    found: list[Tabulation] = []
    new, left = list(same), list(others)
    while new:
        new = [other for other in left if any(other.may_share_units_with(item) for item in new)]
        left = [other for other in left if not any(other is item for item in new)]
        found += new
    return found


def bounds_of_perturbed(
    item: Tabulation, stake: Flags, bounds: tuple[Floats, Floats] | None, *, safe: bool, wide: Floats
) -> Sequence[Fact]:
    """What PER1 is to know of a perturbed table: for the cells at stake the bounds that the attack proved.

    No bounds at all, which means review, where the attack gave none, and none of a rounding that says more of the
    counts than its numbers do, such as that no multiples next to them add up. Where it is not proved that all tables
    together leave the cells wide (not `safe`), only bounds that are not `wide` are worth anything. Of a cell whose
    number is not what the method makes of its count, the count counts as known.
    """
    noise = item.perturbed
    if noise is None or (stake.any() and (bounds is None or bool(noise.remark))):
        return ()
    low, high = noise.possible
    if bounds is not None:
        low, high = np.where(stake, bounds[0], low), np.where(stake, bounds[1], high)
        unproven = stake & (high - low >= wide) & (not safe)
        low, high = np.where(unproven, np.nan, low), np.where(unproven, np.nan, high)
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
