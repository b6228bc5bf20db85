"""`output-checks draft` and `output-checks submit`: what a researcher has registered so far, and handing it in."""

import argparse
import json
from pathlib import Path

from output_checks.cli.exit_codes import EXIT_CODES
from output_checks.release import Release
from output_checks.rendering.words import VERDICTS


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    draft = subparsers.add_parser(
        "draft",
        help="show the verdict on every output registered so far",
        epilog="example: output-checks draft study/release",
    )
    draft.add_argument("folder", type=Path, metavar="DRAFT", help="the draft release's folder")
    draft.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    draft.set_defaults(run=show)
    submit = subparsers.add_parser(
        "submit",
        help="write the submission: the export zip, and the evidence apart from it",
        description="Write the submission. Outputs that fail and have no exception request are withheld: the output "
        "checker sees that they were refused and why, but their files are not in the export zip.",
        epilog="example: output-checks submit study/release --to submissions",
    )
    submit.add_argument("folder", type=Path, metavar="DRAFT", help="the draft release's folder")
    submit.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where submissions are kept")
    submit.add_argument("--json", action="store_true", help="print where it is as JSON")
    submit.set_defaults(run=hand_in)


def show(arguments: argparse.Namespace) -> int:
    """Print a verdict and a reason per output; the exit code is that of the gravest."""
    release = Release.open(arguments.folder)
    report = release.check()
    if arguments.json:
        outputs = [
            {"output": item.output, "outcome": item.outcome.value, "reason": item.reason} for item in report.outputs
        ]
        print(json.dumps({"release": release.name, "outcome": report.outcome.value, "outputs": outputs}, indent=2))
        return EXIT_CODES[report.outcome]
    print(f"{release.name}, under policy {report.policy}")
    for item in report.outputs:
        print(f"\n{item.output}: {VERDICTS[item.outcome]}\n  {item.reason}")
        if item.reasons and item.reasons[0].advice:
            print(f"  To mend it: {item.reasons[0].advice}")
    return EXIT_CODES[report.outcome]


def hand_in(arguments: argparse.Namespace) -> int:
    """Write the submission and say where it is."""
    written = Release.open(arguments.folder).submit(arguments.to)
    print(json.dumps({"submission": str(written)}) if arguments.json else f"Submitted: {written}")
    return 0
