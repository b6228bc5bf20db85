"""Who is in which cell, written small: units by number, and only what differs from what was known of them before.

A ledger holds many tables of nearly the same pupils. So each unit's hash is kept once, under a number, and the school
of a pupil, or its cell in a classification, only where it is another one than in the table before. Reading goes
through the ledger from its beginning, and meets every number and every former value on its way.
"""

import io
import weakref
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError
from output_checks.model.evidence import Tabulation
from output_checks.model.members import Members
from output_checks.store.codec import canonical_json
from output_checks.store.files import sha256

_Whole: TypeAlias = npt.NDArray[Any]
_Arrays: TypeAlias = dict[str, _Whole]
_FORMER = 64
"""Classifications and variables of which the last value per unit is kept in memory while reading."""
_IDS, _NEW, _CELLS, _MARKS, _FLAGS = "ids", "new", "cells", "marks", "flags"


class Register:
    """The units that a ledger has met so far, numbered in that order, and what was last known of each.

    `write` and `read` must be called for the same tabulations in the same order.
    """

    def __init__(self) -> None:
        self._hashes: dict[str, npt.NDArray[np.uint64]] = {}
        self._former: OrderedDict[str, _Whole] = OrderedDict()
        self._shared: weakref.WeakValueDictionary[bytes, npt.NDArray[np.uint64]] = weakref.WeakValueDictionary()

    def known(self, level: str, hashes: npt.NDArray[np.uint64]) -> int:
        """How many of these units the ledger has met."""
        return int(np.isin(np.unique(hashes), self._of(level)).sum())

    def size(self, level: str) -> int:
        """How many units of a level the ledger has met."""
        return len(self._of(level))

    def write(self, tabulation: Tabulation) -> bytes:
        """The members of a tabulation that has them, as bytes."""
        members = _expect_members(tabulation)
        arrays: _Arrays = {_FLAGS: np.array([members.repeated, members.marks is not None])}
        numbers = {level: self._number(level, hashes, arrays) for level, hashes in members.units.items()}
        finest, *coarser = numbers
        ids = numbers[finest]
        order = np.argsort(ids, kind="stable")
        ids = ids[order]
        arrays[_IDS] = _steps(ids)
        for level in coarser:
            self._put(arrays, f"level/{level}", f"level/{level}", ids, numbers[level][order])
        self._put(arrays, _CELLS, _classification(tabulation), ids, members.cells[order])
        if members.marks is not None:
            self._put(arrays, _MARKS, f"marks/{tabulation.variable}", ids, members.marks[order])
        return _packed(arrays)

    def read(self, content: bytes, tabulation: Tabulation) -> Members:
        """The members that `write` wrote, in the order of their units.

        Raises
        ------
        InputError
            These are not its bytes, or not those of this tabulation.
        """
        try:
            arrays = _unpacked(content)
            levels = [name.removeprefix(f"{_NEW}/") for name in arrays if name.startswith(f"{_NEW}/")]
            for level in levels:
                self._meet(level, np.cumsum(arrays[f"{_NEW}/{level}"], dtype=np.uint64))
            ids = np.cumsum(arrays[_IDS], dtype=np.int64)
            finest, *coarser = levels
            units = {finest: self._finest(finest, arrays[_IDS], ids)}
            for level in coarser:
                units[level] = self._of(level).take(self._get(arrays, f"level/{level}", f"level/{level}", ids))
            cells = self._get(arrays, _CELLS, _classification(tabulation), ids).astype(np.int32, copy=False)
            repeated, marked = arrays[_FLAGS].tolist()
            marks = self._get(arrays, _MARKS, f"marks/{tabulation.variable}", ids) if marked else None
            if not _are_positions(cells, len(tabulation.cells)):
                raise ValueError("cells")  # noqa: TRY301 - told below, as every other damage
            marks = None if marks is None else marks.astype(np.uint32, copy=False)
            return Members(units=units, cells=cells, marks=marks, repeated=bool(repeated))
        except (ValueError, KeyError, IndexError, OSError, EOFError, zipfile.BadZipFile, InputError):
            raise InputError("An entry of the ledger does not hold members.", remedy="the copy in a backup") from None

    def _of(self, level: str) -> npt.NDArray[np.uint64]:
        return self._hashes.get(level, np.array([], dtype=np.uint64))

    def _finest(self, level: str, steps: _Whole, ids: _Whole) -> npt.NDArray[np.uint64]:
        """The hash of each record's unit; one array for all tables of the same records, while anybody holds it."""
        key = sha256(steps.tobytes()).encode()
        hashes = self._shared.get(key)
        if hashes is None:
            hashes = self._of(level).take(ids)
            hashes.setflags(write=False)
            self._shared[key] = hashes
        return hashes

    def _number(self, level: str, hashes: npt.NDArray[np.uint64], arrays: _Arrays) -> _Whole:
        """The number of each record's unit; new units are numbered and written down."""
        unique, own = np.unique(hashes, return_inverse=True)
        known = self._of(level)
        order = np.argsort(known)
        place = np.searchsorted(known, unique, sorter=order)
        met = np.zeros(len(unique), dtype=bool)
        inside = place < len(known)
        met[inside] = known[order[place[inside]]] == unique[inside]
        numbers = np.empty(len(unique), dtype=np.int64)
        numbers[met] = order[place[met]]
        numbers[~met] = len(known) + np.arange(int((~met).sum()))
        arrays[f"{_NEW}/{level}"] = _steps(unique[~met])
        self._meet(level, unique[~met])
        return numbers[own]

    def _meet(self, level: str, hashes: npt.NDArray[np.uint64]) -> None:
        self._hashes[level] = np.concatenate([self._of(level), hashes]) if len(hashes) else self._of(level)

    def _put(self, arrays: _Arrays, name: str, key: str, ids: _Whole, values: _Whole) -> None:
        """Write a value per record: where it is another than the former value of the record's unit."""
        values = _narrowest(values)
        former = self._former_of(key, ids, values)
        other = np.flatnonzero(values != former.take(ids))
        if len(other) < len(values) // 2:
            arrays[f"{name}/at"] = _steps(other)
            arrays[name] = _narrowest(values[other])
            former[ids[other]] = values[other]
        else:
            arrays[name] = values
            former[ids] = values

    def _get(self, arrays: Mapping[str, _Whole], name: str, key: str, ids: _Whole) -> _Whole:
        """The values that `_put` wrote."""
        values = arrays[name]
        former = self._former_of(key, ids, values)
        if f"{name}/at" in arrays:
            other = np.cumsum(arrays[f"{name}/at"], dtype=np.int64)
            whole = former.take(ids)
            whole[other] = values
            former[ids[other]] = values
            return whole
        if len(values) != len(ids):
            raise ValueError(name)
        former[ids] = values
        return values

    def _former_of(self, key: str, ids: _Whole, values: _Whole) -> _Whole:
        """The former value of every unit, 0 where there is none; wide enough for these units and values."""
        former = self._former.pop(key, np.zeros(0, dtype=np.uint8))
        former = former.astype(np.promote_types(former.dtype, values.dtype), copy=False)
        size = int(ids.max(initial=-1)) + 1
        if len(former) < size:
            former = np.concatenate([former, np.zeros(size - len(former), dtype=former.dtype)])
        self._former[key] = former
        while len(self._former) > _FORMER:
            self._former.popitem(last=False)
        return former


def _expect_members(tabulation: Tabulation) -> Members:
    members = tabulation.members
    if members is None or not _are_positions(members.cells, len(tabulation.cells)):
        raise InputError(
            "A tabulation has no members, or members of cells that it lacks.", remedy="one measured from microdata"
        )
    return members


def _are_positions(numbers: _Whole, size: int) -> bool:
    return int(numbers.min(initial=0)) >= 0 and int(numbers.max(initial=-1)) < size


def _classification(tabulation: Tabulation) -> str:
    """The same for tables with the same cells in the same order."""
    return f"cells/{sha256(canonical_json([tabulation.by, tabulation.cells]))}"


def _steps(rising: _Whole) -> _Whole:
    """Numbers that never fall, each as the step from the one before."""
    return _narrowest(np.diff(rising, prepend=rising.dtype.type(0)))


def _type_of(values: _Whole) -> np.dtype[Any]:
    return np.min_scalar_type(int(values.max(initial=0)))


def _narrowest(values: _Whole) -> _Whole:
    return values.astype(_type_of(values))


def _packed(arrays: _Arrays) -> bytes:
    """A compressed archive of the arrays, each split into its higher and lower bytes, which compress better apart."""
    planes = {
        f"{name}:{array.dtype.str[1:]}": np.ascontiguousarray(
            array.astype(array.dtype.newbyteorder("<"), copy=False).view(np.uint8).reshape(len(array), array.itemsize).T
        )
        for name, array in arrays.items()
    }
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **planes)
    return written.getvalue()


def _unpacked(content: bytes) -> _Arrays:
    arrays = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        for key in stored.files:
            name, _, kind = key.rpartition(":")
            whole = np.ascontiguousarray(stored[key].T).reshape(-1).view(f"<{kind}" if kind[-1] != "1" else kind)
            arrays[name] = whole
    return arrays
