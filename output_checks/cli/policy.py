"""`output-checks policy`: the limits in force, where each comes from and how sure we are of it."""

import argparse
import json

from output_checks.policies import load_policy, policy_names


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "policy",
        help="explain a policy: every limit, its source and how sure we are of it",
        epilog="example: output-checks policy cbs-export",
    )
    parser.add_argument("name", nargs="?", help="name or path of a policy; without it, the policies there are")
    parser.add_argument("--json", action="store_true", help="print the policy as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the policies there are, or one of them."""
    if arguments.name is None:
        names = policy_names()
        print(json.dumps(names) if arguments.json else "\n".join(names))
        return 0
    policy = load_policy(arguments.name)
    if arguments.json:
        print(json.dumps(policy.as_mapping() | {"sha256": policy.sha256}, indent=2))
        return 0
    print(f"{policy.title} ({policy.name}, version {policy.version}, sha256 {policy.sha256[:16]})")
    print(f"Protects: {', '.join(policy.units)}")
    for item in policy.thresholds:
        name = f"{item.name}.{item.of}" if item.of else item.name
        print(f"\n{name} = {item.value:g} {item.kind.unit} (passes {item.kind.passes})")
        print(f"    {item.kind.meaning}")
        print(f"    source, {item.confidence}: {item.source}")
    return 0
