"""What a protection takes from a table of counts, in numbers that can be compared. For inside only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from output_checks.model.evidence import Cell, FactName, Floats, Tabulation
from output_checks.workflow.recoding import Merge


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Loss of a protected table against the exact one."""

    fewer: int
    """Numbers that are hidden, or gone because categories were merged."""
    changed: int
    """Published numbers that are not the true count."""
    absolute_change: float
    """Sum over these of the distance to the true count."""
    contributors_hidden: float
    """Finest units in the innermost cells that are hidden; nobody is hidden by a merging."""
    hellinger: float
    """Distance (0 to 1) between the true shares of the innermost cells and those that a reader would take: a merged
    cell in equal parts, and hidden cells for equal parts of what is left of the total."""


def loss_of(exact: Tabulation, protected: Tabulation, *, merges: Sequence[Merge] = ()) -> Loss:
    """The loss; `merges` are what was done to the data of the protected one, where it has other cells."""
    changed = np.zeros(0) if merges else np.abs(protected.published - exact.values)[~protected.hidden]
    hidden = np.zeros(len(exact.cells), dtype=bool) if merges else protected.hidden
    contributors = next((fact.values for fact in exact.facts if fact.name is FactName.CONTRIBUTORS), exact.values)
    inner = np.array([None not in cell for cell in exact.cells])
    return Loss(
        fewer=len(exact.cells) - int((~protected.hidden).sum()),
        changed=int((changed > 0).sum()),
        absolute_change=float(changed.sum()),
        contributors_hidden=float(contributors[inner & hidden].sum()),
        hellinger=_hellinger(exact.values[inner], _taken(exact, protected, merges)[inner]),
    )


def _taken(exact: Tabulation, protected: Tabulation, merges: Sequence[Merge]) -> Floats:
    """What a reader would take each exact cell for."""
    new = {merge.variable: {old: into for into, group in merge.groups.items() for old in group} for merge in merges}
    places = {cell: place for place, cell in enumerate(protected.cells)}
    own = np.array([places[_merged(exact.by, cell, new)] for cell in exact.cells])
    numbers = (protected.published / np.bincount(own, minlength=len(places)))[own]
    inner = np.array([None not in cell for cell in exact.cells])
    hidden = np.isnan(numbers)
    left = max(0.0, float(exact.values[inner].sum() - np.nansum(numbers[inner])))
    return np.where(hidden, left / max(1, int((hidden & inner).sum())), numbers)


def _merged(by: Sequence[str], cell: Cell, new: Mapping[str, Mapping[str, str]]) -> Cell:
    return tuple(
        part if part is None else new.get(name, {}).get(str(part), part) for name, part in zip(by, cell, strict=True)
    )


def _hellinger(first: Floats, second: Floats) -> float:
    if not first.sum() or not second.sum():
        return float(first.sum() != second.sum())
    apart = np.sqrt(first / first.sum()) - np.sqrt(second / second.sum())
    return float(np.sqrt(0.5 * (apart**2).sum()))
