"""Noise by cell keys: the same records get the same noise, in whatever table they are.

After the method of the Australian Bureau of Statistics that Eurostat's census tables use: a cell's key is made of the
keys of its records, and a table of chances says which noise a count gets at which key. Here the chances are those of
maximum entropy under what is asked of them: no bias, a variance, a largest deviation, nothing below zero.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize

from output_checks.errors import InputError

Floats: TypeAlias = npt.NDArray[np.float64]

LARGEST_DEVIATION = 200
_LIKELY = 0.9
_EXACT = 1e-9


@lru_cache(maxsize=16)
def chances(variance: float, deviation: int) -> Floats:
    """The chance of each noise per count: a row for the counts 0, 1, ..., `deviation` and all above.

    Columns are the noise from -deviation to deviation. Each row but the first has mean 0 and the variance; the first
    has no noise, and no row takes a count below zero.

    Raises
    ------
    InputError
        No chances have that variance with that deviation.
    """
    noise = np.arange(-deviation, deviation + 1)
    table = np.zeros((deviation + 1, len(noise)))
    table[0, deviation] = 1.0
    for count in range(1, deviation + 1):
        allowed = noise >= -count
        table[count, allowed] = _maximum_entropy(noise[allowed].astype(float), variance)
    table.setflags(write=False)
    return table


def _maximum_entropy(noise: Floats, variance: float) -> Floats:
    """Chances proportional to exp(a·noise + b·noise²), which is what maximum entropy with two moments is.

    a and b minimise a convex function, the logarithm of the sum less the moments times them.
    """
    scale = float(np.abs(noise).max())
    moments = np.stack([noise / scale, (noise / scale) ** 2])
    target = np.array([0.0, variance / scale**2])

    def weights(both: Floats) -> tuple[Floats, float]:
        powers = both @ moments
        highest = float(powers.max())
        parts = np.exp(powers - highest)
        return parts / parts.sum(), highest + float(np.log(parts.sum()))

    def steps(both: Floats) -> tuple[Floats, Floats]:
        own = weights(both)[0]
        mean = moments @ own
        return mean - target, (moments * own) @ moments.T - np.outer(mean, mean)

    found = optimize.minimize(
        lambda both: weights(both)[1] - float(both @ target),
        np.zeros(2),
        jac=lambda both: steps(both)[0],
        hess=lambda both: steps(both)[1],
        method="trust-exact",
        options={"gtol": _EXACT, "maxiter": 1_000},
    )
    own = weights(found.x)[0]
    if (np.abs(moments @ own - target) > 1e-6 * max(1.0, float(target.max()))).any():
        raise InputError(
            "No chances without bias have that variance and largest deviation for every count.",
            remedy="a variance well below the largest deviation",
        )
    return np.asarray(own)


def perturbed(counts: Floats, keys: Floats, *, variance: float, deviation: int) -> Floats:
    """The counts with the noise that the table of chances gives them at their keys, which lie in [0, 1)."""
    table = chances(variance, deviation)
    rows = np.minimum(counts, deviation).astype(int)
    below = np.cumsum(table, axis=1)
    # The last possible noise takes what rounding leaves of the whole.
    noise = (keys[:, None] >= below[rows] - 1e-15).sum(axis=1).clip(0, 2 * deviation) - deviation
    return np.asarray(np.where(counts > 0, np.maximum(counts + noise, 0.0), 0.0))


def cell_keys(fingerprints: Sequence[float], secret: bytes) -> Floats:
    """A key in [0, 1) for each cell, from the sum of the hashes of its records and a secret of the project.

    Equal sums have equal keys. Without the secret nobody who knows who is in a cell can work its noise out.
    """
    digests = [hmac.new(secret, f"cell {int(sum_)}".encode(), hashlib.sha256).digest() for sum_ in fingerprints]
    return np.array([int.from_bytes(digest[:8], "big") >> 11 for digest in digests], dtype=float) / 2.0**53


def likely_widths(numbers: Floats, *, variance: float, deviation: int) -> Floats:
    """How wide the shortest interval is that holds the true count behind each number with 90 percent.

    For somebody who expects nothing beforehand: every count is as likely as any other.
    """
    widths = {number: _likely_width(int(number), variance, deviation) for number in np.unique(numbers)}
    return np.array([widths[number] for number in numbers], dtype=float)


def _likely_width(number: int, variance: float, deviation: int) -> float:
    table = chances(variance, deviation)
    counts = np.arange(max(number - deviation, 0), number + deviation + 1)
    chance = table[np.minimum(counts, deviation), number - counts + deviation]
    sums = np.concatenate([[0.0], np.cumsum(chance / chance.sum())])
    ends = np.searchsorted(sums, sums + _LIKELY - _EXACT)
    inside = ends < len(sums)
    return float((ends[inside] - np.flatnonzero(inside) - 1).min())


def usual_width(*, variance: float, deviation: int) -> float:
    """`likely_widths` of large numbers, to which the noise is the same up and down."""
    return _likely_width(2 * deviation, variance, deviation)


def noise_for(width: float) -> tuple[float, int]:
    """A largest deviation of twice a width, and the smallest whole variance that usually leaves an interval of it."""
    deviation = min(max(2, int(np.ceil(2 * width))), LARGEST_DEVIATION)
    fitting = (own for own in range(1, deviation) if usual_width(variance=own, deviation=deviation) >= width)
    return float(next(fitting, max(1, deviation // 2))), deviation
