"""A policy is read whole or not at all, and can only be tightened."""

import copy

import pytest

from output_checks.errors import PolicyError
from output_checks.model.policy import KINDS, policy_from_mapping
from output_checks.policies import expect_accepted, load_policy, policy_names

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


@pytest.mark.parametrize(
    ("key", "stricter", "looser"),
    [("minimum_contributors.pupil", 11, 9), ("k_percent.pupil", 49, 51), ("votes_required", 3, 1)],
)
def test_a_project_may_tighten_but_not_loosen(key, stricter, looser):
    tighter = CBS.tightened({key: stricter}, name="project", source="test")
    assert tighter.sha256 != CBS.sha256
    assert CBS.sha256 in tighter.tightened_from
    CBS.tightened({key: CBS.threshold(*key.split(".")).value}, name="project", source="test")
    with pytest.raises(PolicyError, match="never loosen"):
        CBS.tightened({key: looser}, name="project", source="test")


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
