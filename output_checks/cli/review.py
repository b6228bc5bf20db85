"""`output-checks review` and `output-checks withdraw`: look at a submission, vote on it, take it back."""

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from output_checks.cli.exit_codes import EXIT_CODES
from output_checks.cli.options import add_ledger
from output_checks.errors import InputError
from output_checks.model.review import Decision, Vote
from output_checks.rendering.text import output_text
from output_checks.rendering.words import VERDICTS
from output_checks.store.keys import load_private_key
from output_checks.workflow.inbox import Submission, open_submission
from output_checks.workflow.seal import outcome_of
from output_checks.workflow.vote import expect_may_vote, vote, votes_on, withdraw


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    review = subparsers.add_parser(
        "review",
        help="show a submission with the counts behind it, and vote on it",
        description="Show what was submitted: the verdict on each output, the reason, and the counts behind its cells. "
        "With --as and --key, vote. Every output that would leave needs a vote, and all but a plain approval of an "
        "output that passes need a reason. Votes stay unseen until all are in; the most cautious one counts.",
        epilog="example: output-checks review submissions/growth-2026-1 --as first-checker "
        '--key keys/first-checker.key --return growth_by_track="merge the two smallest tracks" --approve-rest',
    )
    review.add_argument("submission", type=Path, metavar="SUBMISSION", help="the submission's folder")
    review.add_argument("--output", metavar="NAME", help="show one output only, every cell of it")
    review.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    add_ledger(review)
    votes = review.add_argument_group("vote")
    votes.add_argument("--as", dest="checker", metavar="NAME", help="who votes")
    votes.add_argument("--key", type=Path, metavar="FILE", help="the voter's own .key file")
    for choice in Vote:
        votes.add_argument(
            f"--{choice}",
            action="append",
            default=[],
            dest=choice.name.lower(),
            metavar="NAME[=REASON]" if choice is Vote.APPROVE else "NAME=REASON",
            help=_HELP[choice],
        )
    votes.add_argument("--approve-rest", action="store_true", help="approve every other output that passes by itself")
    review.set_defaults(run=run)
    back = subparsers.add_parser(
        "withdraw",
        help="take a submission back, as its author",
        epilog="example: output-checks withdraw submissions/growth-2026-1 --as researcher",
    )
    back.add_argument("submission", type=Path, metavar="SUBMISSION", help="the submission's folder")
    back.add_argument("--as", dest="author", required=True, metavar="NAME", help="its author")
    back.set_defaults(run=take_back)


_HELP = {
    Vote.APPROVE: "it may leave; takes a reason where it does not pass by itself",
    Vote.RETURN: "it may come again after a change",
    Vote.REJECT: "it may not leave",
}


def run(arguments: argparse.Namespace) -> int:
    """Show a submission, or record a vote on it. The exit code is that of the gravest verdict, 0 after a vote."""
    submission = open_submission(arguments.submission, ledger=arguments.ledger)
    votes, reasons = _given(arguments)
    if votes or arguments.approve_rest:
        return _vote(submission, arguments, votes, reasons)
    if arguments.json:
        print(json.dumps(_as_json(submission), indent=2))
    else:
        print("\n".join(_as_text(submission, arguments.output)))
    return EXIT_CODES[submission.report.outcome]


def take_back(arguments: argparse.Namespace) -> int:
    """Withdraw a submission."""
    withdraw(open_submission(arguments.submission), author=arguments.author, now=dt.datetime.now(dt.UTC))
    print("Withdrawn.")
    return 0


def _vote(
    submission: Submission, arguments: argparse.Namespace, votes: dict[str, Vote], reasons: dict[str, str]
) -> int:
    if not arguments.checker or not arguments.key:
        raise InputError("A vote needs the name and the key of who votes.", remedy="--as NAME --key NAME.key")
    key = load_private_key(arguments.key)
    expect_may_vote(submission, arguments.checker, key=key)
    every = votes_on(submission, votes, approve_rest=arguments.approve_rest)
    decision = Decision(checker=arguments.checker, votes=every, reasons=reasons)
    state = vote(submission, decision, key=key, now=dt.datetime.now(dt.UTC))
    for name, choice in every.items():
        print(f"  {choice:8} {name}" + (f": {reasons[name]}" if name in reasons else ""))
    print(f"Voted. The submission is {state}.")
    return 0


def _given(arguments: argparse.Namespace) -> tuple[dict[str, Vote], dict[str, str]]:
    """The votes and reasons on the command line.

    Raises
    ------
    InputError
        An output has two votes.
    """
    votes: dict[str, Vote] = {}
    reasons: dict[str, str] = {}
    for choice in Vote:
        for text in getattr(arguments, choice.name.lower()):
            name, _, reason = text.partition("=")
            if name in votes:
                raise InputError(f"There are two votes on {name!r}.", remedy="one vote for each output")
            votes[name] = choice
            if reason.strip():
                reasons[name] = reason.strip()
    return votes, reasons


def _as_text(submission: Submission, only: str | None) -> Iterator[str]:
    manifest = submission.manifest
    yield f"Submission {manifest.title}, by {manifest.author}, {manifest.submitted}"
    yield f"Policy {submission.policy.label}, version {submission.policy.version}. Units counted:"
    yield from (f"  {level}: {', '.join(columns)}" for level, columns in manifest.units.items())
    yield f"State: {submission.state}. Votes in: {len(submission.signed)} of {submission.votes_required}."
    shown = [output for output in submission.outputs if only in {None, output.name}]
    if not shown:
        known = ", ".join(output.name for output in submission.outputs)
        raise InputError(f"No output of this submission is called {only!r}.", remedy=f"one of: {known}")
    refused = {output.name for output in submission.refused}
    for output in shown:
        yield ""
        judged = submission.report.of(output.name)
        yield from output_text(output, judged, submission.contents, most_rows=None if only else 12)
        if output.name in refused:
            yield "  Refused: its files are not in the export."
        for line in _votes_text(submission, output.name):
            yield f"  {line}"


def _votes_text(submission: Submission, name: str) -> Sequence[str]:
    if not submission.decisions or name not in submission.decisions[0].votes:
        return []
    lines = [f"Votes come to: {outcome_of(submission, name)}."]
    for decision in submission.decisions:
        reason = decision.reasons.get(name, "")
        lines.append(f"  {decision.checker}: {decision.votes[name]}" + (f" ({reason})" if reason else ""))
    return lines


def _as_json(submission: Submission) -> dict[str, object]:
    refused = {output.name for output in submission.refused}
    return {
        "submission": submission.manifest.title,
        "author": submission.manifest.author,
        "policy": submission.policy.label,
        "policy_sha256": submission.policy.sha256,
        "state": submission.state.value,
        "votes": len(submission.signed),
        "votes_required": submission.votes_required,
        "outcome": submission.report.outcome.value,
        "outputs": [
            {
                "output": item.output,
                "outcome": item.outcome.value,
                "verdict": VERDICTS[item.outcome],
                "reason": item.reason,
                "refused": item.output in refused,
                "vote": outcome_of(submission, item.output).value
                if submission.decisions and item.output not in refused
                else None,
            }
            for item in submission.report.outputs
        ],
    }
