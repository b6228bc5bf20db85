"""Rules for models: a coefficient is a table in disguise, of the units that its column sets apart."""

from collections.abc import Mapping, Sequence

import numpy as np

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


def _gives_outcomes_back(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (left,) = facts
    fail = left < limits["minimum_unexplained"]
    return Judgement(fail=fail, review=(left < limits["review_unexplained"]) & ~fail)


def _nearly_rare(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (units,) = facts
    few = units < limits["minimum_contributors"]
    return Judgement(fail=np.zeros_like(few), review=few)


def _dominated(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    one, two = (share > limits["k_percent"] / 100 for share in facts)
    return Judgement(fail=one, review=two & ~one)


def _few_clusters(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (clusters,) = facts
    few = clusters < limits["minimum_residual_degrees_of_freedom"]
    return Judgement(fail=np.zeros_like(few), review=few)


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
        "For every column and instrument of the model, and for what it explains, counts the distinct units away from "
        "the most common value, and at it where there are only two values; of an outcome that is a category, at each. "
        "A group is judged too where it follows from several columns: one dummy less another that lies in it, the "
        "reference group of dummies that exclude each other, and every pattern of columns of few values that the model "
        "fits by itself, as all are in a saturated model (there with each outcome, where it has two). What hides in "
        "other combinations, or behind a little noise, shows in the leverage (MOD4)."
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

PREDICTION = CellRule(
    code="MOD5",
    title="The model gives the outcomes back",
    aim="Where a model leaves nothing unexplained, whoever knows what explains a pupil knows the pupil's outcome.",
    advice="Leave out what the outcome is calculated from, or the dummy behind which everyone has the same outcome.",
    rationale=(
        "The share of the variance of the outcome that is left, absorbed effects and weights taken into account (for "
        "outcomes that are categories: Efron's measure). In a model of chances a dummy behind which only one outcome "
        "occurs leaves nothing: its coefficient runs off to infinity and tells everyone's outcome. It is also 0 where "
        "all outcomes are the same. A model of durations has no such share; its dummies are judged."
    ),
    source="Efron 1978, JASA 73; Albert & Anderson 1984, Biometrika 71 (separation); the limits are our own",
    thresholds=("minimum_unexplained", "review_unexplained"),
    kinds=_COEFFICIENTS,
    needs=(FactName.UNEXPLAINED,),
    check=_gives_outcomes_back,
    message="{cells} of a model that tells the outcome of everyone, or of everyone in a group",
)

RARE_VALUE = CellRule(
    code="MOD6",
    title="A coefficient nearly tells of few units",
    aim="A dummy under three numbers is a dummy still; a chance and the size of a group are nearly a count.",
    advice="Merge the rare value with another, or show the output checker what the three values mean.",
    rationale=(
        "Counts distinct units at the rarest of a column's three values, and in a model of chances those with each "
        "outcome behind each dummy. Neither follows exactly from the coefficients, so a person decides."
    ),
    source="Our own; DataSHIELD refuses rare levels of two-valued columns, nfilter.tab",
    thresholds=("minimum_contributors",),
    kinds=_COEFFICIENTS,
    needs=(FactName.RARE_VALUE,),
    per_unit=True,
    check=_nearly_rare,
    message="{cells} beside a value or an outcome that fewer {unit}s have than the policy asks for",
)

CLUSTERS = CellRule(
    code="MOD7",
    title="Few clusters",
    aim="A variance between two schools is the difference between them; a standard error by few clusters is of few.",
    advice="Cluster by a finer level, or leave the variance out.",
    rationale=(
        "Counts the clusters of the standard errors (the fewest, where there are two ways), and the groups of random "
        "effects. Fewer than the degrees of freedom that a model must leave need a person."
    ),
    source="Cameron & Miller 2015, Journal of Human Resources 50(2), few clusters; the limit is our own",
    thresholds=("minimum_residual_degrees_of_freedom",),
    kinds=_COEFFICIENTS,
    needs=(FactName.CLUSTERS,),
    check=_few_clusters,
    message="Standard errors or variances rest on few clusters: whose are they?",
)

CONCENTRATION = CellRule(
    code="MOD8",
    title="One unit dominates some combination of the columns",
    aim="Where columns differ for one school only, their coefficients, taken together, are about that school.",
    advice="Leave out one of the columns that differ for that unit only, or the unit's own records.",
    rationale=(
        "The largest share that one unit has of the squares of any combination of the columns (after effects and "
        "weights) and what is left of the outcome: the largest eigenvalue of the unit's part of the hat matrix. It "
        "fails where that is more than one unit may have of a total, and needs a person where two units have it. For "
        "the finest units the sum of the leverages is taken, which is never less, and MOD4 looks at several."
    ),
    source="The dominance rule, for contrasts; Belsley, Kuh & Welsch 1980, chapter 2, for subsets of records",
    thresholds=("k_percent",),
    kinds=_COEFFICIENTS,
    needs=(FactName.CONCENTRATION, FactName.CONCENTRATION_OF_TWO),
    per_unit=True,
    check=_dominated,
    message="One {unit}, or very few, dominate some combination of the model's columns",
)

RULES = (DEGREES_OF_FREEDOM, PARAMETERS, RARE_LEVEL, LEVERAGE, PREDICTION, RARE_VALUE, CLUSTERS, CONCENTRATION)
