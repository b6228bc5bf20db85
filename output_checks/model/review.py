"""The life of a submission: who may do what, and when. Everything about states is on this page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from output_checks.errors import WorkflowError


class State(StrEnum):
    """Where a submission stands."""

    SUBMITTED = "submitted"  # waits for output checkers; owned by them
    DECIDED = "decided"  # every required vote is in; owned by them
    RELEASED = "released"  # approved outputs are sealed; final
    WITHDRAWN = "withdrawn"  # taken back by its author; final


class Act(StrEnum):
    VOTE = "vote"
    RELEASE = "release"
    WITHDRAW = "withdraw"


TRANSITIONS: Mapping[tuple[State, Act], frozenset[State]] = {
    (State.SUBMITTED, Act.VOTE): frozenset({State.SUBMITTED, State.DECIDED}),
    (State.SUBMITTED, Act.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.DECIDED, Act.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.DECIDED, Act.RELEASE): frozenset({State.RELEASED}),
}
"""What may happen in each state, and where it can lead. An act that is not here is not allowed."""


class Vote(StrEnum):
    """What one output checker says of one output."""

    APPROVE = "approve"
    RETURN = "return"  # may come again after a change
    REJECT = "reject"  # may not leave


_CAUTION = {Vote.APPROVE: 0, Vote.RETURN: 1, Vote.REJECT: 2}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One checker's votes on every output of a submission, with a reason for each that is not a plain approval."""

    checker: str
    votes: Mapping[str, Vote]
    reasons: Mapping[str, str]


def expect_allowed(state: State, act: Act) -> None:
    """Raise WorkflowError where this act is not possible in this state."""
    if (state, act) not in TRANSITIONS:
        possible = sorted(allowed for current, allowed in TRANSITIONS if current is state)
        raise WorkflowError(
            f"A submission that is {state} does not allow this: {act}.",
            remedy=f"one of: {', '.join(possible)}" if possible else "a new submission",
        )


def settled(decisions: Sequence[Decision], output: str) -> Vote:
    """The outcome for one output: the most cautious vote counts, so that one checker's doubt is enough to stop it."""
    return max((decision.votes[output] for decision in decisions), key=_CAUTION.__getitem__)
