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


def _one_far_value(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (nearly,) = facts
    return Judgement.failing(nearly > 1 / (1 + limits["p_percent"] / 100))


ONE_FAR_VALUE = CellRule(
    code="COR3",
    title="One far value makes the number",
    aim="A skewness that one income makes tells that income; a correlation that one pupil makes, that pupil's score.",
    advice="Leave out the far value and say so, merge the cell with others, or publish fewer statistics.",
    rationale=(
        "If nearly all of a moment is one unit's, its distance from the mean follows from the number, the standard "
        "deviation and n. It fails where the distance follows to within p percent. Of a correlation it is the moment "
        "of either variable."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, p% rule; SACRO guide, higher moments",
    thresholds=("p_percent",),
    kinds=frozenset({Kind.CORRELATION, Kind.SHAPE}),
    needs=(FactName.FURTHEST,),
    per_unit=True,
    check=_one_far_value,
    message="{cells} in which one {unit} makes nearly all of the number",
)

RULES = (ONE_FAR_VALUE, DEGREES_OF_FREEDOM, FOLLOWS)
