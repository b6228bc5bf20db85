"""Signed votes: a decision on a whole submission, which stays inside, and an approval per output, which may leave.

An approval speaks of one output only, so that a release can carry it without a word on what was not approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from output_checks.errors import IntegrityError
from output_checks.model.review import Decision
from output_checks.store.codec import decode, encode
from output_checks.store.files import expect_safe_name, read_file, sha256
from output_checks.store.signed import Signed


@dataclass(frozen=True, kw_only=True)
class Approval(Signed):
    """One checker's word that these bytes may leave, under this policy."""

    output: str
    files: Mapping[str, str]
    submission: str
    policy: str
    policy_sha256: str
    toolkit: str
    checker: str
    time: str


@dataclass(frozen=True, kw_only=True)
class SignedDecision(Signed):
    """All votes of one checker on one submission."""

    decision: Decision
    submission: str
    time: str
    approvals: tuple[Approval, ...]

    @property
    def sha256(self) -> str:
        return sha256(encode(self))


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
