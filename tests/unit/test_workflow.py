"""From a draft to a sealed release: what each act checks, who may do it, and what a changed byte does."""

import dataclasses
import datetime as dt
import json
import zipfile

import openpyxl
import pytest

from output_checks.cli import main
from output_checks.errors import ExplainedError, InputError, IntegrityError, PolicyError, WorkflowError
from output_checks.model.finding import Outcome
from output_checks.model.review import Decision, State, Vote
from output_checks.release import Release
from output_checks.store.codec import encode
from output_checks.store.files import sha256
from output_checks.store.keys import create_key, load_private_key, load_public_keys
from output_checks.store.submission import FORM, MANIFEST, TRAIL, content_hashes, read_submission
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.seal import release, verify
from output_checks.workflow.vote import vote, votes_on, withdraw
from tests.factories import pupils

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def people(tmp_path):
    """Private keys of two checkers, and the folder with everyone's public keys."""
    for name in ("first", "second"):
        create_key(name, tmp_path / "keys")
    return {name: load_private_key(tmp_path / "keys" / f"{name}.key") for name in ("first", "second")}


@pytest.fixture
def draft(tmp_path):
    data = pupils(900)
    data.loc[[0, 1, 2], "track"] = "sbo"
    draft = Release(
        "study", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher"
    )
    draft.table("counts", data, by=["track", "sex"], margins=True, suppress=True)
    draft.table("means", data[data["track"] != "sbo"], by="sex", value="score", statistic="mean")
    draft.table("schools", data, by="school")
    return draft


@pytest.fixture
def submitted(draft, tmp_path):
    draft.remove("means")  # beside `counts` it leaves the small track over
    data = pupils(900)
    draft.table("means", data, by="sex", value="score", statistic="mean", population="all pupils")
    return draft.submit(tmp_path / "submissions")


def cast(folder, people, name, *, approve_rest=True, **votes):
    submission = open_submission(folder)
    given = votes_on(submission, votes, approve_rest=approve_rest)
    reasons = dict.fromkeys(votes, "because")
    return vote(submission, Decision(checker=name, votes=given, reasons=reasons), key=people[name], now=NOW)


def sealed(folder, people, tmp_path, name="second"):
    keys = load_public_keys(tmp_path / "keys")
    return release(
        open_submission(folder), keys=keys, checker=name, key=people[name], folder=tmp_path / "released", now=NOW
    )


def test_a_draft_is_opened_again_with_everything_registered(draft):
    again = Release.open(draft.folder)
    assert again.check() == draft.check()
    assert [item.output for item in again.check().outputs] == ["counts", "means", "schools"]


def test_another_release_cannot_go_on_in_the_same_folder(draft):
    with pytest.raises(InputError, match="whose units differs"):
        Release("study", folder=draft.folder, units={"pupil": "pupil"}, author="researcher")


def test_a_file_changed_in_the_draft_is_not_submitted(draft, tmp_path):
    path = draft.folder / "files" / "counts.csv"
    path.write_bytes(path.read_bytes().replace(b"x", b"3", 1))
    with pytest.raises(IntegrityError, match=r"counts\.csv was changed"):
        draft.submit(tmp_path / "submissions")
    assert not (tmp_path / "submissions").exists()


def test_the_export_is_flat_holds_the_form_and_nothing_that_was_refused(submitted):
    with zipfile.ZipFile(submitted / "study-1.zip") as archive:
        assert set(archive.namelist()) == {FORM, "counts.csv", "means.csv"}
        form = openpyxl.load_workbook(archive.open(FORM)).active
    texts = [str(cell.value) for row in form.iter_rows() for cell in row if cell.value is not None]
    assert {"counts.csv", "means.csv"} <= set(texts)
    assert "schools.csv" not in texts
    assert set(read_submission(submitted).withheld) == {"schools.csv"}


def test_a_title_that_looks_like_a_formula_stays_text_in_the_form(draft, tmp_path):
    draft.table("formula", pupils(900), by="sex", title='=HYPERLINK("file:///G:/data")')
    with zipfile.ZipFile(draft.submit(tmp_path / "s") / "study-1.zip") as archive:
        form = openpyxl.load_workbook(archive.open(FORM)).active
    cells = [cell for row in form.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [cell.data_type for cell in cells] == ["s"]


def test_every_submission_gets_a_number_of_its_own(draft, tmp_path):
    assert [draft.submit(tmp_path / "s").name for _ in range(2)] == ["study-1", "study-2"]


def test_two_votes_decide_and_the_most_cautious_counts(submitted, people, tmp_path):
    assert open_submission(submitted).state is State.SUBMITTED
    assert cast(submitted, people, "first") is State.SUBMITTED
    assert open_submission(submitted).decisions == ()  # unseen until all are in
    assert cast(submitted, people, "second", means=Vote.RETURN) is State.DECIDED
    folder = sealed(submitted, people, tmp_path)
    assert {path.name for path in folder.iterdir()} == {"counts.csv", "release.json"}
    assert open_submission(submitted).state is State.RELEASED
    verified = verify(folder, load_public_keys(tmp_path / "keys"))
    assert verified.checkers == ("first", "second")
    assert "means" not in (folder / "release.json").read_text(encoding="utf-8")


def test_the_author_never_votes_whatever_the_spelling(submitted, people):
    for name in ("researcher", "Researcher"):
        with pytest.raises(WorkflowError, match="author"):
            vote(
                open_submission(submitted),
                Decision(checker=name, votes={"counts": Vote.APPROVE, "means": Vote.APPROVE}, reasons={}),
                key=people["first"],
                now=NOW,
            )


def test_nobody_votes_twice_not_even_under_another_name(submitted, people):
    cast(submitted, people, "first")
    with pytest.raises(WorkflowError, match="already"):
        cast(submitted, people, "first")
    with pytest.raises(WorkflowError, match="already"):
        cast(submitted, {"other-name": people["first"]}, "other-name")


def test_a_refused_output_cannot_be_approved(submitted, people):
    with pytest.raises(InputError, match="refused by the checks"):
        cast(submitted, people, "first", schools=Vote.APPROVE)


def test_every_output_needs_a_vote_and_all_but_plain_approvals_a_reason(submitted, people):
    with pytest.raises(InputError, match="no vote on counts"):
        cast(submitted, people, "first", approve_rest=False, means=Vote.APPROVE)
    decision = Decision(checker="first", votes={"counts": Vote.RETURN, "means": Vote.APPROVE}, reasons={"counts": " "})
    with pytest.raises(InputError, match="takes a reason"):
        vote(open_submission(submitted), decision, key=people["first"], now=NOW)


def test_what_does_not_pass_is_not_approved_along_with_the_rest(draft, people, tmp_path):
    draft.request_exception("schools", "the inspectorate asked for it")
    folder = draft.submit(tmp_path / "s")
    assert open_submission(folder).report.of("schools").outcome is Outcome.FAIL
    with pytest.raises(InputError, match="no vote on schools"):
        cast(folder, people, "first")
    assert cast(folder, people, "first", schools=Vote.APPROVE) is State.SUBMITTED


def test_nothing_is_released_before_all_votes_are_in_or_twice(submitted, people, tmp_path):
    cast(submitted, people, "first")
    with pytest.raises(WorkflowError, match="1 of 2 votes"):
        sealed(submitted, people, tmp_path)
    cast(submitted, people, "second")
    sealed(submitted, people, tmp_path)
    with pytest.raises(WorkflowError, match="released does not allow"):
        sealed(submitted, people, tmp_path)


def test_a_release_needs_votes_by_trusted_keys_and_a_releaser_of_their_own(submitted, people, tmp_path):
    stranger = load_private_key(create_key("stranger", tmp_path / "elsewhere")[0])
    cast(submitted, people, "first")
    cast(submitted, {"stranger": stranger}, "stranger")
    with pytest.raises(IntegrityError, match=r"'stranger'.*not in the keys folder"):
        sealed(submitted, people, tmp_path)
    with pytest.raises(IntegrityError, match="not that of 'second'"):
        sealed(submitted, {"second": stranger}, tmp_path)


def test_an_author_takes_back_what_is_not_released_yet(submitted, people):
    with pytest.raises(WorkflowError, match="Only its author"):
        withdraw(open_submission(submitted), author="first", now=NOW)
    withdraw(open_submission(submitted), author="researcher", now=NOW)
    assert open_submission(submitted).state is State.WITHDRAWN
    with pytest.raises(WorkflowError, match="withdrawn does not allow"):
        cast(submitted, people, "first")


def test_every_single_byte_of_a_release_is_under_the_seal(submitted, people, tmp_path):
    cast(submitted, people, "first")
    cast(submitted, people, "second")
    folder = sealed(submitted, people, tmp_path)
    keys = load_public_keys(tmp_path / "keys")
    for path in folder.iterdir():
        whole = path.read_bytes()
        for place in range(0, len(whole), 1 if len(whole) < 500 else 61):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(IntegrityError):
                verify(folder, keys)
        path.write_bytes(whole + b" ")
        with pytest.raises(IntegrityError):
            verify(folder, keys)
        path.write_bytes(whole)
    assert verify(folder, keys).checkers == ("first", "second")


def test_a_file_added_to_a_release_or_taken_from_it_is_noticed(submitted, people, tmp_path):
    cast(submitted, people, "first")
    cast(submitted, people, "second")
    folder = sealed(submitted, people, tmp_path)
    keys = load_public_keys(tmp_path / "keys")
    (folder / "more.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(IntegrityError, match=r"more\.csv was added"):
        verify(folder, keys)
    (folder / "more.csv").unlink()
    (folder / "means.csv").unlink()
    with pytest.raises(IntegrityError, match=r"means\.csv is missing"):
        verify(folder, keys)


def test_a_releaser_alone_cannot_seal_what_others_did_not_approve(submitted, people, tmp_path):
    cast(submitted, people, "first")
    cast(submitted, people, "second")
    folder = sealed(submitted, people, tmp_path)
    keys = load_public_keys(tmp_path / "keys")
    seal = verify(folder, keys).seal

    def reseal(**changes):
        (folder / "release.json").write_bytes(encode(dataclasses.replace(seal, **changes).signed(people["second"])))

    first, *others = seal.outputs
    only_second = tuple(approval for approval in first.approvals if approval.checker == "second")
    reseal(outputs=(dataclasses.replace(first, approvals=only_second), *others))
    with pytest.raises(IntegrityError, match="by 1 of the 2"):
        verify(folder, keys)
    reseal(outputs=(dataclasses.replace(first, approvals=only_second * 2), *others))
    with pytest.raises(IntegrityError, match="by 1 of the 2"):
        verify(folder, keys)
    (folder / "counts.csv").write_text("all,the,data\n", encoding="utf-8")
    changed = {"counts.csv": sha256(b"all,the,data\n")}
    reseal(outputs=tuple(dataclasses.replace(o, files=changed) if o.name == "counts" else o for o in seal.outputs))
    with pytest.raises(IntegrityError, match="of something else"):
        verify(folder, keys)


@pytest.mark.parametrize("name", ["evidence.json", "members.npz", "study-1.zip", "withheld.zip", MANIFEST, TRAIL])
def test_a_changed_byte_anywhere_in_a_submission_is_noticed(submitted, name):
    whole = (submitted / name).read_bytes()
    for place in (len(whole) // 3, len(whole) // 2, len(whole) - 2):
        (submitted / name).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ExplainedError):
            open_submission(submitted)


def test_a_file_slipped_into_the_export_is_noticed_though_all_hashes_fit(submitted):
    """Whoever holds the folder can make all hashes fit; what is in the export is still set against the evidence."""
    _rewrite(submitted, more={"extra.csv": b"pupil,score\n1,2\n"})
    with pytest.raises(IntegrityError, match="may not leave"):
        open_submission(submitted)


def test_a_loosened_policy_is_refused_by_the_checker(submitted):
    def loosen(policy):
        policy["thresholds"]["minimum_contributors"]["pupil"]["value"] = 1

    _rewrite(submitted, policy=loosen)
    with pytest.raises(PolicyError, match="not the one in force"):
        open_submission(submitted)


def test_a_vote_removed_by_hand_is_noticed(submitted, people):
    cast(submitted, people, "first")
    (submitted / "decision-first.json").unlink()
    with pytest.raises(IntegrityError, match="not those in its audit trail"):
        open_submission(submitted)


def test_review_shows_counts_and_verdicts_and_returns_the_gravest(submitted, capsys):
    assert main(["review", str(submitted)]) == 1
    text = capsys.readouterr().out
    assert "schools" in text
    assert "Refused" in text
    assert main(["review", str(submitted), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [item["refused"] for item in found["outputs"]] == [False, True, False]


def test_the_whole_review_by_command(submitted, people, tmp_path, capsys):
    keys = ["--keys", str(tmp_path / "keys")]
    first = ["--as", "first", "--key", str(tmp_path / "keys" / "first.key")]
    second = ["--as", "second", "--key", str(tmp_path / "keys" / "second.key")]
    assert main(["review", str(submitted), "--approve-rest"]) == 2
    assert "--as NAME --key" in capsys.readouterr().err
    assert main(["review", str(submitted), *first, "--return", "means"]) == 2
    assert main(["review", str(submitted), *first, "--return", "means=too much detail", "--approve-rest"]) == 0
    assert main(["review", str(submitted), *second, "--approve-rest"]) == 0
    capsys.readouterr()
    assert main(["release", str(submitted), "--to", str(tmp_path / "out"), *keys, *second, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["release"].endswith("study-1-release")
    assert main(["verify", str(tmp_path / "out" / "study-1-release"), *keys]) == 0
    assert "first and second" in capsys.readouterr().out
    assert main(["page", str(submitted), "--to", str(tmp_path / "page.html")]) == 0
    (tmp_path / "out" / "study-1-release" / "counts.csv").write_bytes(b"")
    assert main(["verify", str(tmp_path / "out" / "study-1-release"), *keys]) == 1
    assert "counts.csv was changed" in capsys.readouterr().err


def _rewrite(folder, *, more=None, policy=None):
    """What somebody who may write in the folder and knows the format can do to it."""
    from output_checks.store.archive import pack
    from output_checks.store.audit import extend

    stored = read_submission(folder)
    export = {**stored.export, **(more or {})}
    mapping = json.loads(json.dumps(stored.manifest.policy))
    if policy:
        policy(mapping)
    files = content_hashes(
        stored.manifest.title, evidence=stored.evidence, members=stored.members, export=export, withheld=stored.withheld
    )
    manifest = encode(dataclasses.replace(stored.manifest, files=files, policy=mapping))
    (folder / stored.manifest.export).write_bytes(pack(export))
    (folder / MANIFEST).write_bytes(manifest)
    (folder / TRAIL).write_bytes(
        extend((), time="2026-11-01", actor="researcher", act="submit", details=sha256(manifest))
    )
