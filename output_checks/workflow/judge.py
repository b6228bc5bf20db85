"""From what was handed in to a verdict: read the files, attack what is hidden, run the rules.

The researcher's session and the output checker's machine both run exactly this, each from the evidence and the bytes
in front of it, so that nobody's verdict is taken on trust.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import TypeAlias

import numpy as np

from output_checks.checking import check
from output_checks.errors import InputError
from output_checks.model.evidence import Fact, FactName, FileContent, Floats, Origin, Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind, Statistic
from output_checks.protection.attacker import attack
from output_checks.readers import read_content
from output_checks.rendering.csv import table_csv
from output_checks.workflow.totals import lowest_contribution, totals

TOOLKIT = f"nco-research {version('nco-research')}"

_Place: TypeAlias = tuple[int, int]
"""Which output, and which of its tabulations."""


def judge(
    outputs: Sequence[Output], contents: Mapping[str, bytes], policy: Policy
) -> tuple[tuple[Output, ...], CheckReport]:
    """Judge outputs together. `contents` has the bytes of every file, by name.

    Returns the outputs with what was derived on the way (file contents, bounds of hidden cells), and the report.
    """
    read = [replace(output, files=_read_files(output, contents)) for output in outputs]
    attacked = with_bounds(read)
    return attacked, check(attacked, policy, toolkit=TOOLKIT)


def with_bounds(outputs: Sequence[Output]) -> tuple[Output, ...]:
    """The same outputs, each hidden cell with the interval that an outsider can prove from everything published.

    Tables of the same records are attacked together: what each hides alone, they may give away together. Bounds that
    came in with the evidence are dropped. Where the attack cannot be completed there are none, which means review.
    """
    tabulations = {
        (name, position): _without_bounds(tabulation)
        for name, output in enumerate(outputs)
        for position, tabulation in enumerate(output.tabulations)
    }
    for places in _systems(tabulations).values():
        if any(tabulations[place].hidden.any() for place in places):
            for place, facts in _attack(tabulations, places).items():
                tabulations[place] = tabulations[place].with_facts(*facts)
    return tuple(
        replace(output, tabulations=tuple(tabulations[name, position] for position in range(len(output.tabulations))))
        for name, output in enumerate(outputs)
    )


def _systems(tabulations: Mapping[_Place, Tabulation]) -> Mapping[tuple[str, ...], list[_Place]]:
    """Tabulations whose cells add up together: counts, or totals of one variable, of the same records."""
    systems: dict[tuple[str, ...], list[_Place]] = defaultdict(list)
    for place, item in tabulations.items():
        if item.by == ("term",):  # a model's terms are not parts of a whole
            continue
        if item.statistic is Statistic.COUNT:
            systems["counts", item.data, item.variable].append(place)
        elif item.kind is Kind.LINEAR_AGGREGATION:
            systems["totals", item.data, item.variable].append(place)
    return systems


def _attack(tabulations: Mapping[_Place, Tabulation], places: Sequence[_Place]) -> dict[_Place, list[Fact]]:
    """Bounds for every place of one system; none where the attack could not be completed."""
    items = [tabulations[place] for place in places]
    counts = items[0].statistic is Statistic.COUNT
    if not counts:
        items = [totals(tabulations[output, 0], tabulations[output, position]) for output, position in places]
    try:
        if counts:
            result = attack(items, whole_numbers=True)
        else:
            result = attack(items, whole_numbers=False, lower=lowest_contribution(items))
    except InputError:
        return {}
    if not result.complete:
        return {}
    facts = {}
    for place, item, (lower, upper) in zip(places, items, result.bounds, strict=True):
        found = [_derived(FactName.LOWER_BOUND, lower), _derived(FactName.UPPER_BOUND, upper)]
        if not counts:
            with np.errstate(divide="ignore", invalid="ignore"):
                percent = np.where(upper > lower, (upper - lower) / np.abs(item.values) * 100, 0.0)
            found.append(_derived(FactName.INTERVAL_PERCENT, percent))
        facts[place] = found
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
