"""The pages of the rules: one with all of them, and one for each."""

from collections.abc import Iterator, Mapping, Sequence

from docs.markdown import sentence, table, toctree
from output_checks.model.policy import KINDS, Policy
from output_checks.model.rule import CellRule, FileRule, ReleaseRule, Rule
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy, policy_names
from output_checks.rules import RULES


def rule_pages() -> Mapping[str, Iterator[str]]:
    """Every page by its name below `docs/reference`."""
    return {"rules.md": _index()} | {page_of(rule): _page(rule) for rule in RULES}


def page_of(rule: Rule) -> str:
    return f"rules/{rule.code.lower()}.md"


def _index() -> Iterator[str]:
    yield "# Rules\n"
    yield (
        "Every rule that is run, in the order of the code; each has a page with all that is to be said of it. What the "
        "thresholds are set to is on the page of the [policies](policies.md); what no rule covers is on the page of "
        "the [limits](limits.md).\n"
    )
    yield from table(
        ["code", "rule", "judges"],
        [[f"[{rule.code}]({page_of(rule)})", rule.title, _judges(rule)] for rule in RULES],
    )
    yield (
        "A rule passes only on what is known. Where a fact is missing, or comes from an origin that the rule does not "
        "accept, or where the rule itself breaks down, its finding is *review*. A statistic that the toolkit does not "
        "know gets the finding `KND1`, which is always *review*.\n"
    )
    for rule in RULES:
        yield f"## {rule.code}: {rule.title}\n"
        yield f"{rule.aim} [More]({page_of(rule)})\n"
        yield f"**What to do.** {rule.advice}\n"
    yield from toctree("rules/*")


def _page(rule: Rule) -> Iterator[str]:
    yield f"# {rule.code}: {rule.title}\n"
    yield f"{rule.aim}\n"
    yield f"**What to do.** {rule.advice}\n"
    yield f"**How it works.** {rule.rationale}\n"
    yield f"**Source.** {sentence(rule.source)}\n"
    yield f"**Judges** {_judges(rule)}.\n"
    if isinstance(rule, CellRule):
        yield from _evidence(rule)
    yield "## Thresholds\n"
    if not rule.thresholds:
        yield "None: it asks the same under every policy.\n"
    for name in rule.thresholds:
        yield from _threshold(name, [load_policy(policy) for policy in policy_names()])
    yield "[All rules](../rules.md)"


def _evidence(rule: CellRule) -> Iterator[str]:
    yield "## What it judges from\n"
    yield from table(
        ["kind of statistic", "statistics"],
        [
            [kind.value, ", ".join(item.value for item in Statistic if item.kind is kind)]
            for kind in sorted(rule.kinds, key=lambda kind: kind.value)
        ],
    )
    yield f"- Facts needed: {'; '.join(fact.value for fact in rule.needs)}."
    yield f"- Origins it accepts: {', '.join(sorted(origin.value for origin in rule.accepts))}.\n"
    yield "Where a fact is not known, or comes from another origin, the finding is *review*.\n"


def _threshold(name: str, policies: Sequence[Policy]) -> Iterator[str]:
    kind = KINDS[name]
    yield f"[`{name}`](../policies.md#{name}), in {kind.unit}: {kind.meaning}. {sentence(kind.side())}\n"
    yield from table(
        ["policy", *(["unit level"] if kind.per_unit else []), "value", "confidence"],
        [
            [f"[{policy.name}](../policies/{policy.name}.md)", *([item.of] if kind.per_unit else []),
             f"{item.value:g}", item.confidence.value]
            for policy in policies
            for item in policy.thresholds
            if item.name == name
        ],
    )  # fmt: skip


def _judges(rule: Rule) -> str:
    if isinstance(rule, FileRule):
        return "each file"
    if isinstance(rule, ReleaseRule):
        return "all outputs of a release together"
    if not isinstance(rule, CellRule):
        raise TypeError(f"{rule.code} is of a kind that this page does not describe yet.")
    cells = "suppressed cells" if rule.judges_hidden else "published cells"
    cells = "perturbed cells" if rule.judges_perturbed else cells
    once = ", once per unit level" if rule.per_unit else ", once per variable" if rule.per_variable else ""
    return cells + once
