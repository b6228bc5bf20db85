"""Measure a figure: is every number it draws a number that its table publishes?"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from output_checks.model.evidence import Floats, Tabulation

_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,]\d+)?(?![\w.])")


def unexplained(figure: Any, tabulations: Sequence[Tabulation]) -> tuple[str, ...]:  # noqa: ANN401 - matplotlib is optional
    """Questions about a matplotlib figure: what it draws or writes that its table does not publish.

    Bars, lines, points, intervals and texts are read from the figure itself. Along one axis every coordinate must be a
    published number (or the base line 0); along the other stand the categories. What cannot be read is a question too.
    """
    published = np.concatenate([item.published for item in tabulations])
    published = np.append(published[~np.isnan(published)], 0.0)
    n_cells = len(tabulations[0].cells)
    words = " ".join(part for item in tabulations for cell in item.cells for part in cell if part is not None)
    questions = []
    for axes in figure.axes:
        for what, points in _drawn(axes):
            if points is None:
                questions.append(f"it draws {what}, which could not be read: does it show single units?")
            elif len(points) and not _explained(points, published, n_cells):
                questions.append(f"it draws {what} at values that its table does not publish: whose are they?")
        if any(not _text_explained(text, published, words) for text in _texts(axes)):
            questions.append("it has numbers in its texts that its table does not publish: what are they?")
    return tuple(dict.fromkeys(questions))


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
    if axes.images or axes.tables:
        yield "a picture or table", None


def _explained(points: Floats, published: Floats, n_cells: int) -> bool:
    points = points[~np.isnan(points).any(axis=1)]
    for values, positions in ((points[:, 0], points[:, 1]), (points[:, 1], points[:, 0])):
        near = np.isclose(values[:, None], published[None, :], rtol=1e-9, atol=1e-9).any(axis=1)
        # Two ends per category (a bar's edges, an interval's caps) and never more places than the table has cells.
        if near.all() and len(np.unique(positions)) <= 2 * n_cells:
            return True
    return False


def _texts(axes: Any) -> Iterator[str]:  # noqa: ANN401
    """Texts a person wrote: annotations and labels of categories, not the ticks of a numeric axis, not the title."""
    yield from (text.get_text() for text in axes.texts)
    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_formatter()).__name__ == "FixedFormatter":
            yield from (label.get_text() for label in axis.get_ticklabels())


def _text_explained(text: str, published: Floats, words: str) -> bool:
    for found in _NUMBER.findall(text):
        if found in words:
            continue
        plain = found.replace("−", "-").replace(",", ".")
        decimals = len(plain.partition(".")[2])
        if not np.isclose(np.round(published, decimals), float(plain), atol=1e-9).any():
            return False
    return True
