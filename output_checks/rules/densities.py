"""Densities: curves that are so fine, or drawn so far, that they show single units."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from output_checks.model.evidence import FactName, Floats, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import CellRule, Judgement, ReleaseRule
from output_checks.model.statistic import Kind, Statistic


def _few_beyond(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    below, above = facts
    least = limits["minimum_contributors"]
    return Judgement.failing((below < least) | (above < least))


def _shows_one(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:  # noqa: ARG001
    (hidden,) = facts
    return Judgement.failing(hidden < 2)  # with less, whoever knows all others sees the last one appear


FEW_BEYOND = CellRule(
    code="DEN1",
    title="A density drawn where few are beyond",
    aim="The end of a curve says where the lowest and the highest value are.",
    advice="Register it with release.density, which ends the curve where enough are still beyond.",
    rationale=(
        "Counts distinct units at or below each point, and at or above it: a curve goes no further than a table of "
        "counts by bands could. How many are around each point is judged by THR1."
    ),
    source="Our own; as SACRO guide to statistical output checking, 2023, position and end points",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.DENSITY}),
    needs=(FactName.AT_OR_BELOW, FactName.AT_OR_ABOVE),
    per_unit=True,
    check=_few_beyond,
    message="{cells} of a density with few {unit}s on one side",
)

TOO_EXACT = CellRule(
    code="DEN2",
    title="A density with too many digits",
    aim="A density with many digits is its data: whoever knows the bandwidth can take the single values out again.",
    advice="Register it with release.density, which rounds it; publish no other density of the same records.",
    rationale=(
        "The steps in which the curve is published, over the most that one of the finest units can add to it: at least "
        "two, so that the curve is the same with that unit and without it, but for chance."
    ),
    source="Our own; tried by linear programming against curves of 60 to 1,000 values",
    kinds=frozenset({Kind.DENSITY}),
    needs=(FactName.HIDDEN_BY_ROUNDING,),
    check=_shows_one,
    message="{cells} of a density published so exactly that one unit can be seen in it",
)


def _several_of_one_variable(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:  # noqa: ARG001
    densities = [
        (output.name, position, item)
        for output in outputs
        for position, item in enumerate(output.tabulations)
        if item.statistic is Statistic.DENSITY
    ]
    found: dict[str, Finding] = {}
    for (first, _, one), (second, position, other) in combinations(densities, 2):
        alike = one.variable == other.variable and one.may_share_units_with(other)
        if first != second and second not in found and alike and not _same(one, other):
            found[second] = _finding(first, position, other)
    return list(found.items())


def _same(one: Tabulation, other: Tabulation) -> bool:
    """Whether the second is the first again, as a figure of it is."""
    return one.cells == other.cells and bool((one.published == other.published).all())


def _finding(first: str, position: int, item: Tabulation) -> Finding:
    return Finding(
        rule=SEVERAL.code,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(range(len(item.cells))),
        message=(
            f"It is a density of {item.variable} of units that are in {first} too: what do the two tell together, that "
            "each is too coarse for?"
        ),
        advice=SEVERAL.advice,
    )


SEVERAL = ReleaseRule(
    code="DEN3",
    title="Two densities of the same units",
    aim="Many coarse pictures of the same values from a little different places make a sharp one.",
    advice="Publish one density of a variable, by one grouping; draw what else you need from a table of means.",
    rationale=(
        "Each density tells a little less than single values are, by its rounding, bandwidth and points. Two of the "
        "same variable and units do so with other rounding, bandwidth or points. A figure of a density is that density."
    ),
    source="Our own",
    check=_several_of_one_variable,
)

RULES = (FEW_BEYOND, TOO_EXACT)
RELEASE_RULES = (SEVERAL,)
