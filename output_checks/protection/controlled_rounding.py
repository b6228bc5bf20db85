"""Controlled rounding: every count to a multiple next to it, so that totals are still the sums of their cells.

A whole-number programme: one unknown per innermost cell. A multiple stays what it is, 0 among them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from output_checks.errors import InputError
from output_checks.model.evidence import Floats, Tabulation

_NODES = 20_000
_WIDER = (0, 1, 2)
"""By how many multiples more a count may move, where no table of multiples next to the counts adds up."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rounded:
    """Multiples for the cells of a table, in its order."""

    numbers: Floats
    adjacent: bool
    """False where no table of multiples next to the counts adds up: then some are further off."""
    nearest: bool
    """False where the search was stopped before it was proved that no other table is nearer."""


def controlled(table: Tabulation, base: int) -> Rounded:
    """The table of multiples of `base` that adds up and is nearest: with the smallest sum of distances.

    Where no multiples next to the counts add up, which takes three variables or more, or levels that cross, counts may
    move by one or two multiples more, and at last by any number.

    Raises
    ------
    InputError
        The table does not add up, is too large, or the programme has no answer.
    """
    sums = _sums(table)
    inner = np.flatnonzero([None not in cell for cell in table.cells])
    if (np.abs(sums @ table.values[inner] - table.values) > 1e-6 * np.maximum(1.0, np.abs(table.values))).any():
        raise InputError(
            "The totals of this table are not the sums of its cells, so rounding cannot keep them so.",
            remedy="protect='midpoint', which rounds each cell by itself",
        )
    for wider in (*_WIDER, None):
        found = _solve(table.values, sums, inner, base, wider)
        if found is not None:
            multiples, nearest = found
            return Rounded(numbers=base * (sums @ multiples), adjacent=wider == 0, nearest=nearest)
    raise InputError("No rounding of this table was found.", remedy="protect='midpoint', or a smaller table")


def _sums(table: Tabulation) -> Any:  # noqa: ANN401 - a scipy sparse array, which has no stubs
    """Cells × innermost cells: 1 where a cell has the innermost one in it."""
    inner = [cell for cell in table.cells if None not in cell]
    kinds = {tuple(part is None for part in cell) for cell in table.cells}
    parts: dict[tuple[str | None, ...], list[int]] = {}
    for place, cell in enumerate(inner):
        for kind in kinds:
            key = tuple(None if summed else part for part, summed in zip(cell, kind, strict=True))
            parts.setdefault(key, []).append(place)
    columns = [parts.get(cell, []) for cell in table.cells]
    rows = np.repeat(np.arange(len(columns)), [len(own) for own in columns])
    places = np.array([place for own in columns for place in own], dtype=np.int64)
    return sparse.csr_array((np.ones(len(places)), (rows, places)), shape=(len(table.cells), len(inner)))


def _solve(
    values: Floats,
    sums: Any,  # noqa: ANN401 - as above
    inner: npt.NDArray[np.int64],
    base: int,
    wider: int | None,
) -> tuple[Floats, bool] | None:
    """Multiples of the innermost cells, and whether they are proved nearest; None where there are none.

    The unknowns are those multiples, and per cell the distance of its own, which lies above both sides of a kink for
    every multiple next to the count: between the two the distance is a straight line.
    """
    below = np.floor(values / base + 1e-9)
    whole = np.abs(values - base * below) < 1e-6
    above = np.where(whole, below, below + 1)
    more = np.inf if wider is None else wider
    low = np.where(values == 0, 0.0, np.maximum(below - more, 0.0))
    high = np.where(values == 0, 0.0, above + more)
    n_inner, n_cells = len(inner), len(values)
    rise = np.where(whole, 0.0, (above - values / base) - (values / base - below))
    start = values / base - below
    ones = sparse.identity(n_cells, format="csr")
    # distance >= start + rise * (multiple - below), and the lines of slope 1 beyond the two multiples
    lines = [
        (sparse.diags_array(-rise) @ sums, start - rise * below),
        (-1.0 * sums, -values / base),
        (sums, values / base),
    ]
    tight = [optimize.LinearConstraint(sparse.hstack([own, ones], format="csr"), floor, np.inf) for own, floor in lines]
    nothing = sparse.csr_array((n_cells, n_cells))
    within = optimize.LinearConstraint(sparse.hstack([sums, nothing], format="csr"), low, high)
    result = optimize.milp(
        np.concatenate([np.zeros(n_inner), np.ones(n_cells)]),
        constraints=[within, *tight],
        bounds=optimize.Bounds(np.concatenate([low[inner], np.zeros(n_cells)]), np.inf),
        integrality=np.concatenate([np.ones(n_inner), np.zeros(n_cells)]),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    if result.x is None:
        return None
    return np.round(result.x[:n_inner]), result.status == 0
