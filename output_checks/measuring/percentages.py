"""Percentages of a row, column or whole table, and running totals: frequencies that are told as part of another."""

from collections.abc import Sequence

import numpy as np

from output_checks.measuring.grid import Grid
from output_checks.measuring.inside import Facts
from output_checks.model.evidence import Fact, FactName, Floats, Origin, Tabulation
from output_checks.model.statistic import Kind, Statistic

FROM_COUNTS = frozenset({Kind.PERCENTAGE, Kind.CUMULATIVE, Kind.SURVIVAL})
_RUNNING = frozenset({Kind.CUMULATIVE, Kind.SURVIVAL})


def along(statistic: Statistic, by: Sequence[str]) -> tuple[str, ...]:
    """The variables over which the numbers of a statistic make a whole.

    A row is what the last variable divides, a column what the first one divides. Running totals run along the last.
    """
    if statistic is Statistic.PERCENT_OF_TOTAL:
        return tuple(by)
    return tuple(by[:1]) if statistic is Statistic.PERCENT_OF_COLUMN else tuple(by[-1:])


def from_counts(statistic: Statistic, grid: Grid, counts: Floats) -> Floats:
    """A percentage or running total per cell; NaN where the total is 0."""
    if statistic.kind is Kind.CUMULATIVE:
        running = _running(grid, counts)
        if statistic is Statistic.CUMULATIVE_COUNT:
            return running
        counts = running
        totals = _totals(statistic, grid, _parts_of_running(grid, running))
    else:
        totals = _totals(statistic, grid, counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(totals > 0, counts / totals * 100, np.nan)


def facts_of_percentages(statistic: Statistic, grid: Grid, units: dict[str, Floats]) -> Facts:
    """The units in the rest of what a percentage is of, per level: infinite where the cell is the whole itself."""
    whole = _is_whole(statistic, grid)
    return {
        (FactName.COMPLEMENT, level): np.where(whole, np.inf, _totals(statistic, grid, own) - own)
        for level, own in units.items()
    }


def hidden_in_totals(tabulation: Tabulation) -> Fact:
    """How many hidden cells each cell's total holds, where percentages or running totals give that total away.

    A count and its percentage tell the total, and two running totals what lies between them. Where the total of a
    percentage is published anyway, nothing more is told: the attacker knows it.
    """
    summed = set(along(tabulation.statistic, tabulation.by))
    places = [position for position, name in enumerate(tabulation.by) if name in summed]
    running = tabulation.kind in _RUNNING

    def total_of(cell: tuple[str | None, ...]) -> tuple[str | None, ...]:
        return tuple(None if position in places else part for position, part in enumerate(cell))

    hidden: dict[tuple[str | None, ...], int] = {}
    known: set[tuple[str | None, ...]] = set()
    for cell, is_hidden in zip(tabulation.cells, tabulation.hidden, strict=True):
        if is_hidden:
            hidden[total_of(cell)] = hidden.get(total_of(cell), 0) + 1
        elif cell == total_of(cell):
            known.add(cell)
    values = [
        0.0 if total_of(cell) in known and not running else float(hidden.get(total_of(cell), 0))
        for cell in tabulation.cells
    ]
    return Fact(name=FactName.HIDDEN_IN_TOTAL, values=np.array(values), origin=Origin.DERIVED)


def _shape(grid: Grid) -> tuple[int, ...]:
    return tuple(len(label) + (grid.order is not None) for label in grid.labels)


def _totals(statistic: Statistic, grid: Grid, counts: Floats) -> Floats:
    """Per cell the total that its percentage is of: of its parts, without the margins of the variables summed over."""
    table = counts.reshape(_shape(grid))
    for position, name in enumerate(grid.by):
        if name in along(statistic, grid.by):
            parts = np.take(table, np.arange(len(grid.labels[position])), axis=position)
            table = np.broadcast_to(parts.sum(axis=position, keepdims=True), table.shape)
    return np.asarray(table.ravel())


def _running(grid: Grid, counts: Floats) -> Floats:
    """Counts added up along the last variable; its margin stays the total."""
    table = counts.reshape(_shape(grid)).copy()
    if grid.by:
        last = len(grid.labels[-1])
        table[..., :last] = np.cumsum(table[..., :last], axis=-1)
    return np.asarray(table.ravel())


def _parts_of_running(grid: Grid, running: Floats) -> Floats:
    table = running.reshape(_shape(grid)).copy()
    if grid.by:
        last = len(grid.labels[-1])
        table[..., :last] = np.diff(table[..., :last], axis=-1, prepend=0.0)
    return np.asarray(table.ravel())


def _is_whole(statistic: Statistic, grid: Grid) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True for cells that are the total that their percentage is of."""
    whole = np.ones(len(grid.cells), dtype=bool)
    for position, name in enumerate(grid.by):
        if name in along(statistic, grid.by):
            whole &= grid.lines(position)[1] == 0
    return whole
