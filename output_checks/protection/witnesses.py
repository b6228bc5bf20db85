"""Proof that a hidden cell stays uncertain, and the cheapest way to make it so.

The proof is a pair of *witnesses*: two tables that agree with everything published, in which the cell differs by at
least the width asked for. A witness is stored as a move: what it adds to the true table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from output_checks.model.evidence import Flags, Floats
from output_checks.protection.system import Indices, LinearSystem, optimum

Fixed: TypeAlias = tuple[int, ...]
"""Hidden cells that an attacker knows all the same: a single contributor knows its own."""

_TOLERANCE = 1e-6
_RELUCTANCE = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """One additive number of every cell: a count, or the sum of something over the cell's units.

    `values` (true ones) and `width` (how far apart an outsider's bounds must stay, used where a cell is sensitive)
    have one array per tabulation. `lower` is 0 where contributions cannot be negative, otherwise -inf.
    """

    values: Sequence[Floats]
    width: Sequence[Floats]
    lower: float = 0.0
    whole_numbers: bool = False


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """This cell must stay uncertain to someone who also knows these cells."""

    cell: int
    fixed: Fixed = ()


@dataclass(kw_only=True, eq=False)
class Prover:
    """Finds witnesses for one measure, and remembers them. Sums are scaled by their typical width, for the solver."""

    system: LinearSystem
    need: Floats
    """Per group, in scaled units."""
    room: Floats
    """Per atom: the most by which it can go down."""
    atoms: Floats
    whole: bool
    moves: Floats
    """Witnesses × groups."""
    mover: "_Mover"

    @classmethod
    def of(cls, system: LinearSystem, measure: Measure) -> "Prover":
        values = system.gather([np.nan_to_num(numbers, nan=0.0) for numbers in measure.values])
        width = system.gather(measure.width)
        scale = 1.0 if measure.whole_numbers else max(float(np.median(width)), _TOLERANCE)
        atoms = system.atoms_behind(values, lower=measure.lower)
        room = np.maximum(atoms - measure.lower, 0.0) / scale
        return cls(
            system=system,
            need=np.ceil(width - _TOLERANCE) if measure.whole_numbers else width / scale,
            room=room,
            atoms=atoms,
            whole=measure.whole_numbers,
            moves=np.zeros((0, len(system.groups))),
            mover=_Mover.of(system, room),
        )

    def holds(self, requirement: Requirement, *, without: int | None = None) -> bool:
        """Whether the witnesses at hand prove it (with cell `without` published, where given)."""
        fixed = [*requirement.fixed] if without is None else [*requirement.fixed, without]
        moves = self.moves[:, requirement.cell]
        if fixed:
            moves = moves[~self.moves[:, fixed].any(axis=1)]
        reach = moves.max(initial=0.0) - moves.min(initial=0.0)
        return bool(reach >= self.need[requirement.cell] - _TOLERANCE)

    def prove(self, requirement: Requirement, hidden: Flags) -> bool:
        """Look for witnesses that move hidden cells only; what is found is kept, enough or not."""
        cell, free = requirement.cell, hidden.copy()
        free[list(requirement.fixed)] = False
        if self.holds(requirement):
            return True
        region = _Region.of(self.system, free)
        lacking = self.need[cell]
        for sign in (1.0, -1.0):
            move = region.farthest(cell, sign=sign, limit=lacking, room=self.room, atoms=self.atoms, whole=self.whole)
            if move is not None:
                self.moves = np.vstack([self.moves, move])
                lacking -= abs(move[cell])
            if lacking <= _TOLERANCE:
                return True
        return False

    def cheapest(self, requirement: Requirement, costs: Floats, *, step: int = 0) -> Flags | None:
        """The cells that move in the cheapest pair of witnesses; None if there is no such pair.

        `step` asks for more width than needed, for where whole numbers turn out to need it.
        """
        return self.mover.cheapest(requirement, costs, need=self.need[requirement.cell] + step)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Region:
    """The part of a system that can move while everything outside some free cells stands still."""

    membership: Any
    columns: Indices
    still: Any
    """Equations that keep the other cells and the links where they are."""

    @classmethod
    def of(cls, system: LinearSystem, free: Flags) -> "_Region":
        alone = system.innermost()
        fixed = (alone >= 0) & ~free[alone]
        columns = np.flatnonzero(~fixed)
        rows = sparse.vstack([system.membership[np.flatnonzero(~free)], system.links], format="csr")[:, columns]
        return cls(
            membership=system.membership,
            columns=columns,
            still=rows[np.flatnonzero(np.diff(rows.indptr))],
        )

    def farthest(
        self, cell: int, *, sign: float, limit: float, room: Floats, atoms: Floats, whole: bool
    ) -> Floats | None:
        """The move (per group) that takes a cell as far as it goes, up to `limit`; whole if need be.

        It leaves alone what it need not move, so that it is a witness against many who know some other cell: the vector
        is (atoms up, atoms down), and each unit of either costs a little.
        """
        direction = -sign * self.membership[[cell]][:, self.columns].toarray().ravel()
        if not direction.any():
            return None
        n = len(self.columns)
        objective = np.concatenate([direction, -direction]) + _RELUCTANCE
        target = sparse.csr_array(direction[np.newaxis, :])
        half = sparse.vstack([self.still, target], format="csr")
        rows = sparse.hstack([half, -half], format="csr")
        zeros = np.zeros(self.still.shape[0])
        between = (np.append(zeros, -limit), np.append(zeros, 0.0))
        bounds = (np.zeros(2 * n), np.concatenate([np.full(n, np.inf), room[self.columns]]))
        found = optimum(objective, rows, between=between, bounds=bounds)
        if whole and found is not None and not _is_whole(atoms[self.columns] + found[:n] - found[n:]):
            found = optimum(objective, rows, between=between, bounds=bounds, whole=True)
        if found is None:
            return None
        move = np.asarray(self.membership[:, self.columns] @ (found[:n] - found[n:]), dtype=float)
        return np.round(move) if whole else np.where(np.abs(move) > _TOLERANCE, move, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mover:
    """The linear programme for a cheapest pair of witnesses: two moves, the first up and the second down.

    Its vector is (atoms up, atoms down, other cells up, other cells down), twice. Each atom and each cell that is not
    an atom thus has its own price, paid by the unit moved.
    """

    system: LinearSystem
    alone: Indices
    others: Indices
    rows: Any
    highest: Floats

    @classmethod
    def of(cls, system: LinearSystem, room: Floats) -> "_Mover":
        alone = system.innermost()
        is_atom = np.zeros(len(system.groups), dtype=bool)
        is_atom[alone[alone >= 0]] = True
        others = np.flatnonzero(~is_atom)
        sums = system.membership[others]
        identity = sparse.eye_array(len(others), format="csr")
        nothing = sparse.csr_array((system.links.shape[0], len(others)))
        half = sparse.vstack(
            [
                sparse.hstack([sums, -sums, -identity, identity], format="csr"),
                sparse.hstack([system.links, -system.links, nothing, nothing], format="csr"),
            ],
            format="csr",
        )
        unlimited = np.full(len(others), np.inf)
        one = np.concatenate([np.full(len(alone), np.inf), room, unlimited, unlimited])
        return cls(
            system=system,
            alone=alone,
            others=others,
            rows=sparse.block_diag([half, half], format="csr"),
            highest=np.concatenate([one, one]),
        )

    def cheapest(self, requirement: Requirement, costs: Floats, *, need: float) -> Flags | None:
        per_atom = np.where(self.alone >= 0, costs[self.alone], costs.min())
        objective = np.tile(np.concatenate([per_atom, per_atom, costs[self.others], costs[self.others]]), 2)
        can_move = np.ones(len(self.system.groups), dtype=bool)
        can_move[list(requirement.fixed)] = False
        atoms_move = (self.alone < 0) | can_move[self.alone]
        others_move = can_move[self.others]
        allowed = np.tile(np.concatenate([atoms_move, atoms_move, others_move, others_move]), 2)
        inner = self.system.membership[[requirement.cell]]
        none = sparse.csr_array((1, 2 * len(self.others)))
        reach = sparse.hstack([inner, -inner, none, -inner, inner, none], format="csr")
        rows = sparse.vstack([self.rows, reach], format="csr")
        zeros = np.zeros(self.rows.shape[0])
        found = optimum(
            objective,
            rows,
            between=(np.append(zeros, need), np.append(zeros, np.inf)),
            bounds=(np.zeros(len(objective)), np.where(allowed, self.highest, 0.0)),
        )
        if found is None:
            return None
        n = len(self.alone)
        touched = np.zeros(len(self.system.groups), dtype=bool)
        for half in np.split(found, 2):
            atoms = half[:n] - half[n : 2 * n]
            touched |= np.abs(self.system.membership @ atoms) > _TOLERANCE
        return touched


def _is_whole(numbers: Floats) -> bool:
    return bool((np.abs(numbers - np.round(numbers)) <= _TOLERANCE).all())
