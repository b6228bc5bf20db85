"""Shares of yes-or-no variables: each counts those who have it, and several may leave a few who have none of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from output_checks.model.evidence import FactName, Flags, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.marks import marks_of
from output_checks.model.members import Hashes
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Kind, Statistic

_CODE = "DIF4"
_SAYS_NOTHING = frozenset({Kind.FREQUENCY, Kind.PERCENTAGE, Kind.CUMULATIVE})
"""Kinds of statistics that count records, whatever values they have."""
_FINGERPRINTS = 2**52


@dataclass(frozen=True, kw_only=True, eq=False)
class _Indicator:
    """A published yes-or-no variable. Units are in one order for all tables of the same units."""

    output: str
    position: int
    count: Tabulation
    units: Hashes
    cells: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    ones: Flags

    @property
    def whole(self) -> bool:
        """Whether the number of ones among all records follows, as no cell is hidden."""
        return not self.count.hidden[np.unique(self.cells)].any()


def _shares_leave_few(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    minimum = policy.limits(policy.units[0])["minimum_contributors"]
    indicators = [item for output in outputs if (item := _indicator(output)) is not None]
    findings = []
    for same in _of_the_same_units(indicators):
        for chosen, cells in _leaving_few(same, minimum):
            findings.append((chosen[-1].output, _leaves_few(chosen, cells)))
    for item, other, cells in _hidden_elsewhere(indicators, outputs):
        findings.append((item.output, _tells_hidden(item, other, cells)))
    return findings


def _indicator(output: Output) -> _Indicator | None:
    """The yes-or-no variable of an output, of which more is published than its valid values; None for others."""
    count = next((item for item in output.tabulations if item.statistic is Statistic.COUNT), None)
    if count is None or all(item.kind in _SAYS_NOTHING for item in output.tabulations):
        return None
    members = count.members
    if members is None or members.marks is None or not len(members) or not count.parts:
        return None
    order = np.argsort(members.finest, kind="stable")
    units, marks = members.finest[order], members.marks[order]
    ones = marks == marks_of(units, np.ones(len(units)))
    if (units[1:] == units[:-1]).any() or not (ones | (marks == marks_of(units, np.zeros(len(units))))).all():
        return None
    shown = next(at for at, item in enumerate(output.tabulations) if item.kind not in _SAYS_NOTHING)
    return _Indicator(
        output=output.name, position=shown, count=count, units=units, cells=members.cells[order], ones=ones
    )


def _of_the_same_units(indicators: Sequence[_Indicator]) -> Iterator[list[_Indicator]]:
    """Those that are of exactly the same units, in the order in which they were registered."""
    keyed = [(len(item.units), int(item.units.sum(dtype=np.uint64)), at) for at, item in enumerate(indicators)]
    for _, group in groupby(sorted(keyed), key=lambda key: key[:2]):
        same = [indicators[at] for *_, at in group]
        if len(same) > 1:
            yield same


def _leaving_few(same: Sequence[_Indicator], minimum: float) -> Iterator[tuple[list[_Indicator], list[int]]]:
    """Indicators that nobody has two of, and cells of the last one in which few have none of them.

    Whoever reads their names knows that they exclude each other. Starts from each in turn and adds the largest.
    """
    seen: set[frozenset[str]] = set()
    for chosen in _exclusive_sets([item for item in same if item.whole]):
        few = 0 < np.count_nonzero(~np.any([item.ones for item in chosen], axis=0)) < minimum
        names = frozenset(item.output for item in chosen)
        if few and names not in seen:
            seen.add(names)
            chosen.sort(key=same.index)
            yield chosen, np.unique(chosen[-1].cells).tolist()
    for at, first in enumerate(same):
        alike = [item for item in same[at:] if item.count.cells == first.count.cells]
        if any(item.count.cells == first.count.cells for item in same[:at]):
            continue
        alike = [item for item in alike if np.array_equal(item.cells, first.cells)]
        for chosen in _exclusive_sets(alike):
            names = frozenset(item.output for item in chosen)
            rest = ~np.any([item.ones for item in chosen], axis=0)
            number = np.bincount(first.cells[rest], minlength=len(first.count.cells))
            hidden = np.any([item.count.hidden for item in chosen], axis=0)
            cells = np.flatnonzero((number > 0) & (number < minimum) & ~hidden).tolist()
            if cells and names not in seen:
                seen.add(names)
                chosen.sort(key=same.index)
                yield chosen, cells


def _exclusive_sets(indicators: Sequence[_Indicator]) -> Iterator[list[_Indicator]]:
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
    indicators: Sequence[_Indicator], outputs: Sequence[Output]
) -> Iterator[tuple[_Indicator, str, list[int]]]:
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


def _told_by(item: _Indicator) -> Iterator[tuple[list[int], Flags]]:
    """Sets of units that the shares count, and the cells that tell it."""
    present = np.unique(item.cells)
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


def _leaves_few(chosen: Sequence[_Indicator], cells: Sequence[int]) -> Finding:
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


def _tells_hidden(item: _Indicator, other: str, cells: Sequence[int]) -> Finding:
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
        "the same units in different tables: where nobody has two of them, they are taken for categories of one "
        "variable, and those who have none of them for the last category, which must have enough of the finest units "
        "or nobody. It also fails where the ones, or the zeros, of a group are exactly those whose count another table "
        "hides."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, linked tables",
    thresholds=("minimum_contributors",),
    check=_shares_leave_few,
)

RULES = (RULE,)
