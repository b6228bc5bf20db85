"""A wrong policy file stops everything, and says in which file, at which key, what was expected and what was found."""

import copy
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.cli import main
from output_checks.errors import PolicyError
from output_checks.model.comparison import compare
from output_checks.model.policy_file import policy_from_mapping
from output_checks.policies import FOLDER, expect_accepted, load_policy
from output_checks.release import Release

PROJECT = """
name = "my-project"
title = "Export of my project"
version = "2026.1"
tightened_from = "cbs-export"
"""
FIFTEEN = """
[thresholds.minimum_contributors.pupil]
value = 15
source = "Data management plan, section 4"
confidence = "found"
"""


@pytest.fixture
def write(tmp_path):
    def make(*parts):
        path = tmp_path / "project.toml"
        path.write_text("\n".join(parts), encoding="utf-8")
        return path

    return make


def test_a_projects_file_holds_what_it_changes_and_the_rest_is_that_of_its_base(write):
    base, project = load_policy("cbs-export"), load_policy(write(PROJECT, FIFTEEN))
    assert project.threshold("minimum_contributors", "pupil").value == 15
    same = [item for item in project.thresholds if item.key != "minimum_contributors.pupil"]
    assert same == [item for item in base.thresholds if item.key != "minimum_contributors.pupil"]
    assert project.units == base.units
    assert project.tightened_from == "cbs-export"
    expect_accepted(project)


def test_the_hash_is_that_of_every_limit_in_force_and_not_of_the_layout(write):
    bare = load_policy(write(PROJECT))
    assert load_policy(write("# a remark", PROJECT)).sha256 == bare.sha256
    assert load_policy(write(PROJECT, FIFTEEN)).sha256 != bare.sha256
    assert bare.sha256 != load_policy("cbs-export").sha256


WRONG = {
    "a misspelt key": (PROJECT + "titel = 'x'", "titel: expected one of its known keys; found 'titel'. Try: 'title'"),
    "a missing key": (PROJECT.replace('version = "2026.1"', ""), "version: expected a value; found nothing."),
    "a version that is a number": (PROJECT.replace('"2026.1"', "2026.10"), "version: expected text; found 2026.1."),
    "an empty name": (PROJECT.replace('"my-project"', '""'), "name: expected text; found the text ''."),
    "a name with a space": (PROJECT.replace("my-project", "my project"), "name: expected letters, digits, - and _;"),
    "an unknown base": (PROJECT.replace("cbs-export", "cbs-exprot"), "tightened_from: expected a policy that is here;"),
    "a misspelt threshold": (
        PROJECT + FIFTEEN.replace("contributors", "contributers"),
        "thresholds.minimum_contributers: expected one of its known keys;",
    ),
    "an unknown unit level": (
        PROJECT + FIFTEEN.replace(".pupil", ".leerling"),
        "thresholds.minimum_contributors.leerling: expected one of its known keys;",
    ),
    "a value that is text": (
        PROJECT + FIFTEEN.replace("= 15", '= "15"'),
        "thresholds.minimum_contributors.pupil.value: expected a whole number, 1 or more; found the text '15'.",
    ),
    "half a pupil": (PROJECT + FIFTEEN.replace("= 15", "= 15.5"), "expected a whole number, 1 or more; found 15.5."),
    "a looser value": (
        PROJECT + FIFTEEN.replace("= 15", "= 9"),
        "never loosen it: minimum_contributors.pupil is 10 in cbs-export and was set to 9. Try: 10, or higher",
    ),
    "no source": (
        PROJECT + FIFTEEN.replace("source", "# source"),
        "thresholds.minimum_contributors.pupil.source: expected a value; found nothing.",
    ),
    "a confidence of its own": (
        PROJECT + FIFTEEN.replace('"found"', '"fond"'),
        "confidence: expected one of found, from memory, inferred; found the text 'fond'. Try: 'found'",
    ),
    "a threshold that is a number": (
        PROJECT + "[thresholds]\nvotes_required = 3",
        "thresholds.votes_required: expected a table with confidence, source, value; found 3.",
    ),
    "a share for a percentage": (
        PROJECT + FIFTEEN.replace("minimum_contributors", "p_percent").replace("= 15", "= 0.15"),
        "p_percent.pupil.value: expected a number, 0 to 100, as a percentage: 10, not 0.1; found 0.15.",
    ),
    "more than a whole": (
        PROJECT + FIFTEEN.replace("minimum_contributors", "p_percent").replace("= 15", "= 101"),
        "p_percent.pupil.value: expected a number, 0 to 100",
    ),
    "fewer unit levels": (PROJECT + 'units = ["pupil"]', "units: expected those of cbs-export first (pupil, school)"),
    "a unit level twice": (PROJECT + 'units = ["pupil", "pupil"]', "units: expected each unit level once"),
    "a further unit level without limits": (
        PROJECT + 'units = ["pupil", "school", "board"]',
        "thresholds.minimum_contributors.board: expected a value with its source and confidence; found nothing",
    ),
    "a dataset that is laxer": (
        PROJECT + "[dataset.health.thresholds.minimum_contributors.pupil]\nvalue = 5\nsource = 'x'\n"
        "confidence = 'found'",
        "dataset.health.thresholds.minimum_contributors.pupil.value: expected 10 or higher, as for other datasets;",
    ),
    "a dataset without limits": (
        PROJECT + "[dataset.health]\nthresholds = {}",
        "dataset.health.thresholds: expected at least one threshold; found none.",
    ),
    "a chosen dataset": (PROJECT + 'for_datasets = ["health"]', "for_datasets: expected nothing in a file;"),
    "a base that is not text": (PROJECT.replace('"cbs-export"', "3"), "tightened_from: expected a policy that is here"),
    "an answer that is not yes or no": (
        PROJECT + 'accepts_submissions = "yes"',
        "accepts_submissions: expected true or false; found the text 'yes'.",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_named_with_file_key_expected_and_found(write, what):
    content, message = WRONG[what]
    with pytest.raises(PolicyError, match=re.escape(message)) as error:
        load_policy(write(content))
    assert str(error.value).startswith("project.toml: ")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
CONTENT = tomllib.loads(
    PROJECT + FIFTEEN + "[dataset.health.thresholds.votes_required]\nvalue = 3\nsource = 'x'\nconfidence = 'found'"
)


def places(content, path=()):
    for key, value in content.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from places(value, (*path, key))


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(list(places(CONTENT))), value=ANYTHING | st.sampled_from([0.0, 5.0, 9.0, 10.0, 12.0]))
def test_whatever_stands_in_a_file_it_is_a_policy_that_is_nowhere_looser_or_a_clear_error(place, value):
    content = copy.deepcopy(CONTENT)
    table = content
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    base = load_policy("cbs-export")
    policy, said = None, "project.toml: "
    try:
        policy = policy_from_mapping(content, base=base, source="project.toml")
    except PolicyError as error:
        said = str(error)
    assert said.startswith("project.toml: ")
    if policy is None:
        return
    for chosen in (policy, *(policy.for_dataset(name) for name in policy.datasets)):
        for item in compare(base, chosen):
            assert item.stricter in {"same", "second"}


def test_what_is_no_toml_is_named_with_its_line(write):
    with pytest.raises(PolicyError, match=r"project.toml is not valid TOML .*line 2"):
        load_policy(write("name = 'x'\nname = 'y'\ntitle = 'z'"))


def test_a_file_that_a_windows_editor_marked_as_unicode_is_read(write):
    path = write(PROJECT)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_policy(path).name == "my-project"


@pytest.mark.parametrize("name", ["cbs-exprot", "nowhere/mine.toml", "../policies/cbs-export", ""])
def test_a_policy_that_is_not_there_is_told_with_those_that_are(name):
    with pytest.raises(PolicyError, match=r"no policy.*cbs-export, eurostat-dwb"):
        load_policy(name)


def test_a_folder_by_the_name_of_a_policy_is_no_policy(tmp_path):
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(PolicyError, match="no policy file"):
        load_policy(tmp_path / "mine.toml")


def test_the_file_of_a_policy_in_force_is_that_policy_and_whole():
    path = FOLDER / "cbs-export.toml"
    assert load_policy(path) == load_policy("cbs-export")
    assert "tightened_from" not in path.read_text(encoding="utf-8")


def test_a_wrong_policy_stops_a_command_before_any_verdict(write, tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("track,n\nhavo,100\n", encoding="utf-8")
    assert main(["check", str(table), "--policy", str(write(WRONG["a looser value"][0]))]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "never loosen it: minimum_contributors.pupil" in printed.err


def test_a_wrong_policy_stops_a_release_before_it_leaves_anything(write, tmp_path):
    with pytest.raises(PolicyError, match="version: expected a value"):
        Release("s", folder=tmp_path / "draft", units={"pupil": "p"}, policy=write(WRONG["a missing key"][0]))
    assert not (tmp_path / "draft").exists()


def test_the_project_policy_that_is_shown_in_the_manual_works_as_the_manual_says(write):
    page = (Path(__file__).parents[2] / "docs/how-to/tighten-a-policy.md").read_text(encoding="utf-8")
    project, board = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    path = write(re.sub(r"^   ", "", project, flags=re.MULTILINE))
    policy = load_policy(path)
    assert policy.threshold("minimum_contributors", "pupil").value == 12
    assert policy.for_dataset("health").threshold("minimum_contributors", "pupil").value == 15
    with pytest.raises(PolicyError) as error:
        load_policy(write(path.read_text(encoding="utf-8").replace("value = 12", "value = 5")))
    assert f"output-checks: {error.value}" in page
    with pytest.raises(PolicyError, match=r"thresholds.k_percent.board"):
        load_policy(write(PROJECT, board))
