"""The cheapest cells to hide as well, so that one more cell can move as far as it must: a small linear programme."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from output_checks.model.evidence import Floats
from output_checks.protection.nearby import Nearby
from output_checks.protection.rows import Flags, Integers
from output_checks.protection.walking import FARTHEST

_SIZES = ((2, 0), (3, 0), (4, 1), (6, 2), (12, 4))
_HIDDEN_AROUND = 150
_EPSILON = 1e-6
_HIDDEN_PRICE = 1e-3
_WEIGHTINGS = 3
_SOFTENING = 0.1
_LARGEST_WHOLE = 3_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Repair:
    """What a repair may use."""

    nearby: Nearby
    room: Integers
    """Per cell: how far it can go down."""
    costs: Floats
    """Per cell: what hiding it costs; infinite where it has to stay published or is known."""

    def cells(self, cell: int, *, hidden: Flags, still: Integers, lowest: int, highest: int, need: int) -> Integers | None:
        """Cells to hide for a cell that moves between `lowest` and `highest` and has to reach `need`.

        `still` are cells that may not move: an insider knows them. None where no choice does it.
        """
        price = np.where(hidden, _HIDDEN_PRICE * float(self.costs[np.isfinite(self.costs)].min(initial=1.0)), self.costs)
        price[still] = np.inf
        room = int(self.room[cell])
        ways = {(need + lowest, 0), (max(need - room, 0), min(need, room))}
        around = self.nearby.hidden_around(cell, hidden=hidden & np.isfinite(price), most=_HIDDEN_AROUND)
        for partners, further in _SIZES:
            box = self.nearby.box(cell, partners=partners, further=further, price=price)
            found = self._cheapest(np.union1d(box, around), cell, ways, price=price, hidden=hidden, highest=highest)
            if found is not None:
                return found
        everything = np.flatnonzero(np.isfinite(price))
        if len(everything) > _LARGEST_WHOLE:
            return None
        return self._cheapest(np.union1d(everything, [cell]), cell, ways, price=price, hidden=hidden, highest=highest)

    def _cheapest(
        self, among: Integers, cell: int, ways: set[tuple[int, int]], *, price: Floats, hidden: Flags, highest: int
    ) -> Integers | None:
        best: tuple[float, Integers] | None = None
        for up, down in sorted(ways):
            added, taken = np.zeros(0, dtype=np.int64), hidden
            for amount, sign in ((up, 1), (down, -1)):
                if amount <= (highest if sign > 0 else 0):
                    continue
                used = self._moved(among, cell, sign * amount, price=np.where(taken, price.min(), price))
                if used is None:
                    break
                added = np.union1d(added, used[~hidden[used]])
                taken = taken.copy()
                taken[used] = True
            else:
                cost = float(self.costs[added].sum())
                if best is None or cost < best[0]:
                    best = (cost, added)
        return None if best is None else best[1]

    def _moved(self, among: Integers, cell: int, amount: int, *, price: Floats) -> Integers | None:
        """The cells that move in the cheapest move of `cell` by an amount; a cell pays by the unit it moves."""
        columns = self.nearby.columns[:, among]
        rows = columns[np.unique(columns.indices)].astype(float)
        n, place = len(among), int(np.searchsorted(among, cell))
        high = np.concatenate([np.full(n, float(FARTHEST)), self.room[among].astype(float)])
        low = np.zeros(2 * n)
        for number, own in ((place, max(amount, 0)), (n + place, max(-amount, 0))):
            low[number] = high[number] = own
        unit = np.where(np.isfinite(price[among]), price[among], 0.0)
        equal = sparse.hstack([rows, -rows], format="csc")
        weights, best = unit, None
        for _ in range(_WEIGHTINGS):
            found = optimize.linprog(
                np.concatenate([weights, weights]),
                A_eq=equal,
                b_eq=np.zeros(rows.shape[0]),
                bounds=np.stack([low, high], axis=1),
                method="highs-ds",
            )
            if found.x is None:
                return None
            moved = np.abs(found.x[:n] - found.x[n:])
            cost = float(unit[moved > _EPSILON].sum())
            if best is None or cost < best[0]:
                best = (cost, among[moved > _EPSILON])
            # A cell is paid for once, however far it moves: those that moved far get cheaper by the unit.
            weights = unit / (moved + _SOFTENING)
        return None if best is None else best[1]
