"""Marks: numbers that stand for a unit with a value, without telling which of the two is what."""

import numpy as np
import numpy.typing as npt

_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit is lost


def marks_of(units: npt.NDArray[np.uint64], values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint32]:
    """Per record a number that is equal where the same unit has the same value. `units` are hashes."""
    numbers = np.ascontiguousarray(values + 0.0).view(np.uint64)
    return ((units * _MIX + numbers) * _MIX >> np.uint64(32)).astype(np.uint32)
