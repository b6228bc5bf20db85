"""Flows: from which category to which the same units went, step by step, as tables of counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from output_checks.errors import InputError
from output_checks.measuring.sources import Source
from output_checks.measuring.units import Units

_MOST_STEPS = 20


@dataclass(frozen=True, kw_only=True)
class FlowTable:
    """One of the tables that a flow consists of: how it is called, and the variables that it crosses."""

    name: str
    by: tuple[str, ...]
    title: str


def flow_tables(name: str, *, steps: Sequence[str], by: Sequence[str], paths: bool) -> tuple[FlowTable, ...]:
    """A table for every two successive steps, `name_1` and so on; with `paths`, `name_paths` of all of them at once.

    Each is within the groups of `by`. They are tables of the same records that share their margins: where a step ends,
    the next begins.

    Raises
    ------
    InputError
        There are no two steps, too many, or a column is named twice.
    """
    if not 2 <= len(steps) <= _MOST_STEPS:
        raise InputError(
            f"A flow has from 2 to {_MOST_STEPS} steps; found {len(steps)}.", remedy='steps=["advice", "track_3"]'
        )
    if len({*steps, *by}) < len(steps) + len(by):
        raise InputError("A flow names the same column twice.", remedy="each column once, in `steps` or in `by`")
    within = f" by {' × '.join(by)}" if by else ""
    found = [
        FlowTable(name=f"{name}_{number}", by=(*by, start, end), title=f"from {start} to {end}{within}")
        for number, (start, end) in enumerate(pairwise(steps), start=1)
    ]
    if paths and len(steps) > 2:
        found.append(FlowTable(name=f"{name}_paths", by=(*by, *steps), title=f"paths {' → '.join(steps)}{within}"))
    return tuple(found)


def expect_one_record_each(data: Any, *, columns: Sequence[str], units: Units) -> None:  # noqa: ANN401
    """Raise InputError where a unit of the finest level has several records: its steps would be in different rows."""
    source = Source.of(data)
    frame = source.read([*columns, *units.key_columns] if source.library != "pandas" else columns)
    if len(frame) == 0:
        raise InputError("There are no records to tabulate.", remedy="look at the selection that made this data")
    finest = units.levels[0]
    several = int((np.unique(units.identify(frame).codes[finest], return_counts=True)[1] > 1).sum())
    if several:
        raise InputError(
            f"{several} {finest}s have more than one record; a flow follows each through columns of one record.",
            remedy="data.pivot(...), so that every step is a column; or leave the other records out",
        )
