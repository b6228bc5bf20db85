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

        Units are the same where their keys are; the work grows with the number of records, sorted once.
        """
        everyone, unit = np.unique(np.concatenate([item.finest for item in members]), return_inverse=True)
        ends = np.cumsum([len(item) for item in members])[:-1]
        units = np.split(unit, ends)
        history = np.zeros(len(everyone), dtype=np.uint64)
        for number, (item, own) in enumerate(zip(members, units, strict=True)):
            np.add.at(history, own, _numbers(number, item.cells))
        _, first, atom = np.unique(history, return_index=True, return_inverse=True)
        n_atoms = len(first)
        chosen = np.zeros(len(everyone), dtype=bool)
        chosen[first] = True  # one unit speaks for all of its atom
        inner = []
        for item, own, size in zip(members, units, n_cells, strict=True):
            kept = chosen[own]
            places = (item.cells[kept], atom[own[kept]])
            inner.append(sparse.csr_array((np.ones(len(places[0])), places), shape=(size, n_atoms)))
        return cls(
            sizes=np.bincount(atom, minlength=n_atoms).astype(float),
            inner=tuple(inner),
            coarser=_coarser(members, [atom[own] for own in units], n_atoms),
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


def _coarser(members: Sequence[Members], atoms: Sequence[npt.NDArray[np.int64]], n_atoms: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for level in dict.fromkeys(level for item in members for level in list(item.units)[1:]):
        having = [(item, own) for item, own in zip(members, atoms, strict=True) if level in item.units]
        keys, code = np.unique(np.concatenate([item.units[level] for item, _ in having]), return_inverse=True)
        places = (np.concatenate([own for _, own in having]), code)
        counted = sparse.coo_array((np.ones(len(code)), places), shape=(n_atoms, len(keys))).tocsr()
        counted.data[:] = 1.0
        found[level] = counted
    return found
