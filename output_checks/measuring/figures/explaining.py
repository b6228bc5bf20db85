"""Whether what is drawn stands at published numbers, above or beside the table's categories."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from output_checks.measuring.figures.published import Published
from output_checks.measuring.figures.reading import Drawn
from output_checks.model.evidence import Floats

_PLACES_PER_CATEGORY = 4  # the edges of two bars beside each other
NUMERIC = {
    "ScalarFormatter",
    "PercentFormatter",
    "StrMethodFormatter",
    "FormatStrFormatter",
    "LogFormatter",
    "LogFormatterMathtext",
    "LogFormatterSciNotation",
    "LogFormatterExponent",
    "EngFormatter",
}


def has_named_ticks(axis: Any) -> bool:  # noqa: ANN401 - matplotlib is optional
    """Whether a person wrote what stands at the ticks, so that it may be anything."""
    return type(axis.get_major_formatter()).__name__ not in NUMERIC


@dataclass(kw_only=True)
class Reader:
    """What has been explained in some axes so far. `values` has the letters of the axes along which numbers stand."""

    axes: Any
    published: Published
    values: set[str] = field(default_factory=set)
    beside: dict[str, list[Floats]] = field(default_factory=dict)
    """Per axis the places of what stands at categories."""
    widths: dict[str, list[float]] = field(default_factory=dict)
    """Per axis the widths of bars that stand at categories."""

    def explains(self, item: Drawn) -> bool:
        """Whether the thing is explained in one of the ways in which it can be read."""
        if item.points is None:
            return False
        return any(self._explained(points, item) for points in (item.points, *item.other_ways))

    def question(self) -> str | None:
        """A question about where things stand at the categories, or how wide they are; None where that tells nothing.

        Each category has the same places: bars beside each other are as far apart in every group.
        """
        for letter, widths in self.widths.items():
            if np.ptp(widths) > 1e-6 * max(np.abs(widths)):
                return "it draws bars of different widths: what do they show?"
            axis = self._axis(letter)
            if not has_named_ticks(axis) and _ends_of_bins(self.published, self.beside[letter]):
                continue
        for letter, places in self.beside.items():
            if not _alike(np.concatenate(places), _ticks(self._axis(letter), self.published)):
                return "it draws things at different distances from their categories: what do these show?"
        return None

    def _explained(self, points: Floats, item: Drawn) -> bool:
        points = points[~np.isnan(points).any(axis=1)]
        if not len(points):
            return True
        for values, places, letter, other in (
            (points[:, 0], points[:, 1], "x", "y"),
            (points[:, 1], points[:, 0], "y", "x"),
        ):
            if self.published.has(values).all() and self._at_categories(places, other, item):
                self.values.add(letter)
                return True
        if self.published.has_pairs(points):
            self.values |= {"x", "y"}
            return True
        return False

    def _at_categories(self, places: Floats, letter: str, item: Drawn) -> bool:
        """Whether they are where an axis names categories, or numbers among these; or fill it, as a base line does."""
        axis, distinct = self._axis(letter), np.unique(places)
        named = has_named_ticks(axis)
        if not named and self.published.has_places(distinct).all():
            return True
        if np.isin(distinct, [0.0, 1.0]).all() and not item.box:
            return True  # from one end of the axes to the other
        if not named and not item.box:
            return False
        ticks = _ticks(axis, self.published)
        if not len(ticks) or len(distinct) > _PLACES_PER_CATEGORY * len(ticks):
            return False
        middle = np.array([distinct.mean()]) if item.box else distinct
        if (np.abs(middle[:, None] - ticks[None, :]).min(axis=1) > _reach(ticks)).any():
            return False
        self.beside.setdefault(letter, []).append(middle)
        if item.box:
            self.widths.setdefault(letter, []).append(float(np.ptp(distinct)))
        return True

    def _axis(self, letter: str) -> Any:  # noqa: ANN401
        return self.axes.xaxis if letter == "x" else self.axes.yaxis


def _ends_of_bins(published: Published, places: list[Floats]) -> bool:
    return bool(published.has_places(np.concatenate(places)).all())


def _ticks(axis: Any, published: Published) -> Floats:  # noqa: ANN401
    """Where the table's categories stand along an axis: ticks with their names, or the numbers that they are."""
    if not has_named_ticks(axis):
        return published.places
    labels = [label.get_text() for label in axis.get_ticklabels()]
    ticks = np.asarray(axis.get_majorticklocs(), dtype=float)[: len(labels)]
    named = np.array([any(word in label for word in published.words) for label in labels], dtype=bool)
    return ticks[named] if len(ticks) else ticks


def _reach(ticks: Floats) -> float:
    distinct = np.unique(ticks)
    return 0.5 * float(np.diff(distinct).min() if len(distinct) > 1 else 1.0)


def _alike(places: Floats, ticks: Floats) -> bool:
    """Whether what stands at one category stands at the same distances as at the category with most of it."""
    nearest = np.abs(places[:, None] - ticks[None, :]).argmin(axis=1)
    apart = np.round(places - ticks[nearest], 6) + 0.0
    per_category = [set(apart[nearest == tick].tolist()) for tick in np.unique(nearest)]
    return set.union(*per_category) <= max(per_category, key=len)
