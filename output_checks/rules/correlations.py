"""Correlations: safe where many units stand behind them, and where no value follows from another."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind


def _few_left_over(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (degrees,) = facts
    return Judgement.failing(degrees < limits["minimum_residual_degrees_of_freedom"])


def _follows(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (unexplained,) = facts
    fail = unexplained < limits["minimum_unexplained"]
    return Judgement(fail=fail, review=(unexplained < limits["review_unexplained"]) & ~fail)


DEGREES_OF_FREEDOM = CellRule(
    code="COR1",
    title="A correlation with few degrees of freedom",
    aim="A correlation between the scores of three pupils says much about each of them.",
    advice="Merge the cell with others, or leave it out.",
    rationale=(
        "Distinct units of the finest level less two, however many records each of them has; of a coarser level, where "
        "the two variables are the same within each of its units: those of schools are as many as there are schools."
    ),
    source="SACRO guide to statistical output checking, 2023, correlation coefficients",
    thresholds=("minimum_residual_degrees_of_freedom",),
    kinds=frozenset({Kind.CORRELATION}),
    needs=(FactName.RESIDUAL_DEGREES_OF_FREEDOM,),
    check=_few_left_over,
    message="{cells} with a correlation that leaves too few degrees of freedom",
)

FOLLOWS = CellRule(
    code="COR2",
    title="One variable follows from the other",
    aim="Where a correlation is 1, whoever knows a pupil's one score knows the other.",
    advice="Leave out one of two variables that are calculated from each other.",
    rationale="The square of the correlation less than 1 by a margin; as MOD5 for models.",
    source="Our own",
    thresholds=("minimum_unexplained", "review_unexplained"),
    kinds=frozenset({Kind.CORRELATION}),
    needs=(FactName.UNEXPLAINED,),
    check=_follows,
    message="{cells} with a correlation by which one variable gives the other away",
)

RULES = (DEGREES_OF_FREEDOM, FOLLOWS)
