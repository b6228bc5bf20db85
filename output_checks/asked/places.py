"""Which cell of a tabulation each number of a result is of."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from output_checks.asked.call import Kept, Numbers
from output_checks.measuring.pairs import Codes
from output_checks.model.evidence import FactName, Flags, Tabulation
from output_checks.model.statistic import Statistic


def within(kind: Kept, kept: Kept) -> bool:
    """Whether cells of one kind can be margins of a table by the variables that are kept."""
    return all(outer or not inner for inner, outer in zip(kind, kept, strict=True))


def places_of(numbers: Numbers, item: Tabulation, kept: Kept) -> Codes:
    """Per number, its cell in a tabulation by the variables that are kept; -1 where there is none."""
    lookup = {cell: place for place, cell in enumerate(item.cells)}
    cells = (tuple(part for part, keep in zip(cell, kept, strict=True) if keep) for cell in numbers.cells)
    return np.array([lookup.get(cell, -1) for cell in cells], dtype=np.int64)


def totals_of(numbers: Numbers, item: Tabulation, denominators: Sequence[Kept]) -> Codes:
    """Per number, the cell of the total that it is a share of; -1 where it is no share, or the total is not there."""
    lookup = {cell: place for place, cell in enumerate(item.cells)}
    totals = np.full(len(numbers.cells), -1)
    for kind in denominators:
        for at, cell in enumerate(numbers.cells):
            totals[at] = lookup.get(tuple(part if keep else None for part, keep in zip(cell, kind, strict=True)), -1)
    return totals


def cells_of_kind(item: Tabulation, kept: Kept, kind: Kept) -> Flags:
    """Which cells of a tabulation by the variables that are kept are of one kind."""
    own = tuple(inner for inner, outer in zip(kind, kept, strict=True) if outer)
    return np.array([tuple(part is not None for part in cell) == own for cell in item.cells], dtype=bool)


def unknown_statistic(
    count: Tabulation, numbers: Sequence[Numbers], places: Sequence[Codes], *, value: str
) -> Tabulation:
    """A tabulation of what pandas gave, of which the toolkit knows only who is behind it. It needs review."""
    values = np.full(len(count.cells), np.nan)
    for item, place in zip(numbers, places, strict=True):
        values[place[place >= 0]] = item.found[place >= 0]
    kept = {FactName.RECORDS, FactName.MEMBERS, FactName.CONTRIBUTORS}
    return replace(
        count,
        statistic=Statistic.UNKNOWN,
        variable=value,
        values=values,
        facts=tuple(fact for fact in count.facts if fact.name in kept),
    )
