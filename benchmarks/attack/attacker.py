"""The attack: what follows about every hidden cell, and about every group that published ones leave over.

Whoever attacks knows what left and how it is defined (`public`), that counts are whole numbers of at least 0, and,
where asked, one hidden cell of his own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from benchmarks.attack.bounds import Interval, Programme
from benchmarks.attack.elimination import Elimination
from benchmarks.attack.public import Publication
from benchmarks.attack.unknowns import Equation, Flags, Group, Total, Unknowns

Floats = NDArray[np.float64]

_RELATIVE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """A group of which the number follows exactly, and from what."""

    group: Group
    number: float
    why: tuple[str, ...]


class Attack:
    """An attack on one publication. It is given nothing else."""

    def __init__(self, publication: Publication) -> None:
        self.unknowns = Unknowns(publication)
        self.equations: Sequence[Equation] = self.unknowns.equations()
        self.hidden: Sequence[Group] = self.unknowns.hidden()
        self.possible = _possible(self.equations, self.unknowns.size)
        everything = [*(item.flags for item in self.equations), *(item.flags for item in self.hidden)]
        self._classes = _Classes(everything, self.possible)
        self._programme = Programme(
            self._classes.rows([item.flags for item in self.equations]),
            np.array([item.low for item in self.equations]),
            np.array([item.high for item in self.equations]),
            whole=True,
        )

    def bounds(self, group: Group, *, enough: float = np.inf, known: Sequence[tuple[Group, float]] = ()) -> Interval:
        """How many are in a hidden cell, at least and at most; no closer than needed where it is `enough` apart."""
        target, own = self._row(group), [(self._row(other), value) for other, value in known]
        return self._programme.interval(target, enough=enough, known=own)

    def reasons(self, group: Group, *, known: Sequence[tuple[Group, float]] = ()) -> tuple[str, ...]:
        """Where the numbers stand from which the bounds of a hidden cell follow."""
        own = [(self._row(other), value) for other, value in known]
        said = [*(item.said for item in self.equations), *(f"{other.label} (own cell)" for other, _ in known)]
        return tuple(said[place] for place in self._programme.used(self._row(group), known=own))

    def small_groups(self, below: int) -> Iterator[Known]:
        """Groups of 1 up to `below` records that are published or follow exactly, each once."""
        exact = [item for item in self.equations if item.low == item.high]
        if not exact:
            return
        classes = _Classes([item.flags for item in exact], self.possible)
        rows = classes.rows([item.flags for item in exact]).astype(np.int64)
        right = np.array([item.low for item in exact], dtype=np.int64)
        solved = Elimination(rows, right)
        largest = int(right.max(initial=0))
        given: set[bytes] = set()
        groups = [*self.hidden, *self.unknowns.described(), *_left_over(exact, self.possible)]
        kept = [(group, row) for group in groups if (row := classes.row_if_whole(group.flags)) is not None]
        if not kept:
            return
        numbers = solved.values(np.array([row for _, row in kept], dtype=np.int64), at_most=largest)
        for (group, row), number in zip(kept, numbers.tolist(), strict=True):
            if not 0 < number < below or row.tobytes() in given:
                continue
            given.add(row.tobytes())
            yield Known(group=group, number=number, why=_why(rows, row, [item.said for item in exact]))

    def totals(self, value: str) -> "TotalAttack":
        """The same for totals of a value that is nobody's less than 0."""
        return TotalAttack(self, value)

    def _row(self, group: Group) -> Floats:
        row: Floats = self._classes.rows([group.flags])[0]
        return row


class TotalAttack:
    """What follows about the totals of hidden cells."""

    def __init__(self, attack: Attack, value: str) -> None:
        self._said: Sequence[Total] = [item for item in attack.unknowns.totals() if item.value == value]
        hidden = [item.flags for item in attack.hidden]
        self._classes = _Classes([*(item.flags for item in self._said), *hidden], attack.possible)
        self._programme = Programme(
            self._classes.rows([item.flags for item in self._said]),
            np.array([item.low - _RELATIVE * abs(item.low) for item in self._said]),
            np.array([item.high + _RELATIVE * abs(item.high) for item in self._said]),
            whole=False,
        )

    def bounds(self, group: Group) -> Interval:
        """The least and most that the values of a hidden cell can add up to."""
        return self._programme.interval(self._classes.rows([group.flags])[0])

    def reasons(self, group: Group) -> tuple[str, ...]:
        used = self._programme.used(self._classes.rows([group.flags])[0])
        return tuple(self._said[place].said for place in used)


class _Classes:
    """Possible combinations that none of these groups tells apart, put together."""

    def __init__(self, groups: Sequence[Flags], possible: Flags) -> None:
        self._possible = possible
        signatures = np.array([flags[possible] for flags in groups], dtype=bool).reshape(len(groups), -1)
        packed = np.ascontiguousarray(np.packbits(signatures, axis=0).T)
        _, self._first, self._of = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        self._of = self._of.ravel()
        self._sizes = np.bincount(self._of, minlength=len(self._first))

    def rows(self, groups: Sequence[Flags]) -> Floats:
        """Each group as which classes are in it; classes are never cut by the groups that made them."""
        chosen = [flags[self._possible][self._first] for flags in groups]
        return np.array(chosen, dtype=float).reshape(len(groups), len(self._first))

    def row_if_whole(self, flags: Flags) -> Floats | None:
        """The same for any group; None where it cuts a class, so that nothing exact can follow about it."""
        inside = np.bincount(self._of, weights=flags[self._possible], minlength=len(self._first))
        if ((inside > 0) & (inside < self._sizes)).any() or not inside.any():
            return None
        return np.asarray(inside > 0, dtype=float)


def _possible(equations: Sequence[Equation], size: int) -> Flags:
    """Combinations that may occur: in no group that is empty, nor outside of parts that make up their whole."""
    possible = np.ones(size, dtype=bool)
    for item in equations:
        if item.high == 0:
            possible &= ~item.flags
    while True:
        before = int(possible.sum())
        for whole in equations:
            for part in equations:
                if part.low > 0 and part.low == whole.high and not (part.flags & possible & ~whole.flags).any():
                    possible &= ~(whole.flags & ~part.flags)
        if int(possible.sum()) == before:
            return possible


def _left_over(exact: Sequence[Equation], possible: Flags) -> Iterator[Group]:
    """What one published group leaves of another that it lies within, and all of a table's published ones together."""
    shown = [(item, item.flags & possible, item.said.partition(":")[0]) for item in exact if item.low > 0]
    for whole, flags, _ in shown:
        parts: dict[str, list[tuple[Equation, Flags]]] = {}
        for part, own, table in shown:
            if own.sum() < flags.sum() and not (own & ~flags).any():
                yield Group(flags=flags & ~own, label=f"those of ({whole.said}) who are not in ({part.said})")
                parts.setdefault(table, []).append((part, own))
        for table, inside in parts.items():
            rest, taken = flags.copy(), 0
            for _, own in sorted(inside, key=lambda one: -one[1].sum()):
                if not (own & ~rest).any() and own.sum() < flags.sum():
                    rest &= ~own
                    taken += 1
            if taken > 1 and rest.any():
                yield Group(flags=rest, label=f"those of ({whole.said}) who are in no published cell of {table}")
            smallest, taken = flags.copy(), 0
            for _, own in sorted(inside, key=lambda one: one[1].sum()):
                if not (own & ~smallest).any():
                    smallest &= ~own
                    taken += 1
            if taken > 1 and smallest.any():
                yield Group(flags=smallest, label=f"those of ({whole.said}) who are in no published cell of {table}")


def _why(rows: NDArray[np.int64], row: Floats, said: Sequence[str]) -> tuple[str, ...]:
    """Few published numbers that add up, with signs, to a group."""
    both = np.hstack([rows.T, -rows.T]).astype(float)
    result = optimize.linprog(np.ones(both.shape[1]), A_eq=both, b_eq=row, bounds=(0, None))
    if result.x is None:
        return tuple(said)
    weights = np.subtract(*np.split(result.x, 2))
    return tuple(f"{'+' if weights[i] > 0 else '-'} {said[i]}" for i in np.flatnonzero(np.abs(weights) > 1e-7).tolist())
