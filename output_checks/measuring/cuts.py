"""Cuts at quantiles: edges of bins that were read off the data, as pandas.qcut does, are percentiles of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.units import Units
from output_checks.model.evidence import Flags, Floats

_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)"
_ONE_SIDED = re.compile(
    r"(?:[<>≤≥]=?|\b(?:below|under|above|over|from|up to|at most|at least|less than|more than|tot|onder|boven|vanaf))"
    rf"\s*{_NUMBER}(?![\w.])",
    re.IGNORECASE,
)
_FEW_EDGES = (0.1, 0.2, 0.25, 1 / 3, 0.4, 0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9)
"""Where one edge is likely to have been put; several edges may be at any twentieth."""
_TWENTIETHS = tuple(np.arange(1, 20) / 20)
_MANY = 1000


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An edge as it is printed."""

    value: float
    decimals: int

    @classmethod
    def of(cls, text: str) -> "Edge":
        mantissa, _, exponent = text.lower().partition("e")
        decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
        return cls(value=float(text), decimals=max(decimals, 0))


def with_points(label: str) -> str:
    """The label with decimal points for the commas of `42,5`, and without those of `1,000`."""
    return re.sub(r"(?<=\d),(?=\d)", ".", re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", label))


def one_sided(label: str) -> Iterator[Edge]:
    """The edge of a label such as `below 42.5` or `>= 50.3`."""
    if match := _ONE_SIDED.search(label):
        yield Edge.of(match[1])


def at_quantiles(edges: Sequence[Edge], values: Floats) -> tuple[Edge, ...]:
    """The edges within the range of these values, if all of them are where quantiles of the values are; else none.

    Quantiles that cut into as many equal parts as there are bins, or else at twentieths. One edge or another is at some
    percentile by chance; that all of them are is the mark of pandas.qcut.
    """
    if not len(values):
        return ()
    low, high = values.min(), values.max()
    within = {edge for edge in edges if low < edge.value < high and not (_is_at(edge, low) or _is_at(edge, high))}
    inner = sorted(within, key=lambda edge: edge.value)
    if not inner or len(inner) > _MANY:
        return ()
    equal = np.arange(1, len(inner) + 1) / (len(inner) + 1)
    places = np.quantile(values, equal)
    if all(_is_at(edge, place) for edge, place in zip(inner, places, strict=True)):
        return tuple(inner)
    likely = np.quantile(values, _FEW_EDGES if len(inner) == 1 else _TWENTIETHS)
    return tuple(inner) if all(any(_is_at(edge, place) for place in likely) for edge in inner) else ()


def fewest_at(edge: Edge, frame: pd.DataFrame, column: Any, units: Units) -> int:  # noqa: ANN401 - any label
    """Units whose value is the edge, as far as its decimals tell; of an edge between two values those of the fewer."""
    values = frame[column].to_numpy(dtype=float, na_value=np.nan)
    below, above = values[values <= edge.value], values[values >= edge.value]
    near = _units(frame, _rounds_to(values, edge.value, edge.decimals), units)
    if not len(below) or not len(above):
        return near
    either = [_rounds_to(values, float(value), edge.decimals) for value in (below.max(), above.min())]
    return max(near, min(_units(frame, flags, units) for flags in either))


def _is_at(edge: Edge, place: float) -> bool:
    return abs(edge.value - place) <= 0.5 * 10.0**-edge.decimals * (1 + 1e-9) + 1e-12 * abs(place)


def _rounds_to(values: Floats, value: float, decimals: int) -> Flags:
    return np.asarray(np.round(values, decimals) == np.round(value, decimals))


def _units(frame: pd.DataFrame, chosen: Flags, units: Units) -> int:
    """How many of the finest units have a chosen record."""
    if not chosen.any():
        return 0
    return len(np.unique(units.identify(frame[chosen]).codes[units.levels[0]]))
