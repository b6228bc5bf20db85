"""Dominance rules: no unit may be so large in a total that the total gives it away. A ratio is of two totals."""

from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind

_NEEDS = (FactName.TOTAL, FactName.LARGEST, FactName.SECOND_LARGEST)
_DENOMINATOR = (
    FactName.DENOMINATOR_TOTAL,
    FactName.DENOMINATOR_LARGEST,
    FactName.DENOMINATOR_SECOND_LARGEST,
)
_TOTALS = frozenset(
    {Kind.LINEAR_AGGREGATION, Kind.WEIGHTED_AGGREGATION, Kind.RATIO, Kind.INDEX, Kind.CONCENTRATION, Kind.DENSITY}
)
_SPREADS = frozenset({Kind.SPREAD, Kind.WEIGHTED_SPREAD, Kind.SAMPLING_ERROR, Kind.WEIGHTED_SAMPLING_ERROR})
"""Where one unit is most of a total, its distance from the mean is most of the spread."""
_RATIOS = frozenset(
    {
        Kind.WEIGHTED_AGGREGATION,
        Kind.WEIGHTED_SPREAD,
        Kind.WEIGHTED_SAMPLING_ERROR,
        Kind.WEIGHTED_POSITION,
        Kind.RATIO,
        Kind.INDEX,
    }
)
"""Numbers with a denominator, or weights: where these are mostly one unit's, so is the number."""


def _largest_hold_too_much(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    total, largest, second = facts
    held = largest + (second if limits["n_largest"] >= 2 else 0.0)
    # Absolute contributions add up to at least the largest; a total that is less was taken with its signs.
    return Judgement.failing((largest > 0) & (held > limits["k_percent"] / 100 * total))


def _second_estimates_largest(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    total, largest, second = facts
    rest = np.maximum(total - largest - second, 0.0)
    return Judgement.failing((largest > 0) & (rest < limits["p_percent"] / 100 * largest))


def _few_below(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (contributors,) = facts
    return Judgement.failing((contributors > 0) & (contributors < limits["minimum_contributors"]))


DOMINANCE = CellRule(
    code="DOM1",
    title="One unit dominates",
    aim="A total or mean that consists for the most part of one unit is that unit's value.",
    advice="Merge the cell with others, or ask for the table with suppress=True.",
    rationale=(
        "The (n,k) rule on absolute contributions, after adding up the records of each unit, so that neither duplicate "
        "records nor a negative value elsewhere can hide a dominant unit. Cells of zeros only have nobody dominant. Of "
        "a ratio it is the numerator, of a weighted mean the weighted total. A spread is judged by the total as well: "
        "the one who is most of it is furthest from the mean. A smoothed percentile is a mean of eleven."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, (n,k) dominance rule",
    thresholds=("n_largest", "k_percent"),
    kinds=_TOTALS | _SPREADS | {Kind.SMOOTHED_POSITION},
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
    kinds=_TOTALS | _SPREADS | {Kind.SMOOTHED_POSITION},
    needs=_NEEDS,
    per_unit=True,
    check=_second_estimates_largest,
    message="{cells} in which one {unit} could work out another's value closely",
)

FEW_IN_DENOMINATOR = CellRule(
    code="RAT1",
    title="Few contributors to a denominator",
    aim="A ratio of a sum over few is the ratio of those few, however many stand in the cell.",
    advice="Merge the cell with others, or ask for the table with suppress=True.",
    rationale=(
        "Counts the distinct units whose denominator is not 0, or whose weight is above 0. Those who make the "
        "numerator are counted by THR1 and THR3."
    ),
    source="ABS DataLab output rules: a percentage meets the rule in numerator and in denominator",
    thresholds=("minimum_contributors",),
    kinds=_RATIOS,
    needs=(FactName.DENOMINATOR_CONTRIBUTORS,),
    per_unit=True,
    check=_few_below,
    message="{cells} with fewer {unit}s in the denominator than the policy asks for",
)

DOMINATED_DENOMINATOR = CellRule(
    code="RAT2",
    title="One unit dominates a denominator",
    aim="A ratio whose denominator, or a mean whose weight, consists for the most part of one unit is that unit's.",
    advice=DOMINANCE.advice,
    rationale="The (n,k) rule, as DOM1, on the denominators of a ratio and on the weights of a weighted mean.",
    source=DOMINANCE.source,
    thresholds=DOMINANCE.thresholds,
    kinds=_RATIOS,
    needs=_DENOMINATOR,
    per_unit=True,
    check=_largest_hold_too_much,
    message="{cells} in which the largest {unit} holds too large a share of the denominator or the weights",
)

CLOSE_DENOMINATOR = CellRule(
    code="RAT3",
    title="The second-largest can estimate the largest denominator",
    aim=P_PERCENT.aim,
    advice=DOMINANCE.advice,
    rationale="The p% rule, as DOM2, on the denominators of a ratio and on the weights of a weighted mean.",
    source=P_PERCENT.source,
    thresholds=P_PERCENT.thresholds,
    kinds=_RATIOS,
    needs=_DENOMINATOR,
    per_unit=True,
    check=_second_estimates_largest,
    message="{cells} in which one {unit} could work out another's denominator or weight closely",
)

FEW_IN_NUMERATOR = CellRule(
    code="RAT4",
    title="Too few contributors to a numerator",
    aim="Incidents per thousand school days, of which three pupils had any, are these three pupils' incidents.",
    advice="Merge categories until every numerator has enough units, or publish the denominators alone.",
    rationale=(
        "Counts the distinct units whose numerator is not 0. Where nobody's is, the rate is 0 for everyone, which is "
        "judged by CLS2."
    ),
    source=FEW_IN_DENOMINATOR.source,
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.RATIO}),
    needs=(FactName.NUMERATOR_CONTRIBUTORS,),
    per_unit=True,
    check=_few_below,
    message="{cells} with fewer {unit}s in the numerator than the policy asks for",
)

RULES = (DOMINANCE, P_PERCENT, FEW_IN_DENOMINATOR, DOMINATED_DENOMINATOR, CLOSE_DENOMINATOR, FEW_IN_NUMERATOR)
