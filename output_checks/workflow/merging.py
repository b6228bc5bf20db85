"""The merging of categories that costs least and really makes a table pass.

The cheapest merging is looked for first, then the next, over all variables. One that leaves a cell with fewer records
than the policy asks for units is passed over by its counts alone; what is left is tried as the researcher's own call
would be, beside all that is registered. So what is returned does pass.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TypeAlias

import numpy as np
import pandas as pd

from output_checks.measuring.grid import MISSING
from output_checks.model.evidence import Cell, Floats, Output
from output_checks.model.finding import Finding, Outcome
from output_checks.workflow.changes import Change, ChangeKind, Table
from output_checks.workflow.mending import MendingSearch, Trials, is_wrong, most_tries, standing_in
from output_checks.workflow.recoding import Merge, Merges

_MOST_STATES = 1_000
_MOST_WAITING = 50_000
_FOR_THE_SECOND = 10
"""Tries that are kept for the quick search, where the thorough one does not end."""
_Group: TypeAlias = tuple[int, ...]
_State: TypeAlias = tuple[tuple[_Group, ...], ...]
"""Per variable its categories in groups, by their positions; each group and all groups in order."""


@dataclass(frozen=True, kw_only=True)
class Merging:
    """What came of the search. `change` is None where nothing has to be merged, or nothing makes it pass."""

    change: Change | None
    outcome: Outcome
    proven: bool = True
    """False where the search was stopped before every cheaper merging was looked at."""


def least_merging(asked: MendingSearch, data: pd.DataFrame) -> Merging:
    """The cheapest merging that makes the table pass; else the cheapest one that leaves it to output checkers."""
    registered = asked.beside()
    trials = Trials(asked=asked, data=data, registered=registered, standing=standing_in(registered, asked.policy))
    (output,) = trials.make(asked.request, data)
    trials.left = most_tries(len(data), len(output.tabulations[0].cells))
    outcome = trials.judge([output])[1]
    if outcome is Outcome.PASS:
        return Merging(change=None, outcome=outcome)
    keys = (*asked.units.key_columns, *output.keys)
    table = Table(request=asked.request, output=output, data=data, keys=keys)
    return _Search(table=table, trials=trials, first=outcome).run()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    table: Table
    trials: Trials
    first: Outcome

    @cached_property
    def names(self) -> tuple[str, ...]:
        return self.table.request.by

    @cached_property
    def counts(self) -> Floats:
        """Records per combination of categories, an axis per variable."""
        labels = [{label: at for at, label in enumerate(self.table.labels[name])} for name in self.names]
        counts = np.zeros([len(own) for own in labels])
        count = self.table.output.tabulations[0]
        for cell, number in zip(count.cells, count.values, strict=True):
            if None not in cell:
                counts[tuple(own[str(part)] for own, part in zip(labels, cell, strict=True))] = np.nan_to_num(number)
        return counts

    @cached_property
    def alone(self) -> tuple[Floats, ...]:
        """Per variable the records of each category."""
        axes = range(self.counts.ndim)
        return tuple(self.counts.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes)

    @cached_property
    def minimum(self) -> float:
        policy = self.trials.asked.policy
        return policy.limits(policy.units[0])["minimum_contributors"]

    def run(self) -> Merging:
        start: _State = tuple(tuple((at,) for at in range(size)) for size in self.counts.shape)
        waiting = [(self._cost(start), start)]
        seen = {start}
        second: Change | None = None
        for _ in range(_MOST_STATES):
            if not waiting or self.trials.left <= _FOR_THE_SECOND:
                break
            _, state = heapq.heappop(waiting)
            wrong = self._small(state)
            if wrong is None and state != start:
                change = self._change(state)
                if self.trials.try_out(change, Outcome.PASS) is not None:
                    return Merging(change=change, outcome=Outcome.PASS)
                if second is None and self.trials.try_out(change, Outcome.REVIEW) is not None:
                    second = change
            cells = [wrong] if wrong is not None else self._wrong(state, start)
            for following in self._following(state, cells):
                if following not in seen and len(seen) < _MOST_WAITING:
                    seen.add(following)
                    heapq.heappush(waiting, (self._cost(following), following))
        stopped = bool(waiting)
        if stopped:
            quick, outcome = self._quick(start)
            if outcome is Outcome.PASS:
                return Merging(change=quick, outcome=outcome, proven=False)
            second = second or quick
        if second is not None and self.first is Outcome.FAIL:
            return Merging(change=second, outcome=Outcome.REVIEW, proven=not stopped)
        return Merging(change=None, outcome=self.first, proven=not stopped)

    def _quick(self, state: _State) -> tuple[Change | None, Outcome]:
        """A merging that passes, by always taking the step that does most for its cost; then taken back in part.

        Where none passes, the first on the way that leaves it to output checkers.
        """
        second = None
        while self.trials.left > 0:
            wrong = self._small(state)
            if wrong is None and self.trials.try_out(self._change(state), Outcome.PASS) is not None:
                return self._change(self._less(state)), Outcome.PASS
            if (
                wrong is None
                and second is None
                and self.trials.try_out(self._change(state), Outcome.REVIEW) is not None
            ):
                second = self._change(state)
            following = list(self._following(state, [wrong] if wrong is not None else self._wrong(state, ())))
            if not following:
                break
            few, cost = self._few(state), self._cost(state)
            state = min(
                following,
                key=lambda own: (
                    (self._cost(own)[0] - cost[0] + 1) / max(few - self._few(own), 0.1),
                    self._cost(own),
                    own,
                ),
            )
        return second, Outcome.REVIEW

    def _less(self, state: _State) -> _State:
        """The merging with categories taken out of it again, one after the other, as long as it passes."""
        for axis, groups in enumerate(state):
            for label in [label for group in groups if len(group) > 2 for label in group]:
                apart = [tuple(own for own in group if own != label) for group in state[axis]]
                smaller = (*state[:axis], tuple(sorted([*apart, (label,)])), *state[axis + 1 :])
                near = not self.table.ordered[self.names[axis]] or all(
                    group[-1] - group[0] == len(group) - 1 for group in apart
                )
                if near and () not in apart and self._small(smaller) is None:
                    if self.trials.left == 0:
                        return state
                    if self.trials.try_out(self._change(smaller), Outcome.PASS) is not None:
                        state = smaller
        return state

    def _cost(self, state: _State) -> tuple[int, float]:
        """Numbers lost, then records of which the table says less."""
        sizes = [self.table.sizes[name] for name in self.names]
        fewer = [own - len(groups) for own, groups in zip(self.counts.shape, state, strict=True)]
        left = prod(size - lost for size, lost in zip(sizes, fewer, strict=True))
        records = 0.0
        for alone, groups in zip(self.alone, state, strict=True):
            records += sum(float(alone[list(group)].sum()) for group in groups if len(group) > 1)
        return prod(sizes) - left, records

    def _merged(self, state: _State) -> Floats:
        merged = self.counts
        for axis, groups in enumerate(state):
            places = np.empty(merged.shape[axis], dtype=np.int64)
            for number, group in enumerate(groups):
                places[list(group)] = number
            joined = np.zeros([len(groups), *np.moveaxis(merged, axis, 0).shape[1:]])
            np.add.at(joined, places, np.moveaxis(merged, axis, 0))
            merged = np.moveaxis(joined, 0, axis)
        return merged

    def _few(self, state: _State) -> int:
        """Cells that have fewer records than there must be units."""
        merged = self._merged(state)
        return int(((merged > 0) & (merged < self.minimum)).sum())

    def _small(self, state: _State) -> tuple[int, ...] | None:
        """The smallest cell, by its groups, that has fewer records than there must be units; None where none has."""
        merged = self._merged(state)
        few = np.where((merged > 0) & (merged < self.minimum), merged, np.inf)
        place = np.unravel_index(int(np.argmin(few)), few.shape)
        return tuple(int(at) for at in place) if np.isfinite(few[place]) else None

    def _wrong(self, state: _State, start: _State) -> list[tuple[int, ...]]:
        """A cell that the rules find fault with once the merging is done; nothing where they name no cell."""
        change = None if state == start else self._change(state)
        made: Sequence[Output] = [self.table.output]
        if change is not None:
            made = self.trials.make(change.request, change.frame(self.table.data))
        if not made:
            return []
        (report,) = self.trials.judge(made)[0]
        for finding in report.findings:
            if is_wrong(finding, Outcome.PASS) and (cell := self._cell_of(finding, made[0])) is not None:
                return [self._groups_of(cell, state)]
        return []

    def _cell_of(self, finding: Finding, output: Output) -> Cell | None:
        cells = output.tabulations[finding.tabulation or 0].cells
        return next((cells[place] for place in finding.cells if None not in cells[place]), None)

    def _groups_of(self, cell: Cell, state: _State) -> tuple[int, ...]:
        """Of each variable, the group that a category of the merged table is."""
        merges = {merge.variable: merge.groups for merge in self._merges(state)}
        places = []
        for name, part, groups in zip(self.names, cell, state, strict=True):
            labels = self.table.labels[name]
            first = merges[name][str(part)][0] if str(part) in merges.get(name, {}) else str(part)
            own = labels.index(first)
            places.append(next(at for at, group in enumerate(groups) if own in group))
        return tuple(places)

    def _following(self, state: _State, cells: Sequence[tuple[int, ...]]) -> Iterator[_State]:
        """Each merging of two groups of a variable, one of them that of the cell; of any two where no cell is known."""
        for axis, (name, groups) in enumerate(zip(self.names, state, strict=True)):
            if len(groups) <= 2 or not self.table.mergeable(name):  # fewer are no variable
                continue
            missing = [self.table.labels[name][group[0]] == MISSING for group in groups]
            near = self.table.ordered[name]
            for first in range(len(groups)):
                for second in range(first + 1, len(groups)):
                    asked = not cells or any(cell[axis] in {first, second} for cell in cells)
                    if not asked or missing[first] or missing[second] or (near and second - first > 1):
                        continue
                    both = tuple(sorted((*groups[first], *groups[second])))
                    others = [group for at, group in enumerate(groups) if at not in {first, second}]
                    yield (*state[:axis], tuple(sorted([*others, both])), *state[axis + 1 :])

    def _merges(self, state: _State) -> list[Merge]:
        return [edit for change in self._by_variable(state) if isinstance(edit := change.edit, Merge)]

    def _by_variable(self, state: _State) -> list[Change]:
        changes = []
        for name, groups in zip(self.names, state, strict=True):
            labels = self.table.labels[name]
            joined = [[labels[place] for place in group] for group in groups if len(group) > 1]
            if joined:
                changes.append(self.table.merge(name, joined))
        return changes

    def _change(self, state: _State) -> Change:
        changes = self._by_variable(state)
        numbers, records = self._cost(state)
        return Change(
            kind=ChangeKind.MERGE,
            what=" ".join(change.what for change in changes),
            request=self.table.request,
            edit=Merges(each=tuple(self._merges(state))),
            numbers=numbers * len(self.table.output.tabulations),
            records=records,
        )
