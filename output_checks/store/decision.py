"""Signed votes: a decision on a whole submission, which stays inside, and an approval per output, which may leave.

An approval speaks of one output only, so that a release can carry it without a word on what was not approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from output_checks.errors import IntegrityError
from output_checks.model.review import Decision
from output_checks.store.codec import decode, encode
from output_checks.store.files import expect_safe_name, read_file, sha256
from output_checks.store.keys import fingerprint, is_signed_by


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One checker's word that these bytes may leave, under this policy."""

    output: str
    files: Mapping[str, str]
    submission: str
    policy: str
    policy_sha256: str
    toolkit: str
    checker: str
    key: str
    time: str
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return encode(replace(self, signature=""))

    def signed(self, key: Ed25519PrivateKey) -> "Approval":
        return replace(self, signature=key.sign(self.statement).hex())


@dataclass(frozen=True, kw_only=True)
class SignedDecision:
    """All votes of one checker on one submission."""

    decision: Decision
    submission: str
    key: str
    time: str
    approvals: tuple[Approval, ...]
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        return encode(replace(self, signature=""))

    @property
    def sha256(self) -> str:
        return sha256(encode(self))

    def signed(self, key: Ed25519PrivateKey) -> "SignedDecision":
        return replace(self, signature=key.sign(self.statement).hex())


def decision_path(folder: Path, checker: str) -> Path:
    """Where a checker's votes on the submission in this folder are kept."""
    return folder / expect_safe_name(f"decision-{checker}.json")


def read_decisions(folder: Path) -> tuple[SignedDecision, ...]:
    """Every checker's votes on the submission in this folder. Signatures are not checked here.

    Raises
    ------
    InputError
        A file is damaged.
    IntegrityError
        A file does not hold the votes of the checker in its name.
    """
    found = []
    for path in sorted(folder.glob("decision-*.json")):
        item = decode(read_file(path), SignedDecision, source=f"{path}")
        if path != decision_path(folder, item.decision.checker):
            raise IntegrityError(f"{path} holds another checker's votes.", remedy="the copy in a backup")
        found.append(item)
    return tuple(found)


def expect_signed(
    signed: Approval | SignedDecision, checker: str, keys: Mapping[str, Ed25519PublicKey], *, what: str
) -> None:
    """Raise IntegrityError unless this was signed with the checker's own key, one of the keys that are trusted here."""
    if checker not in keys:
        raise IntegrityError(
            f"{what} is signed by {checker!r}, whose key is not in the keys folder.",
            remedy="the folder with the public keys (.pub) of every output checker",
        )
    try:
        signature = bytes.fromhex(signed.signature)
    except ValueError:
        signature = b""
    if signed.key != fingerprint(keys[checker]) or not is_signed_by(keys[checker], signature, signed.statement):
        raise IntegrityError(f"{what} was changed, or not signed by {checker}.", remedy="the release as it was sealed")
