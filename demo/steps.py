"""The steps of the main job, each the way its user would do it: in Python for researchers, by command for checkers."""

import contextlib
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.cohort import build_cohort
from demo.prepare import prepare
from nco_research.cohort import Cohort
from nco_research.templating import run_template
from output_checks import Release
from output_checks.cli import main as output_checks
from output_checks.errors import ExplainedError

STUDY = "growth-and-value-added"
TEMPLATE = "growth_and_value_added"
PUPIL = ["RINPERSOONS", "RINPERSOON"]
CHECKERS = ("first-checker", "second-checker")
SCHOOL_LIST, ROWS, RETURNED = "school_list", "pupil_rows", "growth_by_background"
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the job ended: the verdict per output, and whether verifying told the whole release from the changed one."""

    approved: tuple[str, ...]
    refused: Mapping[str, str]
    verified: bool
    tampering_detected: bool


def write_microdata(bdf_csv: Path, folder: Path) -> str:
    """Write the public data as CBS would hold it; returns which files there are."""
    prepare(bdf_csv, folder)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return "\n".join(files)
