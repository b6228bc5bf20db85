"""The lowest and highest number that a group can have, by linear and whole-number programming (HiGHS through scipy)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

Floats = NDArray[np.float64]

_CLOSE = 1e-6
_SECONDS = 10.0


class ContradictionError(Exception):
    """No numbers at all fit what was published: the definitions that the attack was given are not true."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """What can be proved of a group. `proven` is False where the search was stopped, and the truth may be narrower."""

    low: float
    high: float
    proven: bool = True
    ample: bool = False
    """Numbers that far apart as was asked are possible: the ends were not looked for."""

    @property
    def width(self) -> float:
        return self.high - self.low


class Programme:
    """Unknowns of at least 0, sums of which lie between bounds; whole numbers where `whole`."""

    def __init__(self, matrix: Floats, low: Floats, high: Floats, *, whole: bool) -> None:
        self.matrix, self.low, self.high, self.whole = matrix, low, high, whole
        self._sparse = sparse.csr_array(matrix)
        self._pool: list[Floats] = []

    def interval(
        self, target: Floats, *, enough: float = np.inf, known: Sequence[tuple[Floats, float]] = ()
    ) -> Interval:
        """Bounds of `target @ x`, for somebody who knows some other sums as well.

        Raises
        ------
        ContradictionError
            Nothing fits.
        """
        if not target.any():
            return Interval(low=0.0, high=0.0)
        seen = [float(target @ x) for x in self._pool if all(abs(row @ x - value) < _CLOSE for row, value in known)]
        lowest, highest = min(seen, default=np.inf), max(seen, default=-np.inf)
        ends: list[float] = []
        proven = True
        for sign in (1.0, -1.0):
            if highest - lowest >= enough:
                return Interval(low=lowest, high=highest, ample=True)
            end, x, sure = self._end(sign * target, known)
            ends.append(sign * end)
            proven &= sure
            if x is not None:
                self._pool.append(x)
                lowest, highest = min(lowest, float(target @ x)), max(highest, float(target @ x))
        return Interval(low=ends[0], high=ends[1], proven=proven)

    def _end(self, objective: Floats, known: Sequence[tuple[Floats, float]]) -> tuple[float, Floats | None, bool]:
        """The least that the objective can be, unknowns that reach it if any were found, and whether it is proven."""
        constraints = [optimize.LinearConstraint(self._sparse, self.low, self.high)]
        constraints += [optimize.LinearConstraint(row[np.newaxis], value, value) for row, value in known]
        result = optimize.milp(objective, constraints=constraints)
        if result.status == 3:
            return -np.inf, None, True
        if result.x is None:
            raise ContradictionError(result.message)
        if not self.whole:
            return float(result.fun), result.x, True
        if np.abs(result.x - np.round(result.x)).max(initial=0.0) < _CLOSE:
            return float(np.round(result.fun)), np.round(result.x), True
        least = float(np.ceil(result.fun - _CLOSE))
        result = optimize.milp(
            objective,
            constraints=constraints,
            integrality=np.ones(len(objective)),
            options={"time_limit": _SECONDS},
        )
        if result.x is None:
            if result.status == 2:
                raise ContradictionError(result.message)
            return least, None, False
        return float(np.round(result.fun)) if result.status == 0 else least, np.round(result.x), result.status == 0

    def used(self, target: Floats, *, known: Sequence[tuple[Floats, float]] = ()) -> list[int]:
        """Few of the equations that hold the target between its bounds: those with a price in the linear programme."""
        rows = np.vstack([self.matrix, *(row[np.newaxis] for row, _ in known)])
        low = np.concatenate([self.low, [value for _, value in known]])
        high = np.concatenate([self.high, [value for _, value in known]])
        found: set[int] = set()
        for sign in (1.0, -1.0):
            result = optimize.linprog(
                sign * target, A_ub=np.vstack([rows, -rows]), b_ub=np.concatenate([high, -low]) + 1e-9, bounds=(0, None)
            )
            if result.x is not None:
                prices = np.abs(result.ineqlin.marginals).reshape(2, -1).sum(axis=0)
                found |= set(np.flatnonzero(prices > _CLOSE).tolist())
        return sorted(found)
