"""Measure a figure: is every number it draws a number that its table publishes?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from output_checks.measuring.figures.areas import colour_questions, is_background, is_map, scale_of_colours
from output_checks.measuring.figures.bands import unstacked
from output_checks.measuring.figures.explaining import Reader
from output_checks.measuring.figures.parts import all_axes, all_figures, colour_scale
from output_checks.measuring.figures.published import Published
from output_checks.measuring.figures.reading import ARROW, Drawn, drawn
from output_checks.measuring.figures.scales import scale_questions
from output_checks.measuring.figures.texts import is_explained, texts
from output_checks.model.evidence import Floats, Tabulation

_TEXTS_PER_CELL, _OTHER_TEXTS = 2, 10


def unexplained(figure: Any, tabulations: Sequence[Tabulation]) -> tuple[str, ...]:  # noqa: ANN401 - matplotlib is optional
    """Questions about a matplotlib figure: what it draws or writes that its table does not publish.

    Bars, lines, points, shapes, intervals, areas, the ends and ticks of axes, and texts are read from the figure
    itself. Along one axis every coordinate must be a published number (or the base line 0); along the other must stand
    the table's categories, by name or by number; or each point is two numbers of one cell. Areas may have any shape,
    and the colour of a published number. What cannot be read is a question too.
    """
    published = Published.of(tabulations)
    questions: list[str] = []
    items = {axes: unstacked(list(drawn(axes))) for axes in all_axes(figure) if colour_scale(axes) is None}
    everything = [item for own in items.values() for item in own]
    for axes, own in items.items():
        if _is_diagram(axes, own, published):
            continue
        reader = Reader(axes=axes, published=published)
        questions += _of_items(own, reader)
        questions += scale_questions(axes, published, _points(axes, items), reader.values)
    for axes in all_axes(figure):
        if (bar := colour_scale(axes)) is not None:
            questions += scale_of_colours(bar, everything, published)
    if any(part.images or part.lines or part.artists or part.patches for part in all_figures(figure)):
        questions.append("it draws outside its axes, which could not be read: does it show single units?")
    if any(not is_explained(text, published) for text in texts(figure)):
        questions.append("it has numbers in its texts that its table does not publish: what are they?")
    return tuple(dict.fromkeys(questions))


def _is_diagram(axes: Any, items: Sequence[Drawn], published: Published) -> bool:  # noqa: ANN401
    """Whether it is notes and arrows between them, on no axes: a flow from step to step."""
    few = max(len(items), len(axes.texts)) <= _TEXTS_PER_CELL * published.n_cells + _OTHER_TEXTS
    return few and not axes.axison and all(item.what == ARROW for item in items)


def _of_items(items: Sequence[Drawn], reader: Reader) -> Iterator[str]:
    published = reader.published
    for item in items:
        if is_map(item, published) or is_background(item, items, published):
            continue
        if item.points is None:
            yield f"it draws {item.what}, which could not be read: does it show single units?"
        elif not reader.explains(item):
            yield _of_values(item, published)
    yield from colour_questions(items, published)
    if len(reader.axes.texts) > _TEXTS_PER_CELL * published.n_cells + _OTHER_TEXTS:
        yield "it has more notes than its table has cells: do their places show single units?"
    if question := reader.question():
        yield question


def _of_values(item: Drawn, published: Published) -> str:
    if item.persons and item.points is not None and len(np.unique(item.points, axis=0)) > published.n_cells:
        return (
            f"it draws {item.what} at values that its table does not publish, more of them than it has cells: the "
            "points are persons. Draw the table of release.binned_scatter instead; or what else are they?"
        )
    return f"it draws {item.what} at values that its table does not publish: whose are they?"


def _points(axes: Any, items: Mapping[Any, Sequence[Drawn]]) -> Floats:  # noqa: ANN401
    """All points in these axes and in those that share one of theirs, NaN where they do not share it."""
    found = [np.empty((0, 2))]
    for other, own in items.items():
        shared = [
            1.0 if shares.joined(axes, other) or other is axes else np.nan
            for shares in (axes.get_shared_x_axes(), axes.get_shared_y_axes())
        ]
        found += [item.points * np.array(shared) for item in own if item.points is not None and len(item.points)]
    return np.concatenate(found)
