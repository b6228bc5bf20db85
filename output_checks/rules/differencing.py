"""Differencing: two numbers that are safe alone and give few units away when one is taken from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import TypeAlias

import numpy as np

from output_checks.model.behind import groups_behind
from output_checks.model.evidence import FactName, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "DIF1"
_Group: TypeAlias = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """A group whose count is published or follows from the table. `position` is its cell, or its first part."""

    units: Mapping[str, float]
    records: float
    members: int | None
    """Fingerprint of its records; None where unknown."""
    position: int


def _nearly_equal_groups(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    """Set the counts of equally described groups in different tabulations against each other."""
    if len({output.name for output in outputs}) < 2:
        return []
    counted = [
        (output, position, _groups(tabulation, policy.units))
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.statistic is Statistic.COUNT
    ]
    minimum = {level: policy.limits(level)["minimum_contributors"] for level in policy.units}
    findings = []
    for (first, at, groups), (second, position, others) in combinations(counted, 2):
        one, other = first.tabulations[at], second.tabulations[position]
        if first.name == second.name or not one.may_share_units_with(other):
            continue
        shared = {group: (groups[group], found) for group, found in others.items() if group in groups}
        # Where it is known who is in the groups, subtraction is looked at by that, and numbers that are close by chance
        # tell nothing.
        counts_only = one.members is None or other.members is None
        differ = _differ_by_few if counts_only else _differ_by_few_records
        close = [found.position for known, found in shared.values() if differ(known, found, minimum)]
        whole = shared.get(frozenset()) if counts_only else None
        if close:
            # A model's n differs from a table's by those without a covariate: seldom anybody's secret.
            alike = one.variable == other.variable and one.parts == other.parts and one.may_contain_or_be_in(other)
            findings.append((second.name, _finding(first.name, position, close, policy.units[0], fail=alike)))
        elif one.variable == other.variable and (same := _whole_in_both(shared)):
            findings.append((second.name, _selected(first.name, position, same)))
        elif whole and (level := _level_of_few(*whole, minimum)):
            findings.append((second.name, _finding(first.name, position, [whole[1].position], level, fail=False)))
    return findings


def _finding(first: str, position: int, cells: Sequence[int], level: str, *, fail: bool) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.FAIL if fail else Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=(
            f"Counts of {len(cells)} of its groups differ by only a few {level}s from those of the same groups in "
            f"{first}: subtracting the two gives those few away."
        ),
        advice=RULE.advice,
    )


def _selected(first: str, position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=(
            f"{len(cells)} of its groups are the same as in {first}, though the tables are of different records: does "
            "everyone of those groups have what the smaller selection is made by?"
        ),
        advice="Say in release.explain how the records were selected; merge the group if that tells something of it.",
    )


def _whole_in_both(shared: Mapping[_Group, tuple[_Counted, _Counted]]) -> list[int]:
    """Groups that are whole in both tables, where the tables themselves are not of the same records."""
    whole = shared.get(frozenset())
    if whole is None or None in {whole[0].members, whole[1].members} or whole[0].members == whole[1].members:
        return []
    return [
        other.position
        for group, (one, other) in shared.items()
        if group and one.members is not None and one.members == other.members and other.records > 0
    ]


def _differ_by_few(one: _Counted, other: _Counted, minimum: Mapping[str, float]) -> bool:
    """Whether two groups of other records hold nearly the same of the finest units, or the same with other records."""
    if one.members is not None and one.members == other.members:
        return False
    finest = next(iter(minimum))
    difference = abs(one.units.get(finest, 0.0) - other.units.get(finest, 0.0))
    return 0 < difference < minimum[finest] or _differ_by_few_records(one, other, minimum)


def _differ_by_few_records(one: _Counted, other: _Counted, minimum: Mapping[str, float]) -> bool:
    """Whether two groups hold as many of the finest units, with a few records more or less."""
    finest = next(iter(minimum))
    same = one.units.get(finest, 0.0) == other.units.get(finest, 0.0)
    return same and one.members != other.members and 0 < abs(one.records - other.records) < minimum[finest]


def _level_of_few(one: _Counted, other: _Counted, minimum: Mapping[str, float]) -> str:
    """The coarser level at which one is the other less a few: they may be all of the difference, or part of it."""
    _, *coarser = minimum
    differences = {level: abs(one.units.get(level, 0.0) - other.units.get(level, 0.0)) for level in coarser}
    return next((level for level, difference in differences.items() if 0 < difference < minimum[level]), "")


def _groups(tabulation: Tabulation, levels: Sequence[str]) -> dict[_Group, _Counted]:
    """Each group that the table counts, printed or following as the total of parts that are all printed."""
    facts = {level: tabulation.fact(FactName.CONTRIBUTORS, level) for level in levels}
    units = {level: fact.values for level, fact in facts.items() if fact is not None}
    known = tabulation.fact(FactName.MEMBERS)
    members = None if known is None or np.isnan(known.values).any() else known.values

    def counted(positions: Sequence[int]) -> _Counted:
        return _Counted(
            units={level: float(values[list(positions)].sum()) for level, values in units.items()},
            records=float(tabulation.values[list(positions)].sum()),
            members=None if members is None else sum(int(members[position]) for position in positions) % 2**52,
            position=positions[0],
        )

    if not units:
        return {}
    if not tabulation.parts:  # every coefficient of a model, every point of a curve has a whole group behind it
        behind, places = groups_behind(tabulation)
        found = _groups(behind, levels)
        return {group: replace(one, position=places[one.position]) for group, one in found.items()}
    groups = {group: counted(positions) for group, positions in _implied(tabulation).items()}
    hidden = tabulation.hidden
    for position, cell in enumerate(tabulation.cells):
        if not hidden[position]:
            group = frozenset((name, part) for name, part in zip(tabulation.by, cell, strict=True) if part is not None)
            groups[group] = counted([position])
    return groups


def _implied(tabulation: Tabulation) -> dict[_Group, list[int]]:
    """Totals over any of the variables, of innermost cells that are all published: the parts of each."""
    totals: dict[_Group, list[int]] = {}
    for position in [position for position, cell in enumerate(tabulation.cells) if None not in cell]:
        pairs = list(zip(tabulation.by, tabulation.cells[position], strict=True))
        for kept in chain.from_iterable(combinations(pairs, size) for size in range(len(pairs))):
            totals.setdefault(frozenset((name, part) for name, part in kept if part is not None), []).append(position)
    hidden = tabulation.hidden
    return {group: parts for group, parts in totals.items() if not hidden[parts].any()}


RULE = ReleaseRule(
    code=_CODE,
    title="Nearly the same group published twice",
    aim="The same table with and without one pupil shows that pupil's cell.",
    advice="Use one population for all tables of a release.",
    rationale=(
        "Compares the counts of groups with the same description across all outputs of the release, those that are "
        "printed and those that follow as totals, unless they are of the same records or their data have no unit in "
        "common. Where it is known who is in the groups of both, only groups of as many units with a few records more "
        "are looked at; DIF2 does the rest. It fails where they differ by fewer of the finest units than the minimum, "
        "or as many units by as few records. It needs a person where neither data set holds the other, where the two "
        "count valid values of different variables or one is a model, where the whole of one has a few coarser units "
        "more, and where a group is whole in both though the tables are not of the same records."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; ABS DataLab output rules",
    thresholds=("minimum_contributors",),
    check=_nearly_equal_groups,
)

RULES = (RULE,)
