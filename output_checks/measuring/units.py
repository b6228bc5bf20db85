"""Unit levels (pupil, school, board): which columns of a data set tell one unit from another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import SKETCH_SIZE

_AS_NUMBER = r"^0*(\d+?)(?:\.0+)?$"

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

    def codes(self, data: pd.DataFrame) -> dict[str, Codes]:
        """Per level, one whole number per row that is equal exactly for rows of the same unit.

        Raises
        ------
        InputError
            A key column is absent, or has missing keys: a row of nobody cannot be counted as anybody.
        """
        keys = self._keys(data)
        codes = {}
        for level, names in self.columns.items():
            for name in names:
                missing = int(keys[name].isna().sum())
                if missing:
                    raise InputError(
                        f"The key column {name!r} of the unit level {level!r} has {missing} missing keys.",
                        remedy="leave those rows out, and say so in the population",
                    )
            group = keys.groupby(list(names), sort=False, observed=True).ngroup()
            codes[level] = np.asarray(group, dtype=np.int64)
        sizes = {level: int(code.max(initial=-1)) + 1 for level, code in codes.items()}
        for finer, coarser in pairwise(sizes):
            # A few pupils can go to more schools than they are; many cannot.
            if sizes[coarser] > max(2 * sizes[finer], 20):
                raise InputError(
                    f"There are fewer {finer}s than {coarser}s, so their keys are probably exchanged.",
                    remedy="units from the finest level to the coarsest, each with its own key",
                )
        return codes

    def fingerprint(self, data: pd.DataFrame) -> str:
        """Identifies the records of `data`, whatever their order, so that tables of one population can be linked."""
        hashes = _hashes(self._keys(data))
        return f"{len(hashes)}-{int(hashes.sum(dtype=np.uint64)):016x}"

    def hashes(self, data: pd.DataFrame) -> npt.NDArray[np.uint64]:
        """Per row, 52 bits that are equal for rows of the same finest unit, in every data set with the same keys."""
        return _hashes(self._keys(data)[list(self.columns[self.levels[0]])]) >> np.uint64(12)

    def sketch(self, data: pd.DataFrame) -> npt.NDArray[np.float64]:
        """The lowest hashes of distinct finest units, at most 64: data sets that share units share some of these.

        A bottom-k sketch (Cohen & Kaplan 2007, Summarizing data using bottom-k sketches). Sorted.
        """
        return np.unique(self.hashes(data))[:SKETCH_SIZE].astype(np.float64)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Every key column of every level, once."""
        return tuple(dict.fromkeys(name for names in self.columns.values() for name in names))

    def _keys(self, data: pd.DataFrame) -> pd.DataFrame:
        """The key columns, whether they are columns of `data` or levels of its index, as models like to have them."""
        found = {}
        for level, names in self.columns.items():
            for name in names:
                if name in data.columns:
                    found[name] = data[name].array
                elif name in data.index.names:
                    found[name] = data.index.get_level_values(name).array
                else:
                    raise InputError(
                        f"The key column {name!r} of the unit level {level!r} is not in the data.",
                        remedy=f"one of {', '.join(map(str, data.columns[:12]))}, or join the key to the data first",
                    )
        return pd.DataFrame(found)


def _are_names(names: object) -> bool:
    several = isinstance(names, list | tuple) and bool(names) and all(isinstance(name, str) and name for name in names)
    return several or (isinstance(names, str) and bool(names))


def _hashes(keys: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """A hash per row, the same however the key was read: 00011, 11 and 11.0 are one unit."""
    plain = {
        name: keys[name].astype(str).str.strip().str.replace(_AS_NUMBER, r"\1", regex=True) for name in keys.columns
    }
    return np.asarray(pd.util.hash_pandas_object(pd.DataFrame(plain), index=False), dtype=np.uint64)


def sum_of_hashes(hashes: npt.NDArray[np.uint64], cell: Codes, n_cells: int) -> npt.NDArray[np.float64]:
    """Per cell, the sum of its 52-bit hashes modulo 2**52: exact in floats, because both halves are added apart."""
    half = np.uint64(26)
    low, high = hashes & np.uint64(2**26 - 1), hashes >> half
    low_sum = np.bincount(cell, weights=low.astype(float), minlength=n_cells)
    high_sum = np.bincount(cell, weights=high.astype(float), minlength=n_cells)
    return np.asarray((np.mod(high_sum, 2.0**26) * 2.0**26 + low_sum) % 2.0**52)
