"""The groups behind cells that are no parts of a whole: terms of a model, points of a curve."""

from dataclasses import replace

import numpy as np

from output_checks.model.evidence import Tabulation


def groups_behind(item: Tabulation) -> tuple[Tabulation, tuple[int, ...]]:
    """The groups that such cells are about, as a table of parts, and the first cell of each.

    The last variable lists the terms or points; each is about all records of its group, which the others name. A model
    without groups is about all of its records: then it is the one cell of a table by nothing.
    """
    first: dict[tuple[str | None, ...], int] = {}
    for place, cell in enumerate(item.cells):
        first.setdefault(cell[:-1], place)
    places = list(first.values())
    chosen = np.zeros(len(item.cells), dtype=bool)
    chosen[places] = True
    groups = replace(
        item,
        by=item.by[:-1],
        cells=tuple(first),
        values=item.values[places],
        status=tuple(item.status[place] for place in places),
        facts=tuple(replace(fact, values=fact.values[places]) for fact in item.facts if fact.of != item.by[-1]),
        parts=True,
        members=None if item.members is None else item.members.within(chosen),
    )
    return groups, tuple(places)
