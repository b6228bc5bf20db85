"""`output-checks page`: a submission as one page to read, with the counts behind every cell."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from output_checks.cli.options import add_ledger
from output_checks.rendering.html import review_page
from output_checks.store.files import write_atomically
from output_checks.workflow.inbox import open_submission


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "page",
        help="write a submission as one HTML page for the output checker",
        description="Write everything an output checker needs to judge a submission as one HTML page. It shows the "
        "counts behind the cells, so it stays inside the environment.",
        epilog="example: output-checks page submissions/growth-2026-1 --to growth.html",
    )
    parser.add_argument("submission", type=Path, metavar="SUBMISSION", help="the submission's folder")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="the page to write")
    add_ledger(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the page."""
    submission = open_submission(arguments.submission, ledger=arguments.ledger)
    page = review_page(
        submission.outputs,
        submission.contents,
        submission.report,
        title=f"Submission {submission.manifest.title}",
        facts=f"By {submission.manifest.author}, under policy {submission.policy.label}. Counted are "
        f"{_counted(submission.manifest.units)}. State: {submission.state}, votes in: {len(submission.signed)} of "
        f"{submission.votes_required}.",
    )
    write_atomically(arguments.to, page.encode("utf-8"))
    print(f"Written: {arguments.to}")
    return 0


def _counted(units: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{level}s by {' and '.join(columns)}" for level, columns in units.items())
