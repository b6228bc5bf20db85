"""What the shown numbers of a table tell of its hidden ones: the lowest and the highest that each can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from output_checks.model.evidence import Floats

Places: TypeAlias = npt.NDArray[np.intp]
_TOLERANCE = 1e-6
_MOST_UNKNOWNS = 150
_MOST_ROUNDS = 50


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A number that is the sum of others, by their places."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    low: Floats
    high: Floats
    adds_up: bool
    """False where shown numbers do not add up to shown totals, as after rounding: then nothing is worked out."""


def solve(values: Floats, low: Floats, high: Floats, sums: Sequence[Sum]) -> Solved:
    """Bounds of the hidden numbers (NaN among `values`) from `low` and `high` and from sums; whole and not below 0.

    Step by step along each sum, and then, for up to 150 of them, by linear programming over all sums together.
    """
    shown = ~np.isnan(values)
    nothing = Solved(low=np.where(shown, values, low), high=np.where(shown, values, high), adds_up=True)
    if any(is_broken(values, item) for item in sums):
        return Solved(low=nothing.low, high=nothing.high, adds_up=False)
    telling = [item for item in sums if not shown[[item.total, *item.parts]].all()]
    if not telling:
        return nothing
    low, high = nothing.low.copy(), nothing.high.copy()
    if not _tighten(low, high, telling):
        return Solved(low=nothing.low, high=nothing.high, adds_up=False)
    unknown = np.flatnonzero(low < high)
    if 0 < len(unknown) <= _MOST_UNKNOWNS and not _by_programming(low, high, telling, unknown):
        return Solved(low=nothing.low, high=nothing.high, adds_up=False)
    return Solved(low=low, high=high, adds_up=True)


def is_broken(values: Floats, item: Sum) -> bool:
    """Whether what is shown of a sum cannot be one: more than the total, or all of it and less."""
    parts, total = values[list(item.parts)], values[item.total]
    known = float(np.nansum(parts))
    slack = _TOLERANCE * max(1.0, known)
    return bool(known > total + slack or (not np.isnan(parts).any() and known < total - slack))


def _tighten(low: Floats, high: Floats, sums: Sequence[Sum]) -> bool:
    """Narrow the bounds along each sum until nothing changes; False where no numbers fit."""
    for _ in range(_MOST_ROUNDS):
        changed = False
        for item in sums:
            parts = list(item.parts)
            changed |= _narrow(low, high, item.total, low[parts].sum(), high[parts].sum())
            for part in parts:
                others = [other for other in parts if other != part]
                least = low[item.total] - high[others].sum()
                most = high[item.total] - low[others].sum()
                changed |= _narrow(low, high, part, least, most)
        if (low > high + _TOLERANCE).any():
            return False
        if not changed:
            return True
    return True


def _narrow(low: Floats, high: Floats, place: int, least: float, most: float) -> bool:
    least, most = _whole_above(least), _whole_below(most)
    changed = bool(least > low[place] + _TOLERANCE or most < high[place] - _TOLERANCE)
    low[place], high[place] = max(low[place], least), min(high[place], most)
    return changed


def _whole_above(value: float) -> float:
    return float(np.ceil(value - _TOLERANCE)) if np.isfinite(value) else -np.inf


def _whole_below(value: float) -> float:
    return float(np.floor(value + _TOLERANCE)) if np.isfinite(value) else np.inf


def _by_programming(low: Floats, high: Floats, sums: Sequence[Sum], unknown: Places) -> bool:
    """Narrow the bounds of the unknown by what all sums say together; False where no numbers fit."""
    at = {int(place): number for number, place in enumerate(unknown)}
    rows, columns, signs, right = [], [], [], []
    for number, item in enumerate(sums):
        rest = 0.0
        for place, sign in [(item.total, -1.0), *((part, 1.0) for part in item.parts)]:
            if place in at:
                rows.append(number)
                columns.append(at[place])
                signs.append(sign)
            else:
                rest -= sign * low[place]
        right.append(rest)
    equations = sparse.csr_matrix((signs, (rows, columns)), shape=(len(sums), len(unknown)))
    limits = [(low[place], None if np.isinf(high[place]) else high[place]) for place in unknown]
    for number, place in enumerate(unknown):
        goal = np.zeros(len(unknown))
        goal[number] = 1.0
        for sign in (1.0, -1.0):
            found = optimize.linprog(sign * goal, A_eq=equations, b_eq=right, bounds=limits, method="highs")
            if found.status == 2:  # infeasible
                return False
            if found.status != 0:
                continue
            if sign > 0:
                low[place] = max(low[place], _whole_above(found.fun))
            else:
                high[place] = min(high[place], _whole_below(-found.fun))
    return True
