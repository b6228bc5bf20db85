"""Which numbers of a brought table are sums of others: by the names of totals, and because they add up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from output_checks.measuring.brought.solving import Sum
from output_checks.model.evidence import Cell, Floats

_MOST_ROWS = 300
_MOST_NESTED = 60
_MOST_TRIES = 5_000
_SLACK = 1e-6
_LARGE = 20.0
"""From here on, one number that happens to be the sum of its neighbours is no accident."""


def sums_by_name(cells: Sequence[Cell]) -> list[Sum]:
    """Each cell that is a total over a variable, with the cells that it is the total of."""
    lines: dict[tuple[int, Cell], list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        for position, part in enumerate(cell):
            if part is not None:
                lines[position, (*cell[:position], None, *cell[position + 1 :])].append(place)
    at = {cell: place for place, cell in enumerate(cells)}
    found = []
    for (_, total), parts in lines.items():
        if total in at and len(parts) > 1:
            found.append(Sum(total=at[total], parts=tuple(parts)))
    return found


def sums_by_addition(table: Floats) -> list[tuple[int, tuple[int, ...]]]:
    """Rows that are the sum of rows just above or just below them, in every column: subtotals, and totals of these.

    `table` has rows and columns, NaN where hidden. Returns pairs of a row and those it is the sum of.
    """
    if not 2 < len(table) <= _MOST_ROWS:
        return []
    found: list[tuple[int, tuple[int, ...]]] = []
    items = list(range(len(table)))
    while True:
        matches = _smallest_sums(table[items])
        if not matches:
            return found
        found += [(items[at], tuple(items[low:high])) for at, low, high in matches]
        gone = {items[place] for _, low, high in matches for place in range(low, high)}
        items = [item for item in items if item not in gone]


def nested_sums(table: Floats, total: int) -> list[tuple[int, tuple[int, ...]]]:
    """How the rows before or after a total make it: heads that sum to it, each followed by its own parts.

    For tables of which some parts are hidden, so that subtotals cannot be found one by one. Nothing where there is no
    way, or more than one.
    """
    rows = list(range(total)) if total else list(range(1, len(table)))
    if not 2 < len(rows) <= _MOST_NESTED or np.isnan(table[total]).any():
        return []
    ways: list[list[tuple[int, tuple[int, ...]]]] = []
    tries = iter(range(_MOST_TRIES))
    _nest(table, rows, table[total], segments=[], ways=ways, tries=tries)
    if len(ways) != 1 or next(tries, None) is None:
        return []
    (segments,) = ways
    found = [(head, children) for head, children in segments if children]
    return [*found, (total, tuple(head for head, _ in segments))] if found else []


def _nest(
    table: Floats,
    rows: Sequence[int],
    left: Floats,
    *,
    segments: list[tuple[int, tuple[int, ...]]],
    ways: list[list[tuple[int, tuple[int, ...]]]],
    tries: Iterator[int],
) -> None:
    """Try every length of the first head's parts that is possible, and go on with the rest of the rows."""
    if len(ways) > 1 or next(tries, None) is None:
        return
    if not rows:
        if (np.abs(left) <= _SLACK).all() and len(segments) > 1:
            ways.append(list(segments))
        return
    head = table[rows[0]]
    if np.isnan(head).any() or (head > left + _SLACK).any():
        return
    for size in (0, *range(2, len(rows))):
        parts = table[list(rows[1 : size + 1])]
        known = np.nansum(parts, axis=0)
        if size and (known > head + _SLACK).any():
            return
        short = ~np.isnan(parts).any(axis=0) & (known < head - _SLACK)
        if size and short.any():
            continue
        segments.append((rows[0], tuple(rows[1 : size + 1])))
        _nest(table, rows[size + 1 :], left - head, segments=segments, ways=ways, tries=tries)
        segments.pop()


def _smallest_sums(table: Floats) -> list[tuple[int, int, int]]:
    """The smallest sums among consecutive rows: the place of the row, and from where to where its parts stand."""
    running = np.vstack([np.zeros(table.shape[1]), np.cumsum(np.nan_to_num(table), axis=0)])
    for size in range(2, len(table)):
        sums = running[size:] - running[:-size]
        found: list[tuple[int, int, int]] = []
        taken: set[int] = set()
        for shift in (-1, size):  # the total above its parts, and below them
            low = np.arange(max(0, -shift), len(sums) - (shift > 0))
            near = np.abs(table[low + shift] - sums[low]) <= _SLACK * np.maximum(1.0, sums[low])
            for start in low[near.any(axis=1)].tolist():
                rows = {start + shift, *range(start, start + size)}
                if not rows & taken and _adds_up(table[start + shift], table[start : start + size]):
                    found.append((start + shift, start, start + size))
                    taken |= rows
        if found:
            return found
    return []


def _adds_up(total: Floats, parts: Floats) -> bool:
    known = ~np.isnan(total) & ~np.isnan(parts).any(axis=0)
    if not known.any() or (parts[:, known] < 0).any():
        return False
    sums = parts[:, known].sum(axis=0)
    equal = np.abs(total[known] - sums) <= 1e-6 * np.maximum(1.0, sums)
    partly = ~known & ~np.isnan(total)
    if not equal.all() or (np.nansum(parts[:, partly], axis=0) > total[partly] + 1e-6).any():
        return False
    telling = (parts[:, known] > 0).sum(axis=0) > 1
    large = total[known][telling]
    return len(large) > 1 or bool(len(large) and large.max() >= _LARGE)


def column_of_totals(table: Floats) -> int | None:
    """The first or last column where it is the sum of all others in every complete row, of which there are two."""
    complete = table[~np.isnan(table).any(axis=1)]
    complete = complete[(complete > 0).sum(axis=1) > 1]
    if table.shape[1] < 3 or len(complete) < 2:
        return None
    for place in (table.shape[1] - 1, 0):
        others = np.delete(complete, place, axis=1).sum(axis=1)
        if (np.abs(others - complete[:, place]) <= 1e-6 * np.maximum(1.0, others)).all():
            return place
    return None


def are_parts_of_a_hundred(table: Floats, decimals: int) -> bool:
    """Whether each complete row sums to 100, but for rounding; at least two rows, or one with three numbers."""
    complete = table[~np.isnan(table).any(axis=1)]
    if table.shape[1] < 2 or not len(complete) or (len(complete) < 2 and table.shape[1] < 3):
        return False
    slack = 0.5 * 10.0**-decimals * table.shape[1] + 1e-9
    return bool((np.abs(complete.sum(axis=1) - 100) <= slack).all() and (complete >= 0).all())
