"""The main job, from microdata to a verified release, on 2,287 real Dutch pupils: `make demo`."""

import argparse
import shutil
import sys
from pathlib import Path

from demo import steps
from demo.progress import Progress
from output_checks.cli.streams import survive_any_locale
from output_checks.errors import ExplainedError, InputError

HERE = Path(__file__).parent
MARK = ".made-by-the-demo"


def main() -> int:
    """Run every step into one folder; the exit code is 0 only if every one did what it should."""
    survive_any_locale()
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("demo-output"), help="folder to write (default: %(default)s)")
    folder = parser.parse_args().to
    try:
        _start_clean(folder)
        print("\n".join(_run(folder)))
    except ExplainedError as error:
        print(f"demo: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _run(folder: Path) -> list[str]:
    progress = Progress(steps=7)
    with progress.step("Put real pupils into CBS-like files (SPSS and csv, pseudonymised)") as say:
        say(steps.write_microdata(HERE / "bdf.csv", folder / "microdata"))
    with progress.step("Read them and build a cohort") as say:
        cohort = steps.read_cohort(folder / "microdata", folder / "cohort.csv")
        say(str(cohort.flow))
    with progress.step("Run a template: learning growth and school value added") as say:
        steps.run_study(folder, say=say)
    with progress.step("Register outputs with output_checks, two that should be refused among them") as say:
        say(steps.plant_disclosures(folder, cohort))
    with progress.step("Submit: the export zip, and the evidence apart from it") as say:
        submission = steps.submit(folder)
        say(f"{submission}")
    with progress.step("Two output checkers review it, each without seeing the other's vote") as say:
        steps.review(folder, submission, say=say)
    with progress.step("Seal the release, verify it, then change one byte and verify again") as say:
        ending = steps.seal_and_verify(folder, submission, say=say)
    return steps.closing_words(folder, submission, ending)


def _start_clean(folder: Path) -> None:
    """Empty the folder, if it is the demo's own."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise InputError(f"{folder} holds files that the demo did not make.", remedy="--to another-folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("The demo may empty this folder.\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
