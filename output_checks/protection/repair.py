"""The cheapest cells to hide as well, so that one more cell can move as far as it must: a small linear programme."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import optimize, sparse

from output_checks.model.evidence import Floats
from output_checks.protection.nearby import Nearby
from output_checks.protection.rows import Flags, Integers
from output_checks.protection.walking import FARTHEST

_SIZES = ((600, 0), (1_500, 1), (6_000, 3))
_HIDDEN_AROUND = 500
_EPSILON = 1e-6
_HIDDEN_PRICE = 1e-3
_WEIGHTINGS = 3
_SOFTENING = 0.1
_LARGEST_WHOLE = 3_000


Move: TypeAlias = tuple[Integers, Integers]
"""Cells, and by how much each of them moves."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Repair:
    """What a repair may use."""

    nearby: Nearby
    room: Integers
    """Per cell: how far it can go down."""
    costs: Floats
    """Per cell: what hiding it costs; infinite where it has to stay published or is known."""

    def moves(
        self, cell: int, *, hidden: Flags, still: Integers, lowest: int, highest: int, need: int
    ) -> tuple[Integers, list[Move]] | None:
        """Cells to hide for a cell that moves from `lowest` to `highest` and has to reach `need`; and moves that do it.

        `still` are cells that may not move: an insider knows them. None where no choice is found.
        """
        cheap = _HIDDEN_PRICE * float(self.costs[np.isfinite(self.costs)].min(initial=1.0))
        price = np.where(hidden, np.minimum(cheap, self.costs), self.costs)
        price[still] = np.inf
        room = int(self.room[cell])
        ways = {(need + lowest, 0), (max(need - room, 0), min(need, room))}
        around = self.nearby.hidden_around(cell, hidden=hidden & np.isfinite(price), most=_HIDDEN_AROUND)
        for most, further in _SIZES:
            box = self.nearby.box(cell, most=most, further=further, price=price)
            found = self._cheapest(np.union1d(box, around), cell, ways, price=price, hidden=hidden, highest=highest)
            if found is not None:
                return found
        everything = np.flatnonzero(np.isfinite(price))
        if len(everything) > _LARGEST_WHOLE:
            return None
        return self._cheapest(np.union1d(everything, [cell]), cell, ways, price=price, hidden=hidden, highest=highest)

    def _cheapest(
        self, among: Integers, cell: int, ways: set[tuple[int, int]], *, price: Floats, hidden: Flags, highest: int
    ) -> tuple[Integers, list[Move]] | None:
        best: tuple[float, Integers, list[Move]] | None = None
        for up, down in sorted(ways):
            added, taken, moves = np.zeros(0, dtype=np.int64), hidden, []
            for amount, sign in ((up, 1), (down, -1)):
                if amount <= (highest if sign > 0 else 0):
                    continue
                used = self._moved(among, cell, sign * amount, price=np.where(taken, price.min(), price))
                if used is None:
                    break
                moves.append(used)
                added = np.union1d(added, used[0][~hidden[used[0]]])
                taken = taken.copy()
                taken[used[0]] = True
            else:
                cost = float(self.costs[added].sum())
                if best is None or cost < best[0]:
                    best = (cost, added, moves)
        return None if best is None else best[1:]

    def _moved(self, among: Integers, cell: int, amount: int, *, price: Floats) -> Move | None:
        """The cheapest move of `cell` by an amount that was found, in whole numbers.

        A cell is paid for once, however far it moves: so those that moved far become cheaper by the unit, and it is
        solved again.
        """
        unit = np.where(np.isfinite(price[among]), price[among], 0.0)
        weights, best = unit, None
        for _ in range(_WEIGHTINGS):
            found = self._solved(among, cell, amount, weights)
            if found is None:
                break
            moved = np.abs(found)
            cost = float(unit[moved > _EPSILON].sum())
            if best is None or cost < best[0] - _EPSILON:
                best = (cost, found)
            if best is not None and cost <= _EPSILON:
                break
            weights = unit / (moved + _SOFTENING)
        if best is None:
            return None
        used = among[np.abs(best[1]) > _EPSILON]
        move = best[1][np.abs(best[1]) > _EPSILON]
        if np.abs(move - np.round(move)).max(initial=0.0) > _EPSILON:
            whole = self._solved(used, cell, amount, np.ones(len(used)), whole=True)
            if whole is None:
                used, whole = among, self._solved(among, cell, amount, unit, whole=True)
            if whole is None:
                return None
            used, move = used[np.abs(whole) > _EPSILON], whole[np.abs(whole) > _EPSILON]
        return used, np.round(move).astype(np.int64)

    def _solved(
        self, among: Integers, cell: int, amount: int, weights: Floats, *, whole: bool = False
    ) -> Floats | None:
        """The move of these cells that has the least weight."""
        columns = self.nearby.columns[:, among]
        rows = columns[np.unique(columns.indices)].astype(float)
        n, place = len(among), int(np.searchsorted(among, cell))
        high = np.concatenate([np.full(n, float(FARTHEST)), self.room[among].astype(float)])
        low = np.zeros(2 * n)
        for number, own in ((place, max(amount, 0)), (n + place, max(-amount, 0))):
            low[number] = high[number] = own
        found = optimize.linprog(
            np.concatenate([weights, weights]),
            A_eq=sparse.hstack([rows, -rows], format="csc"),
            b_eq=np.zeros(rows.shape[0]),
            bounds=np.stack([low, high], axis=1),
            method="highs" if whole else "highs-ds",
            integrality=int(whole),
            options={"time_limit": 2.0} if whole else {},
        )
        return None if found.x is None else np.asarray(found.x[:n] - found.x[n:], dtype=float)
