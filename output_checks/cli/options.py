"""Options that several commands have."""

import argparse
from pathlib import Path


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """Which ledger says what left before."""
    parser.add_argument(
        "--ledger", type=Path, metavar="FOLDER", help="the project's ledger (default: the one that its author named)"
    )
