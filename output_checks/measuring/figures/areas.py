"""Maps and coloured tables: each area's colour stands for a number, and that must be published."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from output_checks.measuring.figures.published import Published
from output_checks.measuring.figures.reading import Drawn
from output_checks.measuring.figures.scales import is_round, tick_questions
from output_checks.model.evidence import Floats

_COLOURED = "it colours areas or points by values that its table does not publish: whose are they?"
_ENDS = "its colours begin or end at numbers that are not published and not round: whose are they?"


def colours_explained(item: Drawn, published: Published) -> bool:
    """Whether the numbers behind the colours are published; True where there are none."""
    if item.colours is None:
        return True
    values = item.colours[~np.isnan(item.colours)]
    return bool(published.has(values).all())


def is_map(item: Drawn, published: Published) -> bool:
    """Whether it is areas for the cells of a table, each in the colour of a published number."""
    return (
        item.placeless
        and item.points is not None
        and item.colours is not None
        and item.number <= published.n_cells
        and len(item.colours) == item.number
        and colours_explained(item, published)
    )


def is_background(item: Drawn, items: Sequence[Drawn], published: Published) -> bool:
    """Whether it is the areas of a map without a number: no more than there are cells for, all of one colour."""
    maps = [other for other in items if is_map(other, published)]
    shapes = sum(other.number for other in items if other.placeless)
    is_shapes = item.placeless and item.colours is None and item.plain and item.points is not None
    return bool(maps) and is_shapes and shapes <= published.n_cells


def colour_questions(items: Sequence[Drawn], published: Published) -> Iterator[str]:
    """Questions about the numbers behind colours, and about where the colours begin and end."""
    for item in items:
        if item.colours is None:
            continue
        if not colours_explained(item, published):
            yield _COLOURED
        ends = _ends(item.colouring.norm)
        if ends is None or not _known(ends, published).all():
            yield _ENDS


def scale_of_colours(bar: Any, items: Sequence[Drawn], published: Published) -> Iterator[str]:  # noqa: ANN401
    """Questions about a colour bar: it must be that of something drawn, with round or published ticks."""
    if not any(item.colouring is bar.mappable for item in items):
        yield "it has a scale of colours for something that is not drawn: what does it show?"
    if bar.ax.lines or bar.ax.texts or len(bar.ax.collections) > len([bar.solids, bar.dividers]):
        yield "it draws in a scale of colours, which could not be read: what does it show?"
    ends = _ends(bar.norm)
    if ends is not None:
        yield from tick_questions(bar.long_axis, published, (float(ends.min()), float(ends.max())), named=False)


def _ends(norm: Any) -> Floats | None:  # noqa: ANN401
    """The numbers that a person may have given to the colours; None where there may be others."""
    name = type(norm).__name__
    if name == "BoundaryNorm":
        return np.asarray(norm.boundaries, dtype=float)
    if name not in {"Normalize", "LogNorm", "NoNorm", "TwoSlopeNorm", "CenteredNorm"}:
        return None
    given = [norm.vmin, norm.vmax, getattr(norm, "vcenter", None)]
    return np.array([number for number in given if number is not None], dtype=float)


def _known(ends: Floats, published: Published) -> Any:  # noqa: ANN401
    span = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    return published.has(ends) | published.has_places(ends) | is_round(ends, span)
