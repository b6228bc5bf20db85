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
    first = _expect_alike(tabulations)
    columns: dict[str, object] = {
        name: [TOTAL if cell[position] is None else cell[position] for cell in first.cells]
        for position, name in enumerate(first.by)
    }
    for heading, item in zip(headings(tabulations), tabulations, strict=True):
        columns[heading] = item.published
    return pd.DataFrame(columns)


def table_csv(tabulations: Sequence[Tabulation]) -> bytes:
    """The file: UTF-8, comma-separated, decimal points; `x` where suppressed, nothing where there is no value."""
    first = _expect_alike(tabulations)
    columns: dict[str, list[str]] = {
        name: [TOTAL if cell[position] is None else str(cell[position]) for cell in first.cells]
        for position, name in enumerate(first.by)
    }
    for heading, item in zip(headings(tabulations), tabulations, strict=True):
        columns[heading] = cell_texts(item, hidden=HIDDEN)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode("utf-8")


def headings(tabulations: Sequence[Tabulation]) -> list[str]:
    """What stands above each: its statistic, with its variable where the statistic is there of several."""
    names = [item.statistic.column for item in tabulations]
    return [
        f"{name}_{item.variable}" if names.count(name) > 1 else name
        for name, item in zip(names, tabulations, strict=True)
    ]


def cell_texts(item: Tabulation, *, hidden: str, thousands: str = "") -> list[str]:
    """What is published of each cell as text: `hidden` where suppressed, nothing where there is no value."""
    form = f"{thousands}.{item.decimals}f"
    missing = np.isnan(item.published).tolist()
    return [
        hidden if secret else "" if empty else format(number, form)
        for number, empty, secret in zip(item.published.tolist(), missing, item.hidden.tolist(), strict=True)
    ]


def _expect_alike(tabulations: Sequence[Tabulation]) -> Tabulation:
    """The first of them, if all are over the same cells.

    Raises
    ------
    InputError
        They are not.
    """
    first = tabulations[0]
    if any(item.cells != first.cells or item.by != first.by or item.status != first.status for item in tabulations):
        raise InputError(
            "The statistics of one output must be over the same cells, hidden in the same places.",
            remedy="register them as separate outputs",
        )
    return first
