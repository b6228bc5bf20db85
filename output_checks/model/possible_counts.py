"""Which exact counts can be behind a rounded count, when a share or percentage with its decimals stands beside it.

A percentage of 33.3 beside a count of about 100 leaves 99 and 102: others have no whole number that is 33.3 percent of
them. All possible pairs are listed, which decides exactly what continued fractions approximate.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from output_checks.model.evidence import Floats

Counts = npt.NDArray[np.int64]
_MOST_LISTED = 4_000_000
"""Totals times cells."""
_NOISE = 1e-9


def by_rounding(rounded: float, to: int) -> Counts:
    """The whole numbers that are rounded to this multiple of `to`."""
    around = np.arange(max(int(rounded) - to, 0), int(rounded) + to + 1, dtype=np.int64)
    return np.asarray(around[np.round(around / to) * to == rounded])


def beside_share(counts: Counts, share: float, *, scale: float, decimals: int) -> Counts:
    """Of these counts, those of which some whole number is the share (`scale` 1) or percentage (100) that is published.

    0 is possible only where no share is published.
    """
    positive = counts[counts > 0]
    if np.isnan(share):
        return np.asarray(counts[counts == 0])
    nearest = np.round(share / scale * positive)
    fits = np.zeros(len(positive), dtype=bool)
    for step in (-1, 0, 1):
        part = nearest + step
        fits |= (part >= 0) & (part <= positive) & _shown_as(part, positive, share, scale=scale, decimals=decimals)
    return positive[fits]


def beside_percentages(
    rounded: Sequence[float], percentages: Sequence[float], *, to: int, decimals: int, total: float | None = None
) -> tuple[list[Counts], Counts] | None:
    """The possible counts of each cell of a line, and of its total, beside their percentages of that total.

    Parameters
    ----------
    rounded
        The published counts, NaN for hidden cells.
    percentages
        Of the total, rounded to `decimals`; not looked at for hidden cells.
    total
        The published total; None where it is not published.

    Returns
    -------
    None where so many totals are possible that they are not listed.
    """
    shown = ~np.isnan(np.asarray(rounded, dtype=float))
    cells = [by_rounding(count, to) if seen else None for count, seen in zip(rounded, shown, strict=True)]
    totals = _totals(cells, percentages, decimals=decimals, total=None if total is None else by_rounding(total, to))
    if totals is None:
        return None
    lowest, highest = [], []
    for counts, percent in zip(cells, percentages, strict=True):
        if counts is None:
            lowest.append(np.zeros(len(totals)))
            highest.append(totals.astype(float))
            continue
        half = 0.5 * 10.0**-decimals + _NOISE * max(1.0, abs(percent))
        least = np.maximum(np.ceil((percent - half) * totals / 100), counts.min())
        most = np.minimum(np.floor((percent + half) * totals / 100), counts.max())
        lowest.append(np.where(least <= most, least, np.inf))
        highest.append(np.where(least <= most, most, -np.inf))
    low, high = np.array(lowest), np.array(highest)
    possible = np.isfinite(low).all(axis=0)
    with np.errstate(invalid="ignore"):
        possible = possible & (low.sum(axis=0) <= totals) & (high.sum(axis=0) >= totals)
    totals, low, high = totals[possible], low[:, possible], high[:, possible]
    # What the others leave of the total bounds each cell too.
    least = np.maximum(low, totals - (high.sum(axis=0) - high))
    most = np.minimum(high, totals - (low.sum(axis=0) - low))
    found = []
    for position, counts in enumerate(cells):
        found.append(
            np.zeros(0, dtype=np.int64) if counts is None else _within(counts, least[position], most[position])
        )
    return found, totals


def _within(counts: Counts, least: Floats, most: Floats) -> Counts:
    """The counts, which follow one another, that lie in any of these ranges."""
    size, first = len(counts) + 1, counts[0]
    begin = np.bincount((least - first).astype(np.int64), minlength=size)
    end = np.bincount((most - first).astype(np.int64) + 1, minlength=size)
    return np.asarray(counts[np.cumsum(begin - end)[: len(counts)] > 0])


def _totals(
    cells: Sequence[Counts | None], percentages: Sequence[float], *, decimals: int, total: Counts | None
) -> Counts | None:
    """Totals that are not ruled out by any one cell; None where there are too many to list."""
    low, high = (0.0, np.inf) if total is None else (float(total.min()), float(total.max()))
    if all(counts is not None for counts in cells):
        low = max(low, sum(float(counts.min()) for counts in cells if counts is not None))
        high = min(high, sum(float(counts.max()) for counts in cells if counts is not None))
    half = 0.5 * 10.0**-decimals + _NOISE
    for counts, percent in zip(cells, percentages, strict=True):
        if counts is None or np.isnan(percent) or not len(counts):
            continue
        low = max(low, counts.min() * 100 / (percent + half))
        high = min(high, counts.max() * 100 / (percent - half) if percent > half else np.inf)
    if (high - low) * len(cells) > _MOST_LISTED:
        return None
    listed = np.arange(max(int(np.floor(low)), 1), int(np.ceil(high)) + 1, dtype=np.int64)
    return listed if total is None else listed[np.isin(listed, total)]


def _shown_as(
    part: npt.NDArray[np.generic], whole: Counts, share: float, *, scale: float, decimals: int
) -> npt.NDArray[np.bool_]:
    """Whether a part of a whole is published as this share."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = np.asarray(part, dtype=float) / whole * scale
    return np.asarray(np.abs(exact - share) <= 0.5 * 10.0**-decimals + _NOISE * max(1.0, abs(share)))
