"""`make bench` runs every benchmark; `make bench BENCH=measuring` one; `--write` puts the tables into the docs."""

import argparse
import os
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from benchmarks import country, ledger, linking, measuring, microdata, protection, rules, spells

BENCHMARKS = {
    "measuring": measuring.run,
    "rules": rules.run,
    "microdata": microdata.run,
    "linking": linking.run,
    "spells": spells.run,
    "country": country.run,
    "protection": protection.run,
    "ledger": ledger.run,
}
PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks.md"


_BEGIN, _END = "<!-- {}: begin -->", "<!-- end -->"
_SECTION = re.compile(r"<!-- (\w+): begin -->\n(.*?)\n<!-- end -->", re.DOTALL)
_HEAD = """\
# Benchmarks

Ratios against a named floor, measured in one run on one machine: seconds compare within a table only.
`python -m benchmarks NAME --write` measures one table anew and leaves the others.

"""


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
    tables = {name: BENCHMARKS[name]() for name in arguments.names or BENCHMARKS}
    print("\n\n".join(tables.values()))
    if arguments.write:
        PAGE.write_text(_page(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8", newline="\n")
    return 0


def _page(text: str, tables: Mapping[str, str]) -> str:
    """The page with these tables; those of other benchmarks stay as they were measured before."""
    kept = dict(_SECTION.findall(text))
    machine = (
        f"Python {platform.python_version()}, pandas {pd.__version__}, {platform.machine()}, {os.cpu_count()} cores"
    )
    new = {name: f"{table}\n\n`make bench BENCH={name}` ({machine})" for name, table in tables.items()}
    sections = [
        f"{_BEGIN.format(name)}\n{(kept | new)[name].strip()}\n{_END}" for name in BENCHMARKS if name in kept | new
    ]
    return _HEAD + "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    sys.exit(main())
