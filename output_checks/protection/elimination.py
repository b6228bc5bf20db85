"""Elimination of sparse systems of equations modulo a prime: what equations determine, and what they leave free.

Working modulo a prime of 31 bits there is no rounding. A number that is 0 by chance only modulo the prime turns up once
in two thousand million, and nothing that is proven to a reader leans on it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError
from output_checks.protection.compiled import compiled
from output_checks.protection.rows import PRIME, Flags, Integers, Rows, eliminate, entry, inverse, load

_FIRST_ROOM = 6
_LARGEST_ROOM = 2_000
_LARGEST_COEFFICIENT = 1_000


def kernel(matrix: Any, *, seed: int, vectors: int = 2) -> npt.NDArray[np.int64]:  # noqa: ANN401 - scipy: no stubs
    """Random vectors that the matrix takes to 0.

    Parameters
    ----------
    matrix
        Sparse rows (scipy csr, rows × columns) of integers.
    seed
        The same seed gives the same vectors.
    vectors
        How many.

    Returns
    -------
    Integers from 0 to p - 1, of shape (columns, vectors), with `matrix @ vector` 0 modulo `PRIME`. They are drawn
    evenly from all such vectors: a row r is a combination of the matrix's rows exactly if `r @ vector` is 0 modulo
    `PRIME`, but for a chance of 1 / p per vector.
    """
    rows = integer_rows(matrix)
    n_columns = int(rows[3])
    chance = np.random.default_rng(seed).integers(0, PRIME, size=(n_columns, vectors), dtype=np.int64)
    everything = np.ones(n_columns, dtype=np.bool_)
    vectors_found: Integers = _grown(lambda room: _kernel(*rows, everything, PRIME, room, chance))
    return vectors_found


def project(matrix: Any, *, away: Flags) -> tuple[Integers, Integers, Integers]:  # noqa: ANN401 - scipy: no stubs
    """What the rows say about the other columns alone, once the columns `away` are eliminated."""
    rows = integer_rows(matrix)
    starts, columns, values = _grown(lambda room: _project(*rows, away, PRIME, room))
    return starts, columns, values


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """All solutions of `matrix @ z == 0`: each z is a combination of few free columns, `starts[c]` on for column c."""

    starts: Integers
    free: Integers
    """Numbers of free columns: 0 … `n_free` - 1."""
    values: Integers
    """Modulo `PRIME`."""
    n_free: int
    column: Integers
    """Which column each free one is."""


def basis(rows: tuple[Integers, Integers, Integers, int], *, late: Flags) -> Basis:
    """The solutions of a system in compressed sparse rows, with the columns `late` free as far as possible."""
    starts, free, values, column = _grown(lambda room: _basis(*rows, late, PRIME, room))
    return Basis(starts=starts, free=free, values=values, n_free=len(column), column=column)


def integer_rows(matrix: Any) -> tuple[Integers, Integers, Integers, int]:  # noqa: ANN401 - scipy: no stubs
    """Starts, columns and values of a scipy csr matrix without its empty rows, and its number of columns."""
    filled = matrix[np.flatnonzero(np.diff(matrix.indptr) > 0)]
    parts = (filled.indptr, filled.indices, filled.data)
    starts, columns, values = (np.ascontiguousarray(part, dtype=np.int64) for part in parts)
    return starts, columns, values, int(matrix.shape[1])


def _grown(work: Any) -> Any:  # noqa: ANN401 - calls a compiled function
    """The answer of `work(room)`, with more room for the rows each time they fill it."""
    room = _FIRST_ROOM
    while room <= _LARGEST_ROOM:
        done, *answer = work(room)
        if done:
            return answer[0] if len(answer) == 1 else tuple(answer)
        room *= 3
    raise InputError(
        "The tables are tied together in too many ways to be worked out as one system.",
        remedy="protect fewer linked tables together, or coarser ones",
    )


@compiled
def _kernel(
    starts: Integers,
    columns: Integers,
    values: Integers,
    n_columns: int,
    allowed: Flags,
    prime: int,
    room: int,
    chance: Integers,
) -> tuple[bool, Integers]:
    rows = load(starts, columns, values, n_columns, prime, room)
    pivots, of = np.empty(rows.start.size, np.int64), np.empty(rows.start.size, np.int64)
    found = eliminate(rows, allowed, rows.length > 0, prime, pivots, of, 0)
    vectors = chance.copy()
    for step in range(found - 1, -1, -1):
        row, column = pivots[step], of[step]
        scale = inverse(entry(rows, row, column), prime)
        for vector in range(vectors.shape[1]):
            total = 0
            for at in range(rows.start[row], rows.start[row] + rows.length[row]):
                if rows.columns[at] != column:
                    total = (total + rows.values[at] * vectors[rows.columns[at], vector]) % prime
            vectors[column, vector] = (prime - total) % prime * scale % prime
    return found >= 0, vectors


@compiled
def _project(
    starts: Integers, columns: Integers, values: Integers, n_columns: int, away: Flags, prime: int, room: int
) -> tuple[bool, Integers, Integers, Integers]:
    rows = load(starts, columns, values, n_columns, prime, room)
    active = rows.length > 0
    pivots, of = np.empty(rows.start.size, np.int64), np.empty(rows.start.size, np.int64)
    found = eliminate(rows, away, active, prime, pivots, of, 0)
    left = np.flatnonzero(active)
    ends = np.zeros(left.size + 1, np.int64)
    for number in range(left.size):
        ends[number + 1] = ends[number] + rows.length[left[number]]
    out_columns, out_values = np.empty(ends[-1], np.int64), np.empty(ends[-1], np.int64)
    for number in range(left.size):
        begin = rows.start[left[number]]
        for step in range(rows.length[left[number]]):
            out_columns[ends[number] + step] = rows.columns[begin + step]
            out_values[ends[number] + step] = rows.values[begin + step]
    return found >= 0, ends, out_columns, out_values


@compiled
def _basis(
    starts: Integers, columns: Integers, values: Integers, n_columns: int, late: Flags, prime: int, room: int
) -> tuple[bool, Integers, Integers, Integers, Integers]:
    nothing = np.empty(0, np.int64)
    rows = load(starts, columns, values, n_columns, prime, room)
    active = rows.length > 0
    pivots, of = np.empty(rows.start.size, np.int64), np.empty(rows.start.size, np.int64)
    found = eliminate(rows, ~late, active, prime, pivots, of, 0)
    if found >= 0:
        found = eliminate(rows, late, active, prime, pivots, of, found)
    if found < 0:
        return False, nothing, nothing, nothing, nothing
    is_free = np.ones(n_columns, np.bool_)
    for step in range(found):
        is_free[of[step]] = False
    column = np.flatnonzero(is_free)
    return _substituted(rows, pivots[:found], of[:found], column, prime)


@compiled
def _substituted(
    rows: Rows, pivots: Integers, of: Integers, column: Integers, prime: int
) -> tuple[bool, Integers, Integers, Integers, Integers]:
    """Each column as a combination of free ones, the last pivot first."""
    n_columns, n_free = rows.holders.size, column.size
    size = rows.used[0] * 2 + n_columns * 4 + 4096
    out_free, out_values, top = np.empty(size, np.int64), np.empty(size, np.int64), 0
    begin, length = np.zeros(n_columns, np.int64), np.zeros(n_columns, np.int64)
    for number in range(n_free):
        begin[column[number]], length[column[number]] = top, 1
        out_free[top], out_values[top] = number, 1
        top += 1
    total, touched, seen = np.zeros(n_free, np.int64), np.empty(n_free, np.int64), np.zeros(n_free, np.bool_)
    for step in range(pivots.size - 1, -1, -1):
        row, own, n = pivots[step], of[step], 0
        for at in range(rows.start[row], rows.start[row] + rows.length[row]):
            other, value = rows.columns[at], rows.values[at]
            if other == own:
                continue
            for place in range(begin[other], begin[other] + length[other]):
                number = out_free[place]
                if not seen[number]:
                    seen[number] = True
                    touched[n] = number
                    n += 1
                total[number] = (total[number] + value * out_values[place]) % prime
        if top + n > size:
            size = 2 * size + n
            more_free, more_values = np.empty(size, np.int64), np.empty(size, np.int64)
            more_free[:top], more_values[:top] = out_free[:top], out_values[:top]
            out_free, out_values = more_free, more_values
        scale = inverse(entry(rows, row, own), prime)
        begin[own] = top
        for place in range(n):
            number = touched[place]
            if total[number] != 0:
                out_free[top], out_values[top] = number, (prime - total[number]) * scale % prime
                top += 1
            seen[number], total[number] = False, 0
        length[own] = top - begin[own]
    starts = np.zeros(n_columns + 1, np.int64)
    for c in range(n_columns):
        starts[c + 1] = starts[c] + length[c]
    free, values = np.empty(starts[-1], np.int64), np.empty(starts[-1], np.int64)
    for c in range(n_columns):
        for place in range(length[c]):
            free[starts[c] + place] = out_free[begin[c] + place]
            values[starts[c] + place] = out_values[begin[c] + place]
    return True, starts, free, values, column
