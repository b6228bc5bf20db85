"""From what was handed in to a verdict: read the files, attack what is hidden, run the rules.

The researcher's session and the output checker's machine both run exactly this, each from the evidence and the bytes
in front of it, so that nobody's verdict is taken on trust.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

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

TOOLKIT = f"nco-research {version('nco-research')}"


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

    Tables of the same records are attacked together: what two tables hide apart, they may give away together.
    """
    tabulations = {
        (name, position): _without_bounds(tabulation)
        for name, output in enumerate(outputs)
        for position, tabulation in enumerate(output.tabulations)
    }
    systems: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for key, tabulation in tabulations.items():
        if tabulation.kind in {Kind.FREQUENCY, Kind.LINEAR_AGGREGATION} and tabulation.by != ("term",):
            counts = tabulation.statistic is Statistic.COUNT
            of = "count" if counts else "total"
            systems[tabulation.data, tabulation.population, tabulation.variable, of].append(key)
    for (*_, of), keys in systems.items():
        if not any(tabulations[key].hidden.any() for key in keys):
            continue
        attacked = _attack_counts if of == "count" else _attack_totals
        for key, tabulation in zip(keys, attacked(outputs, [tabulations[key] for key in keys], keys), strict=True):
            tabulations[key] = tabulation
    return tuple(
        replace(output, tabulations=tuple(tabulations[name, position] for position in range(len(output.tabulations))))
        for name, output in enumerate(outputs)
    )
