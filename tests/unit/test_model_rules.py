"""The rules on models from bare facts: below, on and above each limit, and silent on the near miss."""

import numpy as np
import pytest

from output_checks.checking import check
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from tests.factories import output, policy, tabulation
from tests.unit.test_rules import outcome_of

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


def coefficient(facts, statistic=Statistic.COEFFICIENT):
    return tabulation([1.5], facts=facts, statistic=statistic)


@pytest.mark.parametrize(
    ("left", "expected"),
    [(0, FAIL), (0.00009, FAIL), (0.0001, REVIEW), (0.0099, REVIEW), (0.01, PASS), (0.4, PASS), (1.2, PASS)],
)
def test_a_model_must_leave_something_unexplained(left, expected):
    assert outcome_of("MOD5", coefficient({FactName.UNEXPLAINED: [left]}))[0].outcome is expected


@pytest.mark.parametrize(("units", "expected"), [(0, REVIEW), (9, REVIEW), (10, PASS), (np.inf, PASS)])
def test_a_rare_value_beside_a_coefficient_is_for_a_person(units, expected):
    facts = {(FactName.RARE_VALUE, "pupil"): [units], (FactName.RARE_VALUE, "school"): [3]}
    assert [finding.outcome for finding in outcome_of("MOD6", coefficient(facts))] == [expected, PASS]


@pytest.mark.parametrize(("clusters", "expected"), [(2, REVIEW), (9, REVIEW), (10, PASS), (np.inf, PASS)])
def test_few_clusters_are_for_a_person(clusters, expected):
    assert outcome_of("MOD7", coefficient({FactName.CLUSTERS: [clusters]}))[0].outcome is expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [(0.3, 0.6, PASS), (0.5, 0.8, PASS), (0.5, 0.81, REVIEW), (0.8, 1.0, REVIEW), (0.81, 0.9, FAIL), (1.0, 1.0, FAIL)],
)
def test_a_school_may_dominate_no_combination_of_columns_nor_may_two(one, two, expected):
    facts = {
        (name, level): [number if level == "school" else 0.0]
        for level in ("pupil", "school")
        for name, number in ((FactName.CONCENTRATION, one), (FactName.CONCENTRATION_OF_TWO, two))
    }
    assert [finding.outcome for finding in outcome_of("MOD8", coefficient(facts))] == [PASS, expected]


def two_models(first, second):
    """Two models whose only term names a group of so many pupils and schools, with that fingerprint and signature."""
    made = []
    for number, (pupils, schools, members, signature) in enumerate((first, second)):
        facts = {
            FactName.GROUP: [members],
            FactName.GROUP_SIGNATURE: [signature],
            (FactName.GROUP_UNITS, "pupil"): [pupils],
            (FactName.GROUP_UNITS, "school"): [schools],
        }
        made.append(output(coefficient(facts), name=f"m{number}"))
    found = check(made, policy(), toolkit="test").of("m1").findings
    return next(finding.outcome for finding in found if finding.rule == "MOD9")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((300, 20, 111, 7), PASS),  # the same group
        ((299, 20, 222, 7), REVIEW),
        ((291, 20, 222, 8), REVIEW),  # of the same name, whatever the signature
        ((290, 20, 222, 8), PASS),
        ((300, 20, 222, 7), REVIEW),  # as many, nearly the same, and not the same
        ((300, 20, 222, 8), PASS),  # as many by chance
        ((330, 21, 222, 7), REVIEW),  # one school more
        ((390, 23, 222, 7), PASS),
        ((np.nan, np.nan, np.nan, np.nan), PASS),  # a term that names nobody
    ],
)
def test_groups_of_two_models_that_differ_by_few_are_for_a_person(second, expected):
    assert two_models((300, 20, 111, 7), second) is expected


def test_the_statistics_of_a_test_are_judged_as_coefficients_are():
    for statistic in (Statistic.TEST_STATISTIC, Statistic.P_VALUE):
        few = coefficient({FactName.RESIDUAL_DEGREES_OF_FREEDOM: [9]}, statistic)
        assert outcome_of("MOD1", few)[0].outcome is FAIL
