"""Changes to a table that may make it pass, each with what it costs: the list that mending works through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Protocol, TypeAlias

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.grid import MISSING, categories
from output_checks.measuring.statistics import statistics_named
from output_checks.model.evidence import Output
from output_checks.model.perturbation import Method
from output_checks.model.statistic import Statistic
from output_checks.workflow.recoding import Edit, LeaveOut, Merge, are_bins, is_ordered, is_text, merged_name, values_of
from output_checks.workflow.tabling import TableRequest

_MOST_LEFT_OUT = 3
_LONGEST_LABEL = 40
_BASES = (10, 25, 50, 100)
Failing: TypeAlias = Mapping[Statistic, int]
"""Statistics that do not pass in cells where the count does, and in how many."""


class ChangeKind(IntEnum):
    """Kinds of changes; where two cost the same, the first of these comes first."""

    DECIMALS = 0
    MARGINS = 1
    MERGE = 2
    STATISTIC = 3
    VARIABLE = 4
    SUPPRESS = 5
    LEVEL = 6
    """Leaving out a category: the only one that changes whose records the table is of."""


Cost: TypeAlias = tuple[int, bool, bool, float, ChangeKind, str]


class _Costly(Protocol):
    """What a change and a mending have in common."""

    @property
    def kind(self) -> ChangeKind: ...
    @property
    def what(self) -> str: ...
    @property
    def numbers(self) -> int: ...
    @property
    def records(self) -> float: ...


def cost(change: _Costly) -> Cost:
    """What is to be small: numbers lost; at as many, those that keep every record come first; then records.

    Records are those of which the table says less than before: those in a merged category, hidden or left out.
    """
    hides, leaves_out = change.kind is ChangeKind.SUPPRESS, change.kind is ChangeKind.LEVEL
    return change.numbers, leaves_out, hides, change.records, change.kind, change.what


@dataclass(frozen=True, kw_only=True)
class Change:
    """The table asked for in another way. It is not known here whether that passes."""

    kind: ChangeKind
    what: str
    request: TableRequest
    edit: Edit | None = None
    numbers: int
    """Published numbers that the table has less."""
    records: float
    """Records of which the table says less than before."""

    @property
    def call(self) -> str:
        return self.request.call(self.edit.source("data") if self.edit else "data")

    def frame(self, data: pd.DataFrame) -> pd.DataFrame:
        return self.edit.apply(data) if self.edit else data


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table that does not pass, as far as it matters for what could be changed."""

    request: TableRequest
    output: Output
    data: pd.DataFrame
    keys: tuple[str, ...]
    """Columns that tell units apart: their categories are never named."""

    @cached_property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Per variable its categories, in their order."""
        return {name: categories(self.data[name], name)[1] for name in self.request.by if name in self.data.columns}

    @cached_property
    def records(self) -> dict[tuple[str, str], float]:
        """Per variable and category, how many records are counted in it."""
        found: dict[tuple[str, str], float] = {}
        count = self.output.tabulations[0]
        for cell, number in zip(count.cells, count.values, strict=True):
            if None not in cell:
                for name, label in zip(count.by, cell, strict=True):
                    found[name, str(label)] = found.get((name, str(label)), 0.0) + float(number)
        return found

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Per variable, how many categories the table has, its total among them."""
        count = self.output.tabulations[0]
        return {name: len({cell[position] for cell in count.cells}) for position, name in enumerate(count.by)}

    @cached_property
    def ordered(self) -> dict[str, bool]:
        """Per variable, whether only neighbours among its categories may be merged."""
        return {name: is_ordered(self.data[name], labels) for name, labels in self.labels.items()}

    @cached_property
    def texts(self) -> dict[str, bool]:
        """Per variable, whether it is plain text."""
        return {name: is_text(self.data[name]) for name in self.labels}

    @property
    def everyone(self) -> float:
        first, *_ = self.request.by
        return sum(number for (name, _), number in self.records.items() if name == first)

    def numbers(self, name: str = "", *, fewer: int = 0) -> int:
        """Numbers in the table, with so many categories fewer of one variable."""
        return prod(size - fewer * (of == name) for of, size in self.sizes.items()) * len(self.output.tabulations)

    def touched(self, cells: Sequence[int]) -> dict[str, set[str | None]]:
        """Per variable, the categories of these cells; None for a total."""
        count = self.output.tabulations[0]
        return {name: {count.cells[cell][position] for cell in cells} for position, name in enumerate(count.by)}

    def mergeable(self, name: str) -> bool:
        in_frame = list(self.data.columns).count(name) == 1 and name != "self"
        return name not in self.keys and in_frame and len(self.labels[name]) > 2

    def merge(self, name: str, groups: Sequence[Sequence[str]]) -> Change:
        """Each group of categories of one variable put together."""
        labels, ordered = self.labels[name], self.ordered[name]
        bins = are_bins(labels)
        taken = [label for label in labels if not any(label in group for group in groups)]
        named: dict[str, tuple[str, ...]] = {}
        for group in groups:
            named[merged_name(group, ordered=ordered, taken=[*taken, *named])] = tuple(group)
        together = ", and ".join(_listed(group) for group in groups)
        return Change(
            kind=ChangeKind.MERGE,
            what=f"Widen bins of {name}: merge {together}." if bins else f"Merge {together} of {name}.",
            request=self.request,
            edit=Merge(variable=name, groups=named, text=self.texts[name]),
            numbers=self.numbers() - self.numbers(name, fewer=sum(len(group) - 1 for group in groups)),
            records=sum(self.records.get((name, label), 0.0) for group in groups for label in group),
        )


def changes(table: Table, cells: Sequence[int], failing: Failing) -> Iterator[Change]:
    """Every single change that could mend these cells of these statistics, the cheapest first."""
    made = [*_of_the_call(table, cells, failing), *_merges(table, cells), *_levels(table, cells)]
    yield from sorted(made, key=cost)


def following(first: Change, change: Change) -> Change:
    """Both changes, one after the other."""
    return replace(
        change,
        what=f"{first.what} {change.what}",
        numbers=first.numbers + change.numbers,
        records=first.records + change.records,
    )


def _of_the_call(table: Table, cells: Sequence[int], failing: Failing) -> Iterator[Change]:
    """What another argument does: decimals, totals, statistics, variables, suppression."""
    asked, tabulations = table.request, table.output.tabulations
    if len(tabulations) > 1:
        for decimals in range(asked.decimals - 1, -1, -1):
            yield _asked(table, ChangeKind.DECIMALS, f"Publish {decimals} decimals.", decimals=decimals)
    if asked.margins:
        inner = prod(size - 1 for size in table.sizes.values()) * len(tabulations)
        lost = table.numbers() - inner
        yield _asked(table, ChangeKind.MARGINS, "Leave out the totals.", numbers=lost, margins=False)
    yield from _fewer_statistics(table, failing)
    for name in asked.by if len(asked.by) > 1 else ():
        fewer = table.numbers() - table.numbers(name, fewer=table.sizes[name] - 1)
        by = tuple(other for other in asked.by if other != name)
        what = f"Leave out the variable {name}."
        yield _asked(table, ChangeKind.VARIABLE, what, numbers=fewer, records=table.everyone, by=by)
    if not asked.suppress:
        count = tabulations[0]
        hidden = len(cells) * len(tabulations)
        inside = float(np.sum(count.values[[cell for cell in cells if None not in count.cells[cell]]]))
        what = "Hide what does not pass, and what would give it away."
        instead = {"protect": "", "noise": None, "round": 1} if asked.protect else {}
        yield _asked(table, ChangeKind.SUPPRESS, what, numbers=hidden, records=inside, suppress=True, **instead)
    if asked.protect in {Method.ROUND, Method.MIDPOINT}:
        for base in _BASES:
            if base > asked.round:
                # Of bases that do, the smallest comes first.
                yield _asked(table, ChangeKind.DECIMALS, f"Round to {base}.", records=float(base), round=base)


def _fewer_statistics(table: Table, failing: Failing) -> Iterator[Change]:
    """Without the statistics that do not pass where the count does; or without those of most cells only."""
    inner = len(table.output.tabulations[0].cells)
    for least in (0, inner // 2):
        left_out = [statistic.value for statistic, cells in failing.items() if cells > least]
        asked = [item.value for item in statistics_named(table.request.statistic) if item is not Statistic.COUNT]
        kept = [word for word in asked if word not in left_out] or [Statistic.COUNT.value]
        try:
            statistics_named(kept)
        except InputError:  # the ends of an interval cannot be asked for apart from its middle
            continue
        if left_out and len(left_out) < len(asked) + (not least):
            what = f"Leave out the {' and '.join(left_out)}."
            words = kept[0] if len(kept) == 1 else kept
            fewer = len(left_out) * inner
            yield _asked(table, ChangeKind.STATISTIC, what, numbers=fewer, statistic=words)


def _asked(
    table: Table, kind: ChangeKind, what: str, *, numbers: int = 0, records: float = 0.0, **arguments: object
) -> Change:
    request = replace(table.request, **arguments)  # type: ignore[arg-type]
    return Change(kind=kind, what=what, request=request, numbers=numbers, records=records)


def _merges(table: Table, cells: Sequence[int]) -> Iterator[Change]:
    """Two categories of one variable put together, where that changes every one of the cells.

    A cell outside the two categories is the same as before, and so is its share of every line.
    """
    for name, touched in table.touched(cells).items():
        if not table.mergeable(name) or None in touched or MISSING in touched or not 1 <= len(touched) <= 2:
            continue
        labels = [label for label in table.labels[name] if label != MISSING]
        near = table.ordered[name]
        for pair in combinations(labels, 2):
            adjacent = labels.index(pair[1]) - labels.index(pair[0]) == 1
            if touched <= set(pair) and (adjacent or not near):
                yield table.merge(name, [pair])


def _levels(table: Table, cells: Sequence[int]) -> Iterator[Change]:
    """Categories of one variable left out, where all of the cells are in them."""
    for name, touched in table.touched(cells).items():
        if not table.mergeable(name) or None in touched or not 1 <= len(touched) <= _MOST_LEFT_OUT:
            continue
        left_out = [label for label in table.labels[name] if label in touched]
        values = values_of(table.data[name])
        missing = left_out == [MISSING]
        if len(table.labels[name]) - len(left_out) < 2 or not (missing or all(label in values for label in left_out)):
            continue
        which = "missing" if missing else _listed(left_out)
        population = f"{table.request.population} without {name} {which}"
        fewer = table.numbers() - table.numbers(name, fewer=len(left_out))
        yield Change(
            kind=ChangeKind.LEVEL,
            what=f"Leave out the records with {name} {which}.",
            request=replace(table.request, population=population),
            edit=LeaveOut(variable=name, values=() if missing else tuple(values[label] for label in left_out)),
            numbers=fewer,
            records=sum(table.records.get((name, label), 0.0) for label in left_out),
        )


def _listed(labels: Sequence[str]) -> str:
    short = [label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…" for label in labels]
    quoted = [f"“{label}”" for label in short]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
