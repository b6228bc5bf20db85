"""Kernel densities: curves over a grid of round numbers, in steps so coarse that no single unit can be read from them.

A density with many digits is its data: whoever knows the kernel and the bandwidth takes them out again. What can be
told from one is limited by the bandwidth, by how close its points are, and by how finely it is published. So the points
are half a bandwidth apart, on multiples of that, and the curve is in steps of at least what two of the finest units can
add to it. Then it tells about as much as a histogram with bins of a bandwidth or two, and those are counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring import columns
from output_checks.measuring.grid import categories
from output_checks.measuring.pairs import Codes, distinct_units, sums_by_cell, two_largest
from output_checks.measuring.sources import Source
from output_checks.measuring.units import UnitRows, Units
from output_checks.model.evidence import Flags, Floats
from output_checks.model.statistic import Statistic

UNITS_PER_STEP = 2
"""How many of the finest units must change before the curve surely does: of one it cannot tell whether it is there."""
POINTS_PER_BANDWIDTH = 2
_ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
_AT_TOP = 1 / np.sqrt(2 * np.pi)
_REACH = 8.0
"""Bandwidths beyond which a record adds nothing that is ever published."""
_FEW_VALUES = 3
_TAIL = 0.05
"""Share of the units that lie in a tail of a curve: it may be cut off where it is thin."""
_MOST_POINTS = 100_000


def rounded_up(number: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6 and 8 times a power of ten, which tells next to nothing of the data."""
    power = 10.0 ** np.floor(np.log10(number))
    above = [float(f"{step * scale:.6g}") for scale in (power, 10 * power) for step in _ROUND]
    return next(step for step in above if step >= number * (1 - 1e-9))


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """The records of one group in order of their values, and the points at which their density is published.

    `units` has the unit of each record per level, `points` are multiples of a part of the bandwidth.
    """

    group: tuple[str, ...]
    rows: Codes
    """Which records of the data these are."""
    values: Floats
    units: Mapping[str, Codes]
    points: Floats
    bandwidth: float

    def within_bandwidth(self, level: str) -> Floats:
        """Distinct units at most one bandwidth from each point."""
        units = self.units[level]
        starts, ends = self._slices(self.points - self.bandwidth, self.points + self.bandwidth)
        return np.array(
            [len(pd.unique(units[start:end])) for start, end in zip(starts, ends, strict=True)], dtype=float
        )

    def at_the_rarest(self, level: str) -> Floats:
        """Of few different values within a bandwidth of a point, the distinct units at the rarest; elsewhere infinite.

        Where values are hardly closer than a bandwidth, the curve is a table of counts by value.
        """
        found = np.full(len(self.points), np.inf)
        starts, ends = self._slices(self.points - self.bandwidth, self.points + self.bandwidth)
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            values, at = np.unique(np.round(self.values[start:end] / self.bandwidth, 9), return_inverse=True)
            if 1 <= len(values) <= _FEW_VALUES:
                found[place] = distinct_units(at, self.units[level][start:end], n_cells=len(values)).min()
        return found

    def at_or_below(self, level: str) -> Floats:
        """Distinct units at each point or below it."""
        _, ends = self._slices(self.points, self.points)
        return np.concatenate([[0.0], np.cumsum(~pd.Series(self.units[level]).duplicated().to_numpy())])[ends]

    def at_or_above(self, level: str) -> Floats:
        """Distinct units at each point or above it."""
        starts, _ = self._slices(self.points, self.points)
        last = ~pd.Series(self.units[level]).duplicated(keep="last").to_numpy()
        return np.concatenate([np.cumsum(last[::-1])[::-1], [0.0]])[starts]

    def contributions(self, level: str) -> tuple[Floats, Floats, Floats]:
        """What all units of a level, the largest and the second-largest add to the density at each point."""
        found = np.zeros((3, len(self.points)))
        for place, (start, end, parts) in enumerate(self._parts()):
            code, _ = pd.factorize(self.units[level][start:end])
            number = int(code.max(initial=-1)) + 1
            sizes = sums_by_cell(code, parts, number)
            largest, second = two_largest(sizes, np.zeros(number, dtype=np.int64), 1)
            found[:, place] = sizes.sum(), largest[0], second[0]
        return found[0], found[1], found[2]

    def exact(self) -> Floats:
        """The density at each point: the mean of a normal curve around every value."""
        return np.array([parts.sum() for _, _, parts in self._parts()])

    def cut(self, minimum: Mapping[str, float]) -> "Curve":
        """From the first to the last point with at least so many units of each level on either side and around it.

        A tail ends before the first point with fewer. What is between is left as it is, for the rules to judge. Where
        no point has as many, what is left is one at the middle value, of which the rules say that the group is too
        small.
        """
        inner = self._only(self._beyond(minimum))
        enough = np.ones(len(inner.points), dtype=bool)
        for level, least in minimum.items():
            if level in self.units:
                enough &= np.minimum(inner.within_bandwidth(level), inner.at_the_rarest(level)) >= least
        finest = next(iter(self.units))
        most = _TAIL * len(pd.unique(self.units[finest]))
        # A tail is what few of all lie beyond: from there on, nothing is kept beyond a point with too few around it.
        ends_left = np.flatnonzero(~enough & (inner.at_or_below(finest) <= most))
        ends_right = np.flatnonzero(~enough & (inner.at_or_above(finest) <= most))
        enough[: ends_left.max(initial=-1) + 1] = False
        enough[ends_right.min(initial=len(enough)) :] = False
        (kept,) = np.nonzero(enough)
        if len(kept):
            return replace(inner, points=inner.points[kept[0] : kept[-1] + 1])
        middle = self.values[len(self.values) // 2]
        return self._only(np.arange(len(self.points)) == np.abs(self.points - middle).argmin())

    def _beyond(self, minimum: Mapping[str, float]) -> Flags:
        """At which points so many units of each level are on either side."""
        enough = np.ones(len(self.points), dtype=bool)
        for level, least in minimum.items():
            if level in self.units:
                enough &= np.minimum(self.at_or_below(level), self.at_or_above(level)) >= least
        return enough

    def _only(self, chosen: Flags) -> "Curve":
        return replace(self, points=self.points[chosen])

    def most_of_one(self) -> float:
        """The most that one of the finest units can add to the density anywhere: all of its records at one place."""
        finest = next(iter(self.units.values()))
        most = float(np.unique(finest, return_counts=True)[1].max(initial=1))
        return float(most * _AT_TOP / (len(self.values) * self.bandwidth))

    def step(self) -> float:
        """In multiples of what it is published."""
        return rounded_up(UNITS_PER_STEP * self.most_of_one())

    def published(self) -> Floats:
        """The density at each point, in steps."""
        return np.asarray(np.round(self.exact() / self.step()) * self.step())

    def _parts(self) -> Iterator[tuple[int, int, Floats]]:
        """Per point the records near it, and what each of them adds."""
        scale = _AT_TOP / (len(self.values) * self.bandwidth)
        starts = np.searchsorted(self.values, self.points - _REACH * self.bandwidth)
        ends = np.searchsorted(self.values, self.points + _REACH * self.bandwidth, side="right")
        for start, end, point in zip(starts.tolist(), ends.tolist(), self.points.tolist(), strict=True):
            yield start, end, scale * np.exp(-0.5 * ((self.values[start:end] - point) / self.bandwidth) ** 2)

    def _slices(self, low: Floats, high: Floats) -> tuple[list[int], list[int]]:
        """Where the values from one number to another begin and end, the two among them but for noise."""
        slack = 1e-9 * self.bandwidth
        starts = np.searchsorted(self.values, low - slack)
        ends = np.searchsorted(self.values, high + slack, side="right")
        return starts.tolist(), ends.tolist()


def curves(
    data: Any,  # noqa: ANN401 - whatever `Source` reads
    *,
    value: str,
    by: Sequence[str],
    units: Units,
    minimum: Mapping[str, float],
    bandwidth: float | None = None,
    most_points: int = 200,
) -> tuple[tuple[Curve, ...], UnitRows]:
    """A curve for each combination of categories that occurs, all of one bandwidth; and whose the records are.

    Each is cut to where so many units of each level as `minimum` says are around and beyond. The bandwidth that is not
    given is the largest of those by Silverman's rule (1986, *Density estimation*, 3.31) for each group, or wider so
    that no curve has more points. Either is rounded up, so that it tells nothing itself.

    Raises
    ------
    InputError
        A column is absent or of the wrong kind, all values are missing, or the bandwidth suits no curve.
    """
    columns.expect_arguments(
        by=[*by, value], value=value, second="", weight="", category="", statistics=[Statistic.DENSITY]
    )
    source = Source.of(data)
    needed = [*by, value]
    frame = source.read([*needed, *units.key_columns] if source.library != "pandas" else needed)
    frame = frame[~np.isnan(columns.numbers(frame, value))] if len(frame) else frame
    if len(frame) == 0:
        raise InputError(f"No record has a valid value of {value!r}.", remedy="look at the selection")
    values, rows = columns.numbers(frame, value), units.identify(frame)
    members = [(group, chosen[np.argsort(values[chosen], kind="stable")]) for group, chosen in _groups(frame, by)]
    width = _width(values, [chosen for _, chosen in members], bandwidth)
    while True:
        found = tuple(
            Curve(
                group=group,
                rows=chosen,
                values=values[chosen],
                units={level: code[chosen] for level, code in rows.codes.items()},
                points=_points(values[chosen], width, int(max(minimum.values(), default=1))),
                bandwidth=width,
            ).cut(minimum)
            for group, chosen in members
        )
        most = max(len(curve.points) for curve in found)
        if most <= most_points:
            return found, rows
        wider = rounded_up(width * most / most_points)
        if bandwidth is not None:
            raise InputError(
                f"A curve of that bandwidth has {most} points, more than {most_points}.",
                remedy=f"bandwidth={wider:g}, or points={most}",
            )
        width = wider


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Codes]]:
    """Each combination of categories that occurs, with its records, in the order of the categories."""
    if not by:
        yield (), np.arange(len(frame))
        return
    coded = [categories(frame[name], name) for name in by]
    code = np.ravel_multi_index([code for code, _ in coded], [len(labels) for _, labels in coded])
    for number in np.unique(code):
        chosen = np.flatnonzero(code == number)
        yield tuple(labels[codes[chosen[0]]] for codes, labels in coded), chosen


def _width(values: Floats, groups: Sequence[Codes], given: float | None) -> float:
    if given is None:
        return rounded_up(max(_silverman(values[chosen]) for chosen in groups) or 1.0)
    if isinstance(given, bool) or not isinstance(given, int | float | np.number) or not 0 < float(given) < np.inf:
        raise InputError("A bandwidth is a number above 0.", remedy="bandwidth=2.0, or none")
    return rounded_up(float(given))


def _silverman(values: Floats) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    spread, between = float(np.std(values)), float(high - low) / 1.34
    return float(0.9 * (min(spread, between) if between > 0 else spread) * len(values) ** -0.2)


def _points(values: Floats, bandwidth: float, beyond: int) -> Floats:
    """Multiples of a part of the bandwidth, from the first to the last value that may have so many beyond."""
    step = bandwidth / POINTS_PER_BANDWIDTH
    inner = values[beyond - 1 : len(values) - beyond + 1] if len(values) >= 2 * beyond else values
    if (inner[-1] - inner[0]) / step > _MOST_POINTS:
        raise InputError("The bandwidth is far too narrow for these values.", remedy="a wider one, or none")
    numbers = np.arange(np.floor(inner[0] / step), np.ceil(inner[-1] / step) + 1)
    return np.asarray([float(f"{number * step:.12g}") for number in numbers.tolist()])
