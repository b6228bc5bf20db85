"""Replace person and school numbers by pseudonyms that only the holder of the key can make.

Persons get nine digits, as CBS's RINPERSOON has. Nine digits of a plain HMAC would give two of any 1.5 million persons
the same number more than a thousand times over, so HMAC-SHA256 is the round function of a Feistel network instead
(Luby and Rackoff 1988; Black and Rogaway 2002 for domains that are no power of two): a keyed permutation, in which no
two persons can share a pseudonym. Schools are few; they get ten characters of a plain HMAC.

Whoever has the key can work back from pseudonym to number: there are only a thousand million numbers to try. The key
is therefore a secret of its own, and is never written where the data is.
"""

import base64
import functools
import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError

_PERSONS = 10**9
_HALF = 31_623  # its square is just above 10**9
_ROUNDS = 8
_PER_HMAC = 4
_KEY_BYTES = 32


class Pseudonymiser:
    """Keyed pseudonyms for persons and schools. Never prints its key."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes.

        Raises
        ------
        InputError
            The key has another length.
        """
        if len(key) != _KEY_BYTES:
            raise InputError(f"A key has {_KEY_BYTES} bytes; this has {len(key)}.", remedy="create_key(path)")
        self._key = key

    def __repr__(self) -> str:
        return "Pseudonymiser(key hidden)"

    def persons(self, numbers: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Nine-digit pseudonyms of person numbers (integers from 0 to 999,999,999), no two alike.

        Raises
        ------
        InputError
            A number is negative or has more than nine digits.
        """
        if not np.size(numbers):
            return np.array([], dtype=object)
        return np.char.zfill(self.person_numbers(numbers).astype("U9"), 9).astype(object)

    def person_numbers(self, numbers: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The same pseudonyms as integers, without their leading zeros.

        Raises
        ------
        InputError
            A number is negative or has more than nine digits.
        """
        values = np.asarray(numbers, dtype=np.int64)
        if values.size and (values.min() < 0 or values.max() >= _PERSONS):
            raise InputError("A person number has nine digits at most.", remedy="check digits before pseudonymising")
        made = self._permuted(values)
        outside = made >= _PERSONS
        while outside.any():  # cycle walking: again, until inside; for about one number in 70,000
            made[outside] = self._permuted(made[outside])
            outside = made >= _PERSONS
        return made

    def schools(self, numbers: Iterable[str]) -> list[str]:
        """Ten-character pseudonyms of school numbers, upper case letters and digits."""
        return [self._school(number.strip().upper()) for number in numbers]

    def _school(self, number: str) -> str:
        digest = hmac.digest(self._key, b"school:" + number.encode("utf-8"), hashlib.sha256)
        return base64.b32encode(digest)[:10].decode("ascii")

    def _permuted(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        left, right = values // _HALF, values % _HALF
        for table in self._tables:
            left, right = right, (left + table[right]) % _HALF
        result: npt.NDArray[np.int64] = left * _HALF + right
        return result

    @functools.cached_property
    def _tables(self) -> list[npt.NDArray[np.int64]]:
        """The round functions, written out: a half has few enough values to compute each once."""

        # 32 bytes of one HMAC are the values of four rounds, eight bytes each.
        values = np.empty((_ROUNDS, _HALF), dtype=np.int64)
        for part in range(_ROUNDS // _PER_HMAC):
            digests = b"".join(
                hmac.digest(self._key, f"person:{part}:{number}".encode("ascii"), hashlib.sha256)
                for number in range(_HALF)
            )
            numbers = np.frombuffer(digests, dtype=">u8").reshape(_HALF, _PER_HMAC)
            values[part * _PER_HMAC : (part + 1) * _PER_HMAC] = (numbers % _HALF).T
        return list(values)


def create_key(path: Path) -> None:
    """Write a new random key, readable by its owner only.

    Raises
    ------
    InputError
        The file exists, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path} exists already.", remedy="another name; a key is never overwritten") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).", remedy="a folder that exists") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))


def read_key(path: Path) -> Pseudonymiser:
    """The pseudonymiser whose key is in a file.

    Raises
    ------
    InputError
        There is no such file, or it does not hold a key.
    """
    try:
        return Pseudonymiser(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"The key {path} cannot be read ({error.strerror}).", remedy="nco link --new-key FILE"
        ) from None
