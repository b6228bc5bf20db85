"""Register a flow as outputs: a protected table of the starting pupils, and a figure of what it publishes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nco_research.cohort.drawing import Box, draw
from nco_research.cohort.flow import OBJECTED
from nco_research.cohort.frames import to_frame
from nco_research.cohort.node import Node
from nco_research.cohort.session import ROW
from nco_research.columns import closest
from nco_research.sql import quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    from output_checks import Registered, Release

_COLUMN = "lost_at"
STAYED = "in the cohort"
_HIDDEN = "hidden"


def register_flow(node: Node, release: "Release", *, name: str, figure: bool) -> "Registered":
    """See `Cohort.register_flow`."""
    start = node.path[0]
    keys = list(dict.fromkeys(release.units.key_columns))
    for key in keys:
        if key not in start.state.types:
            raise InputError(
                f"The release counts units by {key!r}, which is no column of the starting pupils.",
                remedy=closest(key, list(start.state.types)),
            )
    pupils, labels = _lost(node, keys)
    # How many objected is in no table, so that no figure may say it either.
    foot = OBJECTED if any(item.state.counts.objections for item in node.path) else ""
    table = release.table(
        name,
        pupils,
        by=_COLUMN,
        margins=True,
        suppress=True,
        title="Pupils by the step at which they were lost to the cohort",
        population=f"all starting pupils: {start.action.label}" + (f". {foot}" if foot else ""),
    )
    if figure:
        title = "Flow of the cohort"
        release.figure(
            f"{name}_figure", flow_figure(table.frame, labels, start.action.label, foot=foot), of=name, title=title
        )
    return table


def _lost(node: Node, keys: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """The starting pupils with their keys and the step at which each was lost; and the steps in order."""
    start, session = node.path[0].state, node.session
    steps = [item for item in node.path if item.action.label][1:]
    labels = _distinct([item.action.label for item in steps])
    cases = " ".join(
        f"WHEN {ROW} NOT IN (SELECT {ROW} FROM {item.state.pupils}) THEN {place}" for place, item in enumerate(steps)
    )
    place = f"CASE {cases} ELSE {len(steps)} END" if steps else "0"
    columns = ", ".join(quoted(key) for key in keys)
    query = f"SELECT {columns}, {place} AS place FROM {start.pupils} ORDER BY {start.order}"
    dtypes = {key: start.dtypes[key] for key in keys if key in start.dtypes}
    frame = to_frame(session.arrow(query, step="register_flow"), dtypes)
    codes = np.asarray(frame.pop("place"), dtype=np.int64)
    frame[_COLUMN] = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype([*labels, STAYED], ordered=True))
    return frame, labels


def _distinct(labels: Sequence[str]) -> list[str]:
    """Labels that differ, from one another and from that of those who stayed."""
    seen: dict[str, int] = {STAYED: 1}
    distinct = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return distinct


def flow_figure(published: pd.DataFrame, labels: Sequence[str], start: str, *, foot: str = "") -> Any:  # noqa: ANN401 - matplotlib
    """Draw the published cells: the starting pupils, who was lost at each step, and the cohort."""
    counts = dict(zip(published[_COLUMN].astype(str), published["n"], strict=True))
    total = next(value for label, value in counts.items() if label not in {*labels, STAYED})
    # A number in the name of the start is in no category of the table, so nobody could say what it stands for.
    first = start if not any(character.isdigit() for character in start) else "at the start"
    boxes = [Box(title=first, count=_pupils(total))]
    boxes += [Box(title=label, lost=f"lost: {_pupils(counts[label])}") for label in labels if label in counts]
    return draw([*boxes, Box(title=STAYED, count=_pupils(counts.get(STAYED, np.nan)))], foot=foot)


def _pupils(count: float) -> str:
    return _HIDDEN if np.isnan(count) else f"{count:,.0f} pupils"
