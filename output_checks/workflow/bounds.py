"""What an outsider can prove about every hidden cell, from everything that would be published together."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np

from output_checks.checking import at_stake, sensitive_cells
from output_checks.errors import InputError
from output_checks.model.behind import groups_behind
from output_checks.model.evidence import CellStatus, Fact, FactName, Flags, Floats, Origin, Output, Tabulation
from output_checks.model.members import Members
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.protection.attacker import ContradictingTablesError, attack
from output_checks.protection.overlaps import nearly_published, with_known
from output_checks.protection.regroupings import with_coarser_variables
from output_checks.protection.spans import TooManyGroupsError, made_up
from output_checks.workflow.insiders import beside_insiders
from output_checks.workflow.totals import adds_up, lowest_contribution, totals
from output_checks.workflow.veiling import bounds_of_perturbed, have_one_noise, is_wide_beside, veiled

_Place: TypeAlias = tuple[int, int]
"""Which output, and which of its tabulations."""
_Bounds: TypeAlias = tuple[Floats, Floats]
_MOST_APART = 8
_AMPLE = 1.01
"""A little more, so that rounding does not make an interval too narrow."""
_BOUNDS = frozenset(
    {
        FactName.LOWER_BOUND,
        FactName.UPPER_BOUND,
        FactName.INTERVAL_PERCENT,
        FactName.LIKELY_WIDTH,
        FactName.USUAL_WIDTH,
    }
)


def with_bounds(outputs: Sequence[Output], policy: Policy) -> tuple[Output, ...]:
    """The same outputs, each hidden cell with the interval that an outsider can prove from everything published.

    Tables are attacked together: what each hides alone, they may give away together, as the same records, or as a
    selection or regrouping that leaves just the hidden ones over; or as nearly the same records, when a count that
    another table shows but for fewer records than the policy's width is taken as known. Bounds that came in are
    dropped. Where the attack cannot be completed there are none, which means review.

    Counts and totals that stay as uncertain as the policy asks are not bounded to the end, and cells that are hidden
    only to protect others not at all.
    """
    tabulations = {
        (name, position): _without_bounds(tabulation)
        for name, output in enumerate(outputs)
        for position, tabulation in enumerate(output.tabulations)
    }
    goal = _Goal(
        width=policy.limits()["minimum_interval_width"],
        percent=policy.limits()["minimum_interval_percent"],
        sensitive={
            (name, position): flags
            for name, output in enumerate(outputs)
            for position, flags in enumerate(_sensitive(output, policy))
        },
    )
    for family in _families(tabulations).values():
        if any(tabulations[place].hidden.any() or tabulations[place].perturbed is not None for place in family):
            for place, facts in _attack_family(tabulations, family, goal).items():
                tabulations[place] = tabulations[place].with_facts(*facts)
    return tuple(
        replace(output, tabulations=tuple(tabulations[name, position] for position in range(len(output.tabulations))))
        for name, output in enumerate(outputs)
    )


def _sensitive(output: Output, policy: Policy) -> Sequence[Flags]:
    """Per tabulation the cells that have to be protected: all that are hidden, where that cannot be told."""
    tabulations = output.tabulations
    if any(item.perturbed is not None for item in tabulations):
        return [at_stake(item, policy) | _stated(item) for item in tabulations]
    if any(np.isnan(item.values[item.hidden]).any() for item in tabulations):  # it left before: its numbers are gone
        return [np.array([status is CellStatus.PRIMARY_SUPPRESSED for status in item.status]) for item in tabulations]
    if not any(item.hidden.any() for item in tabulations) or any(
        item.cells != tabulations[0].cells for item in tabulations
    ):
        return [item.hidden for item in tabulations]
    return [sensitive_cells(tabulations, policy)] * len(tabulations)


def _stated(item: Tabulation) -> Flags:
    """The cells at stake as they were when the table was perturbed: of one that left before, nothing else is known."""
    found = np.zeros(len(item.cells), dtype=bool)
    found[list(item.perturbed.at_stake) if item.perturbed is not None else []] = True
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Goal:
    """What the policy asks: beyond it, nobody needs to know how uncertain a hidden cell is."""

    width: float
    percent: float
    sensitive: Mapping[_Place, Flags]

    def enough(self, place: _Place, item: Tabulation, *, counts: bool) -> Floats:
        """How wide an interval of each cell is wide enough: so many units with all of their records, or a share."""
        if not counts:
            wide = _AMPLE * self.percent / 100 * np.abs(item.values)
        else:
            per_unit = item.fact(FactName.RECORDS_PER_UNIT)
            most = 1.0 if per_unit is None else float(per_unit.values.max(initial=1.0))
            wide = np.full(len(item.cells), self.width * most)
            if item.fact(FactName.LOWEST_BEHIND) is not None:  # perturbed: a number near a large count is no secret
                wide = np.maximum(wide, self.percent / 100 * np.nan_to_num(item.values))
        flags = self.sensitive[place]
        return np.where(flags, wide, 0.0) if len(flags) == len(wide) else wide


def _families(tabulations: Mapping[_Place, Tabulation]) -> Mapping[tuple[str, str], list[_Place]]:
    """Tabulations of one number: counts, or totals of one variable, whatever the records."""
    families: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for place, item in tabulations.items():
        if item.statistic is Statistic.COUNT:
            families["counts", ""].append(place)
        elif adds_up(item):
            families["totals", item.variable].append(place)
    return families


def _attack_family(
    tabulations: Mapping[_Place, Tabulation], family: Sequence[_Place], goal: "_Goal"
) -> dict[_Place, list[Fact]]:
    """Bounds for every place of one family: first what other tables give away, then system by system."""
    counts = tabulations[family[0]].statistic is Statistic.COUNT
    items = [
        _as_counts(tabulations[place], width=goal.width)
        if counts
        else totals(tabulations[place[0], 0], tabulations[place])
        for place in family
    ]
    # As if nothing were rounded to fives or tens: another table may show the same counts, so it is not relied on.
    items = [veiled(replace(item, rounded_to=1)) for item in items]
    if counts:
        items = list(nearly_published(items, [_records(item) for item in items], width=goal.width))
    else:
        items = [replace(item, members=_members(tabulations, place)) for place, item in zip(family, items, strict=True)]
    try:
        known = made_up(items)
    except TooManyGroupsError:
        return {}  # without bounds nothing counts as suppressed: a person has to look
    completed = [with_known(item, numbers) for item, numbers in zip(items, known, strict=True)]
    systems: dict[Hashable, list[tuple[_Place, Tabulation]]] = defaultdict(list)
    for place, item in zip(family, completed, strict=True):
        systems[_records(item)].append((place, item))
    facts = {}
    one_noise = have_one_noise([tabulations[place] for place in family])
    for system in systems.values():
        places, tables = zip(*system, strict=True)
        enough = [goal.enough(place, item, counts=counts) for place, item in zip(places, tables, strict=True)]
        attacked = _attack_system(tables, enough, counts=counts)
        for place, item, bounds in zip(places, tables, attacked, strict=True):
            others = [other for at, other in zip(family, items, strict=True) if at not in places]
            stake, wide = goal.sensitive[place], goal.enough(place, item, counts=counts)
            safe = one_noise and is_wide_beside(item, others, same=tables, stake=stake, wide=wide)
            if tabulations[place].perturbed is not None:
                facts[place] = list(bounds_of_perturbed(tabulations[place], stake, bounds, safe=safe, wide=wide))
                continue
            if bounds is None or not safe:
                continue
            if len(item.cells) == len(tabulations[place].cells):  # a model's n hides nothing and needs no bounds
                facts[place] = _bound_facts(item, *bounds, counts=counts)
    return facts


def _as_counts(item: Tabulation, *, width: float) -> Tabulation:
    """The counts that a tabulation gives away: valid values as records where few lack one; of a model or curve its n.

    Whoever knows how many records there are nearly knows how many of a cell have no value.
    """
    if not item.parts:
        behind, _ = groups_behind(item)
        known = tuple(fact for fact in behind.facts if fact.name is FactName.MEMBERS)
        return replace(behind, facts=known, variable="")
    everyone, members = item.fact(FactName.ALL_RECORDS), item.fact(FactName.ALL_MEMBERS)
    if everyone is None or members is None:
        return item
    inner = _innermost(item)
    if np.nansum((everyone.values - np.nan_to_num(item.values))[inner]) >= width:
        return item
    return replace(item, values=everyone.values, variable="").with_facts(replace(members, name=FactName.MEMBERS))


def _members(tabulations: Mapping[_Place, Tabulation], place: _Place) -> Members | None:
    """Whose records are in which cell of a tabulation: the count beside it knows, where it is over the same cells."""
    item, count = tabulations[place], tabulations[place[0], 0]
    return count.members if item.parts and item.cells == count.cells else None


def _records(item: Tabulation) -> Hashable:
    """What identifies the records that a tabulation adds up, however it divides them."""
    members, inner = item.fact(FactName.MEMBERS), _innermost(item)
    if members is None or np.isnan(members.values[inner]).any():
        return item.data, item.variable
    return _sum_modulo(members.values[inner])


def _sum_modulo(values: Floats) -> float:
    """The sum modulo 2**52, exactly: floats would lose digits."""
    return float(sum(int(value) for value in values) % 2**52)


def _innermost(item: Tabulation) -> Sequence[int]:
    return [position for position, cell in enumerate(item.cells) if None not in cell]


def _attack_system(items: Sequence[Tabulation], enough: Sequence[Floats], *, counts: bool) -> Sequence[_Bounds | None]:
    """Bounds per table of what seem to be the same records; None where nothing can be relied on.

    Tables of the same pupils in other years look alike and contradict. They are attacked apart only where each
    contradicts every other: two that agree may give each other away, whatever a third one says.
    """
    try:
        return _attack(items, enough, counts=counts)
    except ContradictingTablesError:
        apart = len(items) <= _MOST_APART and all(_contradict(pair, counts=counts) for pair in combinations(items, 2))
        return [
            _attack([item], [own], counts=counts)[0] if apart else None for item, own in zip(items, enough, strict=True)
        ]


def _contradict(pair: Sequence[Tabulation], *, counts: bool) -> bool:
    try:
        _attack(pair, [np.zeros(len(item.cells)) for item in pair], counts=counts)
    except ContradictingTablesError:
        return True
    return False


def _attack(items: Sequence[Tabulation], enough: Sequence[Floats], *, counts: bool) -> Sequence[_Bounds | None]:
    """Bounds per table of one system, None where the attack could not be completed.

    Raises
    ------
    ContradictingTablesError
        The tables are not of the same records and values.
    """
    try:
        lower = 0.0 if counts else lowest_contribution(items)
        known = with_coarser_variables(items)
        result = attack(known, whole_numbers=counts, lower=lower, enough=enough)
        if counts and result.complete:
            return beside_insiders(known, result.bounds, enough, attacker=_knowing)
    except ContradictingTablesError:
        if len(items) > 1:
            raise
        return [None]
    except InputError:
        return [None] * len(items)
    return result.bounds if result.complete else [None] * len(items)


def _knowing(items: Sequence[Tabulation], own: Sequence[Flags], enough: Sequence[Floats]) -> Sequence[_Bounds]:
    """Bounds of counts for somebody who knows some hidden cells."""
    return attack(items, own_knowledge=own, enough=enough).bounds


def _bound_facts(item: Tabulation, lower: Floats, upper: Floats, *, counts: bool) -> list[Fact]:
    facts = [_derived(FactName.LOWER_BOUND, lower), _derived(FactName.UPPER_BOUND, upper)]
    if not counts:
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(upper > lower, (upper - lower) / np.abs(item.values) * 100, 0.0)
        facts.append(_derived(FactName.INTERVAL_PERCENT, percent))
    return facts


def _derived(name: FactName, values: Floats) -> Fact:
    return Fact(name=name, values=values, origin=Origin.DERIVED)


def _without_bounds(tabulation: Tabulation) -> Tabulation:
    return replace(tabulation, facts=tuple(fact for fact in tabulation.facts if fact.name not in _BOUNDS))
