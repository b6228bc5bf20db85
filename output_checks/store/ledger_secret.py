"""What a ledger's key is for: nobody without it reads a ledger, or writes an entry that fits the chain.

The hashes of units are made without a secret, so that whoever has the keys of persons can make them too. That is why
a ledger's entries are encrypted as a whole (AES-256-GCM): neither who is in one nor who is in two of them can be seen.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from output_checks.errors import IntegrityError

KEY_SIZE = 32
_NONCE = 12


class Secret:
    """Two keys made from the one in the key file: one to encrypt with, one for keyed hashes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"encrypt"))
        self._chain = _derived(key, b"chain")

    def encrypted(self, content: bytes, *, place: str) -> bytes:
        """Bytes that only this key makes sense of, and only in this place."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def decrypted(self, content: bytes, *, place: str) -> bytes:
        """What `encrypted` was given.

        Raises
        ------
        IntegrityError
            It was changed, is of another place, or was encrypted with another key.
        """
        try:
            return self._cipher.decrypt(content[:_NONCE], content[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise IntegrityError(
                "A part of an entry of the ledger was changed.", remedy="the copy in a backup; do not edit the ledger"
            ) from None

    def keyed_hash(self, content: bytes) -> str:
        """HMAC-SHA256, as hexadecimal digits."""
        return hmac.new(self._chain, content, hashlib.sha256).hexdigest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"nco-research ledger: " + purpose, hashlib.sha256).digest()
