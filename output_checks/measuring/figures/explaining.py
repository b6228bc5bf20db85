"""Whether what is drawn stands at published numbers, above or beside the table's categories."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from output_checks.measuring.figures.published import Published, among, without_word
from output_checks.measuring.figures.reading import Drawn
from output_checks.model.evidence import Floats

_PLACES_PER_CATEGORY = 4  # the edges of two bars beside each other
_MOST_ACROSS = 5
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Ticks:
    """Where the table's categories stand along an axis, and which of them at each place."""

    named: bool
    """Whether a person wrote what stands there; otherwise the places are the numbers that the categories are."""
    places: Floats
    words: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, axis: Any, published: Published) -> "Ticks":  # noqa: ANN401
        """The ticks of an axis with the categories that stand in their labels, or the categories that are numbers."""
        if not has_named_ticks(axis):
            words = tuple(published.words_at(place) for place in published.places.tolist())
            return cls(named=False, places=published.places, words=words)
        labels = [label.get_text() for label in axis.get_ticklabels()]
        places = np.asarray(axis.get_majorticklocs(), dtype=float)[: len(labels)]
        found = [frozenset(word for word in published.words if without_word(label, word) != label) for label in labels]
        kept = [number for number in range(len(places)) if found[number]]
        return cls(named=True, places=places[kept], words=tuple(found[number] for number in kept))

    @property
    def reach(self) -> float:
        """How far beside a tick something still stands at it."""
        distinct = np.unique(self.places)
        return 0.5 * float(np.diff(distinct).min() if len(distinct) > 1 else 1.0)

    def nearest(self, places: Floats) -> npt.NDArray[np.intp]:
        """The tick nearest to each of these places."""
        return np.asarray(np.abs(places[:, None] - self.places[None, :]).argmin(axis=1))


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
    across: set[float] = field(default_factory=set)
    """Numbers at lines from one end of the axes to the other, which stand at no category."""
    known: dict[str, Ticks] = field(default_factory=dict)

    def explains(self, item: Drawn) -> bool:
        """Whether the thing is explained in one of the ways in which it can be read."""
        if item.points is None:
            return False
        return any(self._explained(points, item) for points in (item.points, *item.other_ways))

    def question(self) -> str | None:
        """A question about where things stand at the categories, or how wide they are; None where that tells nothing.

        Each category has the same places: bars beside each other are as far apart in every group.
        """
        if any(np.ptp(widths) > 1e-6 * max(np.abs(widths)) for widths in self.widths.values()):
            return "it draws bars of different widths: what do they show?"
        if any(not _alike(np.concatenate(places), self._ticks(letter)) for letter, places in self.beside.items()):
            return "it draws things at different distances from their categories: what do these show?"
        if len(self.across) > _MOST_ACROSS:
            return "it draws many lines from one end to the other: what is at each?"
        return None

    def _explained(self, points: Floats, item: Drawn) -> bool:
        points = points[~np.isnan(points).any(axis=1)]
        if not len(points):
            return True
        for column, letter, other in ((0, "x", "y"), (1, "y", "x")):
            values, places = points[:, column], points[:, 1 - column]
            if self.published.has(values).all() and self._at_categories(values, places, other, item):
                self.values.add(letter)
                return True
        if self.published.has_pairs(points):
            self.values |= {"x", "y"}
            return True
        return False

    def _at_categories(self, values: Floats, places: Floats, letter: str, item: Drawn) -> bool:
        """Whether they stand where an axis has a category of their cells; or go from end to end, as a base line."""
        ticks, distinct = self._ticks(letter), np.unique(places)
        exact = not ticks.named and bool(self.published.has_places(distinct).all())
        if exact or self._beside(distinct, ticks, item):
            middle = np.full(len(places), distinct.mean()) if item.box and not exact else places
            if self._own(values, middle, ticks):
                self._note(letter, distinct, item, exact=exact)
                return True
        across = len(np.unique(values)) == 1 and not item.box and not item.persons
        if across and np.array_equal(distinct, [0.0, 1.0]):
            self.across |= set(values.tolist()) - {0.0}
            return True
        return False

    def _beside(self, places: Floats, ticks: Ticks, item: Drawn) -> bool:
        """Whether all stand near a category; on an axis of numbers only bars may stand beside theirs."""
        if not len(ticks.places) or not (ticks.named or item.box):
            return False
        if len(places) > _PLACES_PER_CATEGORY * len(ticks.places):
            return False
        middle = np.array([places.mean()]) if item.box else places
        return bool((np.abs(middle - ticks.places[ticks.nearest(middle)]) <= ticks.reach).all())

    def _own(self, values: Floats, places: Floats, ticks: Ticks) -> bool:
        """Whether each number is one of a cell that has the category which it stands at, or of a total."""
        nearest = ticks.nearest(places)
        return all(
            among(values[nearest == tick], self.published.at(ticks.words[tick])).all() for tick in np.unique(nearest)
        )

    def _note(self, letter: str, places: Floats, item: Drawn, *, exact: bool) -> None:
        if exact:
            return
        self.beside.setdefault(letter, []).append(np.array([places.mean()]) if item.box else places)
        if item.box:
            self.widths.setdefault(letter, []).append(float(np.ptp(places)))

    def _ticks(self, letter: str) -> Ticks:
        if letter not in self.known:
            axis = self.axes.xaxis if letter == "x" else self.axes.yaxis
            self.known[letter] = Ticks.of(axis, self.published)
        return self.known[letter]


def _alike(places: Floats, ticks: Ticks) -> bool:
    """Whether what stands at one category stands at the same distances as at the category with most of it."""
    nearest = ticks.nearest(places)
    apart = np.round(places - ticks.places[nearest], 6) + 0.0
    per_category = [set(apart[nearest == tick].tolist()) for tick in np.unique(nearest)]
    return set.union(*per_category) <= max(per_category, key=len)
