"""Leverage: how much of its own fitted value a unit determines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from output_checks.measuring.models.fitted import Fitted
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_EXACT_FIT = 1e-18
_STILL = 1e-8
_UNCLEAR = 1e-6
_DEPENDENT = 1e-13
_BLOCK = 20_000
_LARGE_PART = 0.4
_MOST_OTHERS = 5_000
_AT_ONCE = 256


def spanning(matrix: Floats) -> Floats:
    """k × rank: the combinations of the n × k columns that are orthonormal and span them all.

    What depends on other columns, or is still, adds none. From the products of the columns at a common scale, twice
    over, the second time of what the first has made nearly orthonormal, which is as exact as a QR and needs no copy of
    the matrix (Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015, ETNA 44, CholeskyQR2). Products cannot tell columns
    that are nearly dependent from those that are: somebody may hide in the tenth decimal. Then it is a QR after all.
    """
    scale = np.abs(matrix).max(axis=0, initial=0.0)
    moving = np.flatnonzero(scale > 0)
    scaled = np.zeros((matrix.shape[1], len(moving)))
    scaled[moving, np.arange(len(moving))] = 1 / scale[moving]
    combinations = _by_products(matrix, _by_products(matrix, scaled))
    return combinations if combinations.shape[1] == len(moving) else _by_triangle(matrix, scaled)


def _by_products(matrix: Floats, combinations: Floats) -> Floats:
    products = np.zeros((combinations.shape[1],) * 2)
    for block in _blocks(matrix):
        part = block @ combinations
        products += part.T @ part
    squares, directions = np.linalg.eigh(products)
    kept = squares > _UNCLEAR**2 * max(float(squares.max(initial=0.0)), 1e-300)
    return np.asarray(combinations @ (directions[:, kept] / np.sqrt(squares[kept])))


def _by_triangle(matrix: Floats, scaled: Floats) -> Floats:
    """By QR, block after block (Demmel, Grigori, Hoemmen & Langou 2012), and the singular values of the triangle."""
    triangle = np.zeros((0, scaled.shape[1]))
    for block in _blocks(matrix):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, block @ scaled]), mode="r"))
    _, singular, directions = np.linalg.svd(triangle, full_matrices=False)
    kept = singular > _DEPENDENT * max(float(singular.max(initial=0.0)), 1e-300)
    return np.asarray(scaled @ (directions[kept].T / singular[kept]))


def hat_values(matrix: Floats) -> Floats:
    """n: the diagonal of the hat matrix of the n × k columns."""
    combinations = spanning(matrix)
    return np.concatenate([np.zeros(0), *(((block @ combinations) ** 2).sum(axis=1) for block in _blocks(matrix))])


@dataclass(frozen=True, kw_only=True, eq=False)
class Leverage:
    """n × r: orthonormal columns of everything that decides on the coefficients, the outcome's part the last."""

    basis: Floats

    @classmethod
    def of(cls, fitted: Fitted) -> "Leverage":
        """Design after effects and weights, instruments, and what is left of the outcome.

        Instruments count as columns: the first stage is fitted on them. The outcome counts, so that one that consists
        of a single unit shows too; not where the model fits exactly, as rounding is nobody's.
        """
        columns = fitted.within
        # Columns that the effects have absorbed leave nothing but rounding: compared with what they were.
        before = np.abs(fitted.design).max(axis=0, initial=0.0) * np.sqrt(fitted.weights.max(initial=1.0))
        if fitted.effects and len(before) <= columns.shape[1]:
            absorbed = np.abs(columns[:, : len(before)]).max(axis=0, initial=0.0) <= _STILL * np.maximum(before, 1.0)
            columns = np.delete(columns, np.flatnonzero(absorbed), axis=1)
        combinations = spanning(columns)
        has_outcome = fitted.residual is not None and fitted.unexplained > _EXACT_FIT
        basis = np.empty((len(columns), combinations.shape[1] + has_outcome))
        np.matmul(columns, combinations, out=basis[:, : combinations.shape[1]])
        if has_outcome and fitted.residual is not None:
            basis[:, -1] = fitted.residual / max(float(np.linalg.norm(fitted.residual)), 1e-300)
        return cls(basis=basis)

    def of_units(self, units: Codes) -> Floats:
        """Per unit, the sum over its records of their leverage."""
        squares = np.einsum("ij,ij->i", self.basis, self.basis)
        return np.bincount(units, weights=squares).astype(np.float64)

    def largest(self, units: Codes) -> float:
        """The largest leverage of a unit, at most 1; see MOD4."""
        return float(min(self.of_units(units).max(initial=0.0), 1.0))

    def concentration(self, units: Codes) -> tuple[float, float]:
        """The largest share (0–1) that one unit, and that two have of the squares of any combination of the columns.

        At 1 some combination is about them alone; see MOD8. It is the largest eigenvalue of their part of the products
        and at most their leverage, so units are looked at from the largest leverage on, until none can have more. Two
        that have nearly everything are sought beside those units that have a large part.
        """
        leverage = self.of_units(units)
        order = np.argsort(units, kind="stable")
        ends = np.cumsum(np.bincount(units))
        falling = np.argsort(-leverage)

        def records(unit: int) -> Floats:
            return self.basis[order[(ends[unit - 1] if unit else 0) : ends[unit]]]

        most, large = 0.0, []
        for unit in falling:
            if leverage[unit] <= min(most, _LARGE_PART):
                break
            share = float(_largest_squares([own := records(int(unit))])[0])
            most = max(most, share)
            large += [(int(unit), own)] if share >= _LARGE_PART else []
        two = most
        others = [int(unit) for unit in falling[:_MOST_OTHERS]] if large else []
        for start in range(0, len(others), _AT_ONCE):
            parts = {unit: records(unit) for unit in others[start : start + _AT_ONCE]}
            for unit, own in large:
                apart = [np.vstack([part, own]) for other, part in parts.items() if other != unit]
                two = max(two, float(_largest_squares(apart).max(initial=0.0)))
        return min(most, 1.0), min(two, 1.0)


def _largest_squares(parts: Sequence[Floats]) -> Floats:
    """Of each part (rows × columns) the largest eigenvalue of its products: of rows or columns, whichever are fewer."""
    if not parts:
        return np.zeros(0)
    longest, columns = max(map(len, parts)), parts[0].shape[1]
    if longest > columns:
        products = np.array([part.T @ part for part in parts])
    else:
        rows = np.zeros((len(parts), longest, columns))
        for place, part in enumerate(parts):
            rows[place, : len(part)] = part
        products = rows @ rows.transpose(0, 2, 1)
    return np.asarray(np.linalg.eigvalsh(products)[:, -1])


def _blocks(matrix: Floats) -> Iterator[Floats]:
    for start in range(0, len(matrix), _BLOCK):
        yield matrix[start : start + _BLOCK]
