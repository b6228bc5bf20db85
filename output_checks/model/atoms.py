"""Atoms: groups of units that no cell of any table tells apart. All that tables say together, they say of these.

A cell is a row over atoms: how many records each unit of an atom has in it. So many tables of a million units are one
sparse matrix of as many columns as there are different histories, whatever the cells are called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from output_checks.model.evidence import Floats
from output_checks.model.members import Hashes, Members

Rows: TypeAlias = Any
"""A scipy csr_array; scipy has no types."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, kw_only=True, eq=False)
class Atoms:
    """The atoms of several tabulations."""

    sizes: Floats
    """Finest units in each atom."""
    inner: tuple[Rows, ...]
    """Per tabulation: cells × atoms, the records that each unit of the atom has in the cell. Totals have none."""
    coarser: Mapping[str, Rows]
    """Per coarser level: atoms × units of that level, 1 where one of the atom's units has a record there."""

    @classmethod
    def of(cls, members: Sequence[Members], *, n_cells: Sequence[int]) -> "Atoms":
        """From who is in which cell; `n_cells` is the number of cells of each tabulation.

        Units are the same where their keys are. The work grows with the number of records, the memory with that of
        units.
        """
        everyone = _everyone(members)
        units = _Places(everyone)
        history = np.zeros(len(everyone), dtype=np.uint64)
        for number, item in enumerate(members):
            np.add.at(history, units.of(item), _numbers(number, item.cells))
        _, first, atom = np.unique(history, return_index=True, return_inverse=True)
        n_atoms = len(first)
        chosen = np.zeros(len(everyone), dtype=bool)
        chosen[first] = True  # one unit speaks for all of its atom
        inner = []
        for item, size in zip(members, n_cells, strict=True):
            own = units.of(item)
            kept = chosen[own]
            places = (item.cells[kept], atom[own[kept]])
            inner.append(sparse.csr_array((np.ones(len(places[0])), places), shape=(size, n_atoms)))
        return cls(
            sizes=np.bincount(atom, minlength=n_atoms).astype(float),
            inner=tuple(inner),
            coarser=_coarser(members, units, atom, n_atoms),
        )

    def units(self, rows: Rows, *, level: str = "") -> Floats:
        """Distinct units of a level (the finest, if none is named) that each row over atoms holds."""
        present = (rows != 0).astype(float)
        if not level:
            return np.asarray(present @ self.sizes)
        return np.asarray(((present @ self.coarser[level]) != 0).sum(axis=1), dtype=float).ravel()


def _numbers(tabulation: int, cells: npt.NDArray[np.int32]) -> Hashes:
    """A number for each cell of a tabulation, so unlike the others that sums of different cells differ."""
    own = np.uint64((tabulation + 1) * int(_MIX_AGAIN) % 2**64)
    numbers = (cells.astype(np.uint64) + np.uint64(1)) * _MIX + own
    numbers ^= numbers >> np.uint64(31)
    numbers *= _MIX_AGAIN
    numbers ^= numbers >> np.uint64(29)
    numbers *= _MIX
    return numbers ^ (numbers >> np.uint64(32))


def _everyone(members: Sequence[Members]) -> Hashes:
    """All units, each once, in order: one tabulation after the other, as together they may not fit the memory."""
    everyone = np.zeros(0, dtype=np.uint64)
    seen: set[int] = set()
    for item in members:
        if id(item.finest) not in seen:  # tables of the same records share them
            seen.add(id(item.finest))
            new = np.unique(item.finest)
            if len(everyone):
                new = new[~_found(everyone, new)]
            everyone = np.union1d(everyone, new) if len(new) else everyone
    return everyone


def _found(everyone: Hashes, units: Hashes) -> npt.NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(everyone, units), len(everyone) - 1)
    return np.asarray(everyone[places] == units)


class _Places:
    """Where each record's unit is among all units, kept for one tabulation at a time."""

    def __init__(self, everyone: Hashes) -> None:
        self.everyone = everyone
        self._last: tuple[Hashes | None, npt.NDArray[np.intp]] = (None, np.zeros(0, dtype=np.intp))

    def of(self, item: Members) -> npt.NDArray[np.intp]:
        if self._last[0] is not item.finest:
            self._last = (item.finest, np.searchsorted(self.everyone, item.finest))
        return self._last[1]


def _coarser(members: Sequence[Members], units: _Places, atom: npt.NDArray[np.intp], n_atoms: int) -> dict[str, Rows]:
    """Per coarser level which of its units each atom has, one tabulation after the other."""
    found: dict[str, Rows] = {}
    for level in dict.fromkeys(level for item in members for level in list(item.units)[1:]):
        having = [item for item in members if level in item.units]
        keys = np.unique(np.concatenate([np.unique(item.units[level]) for item in having]))
        together = sparse.csr_array((n_atoms, len(keys)))
        done: set[tuple[int, int]] = set()
        for item in having:
            if (same := (id(item.finest), id(item.units[level]))) in done:
                continue
            done.add(same)
            places = (atom[units.of(item)], np.searchsorted(keys, item.units[level]))
            own = sparse.coo_array((np.ones(len(item)), places), shape=together.shape).tocsr()
            own.data[:] = 1.0
            together = together.maximum(own)
        found[level] = together
    return found
