"""Releases are remembered before they leave, once, and earlier ones are imported from their files."""

import datetime as dt
import json
import os
import shutil
import zipfile

import matplotlib.figure
import numpy as np
import openpyxl
import pytest
from linearmodels import PooledOLS

from output_checks.cli import main
from output_checks.errors import InputError, IntegrityError, WorkflowError
from output_checks.model.evidence import FactName
from output_checks.model.review import Decision, State, Vote
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from output_checks.store import ledger_file
from output_checks.store.draft import load_outputs
from output_checks.store.keys import create_key, load_private_key, load_public_keys
from output_checks.store.ledger import FILE, Ledger
from output_checks.store.ledger_entry import Left
from output_checks.store.sealed import SEAL
from output_checks.workflow import seal as sealing
from output_checks.workflow.bare_tables import BareTable, read_bare_table
from output_checks.workflow.inbox import events, open_submission
from output_checks.workflow.remembering import earlier_outputs
from output_checks.workflow.vote import vote, votes_on
from tests.factories import pupils

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
UNITS = {"pupil": ("pupil",), "school": ("school",)}
MADE = ["--unit", "pupil=pupil", "--unit", "school=school"]


@pytest.fixture(autouse=True)
def not_waiting_for_the_disk(monkeypatch):
    monkeypatch.setattr(ledger_file, "_SYNCHRONOUS", "OFF")
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def people(tmp_path):
    for name in ("first", "second"):
        create_key(name, tmp_path / "keys")
    return {name: load_private_key(tmp_path / "keys" / f"{name}.key") for name in ("first", "second")}


@pytest.fixture
def ledger(tmp_path):
    return Ledger.create(tmp_path / "ledger", units=UNITS, time="2026-01-01")


@pytest.fixture
def decided(tmp_path, people):
    return submit(tmp_path, people)


def submit(tmp_path, people, *, name="study", ledger=None, units=UNITS):
    """A submission of two tables, of which the second is not approved."""
    draft = Release(name, folder=tmp_path / f"{name}-draft", units=units, author="researcher", ledger=ledger)
    draft.table("counts", pupils(900), by=["track", "sex"], margins=True)
    draft.table("means", pupils(900), by="sex", value="score", statistic="mean")
    folder = draft.submit(tmp_path / "submissions")
    for checker, key in people.items():
        submission = open_submission(folder)
        votes = votes_on(submission, {"means": Vote.RETURN}, approve_rest=True)
        vote(submission, Decision(checker=checker, votes=votes, reasons={"means": "later"}), key=key, now=NOW)
    return folder


def release(folder, people, tmp_path, *, ledger=None, now=NOW):
    return sealing.release(
        open_submission(folder),
        keys=load_public_keys(tmp_path / "keys"),
        checker="second",
        key=people["second"],
        folder=tmp_path / "released",
        now=now,
        ledger=ledger,
    )


def command(folder, tmp_path, *more):
    own = ["--keys", str(tmp_path / "keys"), "--as", "second", "--key", str(tmp_path / "keys" / "second.key")]
    return main(["release", str(folder), "--to", str(tmp_path / "released"), *own, *map(str, more)])


def told(capsys, *arguments):
    code = main([*map(str, arguments)])
    return code, *capsys.readouterr()


def test_only_what_was_approved_is_remembered_with_who_is_in_it(decided, people, tmp_path, ledger):
    release(decided, people, tmp_path, ledger=ledger)
    (entry,) = ledger.entries()
    assert (entry.name, entry.outputs, entry.policy) == ("study-1-release", ("counts",), "cbs-export")
    (output,) = ledger.earlier()
    assert len(output.tabulations[0].members) == 900
    assert open_submission(decided).state is State.RELEASED


def test_a_release_is_noted_in_the_trail_of_its_submission(decided, people, tmp_path, ledger):
    release(decided, people, tmp_path, ledger=ledger)
    assert [(event.act, event.details) for event in events(decided)][-2] == (
        "remember",
        f"{ledger.about.ledger} {ledger.entries()[0].hash}",
    )


def test_nothing_is_sealed_where_it_cannot_be_remembered(decided, people, tmp_path, ledger):
    (ledger.folder / "ledger.head").unlink()
    with pytest.raises(IntegrityError):
        release(decided, people, tmp_path, ledger=ledger)
    assert not (tmp_path / "released").exists()
    assert open_submission(decided).state is State.DECIDED


@pytest.mark.parametrize("where", ["remember", "write_folder_atomically", "append_event"])
def test_a_run_that_stops_anywhere_is_finished_by_the_same_command(decided, people, ledger, monkeypatch, where):
    tmp_path = decided.parent.parent

    class Stopped(BaseException):
        pass

    def stop(*_given, **_named):
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(sealing, where, stop)
        with pytest.raises(Stopped):
            release(decided, people, tmp_path, ledger=ledger)
    later = NOW + dt.timedelta(hours=2)
    written = release(decided, people, tmp_path, ledger=ledger, now=later)
    assert len(ledger.entries()) == 1
    assert open_submission(decided).state is State.RELEASED
    assert sealing.verify(written, load_public_keys(tmp_path / "keys")).checkers == ("first", "second")
    assert [event.act for event in events(decided)].count("remember") == 1
    with pytest.raises(WorkflowError, match="does not allow"):
        release(decided, people, tmp_path, ledger=ledger, now=later)


def test_an_older_copy_of_the_ledger_is_not_gone_on_with(tmp_path, people, ledger):
    """Nor is it noticed in a folder without the submissions that tell of it; then the hash has to be compared."""
    first, second = (submit(tmp_path, people, name=name) for name in ("one", "two"))
    copy = shutil.copytree(ledger.folder, tmp_path / "copy")
    release(first, people, tmp_path, ledger=ledger)
    with pytest.raises(IntegrityError, match="that one-1 was remembered in: it is an older copy"):
        release(second, people, tmp_path, ledger=Ledger.open(copy))
    release(second, people, tmp_path, ledger=ledger)
    assert len(ledger.entries()) == 2


def test_the_numbers_of_an_approved_file_are_remembered_where_they_can_be_told(tmp_path, people, ledger):
    draft = Release("files", folder=tmp_path / "draft", units=UNITS, author="researcher")
    for name, text in (("known", "sex,n\nboy,412\ngirl,x\n"), ("unknown", "sex,amount\nboy,412\n")):
        draft.file(name, bare(tmp_path, text, f"{name}.csv"))
    folder = draft.submit(tmp_path / "submissions")
    for checker, key in people.items():
        reasons = dict.fromkeys(("known", "unknown"), "seen")
        votes = votes_on(open_submission(folder), dict.fromkeys(reasons, Vote.APPROVE), approve_rest=False)
        vote(open_submission(folder), Decision(checker=checker, votes=votes, reasons=reasons), key=key, now=NOW)
    release(folder, people, tmp_path, ledger=ledger)
    known, unknown = ledger.earlier()
    np.testing.assert_array_equal(known.tabulations[0].published, [412, np.nan])
    assert unknown.tabulations == ()
    assert unknown.files[0].name == "unknown.csv"


def test_another_folder_in_the_place_of_the_release_is_not_taken_for_it(decided, people, tmp_path, ledger):
    (tmp_path / "released" / "study-1-release").mkdir(parents=True)
    with pytest.raises(InputError, match="exists already"):
        release(decided, people, tmp_path, ledger=ledger)
    other = submit(tmp_path, people, name="other")
    written = release(other, people, tmp_path)
    shutil.rmtree(tmp_path / "released" / "study-1-release")
    written.rename(tmp_path / "released" / "study-1-release")
    with pytest.raises(InputError, match="exists already"):
        release(decided, people, tmp_path, ledger=ledger)


def test_the_command_remembers_in_the_ledger_it_is_given_or_that_its_author_named(tmp_path, people, ledger, capsys):
    given = submit(tmp_path, people, name="given")
    named = submit(tmp_path, people, name="named", ledger=ledger.folder)
    neither = submit(tmp_path, people, name="neither")
    capsys.readouterr()
    assert command(given, tmp_path, "--ledger", ledger.folder) == 0
    assert "Remembered as entry 1" in capsys.readouterr().out
    assert command(named, tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["ledger"] == {"number": 2, "hash": ledger.entries()[1].hash}
    assert command(neither, tmp_path) == 0
    assert "Not remembered" in capsys.readouterr().out
    assert [entry.name for entry in ledger.entries()] == ["given-1-release", "named-1-release"]


def test_a_ledger_that_was_named_and_is_gone_stops_the_release(tmp_path, people, ledger, capsys):
    folder = submit(tmp_path, people, ledger=ledger.folder)
    ledger.folder.rename(tmp_path / "moved")
    assert command(folder, tmp_path) == 2
    assert "There is no ledger" in capsys.readouterr().err
    assert command(folder, tmp_path, "--ledger", tmp_path / "moved") == 0


def test_a_draft_remembers_its_ledger_until_another_is_named(tmp_path, ledger):
    def opened(**named):
        return Release("study", folder=tmp_path / "draft", units=UNITS, author="researcher", **named).ledger

    assert opened() is None
    assert opened(ledger=ledger.folder) == ledger.folder.resolve()
    assert opened() == Release.open(tmp_path / "draft").ledger == ledger.folder.resolve()
    moved = ledger.folder.rename(tmp_path / "moved")
    with pytest.raises(InputError, match="There is no ledger"):
        opened()
    assert opened(ledger=moved) == opened() == moved.resolve()


def test_a_ledger_of_other_units_or_that_is_not_there_starts_no_draft(tmp_path, ledger):
    other = {"pupil": "person", "school": "school"}
    with pytest.raises(InputError, match="other units"):
        Release("other", folder=tmp_path / "other", units=other, author="researcher", ledger=ledger.folder)
    with pytest.raises(InputError, match="There is no ledger"):
        Release("other", folder=tmp_path / "other", units=UNITS, author="researcher", ledger=tmp_path / "ledgr")
    assert not (tmp_path / "other").exists()


def test_earlier_outputs_are_those_before_a_submission(decided, people, tmp_path, ledger):
    release(decided, people, tmp_path, ledger=ledger)
    submission = open_submission(decided).stored.sha256
    assert [item.name for item in earlier_outputs(ledger.folder, units=UNITS)] == ["study-1-release/counts"]
    assert list(earlier_outputs(ledger.folder, units=UNITS, than=submission)) == []
    assert list(earlier_outputs(None, units=UNITS)) == []
    with pytest.raises(InputError, match="other units"):
        list(earlier_outputs(ledger.folder, units={"pupil": ("person",)}))


def test_rounded_tables_figures_and_models_come_back_as_they_were_published(tmp_path, ledger):
    data = pupils(900).assign(constant=1.0, wave=0)
    draft = Release("mixed", folder=tmp_path / "draft", units=UNITS, author="researcher")
    draft.table("rounded", data, by=["track", "sex"], margins=True, round=5)
    figure = matplotlib.figure.Figure()
    figure.subplots().bar(["a"], [1.0])
    draft.figure("drawn", figure, of="rounded")
    indexed = data.set_index(["pupil", "wave"])
    draft.model("model", PooledOLS(indexed["score"], indexed[["constant"]]).fit(), data=indexed)
    outputs, _ = load_outputs(draft.folder)
    ledger.append(Left(name="a", date="2026", policy="", origin="", outputs=outputs, submission="s"), units=UNITS)
    ((_, back),) = ledger.read()
    for before, after in zip(outputs, back, strict=True):
        assert (after.kind, after.draws) == (before.kind, before.draws)
        for one, other in zip(before.tabulations, after.tabulations, strict=True):
            np.testing.assert_array_equal(one.published, other.published)
            assert (one.members is None) == (other.members is None)
    assert (back[0].tabulations[0].values % 5 == 0).all()
    assert any(item.fact(FactName.GROUP) is not None for item in back[2].tabulations)


# The command


def test_a_ledger_is_made_listed_shown_and_checked(decided, people, tmp_path, capsys):
    folder = tmp_path / "new"
    assert told(capsys, "ledger", "create", folder, *MADE)[0] == 0
    assert told(capsys, "ledger", "list", folder) == (0, "Nothing has been released yet.\n", "")
    release(decided, people, tmp_path, ledger=Ledger.open(folder))
    code, out, _ = told(capsys, "ledger", "list", folder)
    assert (code, out) == (0, "   1  2026-11-01  study-1-release  (1 outputs, sealed)\n")
    code, out, _ = told(capsys, "ledger", "show", folder, "study-1-release")
    assert "count by track × sex: 12 cells, 0 hidden, with who is in which; all records" in out
    code, out, _ = told(capsys, "ledger", "show", folder, "1", "--output", "counts")
    assert out == (tmp_path / "released" / "study-1-release" / "counts.csv").read_text()
    head = Ledger.open(folder).entries()[0].hash
    code, out, _ = told(capsys, "ledger", "check", folder, "--hash", head, "--submissions", tmp_path / "submissions")
    assert (code, out) == (0, f"Whole: 1 releases, the last with the hash {head}\n")


@pytest.mark.parametrize("arguments", [["show", "LEDGER", "7"], ["list", "NONE"], ["create", "LEDGER", *MADE]])
def test_what_is_not_there_or_is_there_already_is_an_error(ledger, tmp_path, capsys, arguments):
    places = {"LEDGER": ledger.folder, "NONE": tmp_path / "none"}
    code, out, err = told(capsys, "ledger", *(places.get(text, text) for text in arguments))
    assert (code, out) == (2, "")
    assert "Try:" in err


def test_check_tells_what_is_wrong_and_mends_nothing(decided, people, tmp_path, ledger, capsys):
    release(decided, people, tmp_path, ledger=ledger)
    path = ledger.folder / FILE
    changed = path.read_bytes().replace(b"study-1-release", b"study-2-release")
    path.write_bytes(changed)
    code, out, _ = told(capsys, "ledger", "check", ledger.folder)
    assert code == 1
    assert "Wrong: Entry 1 of the ledger was changed." in out
    code, out, _ = told(capsys, "ledger", "check", ledger.folder, "--json")
    assert (code, json.loads(out)["whole"]) == (1, False)
    assert path.read_bytes() == changed


def test_check_tells_which_submissions_went_astray(tmp_path, people, ledger, capsys):
    forgotten = submit(tmp_path, people, name="forgotten")
    release(forgotten, people, tmp_path)
    before = shutil.copytree(ledger.folder, tmp_path / "before")
    remembered = submit(tmp_path, people, name="remembered")
    release(remembered, people, tmp_path, ledger=ledger)
    submit(tmp_path, people, name="waiting")
    for folder, expected in ((ledger.folder, 1), (before, 2)):
        code, out, _ = told(capsys, "ledger", "check", folder, "--submissions", tmp_path / "submissions")
        assert code == 1
        assert "Wrong: forgotten-1 was released and is not in this ledger." in out
        assert out.count("Wrong:") == expected
    assert "remembered-1 was remembered in an entry that this ledger does not have" in out
    path = tmp_path / "released" / "forgotten-1-release"
    main(["ledger", "import", str(ledger.folder), str(path), "--submission", str(forgotten)])
    assert main(["ledger", "check", str(ledger.folder), "--submissions", str(tmp_path / "submissions")]) == 0


def test_a_hash_that_was_noted_tells_an_older_copy(decided, people, tmp_path, ledger, capsys):
    copy = shutil.copytree(ledger.folder, tmp_path / "copy")
    release(decided, people, tmp_path, ledger=ledger)
    noted = ledger.entries()[0].hash
    assert told(capsys, "ledger", "check", ledger.folder, "--hash", noted)[0] == 0
    code, out, _ = told(capsys, "ledger", "check", copy, "--hash", noted)
    assert (code, out.splitlines()[0]) == (1, f"Wrong: There is no entry with the hash {noted}.")


# Importing


@pytest.mark.parametrize("zipped", [False, True])
def test_a_sealed_release_is_imported_with_its_submission_as_if_it_had_been_remembered(
    decided, people, ledger, capsys, zipped
):
    tmp_path = decided.parent.parent
    path = written = release(decided, people, tmp_path)
    if zipped:
        path = tmp_path / "release.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in written.iterdir():
                archive.write(file, file.name)
    arguments = ["ledger", "import", ledger.folder, path, "--submission", decided, "--keys", tmp_path / "keys"]
    code, out, _ = told(capsys, *arguments)
    assert (code, out.startswith("Added as entry 1")) == (0, True)
    (entry,) = ledger.entries()
    assert entry.origin == "imported: sealed, signatures checked"
    (output,) = ledger.earlier()
    assert len(output.tabulations[0].members) == 900
    assert told(capsys, *arguments)[1].startswith("Nothing was added")
    assert len(ledger.entries()) == 1


def test_a_sealed_release_without_its_submission_is_read_from_its_tables(decided, people, tmp_path, ledger, capsys):
    path = release(decided, people, tmp_path)
    assert told(capsys, "ledger", "import", ledger.folder, path)[0] == 0
    (entry,) = ledger.entries()
    assert entry.origin == "imported: sealed, unsigned, without its submission"
    (output,) = ledger.earlier()
    (counts,) = output.tabulations
    submitted = open_submission(decided).outputs[0].tabulations[0]
    assert (counts.statistic, counts.by, counts.cells) == (submitted.statistic, submitted.by, submitted.cells)
    np.testing.assert_array_equal(counts.published, submitted.published)
    assert counts.members is None
    code, _, err = told(capsys, "ledger", "import", ledger.folder, path, "--submission", decided)
    assert code == 2
    assert "another release called study-1-release already, as number 1" in err


def test_what_was_changed_after_sealing_is_not_imported(decided, people, tmp_path, ledger, capsys):
    path = release(decided, people, tmp_path)
    other = submit(tmp_path, people, name="other")
    assert told(capsys, "ledger", "import", ledger.folder, path, "--submission", other)[0] == 2
    table = path / "counts.csv"
    content = table.read_bytes()
    table.write_bytes(content.replace(b"1", b"2", 1))
    code, _, err = told(capsys, "ledger", "import", ledger.folder, path)
    assert (code, "counts.csv was changed" in err) == (1, True)
    table.write_bytes(content)
    (path / SEAL).write_bytes((path / SEAL).read_bytes().replace(b"second", b"thirdd"))
    assert told(capsys, "ledger", "import", ledger.folder, path, "--keys", tmp_path / "keys")[0] == 1
    assert ledger.entries() == ()


def bare(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


SAID = ["--name", "report-2019", "--date", "2019-05-01", "--population", "grade 8"]


def test_bare_tables_are_imported_with_what_is_declared(tmp_path, ledger, capsys):
    csv = bare(tmp_path, "geslacht;aantal;gemiddelde\njongen;1.204;7,25\nmeisje;x;x\nTotaal;2.400;7,5\n")
    columns = ["--column", "aantal=count", "--column", "gemiddelde=mean of cijfer", "--decimal", ","]
    book = openpyxl.Workbook()
    for row in (["track", "n"], ["havo", 120], ["vwo", "x"], ["Total", 230]):
        book.active.append(row)
    book.save(tmp_path / "second.xlsx")
    arguments = ["ledger", "import", ledger.folder, csv, *SAID, *columns]
    assert told(capsys, *arguments)[0] == 0
    assert told(capsys, *arguments)[1].startswith("Nothing was added")
    more = ["ledger", "import", ledger.folder, tmp_path / "second.xlsx", "--name", "b", *SAID[2:]]
    assert told(capsys, *more)[0] == 0
    first, second = ledger.earlier()
    counts, means = first.tabulations
    assert (first.name, counts.population) == ("report-2019/table", "grade 8")
    assert counts.cells == (("jongen",), ("meisje",), (None,))
    np.testing.assert_array_equal(counts.published, [1204, np.nan, 2400])
    np.testing.assert_array_equal(means.published, [7.25, np.nan, 7.5])
    assert (means.statistic, means.variable) == (Statistic.MEAN, "cijfer")
    np.testing.assert_array_equal(second.tabulations[0].published, [120, np.nan, 230])
    assert second.tabulations[0].hidden.tolist() == [False, True, False]
    assert ledger.entries()[0].date == "2019-05-01"


def test_a_bare_release_with_the_same_name_and_other_numbers_is_an_error(tmp_path, ledger, capsys):
    assert told(capsys, "ledger", "import", ledger.folder, bare(tmp_path, "sex,n\nboy,12\n"), *SAID)[0] == 0
    code, _, err = told(capsys, "ledger", "import", ledger.folder, bare(tmp_path, "sex,n\nboy,13\n"), *SAID)
    assert code == 2
    assert "The ledger has another release called report-2019 already, as number 1." in err
    assert "13" not in err


@pytest.mark.parametrize(
    ("text", "asked", "problem"),
    [
        ("sex,aantal\nboy,12\n", {}, "no column of which it is known what its numbers are"),
        ("sex,n\nboy,twelve\n", {}, "'n' of t.csv has texts that are no numbers"),
        ("sex,n\nboy,-\n", {}, "'n' of t.csv has texts that are no numbers"),
        ("sex,n\nboy,12.5\n", {}, "counts that are no whole numbers"),
        ("sex,n\nboy,-3\n", {}, "counts that are no whole numbers"),
        ('sex,n\nboy,"1,204"\n', {}, "texts that are no numbers"),
        ("sex,n\nboy,12\nboy,13\n", {}, "has the same cell twice"),
        ("sex,n\nboy,12\n", {"statistics": {"aantal": "count"}}, "has no column 'aantal'"),
        ("sex,n\nboy,12\n", {"statistics": {"n": "amount"}}, "'amount' is not a statistic"),
        ("sex,n\n", {}, "is not one table"),
    ],
)
def test_a_bare_table_that_cannot_be_understood_is_an_error_without_its_values(text, asked, problem):
    with pytest.raises(InputError) as caught:
        read_bare_table("t.csv", text.encode(), BareTable(**asked))
    assert problem in str(caught.value)
    assert not any(value in str(caught.value) for value in ("boy", "twelve", "12.5", "204"))


def test_headings_of_this_toolkit_are_understood_with_their_variables():
    text = "sex,n,mean_score,percentile_25_score,standard_deviation\nboy,12,1.50,2,3\n"
    found = read_bare_table("t.csv", text.encode(), BareTable())
    assert [(item.statistic.value, item.variable, item.decimals) for item in found] == [
        ("count", "", 0),
        ("mean", "score", 2),
        ("percentile 25", "score", 0),
        ("standard deviation", "", 0),
    ]


def test_bare_tables_need_a_name_a_date_and_a_population(tmp_path, ledger, capsys):
    path = bare(tmp_path, "sex,n\nboy,12\n")
    assert told(capsys, "ledger", "import", ledger.folder, path, *SAID[:4])[0] == 2
    assert told(capsys, "ledger", "import", ledger.folder, path, *SAID[:3], "May 2019", *SAID[4:])[0] == 2
    assert told(capsys, "ledger", "import", ledger.folder, tmp_path / "none.csv", *SAID)[0] == 2
    assert ledger.entries() == ()
