"""The bounds of hidden cells that a brought table itself tells, kept beside those that other outputs tell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from output_checks.measuring.brought.facts import derived
from output_checks.model.evidence import FactName, Origin, Output, OutputKind, Tabulation
from output_checks.model.statistic import Statistic


def counts_only(outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Outputs as they can be attacked: of those made elsewhere the counts, as nobody knows how the rest adds up."""
    return tuple(
        replace(output, tabulations=tuple(filter(_is_count, output.tabulations)))
        if output.kind is OutputKind.FILE
        else output
        for output in outputs
    )


def with_own_bounds(outputs: Sequence[Output], attacked: Sequence[Output]) -> tuple[Output, ...]:
    """Outputs after the attack, those made elsewhere with the narrower of their own bounds and those of the attack.

    Only the file itself tells of its marks, its percentages and rows that add up without a name. What was not attacked
    is there again.
    """
    return tuple(
        replace(before, tabulations=_narrower(before.tabulations, after.tabulations))
        if before.kind is OutputKind.FILE
        else after
        for before, after in zip(outputs, attacked, strict=True)
    )


def _is_count(tabulation: Tabulation) -> bool:
    return tabulation.statistic is Statistic.COUNT


def _narrower(before: Sequence[Tabulation], after: Sequence[Tabulation]) -> tuple[Tabulation, ...]:
    attacked = iter(after)
    return tuple(_narrow(item, next(attacked)) if _is_count(item) else item for item in before)


def _narrow(before: Tabulation, after: Tabulation) -> Tabulation:
    own = before.fact(FactName.LOWER_BOUND), before.fact(FactName.UPPER_BOUND)
    if own[0] is None or own[1] is None:
        return after
    found = after.fact(FactName.LOWER_BOUND), after.fact(FactName.UPPER_BOUND)
    low = own[0].values if found[0] is None else np.fmax(own[0].values, found[0].values)
    high = own[1].values if found[1] is None else np.fmin(own[1].values, found[1].values)
    # No more units are behind a hidden count than the attack leaves room for.
    known = after.hidden & np.isfinite(high)
    units = [
        replace(fact, values=np.where(known, np.fmin(fact.values, high), fact.values))
        for fact in after.facts
        if fact.name is FactName.CONTRIBUTORS and fact.origin is Origin.AT_MOST
    ]
    bounds = derived(FactName.LOWER_BOUND, low), derived(FactName.UPPER_BOUND, np.maximum(low, high))
    return after.with_facts(*bounds, *units)
