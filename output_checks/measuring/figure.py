"""Measure a figure: is every number it draws a number that its table publishes?"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from output_checks.measuring.table import TOTAL
from output_checks.model.evidence import Floats, Tabulation

_NUMERIC = {
    "ScalarFormatter",
    "PercentFormatter",
    "StrMethodFormatter",
    "FormatStrFormatter",
    "LogFormatterSciNotation",
}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PLACES_PER_CATEGORY = 4  # the edges of two bars beside each other
_HARMLESS = re.compile(r"(?<![\w.])(95 ?%|(19|20)\d\d)(?![\w.])")  # an interval's level; a year
_BIN = re.compile(r"^[\[(]\s*(-?[\d.]+(?:e-?\d+)?),\s*(-?[\d.]+(?:e-?\d+)?)\s*[\])]$")
_Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, width, height."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)?")


def unexplained(figure: Any, tabulations: Sequence[Tabulation]) -> tuple[str, ...]:  # noqa: ANN401 - matplotlib is optional
    """Questions about a matplotlib figure: what it draws or writes that its table does not publish.

    Bars, lines, points, intervals and texts are read from the figure itself. Along one axis every coordinate must be a
    published number (or the base line 0); along the other must stand the table's categories, by name or by number.
    What cannot be read is a question too.
    """
    published = np.concatenate([item.published for item in tabulations])
    published = np.append(published[~np.isnan(published)], 0.0)
    words = {TOTAL if part is None else part for item in tabulations for cell in item.cells for part in cell}
    questions = []
    for axes in _all_axes(figure):
        for what, points in _readable(axes):
            if points is None:
                questions.append(f"it draws {what}, which could not be read: does it show single units?")
            elif len(points) and not any(_explained(way, published, axes, words) for way in _ways(points)):
                questions.append(f"it draws {what} at values that its table does not publish: whose are they?")
    if any(part.images or part.lines or part.artists or part.patches for part in _all_figures(figure)):
        questions.append("it draws outside its axes, which could not be read: does it show single units?")
    if any(not _text_explained(text, published, words) for text in _texts(figure)):
        questions.append("it has numbers in its texts that its table does not publish: what are they?")
    return tuple(dict.fromkeys(questions))


def _all_figures(figure: Any) -> Iterator[Any]:  # noqa: ANN401
    """A figure and the figures inside it."""
    yield figure
    for part in figure.subfigs:
        yield from _all_figures(part)


def _all_axes(figure: Any) -> Iterator[Any]:  # noqa: ANN401
    """The axes of a figure, and those set into them."""
    waiting = list(dict.fromkeys(axes for part in _all_figures(figure) for axes in part.axes))
    while waiting:
        axes = waiting.pop(0)
        yield axes
        waiting += axes.child_axes


def _readable(axes: Any) -> Iterator[tuple[str, npt.NDArray[np.float64] | None]]:  # noqa: ANN401
    """What is drawn, as far as it can be read; what breaks the reading is something that could not be read."""
    try:
        yield from _drawn(axes)
    except (AttributeError, TypeError, ValueError):
        yield "something", None


def _drawn(axes: Any) -> Iterator[tuple[str, npt.NDArray[np.float64] | None]]:  # noqa: ANN401
    """What is drawn in data coordinates: a word for it, and its points (None where they cannot be read)."""
    bars = [patch for patch in axes.patches if hasattr(patch, "get_height")]
    if len(bars) < len(axes.patches):
        yield "a shape", None
    boxes = [(bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()) for bar in bars]
    for box in boxes:
        ways = [box, *_unstacked(box, boxes)]
        yield "bars", np.array([[[x, y], [x + width, y + height]] for x, y, width, height in ways])
    for line in axes.lines:
        yield "a line or points", np.asarray(line.get_xydata(), dtype=float)
    for collection in axes.collections:
        if hasattr(collection, "get_segments"):
            segments = collection.get_segments()
            yield "intervals", np.concatenate(segments) if segments else np.empty((0, 2))
        elif len(np.unique(getattr(collection, "get_sizes", list)())) > 1:
            yield "points of different sizes", None
        elif len(collection.get_offsets()) and type(collection).__name__ == "PathCollection":
            yield "points", np.asarray(collection.get_offsets(), dtype=float)
        else:
            yield "areas", None
    if axes.images or axes.tables or axes.artists:
        yield "a picture, table or other object", None


def _unstacked(box: _Box, boxes: Sequence[_Box]) -> Iterator[_Box]:
    """A bar as it would stand alone, where it begins at the end of another: it says no more than its own length."""
    left, bottom, width, height = box
    if bottom != 0 and any(_place(x, w, y + h) == _place(left, width, bottom) for x, y, w, h in boxes):
        yield left, 0.0, width, height
    if left != 0 and any(_place(y, h, x + w) == _place(bottom, height, left) for x, y, w, h in boxes):
        yield 0.0, bottom, width, height


def _place(*numbers: float) -> tuple[float, ...]:
    return tuple(round(float(number), 9) for number in numbers)


def _ways(points: Floats) -> Floats:
    """Ways to read the same points, one or more."""
    return points if points.ndim == 3 else points[None]


def _explained(points: Floats, published: Floats, axes: Any, words: Collection[str]) -> bool:  # noqa: ANN401
    points = points[~np.isnan(points).any(axis=1)]
    for values, positions, axis in ((points[:, 0], points[:, 1], axes.yaxis), (points[:, 1], points[:, 0], axes.xaxis)):
        near = np.isclose(values[:, None], published[None, :], rtol=1e-9, atol=1e-9).any(axis=1)
        if near.all() and _are_categories(positions, axis, words):
            return True
    return False


def _are_categories(positions: Floats, axis: Any, words: Collection[str]) -> bool:  # noqa: ANN401
    """Whether positions are where an axis names categories, or numbers among these; or fill it, as a base line does."""
    distinct = np.unique(positions)
    if np.isin(distinct, [0.0, 1.0]).all():
        return True  # from one end of the axes to the other
    if not _has_named_ticks(axis):
        return set(distinct.tolist()) <= set(_numbers_of(words))
    labels = [label.get_text() for label in axis.get_ticklabels()]
    ticks = np.asarray(axis.get_majorticklocs(), dtype=float)[: len(labels)]
    named = np.array([any(word in label for word in words) for label in labels], dtype=bool)
    if not named.any() or len(distinct) > _PLACES_PER_CATEGORY * named.sum():
        return False
    reach = 0.5 * (np.diff(np.unique(ticks)).min() if len(np.unique(ticks)) > 1 else 1.0)
    return bool((np.abs(distinct[:, None] - ticks[named][None, :]).min(axis=1) <= reach).all())


def _numbers_of(words: Collection[str]) -> Iterator[float]:
    """Categories that are numbers, and both ends of those that are bins."""
    for word in words:
        if _NUMBER.fullmatch(word):
            yield float(word)
        elif found := _BIN.match(word):
            yield from (float(found[1]), float(found[2]))


def _has_named_ticks(axis: Any) -> bool:  # noqa: ANN401
    """Whether a person wrote what stands at the ticks, so that it may be anything."""
    return type(axis.get_major_formatter()).__name__ not in _NUMERIC


def _texts(figure: Any) -> Iterator[str]:  # noqa: ANN401
    """Every text that a person wrote, titles and legends among them; not the ticks of a numeric axis."""
    legends = []
    for part in _all_figures(figure):
        yield from (text.get_text() for text in part.texts)  # the overall title is one of them
        legends += part.legends
    for axes in _all_axes(figure):
        yield from (text.get_text() for text in axes.texts)
        yield from (axes.get_title(loc=place) for place in ("left", "center", "right"))
        legends += [axes.get_legend()] if axes.get_legend() else []
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.get_label().get_text()
            yield from (label.get_text() for label in axis.get_ticklabels(minor=True))
            if _has_named_ticks(axis):
                yield from (label.get_text() for label in axis.get_ticklabels())
    for legend in legends:
        yield from (text.get_text() for text in [*legend.get_texts(), legend.get_title()])


def _text_explained(text: str, published: Floats, words: Collection[str]) -> bool:
    """Whether each number in a text is published, or is (in) the name of a category."""
    text = _THOUSANDS.sub("", text)
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    for found in _NUMBER.findall(_HARMLESS.sub("", text)):
        plain = found.replace("−", "-").replace(",", ".")
        decimals = len(plain.partition(".")[2])
        if not np.isclose(np.round(published, decimals), float(plain), atol=1e-9).any():
            return False
    return True
