"""Durations as the times of a life table: every time that occurs, or intervals that are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_MOST_TIMES = 1_000
_DIGITS = 10
"""Decimals of an edge: three times 0.7 is 2.1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spans:
    """When each duration ends: t times, in their order."""

    heading: str
    """What the times are called in the table: the duration, or the duration with its width."""
    labels: tuple[str, ...]
    codes: Codes
    """Per record, which of the times it ends at."""
    highest_edge: float = np.nan
    """Of intervals, where the last one ends."""

    @classmethod
    def of(cls, durations: Floats, name: str, *, every: float | None, breaks: Sequence[float]) -> "Spans":
        """The times of these durations (each at least 0): all that occur, intervals as wide as `every`, or `breaks`.

        Intervals hold their later end, and the first one holds 0: durations from 1 to 3 are in `[0, 3]`.

        Raises
        ------
        InputError
            Both are given, neither makes intervals, or there would be too many times for a table.
        """
        if every is not None and len(breaks):
            raise InputError("Times are divided by `every` or by `breaks`, not by both.", remedy="every=3")
        if every is None and not len(breaks):
            return cls._each(durations, name)
        edges = _edges_every(durations, every) if every is not None else _edges_given(durations, breaks)
        codes = np.maximum(np.searchsorted(edges, durations, side="left") - 1, 0)
        found, own = np.unique(codes, return_inverse=True)
        labels = tuple(f"{'(' if edge else '['}{_text(edges[edge])}, {_text(edges[edge + 1])}]" for edge in found)
        heading = f"{name} interval" if every is None else f"{name} per {_text(float(every))}"
        return cls(heading=heading, labels=labels, codes=own.astype(np.int32), highest_edge=float(edges[-1]))

    @classmethod
    def _each(cls, durations: Floats, name: str) -> "Spans":
        found, codes = np.unique(durations, return_inverse=True)
        if len(found) > _MOST_TIMES:
            raise InputError(
                f"{name!r} has more than {_MOST_TIMES:,} different durations.", remedy="every=30, or breaks=[90, 180]"
            )
        return cls(heading=name, labels=tuple(map(_text, found)), codes=codes.astype(np.int32))

    @property
    def column(self) -> Any:  # noqa: ANN401 - a Categorical, whose type pandas 2 and 3 write otherwise
        """Per record its time, as a category."""
        return pd.Categorical.from_codes(self.codes, categories=pd.Index(self.labels), ordered=True)


def _edges_every(durations: Floats, every: float) -> Floats:
    number = isinstance(every, int | float | np.number) and not isinstance(every, bool)
    if not number or not 0 < every < np.inf:
        raise InputError("Times are as wide as `every`, a number above 0.", remedy="every=3")
    steps = max(int(np.ceil(durations.max() / every)), 1)
    if steps > _MOST_TIMES:
        raise InputError(f"That makes more than {_MOST_TIMES:,} times.", remedy="a wider every=")
    return np.round(np.arange(steps + 1, dtype=np.float64) * float(every), _DIGITS)


def _edges_given(durations: Floats, breaks: Sequence[float]) -> Floats:
    if not all(isinstance(edge, int | float | np.number) and not isinstance(edge, bool) for edge in breaks):
        raise InputError("Breaks are numbers above 0, each higher than the one before.", remedy="breaks=[3, 6, 12]")
    edges = np.array([0.0, *(float(edge) for edge in breaks if edge != 0)])
    if len(edges) < 2 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise InputError("Breaks are numbers above 0, each higher than the one before.", remedy="breaks=[3, 6, 12]")
    beyond = int((durations > edges[-1]).sum())
    if beyond:
        raise InputError(
            f"{beyond} records last longer than the last break.", remedy="a round number beyond all as the last break"
        )
    return edges


def _text(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(float(number))
