"""Positions, end points and modes: numbers that are, or may be, one unit's own value."""

from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind


def _of_few(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    few = np.zeros(len(facts[0]), dtype=bool)
    for units in facts:
        few |= (units > 0) & (units < limits["minimum_contributors"])
    return Judgement.failing(few)


def _maybe_of_few(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    few = _of_few(facts, limits).fail
    return Judgement(fail=np.zeros_like(few), review=few)


_POSITIONS = frozenset({Kind.POSITION, Kind.WEIGHTED_POSITION, Kind.SMOOTHED_POSITION})

END_POINT = CellRule(
    code="EXT1",
    title="An end point that few share",
    aim="The lowest and the highest value are somebody's values.",
    advice="Publish a mean with its standard deviation, or a table of counts by band.",
    rationale=(
        "However many units stand behind it, a minimum, a maximum, a range or the end of a whisker is the value of "
        "those who have it. It passes only where enough distinct units share the value, as far as its decimals tell; "
        "of a range, at both ends."
    ),
    source="SACRO guide to statistical output checking, 2023, end points; CBS users' summary of the output guidelines",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.ENDPOINT}),
    needs=(FactName.SHARING,),
    per_unit=True,
    check=_of_few,
    message="{cells} with a minimum, maximum or range that is the value of few {unit}s",
)

FEW_BESIDE = CellRule(
    code="EXT2",
    title="A percentile with few beside it",
    aim="The fifth percentile of forty pupils says where the lowest two are.",
    advice="Publish fewer percentiles, or those nearer to the middle; or merge the cell with others.",
    rationale=(
        "A percentile divides a cell in two, and the next one divides it further: that is a table of counts by bands. "
        "Counts the distinct units at or below it, at or above it, and from the percentile before it that is "
        "published. A smoothed percentile is a band of eleven records, beyond which they are counted; of a weighted "
        "one the units are counted without weights."
    ),
    source="SACRO guide to statistical output checking, 2023, position; ABS DataLab output rules, quantiles",
    thresholds=("minimum_contributors",),
    kinds=_POSITIONS,
    needs=(FactName.AT_OR_BELOW, FactName.AT_OR_ABOVE, FactName.BETWEEN),
    per_unit=True,
    check=_of_few,
    message="{cells} with a percentile that few {unit}s are below, above, or between it and the next",
)

POSITION = CellRule(
    code="EXT3",
    title="A percentile that is the value of few",
    aim="A percentile of values that all differ is one unit's value.",
    advice="Publish it with fewer decimals, or a smoothed percentile; or explain why it is nobody's own value.",
    rationale=(
        "Passes where enough distinct units have the value, as far as its decimals tell: with scores to whole numbers "
        "a median is the value of many. Where it lies between two values, enough must have each of them, or round to "
        "the number itself. Of a smoothed percentile, which is a mean of eleven records, enough must be among these; "
        "where most of them have one value, enough must have the others. Else a person has to judge whether it can be "
        "recognised."
    ),
    source=FEW_BESIDE.source,
    thresholds=("minimum_contributors",),
    kinds=_POSITIONS,
    needs=(FactName.SHARING,),
    per_unit=True,
    check=_maybe_of_few,
    message="{cells} with a median or percentile that may be the value of few {unit}s",
)

MODE_OF_FEW = CellRule(
    code="EXT4",
    title="A mode that few share",
    aim="The most common of values that hardly repeat is the value of few.",
    advice="Publish the mode of a variable with fewer values, such as bands.",
    rationale="Counts the distinct units that have the most common value, as far as its decimals tell.",
    source="SACRO guide to statistical output checking, 2023, mode",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.MODE}),
    needs=(FactName.SHARING,),
    per_unit=True,
    check=_of_few,
    message="{cells} with a mode that is the value of few {unit}s",
)

TOP_OF_FEW = CellRule(
    code="EXT5",
    title="A share of few of the largest",
    aim="The share of the four largest, times the total, is the total of these four.",
    advice="Publish the Gini coefficient, or the share of a larger part.",
    rationale=(
        "Counts how many of the finest units are the largest that a concentration ratio is about. A Gini coefficient "
        "and a Herfindahl index are about all of them."
    ),
    source="SACRO guide to statistical output checking, 2023, non-linear concentration ratios",
    thresholds=("minimum_contributors",),
    kinds=frozenset({Kind.CONCENTRATION}),
    needs=(FactName.SHARING,),
    per_unit=True,
    check=_of_few,
    message="{cells} with the share of few {unit}s",
)

RULES = (END_POINT, FEW_BESIDE, POSITION, MODE_OF_FEW, TOP_OF_FEW)
