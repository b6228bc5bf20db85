"""A table or model as the csv file that leaves: the same bytes for the same evidence, every time."""

import csv
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import Tabulation

TOTAL = "Total"
HIDDEN = "x"


def published_frame(tabulations: Sequence[Tabulation]) -> pd.DataFrame:
    """One row per cell: a column per variable (`Total` for a margin), then one per statistic; NaN where hidden.

    Raises
    ------
    InputError
        The tabulations are not over the same cells, so they do not fit one table.
    """
    first = tabulations[0]
    if any(item.cells != first.cells or item.by != first.by or item.status != first.status for item in tabulations):
        raise InputError(
            "The statistics of one output must be over the same cells, hidden in the same places.",
            remedy="register them as separate outputs",
        )
    columns: dict[str, object] = {
        name: [TOTAL if cell[position] is None else cell[position] for cell in first.cells]
        for position, name in enumerate(first.by)
    }
    for item in tabulations:
        columns[item.statistic.column] = item.published
    return pd.DataFrame(columns)


def table_csv(tabulations: Sequence[Tabulation]) -> bytes:
    """The file: UTF-8, comma-separated, decimal points; `x` where suppressed, nothing where there is no value."""
    frame = published_frame(tabulations)
    hidden = tabulations[0].hidden
    decimals = {item.statistic.column: item.decimals for item in tabulations}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    for position, row in enumerate(frame.itertuples(index=False)):
        writer.writerow(
            [
                _number(cell, decimals[name], hidden=bool(hidden[position])) if name in decimals else cell
                for name, cell in zip(frame.columns, row, strict=True)
            ]
        )
    return text.getvalue().encode("utf-8")


def _number(value: float, decimals: int, *, hidden: bool) -> str:
    if hidden:
        return HIDDEN
    return "" if np.isnan(value) else f"{value:.{decimals}f}"
