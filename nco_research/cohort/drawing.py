"""Draw a flow from top to bottom: boxes of who is left, arrows, and who was lost at the side."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Okabe & Ito's colours, which people who are colour-blind can tell apart. What is lost is dashed besides.
_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#595959"
_WIDTH, _SIDE_WIDTH, _FOOT_WIDTH = 44, 38, 100
_LINE, _PADDING, _GAP = 0.24, 0.22, 0.5  # inches
_LEFT, _TURN, _SIDE = 0.31, 0.31, 0.66


@dataclass(frozen=True, kw_only=True)
class Box:
    """One step as it is drawn."""

    title: str
    count: str = ""
    """Who is left; empty where that is not to be shown."""
    lost: str = ""
    """Who was lost on the way to it; empty where nobody was."""
    remark: str = ""


def draw(boxes: Sequence[Box], *, foot: str = "") -> Any:  # noqa: ANN401 - matplotlib
    """A matplotlib figure of the boxes, first at the top, and a line below them.

    All that it shows is text, so that it can be read out.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - only researchers install it

    texts = [_text(box) for box in boxes]
    sides = [_side(box) for box in boxes]
    heights = [(1 + text.count("\n")) * _LINE + _PADDING for text in texts]
    gaps = [max(_GAP, (1 + side.count("\n")) * _LINE + 0.1 if side else 0.0) for side in sides[1:]]
    below = _wrapped(foot, _FOOT_WIDTH)
    total = sum(heights) + sum(gaps) + 0.2 + ((2 + below.count("\n")) * _LINE if below else 0.0)
    figure = Figure(figsize=(8.5, total), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(total, 0)
    top = 0.1
    for place, (text, height) in enumerate(zip(texts, heights, strict=True)):
        if place:
            gap = gaps[place - 1]
            _arrow(axes, (_LEFT, top), (_LEFT, top + gap), colour=_BLUE)
            if sides[place]:
                _loss(axes, sides[place], at=top + gap / 2)
            top += gap
        frame = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": _BLUE, "linewidth": 1.4}
        axes.text(_LEFT, top + height / 2, text, ha="center", va="center", fontsize=10, linespacing=1.3, bbox=frame)
        top += height
    if below:
        axes.text(0.0, top + _LINE, below, ha="left", va="top", fontsize=9.5, color=_GREY, linespacing=1.25)
    return figure


def _loss(axes: Any, text: str, *, at: float) -> None:  # noqa: ANN401
    _arrow(axes, (_TURN, at), (_SIDE - 0.01, at), colour=_ORANGE, dashed=True)
    axes.text(_SIDE, at, text, ha="left", va="center", fontsize=9.5, color=_ORANGE, linespacing=1.25)


def _arrow(
    axes: Any,  # noqa: ANN401
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    colour: str,
    dashed: bool = False,
) -> None:
    line = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.3, "linestyle": "--" if dashed else "-"}
    axes.annotate("", xy=end, xytext=start, arrowprops={**line, "shrinkA": 0, "shrinkB": 0})


def _text(box: Box) -> str:
    return "\n".join(part for part in (_wrapped(box.title, _WIDTH), box.count, _wrapped(box.remark, _WIDTH)) if part)


def _side(box: Box) -> str:
    return _wrapped(box.lost, _SIDE_WIDTH)


def _wrapped(text: str, width: int) -> str:
    """Lines of about that many characters. A name with digits stays whole: the check of figures looks for it so."""
    if any(character.isdigit() for character in text) and len(text) < 2 * width:
        return text
    return "\n".join(textwrap.wrap(text, width))
