"""An output checker votes; an author takes a submission back."""

import datetime as dt
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from output_checks.errors import InputError, WorkflowError
from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome
from output_checks.model.review import Act, Decision, State, Vote, expect_allowed
from output_checks.store.audit import append_event
from output_checks.store.codec import encode
from output_checks.store.decision import Approval, SignedDecision, decision_path
from output_checks.store.files import write_atomically
from output_checks.store.keys import fingerprint
from output_checks.store.lock import one_writer
from output_checks.store.submission import TRAIL
from output_checks.workflow.inbox import Submission, open_submission
from output_checks.workflow.judge import TOOLKIT


def vote(
    submission: Submission,
    decision: Decision,
    *,
    key: Ed25519PrivateKey,
    now: dt.datetime,
) -> State:
    """Record and sign one checker's votes on every output that would leave; returns where the submission now stands.

    Raises
    ------
    WorkflowError
        The checker is the author, or voted before; or the submission does not wait for votes.
    InputError
        An output has no vote, is not up for a vote, or its vote lacks a reason; or the vote cannot be written.
    """
    _expect_votes(submission, decision)
    with one_writer(submission.folder):
        current = open_submission(submission.folder, ledger=submission.ledger)
        expect_may_vote(current, decision.checker, key=key)
        time = now.isoformat(timespec="seconds")
        signed = SignedDecision(
            decision=decision,
            submission=current.stored.sha256,
            key=fingerprint(key.public_key()),
            time=time,
            approvals=tuple(
                _approval(current, output, decision.checker, key=key, time=time)
                for output in current.up_for_vote
                if decision.votes[output.name] is Vote.APPROVE
            ),
        ).signed(key)
        path = decision_path(submission.folder, decision.checker)
        write_atomically(path, encode(signed))
        try:
            _record(submission, Act.VOTE, actor=decision.checker, time=time, details=signed.sha256)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return open_submission(submission.folder, ledger=submission.ledger).state


def withdraw(submission: Submission, *, author: str, now: dt.datetime) -> None:
    """Take a submission back.

    Raises
    ------
    WorkflowError
        It is another's, or was released already.
    """
    if author != submission.manifest.author:
        raise WorkflowError("Only its author can withdraw a submission.", remedy="as the person who submitted it")
    with one_writer(submission.folder):
        expect_allowed(open_submission(submission.folder, ledger=submission.ledger).state, Act.WITHDRAW)
        _record(submission, Act.WITHDRAW, actor=author, time=now.isoformat(timespec="seconds"))


def expect_may_vote(submission: Submission, checker: str, *, key: Ed25519PrivateKey) -> None:
    """Raise WorkflowError unless this checker may vote now."""
    if checker.casefold() == submission.manifest.author.casefold():
        raise WorkflowError("The author of a submission never reviews it.", remedy="as another output checker")
    expect_allowed(submission.state, Act.VOTE)
    for item in submission.signed:
        if item.decision.checker.casefold() == checker.casefold() or item.key == fingerprint(key.public_key()):
            raise WorkflowError(
                f"{item.decision.checker} voted on this submission already.", remedy="as another output checker"
            )


def _expect_votes(submission: Submission, decision: Decision) -> None:
    up = {output.name for output in submission.up_for_vote}
    unknown = sorted(set(decision.votes) - up)
    if unknown:
        refused = unknown[0] in {output.name for output in submission.refused}
        why = "was refused by the checks and cannot be voted on" if refused else "is not an output of this submission"
        raise InputError(f"{unknown[0]!r} {why}.", remedy=f"one of {', '.join(sorted(up))}")
    missing = [output.name for output in submission.up_for_vote if output.name not in decision.votes]
    if missing:
        raise InputError(f"There is no vote on {', '.join(missing)}.", remedy=_how_to_vote(submission, missing[0]))
    for name, choice in decision.votes.items():
        passed = submission.report.of(name).outcome is Outcome.PASS
        if not decision.reasons.get(name, "").strip() and not (choice is Vote.APPROVE and passed):
            what = f"To {choice} {name}" + ("" if choice is not Vote.APPROVE else ", which does not pass by itself,")
            raise InputError(f"{what} takes a reason.", remedy=f'--{choice} {name}="the reason in a sentence"')


def _how_to_vote(submission: Submission, name: str) -> str:
    if submission.report.of(name).outcome is Outcome.PASS:
        return f"--approve {name}, or --approve-rest"
    return f'--approve {name}="why it may leave", or --return {name}="what to change"'


def _approval(submission: Submission, output: Output, checker: str, *, key: Ed25519PrivateKey, time: str) -> Approval:
    return Approval(
        output=output.name,
        files={item.name: item.sha256 for item in output.files},
        submission=submission.stored.sha256,
        policy=submission.policy.name,
        policy_sha256=submission.policy.sha256,
        toolkit=TOOLKIT,
        checker=checker,
        key=fingerprint(key.public_key()),
        time=time,
    ).signed(key)


def _record(submission: Submission, act: Act, *, actor: str, time: str, details: str = "") -> None:
    append_event(submission.folder / TRAIL, time=time, actor=actor, act=act.value, details=details)


def votes_on(submission: Submission, votes: Mapping[str, Vote], *, approve_rest: bool) -> dict[str, Vote]:
    """These votes, and with `approve_rest` an approval of every other output that passes by itself."""
    rest = {
        output.name: Vote.APPROVE
        for output in submission.up_for_vote
        if approve_rest and submission.report.of(output.name).outcome is Outcome.PASS
    }
    return {**rest, **votes}
