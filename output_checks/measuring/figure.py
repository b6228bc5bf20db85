"""Measure a figure: is every number it draws a number that its table publishes?"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from output_checks.model.evidence import Floats, Tabulation

_NUMERIC = {
    "ScalarFormatter",
    "PercentFormatter",
    "StrMethodFormatter",
    "FormatStrFormatter",
    "LogFormatterSciNotation",
}
_HARMLESS = re.compile(r"(?<![\w.])(95 ?%|(19|20)\d\d)(?![\w.])")  # an interval's level; a year
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)?(?![\w.])")


def unexplained(figure: Any, tabulations: Sequence[Tabulation]) -> tuple[str, ...]:  # noqa: ANN401 - matplotlib is optional
    """Questions about a matplotlib figure: what it draws or writes that its table does not publish.

    Bars, lines, points, intervals and texts are read from the figure itself. Along one axis every coordinate must be a
    published number (or the base line 0); along the other must stand the table's categories, by name or by number.
    What cannot be read is a question too.
    """
    published = np.concatenate([item.published for item in tabulations])
    published = np.append(published[~np.isnan(published)], 0.0)
    words = " ".join(part for item in tabulations for cell in item.cells for part in cell if part is not None)
    questions = []
    for axes in _all_axes(figure):
        for what, points in _drawn(axes):
            if points is None:
                questions.append(f"it draws {what}, which could not be read: does it show single units?")
            elif len(points) and not _explained(points, published, axes, words):
                questions.append(f"it draws {what} at values that its table does not publish: whose are they?")
    if figure.images or figure.lines or figure.artists or figure.patches:
        questions.append("it draws outside its axes, which could not be read: does it show single units?")
    if any(not _text_explained(text, published, words) for text in _texts(figure)):
        questions.append("it has numbers in its texts that its table does not publish: what are they?")
    return tuple(dict.fromkeys(questions))


def _all_axes(figure: Any) -> Iterator[Any]:  # noqa: ANN401
    """The axes of a figure, and those set into them."""
    waiting = list(figure.axes)
    while waiting:
        axes = waiting.pop(0)
        yield axes
        waiting += axes.child_axes


def _drawn(axes: Any) -> Iterator[tuple[str, npt.NDArray[np.float64] | None]]:  # noqa: ANN401
    """What is drawn in data coordinates: a word for it, and its points (None where they cannot be read)."""
    for patch in axes.patches:
        if not hasattr(patch, "get_height"):
            yield "a shape", None
            continue
        left, bottom, width, height = patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()
        yield "bars", np.array([[left, bottom], [left + width, bottom + height]])
    for line in axes.lines:
        yield (
            "a line or points",
            np.column_stack(
                [
                    np.asarray(line.get_xdata(), dtype=float),
                    np.asarray(line.get_ydata(), dtype=float),
                ]
            ),
        )
    for collection in axes.collections:
        if hasattr(collection, "get_segments"):
            segments = collection.get_segments()
            yield "intervals", np.concatenate(segments) if segments else np.empty((0, 2))
        elif len(collection.get_offsets()) and type(collection).__name__ == "PathCollection":
            yield "points", np.asarray(collection.get_offsets(), dtype=float)
        else:
            yield "areas", None
    if axes.images or axes.tables or axes.artists:
        yield "a picture, table or other object", None


def _explained(points: Floats, published: Floats, axes: Any, words: str) -> bool:  # noqa: ANN401
    points = points[~np.isnan(points).any(axis=1)]
    for values, positions, axis in ((points[:, 0], points[:, 1], axes.yaxis), (points[:, 1], points[:, 0], axes.xaxis)):
        near = np.isclose(values[:, None], published[None, :], rtol=1e-9, atol=1e-9).any(axis=1)
        if near.all() and _are_categories(positions, axis, words):
            return True
    return False


def _are_categories(positions: Floats, axis: Any, words: str) -> bool:  # noqa: ANN401
    """Whether positions are where an axis names categories, or numbers among these; or fill it, as a base line does."""
    if np.isin(positions, [0.0, 1.0]).all() and len(np.unique(positions)) <= 2:
        return True  # from one end of the axes to the other
    if _has_named_ticks(axis):
        ticks = np.unique(np.asarray(axis.get_majorticklocs(), dtype=float))
        reach = 0.5 * (np.diff(ticks).min() if len(ticks) > 1 else 1.0)
        return bool((np.abs(positions[:, None] - ticks[None, :]).min(axis=1) <= reach).all()) if len(ticks) else False
    numbers = {float(word) for word in words.split() if _NUMBER.fullmatch(word)}
    return all(float(position) in numbers for position in positions)


def _has_named_ticks(axis: Any) -> bool:  # noqa: ANN401
    """Whether a person wrote what stands at the ticks, so that it may be anything."""
    return type(axis.get_major_formatter()).__name__ not in _NUMERIC


def _texts(figure: Any) -> Iterator[str]:  # noqa: ANN401
    """Every text that a person wrote, titles and legends among them; not the ticks of a numeric axis."""
    yield from (text.get_text() for text in figure.texts)  # the overall title is one of them
    legends = list(figure.legends)
    for axes in _all_axes(figure):
        yield from (text.get_text() for text in axes.texts)
        yield from (axes.get_title(loc=place) for place in ("left", "center", "right"))
        legends += [axes.get_legend()] if axes.get_legend() else []
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.get_label().get_text()
            if _has_named_ticks(axis):
                yield from (label.get_text() for label in axis.get_ticklabels())
    for legend in legends:
        yield from (text.get_text() for text in [*legend.get_texts(), legend.get_title()])


def _text_explained(text: str, published: Floats, words: str) -> bool:
    for found in _NUMBER.findall(_HARMLESS.sub("", text)):
        if found in words:
            continue
        plain = found.replace("−", "-").replace(",", ".")
        decimals = len(plain.partition(".")[2])
        if not np.isclose(np.round(published, decimals), float(plain), atol=1e-9).any():
            return False
    return True
