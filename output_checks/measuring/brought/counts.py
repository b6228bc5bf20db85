"""Counts of a brought table: which columns they are, their cells, their totals, and what follows of hidden ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.measuring.brought.adding import column_of_totals, nested_sums, sums_by_addition, sums_by_name
from output_checks.measuring.brought.columns import Block, Column
from output_checks.measuring.brought.headings import Shows
from output_checks.measuring.brought.solving import Sum, is_broken, solve
from output_checks.model.evidence import Cell, Flags, Floats

_COLUMNS = "column"
_SPREAD = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Cells that show counts, row by row of the table. NaN stands for a hidden count."""

    name: str
    counted: str
    by: tuple[str, ...]
    cells: tuple[Cell, ...]
    values: Floats
    low: Floats
    high: Floats
    hidden: Flags
    certain: bool
    """Whether these are counts beyond doubt: by their name, because they add up, or as the researcher says."""
    adds_up: bool
    repeated: bool
    """Whether rows with the same labels occur more than once."""
    places: tuple[tuple[int, int], ...]
    """Per cell, its row and column in the table."""


def count_groups(block: Block) -> list[tuple[Column, ...]]:
    """The columns of counts, those that are parts of one whole together."""
    named = [column for column in block.columns if column.is_count]
    groups: dict[object, list[Column]] = {}
    for column in named:
        divided = bool(column.heading.parts)
        groups.setdefault((column.heading.counted, "") if divided else column.place, []).append(column)
    unnamed = [column for column in block.columns if column.heading.shows is Shows.UNNAMED and not column.percent]
    if unnamed and all(column.whole or _all_hidden(column) for column in unnamed) and any(c.whole for c in unnamed):
        groups["unnamed"] = unnamed
    return [tuple(columns) for columns in groups.values()]


def read_counts(block: Block, columns: Sequence[Column], *, ranges: Floats | None = None) -> Counts:
    """One group of columns as counts by label and heading, with the bounds of the hidden ones.

    `ranges` has the lowest and highest count of each row and column, where percentages beside them tell.
    """
    table = numbers_of(columns)
    labels, parts, variables = _with_totals(block, columns, table)
    cells: list[Cell] = []
    places, seen, repeated = [], Counter[Cell](), 0
    for row, own in enumerate(labels):
        for at, part in enumerate(parts):
            item = columns[at].numbers[row]
            if item is None:
                continue
            cell = (*own, *part)
            seen[cell] += 1
            repeated += seen[cell] > 1
            cells.append(cell if seen[cell] == 1 else _apart(cell, block.rows[row]))
            places.append((row, at))
    values = np.array([table[place] for place in places], dtype=float)
    named = any(column.is_count for column in columns)
    sums = _sums(cells, values, labels, table, places)
    low, high, adds_up = _bounds(values, columns, places, sums, ranges)
    return Counts(
        name=" ".join(dict.fromkeys(column.heading.text for column in columns)) if len(columns) == 1 else "",
        counted=columns[0].heading.counted,
        by=(*block.names, *variables),
        cells=tuple(cells),
        values=values,
        low=low,
        high=high,
        hidden=np.isnan(values),
        certain=named or (adds_up and _proven(values, sums)) or _spread(values),
        adds_up=adds_up,
        repeated=repeated > 0 and 2 * repeated >= len(columns),
        places=tuple(places),
    )


def numbers_of(columns: Sequence[Column]) -> Floats:
    """Rows by columns; NaN where a number is hidden or none."""
    lists = [[np.nan if n is None or n.value is None else n.value for n in column.numbers] for column in columns]
    return np.array(lists, dtype=float).T


def decimals_of(columns: Sequence[Column]) -> int:
    return max((n.decimals for column in columns for n in column.numbers if n is not None), default=0)


def _with_totals(
    block: Block, columns: Sequence[Column], table: Floats
) -> tuple[list[tuple[str | None, ...]], list[tuple[str | None, ...]], tuple[str, ...]]:
    """Labels of rows and of columns, with totals found by adding up, and the names of the columns' variables."""
    labels = list(block.labels)
    if block.names and not any(None in own for own in labels):
        top = _whole(sums_by_addition(table), len(labels))
        if top is not None:
            labels[top] = (None,) * len(block.names)
    parts: list[tuple[str | None, ...]] = [column.heading.parts for column in columns]
    lengths = set(map(len, parts))
    if len(columns) == 1 and not parts[0]:
        return labels, parts, ()
    if len(lengths) > 1 or 0 in lengths:
        joined = [" · ".join(text or "Total" for text in own) for own in parts]
        parts = [(None,) if set(own) == {None} else (text or "all",) for own, text in zip(parts, joined, strict=True)]
        lengths = {1}
    if lengths == {1} and (None,) not in parts:
        place = column_of_totals(table)
        if place is not None:
            parts[place] = (None,)
    depth = lengths.pop()
    return labels, _distinct(parts), tuple(_COLUMNS if not at else f"{_COLUMNS} {at + 1}" for at in range(depth))


def _distinct(parts: Sequence[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    seen: set[tuple[str | None, ...]] = set()
    found = []
    for at, part in enumerate(parts):
        own = part if part not in seen else (*part[:-1], f"{part[-1] or 'Total'} ({at + 1})")
        seen.add(own)
        found.append(own)
    return found


def _whole(found: Sequence[tuple[int, tuple[int, ...]]], rows: int) -> int | None:
    """The row that is the sum of all rows which are in no other sum, if there is one."""
    if not found:
        return None
    covered = {child for _, children in found for child in children}
    rest = set(range(rows)) - covered
    return found[-1][0] if rest == {found[-1][0]} else None


def _sums(
    cells: Sequence[Cell],
    values: Floats,
    labels: Sequence[tuple[str | None, ...]],
    table: Floats,
    places: Sequence[tuple[int, int]],
) -> list[Sum]:
    """How the cells add up: by the names of totals, and where rows are subtotals of their neighbours, by these."""
    named = sums_by_name(cells)
    totals = [row for row, own in enumerate(labels) if own and set(own) == {None}]
    if any(None in own for own in labels) and not (len(totals) == 1 and any(is_broken(values, item) for item in named)):
        return named
    found = sums_by_addition(table)
    if totals and not _reaches(found, totals[0], len(labels)):
        found = nested_sums(table, totals[0])
    if totals and not found:
        return named
    # What runs along the rows follows from subtotals now; along the columns names still tell.
    row_of = {cell: row for cell, (row, _) in zip(cells, places, strict=True)}
    across = [item for item in named if len({row_of[cells[place]] for place in (item.total, *item.parts)}) == 1]
    return [*across, *_along_rows(found, table, places)]


def _reaches(found: Sequence[tuple[int, tuple[int, ...]]], total: int, rows: int) -> bool:
    """Whether sums of rows end in the total, with every row a part of something."""
    return _whole(found, rows) == total


def _along_rows(
    sums: Sequence[tuple[int, tuple[int, ...]]], table: Floats, places: Sequence[tuple[int, int]]
) -> list[Sum]:
    """Sums of rows, column by column."""
    at = {place: number for number, place in enumerate(places)}
    found = []
    for total, children in sums:
        for column in range(table.shape[1]):
            if all((row, column) in at for row in (total, *children)):
                parts = tuple(at[row, column] for row in children)
                found.append(Sum(total=at[total, column], parts=parts))
    return found


def _bounds(
    values: Floats,
    columns: Sequence[Column],
    places: Sequence[tuple[int, int]],
    sums: Sequence[Sum],
    ranges: Floats | None,
) -> tuple[Floats, Floats, bool]:
    """What an outsider can prove of the hidden counts. That a mark says `<10` counts only where it settles a number."""
    if np.isnan(values).all() or (values[~np.isnan(values)] % 1 != 0).any():
        return np.where(np.isnan(values), 0.0, values), np.where(np.isnan(values), np.inf, values), True
    low, high = np.zeros(len(values)), np.full(len(values), np.inf)
    if ranges is not None:
        low = np.array([ranges[0][place] for place in places])
        high = np.array([ranges[1][place] for place in places])
    marks = [columns[column].numbers[row] for row, column in places]
    marked_low = np.maximum(low, [0.0 if mark is None else mark.low for mark in marks])
    marked_high = np.minimum(high, [np.inf if mark is None else mark.high for mark in marks])
    plain = solve(values, low, high, sums)
    marked = solve(values, marked_low, marked_high, sums)
    settled = marked.low >= marked.high - 1
    settled &= (marked_high - marked_low <= 1) | (marked.low >= marked.high)
    return (
        np.where(settled, marked.low, plain.low),
        np.where(settled, marked.high, plain.high),
        plain.adds_up and marked.adds_up,
    )


def _proven(values: Floats, sums: Sequence[Sum]) -> bool:
    """Whether some total is the sum of shown parts, two of which at least are not zero."""
    return any(
        (values[list(item.parts)] > 0).sum() > 1 and abs(values[list(item.parts)].sum() - values[item.total]) < 1e-6
        for item in sums
    )


def _spread(values: Floats) -> bool:
    """Whether whole numbers are as far apart as counts of groups are, and medians or grades are not."""
    shown = values[~np.isnan(values)]
    above = shown[shown > 0]
    return len(above) > 1 and bool(above.max() >= _SPREAD * above.min())


def _all_hidden(column: Column) -> bool:
    return all(item is None or item.value is None for item in column.numbers)


def _apart(cell: Cell, row: int) -> Cell:
    if not cell:
        return (f"row {row}",)
    return (*cell[:-1], f"{'Total' if cell[-1] is None else cell[-1]} (row {row})")


def without_bounds(counts: Counts) -> Counts:
    """The same, with nothing worked out."""
    hidden = counts.hidden
    return replace(
        counts, low=np.where(hidden, 0.0, counts.values), high=np.where(hidden, np.inf, counts.values), adds_up=False
    )
