"""Bins of a continuous variable: where they begin and end may be somebody's value."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.units import Codes, Units

_INTERVAL = re.compile(r"^[\[(]\s*(-?[\d.]+(?:e-?\d+)?),\s*(-?[\d.]+(?:e-?\d+)?)\s*[\])]$")
_WIDENED = 0.001  # pandas.cut moves the lowest edge down by this share of the range


def edge_questions(data: pd.DataFrame, *, by: Sequence[str], units: Units, minimum: float) -> tuple[str, ...]:
    """Questions about bins whose outer edge is the lowest or highest value of a variable that few units have.

    A histogram from the lowest score to the highest gives both away, whatever is in its bins.
    """
    codes = units.identify(data).codes[units.levels[0]]
    questions = []
    for name in by:
        questions += _outer_values(data[name], codes, minimum)
        edges = list(_edges(data[name]))
        if not edges:
            continue
        lowest, highest = min(edges)[0], max(edges)[1]
        # Labels are rounded, so an edge is taken for the value where both agree in the digits shown.
        for column in data.columns:
            if column in by or not pd.api.types.is_numeric_dtype(data[column]):
                continue
            values = data[column].to_numpy(dtype=float, na_value=np.nan)
            present = values[~np.isnan(values)]
            if not len(present):
                continue
            bottom, top = float(present.min()), float(present.max())
            for what, edge, value, places in (
                ("lowest", lowest, bottom, (bottom, bottom - _WIDENED * (top - bottom))),
                ("highest", highest, top, (top,)),
            ):
                few = len(np.unique(codes[values == value])) < minimum
                if few and any(np.isclose(edge, place, rtol=5e-4, atol=1e-12) for place in places):
                    questions.append(f"the bins of {name} begin or end at the {what} {column}: whose is that?")
    return tuple(dict.fromkeys(questions))


def _outer_values(column: "pd.Series[Any]", codes: Codes, minimum: float) -> list[str]:
    """Numbers that divide a table name its lowest and highest, even where their counts are hidden."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column) or column.dropna().empty:
        return []
    return [
        f"the {what} {column.name} that is listed is that of few: whose is it?"
        for what, value in (("lowest", column.min()), ("highest", column.max()))
        if len(np.unique(codes[(column == value).to_numpy(dtype=bool, na_value=False)])) < minimum
    ]


def _edges(column: "pd.Series[Any]") -> Iterator[tuple[float, float]]:
    """Both ends of each category that is an interval, as pandas.cut makes them or writes them."""
    if len(column.dropna()) and pd.api.types.is_numeric_dtype(column):
        return
    for label in column.dropna().unique():
        if isinstance(label, pd.Interval):
            yield float(label.left), float(label.right)
        elif match := _INTERVAL.match(str(label)):
            yield float(match[1]), float(match[2])
