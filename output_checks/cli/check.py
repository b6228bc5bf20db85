"""`output-checks check`: what can be told of files as they are, before anyone submits them."""

import argparse
import json
from pathlib import Path

from output_checks.cli.exit_codes import EXIT_CODES
from output_checks.errors import InputError
from output_checks.model.evidence import Output, OutputKind
from output_checks.policies import load_policy
from output_checks.readers import read_content
from output_checks.rendering.words import VERDICTS
from output_checks.workflow.judge import judge


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "check",
        help="look into files before submitting them",
        description=(
            "Look into csv, Excel and PNG files for linking keys, identifiers, unit records and hidden content. "
            "How many pupils and schools stand behind a number cannot be seen in a file, so a file alone is at best "
            "'needs review': register tables with output_checks.Release to have them measured."
        ),
        epilog="example: output-checks check table.csv figure.png --json",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--policy", default="cbs-export", help="name or path of the policy (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a verdict per file; the exit code is that of the gravest."""
    policy = load_policy(arguments.policy)
    contents = {}
    for path in arguments.files:
        if not path.is_file():
            raise InputError(f"There is no file {path}.", remedy="the path of an existing file")
        if path.name in contents:
            raise InputError(f"Two files are called {path.name}.", remedy="files with different names")
        contents[path.name] = path.read_bytes()
    outputs = [
        Output(name=name, kind=OutputKind.FILE, title=name, files=(read_content(name, content),))
        for name, content in contents.items()
    ]
    _, report = judge(outputs, contents, policy)
    if arguments.json:
        print(
            json.dumps(
                {
                    "policy": report.policy,
                    "policy_sha256": report.policy_sha256,
                    "outcome": report.outcome.value,
                    "files": [
                        {
                            "file": item.output,
                            "outcome": item.outcome.value,
                            "findings": [
                                {"rule": f.rule, "outcome": f.outcome.value, "message": f.message, "advice": f.advice}
                                for f in item.findings
                            ],
                        }
                        for item in report.outputs
                    ],
                },
                indent=2,
            )
        )
    else:
        for item in report.outputs:
            print(f"{item.output}: {VERDICTS[item.outcome]}")
            for finding in item.reasons:
                print(f"  {finding.rule}  {finding.message}\n        {finding.advice}")
    return EXIT_CODES[report.outcome]
