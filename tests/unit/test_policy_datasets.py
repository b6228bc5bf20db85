"""Limits of a dataset: stricter, never laxer, chosen by name, and the same for researcher and checker."""

import dataclasses
import json

import openpyxl
import pytest

from nco_research.study import Study
from output_checks.cli import main
from output_checks.errors import InputError, PolicyError
from output_checks.model.finding import Outcome
from output_checks.model.policy_file import policy_from_mapping
from output_checks.policies import expect_accepted, expect_sound, load_policy
from output_checks.release import Release
from output_checks.store.archive import unpack
from output_checks.store.submission import FORM
from output_checks.workflow.inbox import open_submission
from tests.factories import pupils

DWB = load_policy("eurostat-dwb")
UNITS = {"pupil": "pupil", "school": "school"}


def limit(place, value):
    return f'[{place}]\nvalue = {value}\nsource = "Data management plan"\nconfidence = "found"\n'


@pytest.fixture
def project(tmp_path):
    def make(*more, name="project"):
        path = tmp_path / f"{name}.toml"
        head = f'name = "{name}"\ntitle = "A project"\nversion = "1"\ntightened_from = "cbs-export"\n'
        path.write_text("\n".join([head, *more]), encoding="utf-8")
        return path

    return make


@pytest.fixture
def health(project):
    """Fifteen pupils where the data is about health; stricter in another way for incomes."""
    return project(
        limit("dataset.health.thresholds.minimum_contributors.pupil", 15),
        limit("dataset.INPATAB.thresholds.minimum_contributors.pupil", 12),
        limit("dataset.INPATAB.thresholds.k_percent.pupil", 40),
    )


def table_of(n, path, folder, **options):
    """A release with one table, in which `n` of the pupils are in one of three tracks."""
    data = pupils(400)
    data["track"] = ["sbo"] * n + ["havo", "vwo"] * ((400 - n) // 2) + ["havo"] * (n % 2)
    release = Release("study", folder=folder, units=UNITS, policy=path, author="researcher", **options)
    return release, release.table("counts", data, by="track")


@pytest.mark.parametrize(("n", "expected"), [(14, Outcome.FAIL), (15, Outcome.PASS), (16, Outcome.PASS)])
def test_a_table_of_the_dataset_is_judged_by_its_limit_below_on_and_above(health, tmp_path, n, expected):
    assert table_of(n, health, tmp_path / "with", dataset="health")[1].outcome is expected
    assert table_of(n, health, tmp_path / "without")[1].outcome is Outcome.PASS


def test_of_several_datasets_the_strictest_limit_counts_in_whichever_order(health):
    policy = load_policy(health)
    both = policy.for_dataset("health", "INPATAB")
    assert both == policy.for_dataset("inpatab", "HEALTH", "health")
    assert both.threshold("minimum_contributors", "pupil").value == 15
    assert both.threshold("k_percent", "pupil").value == 40
    assert both.label == "project for INPATAB and health"
    assert len({policy.sha256, both.sha256, policy.for_dataset("health").sha256}) == 3


def test_no_dataset_is_the_policy_as_it_stands():
    assert DWB.for_dataset() == DWB
    assert DWB.label == "eurostat-dwb"


def test_a_dataset_that_the_policy_does_not_know_is_refused_and_not_judged_by_the_laxer_limits(health, tmp_path):
    with pytest.raises(PolicyError, match=r"no limits for a dataset 'helth'. Try: 'health'"):
        Release("s", folder=tmp_path / "draft", units=UNITS, policy=health, dataset="helth")
    assert not (tmp_path / "draft").exists()
    with pytest.raises(PolicyError, match="the same limits for all"):
        load_policy("cbs-export").for_dataset("health")


@pytest.mark.parametrize("dataset", [3, None, {"health"}, ["health", 3], pupils(2)])
def test_a_dataset_is_named_by_text(health, tmp_path, dataset):
    with pytest.raises(InputError, match="named by text"):
        Release("s", folder=tmp_path / "draft", units=UNITS, policy=health, dataset=dataset)


def test_a_general_limit_that_is_stricter_than_that_of_the_dataset_stays(project):
    path = project(
        limit("thresholds.k_percent.pupil", 30),
        limit("dataset.health.thresholds.minimum_contributors.pupil", 15),
    )
    chosen = load_policy(path).for_dataset("health")
    assert chosen.threshold("k_percent", "pupil").value == 30
    assert chosen.threshold("minimum_contributors", "pupil").value == 15


def test_a_project_may_tighten_the_limits_of_a_dataset_and_not_loosen_or_lose_them(project):
    own = limit("dataset.CIS.thresholds.minimum_contributors.pupil", 70)
    assert load_policy(_based_on_dwb(project, own)).for_dataset("CIS").threshold(
        "minimum_contributors", "pupil"
    ).value == 70  # fmt: skip
    kept = load_policy(_based_on_dwb(project, limit("thresholds.votes_required", 3)))
    assert kept.datasets == DWB.datasets
    with pytest.raises(PolicyError, match="is 60 in eurostat-dwb for CIS and was set to 59"):
        load_policy(_based_on_dwb(project, own.replace("70", "59")))
    with pytest.raises(PolicyError, match=r"dataset.cis: expected the spelling CIS"):
        load_policy(_based_on_dwb(project, own.replace("CIS", "cis")))
    lost = dataclasses.replace(kept, datasets={"CIS": DWB.datasets["CIS"]})
    with pytest.raises(PolicyError, match="no limits for a dataset 'ESS'"):
        expect_sound(lost)


def _based_on_dwb(project, *more):
    path = project(*more)
    path.write_text(path.read_text(encoding="utf-8").replace("cbs-export", "eurostat-dwb"), encoding="utf-8")
    return path


def test_a_general_limit_above_that_of_an_inherited_dataset_is_no_mistake(project):
    path = _based_on_dwb(project, limit("thresholds.minimum_contributors.pupil", 20))
    assert load_policy(path).for_dataset("ESS").threshold("minimum_contributors", "pupil").value == 20


@pytest.mark.parametrize("policy", [DWB, DWB.for_dataset("CIS"), DWB.for_dataset("CIS", "ESS")])
def test_a_policy_for_datasets_survives_being_written_and_read(policy):
    again = policy_from_mapping(json.loads(json.dumps(policy.as_mapping())))
    assert again == policy
    assert again.sha256 == policy.sha256
    assert expect_sound(again) == DWB


def test_a_policy_that_only_says_that_it_is_for_a_dataset_is_refused(health):
    general = load_policy("eurostat-dwb")
    with pytest.raises(PolicyError, match="not the one in force"):
        expect_sound(dataclasses.replace(general, datasets={}, for_datasets=("CIS",)))
    project = dataclasses.replace(general, name="project", tightened_from="eurostat-dwb", datasets={})
    with pytest.raises(PolicyError, match="is 60 in eurostat-dwb for CIS and was set to 10"):
        expect_sound(dataclasses.replace(project, for_datasets=("CIS",)))
    expect_accepted(load_policy(health).for_dataset("health"))


def test_the_draft_remembers_the_dataset_and_is_not_continued_with_another(health, tmp_path):
    table_of(14, health, tmp_path / "draft", dataset=["health", "INPATAB"])
    again = Release.open(tmp_path / "draft")
    assert again.policy.for_datasets == ("INPATAB", "health")
    assert again.check().of("counts").outcome is Outcome.FAIL
    for other in ((), "health"):
        with pytest.raises(InputError, match="datasets differs"):
            Release("study", folder=tmp_path / "draft", units=UNITS, policy=health, author="researcher", dataset=other)


def test_the_checkers_side_judges_by_the_limits_of_the_dataset_and_says_so(health, tmp_path, capsys):
    release, table = table_of(14, health, tmp_path / "draft", dataset="health")
    assert table.outcome is Outcome.FAIL
    release.request_exception("counts", "needed for the report to the ministry")
    folder = release.submit(tmp_path / "submissions")
    submission = open_submission(folder)
    assert submission.policy == release.policy
    assert submission.report.policy == "project for health"
    assert submission.report.policy_sha256 == release.policy.sha256 == release.check().policy_sha256
    assert submission.report.of("counts").outcome is Outcome.FAIL
    assert main(["review", str(folder)]) == 1
    assert "Policy project for health, version 1." in capsys.readouterr().out
    assert main(["policy", "explain", str(folder), "minimum_contributors.pupil"]) == 0
    assert "minimum_contributors.pupil = 15 units" in capsys.readouterr().out
    assert main(["policy", "compare", "cbs-export", str(folder)]) == 0
    assert "cbs-export is stricter in 0, project for health in 1" in capsys.readouterr().out
    export = unpack((folder / "study-1.zip").read_bytes(), source="the export")
    (tmp_path / "form.xlsx").write_bytes(export[FORM])
    cells = [cell.value for row in openpyxl.load_workbook(tmp_path / "form.xlsx").active for cell in row]
    assert f"project for health, version 1, sha256 {release.policy.sha256}" in cells


def test_the_release_of_a_study_names_the_datasets_that_it_declares(project, tmp_path):
    path = project(
        limit("dataset.health.thresholds.minimum_contributors.pupil", 15),
        limit("dataset.INPATAB.thresholds.k_percent.pupil", 40),
        limit("dataset.VEHTAB.thresholds.k_percent.pupil", 30),
    )
    (tmp_path / "microdata").mkdir()
    study = tmp_path / "study.toml"
    lines = [
        'name = "s"\npurpose = "Growth"\ndata = "microdata"',
        f'policy = "{path.name}"\nunits = {{pupil = ["RINPERSOONS", "RINPERSOON"], school = "WPOBRIN_crypt"}}',
    ]
    study.write_text("\n".join(lines), encoding="utf-8")
    assert Study.read(study).release(tmp_path / "none").policy.for_datasets == ()
    lines.append("[registers]\ninpatab = [2020]\nGBAPERSOONTAB = [2020]")
    study.write_text("\n".join(lines), encoding="utf-8")
    assert Study.read(study).release(tmp_path / "register").policy.for_datasets == ("INPATAB",)
    lines.append('[[basis]]\ncategory = "health"\nkind = "consent"\nreference = "Form"\ndate = 2025-03-12')
    study.write_text("\n".join(lines), encoding="utf-8")
    chosen = Study.read(study).release(tmp_path / "both").policy
    assert chosen.for_datasets == ("INPATAB", "health")
    assert chosen.threshold("k_percent", "pupil").value == 40
