"""Whether the ends and ticks of axes and colour scales are round numbers, or those of what is drawn."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from output_checks.measuring.figures.explaining import NUMERIC, has_named_ticks
from output_checks.measuring.figures.parts import axis_pairs, colour_scale, is_second_scale
from output_checks.measuring.figures.published import Published
from output_checks.model.evidence import Flags, Floats

_ROUND_STEPS = ((5.0, 5.0), (2.5, 2.5), (1.5, 2.5), (1.0, 1.0))
"""From which part of a power of ten a tenth of a scale has which step; 1.5 to 2.5 are taken up."""
_ROOM = (0.8, 0.9, 0.95, 1.02, 1.05, 1.1, 1.15, 1.2, 1.25)
"""What a published number is multiplied with to leave room beside it."""
_OWN_TICKS = {
    "AutoLocator",
    "LogLocator",
    "SymmetricalLogLocator",
    "NullLocator",
    "AutoMinorLocator",
    "StrCategoryLocator",
    "AutoDateLocator",
}
"""Locators of matplotlib, which choose round numbers or every category."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|%%")
_LIMITS = "the axes end at numbers that are not published and not round: whose are they?"
_TICKS = "it has ticks at numbers that are not published and not round: whose are they?"
_FORMAT = "the numbers at its ticks are written in a way of their own: what do they say?"


def scale_questions(axes: Any, published: Published, drawn: Floats, values: set[str]) -> Iterator[str]:  # noqa: ANN401
    """Questions about the ends and ticks of these axes.

    `drawn` are the points of everything that stands in them. `values` has the letters of the axes along which published
    numbers stand; along others stand categories.
    """
    if is_second_scale(axes):
        yield "it has a second scale, which could not be read: what does it show?"
        return
    if colour_scale(axes) is not None or axes.name != "rectilinear":
        return
    if not all(_is_plain(axis) for _, axis in axis_pairs(axes)):
        yield "it has an axis on a scale of its own: where does it put the numbers?"
        return
    if not _spines_explained(axes, published):
        yield _LIMITS
    for letter, axis in axis_pairs(axes):
        low, high = sorted(axis.get_view_interval().tolist())
        points = drawn[:, 0 if letter == "x" else 1]
        named = has_named_ticks(axis) and letter not in values
        room = named and _is_room(axis, (low, high))
        if not room and not _ends_explained(axes, letter, (low, high), points, published):
            yield _LIMITS
        if axes.axison:
            yield from tick_questions(axis, published, (low, high), named=named)


def tick_questions(axis: Any, published: Published, ends: tuple[float, float], *, named: bool) -> Iterator[str]:  # noqa: ANN401
    """Questions about the ticks of one axis. Of named ones beside which no numbers stand the places say nothing."""
    for locator, places in (
        (axis.get_major_locator(), axis.get_majorticklocs()),
        (axis.get_minor_locator(), axis.get_minorticklocs()),
    ):
        ticks = np.unique(np.asarray(places, dtype=float))
        known = published.has(ticks) | published.has_places(ticks) | is_round(ticks, ends)
        ordinary = type(locator).__name__ in _OWN_TICKS or known.all() or _in_round_steps(ticks)
        if not ordinary and not (named and _evenly_spaced(ticks)):
            yield _TICKS
    for formatter in (axis.get_major_formatter(), axis.get_minor_formatter()):
        if type(formatter).__name__ in NUMERIC and not _written_plainly(formatter, published):
            yield _FORMAT


def is_round(numbers: Floats, ends: tuple[float, float]) -> Flags:
    """Which of these are multiples of about a tenth of the way from one end to the other: 20 of 20 to 100, not 23."""
    span = ends[1] - ends[0]
    if not 0 < span < np.inf:
        return np.zeros(np.shape(numbers), dtype=bool)
    power = 10.0 ** np.floor(np.log10(span / 10))
    step = power * next(step for least, step in _ROUND_STEPS if span / 10 / power >= least - 1e-9)
    return np.asarray(np.abs(numbers / step - np.round(numbers / step)) < 1e-6)


def _ends_explained(
    axes: Any,  # noqa: ANN401
    letter: str,
    ends: tuple[float, float],
    drawn: Floats,
    published: Published,
) -> bool:
    axis = axes.xaxis if letter == "x" else axes.yaxis
    own = _own_ends(axes, axis, letter, drawn)
    tolerance = 1e-6 * (ends[1] - ends[0])
    if own is not None:
        low, high = own
        if np.abs(ends[0] - low).min() <= tolerance and np.abs(ends[1] - high).min() <= tolerance:
            return True
    numbers = np.array(ends)
    if axis.get_scale() == "log":
        digits = numbers / 10.0 ** np.floor(np.log10(np.where(numbers > 0, numbers, 1.0)))
        known = np.isclose(digits[:, None], [1, 2, 5]).any(axis=1)
    else:
        known = is_round(numbers, ends)
    known |= published.has(numbers) | published.has_places(numbers)
    known |= (published.has(numbers[:, None] / np.array(_ROOM)) & (numbers[:, None] != 0)).any(axis=1)
    return bool(known.all())


def _is_room(axis: Any, ends: tuple[float, float]) -> bool:  # noqa: ANN401
    """Whether an axis of names ends within one step of the outer ones, at a number with one decimal."""
    ticks = np.sort(np.asarray(axis.get_majorticklocs(), dtype=float))
    if not len(ticks):
        return False
    step = float(np.diff(ticks).min()) if len(ticks) > 1 else 1.0
    apart = np.array([ticks[0] - ends[0], ends[1] - ticks[-1]]) / step
    return bool((apart >= 0).all() and (apart <= 1).all() and np.allclose(apart, np.round(apart, 1), atol=1e-9))


def _is_plain(axis: Any) -> bool:  # noqa: ANN401
    """Whether an axis is linear or logarithmic, to a base that is no secret."""
    bases = (2, np.e, 10)
    return axis.get_scale() == "linear" or (axis.get_scale() == "log" and axis.get_transform().base in bases)


def _spines_explained(axes: Any, published: Published) -> bool:  # noqa: ANN401
    """Whether the lines at the sides stand beside the axes, or at a number that may be known, and so do their ends."""
    for name, spine in axes.spines.items():
        axis = axes.yaxis if name in {"left", "right"} else axes.xaxis
        ends = tuple(sorted(axis.get_view_interval().tolist()))
        where = spine.get_position()
        numbers = list(spine._bounds or ())
        if isinstance(where, tuple) and where[0] == "data":
            numbers.append(where[1])
        known = np.array([number for number in numbers if number is not None], dtype=float)
        fits = published.has(known) | published.has_places(known) | is_round(known, (ends[0], ends[-1]))
        if not fits.all():
            return False
    return True


def _own_ends(axes: Any, axis: Any, letter: str, drawn: Floats) -> tuple[Floats, Floats] | None:  # noqa: ANN401
    """Where matplotlib ends an axis by itself, for what stands there: with the usual room on either side, or none."""
    drawn = drawn[np.isfinite(drawn)]
    if axis.get_scale() == "log":
        drawn = drawn[drawn > 0]
    if not len(drawn):
        return None
    scale = axis.get_transform()
    first, last = axis.get_major_locator().nonsingular(drawn.min(), drawn.max())
    low, high = scale.transform(np.array([first, last], dtype=float))
    margin = axes.margins()["xy".index(letter)]
    room = np.array([0.0, 0.05, margin if margin in _MARGINS else 0.0]) * (high - low)
    back = scale.inverted()
    return back.transform(low - room), back.transform(high + room)


_MARGINS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25)


def _in_round_steps(ticks: Floats) -> bool:
    """Whether they are multiples of 1, 2, 2.5 or 5 times a power of ten, one after the other."""
    if len(ticks) < 3 or not _evenly_spaced(ticks):
        return False
    step = float(ticks[1] - ticks[0])
    digit = step / 10.0 ** np.floor(np.log10(step) + 1e-9)
    return bool(np.isclose(digit, [1, 2, 2.5, 5, 10]).any() and np.isclose(ticks / step, np.round(ticks / step)).all())


def _evenly_spaced(ticks: Floats) -> bool:
    return len(ticks) < 3 or bool(np.ptp(np.diff(ticks)) <= 1e-6 * np.ptp(ticks))


def _written_plainly(formatter: Any, published: Published) -> bool:  # noqa: ANN401
    """Whether a formatter adds no numbers of its own to those that stand at the ticks."""
    pattern = getattr(formatter, "fmt", "")
    if isinstance(pattern, str) and re.search(r"\d", _PLACEHOLDER.sub("", pattern)):
        return False
    if re.search(r"\d", str(getattr(formatter, "symbol", "") or "") + str(getattr(formatter, "unit", "") or "")):
        return False
    if getattr(formatter, "xmax", 1) not in (1, 100):
        return False
    offset = float(getattr(formatter, "offset", 0) or 0)
    return bool(published.has(np.array([offset]))[0]) or _is_round_offset(offset)


def _is_round_offset(offset: float) -> bool:
    return bool(offset == 0 or is_round(np.array([offset]), (0.0, abs(offset)))[0])
