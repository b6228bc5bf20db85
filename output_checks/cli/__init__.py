"""The `output-checks` command. Each subcommand is a module with `configure(subparsers)`, which sets `run`.

Exit codes: 0 pass, 1 fail, 2 bad input or could not run, 3 needs review.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from output_checks.cli import check, draft, keys, ledger, page, policy, release, review, verify
from output_checks.cli.streams import quiet_when_closed, survive_any_locale
from output_checks.errors import ExplainedError

_COMMANDS = (check, draft, policy, keys, review, page, release, verify, ledger)
_DESCRIPTION = """\
Check what would leave the research environment, review it, seal it, verify it.

  researchers        output-checks check table.csv
  output checkers    output-checks review submissions/growth-2026-1
                     output-checks release submissions/growth-2026-1 --to released --keys keys \\
                       --as second-checker --key keys/second-checker.key
  anyone             output-checks verify released/growth-2026-1-release --keys keys
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    survive_any_locale()
    parser = argparse.ArgumentParser(
        prog="output-checks",
        description=_DESCRIPTION,
        epilog="Exit codes: 0 pass, 1 fail, 2 bad input or could not run, 3 needs review.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"output-checks {version('nco-research')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.configure(subparsers)
    arguments = parser.parse_args(argv)
    try:
        return _run(arguments)
    except ExplainedError as error:
        print(f"output-checks: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader has seen enough, as with `| head`
        quiet_when_closed()
        return 0
    except KeyboardInterrupt:
        print("output-checks: interrupted. Try: the same command again; it finishes what was begun.", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - a traceback may quote records, so none is shown
        print(
            f"output-checks: it could not be done ({type(error).__name__}), which is a mistake in the toolkit. "
            "Try: report the command and this line.",
            file=sys.stderr,
        )
        return 2


def _run(arguments: argparse.Namespace) -> int:
    code = int(arguments.run(arguments))
    sys.stdout.flush()  # here, where a closed pipe can still be told from a mistake
    return code
