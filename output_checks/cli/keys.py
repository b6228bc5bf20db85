"""`output-checks keys`: signing keys of output checkers."""

import argparse
from pathlib import Path

from output_checks.errors import InputError
from output_checks.store.keys import create_key, fingerprint, load_public_keys


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = subparsers.add_parser("keys", help="make and list the signing keys of output checkers")
    actions = keys.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = actions.add_parser(
        "create",
        help="make a key pair for one output checker",
        description="Make NAME.key, which only its owner may read, and NAME.pub, which everyone who verifies needs.",
        epilog="example: output-checks keys create first-checker --folder keys",
    )
    create.add_argument("name", metavar="NAME", help="the output checker")
    create.add_argument("--folder", type=Path, required=True, metavar="FOLDER", help="where the keys are written")
    create.set_defaults(run=_create)
    show = actions.add_parser(
        "list",
        help="list the public keys in a folder, each with its fingerprint",
        epilog="example: output-checks keys list --folder keys",
    )
    show.add_argument("--folder", type=Path, required=True, metavar="FOLDER", help="where the keys are")
    show.set_defaults(run=_list)


def _create(arguments: argparse.Namespace) -> int:
    private, public = create_key(arguments.name, arguments.folder)
    print(f"Written: {private} (keep it to yourself) and {public} (give it to everyone who verifies).")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    keys = load_public_keys(arguments.folder)
    if not keys:
        raise InputError(f"There is no public key in {arguments.folder}.", remedy="the folder with the .pub files")
    for name, key in keys.items():
        print(f"{fingerprint(key)}  {name}")
    return 0
