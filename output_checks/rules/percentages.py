"""Percentages and running totals: with the counts beside them they tell of cells that are not their own."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind


def _few_in_the_rest(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (rest,) = facts
    return Judgement.failing((rest > 0) & (rest < limits["minimum_contributors"]))


def _gives_hidden_away(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:  # noqa: ARG001
    (hidden,) = facts
    return Judgement.failing(hidden > 0)


COMPLEMENT = CellRule(
    code="PCT1",
    title="Few in the rest of a percentage",
    aim="Where 97 percent have passed, 3 percent have not: a percentage tells of both.",
    advice="Merge categories until the others have enough units together, or leave the percentage out.",
    rationale=(
        "Counts the distinct units in the other cells of the row, column or table that the percentage is of. A rest "
        "of nobody is a whole group in one category, which CLS1 judges."
    ),
    source="Published CBS project code: suppresses where p·n or (1−p)·n is below 10; ABS DataLab output rules",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.PERCENTAGE}),
    needs=(FactName.COMPLEMENT,),
    per_unit=True,
    check=_few_in_the_rest,
    message="{cells} with a percentage of which the rest is few {unit}s",
)

GIVES_TOTAL = CellRule(
    code="PCT2",
    title="A total that gives hidden cells away",
    aim="A count and its percentage tell the total of the row, and so what its hidden cells hold together.",
    advice=(
        "Ask for the table with margins=True and suppress=True, so that it is protected with its totals, or leave the "
        "percentage out. A running total cannot stand beside hidden cells of its row."
    ),
    rationale=(
        "Counts the hidden cells in the total that a percentage is of, where that total is not published itself: what "
        "is published, the attacker takes into account (SUP1). Two running totals tell what lies between them, which "
        "it does not; nor does it use those at risk and the survival of two times, which tell who ended between them. "
        "Of an index it is the base: with the means beside it, any index tells that."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, secondary suppression",
    kinds=frozenset({Kind.PERCENTAGE, Kind.CUMULATIVE, Kind.INDEX, Kind.SURVIVAL}),
    needs=(FactName.HIDDEN_IN_TOTAL,),
    check=_gives_hidden_away,
    message="{cells} with a percentage, running total or index that tells of cells hidden beside it",
)

RULES = (COMPLEMENT, GIVES_TOTAL)
