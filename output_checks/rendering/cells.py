"""The cells of an output as rows of text: what is published, and for output checkers the counts behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from output_checks.model.evidence import FactName, Tabulation
from output_checks.model.finding import Outcome, OutputReport
from output_checks.rendering.csv import HIDDEN, TOTAL, cell_texts
from output_checks.rendering.csv import headings as names


@dataclass(frozen=True, kw_only=True)
class CellRow:
    """One cell, over all statistics. `state` is pass, fail, review or hidden; `inside` never leaves."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    inside: tuple[str, ...]
    state: str
    total: bool


def cell_rows(
    tabulations: Sequence[Tabulation], report: OutputReport
) -> tuple[tuple[str, ...], tuple[str, ...], list[CellRow]]:
    """Headings of what is published, headings of what stays inside, and a row per cell; nothing where no cell is."""
    if not tabulations:
        return (), (), []
    facts = _inside_facts(tabulations)
    headings = (*tabulations[0].by, *names(tabulations))
    return headings, tuple(facts), _rows(tabulations, report, facts)


def _rows(tabulations: Sequence[Tabulation], report: OutputReport, facts: Mapping[str, Sequence[str]]) -> list[CellRow]:
    first = tabulations[0]
    failed = {cell for item in report.findings if item.outcome is Outcome.FAIL for cell in item.cells}
    doubtful = {cell for item in report.findings if item.outcome is Outcome.REVIEW for cell in item.cells}
    texts = [cell_texts(item, hidden=HIDDEN, thousands=",") for item in tabulations]
    rows = []
    for position, (cell, hidden) in enumerate(zip(first.cells, first.hidden.tolist(), strict=True)):
        state = "fail" if position in failed else "hidden" if hidden else "review" if position in doubtful else "pass"
        rows.append(
            CellRow(
                labels=tuple(TOTAL if part is None else part for part in cell),
                texts=tuple(column[position] for column in texts),
                inside=tuple(column[position] for column in facts.values()),
                state=state,
                total=any(part is None for part in cell),
            )
        )
    return rows


def _inside_facts(tabulations: Sequence[Tabulation]) -> dict[str, list[str]]:
    """Columns for the output checker: the units behind each cell, and the bounds of hidden ones."""
    columns: dict[str, list[str]] = {}
    for item in tabulations:
        for fact in item.facts:
            if fact.name is FactName.CONTRIBUTORS:
                columns.setdefault(f"{fact.of}s", [f"{number:.0f}" for number in fact.values])
            elif fact.name is FactName.RARE_SIDE and np.isfinite(fact.values).any():
                texts = [f"{number:.0f}" if np.isfinite(number) else "" for number in fact.values]
                columns.setdefault(f"{fact.of}s on the rare side", texts)
    counts = next((item for item in tabulations if item.fact(FactName.LOWER_BOUND)), None)
    lower = counts.fact(FactName.LOWER_BOUND) if counts else None
    upper = counts.fact(FactName.UPPER_BOUND) if counts else None
    if counts and lower and upper and counts.hidden.any():
        columns["outsider can prove"] = [
            f"{low:.0f} to {high:.0f}" if hidden else ""
            for low, high, hidden in zip(lower.values, upper.values, counts.hidden, strict=True)
        ]
    return columns
