"""Protect a table beside what is published: hide what it gives away of others, and what they give away of it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from output_checks.errors import InputError
from output_checks.measuring.units import Units
from output_checks.model.evidence import Flags, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.rendering.csv import table_csv
from output_checks.rules.differencing import RULE as NEARLY_EQUAL
from output_checks.rules.subtraction import RULE as SUBTRACTION
from output_checks.rules.suppression import HIDDEN_BUT_KNOWN
from output_checks.workflow.mending import Beside
from output_checks.workflow.tabling import in_their_places, readied

_NAMES_CELLS = frozenset({NEARLY_EQUAL.code, SUBTRACTION.code})
_MOST_TRIES = 12
_BESIDE_OTHERS = _NAMES_CELLS | {HIDDEN_BUT_KNOWN.code}


def protected_beside(
    output: Output, hide: Callable[[Flags], Output], *, beside: Beside, units: Units, policy: Policy
) -> Output:
    """The table with more cells hidden, where it fails only beside others and that mends it; else as it came.

    `hide` makes the table again with these innermost cells hidden too, and whatever else that takes. Each try is judged
    beside all that is registered and left before. Hidden are the cells that findings name, again and again; where none
    does, those that share units with what others hide, the smallest first, in steps that double.
    """
    others = [*beside.earlier, *(one for one in beside.outputs if one.name != output.name)]
    findings = _failing(output, beside, units, policy) if others else []
    made, hidden, step = output, np.zeros(len(output.tabulations[0].cells), dtype=bool), 1
    for _ in range(_MOST_TRIES):
        if not findings:
            return made
        open_cells = _open(made.tabulations[0], hidden)
        more = _named(findings, open_cells) or _sharing(made.tabulations[0], open_cells, others)[:step]
        if not more or not {finding.rule for finding in findings} <= _BESIDE_OTHERS:
            return output
        step *= 2
        hidden[more] = True
        try:
            made = hide(hidden)
        except InputError:
            return output
        findings = _failing(made, beside, units, policy)
    return made if not findings else output


def _failing(output: Output, beside: Beside, units: Units, policy: Policy) -> Sequence[Finding]:
    """Findings for which it would be refused."""
    file: Mapping[str, bytes] = {f"{output.name}.csv": table_csv(output.tabulations)}
    ready = readied(output, file, units=units)
    report = beside.judged(in_their_places(beside.outputs, [ready]), file, policy).of(output.name)
    return [finding for finding in report.findings if finding.outcome is Outcome.FAIL]


def _open(count: Tabulation, hidden: Flags) -> list[int]:
    """Innermost cells that are still published, the smallest first."""
    inner = [place for place, cell in enumerate(count.cells) if None not in cell]
    return sorted(
        (place for place in inner if not count.hidden[place] and not hidden[place] and count.values[place] > 0),
        key=lambda place: (count.values[place], place),
    )


def _named(findings: Sequence[Finding], open_cells: Sequence[int]) -> list[int]:
    named = {cell for finding in findings if finding.rule in _NAMES_CELLS for cell in finding.cells}
    return [place for place in open_cells if place in named]


def _sharing(count: Tabulation, open_cells: Sequence[int], others: Sequence[Output]) -> list[int]:
    shared = _shares_units(count, others)
    return [place for place in open_cells if shared[place]]


def _shares_units(count: Tabulation, others: Sequence[Output]) -> Flags:
    """Cells that have a unit in common with a cell that another table hides."""
    flags = np.zeros(len(count.cells), dtype=bool)
    for item in (item for other in others for item in other.tabulations):
        if count.members is not None and item.members is not None and item.hidden.any():
            hidden = item.members.finest[item.hidden[item.members.cells]]
            flags[np.unique(count.members.cells[np.isin(count.members.finest, hidden)])] = True
    return flags
