"""Means and spreads of a brought table, beside the counts that are told to stand behind them."""

from collections.abc import Iterator, Sequence

import numpy as np

from output_checks.measuring.brought.columns import Block, Column
from output_checks.measuring.brought.counts import Counts, decimals_of, numbers_of
from output_checks.measuring.brought.facts import at_most_units, brought, derived
from output_checks.measuring.brought.headings import Shows
from output_checks.model.evidence import Cell, FactName, Floats, Tabulation
from output_checks.model.statistic import Statistic

_STATISTICS = {Shows.MEAN: Statistic.MEAN, Shows.SPREAD: Statistic.STANDARD_DEVIATION}


def means_tabulations(
    block: Block, counts: Sequence[Counts], *, levels: Sequence[str], data: str
) -> Iterator[Tabulation]:
    """Each column of means or deviations, with the n of its row where one column of the table has it.

    A deviation of 0 says that everyone has the same value, and any other that there are two.
    """
    n = count_by_row(block, counts)
    for column in block.columns:
        if column.heading.shows not in _STATISTICS:
            continue
        values = numbers_of([column])[:, 0]
        facts = at_most_units(n, levels=levels) if n is not None else []
        spread = column.heading.shows is Shows.SPREAD
        if spread:
            distinct = np.where(np.isnan(values), np.nan, np.where(values == 0, 1.0, 2.0))
            facts.append(derived(FactName.DISTINCT_VALUES, distinct))
        if n is None and not (spread and (values == 0).any()):
            continue
        yield brought(
            _STATISTICS[column.heading.shows],
            column.heading.text,
            block.names,
            cells_of(block),
            values,
            hidden=np.isnan(values),
            facts=facts,
            data=data,
            decimals=decimals_of([column]),
        )


def count_by_row(block: Block, counts: Sequence[Counts]) -> Floats | None:
    """The n of each row, where a group of counts has one number a row, or a total for each row; NaN where unknown."""
    for group in counts:
        if group.counted:
            continue
        width = len(block.names)
        chosen = [set(cell[width:]) <= {None} for cell in group.cells]
        if sum(chosen) != len(block.rows):
            continue
        n = np.full(len(block.rows), np.nan)
        for (row, _), high, own in zip(group.places, group.high.tolist(), chosen, strict=True):
            if own:
                n[row] = high if np.isfinite(high) else np.nan
        return n
    return None


def cells_of(block: Block) -> tuple[Cell, ...]:
    """The rows of a table as cells; those with equal labels are told apart by their numbers."""
    seen: set[Cell] = set()
    cells = []
    for own, row in zip(block.labels, block.rows, strict=True):
        cell = own if own not in seen else (*own[:-1], f"{'Total' if own[-1] is None else own[-1]} (row {row})")
        seen.add(cell)
        cells.append(cell)
    return tuple(cells)


def is_mean(column: Column) -> bool:
    return column.heading.shows is Shows.MEAN
