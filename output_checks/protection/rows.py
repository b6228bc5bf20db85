"""Sparse rows of numbers modulo a prime that can be subtracted from each other: the tool of all elimination here.

The rows live in one pool. A row that outgrows its place moves to the end; when the pool is full it is pressed together.
For each column a list links the rows that hold it or held it once; readers skip what is no longer there.
All functions compile, see `compiled`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from output_checks.protection.compiled import compiled

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PRIME = 2_147_483_647
"""A prime just below 2^31: products of two remainders fit into 64 bits."""

_BUCKETS = 256


class Rows(NamedTuple):
    """Rows in a pool. Of row r, the columns and values are those from `start[r]`, `length[r]` of them."""

    columns: npt.NDArray[np.int32]
    values: Integers
    start: Integers
    length: Integers
    used: Integers
    """One number: how much of the pool is taken."""
    holders: Integers
    """Per column: how many rows that are still in use hold it."""
    head: Integers
    link_row: npt.NDArray[np.int32]
    link_next: Integers
    links: Integers
    """One number: how many links are taken."""
    place: Integers
    """Per column: scratch, -1 outside `subtract`."""


@compiled
def inverse(number: int, prime: int) -> int:
    """The number whose product with `number` is 1 modulo `prime`."""
    before, now, rest, left = 0, 1, prime, number % prime
    while left != 0:
        times = rest // left
        before, now = now, before - times * now
        rest, left = left, rest - times * left
    return before % prime


@compiled
def load(starts: Integers, columns: Integers, values: Integers, n_columns: int, prime: int, room: int) -> Rows:
    """Rows from compressed sparse rows, in a pool `room` times as large as they need now."""
    n, n_rows = starts[-1], starts.size - 1
    size = n * room + 4096
    rows = Rows(
        np.empty(size, np.int32),
        np.empty(size, np.int64),
        starts[:-1].copy(),
        starts[1:] - starts[:-1],
        np.array([n]),
        np.zeros(n_columns, np.int64),
        np.full(n_columns, -1, np.int64),
        np.empty(size, np.int32),
        np.empty(size, np.int64),
        np.array([n]),
        np.full(n_columns, -1, np.int64),
    )
    for row in range(n_rows):
        for at in range(starts[row], starts[row + 1]):
            column = columns[at]
            rows.columns[at] = column
            rows.values[at] = values[at] % prime
            rows.holders[column] += 1
            rows.link_row[at] = row
            rows.link_next[at] = rows.head[column]
            rows.head[column] = at
    return rows


@compiled
def entry(rows: Rows, row: int, column: int) -> int:
    """The number of a row in a column."""
    begin = rows.start[row]
    for at in range(begin, begin + rows.length[row]):
        if rows.columns[at] == column:
            return rows.values[at]  # type: ignore[no-any-return]
    return 0


@compiled
def _press(rows: Rows) -> None:
    """Close the gaps in the pool."""
    top = 0
    for row in np.argsort(rows.start):
        begin = rows.start[row]
        for step in range(rows.length[row]):
            rows.columns[top + step] = rows.columns[begin + step]
            rows.values[top + step] = rows.values[begin + step]
        rows.start[row] = top
        top += rows.length[row]
    rows.used[0] = top


@compiled
def subtract(rows: Rows, target: int, source: int, factor: int, prime: int) -> bool:
    """Subtract `factor` times the row `source` from the row `target`. False where the pool has no room for it."""
    size, extra = rows.length[target], rows.length[source]
    if rows.used[0] + size + extra > rows.columns.size:
        _press(rows)
        if rows.used[0] + size + extra > rows.columns.size:
            return False
    old, new, other, place = rows.start[target], rows.used[0], rows.start[source], rows.place
    for step in range(size):
        column = rows.columns[old + step]
        place[column] = step
        rows.columns[new + step] = column
        rows.values[new + step] = rows.values[old + step]
    total = size
    for at in range(other, other + extra):
        column = rows.columns[at]
        change = factor * rows.values[at] % prime
        if place[column] >= 0:
            rows.values[new + place[column]] = (rows.values[new + place[column]] - change) % prime
            continue
        if rows.links[0] >= rows.link_row.size:
            for step in range(size):
                place[rows.columns[old + step]] = -1
            return False
        rows.columns[new + total] = column
        rows.values[new + total] = (prime - change) % prime
        total += 1
        link = rows.links[0]
        rows.link_row[link] = target
        rows.link_next[link] = rows.head[column]
        rows.head[column] = link
        rows.links[0] = link + 1
        rows.holders[column] += 1
    for step in range(size):
        place[rows.columns[old + step]] = -1
    kept = 0
    for at in range(new, new + total):
        if rows.values[at] != 0:
            rows.columns[new + kept] = rows.columns[at]
            rows.values[new + kept] = rows.values[at]
            kept += 1
        else:
            rows.holders[rows.columns[at]] -= 1
    if kept <= size:
        for step in range(kept):
            rows.columns[old + step] = rows.columns[new + step]
            rows.values[old + step] = rows.values[new + step]
    else:
        rows.start[target] = new
        rows.used[0] = new + kept
    rows.length[target] = kept
    return True


@compiled
def retire(rows: Rows, row: int, active: Flags) -> None:
    """Take a row out of use, as a pivot that stays readable."""
    active[row] = False
    begin = rows.start[row]
    for at in range(begin, begin + rows.length[row]):
        rows.holders[rows.columns[at]] -= 1


@compiled
def _shortest_row(rows: Rows, column: int, active: Flags) -> int:
    """The shortest row in use that holds a column; -1 where none does."""
    found, best, link = -1, 1 << 60, rows.head[column]
    while link >= 0:
        row = rows.link_row[link]
        link = rows.link_next[link]
        if active[row] and rows.length[row] < best and entry(rows, row, column) != 0:
            found, best = row, rows.length[row]
    return found


@compiled
def clear_column(rows: Rows, column: int, pivot: int, active: Flags, prime: int) -> bool:
    """Subtract a pivot row so that no row in use holds a column any more. False where the pool has no room for it."""
    scale = inverse(entry(rows, pivot, column), prime)
    link = rows.head[column]
    while link >= 0:
        row = rows.link_row[link]
        link = rows.link_next[link]
        if not active[row]:
            continue
        value = entry(rows, row, column)
        if value == 0:
            continue
        if not subtract(rows, row, pivot, value * scale % prime, prime):
            return False
        if rows.length[row] == 0:
            active[row] = False
    return True


@compiled
def eliminate(
    rows: Rows, allowed: Flags, active: Flags, prime: int, pivot_rows: Integers, pivot_columns: Integers, found: int
) -> int:
    """Eliminate the allowed columns, the rarest first (Markowitz); the number of pivots, after `found` earlier ones.

    Pivot rows leave use and keep their numbers. -1 where the pool has no room.
    """
    n_columns = rows.holders.size
    waiting = np.full(_BUCKETS + 1, -1, np.int64)  # columns by how many rows hold them; the last bucket: that or more
    following = np.full(n_columns, -1, np.int64)
    preceding = np.full(n_columns, -1, np.int64)
    bucket = np.full(n_columns, -1, np.int64)
    for column in range(n_columns):
        if allowed[column] and rows.holders[column] > 0:
            _move(column, min(rows.holders[column], _BUCKETS), waiting, following, preceding, bucket)
    at = 1
    while at <= _BUCKETS:
        column = waiting[at]
        if column < 0:
            at += 1
            continue
        now = min(rows.holders[column], _BUCKETS)
        if now != at:  # subtracting changed it
            _move(column, now, waiting, following, preceding, bucket)
            if 0 < now < at:
                at = now
            continue
        pivot = _shortest_row(rows, column, active)
        _move(column, 0, waiting, following, preceding, bucket)
        if pivot < 0:
            continue
        retire(rows, pivot, active)
        pivot_rows[found], pivot_columns[found] = pivot, column
        found += 1
        if not clear_column(rows, column, pivot, active, prime):
            return -1
        begin = rows.start[pivot]
        for step in range(begin, begin + rows.length[pivot]):
            other = rows.columns[step]
            if bucket[other] > 0:
                now = min(rows.holders[other], _BUCKETS)
                _move(other, now, waiting, following, preceding, bucket)
                if 0 < now < at:
                    at = now
    return found


@compiled
def _move(column: int, to: int, waiting: Integers, following: Integers, preceding: Integers, bucket: Integers) -> None:
    """Put a column into another bucket (a doubly linked list each); 0 takes it out."""
    now = bucket[column]
    if now == to:
        return
    if now > 0:
        before, after = preceding[column], following[column]
        if before >= 0:
            following[before] = after
        else:
            waiting[now] = after
        if after >= 0:
            preceding[after] = before
    bucket[column] = to
    if to > 0:
        first = waiting[to]
        following[column], preceding[column] = first, -1
        if first >= 0:
            preceding[first] = column
        waiting[to] = column
