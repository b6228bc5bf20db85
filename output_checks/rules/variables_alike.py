"""Variables that are the same for all but a few: their difference is a number of these few."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from output_checks.model.evidence import Flags, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.members import Hashes, Members
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "DIF3"
_MOST = 0.02
"""Share of the units whose values may differ: of two unlike variables that seldom occur, more do."""


def _nearly_the_same_variable(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    minimum = {level: policy.limits(level)["minimum_contributors"] for level in policy.units}
    measured = [
        (output.name, position, tabulation)
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.statistic is Statistic.COUNT
        and tabulation.members is not None
        and tabulation.members.marks is not None
    ]
    findings = []
    for (first, _, one), (second, position, other) in combinations(measured, 2):
        if first == second:
            continue
        cells = sorted(set(_cells_of_few(one, other, minimum)))
        if cells:
            findings.append((second, _finding(first, position, cells)))
    return findings


def _cells_of_few(one: Tabulation, other: Tabulation, minimum: Mapping[str, float]) -> Iterator[int]:
    """Cells of the second table that hold units whose values differ, and fewer of them than the minimum.

    Where the values of few schools differ, all cells that these are in.
    """
    first, second = one.members, other.members
    if first is None or second is None or not one.may_share_units_with(other):
        return
    units, sums = _by_unit(first)
    others, their_sums = _by_unit(second)
    common, at, their = np.intersect1d(units, others, assume_unique=True, return_indices=True)
    differ = sums[at] != their_sums[their]
    if not differ.any():
        return
    changed = np.isin(second.finest, common[differ])
    finest, *coarser = minimum
    if any(
        0 < len(np.unique(second.units[level][changed])) < minimum[level] for level in coarser if level in second.units
    ):
        yield from (int(cell) for cell in np.unique(second.cells[changed]))
    if differ.sum() > max(_MOST * len(common), 1):
        return
    yield from (
        int(cell) for cell in np.unique(second.cells[changed]) if _few(second, changed, int(cell), minimum[finest])
    )


def _few(members: Members, changed: Flags, cell: int, minimum: float) -> bool:
    return len(np.unique(members.finest[changed & (members.cells == cell)])) < minimum


def _by_unit(members: Members) -> tuple[Hashes, Hashes]:
    """Each unit once, and a number that is equal where all of its values are."""
    units, code = np.unique(members.finest, return_inverse=True)
    sums = np.zeros(len(units), dtype=np.uint64)
    if members.marks is not None:
        np.add.at(sums, code, members.marks.astype(np.uint64))
    return units, sums


def _finding(first: str, position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=f"Its variable is that of {first} for all but a few units: their difference tells of these.",
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="Nearly the same variable published twice",
    aim="Means of a score before and after it was corrected for one pupil give away that correction.",
    advice="Publish one of the two variables, or say in release.explain how they differ.",
    rationale=(
        "Compares the values of each unit in two tables, of two variables or of one that was corrected. Where at most "
        "two in a hundred of the units they share differ, and fewer than the minimum in a cell, or those of few "
        "schools, the difference of the two numbers is about those few. It needs a person, because it is not known "
        "whether anybody can tell who they are."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing",
    thresholds=("minimum_contributors",),
    check=_nearly_the_same_variable,
)

RULES = (RULE,)
