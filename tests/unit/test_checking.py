"""The check as a whole fails closed."""

import dataclasses

import pytest

from output_checks import checking
from output_checks.checking import check, sensitive_cells
from output_checks.model.evidence import FactName, FileContent, Output, OutputKind
from output_checks.model.finding import Outcome, most_cautious
from output_checks.model.statistic import Kind, Statistic
from output_checks.rules import CELL_RULES, FILE_RULES, RELEASE_RULES
from tests.factories import output, policy, tabulation


def broken(*_):
    raise ZeroDivisionError("with a value 123456789 in it")


def test_nothing_checked_is_not_a_pass():
    assert most_cautious([]) is Outcome.REVIEW
    assert most_cautious([Outcome.NOT_APPLICABLE]) is Outcome.REVIEW
    assert check([Output(name="x", kind=OutputKind.FILE, title="")], policy(), toolkit="t").outcome is Outcome.REVIEW
    assert check([], policy(), toolkit="t").outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    ("registry", "rules"), [("CELL_RULES", CELL_RULES), ("FILE_RULES", FILE_RULES), ("RELEASE_RULES", RELEASE_RULES)]
)
def test_a_rule_that_crashes_needs_review_and_tells_no_value(monkeypatch, registry, rules):
    monkeypatch.setattr(checking, registry, tuple(dataclasses.replace(rule, check=broken) for rule in rules))
    facts = {(FactName.CONTRIBUTORS, unit): [500.0] for unit in ("pupil", "school")}
    facts[FactName.SHARE_OF_LINE, "group"] = [0.5]
    crashed = dataclasses.replace(
        output(tabulation([500], facts=facts)), files=(FileContent(name="a.csv", sha256="", size=1, readable=True),)
    )
    report = check([crashed], policy(), toolkit="t").outputs[0]
    assert report.outcome is Outcome.REVIEW
    assert not any("123456789" in finding.message + finding.detail for finding in report.findings)


def test_an_unknown_statistic_needs_review():
    table = tabulation([1], statistic=Statistic.UNKNOWN)
    assert check([output(table)], policy(), toolkit="t").outcome is Outcome.REVIEW


def test_messages_hold_no_value_and_details_hold_the_counts():
    facts = {(FactName.CONTRIBUTORS, unit): [7.0] for unit in ("pupil", "school")}
    findings = check([output(tabulation([7], facts=facts))], policy(), toolkit="t").outputs[0].findings
    failed = next(finding for finding in findings if finding.outcome is Outcome.FAIL)
    assert "7" not in failed.message
    assert "7" in failed.detail


def test_sensitive_cells_are_those_that_fail():
    facts = {
        (FactName.CONTRIBUTORS, "pupil"): [9, 10, 0],
        (FactName.CONTRIBUTORS, "school"): [3, 3, 0],
        (FactName.SHARE_OF_LINE, "group"): [0.4, 0.6, 0],
    }
    assert sensitive_cells([tabulation([9, 10, 0], facts=facts)], policy()).tolist() == [True, False, False]


def test_every_kind_of_statistic_but_the_unknown_one_has_a_rule_for_what_is_published():
    ruled = {kind for rule in CELL_RULES if not rule.judges_hidden for kind in rule.kinds}
    assert set(Kind) - ruled == {Kind.UNKNOWN}
