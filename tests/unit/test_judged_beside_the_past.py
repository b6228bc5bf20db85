"""What left before stands beside what leaves next: nothing new may give it away, or be given away by it."""

import pytest

from output_checks import Release
from output_checks.model.evidence import CellStatus
from output_checks.model.finding import Outcome
from output_checks.store.draft import load_outputs
from output_checks.store.ledger import Ledger
from output_checks.store.ledger_entry import Left
from output_checks.workflow.inbox import open_submission
from tests.factories import pupils

UNITS = {"pupil": ("pupil",), "school": ("school",)}
NOW = "2026-11-25T12:00:00+00:00"


@pytest.fixture
def ledger(tmp_path):
    return Ledger.create(tmp_path / "ledger", units=UNITS, time=NOW)


def release(tmp_path, name, ledger=None):
    return Release(
        name, folder=tmp_path / name, units=UNITS, author="researcher", ledger=None if ledger is None else ledger.folder
    )


def leave(ledger, draft):
    """As if all that is registered were approved and released."""
    outputs = load_outputs(draft.folder)[0]
    ledger.append(Left(name=draft.name, date=NOW, policy="cbs-export", origin="sealed", outputs=outputs), units=UNITS)


def small(n=1000):
    data = pupils(n)
    data.loc[:3, "track"] = "pro"
    return data


def test_the_same_table_without_one_pupil_fails_a_year_later(tmp_path, ledger):
    first = release(tmp_path, "first", ledger)
    first.table("t", pupils(1000), by=["track", "sex"])
    leave(ledger, first)
    again, less = pupils(1000), pupils(1000).iloc[1:]
    second = release(tmp_path, "second", ledger)
    assert second.table("same", again, by=["track", "sex"]).outcome is Outcome.PASS
    assert second.table("less", less, by=["track", "sex"]).outcome is Outcome.FAIL
    assert release(tmp_path, "alone").table("less", less, by=["track", "sex"]).outcome is Outcome.PASS


def test_a_selection_under_another_name_is_set_against_what_left_before(tmp_path, ledger):
    first = release(tmp_path, "first", ledger)
    first.table("t", pupils(1000), by="sex")
    leave(ledger, first)
    second = release(tmp_path, "second", ledger)
    data = pupils(1000).assign(gender=lambda d: d["sex"].map({"boy": "m", "girl": "f"}))
    assert second.table("less", data.iloc[3:], by="gender").outcome is Outcome.FAIL
    assert second.table("fewer", data.iloc[300:], by="gender").outcome is Outcome.PASS


def test_nothing_may_give_back_what_an_earlier_release_hid(tmp_path, ledger):
    first = release(tmp_path, "first", ledger)
    first.table("t", small(), by="track", margins=True, suppress=True)
    leave(ledger, first)
    hidden = load_outputs(first.folder)[0][0].tabulations[0]
    secondary = [
        cell[0]
        for cell, status in zip(hidden.cells, hidden.status, strict=True)
        if status is CellStatus.SECONDARY_SUPPRESSED
    ]
    second = release(tmp_path, "second", ledger)
    gives = second.table("gives", small()[lambda d: d["track"] == secondary[0]], by="sex", population="one track")
    assert gives.outcome is Outcome.FAIL
    assert "first/t" in gives.report.reason
    assert second.table("others", small(), by="sex").outcome is Outcome.PASS


def test_the_checker_judges_beside_the_ledger_too(tmp_path, ledger):
    first = release(tmp_path, "first", ledger)
    first.table("t", pupils(1000), by=["track", "sex"])
    leave(ledger, first)
    careless = release(tmp_path, "second")  # names no ledger
    careless.table("less", pupils(1000).iloc[1:], by=["track", "sex"])
    careless.table("safe", pupils(2000).iloc[1000:], by="sex", population="others")
    folder = careless.submit(tmp_path / "submissions")
    assert open_submission(folder).report.of("less").outcome is Outcome.PASS
    known = open_submission(folder, ledger=ledger.folder)
    assert known.report.of("less").outcome is Outcome.FAIL
    assert [output.name for output in known.up_for_vote] == ["safe"]
