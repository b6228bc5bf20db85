"""`output-checks policy`: the limits there are, where each comes from, how sure we are of it, and which is stricter."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from output_checks.errors import PolicyError
from output_checks.model.comparison import Compared, compare
from output_checks.model.nearest import nearest
from output_checks.model.policy import Policy, Threshold
from output_checks.model.policy_file import policy_from_mapping
from output_checks.policies import load_policy, policy_names
from output_checks.rules import RULES
from output_checks.store.submission import MANIFEST, read_submission

_WHICH = "name or file of a policy, or the folder of a submission made under it"


def configure(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "policy",
        help="list the policies, explain one, or compare two",
        description="Without a command, list the policies that come with the toolkit.",
        epilog="example: output-checks policy explain cbs-export minimum_contributors",
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.set_defaults(run=run)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    explain = commands.add_parser(
        "explain",
        help="every limit: what passes, its source and how sure we are of it",
        description="Explain every limit of a policy, or one of them: its value, what happens exactly on it, the rules "
        "that read it, where it comes from and how sure we are of that.",
        epilog="example: output-checks policy explain cbs-export k_percent.school",
    )
    explain.add_argument("name", metavar="POLICY", help=_WHICH)
    explain.add_argument("threshold", nargs="?", metavar="THRESHOLD", help="one threshold, or one for one unit level")
    explain.add_argument("--dataset", action="append", default=[], metavar="NAME", help="as it holds for this dataset")
    explain.add_argument("--json", action="store_true", help="print the policy as JSON")
    explain.set_defaults(run=run_explain)
    comparison = commands.add_parser(
        "compare",
        help="two policies side by side, and which is stricter where",
        description="Set two policies side by side, threshold by threshold, and say which of them is stricter.",
        epilog="example: output-checks policy compare cbs-export sacro",
    )
    comparison.add_argument("name", metavar="POLICY", help=_WHICH)
    comparison.add_argument("other", metavar="OTHER", help="another")
    comparison.add_argument("--json", action="store_true", help="print the comparison as JSON")
    comparison.set_defaults(run=run_compare)


def run(arguments: argparse.Namespace) -> int:
    """Print the policies there are."""
    policies = [load_policy(name) for name in policy_names()]
    if arguments.json:
        print(json.dumps([_summary(policy) for policy in policies], indent=2))
        return 0
    width = max(len(policy.name) for policy in policies)
    for policy in policies:
        accepted = "" if policy.accepts_submissions else "  (no submissions here)"
        print(f"{policy.name:{width}}  {policy.title}, version {policy.version}{accepted}")
    return 0


def run_explain(arguments: argparse.Namespace) -> int:
    """Print one policy, or one of its thresholds."""
    policy = _policy(arguments.name).for_dataset(*arguments.dataset)
    chosen = _chosen(policy, arguments.threshold)
    if arguments.json:
        explained = _summary(policy) | {"thresholds": [_as_json(item) for item in chosen]}
        if arguments.threshold is None:
            datasets = {name: [_as_json(item) for item in items] for name, items in policy.datasets.items()}
            explained |= {"datasets": datasets}
        print(json.dumps(explained, indent=2))
        return 0
    print("\n".join(_explained(policy, chosen, whole=arguments.threshold is None)))
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print two policies side by side. Being looser is no error: the exit code is 0."""
    first, second = _policy(arguments.name), _policy(arguments.other)
    compared = compare(first, second)
    if arguments.json:
        rows = [
            {
                "threshold": item.key,
                "first": _value(item.first),
                "second": _value(item.second),
                "stricter": item.stricter,
            }
            for item in compared
        ]
        print(json.dumps({"first": _summary(first), "second": _summary(second), "thresholds": rows}, indent=2))
        return 0
    alike = first.label == second.label
    one, other = (arguments.name, arguments.other) if alike else (first.label, second.label)
    print("\n".join(_side_by_side(one, other, compared)))
    return 0


def _policy(name: str) -> Policy:
    """By its name, from a file, or the one that a submission was made under, as it holds for its datasets."""
    folder = Path(name)
    if not folder.is_dir():
        return load_policy(name)
    return policy_from_mapping(read_submission(folder).manifest.policy, source=f"{folder / MANIFEST}")


def _chosen(policy: Policy, threshold: str | None) -> Sequence[Threshold]:
    if threshold is None:
        return policy.thresholds
    chosen = [item for item in policy.thresholds if threshold in {item.key, item.name}]
    if not chosen:
        known = {item.key for item in policy.thresholds} | {item.name for item in policy.thresholds}
        raise PolicyError(f"{policy.name} has no threshold {threshold!r}.", remedy=nearest(threshold, known))
    return chosen


def _explained(policy: Policy, chosen: Sequence[Threshold], *, whole: bool) -> Iterator[str]:
    yield f"{policy.title} ({policy.label}, version {policy.version}, sha256 {policy.sha256[:16]})"
    if whole:
        yield f"Protects: {', '.join(policy.units)}"
        if policy.tightened_from:
            yield f"Tightened from: {policy.tightened_from.partition(' ')[0]}"
        yield f"Submissions under it: {'accepted' if policy.accepts_submissions else 'not accepted here'}"
    for item in chosen:
        yield ""
        yield f"{item.key} = {item.value:g} {item.kind.unit}"
        yield f"    {item.kind.meaning}"
        yield f"    {item.side}; stricter is {item.kind.stricter}"
        if rules := _read_by(item):
            yield f"    read by {', '.join(rules)}"
        yield f"    source, {item.confidence}: {item.source}"
    for name, items in policy.datasets.items() if whole else ():
        yield f"\nFor the dataset {name}:"
        yield from (f"    {item.key} = {item.value:g} ({item.confidence}: {item.source})" for item in items)


def _side_by_side(first: str, second: str, compared: Sequence[Compared]) -> Iterator[str]:
    head = ("threshold", first, second, "stricter")
    words = {"first": first, "second": second, "same": "the same"}
    rows = [(item.key, _shown(item.first), _shown(item.second), words[item.stricter]) for item in compared]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    for row in (head, *rows):
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    counts = [sum(item.stricter == which for item in compared) for which in words]
    yield f"{first} is stricter in {counts[0]}, {second} in {counts[1]}, the same in {counts[2]}."


def _summary(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "title": policy.title,
        "version": policy.version,
        "sha256": policy.sha256,
        "units": list(policy.units),
        "tightened_from": policy.tightened_from,
        "for_datasets": list(policy.for_datasets),
        "accepts_submissions": policy.accepts_submissions,
    }


def _as_json(item: Threshold) -> dict[str, Any]:
    return {
        "threshold": item.key,
        "value": item.value,
        "unit": item.kind.unit,
        "meaning": item.kind.meaning,
        "passes": item.kind.passes,
        "on_the_limit": item.side,
        "stricter": item.kind.stricter.value,
        "rules": _read_by(item),
        "source": item.source,
        "confidence": item.confidence.value,
    }


def _read_by(item: Threshold) -> list[str]:
    return [rule.code for rule in RULES if item.name in rule.thresholds]


def _value(item: Threshold | None) -> float | None:
    return None if item is None else item.value


def _shown(item: Threshold | None) -> str:
    return "not protected" if item is None else f"{item.value:g}"
