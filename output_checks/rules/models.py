"""Rules for models: a coefficient is a table in disguise, of the units that its column sets apart."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind

_COEFFICIENTS = frozenset({Kind.COEFFICIENT})


def _few_left_over(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (degrees,) = facts
    return Judgement.failing(degrees < limits["minimum_residual_degrees_of_freedom"])


def _nearly_saturated(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (ratio,) = facts
    return Judgement.failing(ratio > limits["maximum_parameters_per_observation"])


def _rare_level(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (units,) = facts
    return Judgement.failing(units < limits["minimum_contributors"])


def _too_much_leverage(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (leverage,) = facts
    fail = leverage > limits["maximum_leverage"]
    return Judgement(fail=fail, review=(leverage > limits["review_leverage"]) & ~fail)


DEGREES_OF_FREEDOM = CellRule(
    code="MOD1",
    title="Too few degrees of freedom",
    aim="A model with as many parameters as observations is the data in another form.",
    advice="Use fewer parameters, or more observations.",
    rationale="Observations less parameters, absorbed effects included.",
    source="ESSnet guidelines for the checking of output, 2009; SACRO guide, 2023",
    thresholds=("minimum_residual_degrees_of_freedom",),
    kinds=_COEFFICIENTS,
    needs=(FactName.RESIDUAL_DEGREES_OF_FREEDOM,),
    check=_few_left_over,
    message="The model leaves too few residual degrees of freedom",
)

PARAMETERS = CellRule(
    code="MOD2",
    title="Too many parameters for the observations",
    aim="Many parameters on few observations reproduce the observations.",
    advice="Use fewer parameters, or coarser categories.",
    rationale="Reported coefficients as a share of observations. Absorbed effects are not published; MOD1 counts them.",
    source="DataSHIELD, disclosure control nfilter.glm",
    thresholds=("maximum_parameters_per_observation",),
    kinds=_COEFFICIENTS,
    needs=(FactName.PARAMETERS_PER_OBSERVATION,),
    check=_nearly_saturated,
    message="The model has too many parameters for its observations",
)

RARE_LEVEL = CellRule(
    code="MOD3",
    title="A coefficient rests on few units",
    aim="The coefficient of a dummy that is 1 for three pupils is, with the others, those pupils' mean.",
    advice="Merge the rare level with another, or leave it out of the model.",
    rationale=(
        "For every column of the model, and for what it explains, counts the distinct units away from the most common "
        "value, and at it where there are only two values. That covers dummies, interactions, copies of a dummy under "
        "other numbers, and a model of who belongs to a few; a dummy that hides in the difference of two columns, or "
        "behind a little noise, shows in the leverage (MOD4)."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, saturated models; DataSHIELD, nfilter.tab",
    thresholds=("minimum_contributors",),
    kinds=_COEFFICIENTS,
    needs=(FactName.RARE_SIDE,),
    per_unit=True,
    check=_rare_level,
    message="{cells} resting on fewer {unit}s than the policy asks for",
)

LEVERAGE = CellRule(
    code="MOD4",
    title="One unit determines its own prediction, or few do",
    aim="Where one unit's leverage is near 1, the model passes through its value, and the coefficients give it back.",
    advice="Leave out or cap the extreme values of the explanatory variables.",
    rationale=(
        "The diagonal of the hat matrix of the explanatory variables and the outcome together, added up over a unit's "
        "records, so that an outcome that consists of one unit counts too. Where some combination of columns sets n "
        "units apart, each of them has at least 1/n; hence the limit for review. It is judged at the finest unit "
        "level: a school's records together always weigh much in a model with effects for schools, without giving a "
        "pupil away."
    ),
    source="Belsley, Kuh & Welsch 1980, Regression Diagnostics, chapter 2; the limit is our own",
    thresholds=("maximum_leverage", "review_leverage"),
    kinds=_COEFFICIENTS,
    needs=(FactName.LARGEST_LEVERAGE,),
    check=_too_much_leverage,
    message="One unit, or very few, determine their own prediction in the model",
)

RULES = (DEGREES_OF_FREEDOM, PARAMETERS, RARE_LEVEL, LEVERAGE)
