"""Suppression at scale: hide what is sensitive, publish as much else as can be, and prove what stays hidden.

First the cells are published one by one, the most valuable first, unless that gives a sensitive cell away (`greedy`).
Then alternative tables are looked for in which each sensitive cell takes values far enough apart (`walking`); where
they are not found, the pattern is chosen anew with more care for those cells, and in the end the cheapest further cells
are hidden (`repair`). What no table moves is published.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from output_checks.model.evidence import Floats
from output_checks.protection.equations import SumEquations
from output_checks.protection.greedy import publish_greedily
from output_checks.protection.nearby import Nearby
from output_checks.protection.proof import Proof, Tables
from output_checks.protection.repair import Move, Repair
from output_checks.protection.rows import Flags, Integers
from output_checks.protection.walking import FARTHEST, Steps

_ROUNDS = 60
_PATIENCE = 3
_WORTHWHILE = 0.08
_SWEEPS = 6
_CHOICES = 3
_CALLS = 3
_REPAIRS = 40
_FEW = 5
_CHOSEN_AGAIN = 5
_REPAIRED_AT_ONCE = 0.15


@dataclass(frozen=True, kw_only=True, eq=False)
class Wanted:
    """What a pattern has to do. All arrays have one number per cell of a system."""

    sensitive: Flags
    need: Integers
    """How far apart the bounds of a cell must stay for an outsider; used where it is sensitive."""
    insider_need: Integers
    """The same for a single contributor of another cell; 0 where that is not asked."""
    lowest: Integers
    """The lowest value that anyone has to reckon with: 0, or 1 where zeros are known to be published."""
    costs: Floats
    """What hiding a cell costs, above 0; infinite for cells that must stay published."""
    alone: Flags
    """Whether one contributor makes up the cell and knows it."""
    smallest_sum: int = 0
    """What the hidden cells of a line whose other cells are published must sum to at least."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Protected:
    """A pattern with its proof."""

    hidden: Flags
    proof: Proof
    unproven: Integers
    """Sensitive cells for which no tables far enough apart were found: empty, or the pattern needs review."""
    unproven_pairs: int
    """How many (insider, cell) pairs are likewise unproven."""
    impossible: Integers
    """Those of the unproven for which hiding every cell that may be hidden would not do."""

    @property
    def complete(self) -> bool:
        """Whether everything asked for is proven."""
        return not len(self.unproven) and not self.unproven_pairs


def protect_cells(system: SumEquations, wanted: Wanted, *, seconds: float = np.inf, seed: int = 1) -> Protected:
    """Choose the cells to hide, and prove what they hide.

    The same input and seed always give the same pattern, unless the time (`seconds`) runs out: then it is the best that
    was proven, and `complete` is False.
    """
    return _Protection.of(system, wanted, until=time.monotonic() + seconds, seed=seed).run()


@dataclass(kw_only=True, eq=False)
class _Protection:
    """A pattern in the making."""

    system: SumEquations
    wanted: Wanted
    values: Integers
    known: Flags
    hidden: Flags
    unseen: Flags
    """Sums that no table states: they stay hidden, and nobody minds."""
    seed: int
    until: float
    chance: np.random.Generator
    repair: Repair
    tables: Tables
    cells: Integers
    steps: Steps
    impossible: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, system: SumEquations, wanted: Wanted, *, until: float, seed: int) -> "_Protection":
        values = np.round(system.values).astype(np.int64)
        unseen = ~system.listed & (values != 0)
        known = ((values == 0) | (np.isinf(wanted.costs) & ~unseen)) & ~wanted.sensitive
        cells = np.flatnonzero(wanted.sensitive)
        return cls(
            system=system,
            wanted=wanted,
            values=values,
            known=known,
            hidden=wanted.sensitive.copy(),
            unseen=unseen,
            seed=seed,
            until=until,
            chance=np.random.default_rng(seed),
            repair=Repair(
                nearby=Nearby.of(system),
                room=values - wanted.lowest,
                costs=np.where(known, np.inf, np.where(unseen, 1e-9, wanted.costs)),
            ),
            tables=Tables.of(len(cells)),
            cells=cells,
            steps=Steps(system.matrix[:, cells], late=values[cells] <= 1),
        )

    def _publish(self, frail: Flags) -> None:
        """Begin anew: hide what cannot be published one after the other, the most valuable first."""
        order = np.lexsort((-self.system.inner, -self.wanted.costs))
        stays = publish_greedily(
            self.system.matrix,
            order=order[~self.unseen[order]],
            sensitive=self.wanted.sensitive,
            known=self.known,
            alone=self.wanted.alone,
            frail=frail,
            seed=self.seed,
        )
        self.hidden = self.wanted.sensitive | stays | self.unseen
        self.cells = np.flatnonzero(self.hidden)
        self.tables = Tables.of(len(self.cells))
        self.steps = Steps(self.system.matrix[:, self.cells], late=self.values[self.cells] <= 1)

    def _choose(self) -> None:
        """Choose a pattern; again with the cells that stayed narrow for frail, as long as they become far fewer.

        The one that leaves fewest narrow is kept: time may run out halfway through the next.
        """
        frail = (self.values <= 1) & (self.system.inner == 1)
        best: tuple[int, Flags, Tables] | None = None
        for _ in range(_CHOSEN_AGAIN):
            self._publish(frail)
            self._walk(self._need, still=np.zeros(0, dtype=np.int64))
            narrow = self.cells[self.tables.reach < self._need]
            better = best is None or len(narrow) < 0.9 * best[0]
            if best is None or len(narrow) < best[0]:
                best = (len(narrow), self.hidden, self.tables)
            if len(narrow) <= _FEW or not better or self._late():
                break
            frail[narrow] = True
        if best is not None and best[2] is not self.tables:
            _, self.hidden, self.tables = best
            self.cells = np.flatnonzero(self.hidden)
            self.steps = Steps(self.system.matrix[:, self.cells], late=self.values[self.cells] <= 1)

    def run(self) -> Protected:
        self._choose()
        unproven = self._prove()
        weak = self._prove_insiders()
        if not len(unproven) and not weak:  # what is not proven may lean on any of them
            self._publish_unmoved()
        self._widen_small_sums()
        proof = self.tables.proof(self.cells)
        nothing = np.zeros(len(self.values), dtype=np.int64)
        if not proof.holds(self.system.matrix, values=self.values, lowest=self.wanted.lowest, need=nothing):
            raise RuntimeError("An alternative table contradicts what is published. This is a mistake in the program.")
        return Protected(
            hidden=self.hidden,
            proof=proof,
            unproven=unproven,
            unproven_pairs=sum(len(cells) for cells in weak.values()),
            impossible=np.array(sorted(self.impossible), dtype=np.int64),
        )

    def _late(self) -> bool:
        return time.monotonic() > self.until

    @property
    def _need(self) -> Integers:
        return np.where(self.wanted.sensitive, self.wanted.need, 0)[self.cells]

    @property
    def _room(self) -> Integers:
        return np.minimum(self.repair.room[self.cells], FARTHEST)

    def _hide(self, more: Flags) -> None:
        """Hide more cells; the tables found so far stay, the new cells stand still in them."""
        self.hidden = self.hidden | more
        cells = np.flatnonzero(self.hidden)
        self.tables = self.tables.onto(np.searchsorted(cells, self.cells), len(cells))
        self.cells = cells
        self.steps = Steps(self.system.matrix[:, cells], late=self.values[cells] <= 1)

    def _prove(self) -> Integers:
        """Tables for every sensitive cell, hiding more where there are none. The cells for which that failed."""
        for _ in range(_REPAIRS):
            self._walk(self._need, still=np.zeros(0, dtype=np.int64))
            open_cells = self.cells[self.tables.reach < self._need]
            if self._late() or set(open_cells.tolist()) <= self.impossible:
                break
            order = np.argsort(self.tables.reach[np.searchsorted(self.cells, open_cells)], kind="stable")
            pairs = [(int(cell), -1) for cell in open_cells[order] if int(cell) not in self.impossible]
            if not self._repair_some(pairs):
                break
        return self.cells[self.tables.reach < self._need]

    def _walk(self, need: Integers, *, still: Integers) -> None:
        """Look for wider ranges until they are wide enough, or hardly anything is found any more."""
        room = self._room.copy()
        limit = np.full(len(self.cells), FARTHEST, dtype=np.int64)
        room[still] = limit[still] = 0
        waited = 0
        for _ in range(_ROUNDS):
            before = int((self.tables.reach < need).sum())
            if not before or self._late():
                return
            self._round(need, room=room, limit=limit, keep=bool(len(still)))
            gained = before - int((self.tables.reach < need).sum())
            waited = waited + 1 if gained <= _WORTHWHILE * before else 0
            if waited >= _PATIENCE:
                return

    def _round(self, need: Integers, *, room: Integers, limit: Integers, keep: bool) -> None:
        narrow = self.tables.reach < need
        push = np.where(narrow, self.chance.choice([-1, 1], len(narrow)), 0)
        push[narrow & (self.tables.lowest <= -room)] = 1
        move = np.zeros(len(narrow), dtype=np.int64)
        for _ in range(_CHOICES):
            for _ in range(_CALLS):
                self.steps.take(
                    move, push=push, room=room, limit=limit, sweeps=_SWEEPS, seed=int(self.chance.integers(1 << 31))
                )
                if keep:
                    self.tables.keep(move)
                else:
                    self.tables.add(move, open_cells=narrow)
                push[self.tables.reach >= need] = 0
            self.steps.choose(move == -room)

    def _repair_some(self, pairs: list[tuple[int, int]]) -> bool:
        """Repair the first few, as each repair helps others as well; or more, where nothing can be done for those."""
        few = max(1, int(_REPAIRED_AT_ONCE * len(pairs)))
        return any(self._repair(pairs[start : start + few]) for start in range(0, len(pairs), few))

    def _repair(self, pairs: list[tuple[int, int]]) -> bool:
        """Hide the cheapest cells that give these (cell, insider) pairs their width. False where nothing was added."""
        more = np.zeros(len(self.hidden), dtype=np.bool_)
        number = np.full(len(self.hidden), -1, dtype=np.int64)
        number[self.cells] = np.arange(len(self.cells))
        moves: list[Move] = []
        before = int((self.tables.reach < self._need).sum())
        for cell, insider in pairs:
            if self._late():
                break
            own = number[cell]
            outsider = insider < 0
            found = self.repair.moves(
                cell,
                hidden=self.hidden | more,
                still=np.array([] if outsider else [insider], dtype=np.int64),
                lowest=int(self.tables.lowest[own]) if outsider else 0,
                highest=int(self.tables.highest[own]) if outsider else 0,
                need=int((self.wanted.need if outsider else self.wanted.insider_need)[cell]),
            )
            if found is None:
                self.impossible.add(cell)
            else:
                more[found[0]] = True
                moves += found[1]
        if more.any():
            self._hide(more)
        for cells, by in moves:
            move = np.zeros(len(self.cells), dtype=np.int64)
            move[np.searchsorted(self.cells, cells)] = by
            self.tables.keep(move)
        return bool(more.any()) or int((self.tables.reach < self._need).sum()) < before

    def _prove_insiders(self) -> dict[int, Integers]:
        """The same for every cell against every single contributor of another one."""
        weak = self._walk_against_insiders()
        hopeless: set[tuple[int, int]] = set()
        for _ in range(_REPAIRS):
            pairs = [(int(self.cells[cell]), int(self.cells[owner])) for owner, cells in weak.items() for cell in cells]
            pairs = [pair for pair in pairs if pair not in hopeless]
            if not pairs or self._late():
                break
            few = pairs[: max(1, int(_REPAIRED_AT_ONCE * len(pairs)))]
            self._repair(few)
            hopeless.update(few)  # a pair gets one repair: it has its tables now, or there are none
            weak = self._walk_against_insiders()
        return weak

    @property
    def _insider_need(self) -> Integers:
        return np.where(self.wanted.sensitive, self.wanted.insider_need, 0)[self.cells]

    def _weak(self, insiders: Integers) -> dict[int, Integers]:
        """Per insider, the cells that it might bound. One that it makes up alone with it is its own."""
        weak = self.tables.proof(self.cells).weak_against(insiders, need=self._insider_need)
        left = {}
        for owner, cells in weak.items():
            others = np.array(
                [cell for cell in cells if not self._one_unit(int(self.cells[cell]), int(self.cells[owner]))]
            )
            if len(others):
                left[owner] = others
        return left

    def _one_unit(self, cell: int, other: int) -> bool:
        """Whether two cells have the same single contributor: one lies within the other."""
        if not (self.wanted.alone[cell] and self.wanted.alone[other]):
            return False
        return self.system.within(cell, other) or self.system.within(other, cell)

    def _walk_against_insiders(self) -> dict[int, Integers]:
        weak = self._weak(np.flatnonzero(self.wanted.alone[self.cells] & (self._insider_need > 0)))
        waited, limit = 0, np.full(len(self.cells), FARTHEST, dtype=np.int64)
        while weak and waited < _PATIENCE and not self._late():
            before = sum(len(cells) for cells in weak.values())
            owners = np.array(sorted(weak), dtype=np.int64)
            still = owners[self.chance.random(len(owners)) < 0.5] if len(owners) > 1 else owners
            if not len(still):
                continue
            need = np.zeros(len(self.cells), dtype=np.int64)
            for owner in still:
                need[weak[int(owner)]] = self._insider_need[weak[int(owner)]]
            room, top = self._room.copy(), limit.copy()
            room[still] = top[still] = 0
            self._push_apart(need, room=room, limit=top)
            weak = self._weak(owners)
            after = sum(len(cells) for cells in weak.values())
            waited = waited + 1 if before - after <= _WORTHWHILE * before else 0
        return weak

    def _push_apart(self, need: Integers, *, room: Integers, limit: Integers) -> None:
        """Tables in which cells with a need go one way as far as they can, and then the other way."""
        push = np.where(need > 0, self.chance.choice([-1, 1], len(need)), 0)
        for direction in (push, -push):
            move = np.zeros(len(need), dtype=np.int64)
            for _ in range(2):
                self.steps.take(
                    move,
                    push=direction,
                    room=room,
                    limit=limit,
                    sweeps=3 * _SWEEPS,
                    seed=int(self.chance.integers(1 << 31)),
                )
                self.tables.keep(move)
                self.steps.choose(move == -room)

    def _widen_small_sums(self) -> None:
        """Hide one more cell of each line whose hidden cells sum to a small number that everyone can work out."""
        if not self.wanted.smallest_sum:
            return
        matrix = self.system.matrix
        for _ in range(_REPAIRS):
            shown = ~self.hidden
            sums = matrix @ np.where(shown, 0, self.values)
            n_hidden = abs(matrix) @ self.hidden.astype(np.int64)
            small = np.flatnonzero((n_hidden > 1) & (np.abs(sums) > 0) & (np.abs(sums) < self.wanted.smallest_sum))
            more = np.zeros(len(self.hidden), dtype=np.bool_)
            for line in small:
                start, end = matrix.indptr[line : line + 2]
                cells, signs = matrix.indices[start:end], matrix.data[start:end]
                own = cells[self.hidden[cells]]
                if not self.wanted.sensitive[own].any() or len(set(signs[self.hidden[cells]])) > 1:
                    continue
                free = cells[shown[cells] & ~self.known[cells]]
                if len(free) and not more[cells].any():
                    more[free[np.argmin(self.wanted.costs[free])]] = True
            if not more.any():
                return
            self._hide(more)

    def _publish_unmoved(self) -> None:
        """Publish again what no table moves: no proof leans on it."""
        moves = np.stack(self.tables.moves, axis=1)
        idle = ~moves.any(axis=1) & ~self.wanted.sensitive[self.cells] & self.system.listed[self.cells]
        if idle.any():
            self.hidden[self.cells[idle]] = False
            self.tables.moves = [move[~idle] for move in self.tables.moves]
            self.tables.highest, self.tables.lowest = self.tables.highest[~idle], self.tables.lowest[~idle]
            self.cells = self.cells[~idle]
