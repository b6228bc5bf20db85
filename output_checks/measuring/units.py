"""Unit levels (pupil, school, board): which columns of a data set tell one unit from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import SKETCH_SIZE, Flags, Floats
from output_checks.model.marks import marks_of
from output_checks.model.members import Members

_NUMBER = r"\d{1,18}(\.0+)?"
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit is lost
_FEW = 1000
UNIT_SHIFT = np.uint64(12)
"""Bits that are left out of a key's hash where it stands for a unit: 52 are left, which a float holds exactly."""
AT_ONCE = 2**18
"""Records that are worked on at a time, where that is possible: so many fit the fast memory of the machine, which is
used again for the next, while memory for all of them would have to be asked for."""

Codes: TypeAlias = npt.NDArray[np.signedinteger]
"""Whole numbers that stand for units or cells."""
UnitColumns: TypeAlias = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Units:
    """Unit levels from the finest to the coarsest, each with its key columns."""

    columns: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, columns: UnitColumns) -> "Units":
        """Build from `{"pupil": ["RINPERSOONS", "RINPERSOON"], "school": "school"}`.

        Raises
        ------
        InputError
            No unit level was given: then nothing can be counted.
        """
        if not columns:
            raise InputError(
                "No unit levels were given.", remedy='units={"pupil": "RINPERSOON", "school": "WPOBRIN_crypt"}'
            )
        if not isinstance(columns, Mapping) or not all(map(_are_names, columns.values())):
            raise InputError(
                "Each unit level needs the name of its key column, or of several.",
                remedy='units={"pupil": ["RINPERSOONS", "RINPERSOON"], "school": "WPOBRIN_crypt"}',
            )
        return cls(
            columns={level: (names,) if isinstance(names, str) else tuple(names) for level, names in columns.items()}
        )

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def identify(self, data: pd.DataFrame) -> "UnitRows":
        """Whose record each row is. Keys may be columns of `data` or levels of its index, as models like to have them.

        Raises
        ------
        InputError
            A key column is absent, has missing keys (a row of nobody cannot be counted as anybody), or is probably that
            of another level.
        """
        coded = {name: self._coded(data, level, name) for level, names in self.columns.items() for name in names}
        codes = {level: _combined([coded[name].codes for name in names]) for level, names in self.columns.items()}
        sizes = {
            level: coded[names[0]].n_keys if len(names) == 1 else int(codes[level].max(initial=-1)) + 1
            for level, names in self.columns.items()
        }
        for finer, coarser in pairwise(sizes):
            # A few pupils can go to more schools than they are; many cannot.
            if sizes[coarser] > max(2 * sizes[finer], 20):
                raise InputError(
                    f"There are fewer {finer}s than {coarser}s, so their keys are probably exchanged.",
                    remedy="units from the finest level to the coarsest, each with its own key",
                )
        keys = {level: tuple(coded[name] for name in names) for level, names in self.columns.items()}
        unique = frozenset(level for level, size in sizes.items() if size == len(data))
        return UnitRows(codes=codes, hashes=_hashes_of(keys[self.levels[0]]), unique=unique, keys=keys)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Every key column of every level, once."""
        return tuple(dict.fromkeys(name for names in self.columns.values() for name in names))

    def _coded(self, data: pd.DataFrame, level: str, name: str) -> "_Keys":
        """A key column as a number per row, and a hash of the key that each number stands for."""
        if name in data.columns:
            column = data[name]
        elif name in data.index.names:
            column = pd.Series(data.index.get_level_values(name))
        else:
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} is not in the data.",
                remedy=f"one of {', '.join(map(str, data.columns[:12]))}, or join the key to the data first",
            )
        if not isinstance(column, pd.Series):
            raise InputError(f"The data has two columns called {name!r}.", remedy="rename one of them")
        close = _Keys.of_close_numbers(column)
        if close is not None:
            return close
        try:
            code, keys = pd.factorize(column)
        except TypeError:
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} holds lists or the like, not keys.",
                remedy="a text or a whole number for each record",
            ) from None
        nothing = _are_nothing(pd.Index(keys))
        missing = int((code < 0).sum()) + (int(nothing[code].sum()) if nothing.any() else 0)
        if missing:
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} has {missing} missing keys.",
                remedy="leave those rows out, and say so in the population",
            )
        hashes = _hashes(pd.Index(keys))
        if len(np.unique(hashes)) < len(hashes):
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} has one key in several writings, such as the "
                "number 7, the text '7' and '007': how many units are that?",
                remedy=f"data[{name!r}].astype(str).str.strip(), with as many zeros before each",
            )
        return _Keys(codes=_narrow(code, len(keys)), hashes=hashes, n_keys=len(keys))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Keys:
    """A key column: a number per row, and the hash of the key that each number stands for."""

    codes: Codes
    hashes: npt.NDArray[np.uint64]
    n_keys: int

    @classmethod
    def of_close_numbers(cls, column: "pd.Series[Any]") -> "_Keys | None":
        """Whole numbers that lie close together are their own codes, less the lowest; None for other columns."""
        if not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iu" or not len(column):
            return None
        numbers = column.to_numpy()
        low, high = int(numbers.min()), int(numbers.max())
        span = high - low + 1
        if span > len(numbers) + _FEW or high > np.iinfo(np.int64).max:
            return None
        if numbers.dtype.itemsize <= 2:  # the span of a narrow type need not fit it
            numbers = numbers.astype(np.int32)
        codes = _narrow(numbers - numbers.dtype.type(low) if low else numbers, span)
        found = np.zeros(span, dtype=bool)
        found[codes] = True
        hashes = np.empty(span, dtype=np.uint64)
        for start in range(0, span, AT_ONCE):
            part = np.arange(low + start, low + min(start + AT_ONCE, span), dtype=np.int64)
            hashes[start : start + len(part)] = pd.util.hash_array(part)
        return cls(codes=codes, hashes=hashes, n_keys=int(np.count_nonzero(found)))


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitRows:
    """Whose record each row of a data set is."""

    codes: Mapping[str, Codes]
    """Per level, one whole number per row that is equal exactly for rows of the same unit."""
    hashes: npt.NDArray[np.uint64]
    """Per row, 52 bits that are equal for rows of the same finest unit, in every data set with the same keys."""
    unique: frozenset[str] = frozenset()
    """Levels of which no unit has two rows, as far as that is known."""
    keys: Mapping[str, tuple[_Keys, ...]] = field(default_factory=dict, repr=False)

    def members(
        self, cells: Codes, *, chosen: Flags | None = None, values: Floats | None = None, repeated: bool = False
    ) -> Members:
        """Whose records are in which cell: of all rows, or of those chosen. Values are per row, cells per row kept."""
        finest, *coarser = self.keys
        rows = slice(None) if chosen is None or chosen.all() else chosen
        units = {finest: self.hashes[rows]} | {level: _hashes_of(self.keys[level])[rows] for level in coarser}
        marks = None if values is None else marks_of(units[finest], values[rows])
        return Members(units=units, cells=cells.astype(np.int32, copy=False), marks=marks, repeated=repeated)

    @property
    def fingerprint(self) -> str:
        """Identifies the records, whatever their order, so that tables of one population can be linked."""
        return f"{len(self.hashes)}-{int(self.hashes.sum(dtype=np.uint64)):016x}"

    @property
    def sketch(self) -> npt.NDArray[np.float64]:
        """The lowest hashes of distinct finest units, at most 64: data sets that share units share some of these.

        A bottom-k sketch (Cohen & Kaplan 2007, Summarizing data using bottom-k sketches). Sorted.
        """
        taken = 4 * SKETCH_SIZE
        while True:
            # The lowest of all rows, and more of them until there are enough of different units.
            kept = np.unique(_lowest(self.hashes, taken))
            if len(kept) >= SKETCH_SIZE or taken >= len(self.hashes):
                return kept[:SKETCH_SIZE].astype(np.float64)
            taken *= 8


def _hashes_of(keys: Sequence[_Keys]) -> npt.NDArray[np.uint64]:
    """Per row, 52 bits that stand for the unit which these keys together name."""
    first, *others = keys
    hashes = first.hashes[first.codes]
    for key in others:
        hashes *= _MIX
        hashes += key.hashes[key.codes]
    hashes >>= UNIT_SHIFT
    return hashes


def _lowest(hashes: npt.NDArray[np.uint64], taken: int) -> npt.NDArray[np.uint64]:
    """The lowest so many, in no order: the lowest of the lowest of each part."""
    if len(hashes) <= taken:
        return hashes
    step = max(AT_ONCE, 4 * taken)
    parts = [hashes[start : start + step] for start in range(0, len(hashes), step)]
    lowest = np.concatenate([np.partition(part, taken)[:taken] if len(part) > taken else part for part in parts])
    return np.partition(lowest, taken)[:taken] if len(lowest) > taken else lowest


def _combined(codes: Sequence[Codes]) -> Codes:
    """One code for several columns together."""
    first, *others = codes
    for code in others:
        wide = first.astype(np.int64)
        together, found = pd.factorize(wide * (int(code.max(initial=0)) + 1) + code)
        first = _narrow(together, len(found))
    return first


def _narrow(codes: npt.NDArray[Any], size: int) -> Codes:
    """Codes in four bytes each, where as many units fit."""
    return codes.astype(np.int32 if size < 2**31 else np.int64, copy=False)


def _are_nothing(keys: "pd.Index[Any]") -> Flags:
    """True for what is no key though it is there: a text of blanks, an infinite number."""
    if pd.api.types.is_float_dtype(keys.dtype):
        return np.asarray(np.isinf(keys.to_numpy(dtype=float, na_value=np.nan)))
    if pd.api.types.is_string_dtype(keys.dtype) or keys.dtype == object:
        return np.array([isinstance(key, str) and not key.strip() for key in keys], dtype=bool)
    return np.zeros(len(keys), dtype=bool)


def _are_names(names: object) -> bool:
    several = isinstance(names, list | tuple) and bool(names) and all(isinstance(name, str) and name for name in names)
    return several or (isinstance(names, str) and bool(names))


def hashes_of_keys(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """The hashes that these texts have as keys, to set them against `_Keys.hashes`."""
    return _hashes(pd.Index(texts, dtype=object))


def _hashes(keys: "pd.Index[Any]") -> npt.NDArray[np.uint64]:
    """A hash per key, the same however it was read: 00011, 11 and 11.0 are one unit."""
    if pd.api.types.is_integer_dtype(keys.dtype):
        return np.asarray(pd.util.hash_array(keys.to_numpy(dtype=np.int64)), dtype=np.uint64)
    texts = pd.Series(keys).astype(str).str.strip()
    numeric = texts.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    hashes = np.zeros(len(texts), dtype=np.uint64)
    whole = texts[numeric].str.replace(r"\.0+$", "", regex=True).astype(np.int64)
    hashes[numeric] = pd.util.hash_array(whole.to_numpy())
    hashes[~numeric] = pd.util.hash_array(texts[~numeric].to_numpy(dtype=object))
    return hashes


def sum_of_hashes(hashes: npt.NDArray[np.uint64], cell: Codes, n_cells: int) -> npt.NDArray[np.float64]:
    """Per cell, the sum of its 52-bit hashes modulo 2**52, exactly: whole numbers of 64 bits wrap around at 2**64."""
    sums = np.zeros(n_cells, dtype=np.uint64)
    np.add.at(sums, cell, hashes)
    return np.asarray((sums & np.uint64(2**52 - 1)).astype(np.float64))
