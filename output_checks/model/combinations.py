"""Rows that are combinations of other rows: what published numbers say of groups that none of them is."""

import numpy as np
from scipy import linalg, optimize, sparse

from output_checks.model.atoms import Rows
from output_checks.model.evidence import Flags, Floats

_TOLERANCE = 1e-7
_ALWAYS = 4
"""Cells of which a combination is believed to be known for one, however few atoms it is about."""


def known_combination(shown: Rows, asked: Rows) -> Floats | None:
    """The weights with which rows shown make up one that is asked for; None where none does, or only by coincidence.

    Of many rows over few atoms some combination makes up anything: that would hold of any numbers so few.
    """
    weights = _fewest(shown, asked)
    return weights if weights is not None and _is_known(shown, asked, weights) else None


def in_span(shown: Rows, asked: Rows) -> Flags:
    """Which rows asked for are combinations of those shown: seen in as many random sums of columns as can tell."""
    chance = np.random.default_rng(0)
    n_columns, n_sums = shown.shape[1], shown.shape[0] + 16
    if n_columns > n_sums:
        sums = chance.standard_normal((n_columns, n_sums))
        left, right = np.asarray(shown @ sums), np.asarray(asked @ sums)
    else:
        left, right = shown.toarray(), asked.toarray()
    scale = np.linalg.norm(left, axis=1, keepdims=True)
    basis, triangle, _ = linalg.qr((left / np.where(scale > 0, scale, 1.0)).T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    basis = basis[:, diagonal > _TOLERANCE * diagonal.max(initial=0.0)]
    rest = right.T - basis @ (basis.T @ right.T)
    return np.asarray(np.linalg.norm(rest, axis=0) <= 1e-6 * np.linalg.norm(right, axis=1), dtype=bool)


def _fewest(shown: Rows, asked: Rows) -> Floats | None:
    """The combination with the smallest sum of absolute weights."""
    both = sparse.hstack([shown.T, -shown.T], format="csr")
    target = asked.toarray().ravel()
    result = optimize.milp(
        np.ones(both.shape[1]), constraints=[optimize.LinearConstraint(both, target, target)], bounds=optimize.Bounds(0)
    )
    return None if result.x is None else np.asarray(np.subtract(*np.split(result.x, 2)), dtype=float)


def _is_known(shown: Rows, asked: Rows, weights: Floats) -> bool:
    """Whether a combination holds exactly, and of more atoms than it would hold of by chance."""
    used = np.flatnonzero(np.abs(weights) > _TOLERANCE)
    twice = np.round(weights[used] * 2) / 2
    if np.abs((shown[used].T @ twice) - asked.toarray().ravel()).max() > _TOLERANCE:
        return False
    atoms = np.flatnonzero(np.asarray(abs(shown[used]).sum(axis=0)).ravel())
    return len(used) <= _ALWAYS or len(atoms) > len(used)
