"""Every cell rule: silent on the near miss, below, on and above its threshold."""

from dataclasses import replace

import numpy as np
import pytest

from output_checks.checking import check
from output_checks.model.evidence import FactName, Origin
from output_checks.model.finding import Outcome
from output_checks.model.perturbation import Method, Perturbation
from output_checks.model.statistic import Statistic
from output_checks.rules import CELL_RULES, RULES
from tests.factories import output, policy, tabulation

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


def outcome_of(rule: str, table, **limits):
    """What one rule says of one tabulation, over all unit levels it runs for."""
    findings = check([output(table)], policy(**limits), toolkit="test").outputs[0].findings
    return [finding for finding in findings if finding.rule == rule]


def contributors(pupils, schools=None):
    return {
        (FactName.CONTRIBUTORS, "pupil"): [pupils],
        (FactName.CONTRIBUTORS, "school"): [5 if schools is None else schools],
    }


@pytest.mark.parametrize(("pupils", "expected"), [(0, PASS), (1, FAIL), (9, FAIL), (10, PASS), (11, PASS)])
def test_a_count_needs_ten_pupils_or_none(pupils, expected):
    found = outcome_of("THR1", tabulation([pupils], facts=contributors(pupils)))
    assert found[0].outcome is expected


@pytest.mark.parametrize(("schools", "expected"), [(1, FAIL), (2, FAIL), (3, PASS)])
def test_many_pupils_of_few_schools_fail_on_the_schools(schools, expected):
    found = outcome_of("THR1", tabulation([400], facts=contributors(400, schools)))
    assert [finding.outcome for finding in found] == [PASS, expected]


def magnitude(total, largest, second):
    facts = {}
    for level in ("pupil", "school"):
        facts[FactName.TOTAL, level] = [total]
        facts[FactName.LARGEST, level] = [largest]
        facts[FactName.SECOND_LARGEST, level] = [second]
    return tabulation([total], facts=facts, statistic=Statistic.SUM)


@pytest.mark.parametrize(("largest", "expected"), [(49.9, PASS), (50, PASS), (50.1, FAIL)])
def test_one_pupil_may_hold_half_of_a_total_and_no_more(largest, expected):
    assert outcome_of("DOM1", magnitude(100, largest, 1))[0].outcome is expected


@pytest.mark.parametrize(("rest", "expected"), [(3.9, FAIL), (4, PASS), (4.1, PASS)])
def test_the_rest_must_blur_the_largest_by_ten_percent(rest, expected):
    assert outcome_of("DOM2", magnitude(40 + 30 + rest, 40, 30))[0].outcome is expected


def test_a_total_of_zeros_is_dominated_by_nobody():
    assert [finding.outcome for finding in outcome_of("DOM1", magnitude(0, 0, 0))] == [PASS, PASS]
    assert [finding.outcome for finding in outcome_of("DOM2", magnitude(0, 0, 0))] == [PASS, PASS]


@pytest.mark.parametrize(("share", "expected"), [(0, PASS), (0.899, PASS), (0.9, REVIEW), (0.999, REVIEW), (1, FAIL)])
def test_a_whole_group_in_one_category_fails_and_nearly_needs_review(share, expected):
    table = tabulation([100], facts={(FactName.SHARE_OF_LINE, "group"): [share]})
    assert outcome_of("CLS1", table)[0].outcome is expected


@pytest.mark.parametrize(("distinct", "expected"), [(0, PASS), (1, FAIL), (2, PASS)])
def test_a_mean_of_equal_values_fails(distinct, expected):
    table = tabulation([61], facts={FactName.DISTINCT_VALUES: [distinct]}, statistic=Statistic.MEAN)
    assert outcome_of("CLS2", table)[0].outcome is expected


@pytest.mark.parametrize(
    ("rule", "fact", "values"),
    [
        ("MOD1", FactName.RESIDUAL_DEGREES_OF_FREEDOM, [(9, FAIL), (10, PASS), (11, PASS)]),
        ("MOD2", FactName.PARAMETERS_PER_OBSERVATION, [(0.32, PASS), (0.33, PASS), (0.34, FAIL)]),
        ("MOD4", FactName.LARGEST_LEVERAGE, [(0.1, PASS), (0.11, REVIEW), (0.5, REVIEW), (0.51, FAIL)]),
    ],
)
def test_model_limits(rule, fact, values):
    for value, expected in values:
        table = tabulation([1.5], facts={fact: [value]}, statistic=Statistic.COEFFICIENT)
        assert outcome_of(rule, table)[0].outcome is expected, (rule, value)


@pytest.mark.parametrize(("units", "expected"), [(9, FAIL), (10, PASS), (11, PASS)])
def test_a_coefficient_that_rests_on_nine_pupils_fails(units, expected):
    facts = {(FactName.RARE_SIDE, "pupil"): [units], (FactName.RARE_SIDE, "school"): [3]}
    found = outcome_of("MOD3", tabulation([1.5], facts=facts, statistic=Statistic.COEFFICIENT))
    assert [finding.outcome for finding in found] == [expected, PASS]


def units_of(**names):
    """Facts per unit level: `sharing=12` for pupils, with plenty of schools."""
    facts = {}
    for name, pupils in names.items():
        facts[FactName[name.upper()], "pupil"] = [pupils]
        facts[FactName[name.upper()], "school"] = [3]
    return facts


@pytest.mark.parametrize(
    ("rule", "statistic", "fact"),
    [
        ("EXT1", Statistic.MAXIMUM, "sharing"),
        ("EXT1", Statistic.RANGE, "sharing"),
        ("EXT1", Statistic.LOWER_WHISKER, "sharing"),
        ("EXT4", Statistic.MODE, "sharing"),
        ("EXT5", Statistic.CONCENTRATION_RATIO, "sharing"),
        ("THR3", Statistic.MEAN, "away_from_mode"),
        ("THR3", Statistic.RATIO, "away_from_mode"),
        ("RAT1", Statistic.RATIO, "denominator_contributors"),
        ("RAT1", Statistic.WEIGHTED_MEAN, "denominator_contributors"),
        ("PCT1", Statistic.PERCENT_OF_ROW, "complement"),
    ],
)
@pytest.mark.parametrize(("units", "expected"), [(0, PASS), (1, FAIL), (9, FAIL), (10, PASS), (np.inf, PASS)])
def test_ten_pupils_must_share_or_make_a_number(rule, statistic, fact, units, expected):
    table = tabulation([60], facts=units_of(**{fact: units}), statistic=statistic)
    assert [finding.outcome for finding in outcome_of(rule, table)] == [expected, PASS]


@pytest.mark.parametrize(("units", "expected"), [(1, REVIEW), (9, REVIEW), (10, PASS)])
def test_a_percentile_that_few_have_needs_review(units, expected):
    table = tabulation([60], facts=units_of(sharing=units), statistic=Statistic.PERCENTILE_90)
    assert outcome_of("EXT3", table)[0].outcome is expected


@pytest.mark.parametrize("side", ["at_or_below", "at_or_above", "between"])
@pytest.mark.parametrize(("units", "expected"), [(9, FAIL), (10, PASS), (11, PASS)])
def test_a_percentile_needs_ten_pupils_on_each_side_and_to_the_one_before(side, units, expected):
    facts = units_of(**({"at_or_below": 50, "at_or_above": 50, "between": np.inf} | {side: units}))
    table = tabulation([60], facts=facts, statistic=Statistic.MEDIAN)
    assert outcome_of("EXT2", table)[0].outcome is expected


@pytest.mark.parametrize(("share", "expected"), [(0.5, PASS), (0.899, PASS), (0.9, REVIEW), (1, FAIL)])
def test_a_mode_that_everyone_has_fails(share, expected):
    table = tabulation([3], facts={FactName.SHARE_OF_MODE: [share]}, statistic=Statistic.MODE)
    assert outcome_of("CLS4", table)[0].outcome is expected


@pytest.mark.parametrize(("degrees", "expected"), [(9, FAIL), (10, PASS), (np.inf, PASS)])
def test_a_correlation_of_few_pupils_fails(degrees, expected):
    facts = {FactName.RESIDUAL_DEGREES_OF_FREEDOM: [degrees]}
    assert outcome_of("COR1", tabulation([0.5], facts=facts, statistic=Statistic.CORRELATION))[0].outcome is expected


@pytest.mark.parametrize(
    ("left", "expected"), [(0, FAIL), (0.00009, FAIL), (0.0001, REVIEW), (0.0099, REVIEW), (0.01, PASS)]
)
def test_a_correlation_of_one_gives_the_other_variable_away(left, expected):
    facts = {FactName.UNEXPLAINED: [left]}
    assert outcome_of("COR2", tabulation([0.5], facts=facts, statistic=Statistic.CORRELATION))[0].outcome is expected


@pytest.mark.parametrize(("largest", "expected"), [(49.9, PASS), (50, PASS), (50.1, FAIL)])
def test_one_pupil_may_hold_half_of_a_denominator_and_no_more(largest, expected):
    facts = {}
    for level in ("pupil", "school"):
        facts[FactName.DENOMINATOR_TOTAL, level] = [100]
        facts[FactName.DENOMINATOR_LARGEST, level] = [largest]
        facts[FactName.DENOMINATOR_SECOND_LARGEST, level] = [1]
    table = tabulation([0.3], facts=facts, statistic=Statistic.RATIO)
    assert outcome_of("RAT2", table)[0].outcome is expected
    assert outcome_of("RAT3", table)[0].outcome is PASS


@pytest.mark.parametrize(("rest", "expected"), [(3.9, FAIL), (4, PASS)])
def test_the_rest_of_the_weights_must_blur_the_largest(rest, expected):
    facts = {}
    for level in ("pupil", "school"):
        facts[FactName.DENOMINATOR_TOTAL, level] = [40 + 30 + rest]
        facts[FactName.DENOMINATOR_LARGEST, level] = [40]
        facts[FactName.DENOMINATOR_SECOND_LARGEST, level] = [30]
    assert outcome_of("RAT3", tabulation([3], facts=facts, statistic=Statistic.WEIGHTED_MEAN))[0].outcome is expected


@pytest.mark.parametrize(("hidden", "expected"), [(0, PASS), (1, FAIL), (2, FAIL)])
@pytest.mark.parametrize("statistic", [Statistic.PERCENT_OF_TOTAL, Statistic.CUMULATIVE_COUNT])
def test_a_percentage_beside_hidden_cells_whose_total_it_tells_fails(statistic, hidden, expected):
    cells = [50.0] * 3
    table = tabulation(cells, statistic=statistic, hidden=list(range(hidden)))
    assert outcome_of("PCT2", table)[0].outcome is expected


@pytest.mark.parametrize(
    ("upper", "records", "expected"),
    [(9, 1, FAIL), (10, 1, PASS), (11, 1, PASS), (19, 2, FAIL), (20, 2, PASS)],
)
def test_a_hidden_count_must_stay_uncertain_by_ten_units(upper, records, expected):
    bounds = {
        FactName.LOWER_BOUND: [0],
        FactName.UPPER_BOUND: [upper],
        FactName.RECORDS_PER_UNIT: [records],
    }
    whole = {(FactName.SHARE_OF_LINE, "group"): [0]}
    sensitive = tabulation([3], facts=contributors(3) | whole | bounds, hidden=[0])
    assert outcome_of("SUP1", sensitive)[0].outcome is expected
    protecting = tabulation([300], facts=contributors(300) | whole | bounds, hidden=[0])
    assert outcome_of("SUP1", protecting)[0].outcome is PASS
    unknown = tabulation([3], facts=bounds, hidden=[0])
    assert outcome_of("SUP1", unknown)[0].outcome is REVIEW


@pytest.mark.parametrize(("percent", "expected"), [(9.9, FAIL), (10, PASS), (np.inf, PASS)])
def test_a_hidden_total_must_stay_uncertain_by_ten_percent(percent, expected):
    facts = contributors(3) | {FactName.INTERVAL_PERCENT: [percent]}
    table = tabulation([3], facts=facts, hidden=[0], statistic=Statistic.MEAN)
    assert outcome_of("SUP2", table)[0].outcome is expected


def test_hidden_cells_are_not_judged_by_their_size():
    facts = contributors(3) | {FactName.LOWER_BOUND: [0], FactName.UPPER_BOUND: [30]}
    assert {finding.outcome for finding in outcome_of("THR1", tabulation([3], facts=facts, hidden=[0]))} == {
        Outcome.NOT_APPLICABLE
    }


ALWAYS_DERIVED = {FactName.HIDDEN_IN_TOTAL}  # by the checker, from which cells are hidden; it cannot be missing
FROM_EVIDENCE = [rule for rule in CELL_RULES if not set(rule.needs) <= ALWAYS_DERIVED]


@pytest.mark.parametrize("rule", FROM_EVIDENCE, ids=lambda rule: rule.code)
def test_no_rule_passes_on_a_fact_that_is_missing_unknown_or_only_declared(rule):
    """The same tabulation with every fact the rule needs left out, NaN, or declared by the researcher."""
    statistic = next(item for item in Statistic if item.kind in rule.kinds)
    hidden = [0] if rule.judges_hidden else []
    levels = ["pupil", "school"] if rule.per_unit else ["group"] if rule.per_variable else [""]
    unknown = {(name, of): [np.nan] for name in rule.needs for of in levels}
    plenty = {(name, of): [500.0] for name in rule.needs for of in levels}
    for table in (
        tabulation([1], statistic=statistic, hidden=hidden),
        tabulation([1], statistic=statistic, hidden=hidden, facts=unknown),
        tabulation([1], statistic=statistic, hidden=hidden, facts=plenty, origin=Origin.DECLARED),
    ):
        made = Perturbation(method=Method.MIDPOINT, numbers=np.array([6.0]), base=11)
        found = outcome_of(rule.code, replace(table, perturbed=made) if rule.judges_perturbed else table)
        assert {finding.outcome for finding in found} == {REVIEW}
        assert len(found) == len(levels) or not table.facts


def test_every_rule_documents_itself_with_a_code_of_its_own():
    assert len({rule.code for rule in RULES}) == len(RULES)
    for rule in RULES:
        for field in (rule.title, rule.aim, rule.advice, rule.rationale, rule.source):
            assert field.strip(), rule.code


def test_every_threshold_that_a_rule_names_is_in_the_policy():
    known = {item.name for item in policy().thresholds}
    assert {name for rule in RULES for name in rule.thresholds} <= known


@pytest.mark.parametrize(("units", "expected"), [(1, FAIL), (9, FAIL), (10, PASS), (0, PASS)])
def test_a_mean_of_two_values_needs_ten_pupils_at_each(units, expected):
    facts = {(FactName.RARE_SIDE, "pupil"): [units], (FactName.RARE_SIDE, "school"): [3]}
    assert outcome_of("THR2", tabulation([0.1], facts=facts, statistic=Statistic.MEAN))[0].outcome is expected
