"""Bins of a continuous variable: where they begin and end may be somebody's value."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.cuts import Edge, at_quantiles, fewest_at, one_sided, with_points
from output_checks.measuring.sources import Source
from output_checks.measuring.units import Units

_INTERVAL = re.compile(r"^[\[(]\s*(-?[\d.]+(?:e-?\d+)?),\s*(-?[\d.]+(?:e-?\d+)?)\s*[\])]$")
_RANGE = re.compile(
    r"(?<![\w.])(-?\d+(?:\.\d+)?)\s*(?:to|until|tot|t/m|-|–|\.\.)\s*(-?\d+(?:\.\d+)?)(?![\w.])", re.IGNORECASE
)
_WIDENED = 0.001  # pandas.cut moves the lowest edge down by this share of the range


def edge_questions(
    data: Any,  # noqa: ANN401 - whatever `Source` reads
    *,
    by: Sequence[str],
    units: Units,
    minimum: float,
) -> tuple[str, ...]:
    """Questions about bins whose edges are values of few units.

    A histogram from the lowest score to the highest gives both away, whatever is in its bins. Bins that are cut at
    quantiles, as by pandas.qcut, have percentiles for edges: enough units must have each, as far as its decimals tell.
    """
    source = Source.of(data)
    frame = source.read([*by, *units.key_columns] if source.library != "pandas" else by)
    questions: list[str] = []
    for name in by:
        questions += _outer_values(frame, name, units, minimum)
        bins = list(_edges(frame[name]))
        cuts = [edge for ends in bins for edge in ends] + list(_single_edges(frame[name]))
        if not cuts:
            continue
        lowest, highest = (cut(edge.value for edge in cuts) for cut in (min, max))
        # Labels are rounded, so an edge is taken for the value where both agree in the digits shown.
        for column in source.columns:
            values = None if column in by else _numeric(source, column, units)
            if values is None:
                continue
            bottom, top = float(values[column].min()), float(values[column].max())
            present = values[column].dropna().to_numpy(dtype=float)
            if any(fewest_at(edge, values, column, units) < minimum for edge in at_quantiles(cuts, present)):
                questions.append(f"the bins of {name} are cut at quantiles of {column}: whose values are these?")
            if not bins:
                continue
            for what, edge, value, places in (
                ("lowest", lowest, bottom, (bottom, bottom - _WIDENED * (top - bottom))),
                ("highest", highest, top, (top,)),
            ):
                at_edge = any(np.isclose(edge, place, rtol=5e-4, atol=1e-12) for place in places)
                if at_edge and _units_at(values, column, value, units) < minimum:
                    questions.append(f"the bins of {name} begin or end at the {what} {column}: whose is that?")
    return tuple(dict.fromkeys(questions))


def _numeric(source: Source, column: Any, units: Units) -> pd.DataFrame | None:  # noqa: ANN401 - any label
    """A numeric column beside the keys, None where it is not numeric or empty."""
    own = [column, *units.key_columns] if source.library != "pandas" else []
    frame = source.read(own)
    values = frame[column]
    if not isinstance(values, pd.Series) or not pd.api.types.is_numeric_dtype(values) or values.isna().all():
        return None
    return frame


def _units_at(frame: pd.DataFrame, column: str, value: float, units: Units) -> int:
    """How many of the finest units have exactly this value."""
    chosen = frame[(frame[column] == value).to_numpy(dtype=bool, na_value=False)]
    return len(np.unique(units.identify(chosen).codes[units.levels[0]])) if len(chosen) else 0


def _outer_values(frame: pd.DataFrame, name: str, units: Units, minimum: float) -> list[str]:
    """Numbers that divide a table name its lowest and highest, even where their counts are hidden."""
    column = frame[name]
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column) or column.dropna().empty:
        return []
    return [
        f"the {what} {name} that is listed is that of few: whose is it?"
        for what, value in (("lowest", column.min()), ("highest", column.max()))
        if _units_at(frame, name, value, units) < minimum
    ]


def _edges(column: "pd.Series[Any]") -> Iterator[tuple[Edge, Edge]]:
    """Both ends of each category that is a bin: an interval as pandas.cut makes or writes it, or a text of two numbers.

    Numbers that are not whole are taken for edges as well: whole ones are years, grades and marks far more often.
    """
    present = column.dropna()
    if pd.api.types.is_numeric_dtype(present):
        numbers = present.unique().astype(float) if len(present) else np.zeros(0)
        if (numbers % 1 != 0).any():
            yield from ((Edge.of(str(number)), Edge.of(str(number))) for number in numbers.tolist())
        return
    for label in present.unique():
        if isinstance(label, pd.Interval):
            yield Edge.of(str(float(label.left))), Edge.of(str(float(label.right)))
        elif match := _INTERVAL.match(str(label)) or _RANGE.search(with_points(str(label))):
            yield Edge.of(match[1]), Edge.of(match[2])


def _single_edges(column: "pd.Series[Any]") -> Iterator[Edge]:
    """The edge of each category with one, such as `below 42.5`."""
    present = column.dropna()
    if pd.api.types.is_numeric_dtype(present):
        return
    for label in present.unique():
        text = with_points(str(label))
        if not isinstance(label, pd.Interval) and not _INTERVAL.match(str(label)) and not _RANGE.search(text):
            yield from one_sided(text)
