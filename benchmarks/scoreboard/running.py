"""Register every case with a release of its own, and collect the verdicts; ask ACRO the same where it can be run."""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.scoreboard.cases import CASES, UNITS, Case
from output_checks.asked.answer import Answer
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release

ROOT = Path(__file__).parent.parent.parent
STORED = Path(__file__).parent / "acro.json"
"""ACRO's verdicts as they were when it was last run, for readers who have no environment for it."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one case."""

    case: Case
    outcome: Outcome | None
    """None where it could not be registered at all."""
    reason: str
    exported: frozenset[str] = field(default=frozenset())
    """Its files in the export zip. Those that need review leave only when output checkers approve them."""

    @property
    def is_right(self) -> bool:
        """A safe control passes; of a planted disclosure nothing passes, and what fails is not in the export zip."""
        if self.case.is_safe:
            return self.outcome is Outcome.PASS
        return self.outcome is not Outcome.PASS and (self.outcome is Outcome.REVIEW or not self.exported)


def verdict_of(case: Case, *, suppress: bool = False, policy: str = "cbs-export") -> Verdict:
    """Register the case in a release of its own, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        release = Release("scoreboard", folder=Path(folder) / "draft", units=UNITS, policy=policy, author="researcher")
        try:
            registered = case.register(release, suppress=True) if suppress else case.register(release)
        except InputError as error:
            return Verdict(case=case, outcome=None, reason=str(error))
        tables = registered.tables if isinstance(registered, Answer) else (registered,)
        own = {name for table in tables for name in table.files}
        exported = own & _exported(release, Path(folder) / "submissions")
        return Verdict(case=case, outcome=registered.outcome, reason=registered.reason, exported=frozenset(exported))


def verdicts(cases: Sequence[Case] = CASES) -> tuple[Verdict, ...]:
    return tuple(verdict_of(case) for case in cases)


def figures(found: Sequence[Verdict]) -> str:
    """`caught 21/21, safe 6/6`."""
    planted = [item.is_right for item in found if not item.case.is_safe]
    safe = [item.is_right for item in found if item.case.is_safe]
    return f"caught {sum(planted)}/{len(planted)}, safe {sum(safe)}/{len(safe)}"


@dataclass(frozen=True, kw_only=True)
class Acro:
    """ACRO's verdicts, with its versions; `stored` where they are those of an earlier run."""

    versions: Mapping[str, str]
    verdicts: Mapping[str, Mapping[str, str]]
    stored: bool

    def has_passed(self, number: str) -> bool:
        return set(self.verdicts[number]["verdict"].split(", ")) == {"pass"}

    def figures(self) -> str:
        planted = [not self.has_passed(number) for number in self.verdicts if not number.startswith("s")]
        safe = [self.has_passed(number) for number in self.verdicts if number.startswith("s")]
        return f"caught {sum(planted)}/{len(planted)}, safe {sum(safe)}/{len(safe)}"

    @property
    def name(self) -> str:
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items() if name != "acro")
        return f"ACRO {self.versions['acro']} ({versions})"


def ask_acro(python: str) -> Acro:
    """Run ACRO with its own interpreter.

    Raises
    ------
    InputError
        That interpreter is not there, or has no working ACRO.
    """
    try:
        done = subprocess.run(
            [python, "-m", "benchmarks.scoreboard.theirs"],
            cwd=ROOT,
            env={**os.environ, "MPLBACKEND": "Agg"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise InputError(f"{python} cannot be run.", remedy="the Python of an environment with acro==1.0.2") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise InputError(f"ACRO cannot be asked by {python}: {last}", remedy=f"{python} -m pip install acro==1.0.2")
    return Acro(**json.loads(done.stdout), stored=False)


def stored_acro() -> Acro:
    return Acro(**json.loads(STORED.read_text(encoding="utf-8")), stored=True)


def acro_here() -> str:
    """This interpreter, where it has ACRO; otherwise empty."""
    return sys.executable if find_spec("acro") else ""


def _exported(release: Release, folder: Path) -> set[str]:
    try:
        submission = release.submit(folder)
    except InputError:  # every output fails, so that nothing is left to submit
        return set()
    with zipfile.ZipFile(submission / f"{submission.name}.zip") as export:
        return set(export.namelist())
