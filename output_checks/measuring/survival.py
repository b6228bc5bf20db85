"""Survival tables: who is at risk, who leaves and who is lost sight of at every time, and what that is estimated from.

A survival curve is a running total in disguise. With the number at risk it gives back exactly how many ended between
any two of its times; so what is counted is who ended when and how, as two tables of counts over the same cells, and
everything else follows from these counts and from nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring import columns
from output_checks.measuring.grid import Grid
from output_checks.measuring.inside import Facts
from output_checks.measuring.life_table import MOST_AT_RISK, Curve, LifeTable, Method
from output_checks.measuring.named import named_by_keys
from output_checks.measuring.pairs import Pairs
from output_checks.measuring.sources import Source
from output_checks.measuring.spans import Spans
from output_checks.measuring.units import Units
from output_checks.model.evidence import CellStatus, Fact, Flags, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic

__all__ = ["Method", "Spells", "survival_questions", "tabulate_survival"]

AT_RISK = "at_risk"


@dataclass(frozen=True, kw_only=True, eq=False)
class Spells:
    """n records, each of which lasts until an event happens or until it is lost sight of (censored)."""

    frame: pd.DataFrame
    durations: Floats
    happened: Flags
    duration: str
    event: str

    @classmethod
    def of(cls, data: Any, *, duration: str, event: str, by: Sequence[str], units: Units) -> "Spells":  # noqa: ANN401
        """Read them from what `Source` reads.

        Raises
        ------
        InputError
            A column is absent or no numbers, some are missing or below 0, the event is not 0 or 1, or nobody has it.
        """
        source = Source.of(data)
        needed = [duration, event, *by]
        frame = source.read([*needed, *units.key_columns] if source.library != "pandas" else needed)
        if len(frame) == 0:
            raise InputError("There are no records to tabulate.", remedy="look at the selection that made this data")
        if not {*needed} <= {*frame.columns}:  # some are levels of the index
            frame = frame.reset_index()
        durations, ended = columns.numbers(frame, duration), columns.numbers(frame, event)
        missing = int((np.isnan(durations) | np.isnan(ended)).sum())
        if missing:
            raise InputError(
                f"{missing} records have no {duration!r} or no {event!r}.",
                remedy="leave those records out, and say so in the population",
            )
        if (durations < 0).any():
            raise InputError(f"{duration!r} has durations below 0.", remedy="mend or leave out those records")
        if not np.isin(ended, [0.0, 1.0]).all():
            raise InputError(
                f"{event!r} is 1 where the event happened and 0 where it was not seen to; found other values.",
                remedy=f"data[{event!r}].eq(...).astype(int)",
            )
        if not ended.any():
            raise InputError(f"Nobody has {event!r}, so there is nothing to estimate.", remedy="event= another column")
        return cls(frame=frame, durations=durations, happened=ended == 1, duration=duration, event=event)


def tabulate_survival(
    spells: Spells,
    *,
    by: Sequence[str],
    units: Units,
    every: float | None = None,
    breaks: Sequence[float] = (),
    method: Method = Method.KAPLAN_MEIER,
    decimals: int = 3,
    population: str = "all records",
) -> tuple[Tabulation, ...]:
    """At risk, events, censored, and survival with its interval, per group and time, all over the same cells.

    Units are counted per cell: distinct ones with the event, those censored, and those at risk behind the estimates.

    Raises
    ------
    InputError
        A variable is named twice or like a heading, or the times make no table.
    """
    spans = Spans.of(spells.durations, spells.duration, every=every, breaks=breaks)
    counts = (spells.event, f"censored_{spells.event}")
    headings = {f"n_{name}" for name in (AT_RISK, *counts)} | {item.column for item in Statistic}
    taken = {*by, spans.heading} & headings or set(by) & {spans.heading, spells.duration, spells.event}
    if taken or len(set(by)) < len(by) or AT_RISK in counts:
        raise InputError(
            f"{min(taken)!r} cannot be a variable of this table." if taken else "A column is named twice.",
            remedy="rename that column, or leave it out of `by`",
        )
    kept = [name for name in dict.fromkeys([*by, *units.key_columns]) if name in spells.frame.columns]
    frame = spells.frame[kept].assign(**{spans.heading: spans.column})
    grid = Grid.of(frame, by=[*by, spans.heading], margins=False)
    life = LifeTable(grid=grid, rows=units.identify(spells.frame), happened=spells.happened, n_times=len(spans.labels))
    curve = Curve.of(*life.counts, method=method)
    named = named_by_keys(life.rows, grid.cells)
    at_risk = life.facts_at_risk() | named
    rows = {"data": life.rows.fingerprint, "sketch": life.rows.sketch}

    def tabulation(statistic: Statistic, values: Floats, facts: Facts, **further: Any) -> Tabulation:  # noqa: ANN401
        return Tabulation(
            statistic=statistic,
            by=grid.by,
            cells=grid.cells,
            values=np.asarray(values, dtype=float).ravel(),
            status=(CellStatus.PUBLISHED,) * len(grid.cells),
            facts=tuple(
                Fact(name=name, of=of, values=own, origin=Origin.COMPUTED) for (name, of), own in facts.items()
            ),
            population=population,
            **further,
        )

    counted = {"variable": AT_RISK, "decimals": 0, "members": life.members_at_risk()}
    found = [tabulation(Statistic.COUNT, life.counts[0], at_risk, **counted, **rows)]
    for number, chosen, variable in zip((1, 2), (spells.happened, ~spells.happened), counts, strict=True):
        if chosen.any():
            facts = life.facts_of_ended(chosen) | named
            counted = {"variable": variable, "decimals": 0}
            found.append(tabulation(Statistic.COUNT, life.counts[number], facts, **counted, **life.identity(chosen)))
    for statistic, values in (
        (Statistic.SURVIVAL, curve.survival),
        (Statistic.SURVIVAL_LOWER_95, curve.lower),
        (Statistic.SURVIVAL_UPPER_95, curve.upper),
    ):
        found.append(tabulation(statistic, values, at_risk, decimals=decimals, **rows))
    return tuple(found)


def survival_questions(
    spells: Spells,
    tabulations: Sequence[Tabulation],
    *,
    units: Units,
    every: float | None,
    breaks: Sequence[float],
    minimum: float,
) -> tuple[str, ...]:
    """What the counts do not settle: a time that is somebody's own, and an event that everybody has in the end."""
    questions = []
    spans = Spans.of(spells.durations, spells.duration, every=every, breaks=breaks)
    finest = units.identify(spells.frame).codes[units.levels[0]]
    if np.isnan(spans.highest_edge):
        each = Pairs.of(spans.codes, finest, n_cells=len(spans.labels)).units
        few = int((each < minimum).sum())
        if few:
            questions.append(f"{few} of the times that are listed are those of few: whose are they?")
    else:
        at_edge = spells.durations == spans.highest_edge
        if 0 < len(np.unique(finest[at_edge])) < minimum:
            questions.append(f"the last interval ends at the longest {spells.duration}, which few have: whose is that?")
    if (np.asarray(spans.codes, dtype=np.int64) + 1).sum() > MOST_AT_RISK:
        questions.append("there are too many records to set those at risk against other tables: do they differ by few?")
    ends = sum(
        int(((item.values == 0) & ~item.hidden).sum()) for item in tabulations if item.statistic is Statistic.SURVIVAL
    )
    if ends:
        questions.append(
            f"everybody still there at the last time has {spells.event}: does it come to all, or tell of them?"
        )
    return tuple(questions)
