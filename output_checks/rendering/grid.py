"""A table as people read it: the categories of its last variable side by side, and a mark on every cell to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from output_checks.model.evidence import Cell, Flags, Tabulation
from output_checks.model.finding import Outcome, OutputReport
from output_checks.rendering.csv import TOTAL, cell_texts
from output_checks.rendering.csv import headings as names
from output_checks.rendering.words import shortened

_MOST_ROWS = 40
_MOST_COLUMNS = 14
_DOT = "·"
_LONGEST_LABEL = 40
_LONGEST_TITLE = 200

STATES = ("pass", "review", "hidden", "fail")
"""What can be shown of a cell, in the order of how much it matters."""
MARKS = {"pass": "", "review": "?", "hidden": "", "fail": "▲"}


@dataclass(frozen=True, kw_only=True)
class Label:
    """A category or heading over some rows or columns, shortened. `whole` is longer; empty where nothing is cut."""

    text: str
    whole: str = ""
    span: int = 1
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Number:
    """One published number, or `·` where it is hidden."""

    text: str
    state: str
    total: bool

    @property
    def mark(self) -> str:
        return MARKS[self.state]


@dataclass(frozen=True, kw_only=True)
class Row:
    labels: tuple[Label, ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Headings, rows, and how many cells have each state in some statistic, those that are not shown among them."""

    corner: tuple[Label, ...]
    across: tuple[Label, ...]
    statistics: tuple[Label, ...]
    rows: tuple[Row, ...]
    rows_in_all: int
    cells: dict[str, int]

    @property
    def cut(self) -> int:
        return self.rows_in_all - len(self.rows)


def grid_of(tabulations: Sequence[Tabulation], report: OutputReport) -> Grid | None:
    """The table, with at most forty rows: those with a cell to look at first. Nothing where there are no cells."""
    if not tabulations or not tabulations[0].cells:
        return None
    first = tabulations[0]
    columns = list(dict.fromkeys(cell[-1] for cell in first.cells)) if len(first.by) > 1 else []
    wide = 1 < len(columns) <= _MOST_COLUMNS // len(tabulations)
    states = [_states(item, position, report) for position, item in enumerate(tabulations)]
    places = _places(first.cells, columns=columns if wide else [])
    worst = np.max(states, axis=0)
    chosen = _worth_showing(places, worst)
    texts = [cell_texts(item, hidden=_DOT, thousands=",") for item in tabulations]
    rows = tuple(
        Row(
            labels=labels,
            numbers=tuple(
                Number(
                    text=texts[which][place] if place >= 0 else "",
                    state=STATES[states[which][place]] if place >= 0 else "pass",
                    total=place >= 0 and None in first.cells[place],
                )
                for place in places[key]
                for which in range(len(tabulations))
            ),
        )
        for key, labels in zip(chosen, _spanned(chosen), strict=True)
    )
    headings = [_label(name) for name in names(tabulations)]
    return Grid(
        corner=tuple(_label(name) for name in (first.by[:-1] if wide else first.by)),
        across=tuple(_label(column, span=len(tabulations)) for column in columns) if wide else (),
        statistics=tuple(headings * (len(columns) if wide else 1)) if len(tabulations) > 1 or not wide else (),
        rows=rows,
        rows_in_all=len(places),
        cells={state: int((np.array(states) == at).any(axis=0).sum()) for at, state in enumerate(STATES)},
    )


def _states(item: Tabulation, position: int, report: OutputReport) -> Flags:
    """Per cell the place of its state among `STATES`."""
    states = np.where(item.hidden, STATES.index("hidden"), STATES.index("pass"))
    for outcome, state in ((Outcome.REVIEW, "review"), (Outcome.FAIL, "fail")):
        for finding in report.findings:
            if finding.outcome is outcome and finding.tabulation in {None, position}:
                cells = np.array([cell for cell in finding.cells if cell < len(states)], dtype=np.int64)
                states[cells] = np.maximum(states[cells], STATES.index(state))
    return states


def _places(cells: Sequence[Cell], *, columns: Sequence[str | None]) -> dict[Cell, list[int]]:
    """Per row of the table, the positions of its cells; -1 where there is none."""
    if not columns:
        return {cell: [position] for position, cell in enumerate(cells)}
    at = {column: place for place, column in enumerate(columns)}
    places: dict[Cell, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(cell[:-1], [-1] * len(columns))[at[cell[-1]]] = position
    return places


def _worth_showing(places: dict[Cell, list[int]], worst: Flags) -> list[Cell]:
    """The rows to show, in the order of the table: all, or as many as there is room for, the gravest first."""
    keys = list(places)
    if len(keys) <= _MOST_ROWS:
        return keys
    gravest = [max(int(worst[place]) for place in places[key] if place >= 0) for key in keys]
    order = sorted(range(len(keys)), key=lambda at: (-gravest[at], at))[:_MOST_ROWS]
    return [keys[at] for at in sorted(order)]


def _spanned(keys: Sequence[Cell]) -> Iterator[tuple[Label, ...]]:
    """The labels of each row; one that the rows before it have as well is not repeated."""
    for at, key in enumerate(keys):
        labels = []
        for depth, part in enumerate(key):
            if depth < len(key) - 1 and at > 0 and keys[at - 1][: depth + 1] == key[: depth + 1]:
                continue
            span = 1
            while depth < len(key) - 1 and at + span < len(keys) and keys[at + span][: depth + 1] == key[: depth + 1]:
                span += 1
            labels.append(_label(part, span=span))
        yield tuple(labels)


def _label(part: str | None, *, span: int = 1) -> Label:
    text = TOTAL if part is None else part
    short = shortened(text, _LONGEST_LABEL)
    whole = shortened(text, _LONGEST_TITLE) if short != text else ""
    return Label(text=short, whole=whole, span=span, total=part is None)
