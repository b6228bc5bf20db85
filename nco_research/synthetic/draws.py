"""Random draws whose outcome depends on the seed and on what they are for, never on the order of the work."""

import zlib

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator of its own for each purpose: `generator(1, "scores", 2014)`.

    Parts of the country can so be made in any order, or at the same time, and come out the same.
    """
    return np.random.default_rng([seed, *(zlib.crc32(str(word).encode("utf-8")) for word in purpose)])


def normal(rng: np.random.Generator, size: int | tuple[int, ...], sd: float = 1.0) -> npt.NDArray[np.float32]:
    """Normal draws around 0."""
    return rng.standard_normal(size, dtype=np.float32) * np.float32(sd)


def chance(rng: np.random.Generator, probability: float | Floats, size: int) -> Bools:
    """True with that probability, for each."""
    return rng.random(size, dtype=np.float32) < probability


def pick(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> npt.NDArray[np.int32]:
    """Positions drawn with replacement, each in proportion to its weight."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    found: npt.NDArray[np.int32] = np.minimum(drawn, len(edges) - 1).astype(np.int32)
    return found


def within(groups: Ints) -> npt.NDArray[np.int32]:
    """The rank of each element among those of the same group, from 0, in order of appearance."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(ordered)])
    ranks = np.empty(len(groups), dtype=np.int32)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return ranks
