"""From what was handed in to a verdict: read the files, attack what is hidden, run the rules.

The researcher's session and the output checker's machine both run exactly this, each from the evidence and the bytes
in front of it, so that nobody's verdict is taken on trust.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import TypeAlias

import numpy as np

from output_checks.checking import check
from output_checks.errors import InputError
from output_checks.model.evidence import Fact, FactName, FileContent, Floats, Origin, Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind, Statistic
from output_checks.protection.attacker import attack
from output_checks.protection.overlaps import published_elsewhere
from output_checks.readers import read_content
from output_checks.rendering.csv import table_csv
from output_checks.rules.suppression import HIDDEN_BUT_KNOWN
from output_checks.workflow.totals import lowest_contribution, totals

TOOLKIT = f"nco-research {version('nco-research')}"

_Place: TypeAlias = tuple[int, int]
"""Which output, and which of its tabulations."""


def judge(
    outputs: Sequence[Output], contents: Mapping[str, bytes], policy: Policy
) -> tuple[tuple[Output, ...], CheckReport]:
    """Judge outputs in their order, each beside those before it that may leave. `contents` has every file's bytes.

    A refused output does not leave, so it cannot betray the others. One that passes by itself and gives away what an
    earlier one hides is refused: first come, first served. One that fails and asks for an exception may still leave,
    so it stays in, whatever it does to the others.

    Returns the outputs with what was derived on the way (file contents, bounds of hidden cells), and the report.
    """
    read = [replace(output, files=_read_files(output, contents)) for output in outputs]
    refused: dict[str, tuple[Output, OutputReport]] = {}
    staying: list[Output] = []
    failing: set[str] = set()  # of those that stay: they ask for an exception, or are betrayed by one that does
    for output in read:
        judged, report = _judge_together([*staying, output], policy)
        own = _with_betrayals(judged[-1], report, unless=failing)
        if is_refused(output, own):
            refused[output.name] = (judged[-1], own)
        else:
            staying.append(output)
            failing = {item.output for item in report.outputs if item.outcome is Outcome.FAIL}
    final = {}
    while staying:
        judged, report = _judge_together(staying, policy)
        final = {item.name: (item, report.of(item.name)) for item in judged}
        betrayed = {name: pair for name, pair in final.items() if is_refused(*pair)}
        if not betrayed:
            break
        refused |= betrayed
        staying = [output for output in staying if output.name not in betrayed]
    in_order = [refused.get(output.name) or final[output.name] for output in outputs]
    return tuple(output for output, _ in in_order), CheckReport(
        policy=policy.name,
        policy_sha256=policy.sha256,
        toolkit=TOOLKIT,
        outputs=tuple(own for _, own in in_order),
    )


def is_refused(output: Output, report: OutputReport) -> bool:
    """Whether the toolkit withholds it: it fails, and nobody asked that people judge it all the same."""
    return report.outcome is Outcome.FAIL and not output.exception_request


def _judge_together(outputs: Sequence[Output], policy: Policy) -> tuple[tuple[Output, ...], CheckReport]:
    attacked = with_bounds(outputs, width=policy.limits()["minimum_interval_width"])
    return attacked, check(attacked, policy, toolkit=TOOLKIT)


def _with_betrayals(newest: Output, report: CheckReport, *, unless: Collection[str]) -> OutputReport:
    """The report on the newest output, with the harm it does to those before it, which did not fail without it."""
    own = report.of(newest.name)
    failing = [item.output for item in report.outputs if item.outcome is Outcome.FAIL]
    harmed = [name for name in failing if name != newest.name and name not in unless]
    if not harmed or own.outcome is Outcome.FAIL:
        return own
    betrayal = Finding(
        rule=HIDDEN_BUT_KNOWN.code,
        outcome=Outcome.FAIL,
        message=f"Beside it, suppressed cells of {', '.join(harmed)} can be worked out.",
        advice=f"Use the same records and categories as {harmed[0]}, or publish one of the two.",
    )
    return replace(own, findings=(*own.findings, betrayal))


def with_bounds(outputs: Sequence[Output], *, width: float) -> tuple[Output, ...]:
    """The same outputs, each hidden cell with the interval that an outsider can prove from everything published.

    Tables are attacked together: what each hides alone, they may give away together, as the same records, or as a
    selection or regrouping that leaves just the hidden ones over; or as nearly the same records, when a count that
    another table shows but for fewer than `width` records is taken as known. Bounds that came in are dropped.
    Where the attack cannot be completed there are none, which means review.
    """
    tabulations = {
        (name, position): _without_bounds(tabulation)
        for name, output in enumerate(outputs)
        for position, tabulation in enumerate(output.tabulations)
    }
    for family in _families(tabulations).values():
        if any(tabulations[place].hidden.any() for place in family):
            for place, facts in _attack_family(tabulations, family, width=width).items():
                tabulations[place] = tabulations[place].with_facts(*facts)
    return tuple(
        replace(output, tabulations=tuple(tabulations[name, position] for position in range(len(output.tabulations))))
        for name, output in enumerate(outputs)
    )


def _families(tabulations: Mapping[_Place, Tabulation]) -> Mapping[tuple[str, str], list[_Place]]:
    """Tabulations of one number: counts, or totals of one variable, whatever the records."""
    families: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for place, item in tabulations.items():
        if item.by == ("term",):  # a model's terms are not parts of a whole
            continue
        if item.statistic is Statistic.COUNT:
            families["counts", ""].append(place)
        elif item.kind is Kind.LINEAR_AGGREGATION:
            families["totals", item.variable].append(place)
    return families


def _attack_family(
    tabulations: Mapping[_Place, Tabulation], family: Sequence[_Place], *, width: float
) -> dict[_Place, list[Fact]]:
    """Bounds for every place of one family: first what other tables give away, then table by table of equal records."""
    counts = tabulations[family[0]].statistic is Statistic.COUNT
    items = [tabulations[place] if counts else totals(tabulations[place[0], 0], tabulations[place]) for place in family]
    systems: dict[tuple[str, str], list[tuple[_Place, Tabulation]]] = defaultdict(list)
    completed = published_elsewhere(items, width=width if counts else 0.0)
    for place, item in zip(family, completed, strict=True):
        systems[item.data, item.variable].append((place, item))
    facts = {}
    for system in systems.values():
        places, tables = zip(*system, strict=True)
        for place, item, bounds in zip(places, tables, _attack(tables, counts=counts), strict=False):
            facts[place] = _bound_facts(item, *bounds, counts=counts)
    return facts


def _attack(items: Sequence[Tabulation], *, counts: bool) -> Sequence[tuple[Floats, Floats]]:
    """Bounds per table of one system; none at all where the attack could not be completed."""
    try:
        lower = 0.0 if counts else lowest_contribution(items)
        result = attack(items, whole_numbers=counts, lower=lower)
    except InputError:
        return ()
    return result.bounds if result.complete else ()


def _bound_facts(item: Tabulation, lower: Floats, upper: Floats, *, counts: bool) -> list[Fact]:
    facts = [_derived(FactName.LOWER_BOUND, lower), _derived(FactName.UPPER_BOUND, upper)]
    if not counts:
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(upper > lower, (upper - lower) / np.abs(item.values) * 100, 0.0)
        facts.append(_derived(FactName.INTERVAL_PERCENT, percent))
    return facts


def _derived(name: FactName, values: Floats) -> Fact:
    return Fact(name=name, values=values, origin=Origin.DERIVED)


def _without_bounds(tabulation: Tabulation) -> Tabulation:
    bounds = {FactName.LOWER_BOUND, FactName.UPPER_BOUND, FactName.INTERVAL_PERCENT}
    return replace(tabulation, facts=tuple(fact for fact in tabulation.facts if fact.name not in bounds))


def _read_files(output: Output, contents: Mapping[str, bytes]) -> tuple[FileContent, ...]:
    return tuple(_read_file(output, content.name, contents) for content in output.files)


def _read_file(output: Output, name: str, contents: Mapping[str, bytes]) -> FileContent:
    """What the bytes tell; a file that is not there is not what was measured."""
    if name not in contents:
        return FileContent(name=name, sha256="", size=0, matches_evidence=False)
    content = read_content(name, contents[name])
    measured = output.kind in {OutputKind.TABLE, OutputKind.MODEL}
    if not measured:
        return content
    same = bool(output.tabulations) and contents[name] == table_csv(output.tabulations)
    return replace(content, matches_evidence=same)
