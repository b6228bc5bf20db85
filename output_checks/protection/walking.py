"""Walk through the tables that agree with everything published: each step changes hidden cells only, by whole numbers.

A step adds a multiple of one solution of the sum equations (a column of their `Basis`), as far as every cell stays at
its lowest possible value or above. Steps are chosen to take cells whose range is too narrow up, or down, as far as they
go. When nothing moves any more, the solutions are chosen anew with the cells that stand at their lowest value free, so
that each can leave it by itself: the pivots of the simplex method, all at once.
"""

from typing import Any

import numpy as np

from output_checks.protection.compiled import compiled
from output_checks.protection.elimination import basis, integer_rows
from output_checks.protection.rows import PRIME, Flags, Integers

FARTHEST = 30_000
"""No walk takes a cell further than this from its true value: a move fits into 16 bits."""

_LARGEST_FACTOR = 12
_LARGEST_COEFFICIENT = 1_000
_LONGEST = 1 << 40


class Steps:
    """The solutions of the sum equations of some cells, as steps of whole numbers."""

    def __init__(self, equations: Any, *, late: Flags) -> None:  # noqa: ANN401 - a scipy sparse array
        self.rows = integer_rows(equations)
        self.starts = self.cells = self.numbers = np.zeros(0, dtype=np.int64)
        self.choose(late)

    def choose(self, late: Flags) -> None:
        """Choose them anew, so that as many of the `late` cells as possible belong to one step only."""
        found = basis(self.rows, late=late)
        self.starts, self.cells, self.numbers = _columns(
            found.starts, found.free, found.values, found.n_free, PRIME, _LARGEST_FACTOR, _LARGEST_COEFFICIENT
        )

    def take(self, move: Integers, *, push: Integers, room: Integers, limit: Integers, sweeps: int, seed: int) -> None:
        """Change `move` in place: cells up where `push` is above 0, down where below, between -room and limit."""
        _take(self.starts, self.cells, self.numbers, move, push, room, limit, sweeps, seed)


@compiled
def _columns(
    starts: Integers, free: Integers, values: Integers, n_free: int, prime: int, largest: int, coefficient: int
) -> tuple[Integers, Integers, Integers]:
    """The solutions one by one, times the smallest number that makes them whole; a few that stay large are left out."""
    ends = np.zeros(n_free + 1, np.int64)
    for at in range(free.size):
        ends[free[at] + 1] += 1
    for number in range(n_free):
        ends[number + 1] += ends[number]
    fill, cells, numbers = ends[:-1].copy(), np.empty(free.size, np.int64), np.empty(free.size, np.int64)
    for cell in range(starts.size - 1):
        for at in range(starts[cell], starts[cell + 1]):
            cells[fill[free[at]]], numbers[fill[free[at]]] = cell, values[at]
            fill[free[at]] += 1
    out = np.zeros(n_free + 1, np.int64)
    n, top = 0, 0
    for number in range(n_free):
        for factor in range(1, largest + 1):
            whole = True
            for at in range(ends[number], ends[number + 1]):
                value = numbers[at] * factor % prime
                value = value - prime if value > prime // 2 else value
                if abs(value) > coefficient:
                    whole = False
                    break
                cells[top + at - ends[number]] = cells[at]
            if whole:
                break
        if not whole:
            continue
        for at in range(ends[number], ends[number + 1]):
            value = numbers[at] * factor % prime
            numbers[top] = value - prime if value > prime // 2 else value
            cells[top] = cells[at]
            top += 1
        n += 1
        out[n] = top
    return out[: n + 1], cells[:top], numbers[:top]


@compiled
def _take(
    starts: Integers,
    cells: Integers,
    numbers: Integers,
    move: Integers,
    push: Integers,
    room: Integers,
    limit: Integers,
    sweeps: int,
    seed: int,
) -> None:
    np.random.seed(seed)
    for _ in range(sweeps):
        changed = False
        for step in np.random.permutation(starts.size - 1):
            gain = 0
            for at in range(starts[step], starts[step + 1]):
                gain += push[cells[at]] * numbers[at]
            up, down = _LONGEST, _LONGEST
            for at in range(starts[step], starts[step + 1]):
                cell, number = cells[at], numbers[at]
                over, under = limit[cell] - move[cell], move[cell] + room[cell]
                if number > 0:
                    up, down = min(up, over // number), min(down, under // number)
                else:
                    up, down = min(up, under // -number), min(down, over // -number)
                if (gain > 0 and up == 0) or (gain < 0 and down == 0) or (up == 0 and down == 0):
                    break
            times = up if gain > 0 else -down
            if gain == 0:  # wander: it opens ways
                times = np.random.randint(-min(down, 500), min(up, 500) + 1)
            if times != 0:
                changed = changed or gain != 0
                for at in range(starts[step], starts[step + 1]):
                    move[cells[at]] += times * numbers[at]
        if not changed:
            return
