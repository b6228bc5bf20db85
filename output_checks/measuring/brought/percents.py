"""Percentages of a brought table: with a count beside them, the numbers that have it and that have it not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from output_checks.measuring.brought.adding import are_parts_of_a_hundred
from output_checks.measuring.brought.columns import Block, Column
from output_checks.measuring.brought.counts import decimals_of, numbers_of, read_counts
from output_checks.measuring.brought.facts import at_most_units, brought, derived
from output_checks.measuring.brought.headings import Shows
from output_checks.measuring.brought.means import cells_of, count_by_row
from output_checks.measuring.brought.places import places
from output_checks.model.evidence import Cell, FactName, Floats, Tabulation
from output_checks.model.statistic import Statistic

_Group = tuple[Column, ...]
_HUNDRED = 100.0


@dataclass(frozen=True, kw_only=True)
class Percents:
    """What percentages tell: tabulations where the counts behind them follow, faults, and bounds of hidden counts."""

    columns: tuple[Column, ...] = ()
    taken: frozenset[_Group] = frozenset()
    """Groups that look like counts and are percentages: whole, and a hundred together in every row."""
    tabulations: tuple[Tabulation, ...] = ()
    faults: tuple[str, ...] = ()
    ranges: Mapping[_Group, Floats] = field(default_factory=dict)
    """Per group of counts, the lowest and highest that each may be by its percentage: 2 × rows × columns."""
    unexplained: tuple[str, ...] = ()
    """Headings of percentages of which nobody can tell what they are percentages of."""


def percents_of(block: Block, groups: Sequence[_Group], *, levels: Sequence[str], data: str) -> Percents:
    """The percentages of a table, by their headings, their signs, or because they sum to 100."""
    taken = frozenset(
        group
        for group in groups
        if len(group) > 1 and not any(column.is_count for column in group) and _sum_to_hundred(group)
    )
    columns = [*(column for column in block.columns if _is_percent(column)), *(c for group in taken for c in group)]
    if not columns:
        columns = _unnamed(block)
    if not columns:
        return Percents()
    kept = [group for group in groups if group not in taken]
    counts = [read_counts(block, group) for group in kept]
    n = count_by_row(block, [item for item in counts if item.certain])
    tabulations: list[Tabulation] = []
    faults: list[str] = []
    ranges: dict[_Group, Floats] = {}
    unexplained = []
    for group in _together(columns):
        if any(map(_may_be_shares, group)):
            unexplained += [column.heading.text for column in group]
            continue
        of_counts = next((own for own in kept if _same_columns(own, group) and _are_shares(own, group)), None)
        if _sum_to_hundred(group):
            faults += _faults_of_lines(block, group)
            if n is not None:
                tabulations.append(_shares_of_rows(block, group, n, levels=levels, data=data))
            else:
                unexplained += [column.heading.text for column in group]
        elif of_counts is not None:
            ranges[of_counts] = _ranges(of_counts, group)
        elif n is not None:
            tabulations += [_shares(block, column, n, levels=levels, data=data) for column in group]
        else:
            unexplained += [column.heading.text for column in group]
    return Percents(
        columns=tuple(columns),
        taken=taken,
        tabulations=tuple(tabulations),
        faults=tuple(faults),
        ranges=ranges,
        unexplained=tuple(unexplained),
    )


def _is_percent(column: Column) -> bool:
    return column.percent or column.heading.shows is Shows.PERCENT


def _may_be_shares(column: Column) -> bool:
    """Whether it is in doubt if 0.5 is half a percent or half; or a share is more than 1."""
    values = numbers_of([column])[:, 0]
    highest = np.nanmax(values, initial=0.0)
    if column.heading.per == 1:
        return bool(highest > 1)
    return not column.percent and column.heading.per == _HUNDRED and bool(0 < highest <= 1)


def _unnamed(block: Block) -> list[Column]:
    """Columns without a name for what they are that are a hundred together in every row."""
    group = [column for column in block.columns if column.heading.shows is Shows.UNNAMED]
    return group if len(group) > 1 and not all(c.whole for c in group) and _sum_to_hundred(tuple(group)) else []


def _together(columns: Sequence[Column]) -> list[_Group]:
    """Columns with categories over them belong together; the others stand alone."""
    divided = tuple(column for column in columns if column.heading.parts)
    return [*([divided] if divided else []), *((column,) for column in columns if not column.heading.parts)]


def _inner(group: _Group) -> _Group:
    """The group without its columns of totals."""
    return tuple(column for column in group if not (column.heading.parts and set(column.heading.parts) == {None}))


def _sum_to_hundred(group: _Group) -> bool:
    inner = _inner(group)
    return len(inner) > 1 and are_parts_of_a_hundred(numbers_of(inner), decimals_of(inner))


def _faults_of_lines(block: Block, group: _Group) -> Iterator[str]:
    """Where a row that sums to 100 has it all in one category, or hides one number that the others tell."""
    inner = _inner(group)
    table, cells = numbers_of(inner), cells_of(block)
    whole = [at for at, row in enumerate(table) if (row == _HUNDRED).any() and np.nansum(row) == _HUNDRED]
    alone = [at for at, row in enumerate(table) if np.isnan(row).sum() == 1]
    if whole:
        yield f"it shows a whole group in one category, at 100 percent ({places(cells[at] for at in whole)})"
    if alone:
        yield f"it hides a percentage that the others of its row tell ({places(cells[at] for at in alone)})"


def _shares_of_rows(block: Block, group: _Group, n: Floats, *, levels: Sequence[str], data: str) -> Tabulation:
    """Percentages of each row, with the number of units behind each and behind the rest of it."""
    inner = _inner(group)
    table = numbers_of(inner)
    least, most = _numerators(table, n[:, None], decimals_of(inner))
    names = [" ".join(part or "Total" for part in column.heading.parts) or column.heading.text for column in inner]
    cells: tuple[Cell, ...] = tuple(
        (*cell, f"{name} ({at + 1})" if names.count(name) > 1 else name)
        for cell in cells_of(block)
        for at, name in enumerate(names)
    )
    rest = (n[:, None] - least).ravel()
    shown = np.where((least == 0) & (most > 0), np.nan, most).ravel()
    return brought(
        Statistic.PERCENT_OF_ROW,
        "",
        (*block.names, "column"),
        cells,
        table.ravel(),
        hidden=np.isnan(table.ravel()),
        facts=[
            *at_most_units(shown, levels=levels),
            *at_most_units(np.where(rest <= 0, np.inf, rest), levels=levels, name=FactName.COMPLEMENT),
        ],
        data=data,
        decimals=decimals_of(inner),
    )


def _shares(block: Block, column: Column, n: Floats, *, levels: Sequence[str], data: str) -> Tabulation:
    """A percentage of those in the row: how many have it at most, how many have it not, and whether anyone differs."""
    table, per = numbers_of([column])[:, 0], column.heading.per
    least, most = _numerators(table * 100 / per, n, decimals_of([column]), step=100 / per)
    # Of a share, whichever side is the smaller one: at most as many as its highest possible numerator.
    rare = np.minimum(most, n - least)
    unsure = (least == 0) | (most == n)
    distinct = np.where((most == 0) | (least == n), 1.0, np.where(unsure, np.nan, 2.0))
    return brought(
        Statistic.PERCENTAGE,
        column.heading.text,
        block.names,
        cells_of(block),
        table,
        hidden=np.isnan(table),
        facts=[
            *at_most_units(n, levels=levels),
            *at_most_units(
                np.where(distinct == 1, 0.0, np.where(unsure, np.nan, rare)), levels=levels, name=FactName.RARE_SIDE
            ),
            derived(FactName.DISTINCT_VALUES, np.where(np.isnan(table), np.nan, distinct)),
        ],
        data=data,
        decimals=decimals_of([column]),
    )


def _numerators(percent: Floats, n: Floats, decimals: int, *, step: float = 1.0) -> tuple[Floats, Floats]:
    """The lowest and highest whole number of `n` that is shown as this percentage."""
    half = 0.5 * 10.0**-decimals * step
    with np.errstate(invalid="ignore"):
        least = np.ceil((percent - half) / 100 * n - 1e-6)
        most = np.floor((percent + half) / 100 * n + 1e-6)
    return np.clip(least, 0, n), np.clip(most, 0, n)


def _same_columns(counts: _Group, group: _Group) -> bool:
    """Whether percentages stand beside counts with the same headings: `boys n`, `boys %`."""
    return [column.heading.parts for column in counts] == [column.heading.parts for column in group]


def _are_shares(counts: _Group, group: _Group) -> bool:
    """Whether the percentages are the counts themselves as shares of their column's total."""
    return _bases(counts, group) is not None


def _bases(counts: _Group, group: _Group) -> Floats | None:
    """Per column, the total that percentages are of, as the shown pairs tell; None where they do not agree on it."""
    number, percent = numbers_of(counts), numbers_of(group)
    half = 0.5 * 10.0 ** -decimals_of(group)
    bases = np.full(number.shape[1], np.nan)
    for column in range(number.shape[1]):
        pairs = (number[:, column] > 0) & (percent[:, column] > half)
        if pairs.sum() < 2:
            return None
        low = number[pairs, column] / (percent[pairs, column] + half) * 100
        high = number[pairs, column] / (percent[pairs, column] - half) * 100
        if low.max() > high.min() + 1e-6:
            return None
        bases[column] = (low.max() + high.min()) / 2
    return bases


def _ranges(counts: _Group, group: _Group) -> Floats:
    """The lowest and highest count that each percentage allows."""
    bases, percent = _bases(counts, group), numbers_of(group)
    if bases is None:
        return np.array([np.zeros_like(percent), np.full_like(percent, np.inf)])
    least, most = _numerators(percent, np.broadcast_to(np.ceil(bases), percent.shape), decimals_of(group))
    return np.array([np.nan_to_num(least, nan=0.0), np.nan_to_num(most, nan=np.inf)])
