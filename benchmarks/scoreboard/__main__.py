"""`make scoreboard`: judge the planted disclosures and the safe controls; the last line has the figures."""

import argparse
import json
import sys
import warnings

from benchmarks.scoreboard.page import PAGE, page
from benchmarks.scoreboard.running import STORED, Acro, acro_here, ask_acro, figures, stored_acro, verdicts
from output_checks.errors import InputError


def main() -> int:
    """Exit code 0: every disclosure is caught and every control passes; 1: not so; 2: ACRO cannot be run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scoreboard", description=__doc__)
    parser.add_argument("--acro", default="", help="the Python of an environment with ACRO; asks ACRO as well")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} in the docs, and ACRO's verdicts")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    try:
        acro = _acro(arguments.acro or acro_here())
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    found = verdicts()
    for item in found:
        ours = item.outcome.value if item.outcome else "refused"
        mark = "" if item.is_right else "  <- wrong"
        theirs = acro.verdicts[item.case.number]["verdict"]
        print(f"{item.case.number:>3} {ours:7} {theirs:12} {item.case.output}{mark}\n{'':24}{item.reason}")
    if arguments.write:
        if not acro.stored:
            kept = {"versions": acro.versions, "verdicts": acro.verdicts}
            STORED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")
        PAGE.write_text(page(found, acro), encoding="utf-8", newline="\n")
        print(f"Written: {PAGE}")
    print(f"\n{acro.name}{', as stored from an earlier run' if acro.stored else ''}: {acro.figures()}")
    print(figures(found))
    return 0 if all(item.is_right for item in found) else 1


def _acro(python: str) -> Acro:
    return ask_acro(python) if python else stored_acro()


if __name__ == "__main__":
    sys.exit(main())
