"""`output-checks release`: seal what every output checker approved."""

import argparse
import datetime as dt
import json
from pathlib import Path

from output_checks.cli.options import add_ledger
from output_checks.store.keys import load_private_key, load_public_keys
from output_checks.workflow.inbox import open_submission
from output_checks.workflow.remembering import ledger_of
from output_checks.workflow.seal import release


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "release",
        help="write the approved outputs, sealed",
        description="Write the outputs that every output checker approved, with a signed seal that says who approved "
        "exactly which bytes under which policy. Every vote must be signed with a key from the keys folder. With a "
        "ledger, what leaves is remembered there first.",
        epilog="example: output-checks release submissions/growth-2026-1 --to released --keys keys --as second-checker "
        "--key keys/second-checker.key",
    )
    parser.add_argument("submission", type=Path, metavar="SUBMISSION", help="the submission's folder")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where releases are written")
    parser.add_argument("--keys", type=Path, required=True, metavar="FOLDER", help="the checkers' public keys (.pub)")
    parser.add_argument("--as", dest="checker", required=True, metavar="NAME", help="the output checker who releases")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="that checker's own .key file")
    add_ledger(parser)
    parser.add_argument("--json", action="store_true", help="print where it is as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the release and say where it is."""
    submission = open_submission(arguments.submission, ledger=arguments.ledger)
    ledger = ledger_of(submission.manifest, arguments.ledger)
    written = release(
        submission,
        keys=load_public_keys(arguments.keys),
        checker=arguments.checker,
        key=load_private_key(arguments.key),
        folder=arguments.to,
        now=dt.datetime.now(dt.UTC),
        ledger=ledger,
    )
    entry = None if ledger is None else ledger.entry_of(submission.stored.sha256)
    if arguments.json:
        remembered = None if entry is None else {"number": entry.number, "hash": entry.hash}
        print(json.dumps({"release": str(written), "ledger": remembered}))
        return 0
    print(f"Released: {written}")
    if ledger is None or entry is None:
        print("Not remembered: no ledger was named, so that later releases will not be compared with it.")
    else:
        print(f"Remembered as entry {entry.number} of {ledger.folder}. Note its hash elsewhere: {entry.hash}")
    return 0
