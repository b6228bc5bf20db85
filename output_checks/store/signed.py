"""What somebody signs: a record with a signature over everything else in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from output_checks.errors import IntegrityError
from output_checks.store.codec import encode
from output_checks.store.keys import fingerprint, is_signed_by


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A record that is signed with the key whose fingerprint it holds."""

    key: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return encode(replace(self, signature=""))

    def signed(self, key: Ed25519PrivateKey) -> Self:
        """The same, with a signature."""
        return replace(self, signature=key.sign(self.statement).hex())


def expect_signed(record: Signed, signer: str, keys: Mapping[str, Ed25519PublicKey], *, what: str) -> None:
    """Raise IntegrityError unless this was signed with the signer's own key, one of the keys that are trusted here."""
    if signer not in keys:
        raise IntegrityError(
            f"{what} is signed by {signer!r}, whose key is not in the keys folder.",
            remedy="the folder with the public keys (.pub) of every output checker",
        )
    try:
        signature = bytes.fromhex(record.signature)
    except ValueError:
        signature = b""
    if record.key != fingerprint(keys[signer]) or not is_signed_by(keys[signer], signature, record.statement):
        raise IntegrityError(f"{what} was changed, or not signed by {signer}.", remedy="the release as it was sealed")
