"""What a policy says of a threshold in words, the rules do: below it, on it and above it, and when it is tightened."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.model.evidence import FactName
from output_checks.model.policy import KINDS, Stricter
from output_checks.policies import load_policy, policy_names
from output_checks.rules import CELL_RULES

LIMITS = {name: load_policy(name) for name in policy_names()}

# By threshold: a rule that reads it, and the facts of a cell that is at `x` in what the threshold measures.
CELLS = {
    "minimum_contributors": [
        ("THR1", lambda x, _: {FactName.CONTRIBUTORS: x}),
        ("THR2", lambda x, _: {FactName.RARE_SIDE: x}),
        ("MOD3", lambda x, _: {FactName.RARE_SIDE: x}),
    ],
    "k_percent": [
        (
            "DOM1",
            lambda x, limits: {
                FactName.TOTAL: 100.0,
                FactName.LARGEST: x if limits["n_largest"] == 1 else x * 3 / 4,
                FactName.SECOND_LARGEST: 0.0 if limits["n_largest"] == 1 else x / 4,
            },
        )
    ],
    "p_percent": [
        ("DOM2", lambda x, _: {FactName.TOTAL: 150.0 + x, FactName.LARGEST: 100.0, FactName.SECOND_LARGEST: 50.0})
    ],
    "class_disclosure_percent": [
        ("CLS1", lambda x, _: {FactName.SHARE_OF_LINE: x / 100}),
        ("CLS3", lambda x, _: {FactName.SHARE_OF_LINE: x / 100, FactName.HIDDEN_IN_LINE: 1.0}),
    ],
    "class_disclosure_review_percent": [("CLS1", lambda x, _: {FactName.SHARE_OF_LINE: x / 100})],
    "minimum_distinct_values": [("CLS2", lambda x, _: {FactName.DISTINCT_VALUES: x})],
    "minimum_residual_degrees_of_freedom": [("MOD1", lambda x, _: {FactName.RESIDUAL_DEGREES_OF_FREEDOM: x})],
    "maximum_parameters_per_observation": [("MOD2", lambda x, _: {FactName.PARAMETERS_PER_OBSERVATION: x})],
    "maximum_leverage": [("MOD4", lambda x, _: {FactName.LARGEST_LEVERAGE: x})],
    "review_leverage": [("MOD4", lambda x, _: {FactName.LARGEST_LEVERAGE: x})],
    "minimum_unexplained": [("MOD5", lambda x, _: {FactName.UNEXPLAINED: x})],
    "review_unexplained": [("MOD5", lambda x, _: {FactName.UNEXPLAINED: x})],
    "minimum_interval_width": [
        (
            "SUP1",
            lambda x, _: {
                FactName.SENSITIVE: 1.0,
                FactName.LOWER_BOUND: 0.0,
                FactName.UPPER_BOUND: x,
                FactName.RECORDS_PER_UNIT: 1.0,
            },
        )
    ],
    "minimum_interval_percent": [("SUP2", lambda x, _: {FactName.SENSITIVE: 1.0, FactName.INTERVAL_PERCENT: x})],
}
_PLACES = [(name, code) for name, rules in CELLS.items() for code, _ in rules]


def judged(code, facts, limits):
    rule = next(rule for rule in CELL_RULES if rule.code == code)
    judgement = rule.check([np.array([facts[name]], dtype=float) for name in rule.needs], limits)
    return bool(judgement.fail[0]), bool(judgement.review[0])


@pytest.mark.parametrize("policy", LIMITS)
@pytest.mark.parametrize(("name", "code"), _PLACES)
def test_below_on_and_above_a_threshold_the_rule_does_what_the_policy_says(name, code, policy):
    kind = KINDS[name]
    facts = dict(CELLS[name])[code]
    step = 1.0 if kind.most > 1 else LIMITS[policy].threshold(name).value / 10
    for unit in LIMITS[policy].units if kind.per_unit else ("",):
        limits = LIMITS[policy].limits(unit)
        for at, side in ((limits[name] - step, "below"), (limits[name], "on"), (limits[name] + step, "above")):
            if at < 0 or (name == "minimum_contributors" and at == 0) or at > kind.most:
                continue  # nobody in the cell, or more than all there is
            passes = kind.passes.endswith(side) or (side == "on" and kind.passes.startswith("at or"))
            fail, review = judged(code, facts(at, limits), limits)
            if kind.otherwise == "needs review":
                assert (fail or review) is not passes, (unit, side)
            else:
                assert fail is not passes, (unit, side)


def test_the_words_say_whether_being_exactly_on_it_passes():
    policy = load_policy("cbs-export")
    assert policy.threshold("minimum_contributors", "pupil").side == "exactly 10 passes, less fails"
    assert policy.threshold("k_percent", "pupil").side == "exactly 50 passes, more fails"
    assert policy.threshold("class_disclosure_percent").side == "exactly 100 fails, less passes"
    assert policy.threshold("class_disclosure_review_percent").side == "exactly 90 needs review, less passes"
    assert policy.threshold("votes_required").side == "exactly 2 passes, less is not released"
    assert "says how another is read" in policy.threshold("n_largest").side
    assert KINDS["p_percent"].side() == "exactly on it passes, less fails"


@pytest.mark.parametrize("name", KINDS)
def test_the_side_that_passes_is_the_side_towards_which_it_is_not_stricter(name):
    """Raising a lowest value, or lowering a highest one, is stricter; the words and the direction cannot disagree."""
    kind = KINDS[name]
    if kind.passes.endswith("above"):
        assert kind.stricter is Stricter.HIGHER
    if kind.passes.endswith("below"):
        assert kind.stricter is Stricter.LOWER
    assert ("review" in name) == (kind.otherwise == "needs review")


NUMBERS = st.sampled_from([0.0, 0.02, 0.1, 0.34, 0.5, 0.9, 0.95, 1.0, 2.0, 3.0, 5.0, 6.0, 9.0, 10.0, 15.0, 60.0, 100.0])
RULES_WITH_LIMITS = [rule for rule in CELL_RULES if rule.thresholds]


@pytest.mark.parametrize("rule", RULES_WITH_LIMITS, ids=[rule.code for rule in RULES_WITH_LIMITS])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_tightening_a_threshold_never_lets_anything_through(rule, data):
    """For every rule there is, whatever the facts: what failed fails, and what needed review does not pass."""
    policy = LIMITS[data.draw(st.sampled_from(sorted(LIMITS)))]
    limits = policy.limits(policy.units[0])
    name = data.draw(st.sampled_from(rule.thresholds))
    kind = KINDS[name]
    values = st.lists(NUMBERS, min_size=6, max_size=6).map(np.array)
    facts = [data.draw(values) for _ in rule.needs]
    allowed = [value for value in (1.0, 2.0, 5.0, 12.0, 50.0, 99.0, 100.0, 0.05, 0.3) if kind.allows(value)]
    tighter = data.draw(
        st.sampled_from([value for value in allowed if not kind.is_looser(value, limits[name])] or [limits[name]])
    )
    before, after = rule.check(facts, limits), rule.check(facts, {**limits, name: tighter})
    assert not (before.fail & ~after.fail).any()
    assert not ((before.fail | before.review) & ~(after.fail | after.review)).any()
