"""The `nco` command: run a study, read codebooks, declare a study, link deliveries, make a country.

Exit codes: 0 done, 2 bad input or could not run.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from nco_research.cli import codebooks, link, study, synthesize, templates
from output_checks.errors import ExplainedError

_DESCRIPTION = """\
Run a study as a notebook, with parameters that are checked before anything runs.

  nco templates                              which templates there are
  nco templates growth_and_value_added       its parameters
  nco run growth_and_value_added -p data=pupils.csv -p pupil=pupil -p school=school
      -p before=score_2023 -p after=score_2024 -p groups=sex,track -o study
"""
_EPILOG = "Exit codes: 0 done, 2 bad input or could not run. What a study registers is judged by output-checks."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Characters that the terminal lacks print as `?` instead of ending the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ExplainedError as error:
        print(f"nco: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        print(f"nco: the package {error.name} is needed. Try: pip install 'nco-research[research]'", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("nco: interrupted; nothing was changed. Try: the same command again.", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - a traceback may quote records, so none is shown
        print(
            f"nco: it could not be done ({type(error).__name__}), which is a mistake in the toolkit. "
            "Try: report the command and this line.",
            file=sys.stderr,
        )
        return 2


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="nco", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=shape)
    parser.add_argument("--version", action="version", version=f"nco {version('nco-research')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    for group in (templates, codebooks, study, link, synthesize):
        group.add(subparsers)
    return parser
