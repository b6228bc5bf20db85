"""Proof that hidden cells stay uncertain: other tables that agree with everything published."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from output_checks.protection.compiled import compiled
from output_checks.protection.rows import Flags, Integers

Moves = npt.NDArray[np.int16]
_NOBODY = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Proof:
    """Alternative tables, each as what it adds to the hidden cells of the true one. The first adds nothing."""

    cells: Integers
    """The hidden cells."""
    moves: Moves
    """Hidden cells × tables."""

    @property
    def reach(self) -> Integers:
        """Per hidden cell: how far apart its values in these tables are. An outsider's bounds cannot be closer."""
        highest = self.moves.max(axis=1).astype(np.int64)
        return np.asarray(highest - self.moves.min(axis=1).astype(np.int64), dtype=np.int64)

    def holds(self, equations: Any, *, values: Integers, lowest: Integers, need: Integers) -> bool:  # noqa: ANN401
        """Whether the tables prove it, by one sparse product that anyone can repeat.

        Every table satisfies all sum equations (sparse, equations × all cells), differs from the true one in hidden
        cells only, has no cell below its `lowest` possible value, and each cell reaches as far as it `need`s.
        """
        if not len(self.cells):
            return not bool((need > 0).any())
        hidden = equations[:, self.cells]
        others = np.ones(len(values), dtype=np.bool_)
        others[self.cells] = False
        if (need[others] > 0).any() or (self.reach < need[self.cells]).any():
            return False
        room = (values - lowest)[self.cells]
        for table in range(self.moves.shape[1]):
            move = self.moves[:, table].astype(np.int64)
            if (move < -room).any() or (hidden @ move).any():
                return False
        return True

    def weak_against(self, insiders: Integers, *, need: Integers) -> dict[int, Integers]:
        """Which cells each insider could bound too narrowly, as far as these tables show.

        Parameters
        ----------
        insiders
            Numbers, among the hidden cells, of those that a single contributor makes up and knows.
        need
            Per hidden cell: how far apart its bounds must stay for each insider, 0 where they need not.

        Returns
        -------
        Per insider (number among the hidden cells) for whom something is left: the cells, by number likewise.
        """
        wanted = np.flatnonzero(need > 0)
        if not len(insiders) or not len(wanted):
            return {}
        owners, cells = _weak(self.moves, insiders, wanted, need)
        return {int(owner): cells[owners == owner] for owner in np.unique(owners)}


@compiled
def _weak(moves: Moves, insiders: Integers, wanted: Integers, need: Integers) -> tuple[Integers, Integers]:
    """Pairs of an insider and a cell that is too narrow in all tables that the insider cannot tell apart."""
    n_tables = moves.shape[1]
    owners, cells = np.empty(1024, np.int64), np.empty(1024, np.int64)
    n = 0
    groups, begins = np.empty(n_tables, np.int64), np.empty(n_tables + 1, np.int64)
    for insider in insiders:
        n_groups = _grouped(moves[insider], groups, begins)
        for cell in wanted:
            if cell == insider:
                continue
            proven = False
            for group in range(n_groups):
                high, low = -(1 << 20), 1 << 20
                for at in range(begins[group], begins[group + 1]):
                    value = moves[cell, groups[at]]
                    high, low = max(high, value), min(low, value)
                    if high - low >= need[cell]:
                        proven = True
                        break
                if proven:
                    break
            if proven:
                continue
            if n == owners.size:
                more, others = np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
                more[:n], others[:n] = owners, cells
                owners, cells = more, others
            owners[n], cells[n] = insider, cell
            n += 1
    return owners[:n], cells[:n]


@compiled
def _grouped(values: Moves, groups: Integers, begins: Integers) -> int:
    """Put tables with equal values together, the largest group first; `begins` says where each starts."""
    order = np.argsort(values, kind="mergesort")
    n, start = 0, 0
    starts, sizes = np.empty(values.size, np.int64), np.empty(values.size, np.int64)
    for at in range(1, values.size + 1):
        if at == values.size or values[order[at]] != values[order[start]]:
            starts[n], sizes[n] = start, at - start
            n, start = n + 1, at
    top = 0
    for number, group in enumerate(np.argsort(-sizes[:n], kind="mergesort")):
        begins[number] = top
        for at in range(starts[group], starts[group] + sizes[group]):
            groups[top] = order[at]
            top += 1
    begins[n] = top
    return n


@dataclass(kw_only=True, eq=False)
class Tables:
    """Alternative tables as they are found; only those that widen some cell's range are kept."""

    moves: list[Moves]
    highest: Integers
    lowest: Integers

    @classmethod
    def of(cls, n_cells: int) -> "Tables":
        """The true table alone."""
        nothing = np.zeros(n_cells, dtype=np.int64)
        return cls(moves=[nothing.astype(np.int16)], highest=nothing.copy(), lowest=nothing.copy())

    def add(self, move: Integers, *, open_cells: Flags) -> None:
        """Keep a table if it widens the range of an open cell."""
        wider = ((move > self.highest) | (move < self.lowest)) & open_cells
        if wider.any():
            self.keep(move)

    def keep(self, move: Integers) -> None:
        """Keep a table."""
        self.moves.append(move.astype(np.int16))
        np.maximum(self.highest, move, out=self.highest)
        np.minimum(self.lowest, move, out=self.lowest)

    @property
    def reach(self) -> Integers:
        """Per cell: highest less lowest so far."""
        return self.highest - self.lowest

    def onto(self, places: Integers, n_cells: int) -> "Tables":
        """The same for more hidden cells, among which cell i has number `places[i]`: the new ones stand still."""
        wider = Tables.of(n_cells)
        wider.highest[places], wider.lowest[places] = self.highest, self.lowest
        for move in self.moves[1:]:
            larger = np.zeros(n_cells, dtype=np.int16)
            larger[places] = move
            wider.moves.append(larger)
        return wider

    def proof(self, cells: Integers) -> Proof:
        """What was found, as a proof about these cells."""
        return Proof(cells=cells, moves=np.ascontiguousarray(np.stack(self.moves, axis=1)))
