"""`make bench` runs every benchmark; `make bench BENCH=measuring` one; `--write` puts the tables into the docs."""

import argparse
import platform
import sys
from pathlib import Path

import pandas as pd

from benchmarks import measuring, microdata

BENCHMARKS = {"measuring": measuring.run, "microdata": microdata.run}
PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks.md"


def main() -> int:
    """Print a table per benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which to run: {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.name} in the docs")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        print(f"There is no benchmark {min(unknown)!r}. Try: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    tables = [BENCHMARKS[name]() for name in arguments.names or BENCHMARKS]
    text = "\n\n".join(tables)
    print(text)
    if arguments.write:
        machine = f"Python {platform.python_version()}, pandas {pd.__version__}, {platform.machine()}"
        PAGE.write_text(
            "# Benchmarks\n\nRatios against a named floor, both measured in one run; medians of 3. Written by\n"
            f"`python -m benchmarks --write` ({machine}).\n\n{text}\n",
            encoding="utf-8",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
