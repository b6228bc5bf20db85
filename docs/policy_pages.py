"""The pages of the policies: one that sets them side by side, with every threshold, and one for each."""

from collections.abc import Iterator, Mapping, Sequence

from docs.markdown import sentence, table, toctree
from docs.rule_pages import page_of
from output_checks.model.policy import KINDS, Policy, Threshold
from output_checks.policies import load_policy, policy_names
from output_checks.rules import RULES


def policy_pages() -> Mapping[str, Iterator[str]]:
    """Every page by its name below `docs/reference`."""
    policies = [load_policy(name) for name in policy_names()]
    return {"policies.md": _index(policies)} | {f"policies/{policy.name}.md": _page(policy) for policy in policies}


def _index(policies: Sequence[Policy]) -> Iterator[str]:
    yield "# Policies and their thresholds\n"
    yield (
        "Every limit is data: a value with its unit, the side that passes, its source, and how sure we are that the "
        "source says so. *Found* means read in a public source; *from memory* means known in the field and not read "
        "again; *inferred* is our own choice. **Before relying on a limit that is not *found*, let an output checker "
        "of the institution confirm it.** A project may [tighten a policy](../how-to/tighten-a-policy.md), never "
        "loosen it.\n"
    )
    yield from table(
        ["policy", "what for", "version", "submissions"],
        [[f"[{policy.name}](policies/{policy.name}.md)", policy.title, policy.version, _accepts(policy)]
         for policy in policies],
    )  # fmt: skip
    yield (
        "Any policy can be used to look at outputs. Output checkers take submissions only under one that says "
        "`accepts_submissions = true` in its file: nobody may choose the rules of another institution because they are "
        "laxer. `output-checks policy compare cbs-export sacro` says which of two is stricter where.\n"
    )
    yield from _side_by_side(policies)
    yield "## Thresholds\n"
    for name in KINDS:
        yield from _threshold(name, policies)
    yield from toctree("policies/*")


def _side_by_side(policies: Sequence[Policy]) -> Iterator[str]:
    yield "## Side by side\n"
    keys = list(dict.fromkeys(item.key for policy in policies for item in policy.thresholds))
    order = list(KINDS)
    keys.sort(key=lambda key: order.index(key.partition(".")[0]))
    yield from table(
        ["threshold", *(policy.name for policy in policies), "passes", "stricter is"],
        [[f"[`{key}`](#{key.partition('.')[0]})", *(_value(policy, key) for policy in policies), *_of_kind(key)]
         for key in keys],
    )  # fmt: skip
    yield (
        "¹ inferred: our own choice. `n_largest` and `k_percent` are read together: the two largest at 90 percent and "
        "the largest at 50 percent are different questions, and neither is the stricter.\n"
    )


def _value(policy: Policy, key: str) -> str:
    item = next((item for item in policy.thresholds if item.key == key), None)
    if item is None:
        return "not protected"
    return f"{item.value:g}" + ("¹" if item.confidence.value == "inferred" else "")


def _of_kind(key: str) -> tuple[str, str]:
    kind = KINDS[key.partition(".")[0]]
    return kind.passes, kind.stricter.value


def _threshold(name: str, policies: Sequence[Policy]) -> Iterator[str]:
    kind = KINDS[name]
    used_by = [f"[{rule.code}]({page_of(rule)})" for rule in RULES if name in rule.thresholds]
    yield f"### {name}\n"
    yield f"{sentence(kind.meaning)}\n"
    yield f"- Unit: {kind.unit}"
    yield f"- Passes: {kind.passes}" + (", for each unit level" if kind.per_unit else "") + f"; {kind.side()}"
    yield f"- Stricter is: {kind.stricter.value}"
    if used_by:
        yield f"- Read by: {', '.join(used_by)}"
    for policy in policies:
        for item in policy.thresholds:
            if item.name == name:
                of = f", {item.of}" if item.of else ""
                yield f"- `{policy.name}`{of}: **{item.value:g}**. {item.source} (*{item.confidence.value}*)"
    yield ""


def _page(policy: Policy) -> Iterator[str]:
    yield f"# {policy.name}\n"
    yield f"{policy.title}, version {policy.version}. Protects each {' and each '.join(policy.units)}.\n"
    yield f"- Submissions: {_accepts(policy)}"
    yield f"- sha256: `{policy.sha256}`"
    yield f"- File: `output_checks/policies/{policy.name}.toml`"
    found = [sum(item.confidence.value == word for item in policy.thresholds) for word in _WORDS]
    yield f"- Of its limits {found[0]} are found, {found[1]} are from memory and {found[2]} are inferred.\n"
    yield from _limits(policy.thresholds)
    if policy.datasets:
        yield "## Datasets\n"
        yield (
            "For outputs made from these datasets, named in `Release(..., dataset=)`, these limits are stricter. The "
            "others stay as they are above.\n"
        )
    for name, items in policy.datasets.items():
        yield f"### {name}\n"
        yield from _limits(items)
    yield "[All policies, side by side](../policies.md)"


_WORDS = ("found", "from memory", "inferred")


def _limits(items: Sequence[Threshold]) -> Iterator[str]:
    yield from table(
        ["threshold", "value", "unit", "exactly on it", "source", "confidence"],
        [[f"[`{item.key}`](../policies.md#{item.name})", f"{item.value:g}", item.kind.unit, item.side, item.source,
          item.confidence.value]
         for item in items],
    )  # fmt: skip


def _accepts(policy: Policy) -> str:
    return "accepted" if policy.accepts_submissions else "not accepted here"
