"""Elimination in whole numbers modulo two primes: what follows from equations alone, without rounding errors."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

PRIMES = (1_048_573, 1_048_571)
"""Below 2**20, so that products of a thousand terms stay exact. What holds modulo both by chance is one in 10**12."""


class Elimination:
    """The equations `matrix @ x == right`, solved as far as they go modulo each prime."""

    def __init__(self, matrix: Integers, right: Integers) -> None:
        self._solved = [_reduced(np.column_stack([matrix, right]) % prime, prime) for prime in PRIMES]

    def values(self, targets: Integers, *, at_most: int) -> NDArray[np.float64]:
        """What each target (a row of whole numbers) times `x` must be; NaN where the equations leave it open."""
        found = []
        for (rows, pivots), prime in zip(self._solved, PRIMES, strict=True):
            with_zero = np.column_stack([targets, np.zeros(len(targets), dtype=np.int64)]) % prime
            rest = (with_zero - (with_zero[:, pivots].astype(float) @ rows.astype(float)) % prime) % prime
            open_ones = (rest[:, :-1] != 0).any(axis=1)
            value = (-rest[:, -1]) % prime
            value = np.where(value > prime // 2, value - prime, value)
            found.append(np.where(open_ones, np.nan, value))
        agree = (found[0] == found[1]) & (found[0] >= -at_most) & (found[0] <= at_most)
        return np.where(agree, found[0], np.nan)


def _reduced(rows: Integers, prime: int) -> tuple[Integers, list[int]]:
    """Reduced row echelon form; the last column is the right-hand side."""
    rows, pivots, done = rows.copy(), [], 0
    for column in range(rows.shape[1] - 1):
        candidates = np.flatnonzero(rows[done:, column])
        if not len(candidates):
            continue
        chosen = done + int(candidates[0])
        rows[[done, chosen]] = rows[[chosen, done]]
        rows[done] = rows[done] * pow(int(rows[done, column]), -1, prime) % prime
        others = np.flatnonzero(rows[:, column])
        others = others[others != done]
        rows[others] = (rows[others] - rows[others, column][:, np.newaxis] * rows[done]) % prime
        pivots.append(column)
        done += 1
        if done == len(rows):
            break
    return rows[:done], pivots
