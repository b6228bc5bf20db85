"""The release ledger: what it keeps, that it is only added to, and that whatever is done to it is noticed."""

import dataclasses
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import stat

import numpy as np
import pytest

from output_checks.errors import ExplainedError, InputError, IntegrityError, WorkflowError
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import CellStatus, FactName, Output, OutputKind
from output_checks.model.statistic import Statistic
from output_checks.store import ledger as ledger_module
from output_checks.store import ledger_file
from output_checks.store.ledger import FILE, HEAD, KEY, Ledger
from output_checks.store.ledger_checking import check_ledger
from output_checks.store.ledger_entry import Left
from output_checks.store.ledger_file import connected
from tests.factories import UNITS, pupils

NOW = "2026-11-01T12:00:00+00:00"
COLUMNS = UNITS.columns
ASKED = {"by": ["track", "sex"], "margins": True, "statistics": [Statistic.COUNT]}
MEAN = {"value": "score", "statistics": [Statistic.MEAN]}


@pytest.fixture(autouse=True)
def not_waiting_for_the_disk(monkeypatch):
    """No test here pulls the plug, so what is written need not be on the disk."""
    monkeypatch.setattr(ledger_file, "_SYNCHRONOUS", "OFF")
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def ledger(tmp_path):
    return Ledger.create(tmp_path / "ledger", units=COLUMNS, time=NOW)


def table(data, *, name="counts", hidden=(), **asked):
    tabulations = tabulate(data, **{**ASKED, **asked}, units=UNITS)
    status = tuple(
        CellStatus.PRIMARY_SUPPRESSED if place in hidden else CellStatus.PUBLISHED
        for place in range(len(tabulations[0].cells))
    )
    tabulations = tuple(item.with_status(status) for item in tabulations)
    return Output(name=name, kind=OutputKind.TABLE, title=name, tabulations=tabulations)


def left(*outputs, name="study-1-release", **changes):
    fields = {"date": NOW, "policy": "cbs-export", "origin": "sealed", "submission": f"hash of {name}"}
    return Left(name=name, outputs=outputs, **(fields | changes))


def added(ledger, *outputs, **changes):
    return ledger.append(left(*outputs, **changes), units=COLUMNS)


def only(ledger):
    ((_, (output,)),) = ledger.read()
    return output


def records(members):
    """Members as a sorted list, as their order says nothing."""
    marks = [0] * len(members) if members.marks is None else members.marks.tolist()
    return sorted(
        zip(*(hashes.tolist() for hashes in members.units.values()), members.cells.tolist(), marks, strict=True)
    )


def everything(ledger):
    """All that can be read of it."""
    return [(entry, [records(item.members) for item in output.tabulations]) for entry, (output,) in ledger.read()]


def test_what_was_published_comes_back_with_who_is_in_it(ledger):
    output = table(pupils(900), **MEAN)
    added(ledger, output)
    back = only(ledger)
    for before, after in zip(output.tabulations, back.tabulations, strict=True):
        np.testing.assert_array_equal(after.published, before.published)
        for what in ("cells", "by", "variable", "data", "population", "status", "statistic"):
            assert getattr(after, what) == getattr(before, what)
        np.testing.assert_array_equal(after.sketch, before.sketch)
    assert records(back.tabulations[0].members) == records(output.tabulations[0].members)


def test_true_values_and_facts_of_hidden_cells_are_not_kept(ledger):
    output = table(pupils(900), hidden=(0, 4), **MEAN)
    added(ledger, output)
    for item in only(ledger).tabulations:
        assert np.isnan(item.values[[0, 4]]).all()
        assert not np.isnan(np.delete(item.values, [0, 4])).any()
        for fact in item.facts:
            if fact.name not in {FactName.MEMBERS, FactName.ALL_MEMBERS}:
                assert np.isnan(fact.values[[0, 4]]).all(), fact.name
    kept = {fact.name for item in only(ledger).tabulations for fact in item.facts}
    everyone = {FactName.ALL_MEMBERS, FactName.ALL_RECORDS}
    assert kept == {FactName.MEMBERS, FactName.CONTRIBUTORS, FactName.TOTAL} | everyone


def test_values_are_kept_as_published_and_not_as_they_were(ledger):
    output = table(pupils(900), **MEAN)
    added(ledger, output)
    (mean,) = [item for item in only(ledger).tabulations if item.statistic == "mean"]
    np.testing.assert_array_equal(mean.values, output.tabulations[1].published)
    assert (mean.values != output.tabulations[1].values).any()


def test_questions_explanations_and_key_columns_are_not_kept(ledger):
    output = dataclasses.replace(
        table(pupils(900)), keys=("pupil",), explanation="because of Jan", questions=("who?",), exception_request="so"
    )
    added(ledger, output)
    back = only(ledger)
    assert (back.keys, back.explanation, back.questions, back.exception_request) == ((), "", (), "")


def test_earlier_outputs_come_in_order_under_names_of_their_own(ledger):
    added(ledger, table(pupils(900)), name="a")
    added(
        ledger,
        table(pupils(900), name="counts"),
        dataclasses.replace(table(pupils(900), name="drawn"), draws="counts"),
        name="b",
    )
    assert [(output.name, output.draws) for output in ledger.earlier()] == [
        ("a/counts", ""),
        ("b/counts", ""),
        ("b/drawn", "b/counts"),
    ]
    assert [output.name for output in ledger.earlier(than="hash of b")] == ["a/counts"]
    assert len(list(ledger.earlier(than="unknown"))) == 3


def test_changed_versions_schools_and_selections_come_back_exactly(ledger):
    """Each is written as what differs from the one before, so each must be right for those after it to be."""
    first = pupils(1200)
    moved = first.assign(school=first["school"].where(first.index > 5, "s009"))
    rows = [first, first.drop(index=7), moved, first[first["sex"] == "boy"], pupils(1500, seed=3), first]
    twice = first.loc[first.index.repeat(2)].assign(
        school=lambda data: np.where(np.arange(len(data)) % 2, "s001", data["school"])
    )
    outputs = [table(data) for data in [*rows, twice]] + [
        table(first, by=["track"]),
        table(first, **MEAN),
    ]
    for number, output in enumerate(outputs):
        added(ledger, output, name=f"r{number}")
    for output, (_, (back,)) in zip(outputs, ledger.read(), strict=True):
        assert records(back.tabulations[0].members) == records(output.tabulations[0].members)
    assert check_ledger(ledger).problems == ()


def test_the_same_release_is_added_once_whatever_the_time(ledger):
    assert added(ledger, table(pupils(900))).added
    again = added(ledger, table(pupils(900)), date="2027-01-01T00:00:00+00:00")
    assert not again.added
    assert again.entry.number == 1
    assert len(ledger.entries()) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"submission": "another"}, "another release called study-1-release already, as number 1"),
        ({"name": "STUDY-1-release", "submission": "another"}, "another release called STUDY-1-release already"),
        ({"name": "other", "submission": "hash of study-1-release"}, "has this submission already, as number 1"),
    ],
)
def test_another_release_under_the_same_name_or_submission_is_an_error(ledger, changes, told):
    added(ledger, table(pupils(900)))
    with pytest.raises(InputError, match=told):
        added(ledger, table(pupils(800)), **changes)
    assert len(ledger.entries()) == 1


def test_bare_tables_with_other_numbers_are_another_release(ledger):
    bare = dataclasses.replace(table(pupils(900)).tabulations[0], members=None)
    output = Output(name="t", kind=OutputKind.TABLE, title="t", tabulations=(bare,))
    assert ledger.append(left(output, submission="")).added
    assert not ledger.append(left(output, submission="")).added
    other = dataclasses.replace(output, tabulations=(dataclasses.replace(bare, values=bare.values + 1),))
    with pytest.raises(InputError, match="another release called"):
        ledger.append(left(other, submission=""))
    with pytest.raises(InputError, match="another release called"):
        ledger.append(left(output, submission="", date="2020-01-01"))


def test_a_release_of_other_units_is_refused_and_their_order_does_not_matter(ledger):
    other = {"pupil": ("another_key",), "school": ("school",)}
    with pytest.raises(InputError, match="other units or key columns"):
        ledger.append(left(table(pupils(900))), units=other)
    ledger.append(left(table(pupils(900))), units=dict(reversed(COLUMNS.items())))


def test_members_are_never_added_without_units(ledger):
    with pytest.raises(InputError, match="without unit levels"):
        ledger.append(left(table(pupils(900))))


def test_pupils_of_whom_none_was_met_before_are_remarked_on(ledger):
    assert not added(ledger, table(pupils(900)), name="a").strangers
    assert not added(ledger, table(pupils(900).tail(100)), name="b").strangers
    foreign = pupils(900).assign(pupil=lambda data: "q" + data["pupil"])
    assert added(ledger, table(foreign), name="c").strangers


def test_files_are_readable_by_their_owner_only(ledger):
    added(ledger, table(pupils(900)))
    assert {stat.S_IMODE((ledger.folder / name).stat().st_mode) for name in (FILE, KEY, HEAD)} == {0o600}
    assert stat.S_IMODE(ledger.folder.stat().st_mode) == 0o700
    (ledger.folder / KEY).chmod(0o640)
    assert check_ledger(ledger).problems == (f"{KEY} may be read by others than its owner.",)


def test_nothing_of_it_can_be_read_without_the_key(ledger):
    """Not the numbers, not the categories, not the hashes of units, whole or in part of their bytes."""
    output = table(pupils(900).assign(track="gymnasium"), **MEAN)
    added(ledger, output)
    content = (ledger.folder / FILE).read_bytes()
    assert b"gymnasium" not in content
    members = output.tabulations[0].members
    for hashes in members.units.values():
        for number in np.unique(hashes)[:200]:
            assert int(number).to_bytes(8, "little")[:6] not in content
    assert b"study-1-release" in content  # the headings are in the clear


def test_the_key_of_another_ledger_does_not_open_it(ledger, tmp_path):
    other = Ledger.create(tmp_path / "other", units=COLUMNS, time=NOW)
    shutil.copy(other.folder / KEY, ledger.folder / KEY)
    with pytest.raises(IntegrityError, match="is not the key of this ledger"):
        Ledger.open(ledger.folder)
    (ledger.folder / KEY).write_text("00")
    with pytest.raises(InputError, match="is not the key of a ledger"):
        Ledger.open(ledger.folder)


def test_it_is_made_once_and_never_by_opening(ledger, tmp_path):
    with pytest.raises(InputError, match="There is no ledger"):
        Ledger.open(tmp_path / "ledgr")
    with pytest.raises(InputError, match="exists already"):
        Ledger.create(ledger.folder, units=COLUMNS, time=NOW)
    with pytest.raises(InputError, match="needs the units"):
        Ledger.create(tmp_path / "none", units={}, time=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


# What is done to it


def many(ledger, n=3):
    for number in range(n):
        added(ledger, table(pupils(300 + number)), name=f"r{number}")
    return ledger


def tamper(ledger, *statements):
    """As somebody does who knows SQLite: the triggers are taken away first and put back afterwards."""
    with sqlite3.connect(ledger.folder / FILE) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET says = says WHERE number = 1",
        "DELETE FROM entries WHERE number = 3",
        "UPDATE parts SET content = x'00'",
        "DELETE FROM parts",
        "UPDATE about SET hash = ''",
        "DELETE FROM about",
        "INSERT OR REPLACE INTO entries SELECT 1, says, hash FROM entries WHERE number = 2",
        "INSERT INTO entries SELECT 5, says, hash FROM entries WHERE number = 3",
        "INSERT OR REPLACE INTO parts SELECT * FROM parts WHERE entry = 3",
        "INSERT INTO parts VALUES (1, 9, x'00')",
        "INSERT OR REPLACE INTO about SELECT * FROM about",
    ],
)
def test_the_database_refuses_changes(ledger, statement):
    many(ledger)
    before = [entry.hash for entry in ledger.entries()]
    connection = sqlite3.connect(ledger.folder / FILE)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert [entry.hash for entry in ledger.entries()] == before


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            ["UPDATE entries SET says = replace(says, 'r1', 'r9') WHERE number = 2"],
            "Entry 2 of the ledger was changed.",
        ),
        (["UPDATE entries SET hash = 'ab' WHERE number = 2"], "Entry 2 of the ledger was changed."),
        (["UPDATE parts SET content = content || x'00' WHERE entry = 2 AND position = 1"], "Entry 2 of the ledger was"),
        (["UPDATE parts SET content = zeroblob(9) WHERE entry = 3 AND position = 0"], "Entry 3 of the ledger was"),
        (["DELETE FROM parts WHERE entry = 2 AND position = 1"], "Entry 2 of the ledger was changed."),
        (["DELETE FROM entries WHERE number = 2"], "Entry 2 of the ledger is missing."),
        (["DELETE FROM entries WHERE number = 1"], "Entry 1 of the ledger is missing."),
        (["DELETE FROM entries WHERE number = 3"], "the last 1 were cut off"),
        (["DELETE FROM entries"], "has 0 entries where it had 3"),
        (
            [
                "UPDATE entries SET number = 9 WHERE number = 1",
                "UPDATE entries SET number = 1 WHERE number = 2",
                "UPDATE entries SET number = 2 WHERE number = 9",
            ],
            "Entry 1 of the ledger was changed.",
        ),
        (
            [
                "UPDATE parts SET entry = 9 WHERE entry = 1",
                "UPDATE parts SET entry = 1 WHERE entry = 2",
                "UPDATE parts SET entry = 2 WHERE entry = 9",
            ],
            "Entry 1 of the ledger was changed.",
        ),
        (["INSERT INTO parts VALUES (7, 0, x'00')"], "holds parts that belong to no entry"),
        (
            ["INSERT INTO entries SELECT 4, says, hash FROM entries WHERE number = 3"],
            "Entry 4 of the ledger was changed",
        ),
        (["CREATE TABLE more (a)"], "has other tables than a ledger"),
    ],
)
def test_tampering_is_noticed_and_told_where(ledger, statements, told):
    tamper(many(ledger), *statements)
    problems = check_ledger(ledger).problems
    assert any(told in problem for problem in problems), problems


def test_a_ledger_without_its_triggers_is_not_added_to(ledger):
    many(ledger)
    with sqlite3.connect(ledger.folder / FILE) as connection:
        connection.execute("DROP TRIGGER entries_never_delete")
    connection.close()
    with pytest.raises(IntegrityError, match="would not refuse changes"):
        added(ledger, table(pupils(500)), name="next")
    assert "lacks what refuses changes" in check_ledger(ledger).problems[0]


def test_any_changed_byte_is_noticed_or_changes_nothing(tmp_path):
    """Bytes that SQLite does not use may change: then all that can be read is as it was."""
    original = many(Ledger.create(tmp_path / "ledger", units=COLUMNS, time=NOW), 2)
    content = (original.folder / FILE).read_bytes()
    before = everything(original)
    chosen = random.Random(1)
    noticed = 0
    for place in [*range(0, 100, 7), *(chosen.randrange(len(content)) for _ in range(110))]:
        changed = bytearray(content)
        changed[place] ^= 1 << chosen.randrange(8)
        (original.folder / FILE).write_bytes(changed)
        try:
            opened = Ledger.open(original.folder)
            if check_ledger(opened).problems:
                noticed += 1
                continue
            assert everything(opened) == before, place
        except (IntegrityError, InputError):
            noticed += 1
    assert noticed > 40


def test_a_head_that_is_gone_changed_or_of_another_ledger_stops_it(ledger, tmp_path):
    many(ledger)
    head = (ledger.folder / HEAD).read_bytes()
    other = many(Ledger.create(tmp_path / "other", units=COLUMNS, time=NOW))
    for changed in (b"", b"{}", (other.folder / HEAD).read_bytes(), head.replace(b'"entries": 3', b'"entries": 2')):
        (ledger.folder / HEAD).write_bytes(changed)
        assert check_ledger(ledger).problems
        with pytest.raises(IntegrityError):
            ledger.entries()
    (ledger.folder / HEAD).unlink()
    with pytest.raises(IntegrityError, match="is gone or damaged"):
        ledger.entries()


def test_an_older_copy_of_all_files_is_told_by_the_hash_that_was_noted(ledger, tmp_path):
    """Nothing inside can tell it: this is why the hash is printed, and written in the submission's trail."""
    many(ledger, 2)
    copy = shutil.copytree(ledger.folder, tmp_path / "copy")
    noted = added(ledger, table(pupils(700)), name="last").entry.hash
    old = check_ledger(Ledger.open(copy))
    assert old.problems == ()
    assert noted not in {entry.hash for entry in old.entries}


def test_parts_of_another_ledger_with_the_same_key_fit_nowhere(ledger, tmp_path):
    """Even for one who has the key, and makes the hashes of the chain anew, is the content bound to its place."""
    many(ledger, 2)
    with connected(ledger.path) as connection:
        first, second = ledger.entries()
        (content,) = connection.execute("SELECT content FROM parts WHERE entry = 1 AND position = 0").fetchone()
    assert first.parts[0].name == second.parts[0].name
    assert ledger.secret.decrypted(content, place=f"{ledger.about.ledger}/1/outputs")
    for place in (f"{ledger.about.ledger}/2/outputs", f"{ledger.about.ledger}/1/members/0/0", "other/1/outputs"):
        with pytest.raises(IntegrityError):
            ledger.secret.decrypted(content, place=place)


# Crashes and several at a time


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def killed_after(method):
    return lambda *given: (method(*given), die())


def killed_with_changed_pages(method):
    def add(self, connection, *given):
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        method(self, connection, *given)
        die()

    return add


_WHEN = {
    "while parts are packed": (ledger_module, "parts_of", die),
    "after it wrote the entry": (Ledger, "_add", killed_after(Ledger._add)),
    "before the head": (ledger_module, "write_head", die),
}


def start_adding(ledger, name, patch=None):
    """Add a release in a process of its own."""

    def work():
        if patch is not None:
            setattr(*patch)
        added(Ledger.open(ledger.folder), table(pupils(5000)), name=name)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    return process


def exit_code(process):
    process.join()
    return process.exitcode


@pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")
@pytest.mark.parametrize("when", _WHEN)
def test_a_run_that_is_killed_leaves_all_or_nothing_and_can_be_done_again(ledger, when):
    many(ledger, 2)
    assert exit_code(start_adding(ledger, "killed", _WHEN[when])) == -signal.SIGKILL
    checked = check_ledger(ledger)
    there = when == "before the head"
    assert checked.problems == ()
    assert len(checked.entries) == 2 + there
    assert bool(checked.notes) == there
    again = added(ledger, table(pupils(5000)), name="killed")
    assert again.added != there
    assert [entry.name for entry in ledger.entries()] == ["r0", "r1", "killed"]
    checked = check_ledger(ledger)
    assert (checked.problems, checked.notes) == ((), ())


@pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")
def test_a_transaction_that_was_half_on_disk_is_undone(ledger):
    """Killed with changed pages written to the file already, and the rollback journal beside it."""
    many(ledger, 1)
    size = (ledger.folder / FILE).stat().st_size
    patch = (Ledger, "_add", killed_with_changed_pages(Ledger._add))
    assert exit_code(start_adding(ledger, "killed", patch)) == -signal.SIGKILL
    assert (ledger.folder / f"{FILE}-journal").exists()
    assert (ledger.folder / FILE).stat().st_size > size
    assert [entry.name for entry in ledger.entries()] == ["r0"]
    assert check_ledger(ledger).problems == ()
    assert added(ledger, table(pupils(5000)), name="killed").entry.number == 2


@pytest.mark.skipif(os.name != "posix", reason="fork")
def test_writers_take_turns_and_all_are_remembered(ledger):
    running = [start_adding(ledger, f"writer-{number}") for number in range(4)]
    assert [exit_code(process) for process in running] == [0] * 4
    assert sorted(entry.name for entry in ledger.entries()) == [f"writer-{number}" for number in range(4)]
    checked = check_ledger(ledger)
    assert (checked.problems, checked.notes) == ((), ())


def test_a_writer_who_goes_on_too_long_is_not_waited_for_and_readers_do_not_wait(ledger, monkeypatch):
    many(ledger, 1)
    monkeypatch.setattr(ledger_file, "_PATIENCE", 0.2)
    other = sqlite3.connect(ledger.folder / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkflowError, match="Somebody else is writing"):
        added(ledger, table(pupils(500)), name="next")
    assert len(list(ledger.read())) == 1
    other.execute("ROLLBACK")
    other.close()
    assert added(ledger, table(pupils(500)), name="next").added


def test_a_reader_who_is_slow_keeps_nobody_from_writing(ledger):
    many(ledger, 2)
    reading = ledger.read()
    next(reading)
    added(ledger, table(pupils(500)), name="next")
    assert [entry.name for entry, _ in reading] == ["r1"]


def test_errors_hold_nothing_of_what_it_keeps(ledger):
    tamper(many(ledger), "UPDATE parts SET content = content || x'00'", "UPDATE entries SET hash = '' WHERE number = 3")
    told = list(check_ledger(ledger).problems)
    for call in (ledger.entries, lambda: list(ledger.read()), lambda: added(ledger, table(pupils(500)), name="r0")):
        with pytest.raises(ExplainedError) as caught:
            call()
        told.append(str(caught.value))
    assert not any(word in " ".join(told) for word in ("havo", "vmbo", "counts", "sex"))
