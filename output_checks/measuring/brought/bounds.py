"""The bounds of hidden cells that a brought table itself tells, kept beside those that other outputs tell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from output_checks.measuring.brought.facts import derived
from output_checks.model.evidence import FactName, Output, OutputKind, Tabulation


def with_own_bounds(outputs: Sequence[Output], attacked: Sequence[Output]) -> tuple[Output, ...]:
    """Outputs after the attack, those made elsewhere with the narrower of their own bounds and those of the attack.

    Only the file itself tells of its marks, its percentages and rows that add up without a name.
    """
    return tuple(
        replace(
            after,
            tabulations=tuple(map(_narrower, before.tabulations, after.tabulations)),
        )
        if before.kind is OutputKind.FILE
        else after
        for before, after in zip(outputs, attacked, strict=True)
    )


def _narrower(before: Tabulation, after: Tabulation) -> Tabulation:
    own = before.fact(FactName.LOWER_BOUND), before.fact(FactName.UPPER_BOUND)
    if own[0] is None or own[1] is None:
        return after
    found = after.fact(FactName.LOWER_BOUND), after.fact(FactName.UPPER_BOUND)
    low = own[0].values if found[0] is None else np.fmax(own[0].values, found[0].values)
    high = own[1].values if found[1] is None else np.fmin(own[1].values, found[1].values)
    return after.with_facts(derived(FactName.LOWER_BOUND, low), derived(FactName.UPPER_BOUND, np.maximum(low, high)))
