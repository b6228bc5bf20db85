"""A policy is read whole or not at all, and can only be tightened."""

import copy
import dataclasses

import pytest

from output_checks.errors import PolicyError
from output_checks.model.policy import KINDS, Confidence, Stricter
from output_checks.model.policy_file import policy_from_mapping
from output_checks.policies import expect_accepted, expect_sound, load_policy, policy_names

CBS = load_policy("cbs-export")


def test_every_policy_that_comes_along_is_valid_and_named_as_its_file():
    for name in policy_names():
        assert load_policy(name).name == name


def test_a_policy_survives_being_written_and_read():
    again = policy_from_mapping(CBS.as_mapping())
    assert again == CBS
    assert again.sha256 == CBS.sha256


def test_a_misspelt_key_stops_everything_and_names_the_right_one():
    content = copy.deepcopy(CBS.as_mapping())
    content["thresholds"]["minimum_contributers"] = content["thresholds"].pop("minimum_contributors")
    with pytest.raises(PolicyError, match=r"minimum_contributers.*'minimum_contributors'"):
        policy_from_mapping(content)


@pytest.mark.parametrize("name", KINDS)
def test_a_policy_without_one_of_the_thresholds_is_refused(name):
    content = copy.deepcopy(CBS.as_mapping())
    del content["thresholds"][name]
    with pytest.raises(PolicyError, match=name):
        policy_from_mapping(content)


@pytest.mark.parametrize("value", ["10", True, -1, float("nan"), float("inf"), None])
def test_a_threshold_must_be_a_number(value):
    content = copy.deepcopy(CBS.as_mapping())
    content["thresholds"]["votes_required"]["value"] = value
    with pytest.raises(PolicyError, match="votes_required"):
        policy_from_mapping(content)


KEYS = [item.key for item in CBS.thresholds]


def steps(key, policy=CBS):
    """A stricter and a looser value that the threshold may have; None where it is at the end of its scale."""
    old = policy.threshold(*key.split("."))
    step = 1.0 if old.kind.most > 1 else old.value / 2
    up, down = (value if old.kind.allows(value) else None for value in (old.value + step, old.value - step))
    return (up, down) if old.kind.stricter is Stricter.HIGHER else (down, up)


@pytest.mark.parametrize("key", KEYS)
def test_a_project_may_tighten_each_threshold_or_leave_it_but_not_loosen_it(key):
    old = CBS.threshold(*key.split("."))
    stricter, looser = steps(key)
    assert stricter is not None
    for value in (stricter, old.value):
        tighter = CBS.tightened({key: value}, name="project", source="test")
        assert tighter.threshold(old.name, old.of).value == value
        assert tighter.sha256 != CBS.sha256
        assert CBS.sha256 in tighter.tightened_from
        expect_accepted(tighter)
        expect_accepted(changed(CBS, key, value))
    if looser is not None:
        with pytest.raises(PolicyError, match=f"never loosen it: {key} is {old.value:g} in cbs-export"):
            CBS.tightened({key: looser}, name="project", source="test")
        with pytest.raises(PolicyError, match=f"never loosen it: {key} is {old.value:g} in cbs-export"):
            expect_accepted(changed(CBS, key, looser))


def test_only_thresholds_at_the_end_of_their_scale_cannot_be_loosened():
    assert {key for key in KEYS if steps(key)[1] is None} == {"n_largest", "class_disclosure_percent"}


def changed(policy, key, value):
    """The policy as a project would forge it: one value changed, and a base that is only claimed."""
    thresholds = tuple(
        dataclasses.replace(item, value=value) if item.key == key else item for item in policy.thresholds
    )
    return dataclasses.replace(policy, name="project", tightened_from=policy.name, thresholds=thresholds)


def test_a_tightened_threshold_must_exist_and_can_only_have_a_value_that_it_may_have():
    with pytest.raises(PolicyError, match=r"'votes_requird'.*'votes_required'"):
        CBS.tightened({"votes_requird": 3}, name="project", source="test")
    with pytest.raises(PolicyError, match=r"votes_required: expected a whole number, 1 or more; found 2.5"):
        CBS.tightened({"votes_required": 2.5}, name="project", source="test")


def test_every_limit_of_every_policy_has_a_source_and_a_confidence():
    for name in policy_names():
        policy = load_policy(name)
        everything = [*policy.thresholds, *(item for items in policy.datasets.values() for item in items)]
        assert all(len(item.source) > 10 for item in everything)
        assert {item.confidence for item in everything} <= set(Confidence)


def test_the_policies_are_those_of_the_four_regimes_with_their_published_limits():
    assert policy_names() == ["cbs-export", "eurostat-dwb", "nco-school-report", "sacro"]
    assert load_policy("nco-school-report").threshold("minimum_contributors", "pupil").value == 6
    assert load_policy("nco-school-report").threshold("class_disclosure_percent").value == 95
    sacro = load_policy("sacro")
    assert (sacro.threshold("n_largest").value, sacro.threshold("k_percent", "pupil").value) == (2, 90)
    dwb = load_policy("eurostat-dwb")
    assert (dwb.threshold("n_largest").value, dwb.threshold("k_percent", "pupil").value) == (1, 50)
    assert dwb.threshold("class_disclosure_percent").value == 90


def test_submissions_are_taken_under_the_policy_of_this_installation_and_not_under_a_laxer_one():
    for name in policy_names():
        policy = load_policy(name)
        assert expect_sound(policy) == policy
        if name != "cbs-export":
            with pytest.raises(PolicyError, match=f"no submissions under the policy {name}. Try: cbs-export"):
                expect_accepted(policy)
            own = policy.tightened({"votes_required": 3}, name="project", source="test")
            with pytest.raises(PolicyError, match="no submissions"):
                expect_accepted(dataclasses.replace(own, accepts_submissions=True))


def test_an_unknown_policy_names_those_there_are():
    with pytest.raises(PolicyError, match="cbs-export"):
        load_policy("cbs-exprot")
    with pytest.raises(PolicyError, match="no policy"):
        load_policy("nowhere/mine.toml")


def tightened_file(**values):
    """A project's policy as it comes out of a file: what it claims to be tightened from is only a claim."""
    content = copy.deepcopy(CBS.as_mapping()) | {"name": "project", "tightened_from": "cbs-export"}
    for key, value in values.items():
        content["thresholds"][key]["value"] = value
    return policy_from_mapping(content)


def test_a_project_policy_is_accepted_where_it_is_as_strict_and_refused_where_it_is_looser():
    expect_accepted(CBS)
    expect_accepted(tightened_file())
    expect_accepted(tightened_file(votes_required=3))
    with pytest.raises(PolicyError, match="votes_required is 2"):
        expect_accepted(tightened_file(votes_required=1))


def test_a_policy_that_takes_the_name_of_another_or_comes_from_nowhere_is_refused():
    content = copy.deepcopy(CBS.as_mapping())
    content["thresholds"]["votes_required"]["value"] = 1
    with pytest.raises(PolicyError, match="not the one in force"):
        expect_accepted(policy_from_mapping(content))
    content = copy.deepcopy(CBS.as_mapping()) | {"name": "own"}
    with pytest.raises(PolicyError, match="not in force"):
        expect_accepted(policy_from_mapping(content))


def test_a_project_policy_may_not_protect_fewer_unit_levels():
    content = copy.deepcopy(CBS.as_mapping()) | {"name": "project", "tightened_from": "cbs-export", "units": ["pupil"]}
    for entry in content["thresholds"].values():
        entry.pop("school", None)
    with pytest.raises(PolicyError, match="pupil, school"):
        expect_accepted(policy_from_mapping(content))
