"""The steps of the main job, each the way its user would do it: in Python for researchers, by command for checkers."""

import contextlib
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.cohort import build_cohort
from demo.prepare import prepare
from nco_research import Cohort
from nco_research.templating import run_template
from output_checks import Release
from output_checks.cli import main as output_checks
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.model.review import Vote
from output_checks.rendering.words import VERDICTS
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.seal import outcome_of

STUDY = "growth-and-value-added"
TEMPLATE = "growth_and_value_added"
SCHOOL_LIST, ROWS = "school_list", "pupil_rows"
VOTES = {
    "first-checker": ("--return=growth_by_background=say in the title how background is defined",),
    "second-checker": ("--approve=growth_by_background=most pupils of any large group have no migration background",),
}
"""What each output checker answers where the checks ask for a person; the rest passes by itself and is approved."""
PROVEN = "release verified, tampering detected"  # or the job would have stopped before
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the job ended, per output, and whether verifying told the whole release from the changed one."""

    approved: tuple[str, ...]
    refused: Mapping[str, str]
    """Output and reason: withheld by the checks."""
    returned: Mapping[str, str]
    """Output and reason: sent back by an output checker."""
    release: Path


def write_microdata(bdf_csv: Path, folder: Path) -> str:
    """Write the public data as CBS would hold it; returns which files there are."""
    prepare(bdf_csv, folder)
    return "\n".join(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def read_cohort(microdata: Path, to: Path) -> Cohort:
    """Build the cohort and keep it as the csv file that a study starts from."""
    cohort = build_cohort(microdata)
    cohort.frame.to_csv(to, index=False, encoding="utf-8")
    return cohort


def run_study(folder: Path, *, say: Say) -> None:
    """Run the template on the cohort; it registers its outputs in a draft release."""
    study = run_template(
        TEMPLATE,
        {
            "data": str(folder / "cohort.csv"),
            "pupil": "RINPERSOONS,RINPERSOON",
            "school": "school",
            "before": "language_before",
            "after": "language_after",
            "groups": "denomination,repeated_grade,sex,background",
            "covariates": "ses,sex,background",
            "release_name": STUDY,
        },
        folder=folder / "study",
        progress=say,
    )
    say(f"the study as a page: {study.page}")


def plant_disclosures(folder: Path, cohort: Cohort) -> str:
    """Register what a careless researcher might: a list of schools, and the pupils themselves. Returns all verdicts."""
    release = Release.open(folder / "study" / "release")
    pupils = cohort.frame
    release.table(
        SCHOOL_LIST, pupils, by="school", value="language_after", statistic="mean", title="Mean score of every school"
    )
    rows = folder / "pupils.csv"
    pupils[["RINPERSOON", "school", "language_after"]].to_csv(rows, index=False, encoding="utf-8")
    release.file(ROWS, rows, title="The pupils themselves")
    report = release.check()
    width = max(len(item.output) for item in report.outputs)
    return "\n".join(
        f"{item.output:{width}}  {VERDICTS[item.outcome]}"
        + ("" if item.outcome is Outcome.PASS else f": {item.reason}")
        for item in report.outputs
    )


def submit(folder: Path) -> Path:
    """Hand the draft in."""
    return Release.open(folder / "study" / "release").submit(folder / "submissions")


def review(folder: Path, submission: Path, *, say: Say) -> None:
    """Two output checkers look and vote; the first sends one table back."""
    keys = folder / "keys"
    _command("page", submission, "--to", folder / "review-page.html")
    say(f"what they look at: {folder / 'review-page.html'}")
    for name, votes in VOTES.items():
        _command("keys", "create", name, "--folder", keys)
        said = _command("review", submission, "--as", name, "--key", keys / f"{name}.key", *votes, "--approve-rest")
        say(f"{name}\n{said}")


def seal_and_verify(folder: Path, submission: Path, *, say: Say) -> Ending:
    """Release what both approved, verify it, and verify a copy in which one byte was changed.

    Raises
    ------
    InputError
        Verifying did not tell the two apart.
    """
    keys, name = folder / "keys", list(VOTES)[-1]
    own: list[str | Path] = ["--as", name, "--key", keys / f"{name}.key"]
    _command("release", submission, "--to", folder / "released", "--keys", keys, *own)
    released = folder / "released" / f"{submission.name}-release"
    say(_command("verify", released, "--keys", keys))
    copy = folder / "changed-copy"
    shutil.copytree(released, copy)
    changed = min(copy.glob("*.csv"))
    content = changed.read_bytes()
    changed.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    say(_command("verify", copy, "--keys", keys, expect=1))
    return _ending(submission, released)


def closing_words(folder: Path, submission: Path, ending: Ending) -> list[str]:
    """What happened, for somebody who sees it for the first time; the last line sums it up."""
    approved, refused = len(ending.approved), len(ending.refused) + len(ending.returned)
    return [
        "",
        "What happened",
        f"  Approved by two output checkers and sealed: {', '.join(ending.approved)}",
        *(f"  Refused by the checks: {name}. {reason}" for name, reason in ending.refused.items()),
        *(f"  Returned by an output checker: {name}. Reason: {reason}" for name, reason in ending.returned.items()),
        "",
        "Where to look",
        f"  {folder / 'study' / f'{TEMPLATE}.html'}: the study, with the verdict on every output",
        f"  {folder / 'review-page.html'}: what the output checkers saw, with the counts behind every cell",
        f"  {submission / f'{submission.name}.zip'}: what was submitted for export, with the output control form",
        f"  {ending.release}: what left, with its seal",
        "",
        f"demo: {approved + refused} outputs, {approved} approved, {refused} refused, {PROVEN}",
    ]


def _ending(submission: Path, released: Path) -> Ending:
    found = open_submission(submission)
    outcomes = {output.name: outcome_of(found, output.name) for output in found.up_for_vote}
    doubts = {
        name: decision.reasons[name]
        for decision in found.decisions
        for name, choice in decision.votes.items()
        if choice is not Vote.APPROVE
    }
    return Ending(
        approved=tuple(name for name, outcome in outcomes.items() if outcome is Vote.APPROVE),
        refused={output.name: found.report.of(output.name).reason for output in found.refused},
        returned=doubts,
        release=released,
    )


def _command(*words: str | Path, expect: int = 0) -> str:
    """Run one `output-checks` command as a checker would, and return what it printed.

    Raises
    ------
    InputError
        Its exit code is another than expected.
    """
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = output_checks([str(word) for word in words])
    if code != expect:
        said = printed.getvalue().strip()
        raise InputError(
            f"output-checks {words[0]} ended with exit code {code}, not {expect}. It said: {said}",
            remedy="make clean demo",
        )
    return printed.getvalue().rstrip()
