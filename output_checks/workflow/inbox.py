"""Open a submission as an output checker: all that lies in the folder is verified, and judged again on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import Output
from output_checks.model.finding import CheckReport
from output_checks.model.policy import Policy
from output_checks.model.policy_file import policy_from_mapping
from output_checks.model.review import Act, Decision, State
from output_checks.policies import expect_accepted
from output_checks.store.audit import AuditEvent, read_trail
from output_checks.store.codec import decode
from output_checks.store.decision import SignedDecision, read_decisions
from output_checks.store.members import decode_members, with_members
from output_checks.store.submission import EVIDENCE, FORM, MANIFEST, MEMBERS, TRAIL, Manifest, Stored, read_submission
from output_checks.workflow.judge import is_refused, judge
from output_checks.workflow.remembering import remembered
from output_checks.workflow.submit import SUBMIT


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submission with the verdict of this machine. `decisions` are there for all to see once all are in."""

    stored: Stored
    policy: Policy
    outputs: tuple[Output, ...]
    report: CheckReport
    state: State
    signed: tuple[SignedDecision, ...]
    ledger: Path | None = None
    """The ledger that it was judged beside here."""

    @property
    def folder(self) -> Path:
        return self.stored.folder

    @property
    def manifest(self) -> Manifest:
        return self.stored.manifest

    @property
    def contents(self) -> Mapping[str, bytes]:
        """Every file of every output by name, the withheld ones too."""
        return {**self.stored.export, **self.stored.withheld}

    @property
    def up_for_vote(self) -> tuple[Output, ...]:
        """The outputs that would leave; refused ones are not voted on."""
        return tuple(output for output in self.outputs if self._leaves(output))

    @property
    def refused(self) -> tuple[Output, ...]:
        return tuple(output for output in self.outputs if not self._leaves(output))

    def _leaves(self, output: Output) -> bool:
        """Whether it would: not refused here, and not withheld where it was submitted."""
        withheld = any(item.name in self.stored.withheld for item in output.files)
        return not withheld and not is_refused(output, self.report.of(output.name))

    @property
    def votes_required(self) -> int:
        return int(self.policy.threshold("votes_required").value)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """All votes, once they are in; before that none, so that nobody is swayed."""
        in_view = self.state in {State.DECIDED, State.RELEASED}
        return tuple(item.decision for item in self.signed) if in_view else ()


def open_submission(folder: Path, *, ledger: Path | None = None) -> Submission:
    """Read, verify and judge a submission, beside what left before it by the ledger given, or else by its author's.

    Raises
    ------
    InputError
        There is none, or its evidence is damaged.
    IntegrityError
        A file, vote or the audit trail was changed, or the export holds other files than the outputs to be judged.
    PolicyError
        It was made under a policy that is not in force here, or under a loosened one.
    """
    stored = read_submission(folder)
    policy = policy_from_mapping(stored.manifest.policy)
    expect_accepted(policy)
    evidence = decode(stored.evidence, tuple[Output, ...], source=f"{folder / EVIDENCE}")
    members = decode_members(stored.members, source=f"{folder / MEMBERS}")
    evidence = tuple(with_members(output, members) for output in evidence)
    if len({output.name for output in evidence}) < len(evidence):
        raise InputError(f"{folder / EVIDENCE} names two outputs alike.", remedy="submit again")
    place = ledger or (Path(stored.manifest.ledger) if stored.manifest.ledger else None)
    earlier = remembered(place, units=stored.manifest.units, than=stored.sha256)
    outputs, report = judge(evidence, {**stored.export, **stored.withheld}, policy, earlier=earlier)
    signed = read_decisions(folder)
    submission = Submission(
        stored=stored,
        policy=policy,
        outputs=outputs,
        report=report,
        state=_state(folder, stored, signed, votes_required=int(policy.threshold("votes_required").value)),
        signed=signed,
        ledger=place,
    )
    _expect_only_judged_files(submission)
    return submission


def _state(folder: Path, stored: Stored, signed: tuple[SignedDecision, ...], *, votes_required: int) -> State:
    """Where it stands, told by the audit trail; votes and trail must agree, so that neither can be edited alone."""
    first, *later = read_trail(folder / TRAIL) or (None,)
    if first is None or (first.act, first.details) != (SUBMIT, stored.sha256):
        raise IntegrityError(f"{folder / TRAIL} does not begin with this {MANIFEST}.", remedy="submit again")
    voted = {(event.actor, event.details) for event in later if event.act == Act.VOTE}
    if voted != {(item.decision.checker, item.sha256) for item in signed}:
        raise IntegrityError(
            f"The votes in {folder} are not those in its audit trail.", remedy="the copy in a backup, or submit again"
        )
    acts = {event.act for event in later}
    if Act.WITHDRAW in acts:
        return State.WITHDRAWN
    if Act.RELEASE in acts:
        return State.RELEASED
    return State.DECIDED if len(signed) >= votes_required else State.SUBMITTED


def _expect_only_judged_files(submission: Submission) -> None:
    """The export must have every file that may be voted on, and no file of which nobody knows what it is.

    It may have files of outputs that are refused here and were not there, as the ledger here knows of more: these are
    not up for a vote, and so are never sealed.
    """
    expected = {item.name for output in submission.up_for_vote for item in output.files} | {FORM}
    refused = {item.name for output in submission.refused for item in output.files}
    found = set(submission.stored.export)
    more = found - expected - (refused - set(submission.stored.withheld))
    if more or expected - found:
        raise IntegrityError(
            f"The export of {submission.folder} "
            + ("holds files that may not leave." if more else "lacks files of outputs that would leave."),
            remedy="submit again; refused outputs are withheld",
        )


def events(folder: Path) -> tuple[AuditEvent, ...]:
    """The audit trail of a submission, checked."""
    return read_trail(folder / TRAIL)
