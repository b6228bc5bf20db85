"""Cells of nearly the same records: whoever sees one of them nearly knows the other."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from output_checks.model.evidence import Cell, CellStatus, Floats, Tabulation


def nearly_published(
    tabulations: Sequence[Tabulation], records: Sequence[Hashable], *, width: float
) -> tuple[Tabulation, ...]:
    """Counts as an outsider can complete them: a hidden one counts as published where another nearly gives it away.

    That is a cell with the same description, of data that shares units, that differs by less than `width`: valid scores
    are nearly all pupils. `records` is equal for tables of the same ones, of which the attacker knows more than this.
    """
    return tuple(
        with_known(item, _nearly(place, tabulations, records, width=width)) for place, item in enumerate(tabulations)
    )


def with_known(item: Tabulation, numbers: Floats) -> Tabulation:
    """The tabulation with the hidden cells published of which a number is known. A true number stays what it is."""
    known = item.hidden & ~np.isnan(numbers)
    if not known.any():
        return item
    status = (CellStatus.PUBLISHED if flag else old for flag, old in zip(known, item.status, strict=True))
    values = np.where(known & np.isnan(item.values), numbers, item.values)
    return replace(item, status=tuple(status), values=values)


def _nearly(place: int, tabulations: Sequence[Tabulation], records: Sequence[Hashable], *, width: float) -> Floats:
    """Of each cell the count that another table publishes under the same description, if it differs by few; or NaN."""
    tabulation = tabulations[place]
    near = np.full(len(tabulation.cells), np.nan)
    groups = [_description(tabulation.by, cell) for cell in tabulation.cells]
    for other, of in zip(tabulations, records, strict=True):
        if of == records[place] or not tabulation.may_share_units_with(other):
            continue
        shown = {
            _description(other.by, cell): other.values[position]
            for position, cell in enumerate(other.cells)
            if not other.hidden[position]
        }
        for position, group in enumerate(groups):
            if group in shown and abs(shown[group] - tabulation.values[position]) < width:
                near[position] = shown[group]
    return near


def _description(by: Sequence[str], cell: Cell) -> frozenset[tuple[str, str]]:
    return frozenset((name, part) for name, part in zip(by, cell, strict=True) if part is not None)
