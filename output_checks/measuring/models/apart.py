"""Whom a dummy names: fingerprints of its group, so that two models whose groups are nearly the same can be found."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from output_checks.measuring.models.fitted import NO_COLUMN, Fitted
from output_checks.measuring.models.implicit import distinct
from output_checks.measuring.units import Codes, sum_of_hashes
from output_checks.model.evidence import Flags, Floats

_BITS = np.uint64(2**52 - 1)
_MIXES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_SHIFT = np.uint64(29)


class Groups:
    """The group behind each parameter of a model: of a dummy its rarer side, of a constant everyone.

    Facts are NaN for a parameter that names nobody.
    """

    def __init__(self, fitted: Fitted, weighed: Flags, hashes: npt.NDArray[np.uint64]) -> None:
        self._hashes = hashes
        chosen = {int(column) for column in fitted.columns if column != NO_COLUMN}
        named = {column: _rarer_side(fitted.design[:, column], weighed) for column in sorted(chosen)}
        self._masks = [named.get(int(column)) for column in fitted.columns]

    def members(self) -> Floats:
        """The sum of the hashes of the records, as of the cells of tables."""
        return np.array([np.nan if mask is None else _sum(self._hashes[mask]) for mask in self._masks])

    def signatures(self) -> Floats:
        """Three minimum hashes as one number: two groups have the same with a chance of the cube of what they share.

        Broder 1997, On the resemblance and containment of documents.
        """
        mixed = [(self._hashes * mix) ^ ((self._hashes * mix) >> _SHIFT) for mix in _MIXES]
        return np.array([np.nan if mask is None else _signature(mixed, mask) for mask in self._masks])

    def units(self, codes: Mapping[str, Codes]) -> dict[str, Floats]:
        """Distinct units of each level in the group."""
        return {
            level: np.array([np.nan if mask is None else distinct(code, mask) for mask in self._masks])
            for level, code in codes.items()
        }


def _rarer_side(column: Floats, weighed: Flags) -> Flags | None:
    """Rows at the rarer of a column's two values (the higher, where they are as common); all rows of a constant."""
    low, high = column.min(), column.max()
    if low == high:
        return weighed
    at_high = column == high
    if not (at_high | (column == low)).all():
        return None
    ones = int(np.count_nonzero(at_high & weighed))
    rarer = at_high if 2 * ones <= int(np.count_nonzero(weighed)) else ~at_high
    return np.asarray(weighed & rarer)


def _sum(hashes: npt.NDArray[np.uint64]) -> float:
    return float(sum_of_hashes(hashes, np.zeros(len(hashes), dtype=np.int64), 1)[0])


def _signature(mixed: list[npt.NDArray[np.uint64]], mask: Flags) -> float:
    if not mask.any():
        return float("nan")
    together = np.uint64(0)
    with np.errstate(over="ignore"):
        for hashes, mix in zip(mixed, _MIXES, strict=True):
            together = (together ^ hashes[mask].min()) * mix
    return float((together ^ (together >> _SHIFT)) & _BITS)
