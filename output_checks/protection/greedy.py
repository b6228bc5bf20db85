"""Which cells can be published without giving a sensitive one away: the most valuable first, one after the other.

The cells that are not (yet) published solve the sum equations, so each is a combination of a few free ones: a sparse
row. Publishing a cell fixes its row, which is then subtracted from the others to clear one free column. A cell is known
when its row is empty, and gives another away when their rows are parallel. To find that out without comparing all
pairs, each row carries two random numbers, its products with two random vectors: parallel rows have equal ratios.
"""

from typing import Any

import numpy as np

from output_checks.protection.compiled import compiled
from output_checks.protection.elimination import basis, project
from output_checks.protection.rows import PRIME, Flags, Integers, entry, inverse, load, retire, subtract

_SMALLEST_BATCH = 2_000
_SHARE_OF_BATCH = 0.2
_NONE = -5  # a key that no ratio has; numba wants to see a dictionary filled to know its types


def publish_greedily(
    equations: Any,  # noqa: ANN401 - a scipy sparse array, which has no stubs
    *,
    order: Integers,
    sensitive: Flags,
    known: Flags,
    alone: Flags,
    frail: Flags,
    seed: int = 1,
) -> Flags:
    """Which of the cells in `order` stay hidden, so that no sensitive cell follows from the published ones.

    Parameters
    ----------
    equations
        Sum equations over all cells (sparse, equations × cells, whole numbers): `equations @ values == 0`.
    order
        Cells that may be published, the most valuable first; the others stay hidden if they are not `known`.
    sensitive
        Cells that must not follow.
    known
        Cells that everybody knows, such as published zeros.
    alone
        Cells that one contributor alone makes up and knows. None of them, known, may give a sensitive cell away.
    frail
        Cells at or near their lowest possible value: no combination of frail cells only is published, unless its signs
        differ and it shares no cell with an earlier one, as its cells would have next to no room left.

    Notes
    -----
    Cells are decided in batches: those of lower value and not sensitive are first eliminated from the equations. That
    keeps the rows few and short, and changes no decision.
    """
    unknown = ~known
    hidden = np.zeros(len(known), dtype=np.bool_)
    waiting = order[unknown[order] & ~sensitive[order]]
    while len(waiting):
        size = max(_SMALLEST_BATCH, int(_SHARE_OF_BATCH * len(waiting)))
        batch, waiting = waiting[:size], waiting[size:]
        stays = _decide(equations, batch, unknown=unknown, sensitive=sensitive, alone=alone, frail=frail, seed=seed)
        hidden[batch[stays]] = True
        unknown[batch[~stays]] = False
    return hidden


def _decide(
    equations: Any,  # noqa: ANN401 - a scipy sparse array, which has no stubs
    batch: Integers,
    *,
    unknown: Flags,
    sensitive: Flags,
    alone: Flags,
    frail: Flags,
    seed: int,
) -> Flags:
    """For each cell of a batch: does it stay hidden?"""
    cells = np.flatnonzero(unknown)
    kept = sensitive.copy()
    kept[batch] = True
    starts, columns, values = project(equations[:, cells], away=~kept[cells])
    used = np.unique(columns)
    if not len(used) or not sensitive[cells[used]].any():
        return np.zeros(len(batch), dtype=np.bool_)
    within = np.full(len(cells), -1, dtype=np.int64)
    within[used] = np.arange(len(used))
    rows = cells[used]
    found = basis((starts, within[columns], values, len(used)), late=frail[rows])
    place = np.full(len(unknown), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    ours = place[batch]
    is_frail = frail[rows][found.column]
    room = 6
    while True:
        done, stays = _publish(
            found.starts, found.free, found.values, found.n_free, ours[ours >= 0], sensitive[rows],
            alone[rows] & sensitive[rows], is_frail, PRIME, room, seed,
        )  # fmt: skip
        if done:
            break
        room *= 3
    return np.where(ours >= 0, stays[np.maximum(ours, 0)], False)  # noqa: FBT003 - a cell in no equation gives nothing away


@compiled
def _publish(
    starts: Integers,
    free: Integers,
    values: Integers,
    n_free: int,
    order: Integers,
    sensitive: Flags,
    alone: Flags,
    frail: Flags,
    prime: int,
    room: int,
    seed: int,
) -> tuple[bool, Flags]:
    """Publish cells in order where that is safe. False where the rows need more room."""
    rows = load(starts, free, values, n_free, prime, room)
    n = rows.start.size
    first, second = _sketches(rows, seed, prime)
    ratio = np.full(n, -1, np.int64)
    members, singles = {_NONE: 0}, {_NONE: 0}  # per ratio: how many sensitive cells have it, how many of them are alone
    for row in range(n):
        if sensitive[row] and rows.length[row] > 0:
            ratio[row] = first[row] * inverse(second[row], prime) % prime
            members[ratio[row]] = members.get(ratio[row], 0) + 1
            singles[ratio[row]] = singles.get(ratio[row], 0) + (1 if alone[row] else 0)
    active, stays, spent = np.ones(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n_free, np.bool_)
    touched, factors, seen = np.empty(n, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    for cell in order:
        if rows.length[cell] == 0:
            continue
        column, only_frail = _pivot(rows, cell, frail, spent, prime)
        reveals = members.get(first[cell] * inverse(second[cell], prime) % prime, 0) > 0
        if column < 0 or reveals:
            stays[cell] = True
            continue
        n_touched = _touched(rows, cell, column, active, seen, touched, factors, prime)
        if _joins_singles(cell, n_touched, touched, factors, sensitive, first, second, ratio, members, singles, prime):
            stays[cell] = True
            continue
        if only_frail:
            for at in range(rows.start[cell], rows.start[cell] + rows.length[cell]):
                spent[rows.columns[at]] = True
        retire(rows, cell, active)
        for number in range(n_touched):
            row, factor = touched[number], factors[number]
            if not subtract(rows, row, cell, factor, prime):
                return False, stays
            first[row] = (first[row] - factor * first[cell]) % prime
            second[row] = (second[row] - factor * second[cell]) % prime
            if sensitive[row]:
                one = 1 if alone[row] else 0
                members[ratio[row]] -= 1
                singles[ratio[row]] -= one
                if rows.length[row] > 0:
                    ratio[row] = first[row] * inverse(second[row], prime) % prime
                    members[ratio[row]] = members.get(ratio[row], 0) + 1
                    singles[ratio[row]] = singles.get(ratio[row], 0) + one
        rows.length[cell] = 0
    return True, stays


@compiled
def _sketches(rows: Any, seed: int, prime: int) -> tuple[Integers, Integers]:  # noqa: ANN401 - `Rows`, by numba unnamed
    """Each row times two random vectors."""
    np.random.seed(seed)
    n, n_free = rows.start.size, rows.holders.size
    one, two = np.empty(n_free, np.int64), np.empty(n_free, np.int64)
    for number in range(n_free):
        one[number], two[number] = np.random.randint(1, prime), np.random.randint(1, prime)
    first, second = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for row in range(n):
        for at in range(rows.start[row], rows.start[row] + rows.length[row]):
            column, value = rows.columns[at], rows.values[at]
            first[row] = (first[row] + value * one[column]) % prime
            second[row] = (second[row] + value * two[column]) % prime
    return first, second


@compiled
def _pivot(rows: Any, cell: int, frail: Flags, spent: Flags, prime: int) -> tuple[int, bool]:  # noqa: ANN401
    """The free column in fewest rows that publishing a cell could fix, one that is not frail if there is any.

    -1 where the cell is a combination of frail ones that may not be published.
    """
    sturdy, best_sturdy, column, best, plus, minus, shared = -1, 1 << 60, -1, 1 << 60, False, False, False
    for at in range(rows.start[cell], rows.start[cell] + rows.length[cell]):
        other = rows.columns[at]
        if not frail[other]:
            if rows.holders[other] < best_sturdy:
                sturdy, best_sturdy = other, rows.holders[other]
            continue
        if rows.values[at] < prime // 2:
            plus = True
        else:
            minus = True
        shared = shared or spent[other]
        if rows.holders[other] < best:
            column, best = other, rows.holders[other]
    if sturdy >= 0:
        return sturdy, False
    if shared or not (plus and minus):
        return -1, True
    return column, True


@compiled
def _touched(
    rows: Any,  # noqa: ANN401
    cell: int,
    column: int,
    active: Flags,
    seen: Integers,
    touched: Integers,
    factors: Integers,
    prime: int,
) -> int:
    """The rows that publishing a cell would change, and by what multiple of its row. How many they are."""
    scale, n, link = inverse(entry(rows, cell, column), prime), 0, rows.head[column]
    while link >= 0:
        row = rows.link_row[link]
        link = rows.link_next[link]
        if not active[row] or row == cell or seen[row] == cell:
            continue
        value = entry(rows, row, column)
        if value != 0:
            seen[row] = cell
            touched[n], factors[n] = row, value * scale % prime
            n += 1
    return n


@compiled
def _joins_singles(
    cell: int,
    n_touched: int,
    touched: Integers,
    factors: Integers,
    sensitive: Flags,
    first: Integers,
    second: Integers,
    ratio: Integers,
    members: dict[int, int],
    singles: dict[int, int],
    prime: int,
) -> bool:
    """Whether publishing a cell would make a cell that its one contributor knows parallel to another sensitive cell."""
    became = {_NONE: _NONE}
    for number in range(n_touched):
        row = touched[number]
        if not sensitive[row]:
            continue
        one = (first[row] - factors[number] * first[cell]) % prime
        two = (second[row] - factors[number] * second[cell]) % prime
        new, old = one * inverse(two, prime) % prime, ratio[row]
        has_single = singles.get(old, 0) > 0
        if new in became:
            if became[new] != old and (has_single or singles.get(became[new], 0) > 0):
                return True
        else:
            became[new] = old
        if new != old and members.get(new, 0) > 0 and (has_single or singles.get(new, 0) > 0):
            return True
    return False
