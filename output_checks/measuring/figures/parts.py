"""The parts of a matplotlib figure: figures inside it, axes, axes within axes, colour scales."""

from collections.abc import Iterator
from typing import Any


def all_figures(figure: Any) -> Iterator[Any]:  # noqa: ANN401 - matplotlib is optional
    """A figure and the figures inside it."""
    yield figure
    for part in figure.subfigs:
        yield from all_figures(part)


def all_axes(figure: Any) -> Iterator[Any]:  # noqa: ANN401
    """The axes of a figure, and those set into them."""
    waiting = list(dict.fromkeys(axes for part in all_figures(figure) for axes in part.axes))
    while waiting:
        axes = waiting.pop(0)
        yield axes
        waiting += axes.child_axes


def colour_scale(axes: Any) -> Any | None:  # noqa: ANN401
    """The colour bar that these axes are drawn for; None where they are ordinary ones."""
    bar = getattr(axes, "_colorbar", None)
    return bar if bar is not None and bar.ax is axes else None


def is_second_scale(axes: Any) -> bool:  # noqa: ANN401
    """Whether these are a second scale of other axes, in numbers of its own."""
    return type(axes).__name__ == "SecondaryAxis"


def axis_pairs(axes: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Both axes with their letter."""
    yield "x", axes.xaxis
    yield "y", axes.yaxis
