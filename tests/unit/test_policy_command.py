"""`output-checks policy`: what there is, what each limit means, and which of two policies is stricter where."""

import json

import pytest

from output_checks.cli import main
from output_checks.model.comparison import compare
from output_checks.policies import load_policy, policy_names


def said(capsys, *words):
    code = main(["policy", *words])
    return code, capsys.readouterr().out


def test_without_a_command_it_lists_the_policies_and_where_submissions_are_taken(capsys):
    code, text = said(capsys)
    assert code == 0
    lines = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert list(lines) == policy_names()
    assert "no submissions here" not in lines["cbs-export"]
    assert "no submissions here" in lines["sacro"]


def test_the_list_can_be_read_by_machines(capsys):
    _, text = said(capsys, "--json")
    listed = {item["name"]: item for item in json.loads(text)}
    assert {name: item["sha256"] for name, item in listed.items()} == {
        name: load_policy(name).sha256 for name in policy_names()
    }


@pytest.mark.parametrize("name", policy_names())
def test_explain_says_of_every_limit_its_side_source_and_confidence(capsys, name):
    code, text = said(capsys, "explain", name)
    assert code == 0
    policy = load_policy(name)
    for item in policy.thresholds:
        section = text.partition(f"\n{item.key} = {item.value:g} ")[2].partition("\n\n")[0]
        assert item.side in section
        assert f"source, {item.confidence}: {item.source}" in section
    for dataset in policy.datasets:
        assert f"For the dataset {dataset}:" in text


def test_explain_can_be_asked_for_one_threshold_for_one_level_and_for_a_dataset(capsys):
    _, both = said(capsys, "explain", "cbs-export", "minimum_contributors")
    assert "minimum_contributors.pupil = 10 units" in both
    assert "minimum_contributors.school = 3 units" in both
    assert "read by THR1, " in both
    assert "k_percent" not in both
    _, one = said(capsys, "explain", "cbs-export", "minimum_contributors.school")
    assert "exactly 3 passes, less fails; stricter is higher" in one
    assert "pupil =" not in one
    _, stricter = said(capsys, "explain", "eurostat-dwb", "minimum_contributors.pupil", "--dataset", "cis")
    assert "eurostat-dwb for CIS" in stricter
    assert "minimum_contributors.pupil = 60 units" in stricter


def test_explain_as_json_has_what_the_text_has(capsys):
    _, text = said(capsys, "explain", "cbs-export", "k_percent.school", "--json")
    explained = json.loads(text)
    assert explained["sha256"] == load_policy("cbs-export").sha256
    (threshold,) = explained["thresholds"]
    assert threshold["threshold"] == "k_percent.school"
    assert (threshold["value"], threshold["passes"], threshold["confidence"]) == (80, "at or below", "inferred")
    assert threshold["on_the_limit"] == "exactly 80 passes, more fails"
    assert "DOM1" in threshold["rules"]
    _, text = said(capsys, "explain", "eurostat-dwb", "--json")
    assert set(json.loads(text)["datasets"]) == {"CIS", "ESS"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["explain", "cbs-exprot"], "There is no policy 'cbs-exprot'"),
        (["explain", "sacro", "k_percant"], "sacro has no threshold 'k_percant'. Try: 'k_percent'"),
        (["explain", "eurostat-dwb", "--dataset", "CISS"], "has no limits for a dataset 'CISS'. Try: 'CIS'"),
        (["compare", "cbs-export", "nowhere.toml"], "There is no policy file nowhere.toml"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(capsys, words, message):
    assert main(["policy", *words]) == 2
    assert message in capsys.readouterr().err


def test_compare_says_which_is_stricter_where_in_the_direction_of_each_threshold(capsys):
    code, text = said(capsys, "compare", "cbs-export", "eurostat-dwb")
    assert code == 0
    rows = {line.split()[0]: line.split(maxsplit=3)[1:] for line in text.splitlines()[1:] if "  " in line}
    assert rows["minimum_contributors.school"] == ["3", "10", "eurostat-dwb"]  # higher is stricter
    assert rows["k_percent.school"] == ["80", "50", "eurostat-dwb"]  # lower is stricter
    assert rows["votes_required"] == ["2", "2", "the same"]
    stricter = {name for name, row in rows.items() if row[2] == "eurostat-dwb"}
    assert stricter == {"minimum_contributors.school", "k_percent.school", "class_disclosure_percent"}
    assert f"cbs-export is stricter in 0, eurostat-dwb in 3, the same in {len(rows) - 3}." in text


def test_compare_as_json_counts_the_same(capsys):
    _, text = said(capsys, "compare", "nco-school-report", "cbs-export", "--json")
    compared = {item["threshold"]: item for item in json.loads(text)["thresholds"]}
    assert compared["minimum_contributors.pupil"] == {
        "threshold": "minimum_contributors.pupil",
        "first": 6,
        "second": 10,
        "stricter": "second",
    }
    assert compared["class_disclosure_percent"]["stricter"] == "first"
    assert compared["minimum_distinct_values"]["stricter"] == "same"


def test_a_tightened_policy_is_nowhere_looser_than_its_base_and_a_policy_is_equal_to_itself():
    base = load_policy("cbs-export")
    tighter = base.tightened({"k_percent.pupil": 40, "votes_required": 3}, name="project", source="test")
    assert {item.stricter for item in compare(base, tighter)} == {"same", "second"}
    changed = {item.key for item in compare(base, tighter) if item.stricter == "second"}
    assert changed == {"k_percent.pupil", "votes_required"}
    assert {item.stricter for item in compare(base, base)} == {"same"}


def test_two_policies_of_one_name_are_told_apart_by_where_they_are(capsys, tmp_path):
    head = 'name = "mine"\ntitle = "Mine"\nversion = "1"\ntightened_from = "cbs-export"\n'
    stricter = '[thresholds.votes_required]\nvalue = 3\nsource = "Our own plan"\nconfidence = "found"\n'
    for name, text in (("old", head), ("new", head + stricter)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    old, new = (str(tmp_path / f"{name}.toml") for name in ("old", "new"))
    _, text = said(capsys, "compare", old, new)
    assert f"{old} is stricter in 0, {new} in 1" in text


def test_a_unit_level_that_only_one_policy_protects_is_shown_as_such(capsys, tmp_path):
    levels = "".join(
        f'[thresholds.{name}.board]\nvalue = {value}\nsource = "As for schools"\nconfidence = "inferred"\n'
        for name, value in (("minimum_contributors", 3), ("k_percent", 80), ("p_percent", 10))
    )
    head = 'name = "mine"\ntitle = "Mine"\nversion = "1"\ntightened_from = "cbs-export"\n'
    (tmp_path / "mine.toml").write_text(head + 'units = ["pupil", "school", "board"]\n' + levels, encoding="utf-8")
    _, text = said(capsys, "compare", str(tmp_path / "mine.toml"), "cbs-export")
    (row,) = [line for line in text.splitlines() if line.startswith("k_percent.board")]
    assert row.split() == ["k_percent.board", "80", "not", "protected", "mine"]
    assert "mine is stricter in 3, cbs-export in 0" in text
