"""Threshold rules: how many units stand behind a published number."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement, OfPerturbed
from output_checks.model.statistic import Kind


def _too_few(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (contributors,) = facts
    return Judgement.failing((contributors > 0) & (contributors < limits["minimum_contributors"]))


def _few_free(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (degrees,) = facts
    return Judgement.failing((degrees >= 1) & (degrees < limits["minimum_contributors"]))


_OF_VALUES = frozenset(
    {
        Kind.LINEAR_AGGREGATION,
        Kind.WEIGHTED_AGGREGATION,
        Kind.RATIO,
        Kind.INDEX,
        Kind.SPREAD,
        Kind.WEIGHTED_SPREAD,
        Kind.SHAPE,
        Kind.SAMPLING_ERROR,
        Kind.WEIGHTED_SAMPLING_ERROR,
        Kind.CONCENTRATION,
    }
)

TOO_FEW_CONTRIBUTORS = CellRule(
    code="THR1",
    title="Too few contributors",
    aim="A number about few units tells those who know some of them about the others.",
    advice="Merge categories until every cell has enough units, or ask for the table with suppress=True.",
    rationale=(
        "Counts distinct units, not records and not weights: forty records of two pupils are two contributors. "
        "Every unit level of the policy is counted, so a mean over many pupils of one school is the school's mean. "
        "A cell without units passes: an empty cell is judged by class disclosure instead. Of perturbed counts PER1 "
        "judges how closely they can be known."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, minimum frequency rule; SACRO guide, 2023",
    thresholds=("minimum_contributors",),
    kinds=frozenset(Kind) - {Kind.UNKNOWN},
    needs=(FactName.CONTRIBUTORS,),
    per_unit=True,
    of_perturbed=OfPerturbed.NOTHING,
    check=_too_few,
    message="{cells} with fewer {unit}s behind them than the policy asks for",
)

FEW_AT_ONE_VALUE = CellRule(
    code="THR2",
    title="Few at one of two or three values",
    aim="A mean of ones and zeros is a share: with its n, a count of those who have it, and of those who have not.",
    advice="Merge the cell with others until each value occurs often enough, or ask for the table with suppress=True.",
    rationale=(
        "Where a cell has two different values, its n and its sum or mean give away how many units have each; where it "
        "has three, they do so together with a standard deviation or interval, and so on with each further moment. Of "
        "a rate it counts those who have it and those who have not, of a correlation every combination of two "
        "two-valued variables, of a density the values within a bandwidth. Each of those counts is held to the "
        "minimum. A cell with one value is judged by CLS2."
    ),
    source="Published CBS project code: suppresses where p·n or (1−p)·n is below 10; ABS DataLab output rules",
    thresholds=("minimum_contributors",),
    kinds=_OF_VALUES | {Kind.CORRELATION, Kind.DENSITY},
    needs=(FactName.RARE_SIDE,),
    per_unit=True,
    check=_too_few,
    message="{cells} in which few {unit}s have one of the only two or three values",
)

FEW_AWAY = CellRule(
    code="THR3",
    title="Few with another value than most",
    aim="A mean of hours of support that only three pupils get is, times n, the hours of these three.",
    advice=FEW_AT_ONE_VALUE.advice,
    rationale=(
        "Where more than half of a cell's records have one value, most often zero, the statistic is about the others: "
        "they are counted as the contributors that they are. Where no value is so common, nobody is set apart. Of "
        "weighted statistics the weights are judged too: a weighted count less a count is about those with another "
        "weight than most."
    ),
    source="Our own; as the minimum frequency rule, for those who make the number what it is",
    thresholds=("minimum_contributors",),
    kinds=_OF_VALUES | {Kind.CORRELATION, Kind.WEIGHTED_FREQUENCY},
    needs=(FactName.AWAY_FROM_MODE,),
    per_unit=True,
    check=_too_few,
    message="{cells} in which few {unit}s have another value than the most common one",
)

FEW_FREE = CellRule(
    code="THR4",
    title="A sampling error of few clusters",
    aim="With a mean and its interval, one of three schools that knows itself can work out the other two.",
    advice="Merge cells or strata until more clusters stand behind each, or publish the mean without its interval.",
    rationale=(
        "A mean and a standard error are two equations: the clusters' deviations from the mean, and their squares, add "
        "up to known numbers. Counts the clusters behind the cell less the strata they are in, its degrees of freedom, "
        "and holds them to the minimum of the level that the clusters are units of; of any level but the finest, where "
        "the clusters are named by a column. With none left there is no interval."
    ),
    source="Our own; compare COR1, and the residual degrees of freedom of a model (MOD1)",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.SAMPLING_ERROR, Kind.WEIGHTED_SAMPLING_ERROR}),
    needs=(FactName.SAMPLING_DEGREES_OF_FREEDOM,),
    per_unit=True,
    check=_few_free,
    message="{cells} with an interval or standard error that rests on few {unit}s",
)

RULES = (TOO_FEW_CONTRIBUTORS, FEW_AT_ONE_VALUE, FEW_AWAY, FEW_FREE)
