"""Seal what every checker approved, and prove later that a folder is exactly that."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from output_checks.errors import InputError, IntegrityError, WorkflowError
from output_checks.model.evidence import Output
from output_checks.model.policy import digest
from output_checks.model.review import Act, State, Vote, expect_allowed, settled
from output_checks.policies import load_policy, policy_names
from output_checks.store.audit import append_event
from output_checks.store.codec import encode
from output_checks.store.files import expect_distinct_names, read_file, sha256, write_folder_atomically
from output_checks.store.keys import fingerprint
from output_checks.store.ledger import Ledger
from output_checks.store.lock import one_writer
from output_checks.store.sealed import SEAL, Seal, SealedOutput, read_seal
from output_checks.store.signed import expect_signed
from output_checks.store.submission import TRAIL
from output_checks.workflow.inbox import Submission, open_submission
from output_checks.workflow.judge import TOOLKIT
from output_checks.workflow.remembering import remember


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A release that is exactly what was approved."""

    seal: Seal
    checkers: tuple[str, ...]


def outcome_of(submission: Submission, output: str) -> Vote:
    """What the votes come to; only once all are in."""
    return settled(submission.decisions, output)


def release(
    submission: Submission,
    *,
    keys: Mapping[str, Ed25519PublicKey],
    checker: str,
    key: Ed25519PrivateKey,
    folder: Path,
    now: dt.datetime,
    ledger: Ledger | None = None,
) -> Path:
    """Write the approved outputs and their seal to `<folder>/<submission>-release`; returns that path.

    `keys` are the public keys that are trusted; every vote must be signed with one of them. What leaves is added to the
    `ledger` first. After a crash the same call finishes what was begun.

    Raises
    ------
    WorkflowError
        Votes are still to come, it was released already, or `checker` is its author.
    IntegrityError
        A vote was changed, or is by somebody who is not trusted.
    InputError
        No output was approved, or the folder cannot be written; then nothing is written. Or the ledger has another
        release of that name, or is of other units.
    """
    with one_writer(submission.folder):
        current = open_submission(submission.folder, ledger=None if ledger is None else ledger.folder)
        if current.state is State.SUBMITTED:
            raise WorkflowError(
                f"{len(current.signed)} of {current.votes_required} votes are in.", remedy="again when all are in"
            )
        expect_allowed(current.state, Act.RELEASE)
        if checker.casefold() == current.manifest.author.casefold():
            raise WorkflowError("The author of a submission never releases it.", remedy="as an output checker")
        if checker not in keys or fingerprint(keys[checker]) != fingerprint(key.public_key()):
            raise IntegrityError(
                f"The key is not that of {checker!r} in the keys folder.", remedy="your own name, key and keys folder"
            )
        _expect_votes_signed(current, keys)
        approved = [output for output in current.up_for_vote if outcome_of(current, output.name) is Vote.APPROVE]
        if not approved:
            raise InputError(
                "No output was approved by all, so there is nothing to release.", remedy="a new submission"
            )
        seal = Seal(
            release=f"{current.manifest.title}-release",
            submission=current.stored.sha256,
            policy=current.policy.as_mapping(),
            toolkit=TOOLKIT,
            outputs=tuple(_sealed(current, output) for output in approved),
            released_by=checker,
            key=fingerprint(key.public_key()),
            time=now.isoformat(timespec="seconds"),
        ).signed(key)
        expect_distinct_names([SEAL, *(item.name for output in approved for item in output.files)])
        if ledger is not None:
            names = {"name": seal.release, "actor": checker, "time": seal.time}
            remember(
                ledger, current.stored, approved, current.contents, policy=current.policy, toolkit=TOOLKIT, **names
            )
        target, content = folder / seal.release, encode(seal)
        if _was_sealed(target, seal, keys):
            content = read_file(target / SEAL)
        else:
            write_folder_atomically(target, {name: current.contents[name] for name in seal.files} | {SEAL: content})
        append_event(
            current.folder / TRAIL, time=seal.time, actor=checker, act=Act.RELEASE.value, details=sha256(content)
        )
        return target


def verify(folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> Verified:
    """Prove that a folder holds exactly the files that enough output checkers approved, to the byte.

    Raises
    ------
    InputError
        There is no release in this folder.
    IntegrityError
        A file was changed, added or taken away, or was not approved by enough checkers whose keys are trusted.
    """
    seal = read_seal(folder)
    expect_signed(seal, seal.released_by, keys, what=f"{folder / SEAL}")
    expect_files(folder, seal)
    if not seal.outputs:
        raise IntegrityError(f"{folder / SEAL} releases nothing.", remedy="the release as it was sealed")
    checkers = set.intersection(*(_approved_by(output, seal, keys) for output in seal.outputs))
    return Verified(seal=seal, checkers=tuple(sorted(checkers)))


def _was_sealed(target: Path, seal: Seal, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether this very release is there already, whole, as where a run was stopped before it wrote the trail."""
    if not (target / SEAL).is_file():
        return False
    found = verify(target, keys).seal
    return (found.submission, found.files) == (seal.submission, seal.files)


def _expect_votes_signed(submission: Submission, keys: Mapping[str, Ed25519PublicKey]) -> None:
    for item in submission.signed:
        name = item.decision.checker
        expect_signed(item, name, keys, what=f"The vote of {name}")
        if item.submission != submission.stored.sha256:
            raise IntegrityError(f"The vote of {name} is on another submission.", remedy="vote again")
        for approval in item.approvals:
            expect_signed(approval, name, keys, what=f"The approval of {approval.output}")
    if len({item.key for item in submission.signed}) < submission.votes_required:
        raise IntegrityError("Two votes were signed with one key.", remedy="a key of their own for every checker")


def _sealed(submission: Submission, output: Output) -> SealedOutput:
    approvals = tuple(
        approval for item in submission.signed for approval in item.approvals if approval.output == output.name
    )
    files = {item.name: item.sha256 for item in output.files}
    if len(approvals) < submission.votes_required or any(approval.files != files for approval in approvals):
        raise IntegrityError(f"The approvals of {output.name} are not of its files.", remedy="vote again")
    return SealedOutput(name=output.name, files=files, approvals=approvals)


def expect_files(folder: Path, seal: Seal) -> None:
    """Raise IntegrityError unless a folder holds the files of its seal, to the byte, and no others."""
    found = {path.name for path in folder.iterdir()} - {SEAL}
    problems = [f"{name} was added" for name in sorted(found - set(seal.files))]
    problems += [f"{name} is missing" for name in sorted(set(seal.files) - found)]
    for name in sorted(found & set(seal.files)):
        path = folder / name
        if path.is_symlink() or not path.is_file() or sha256(read_file(path)) != seal.files[name]:
            problems.append(f"{name} was changed")
    if problems:
        raise IntegrityError(
            f"{folder} is not what was approved: {'; '.join(problems)}.", remedy="the release as it was sealed"
        )


def _approved_by(output: SealedOutput, seal: Seal, keys: Mapping[str, Ed25519PublicKey]) -> set[str]:
    """The checkers who approved exactly these files of this submission under this policy; enough of them."""
    required, sha256_of_policy = max(_votes_required(seal), _fewest_votes()), digest(seal.policy)
    checkers, used = set(), set()
    for approval in output.approvals:
        expect_signed(approval, approval.checker, keys, what=f"The approval of {output.name}")
        claimed = (approval.output, dict(approval.files), approval.submission, approval.policy_sha256)
        if claimed != (output.name, dict(output.files), seal.submission, sha256_of_policy):
            raise IntegrityError(
                f"An approval of {output.name} is of something else.", remedy="the release as it was sealed"
            )
        checkers.add(approval.checker)
        used.add(approval.key)
    if len(used) < required:
        raise IntegrityError(
            f"{output.name} was approved by {len(used)} of the {required} output checkers that it takes.",
            remedy="the release as it was sealed",
        )
    return checkers


def _votes_required(seal: Seal) -> int:
    """What the policy in the seal asks. The rest of it may have been written before a threshold of today existed."""
    try:
        return math.ceil(float(seal.policy["thresholds"]["votes_required"]["value"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise IntegrityError(
            "The policy in the seal is not a valid one.", remedy="the release as it was sealed"
        ) from None


def _fewest_votes() -> int:
    """What the policies in force on this machine ask at least; a release cannot bring a laxer one along."""
    policies = [load_policy(name) for name in policy_names()]
    in_force = [policy for policy in policies if policy.accepts_submissions] or policies
    return min(int(policy.threshold("votes_required").value) for policy in in_force)
