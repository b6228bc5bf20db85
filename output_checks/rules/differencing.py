"""Differencing: two numbers that are safe alone and give few units away when one is taken from the other."""

from collections.abc import Sequence
from itertools import chain, combinations
from typing import TypeAlias

import numpy as np

from output_checks.model.evidence import FactName, Floats, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "DIF1"
_Group: TypeAlias = frozenset[tuple[str, str]]


def _nearly_equal_groups(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    """Set the counts of equally described groups in different tabulations against each other."""
    finest = policy.units[0]
    minimum = policy.limits(finest)["minimum_contributors"]
    counted = [
        (output, position, _groups(tabulation, finest))
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.statistic is Statistic.COUNT
    ]
    findings = []
    for (first, _, groups), (second, position, others) in combinations(counted, 2):
        if first.name == second.name or not first.tabulations[0].may_share_units_with(second.tabulations[position]):
            continue
        close = [
            cell
            for group, (number, cell) in others.items()
            if group in groups and 0 < abs(number - groups[group][0]) < minimum
        ]
        if close:
            same_measure = first.tabulations[0].variable == second.tabulations[position].variable
            findings.append(
                (
                    second.name,
                    Finding(
                        rule=_CODE,
                        outcome=Outcome.FAIL if same_measure else Outcome.REVIEW,
                        tabulation=position,
                        cells=tuple(close),
                        message=(
                            f"Counts of {len(close)} of its groups differ by only a few {finest}s from those in "
                            f"{first.name}: subtracting the two gives those few away."
                        ),
                        advice=RULE.advice,
                    ),
                )
            )
    return findings


def _groups(tabulation: Tabulation, level: str) -> dict[_Group, tuple[float, int]]:
    """Each group whose count is published or follows from the table, with its units and position.

    A total that is not printed follows where all its parts are. Its position is that of its first part.
    """
    contributors = tabulation.fact(FactName.CONTRIBUTORS, level)
    if contributors is None:
        return {}
    if tabulation.by == ("term",):  # a model: every coefficient has the whole estimation sample behind it
        return {frozenset(): (float(np.max(contributors.values)), 0)}
    groups: dict[_Group, tuple[float, int]] = {}
    for position, cell in enumerate(tabulation.cells):
        if not tabulation.hidden[position]:
            group = frozenset((name, part) for name, part in zip(tabulation.by, cell, strict=True) if part is not None)
            groups[group] = (float(contributors.values[position]), position)
    return {**_implied(tabulation, contributors.values), **groups}


def _implied(tabulation: Tabulation, contributors: Floats) -> dict[_Group, tuple[float, int]]:
    """Totals over any of the variables, of innermost cells that are all published."""
    inner = [position for position, cell in enumerate(tabulation.cells) if None not in cell]
    totals: dict[_Group, tuple[float, int]] = {}
    incomplete: set[_Group] = set()
    for position in inner:
        pairs = list(zip(tabulation.by, tabulation.cells[position], strict=True))
        for kept in chain.from_iterable(combinations(pairs, size) for size in range(len(pairs))):
            group = frozenset((name, part) for name, part in kept if part is not None)
            number, first = totals.get(group, (0.0, position))
            totals[group] = (number + float(contributors[position]), first)
            if tabulation.hidden[position]:
                incomplete.add(group)
    return {group: found for group, found in totals.items() if group not in incomplete}


RULE = ReleaseRule(
    code=_CODE,
    title="Nearly the same group published twice",
    aim="The same table with and without one pupil shows that pupil's cell.",
    advice="Use one population for all tables of a release, or round the counts.",
    rationale=(
        "Compares the counts of groups with the same description across all outputs of the release, those that are "
        "printed and those that follow as totals, unless their data have no unit in common. A difference of fewer "
        "units than the policy's minimum fails; it needs a person where the two count valid values of different "
        "variables, since then the difference counts missing values."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; ABS DataLab output rules",
    thresholds=("minimum_contributors",),
    check=_nearly_equal_groups,
)

RULES = (RULE,)
