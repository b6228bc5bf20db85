"""Suppression: a hidden cell is hidden only if nobody can get it back."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind

_ROUNDING = 1e-6


def _interval_too_narrow(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    sensitive, lower, upper, records = facts
    narrow = upper - lower < limits["minimum_interval_width"] * records - _ROUNDING
    return Judgement.failing((sensitive > 0) & narrow)


def _total_too_narrow(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    sensitive, percent = facts
    return Judgement.failing((sensitive > 0) & (percent < limits["minimum_interval_percent"] - _ROUNDING))


HIDDEN_BUT_KNOWN = CellRule(
    code="SUP1",
    title="A suppressed cell can be worked out",
    aim="What is hidden in one place must not follow from the totals, another table or both together.",
    advice=(
        "Ask for the table with suppress=True; where another output gives it away, give both margins=True, so that "
        "both are protected with their totals, or publish one of the two."
    ),
    rationale=(
        "The attacker takes all published cells of the same records together and works out the lowest and highest "
        "value each hidden count can have. Without those bounds nothing counts as suppressed. Judged are the cells "
        "that are sensitive themselves; one that is hidden only to protect them may become known, as long as they "
        "do not. Where units have several records, the width is asked for in records of as many units."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, secondary suppression and audit",
    thresholds=("minimum_interval_width",),
    kinds=frozenset({Kind.FREQUENCY}),
    needs=(FactName.SENSITIVE, FactName.LOWER_BOUND, FactName.UPPER_BOUND, FactName.RECORDS_PER_UNIT),
    judges_hidden=True,
    check=_interval_too_narrow,
    message="{cells} hidden, but too easy to work out from what is published",
)

HIDDEN_TOTAL_BUT_KNOWN = CellRule(
    code="SUP2",
    title="A suppressed total or mean can be worked out",
    aim=HIDDEN_BUT_KNOWN.aim,
    advice=HIDDEN_BUT_KNOWN.advice,
    rationale=(
        "As SUP1, for the total behind a sum or a mean: a published mean and its count give the total away, and totals "
        "add up over a table. Of a ratio or a weighted mean the denominators are taken as known."
    ),
    source=HIDDEN_BUT_KNOWN.source,
    thresholds=("minimum_interval_percent",),
    kinds=frozenset(kind for kind in Kind if kind.adds_up),
    needs=(FactName.SENSITIVE, FactName.INTERVAL_PERCENT),
    judges_hidden=True,
    check=_total_too_narrow,
    message=HIDDEN_BUT_KNOWN.message,
)

RULES = (HIDDEN_BUT_KNOWN, HIDDEN_TOTAL_BUT_KNOWN)
