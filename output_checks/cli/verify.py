"""`output-checks verify`: is this folder, to the byte, what output checkers approved?"""

import argparse
import json
from pathlib import Path

from output_checks.store.keys import load_public_keys
from output_checks.workflow.seal import verify


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "verify",
        help="prove that a release is exactly what was approved",
        description="Check a sealed release: every file is there, unchanged to the byte, with nothing added, and was "
        "approved by enough output checkers whose public keys are in the keys folder. Exit code 1 if not.",
        epilog="example: output-checks verify released/growth-2026-1-release --keys keys",
    )
    parser.add_argument("release", type=Path, metavar="RELEASE", help="the release's folder")
    parser.add_argument("--keys", type=Path, required=True, metavar="FOLDER", help="the checkers' public keys (.pub)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was proven; a broken seal is an IntegrityError, exit code 1."""
    verified = verify(arguments.release, load_public_keys(arguments.keys))
    seal = verified.seal
    if arguments.json:
        print(
            json.dumps(
                {
                    "release": seal.release,
                    "verified": True,
                    "files": seal.files,
                    "policy": seal.policy["name"],
                    "approved_by": verified.checkers,
                    "released_by": seal.released_by,
                    "time": seal.time,
                },
                indent=2,
            )
        )
        return 0
    checkers = " and ".join(verified.checkers)
    print(
        f"Verified: {seal.release} ({', '.join(seal.files)}) is exactly what {checkers} approved under policy "
        f"{seal.policy['name']}, sealed {seal.time}."
    )
    return 0
