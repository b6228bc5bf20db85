"""Absorbed effects: what of each column still varies around the means of its groups."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_SETTLED = 1e-7
_MOST_SWEEPS = 200


def without_effects(columns: Floats, groups: Sequence[Codes], weights: Floats) -> Floats:
    """n × k less the weighted means of each grouping, in turn until it settles (alternating projections).

    Guimarães & Portugal 2010, Stata Journal 10(4). Where it has not settled after many turns, what is left is too much
    rather than too little, by as little as the last turn changed.
    """
    within = columns.astype(float, copy=True)
    averages = [_averaging(group, weights) for group in groups if len(group)]
    scale = np.abs(columns).max(axis=0, initial=0.0) + 1e-300
    for _ in range(_MOST_SWEEPS if len(averages) > 1 else len(averages)):
        moved = 0.0
        for membership, means in averages:
            shift = membership @ (means @ within)
            within -= shift
            moved = max(moved, float((np.abs(shift).max(axis=0, initial=0.0) / scale).max(initial=0.0)))
        if moved < _SETTLED:
            break
    return within


def _averaging(group: Codes, weights: Floats) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """n × groups of ones, and groups × n of each member's share of its group's weight."""
    rows = np.arange(len(group))
    totals = np.bincount(group, weights=weights)
    shares = weights / np.where(totals > 0, totals, 1.0)[group]
    size = (len(group), len(totals))
    membership = sparse.csr_matrix((np.ones(len(group)), (rows, group)), shape=size)
    means = sparse.csr_matrix((shares, (group, rows)), shape=size[::-1])
    return membership, means
