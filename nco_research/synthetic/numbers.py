"""Invented citizen service numbers (BSN) and education numbers that pass their check digits, no two alike."""

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError

_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2])
_POWERS = 10 ** np.arange(7, -1, -1)
_PRIME = 98_999_987
"""Multiplying modulo a prime visits every number once: distinct numbers in no visible order, without a list of them."""
_LOWEST = 1_000_000
_EDUCATION_PRIME = 999_983
_EDUCATION_START = 10_000_000  # nine digits that begin with 10, less the check digit
_BSN_REMAINDER, _EDUCATION_REMAINDER = 0, 5


def citizen_numbers(rng: np.random.Generator, count: int) -> npt.NDArray[np.int32]:
    """Distinct nine-digit numbers with Σ(9…2)·d − d9 ≡ 0 (mod 11); about one in ten begins with a zero.

    Raises
    ------
    InputError
        More are asked for than there are.
    """
    return _numbers(rng, count, prime=_PRIME, start=_LOWEST, remainder=_BSN_REMAINDER)


def education_numbers(rng: np.random.Generator, count: int) -> npt.NDArray[np.int32]:
    """Distinct nine-digit numbers that begin with 10, with the same sum ≡ 5 (mod 11).

    Raises
    ------
    InputError
        More are asked for than there are.
    """
    return _numbers(rng, count, prime=_EDUCATION_PRIME, start=_EDUCATION_START, remainder=_EDUCATION_REMAINDER)


def remainders(numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Σ(9…2)·d − d9 modulo 11, of nine-digit numbers."""
    prefix = numbers.astype(np.int64) // 10
    return (_weighted(prefix) - numbers % 10) % 11


def _numbers(rng: np.random.Generator, count: int, *, prime: int, start: int, remainder: int) -> npt.NDArray[np.int32]:
    multiplier, shift = int(rng.integers(prime // 3, prime // 2)), int(rng.integers(prime))
    asked = min(prime, int(count * 1.13) + 200)  # one prefix in eleven would need a check digit of ten
    prefix = start + (np.arange(asked, dtype=np.int64) * multiplier + shift) % prime
    check = (_weighted(prefix) - remainder) % 11
    made = (prefix * 10 + check)[check < 10][:count]
    if len(made) < count:
        raise InputError(f"There are no {count:,} different numbers to give out.", remedy="fewer pupils")
    return made.astype(np.int32)


def _weighted(prefix: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    total = np.zeros(len(prefix), dtype=np.int64)
    for weight, power in zip(_WEIGHTS, _POWERS, strict=True):
        total += weight * (prefix // power % 10)
    return total
