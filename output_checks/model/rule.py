"""What a rule is: documented, pure, and unable to pass by not knowing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from output_checks.model.evidence import FactName, FileContent, Flags, Floats, Origin, Output
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says of itself; the reference manual is made of these fields."""

    code: str
    title: str
    aim: str
    """What disclosure the rule prevents, in a sentence."""
    advice: str
    """What a researcher can do about a finding."""
    rationale: str
    source: str
    thresholds: tuple[str, ...] = ()
    """Names of the policy thresholds it reads."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Per cell: does it fail, or does a person have to look? Neither is a pass."""

    fail: Flags
    review: Flags

    @staticmethod
    def failing(fail: Flags) -> "Judgement":
        return Judgement(fail=fail, review=np.zeros_like(fail))


class OfPerturbed(StrEnum):
    """What a rule for published cells says of one whose number was perturbed."""

    SAME = "the same"
    REVIEW = "a fail needs review"  # what it rests on may be so, and is not certain
    NOTHING = "nothing"  # how far the number can be narrowed down is judged instead


@dataclass(frozen=True, kw_only=True)
class CellRule(Rule):
    """Judges the cells of a tabulation from named facts.

    `check` gets the values of the facts it needs, in that order, and the policy's thresholds for this unit level. It
    is called only when every fact is there from an accepted origin; a fact that is missing, or unknown for a cell that
    is judged, makes the finding `REVIEW`.
    """

    kinds: frozenset[Kind]
    needs: tuple[FactName, ...]
    accepts: frozenset[Origin] = frozenset({Origin.DERIVED, Origin.COMPUTED})
    per_unit: bool = False
    """Run once for each unit level that the policy protects."""
    per_variable: bool = False
    """Run once for each variable of the tabulation."""
    judges_hidden: bool = False
    """Judge the suppressed cells instead of the published ones."""
    judges_perturbed: bool = False
    """Judge only cells whose numbers were perturbed."""
    of_perturbed: OfPerturbed = OfPerturbed.SAME
    check: Callable[[Sequence[Floats], Mapping[str, float]], Judgement]
    message: str
    """Sentence for a finding; may use {cells}, {unit} and {variable}, never a value."""


@dataclass(frozen=True, kw_only=True)
class FileRule(Rule):
    """Judges a file from what reading it tells."""

    check: Callable[[FileContent, Output, Policy], tuple[Outcome, str]]


@dataclass(frozen=True, kw_only=True)
class ReleaseRule(Rule):
    """Judges outputs together: what each is safe alone may disclose beside another."""

    check: Callable[[Sequence[Output], Policy], Sequence[tuple[str, Finding]]]
