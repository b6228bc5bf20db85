"""Shares of yes-or-no variables: each counts those who have it, and several may leave a few who have none of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from output_checks.model.evidence import FactName, Flags, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.marks import marks_of
from output_checks.model.members import Hashes
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Kind, Statistic

_CODE = "DIF4"
_MIX = np.uint64(0x9E3779B97F4A7C15)
Marks: TypeAlias = npt.NDArray[np.uint32]
_SAYS_NOTHING = frozenset({Kind.FREQUENCY, Kind.PERCENTAGE, Kind.CUMULATIVE})
"""Kinds of statistics that count records, whatever values they have."""
_FINGERPRINTS = 2**52
_ENOUGH = 0.9
"""Share of the units that a table must have to be set beside another."""
_FIRST = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicator:
    """A published yes-or-no variable, with one entry for each unit, or for each unit in a cell."""

    output: str
    position: int
    count: Tabulation
    share: Tabulation
    """What is published beside the count."""
    entries: Hashes
    """Ascending: what stands for the unit, or for the unit in the cell."""
    units: Hashes
    cells: npt.NDArray[np.int32]
    """The cell of each entry, -1 where its value is missing."""
    ones: Flags

    @property
    def present(self) -> npt.NDArray[np.int32]:
        """Cells that have records."""
        return np.unique(self.cells[self.cells >= 0])

    @property
    def whole(self) -> bool:
        """Whether the number of ones among all records follows, as no cell is hidden."""
        return not self.count.hidden[self.present].any()


def _shares_leave_few(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    minimum = policy.limits(policy.units[0])["minimum_contributors"]
    asked = [output for output in outputs if _may_be_indicator(output)]
    if not asked or (len(asked) == 1 and not any(item.hidden.any() for one in outputs for item in one.tabulations)):
        return []
    findings = []
    for in_cells in (False, True):
        indicators = [item for output in asked if (item := _indicator(output, in_cells=in_cells)) is not None]
        for same in _of_the_same_units(indicators, in_cells=in_cells):
            leaving = _leaving_few_in_cells if in_cells else _leaving_few
            for chosen, cells in leaving(same, minimum):
                findings.append((chosen[-1].output, _leaves_few(chosen, cells)))
        if in_cells:
            for item, other, cells in _hidden_elsewhere(indicators, outputs):
                findings.append((item.output, _tells_hidden(item, other, cells)))
    return list(dict.fromkeys(findings))


def indicators_of(outputs: Sequence[Output]) -> list[Indicator]:
    """The yes-or-no variables of outputs, with one entry for each unit."""
    asked = [output for output in outputs if _may_be_indicator(output)]
    return [item for output in asked if (item := _indicator(output, in_cells=False)) is not None]


def _may_be_indicator(output: Output) -> bool:
    """Whether the first values are zeros and ones, and more is published than how many values there are."""
    members = next((item.members for item in output.tabulations if item.statistic is Statistic.COUNT), None)
    if members is None or members.marks is None or not len(members) or not output.tabulations[0].parts:
        return False
    if all(item.kind in _SAYS_NOTHING for item in output.tabulations):
        return False
    return bool(_are_ones_or_zeros(members.finest[:_FIRST], members.marks[:_FIRST]).all())


def _indicator(output: Output, *, in_cells: bool) -> Indicator | None:
    """The yes-or-no variable of an output; None where it has other values, or units have several entries."""
    count = next(item for item in output.tabulations if item.statistic is Statistic.COUNT)
    members = count.members
    if members is None or members.marks is None:
        return None
    entries = members.finest
    if in_cells:
        entries = entries * _MIX + members.cells.astype(np.uint64)
    order = np.argsort(entries, kind="stable")
    entries, units, marks = entries[order], members.finest[order], members.marks[order]
    if (entries[1:] == entries[:-1]).any() or not _are_ones_or_zeros(units, marks).all():
        return None
    position = next(at for at, item in enumerate(output.tabulations) if item.kind not in _SAYS_NOTHING)
    return Indicator(
        output=output.name,
        position=position,
        count=count,
        share=output.tabulations[position],
        entries=entries,
        units=units,
        cells=members.cells[order],
        ones=marks == marks_of(units, np.ones(len(units))),
    )


def _are_ones_or_zeros(units: Hashes, marks: Marks) -> Flags:
    zeros, ones = np.zeros(len(units)), np.ones(len(units))
    return np.asarray((marks == marks_of(units, ones)) | (marks == marks_of(units, zeros)))


def _of_the_same_units(indicators: Sequence[Indicator], *, in_cells: bool) -> Iterator[list[Indicator]]:
    """Those that are of the same units (and over the same cells), in the order in which they were registered.

    Some may lack a few, whose values are missing: who subtracts the shares takes these for units that have none.
    """
    left = list(indicators)
    while left:
        widest = max(left, key=lambda item: len(item.entries))
        alike = [item for item in left if not in_cells or item.count.cells == widest.count.cells]
        same = [item for item in alike if item is widest or _are_nearly_the_same(item.entries, widest.entries)]
        if len(same) > 1:
            everyone = np.unique(np.concatenate([item.entries for item in same]))
            yield [_among(item, everyone) for item in same]
        left.remove(widest)


def _are_nearly_the_same(entries: Hashes, others: Hashes) -> bool:
    place = np.minimum(np.searchsorted(others, entries), len(others) - 1)
    return bool(np.count_nonzero(others[place] == entries) >= _ENOUGH * max(len(entries), len(others)))


def _among(item: Indicator, everyone: Hashes) -> Indicator:
    """The indicator with an entry for everyone."""
    place = np.searchsorted(everyone, item.entries)
    cells, ones = np.full(len(everyone), -1, dtype=np.int32), np.zeros(len(everyone), dtype=bool)
    cells[place], ones[place] = item.cells, item.ones
    return replace(item, entries=everyone, cells=cells, ones=ones)


def _leaving_few(same: Sequence[Indicator], minimum: float) -> Iterator[tuple[list[Indicator], list[int]]]:
    """Indicators that nobody has two of, where few of all units have none of them."""
    for chosen in _exclusive_sets([item for item in same if item.whole]):
        if 0 < np.count_nonzero(~np.any([item.ones for item in chosen], axis=0)) < minimum:
            chosen.sort(key=same.index)
            yield chosen, chosen[-1].present.tolist()


def _leaving_few_in_cells(same: Sequence[Indicator], minimum: float) -> Iterator[tuple[list[Indicator], list[int]]]:
    """Indicators that nobody has two of, and the cells in which few have none of them."""
    cells_of = np.max([item.cells for item in same], axis=0)
    for chosen in _exclusive_sets(same):
        rest = ~np.any([item.ones for item in chosen], axis=0) & (cells_of >= 0)
        number = np.bincount(cells_of[rest], minlength=len(chosen[0].count.cells))
        hidden = np.any([item.count.hidden for item in chosen], axis=0)
        cells = np.flatnonzero((number > 0) & (number < minimum) & ~hidden).tolist()
        if cells:
            chosen.sort(key=same.index)
            yield chosen, cells


def _exclusive_sets(indicators: Sequence[Indicator]) -> Iterator[list[Indicator]]:
    """Sets of which nobody has two: who reads their names knows it. Each is the start of one; the largest are added."""
    by_size = sorted(indicators, key=lambda item: -np.count_nonzero(item.ones))
    for start in by_size:
        chosen, taken = [start], start.ones.copy()
        for item in by_size:
            if item is not start and not (item.ones & taken).any():
                chosen.append(item)
                taken |= item.ones
        if len(chosen) > 1:
            yield chosen


def _hidden_elsewhere(
    indicators: Sequence[Indicator], outputs: Sequence[Output]
) -> Iterator[tuple[Indicator, str, list[int]]]:
    """Indicators whose ones (or zeros) in a cell, or in all, are exactly those that another table hides."""
    hidden = _hidden_cells(outputs)
    if not hidden:
        return
    for item in indicators:
        told: dict[str, list[int]] = {}
        for cells, chosen in _told_by(item):
            if (other := hidden.get(_fingerprint(item.units[chosen]))) and other != item.output:
                told.setdefault(other, []).extend(cells)
        for other, places in told.items():
            yield item, other, sorted(set(places))


def _told_by(item: Indicator) -> Iterator[tuple[list[int], Flags]]:
    """Sets of units that the shares count, and the cells that tell it."""
    present = item.present
    if item.whole:
        yield from ((present.tolist(), side) for side in (item.ones, ~item.ones) if side.any())
    for cell in present[~item.count.hidden[present]].tolist():
        inside = item.cells == cell
        yield from (([cell], inside & side) for side in (item.ones, ~item.ones) if (inside & side).any())


def _hidden_cells(outputs: Sequence[Output]) -> Mapping[int, str]:
    """The fingerprints of the records in hidden cells of counts, and in which output each is hidden."""
    found: dict[int, str] = {}
    for output in outputs:
        for item in output.tabulations:
            members = item.fact(FactName.MEMBERS)
            if item.statistic is Statistic.COUNT and members is not None and item.parts:
                for cell in np.flatnonzero(item.hidden & (item.values > 0) & ~np.isnan(members.values)).tolist():
                    found[int(members.values[cell])] = output.name
    return found


def _fingerprint(units: Hashes) -> int:
    return int(units.sum(dtype=np.uint64)) % _FINGERPRINTS


def _leaves_few(chosen: Sequence[Indicator], cells: Sequence[int]) -> Finding:
    last = chosen[-1]
    others = ", ".join(dict.fromkeys(item.output for item in chosen[:-1]))
    return Finding(
        rule=_CODE,
        outcome=Outcome.FAIL,
        tabulation=last.position,
        cells=tuple(cells),
        message=f"With the shares of {others}, those of {len(cells)} of its groups leave only a few over.",
        advice=RULE.advice,
    )


def _tells_hidden(item: Indicator, other: str, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.FAIL,
        tabulation=item.position,
        cells=tuple(cells),
        message=f"The shares of {len(cells)} of its groups count just those whose count is hidden in {other}.",
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="Shares that leave a few over",
    aim="The shares of all tracks but one, each in a table of its own, tell the share of the last one.",
    advice="Merge the small category with another one, or publish the share of one category fewer.",
    rationale=(
        "A share of a variable of zeros and ones, with its n, counts those who have a one. Looks at such variables of "
        "the same units in different tables, but for some whose value is missing: where nobody has two of them, they "
        "are taken for categories of one variable, and those who have none of them for the last category, which must "
        "have enough of the finest units or nobody. It also fails where the ones, or the zeros, of a group are exactly "
        "those whose count another table hides."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, linked tables",
    thresholds=("minimum_contributors",),
    check=_shares_leave_few,
)

RULES = (RULE,)
