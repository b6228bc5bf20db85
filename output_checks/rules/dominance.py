"""Dominance rules: no unit may be so large in a total that the total gives it away."""

from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind

_NEEDS = (FactName.TOTAL, FactName.LARGEST, FactName.SECOND_LARGEST)


def _largest_hold_too_much(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    total, largest, second = facts
    held = largest + (second if limits["n_largest"] >= 2 else 0.0)
    return Judgement.failing((total > 0) & (held > limits["k_percent"] / 100 * total))


def _second_estimates_largest(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    total, largest, second = facts
    rest = np.maximum(total - largest - second, 0.0)
    return Judgement.failing((largest > 0) & (rest < limits["p_percent"] / 100 * largest))


DOMINANCE = CellRule(
    code="DOM1",
    title="One unit dominates",
    aim="A total or mean that consists for the most part of one unit is that unit's value.",
    advice="Merge the cell with others, or ask for the table with suppress=True.",
    rationale=(
        "The (n,k) rule on absolute contributions, after adding up the records of each unit, so that neither duplicate "
        "records nor a negative value elsewhere can hide a dominant unit. Cells of zeros only have nobody dominant."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, (n,k) dominance rule",
    thresholds=("n_largest", "k_percent"),
    kinds=frozenset({Kind.LINEAR_AGGREGATION}),
    needs=_NEEDS,
    per_unit=True,
    check=_largest_hold_too_much,
    message="{cells} in which the largest {unit} holds too large a share",
)

P_PERCENT = CellRule(
    code="DOM2",
    title="The second-largest can estimate the largest",
    aim="A contributor that subtracts its own value from a total must not come close to the largest other one.",
    advice=DOMINANCE.advice,
    rationale=(
        "The p% rule: the total less the two largest contributions must be at least p percent of the largest. "
        "With one contributor, or two, the rest is nothing and the cell fails."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, p% rule",
    thresholds=("p_percent",),
    kinds=frozenset({Kind.LINEAR_AGGREGATION}),
    needs=_NEEDS,
    per_unit=True,
    check=_second_estimates_largest,
    message="{cells} in which one {unit} could work out another's value closely",
)

RULES = (DOMINANCE, P_PERCENT)
