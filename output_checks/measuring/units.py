"""Unit levels (pupil, school, board): which columns of a data set tell one unit from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import SKETCH_SIZE

_NUMBER = r"\d{1,18}(\.0+)?"
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit is lost

Codes: TypeAlias = npt.NDArray[np.int64]
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
        codes = {level: _combined([coded[name][0] for name in names]) for level, names in self.columns.items()}
        sizes = {level: int(code.max(initial=-1)) + 1 for level, code in codes.items()}
        for finer, coarser in pairwise(sizes):
            # A few pupils can go to more schools than they are; many cannot.
            if sizes[coarser] > max(2 * sizes[finer], 20):
                raise InputError(
                    f"There are fewer {finer}s than {coarser}s, so their keys are probably exchanged.",
                    remedy="units from the finest level to the coarsest, each with its own key",
                )
        hashes = np.zeros(len(data), dtype=np.uint64)
        for name in self.columns[self.levels[0]]:
            code, keys = coded[name]
            hashes = hashes * _MIX + _hashes(keys)[code]
        return UnitRows(codes=codes, hashes=hashes >> np.uint64(12))

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Every key column of every level, once."""
        return tuple(dict.fromkeys(name for names in self.columns.values() for name in names))

    def _coded(self, data: pd.DataFrame, level: str, name: str) -> tuple[Codes, "pd.Index[Any]"]:
        """A key column as a number per row, and the key that each number stands for."""
        if name in data.columns:
            column = data[name]
        elif name in data.index.names:
            column = pd.Series(data.index.get_level_values(name))
        else:
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} is not in the data.",
                remedy=f"one of {', '.join(map(str, data.columns[:12]))}, or join the key to the data first",
            )
        code, keys = pd.factorize(column)
        missing = int((code < 0).sum())
        if missing:
            raise InputError(
                f"The key column {name!r} of the unit level {level!r} has {missing} missing keys.",
                remedy="leave those rows out, and say so in the population",
            )
        return np.asarray(code, dtype=np.int64), pd.Index(keys)


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitRows:
    """Whose record each row of a data set is."""

    codes: Mapping[str, Codes]
    """Per level, one whole number per row that is equal exactly for rows of the same unit."""
    hashes: npt.NDArray[np.uint64]
    """Per row, 52 bits that are equal for rows of the same finest unit, in every data set with the same keys."""

    @property
    def fingerprint(self) -> str:
        """Identifies the records, whatever their order, so that tables of one population can be linked."""
        return f"{len(self.hashes)}-{int(self.hashes.sum(dtype=np.uint64)):016x}"

    @property
    def sketch(self) -> npt.NDArray[np.float64]:
        """The lowest hashes of distinct finest units, at most 64: data sets that share units share some of these.

        A bottom-k sketch (Cohen & Kaplan 2007, Summarizing data using bottom-k sketches). Sorted.
        """
        finest = next(iter(self.codes.values()))
        first = np.zeros(int(finest.max(initial=-1)) + 1, dtype=np.uint64)
        first[finest] = self.hashes
        kept = np.partition(first, SKETCH_SIZE - 1)[:SKETCH_SIZE] if len(first) > SKETCH_SIZE else first
        return np.unique(kept).astype(np.float64)


def _combined(codes: Sequence[Codes]) -> Codes:
    """One code for several columns together."""
    first, *others = codes
    for code in others:
        first, _ = pd.factorize(first * (int(code.max(initial=0)) + 1) + code)
    return np.asarray(first, dtype=np.int64)


def _are_names(names: object) -> bool:
    several = isinstance(names, list | tuple) and bool(names) and all(isinstance(name, str) and name for name in names)
    return several or (isinstance(names, str) and bool(names))


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
    """Per cell, the sum of its 52-bit hashes modulo 2**52: exact in floats, because both halves are added apart."""
    half = np.uint64(26)
    low, high = hashes & np.uint64(2**26 - 1), hashes >> half
    low_sum = np.bincount(cell, weights=low.astype(float), minlength=n_cells)
    high_sum = np.bincount(cell, weights=high.astype(float), minlength=n_cells)
    return np.asarray((np.mod(high_sum, 2.0**26) * 2.0**26 + low_sum) % 2.0**52)
