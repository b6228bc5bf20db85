"""The scoreboard: planted disclosures that must not pass, beside safe outputs that must, and more of both.

The cases that ACRO was asked about as well are in `benchmarks/scoreboard`; those below `MORE` are ours.
"""

import datetime as dt
import io
import json
import re
import sys
from dataclasses import replace

import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.scoreboard import __main__ as command
from benchmarks.scoreboard import data as invented
from benchmarks.scoreboard import theirs
from benchmarks.scoreboard.cases import CASES, PLANTED, SAFE, UNITS
from benchmarks.scoreboard.page import PAGE, page
from benchmarks.scoreboard.running import ROOT, STORED, ask_acro, figures, stored_acro, verdict_of, verdicts
from output_checks.asked.answer import Answer
from output_checks.errors import InputError, WorkflowError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.seal import release as seal
from tests.spec import (
    more_attacks,
    more_calls,
    more_keys,
    more_models,
    more_pictures,
    more_safe,
    more_safe_pictures,
    more_tables,
    more_together,
    more_weighted,
)
from tests.spec.attacking import determined
from tests.spec.planting import MORE, MORE_SAFE

LISTING = (
    more_attacks,
    more_tables,
    more_keys,
    more_attacks,
    more_calls,
    more_weighted,
    more_together,
    more_models,
    more_pictures,
    more_safe,
    more_safe_pictures,
)
"""The modules that fill `MORE` and `MORE_SAFE` when they are imported."""
WRONG: dict[str, str] = {}
"""Cases on the scoreboard whose verdict is wrong now."""
OURS = f"caught {len(PLANTED) - len(WRONG)}/{len(PLANTED)}, safe {len(SAFE)}/{len(SAFE)}"


@pytest.fixture(scope="module")
def found():
    return {item.case.number: item for item in verdicts()}


@pytest.fixture
def release(tmp_path):
    return Release("scoreboard", folder=tmp_path / "draft", units=UNITS, author="researcher")


def params(cases):
    """One test per case. One whose verdict is wrong now must fail; when it is mended, its reason is taken out."""
    wrong = [[pytest.mark.xfail(reason=case.wrong, strict=True)] if case.wrong else [] for case in cases]
    return [pytest.param(case, id=case.name, marks=marks) for case, marks in zip(cases, wrong, strict=True)]


def on_the_board(cases):
    marks = {number: [pytest.mark.xfail(reason=reason, strict=True)] for number, reason in WRONG.items()}
    return [pytest.param(case.number, marks=marks.get(case.number, [])) for case in cases]


@pytest.mark.parametrize("number", on_the_board(PLANTED))
def test_a_planted_disclosure_is_caught_and_leaves_only_when_a_person_approves(found, number):
    assert found[number].outcome is not Outcome.PASS
    assert found[number].outcome is Outcome.REVIEW or not found[number].exported
    assert found[number].reason


@pytest.mark.parametrize("number", on_the_board(SAFE))
def test_a_safe_output_passes_and_is_in_the_export(found, number):
    assert found[number].outcome is Outcome.PASS, found[number].reason
    assert found[number].exported


def test_the_figures_are_those_of_the_verdicts(found):
    assert figures(list(found.values())) == OURS
    assert stored_acro().figures() == "caught 6/21, safe 3/6"


def test_what_needs_review_is_not_released_without_votes(release, found, tmp_path):
    for case in PLANTED:
        if found[case.number].outcome is Outcome.REVIEW:
            case.register(release)
            submission = open_submission(release.submit(tmp_path / case.number))
            key = Ed25519PrivateKey.generate()
            with pytest.raises(WorkflowError):
                seal(
                    submission,
                    keys={"checker": key.public_key()},
                    checker="checker",
                    key=key,
                    folder=tmp_path / "released",
                    now=dt.datetime.now(dt.UTC),
                )
    assert not (tmp_path / "released").exists()


@pytest.mark.parametrize("case", [case for case in PLANTED if case.can_suppress], ids=lambda case: case.number)
@pytest.mark.parametrize("margins", [False, True])
def test_what_is_suppressed_cannot_be_recalculated(release, case, margins):
    registered = case.register(release, suppress=True, margins=margins)
    (content,) = (registered.tables[0] if isinstance(registered, Answer) else registered).files.values()
    frame = pd.read_csv(io.BytesIO(content), na_values="x")  # what leaves, to the byte
    by = list(frame.columns[: frame.columns.get_loc("n")])
    hidden = frame["n"].isna()
    assert hidden.any()
    assert frame.loc[~hidden, "n"].min() >= 10
    assert frame[hidden].drop(columns=by).isna().all(axis=None)
    assert not determined(frame, by)


def test_the_attack_on_suppressed_tables_finds_what_totals_give_back(release):
    registered = release.table("t", invented.track_of_three(), by="track", margins=True)
    frame = registered.frame.astype({"n": "float"})
    frame.loc[frame["track"] == "pro", "n"] = None
    assert determined(frame, ["track"]) == {"pro": "n"}
    frame.loc[frame["track"] == "vwo", "n"] = None
    assert not determined(frame, ["track"])


def test_the_cases_are_what_they_say():
    sizes = invented.pupils().groupby(["school", "track"]).size()
    assert len(invented.pupils()) == 1000
    assert sizes.min() > 140
    few = invented.track_of_three().groupby(["school", "track"]).size()
    assert few.xs("pro", level="track").tolist() == [2, 1]
    scores = invented.four_scores().groupby(["school", "track"])["score"].agg(["size", "count"])
    assert scores.loc[("A", "vwo"), "size"] > 160
    assert scores.loc[("A", "vwo"), "count"] == 4
    assert invented.one_score().groupby(["school", "track"])["score"].count().min() == 1
    share = invented.nearly_everyone_in_havo().groupby("school")["track"].apply(lambda track: (track == "havo").mean())
    assert share.between(0.96, 0.98).all()
    income = invented.one_pupil_holds_a_cell()
    of_cell = income.loc[invented.a_cell(income), "score"]
    assert of_cell.max() / of_cell.sum() == pytest.approx(0.999, abs=1e-5)
    assert (income["score"] < 0).sum() == 1
    assert invented.five_scores()["score"].value_counts().tolist() == [200] * 5
    assert invented.many_leave().groupby("ends").size().min() > 600


def test_acro_was_asked_every_case_and_its_verdicts_are_stored():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    numbers = [case.number for case in CASES]
    assert list(stored["verdicts"]) == numbers == list(theirs.ASK)
    assert stored["versions"]["acro"] == "1.0.2"


@pytest.mark.parametrize("python", ["no-such-python", sys.executable])
def test_an_environment_without_acro_is_an_error_that_says_what_to_install(python):
    with pytest.raises(InputError, match=r"acro==1\.0\.2"):
        ask_acro(python)


def test_the_command_ends_with_our_figures_and_acros_above_them(found, monkeypatch, capsys):
    monkeypatch.setattr(command, "verdicts", lambda: tuple(found.values()))
    monkeypatch.setattr(sys, "argv", ["scoreboard"])
    assert command.main() == (1 if WRONG else 0)
    theirs_above, ours = capsys.readouterr().out.strip().splitlines()[-2:]
    assert ours == OURS
    assert theirs_above.startswith("ACRO 1.0.2")
    assert theirs_above.endswith("caught 6/21, safe 3/6")


def test_the_command_says_which_case_is_wrong(found, monkeypatch, capsys):
    passed = replace(found["1"], outcome=Outcome.PASS)
    monkeypatch.setattr(command, "verdicts", lambda: (passed, found["2"]))
    monkeypatch.setattr(sys, "argv", ["scoreboard"])
    assert command.main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.endswith("<- wrong")] == [line for line in printed if line[:3] == "  1"]
    assert printed[-1] == "caught 1/2, safe 0/0"


def test_the_page_is_what_the_verdicts_are(found):
    assert PAGE.read_text(encoding="utf-8") == page(list(found.values()), stored_acro()), (
        "Try: python -m benchmarks.scoreboard --write"
    )


def test_the_readme_has_the_same_figures_as_the_scoreboard(found):
    caught, safe = re.findall(r"(\d+)/(\d+)", figures(list(found.values())))
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{caught[0]} of {caught[1]} planted disclosures" in text
    assert f"{safe[0]} of {safe[1]} safe outputs" in text


def test_more_disclosures_and_controls_are_planted_than_acro_was_asked():
    assert len(MORE) >= 25
    assert len(MORE_SAFE) >= 15
    names = [case.name for case in (*MORE, *MORE_SAFE)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", params(MORE))
def test_another_disclosure_does_not_pass(case, release):
    try:
        registered = case.register(release)
    except InputError:
        return  # it could not be registered, so that it has not passed either
    assert registered.outcome in {Outcome.FAIL, Outcome.REVIEW}


@pytest.mark.parametrize("case", params(MORE_SAFE))
def test_another_safe_output_passes(case, release):
    registered = case.register(release)
    assert registered.outcome is Outcome.PASS, registered.reason


def test_the_same_case_is_judged_alike_twice():
    case = next(case for case in PLANTED if case.number == "1")
    assert verdict_of(case) == verdict_of(case)
