"""Judgement: what the rules found, and what they could not find out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a rule says of an output. There is no 'probably fine': a missing fact is `REVIEW`."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    REVIEW = "review"
    NOT_APPLICABLE = "not applicable"


_SEVERITY = {Outcome.NOT_APPLICABLE: 0, Outcome.PASS: 1, Outcome.REVIEW: 2, Outcome.FAIL: 3}


def most_cautious(outcomes: Iterable[Outcome]) -> Outcome:
    """The most severe of these. Nothing checked, or nothing that applied, is `REVIEW`: silence is not a pass."""
    worst = max(outcomes, key=_SEVERITY.__getitem__, default=Outcome.NOT_APPLICABLE)
    return Outcome.REVIEW if worst is Outcome.NOT_APPLICABLE else worst


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule says of one tabulation, file or whole output.

    `message` is a sentence without any value from the data, fit for a notebook or a log. `detail` may hold the counts
    behind it and is shown to output checkers only. `cells` are positions in the tabulation.
    """

    rule: str
    outcome: Outcome
    message: str
    tabulation: int | None = None
    cells: tuple[int, ...] = ()
    detail: str = field(default="", repr=False)
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class OutputReport:
    """Every finding on one output, passes included: the list of checks that ran is part of the verdict."""

    output: str
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        return most_cautious(finding.outcome for finding in self.findings)

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The findings that decide the verdict, the gravest first, the same words once; empty for a pass."""
        grave = [finding for finding in self.findings if finding.outcome in {Outcome.FAIL, Outcome.REVIEW}]
        once = list({(finding.rule, finding.message): finding for finding in grave}.values())
        return tuple(sorted(once, key=lambda finding: -_SEVERITY[finding.outcome]))

    @property
    def reason(self) -> str:
        """The verdict in a sentence."""
        if self.reasons:
            return self.reasons[0].message
        ran = len({finding.rule for finding in self.findings if finding.outcome is Outcome.PASS})
        return f"All {ran} rules that apply were met."


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """The judgement on a whole release under one policy."""

    policy: str
    policy_sha256: str
    toolkit: str
    outputs: tuple[OutputReport, ...]

    @property
    def outcome(self) -> Outcome:
        return most_cautious(report.outcome for report in self.outputs)

    def of(self, output: str) -> OutputReport:
        return next(report for report in self.outputs if report.output == output)
