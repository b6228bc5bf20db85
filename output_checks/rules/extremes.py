"""Positions and end points: numbers that are, or may be, one unit's own value."""

from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind


def _someones_value(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:  # noqa: ARG001
    (records,) = facts
    return Judgement.failing(records > 0)


def _maybe_someones_value(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:  # noqa: ARG001
    (records,) = facts
    return Judgement(fail=np.zeros(len(records), dtype=bool), review=records > 0)


END_POINT = CellRule(
    code="EXT1",
    title="Minimum or maximum",
    aim="The lowest and the highest value are somebody's values.",
    advice="Publish a mean with its standard deviation, or a table of counts by band.",
    rationale="However many units stand behind it, an end point is the value of one or a few of them.",
    source="SACRO guide to statistical output checking, 2023, end points; CBS users' summary of the output guidelines",
    kinds=frozenset({Kind.ENDPOINT}),
    needs=(FactName.RECORDS,),
    check=_someones_value,
    message="{cells} with a minimum or maximum, which is somebody's value",
)

POSITION = CellRule(
    code="EXT2",
    title="Median or percentile",
    aim="A percentile of few or clumped values is one unit's value.",
    advice="Publish a mean instead, or explain to the output checker why it is nobody's own value.",
    rationale="Whether neighbouring values shield it depends on how many share it; a person has to judge that.",
    source="SACRO guide to statistical output checking, 2023, position",
    kinds=frozenset({Kind.POSITION}),
    needs=(FactName.RECORDS,),
    check=_maybe_someones_value,
    message="{cells} with a median or percentile, which may be one unit's value",
)

RULES = (END_POINT, POSITION)
