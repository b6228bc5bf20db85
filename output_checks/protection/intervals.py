"""Perturbed counts beside tables of other records: can each still be as many counts as the policy asks for?

Cells of all tables are sums over the same atoms, exact ones with a value and perturbed ones with an interval. Whoever
knows which units are where, and only not how many, knows more than any outsider. So a cell that stays wide for them is
wide; of one that does not, nothing is proved.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import optimize, sparse

from output_checks.model.evidence import FactName, Flags, Floats, Tabulation
from output_checks.protection.spans import parts_of, with_phantoms

_MOST_ATOMS = 5_000
_MOST_CELLS = 500
_NODES = 200


def stays_wide(tables: Sequence[Tabulation], *, of: int, stake: Flags, wide: Floats) -> bool:
    """Whether tables of whole numbers of units fit all that is published and lie `wide` apart in each cell at stake.

    Parameters
    ----------
    tables
        Counts that share units, perturbed ones as hidden cells with facts of what may stand behind each.
    of
        Which of them has the cells at stake.
    """
    cells = np.flatnonzero(stake)
    if any(item.members is None for item in tables) or len(cells) > _MOST_CELLS:
        return False
    rows = [parts_of(item) @ own for item, own in zip(tables, with_phantoms(tables), strict=True)]
    every = sparse.vstack(rows, format="csr")
    if every.shape[1] > _MOST_ATOMS:
        return False
    between = [_known(item) for item in tables]
    low, high = (np.concatenate(part) for part in zip(*between, strict=True))
    known = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
    fits = optimize.LinearConstraint(every[known], low[known], high[known])
    return all(
        _extreme(rows[of], cell, fits, 1) - _extreme(rows[of], cell, fits, -1) >= wide[cell] for cell in cells.tolist()
    )


def _known(item: Tabulation) -> tuple[Floats, Floats]:
    """Per cell between which counts it lies for an outsider; without end where nothing is known."""
    low = np.where(item.hidden, -np.inf, np.nan_to_num(item.published))
    high = np.where(item.hidden, np.inf, np.nan_to_num(item.published))
    for name, bound, narrower in (
        (FactName.LOWEST_BEHIND, low, np.maximum),
        (FactName.HIGHEST_BEHIND, high, np.minimum),
    ):
        if (fact := item.fact(name)) is not None:
            narrower(bound, fact.values, out=bound)
    return low, high


def _extreme(rows: Any, cell: int, fits: optimize.LinearConstraint, sign: int) -> float:  # noqa: ANN401 - scipy: no stubs
    """A high (1) or low (-1) count of a cell in whole numbers that fit; the far other end where none is found."""
    weights = rows[[cell]].toarray().ravel()
    result = optimize.milp(
        -sign * weights,
        constraints=[fits],
        bounds=optimize.Bounds(0, 1e9),
        integrality=np.ones(len(weights)),
        options={"node_limit": _NODES},
    )
    return -sign * np.inf if result.x is None else float(weights @ np.round(result.x))
