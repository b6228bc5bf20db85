"""Where the numbers of a pivoted table stand: which cell each row and column of it make together."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from output_checks.asked.call import Numbers, plain_numbers
from output_checks.asked.keys import Key, texts_of
from output_checks.asked.names import Aggregate
from output_checks.model.evidence import Cell

Prefix: TypeAlias = tuple[Hashable, ...]
"""Labels of a column above those of its categories: the variable, the statistic, both or neither."""
Meaning: TypeAlias = Callable[[Prefix], tuple[Hashable, Aggregate]]


def table_numbers(
    table: pd.DataFrame,
    *,
    rows: Sequence[Key],
    across: Sequence[Key],
    margins_name: str,
    meaning: Meaning,
) -> tuple[Numbers, ...]:
    """All numbers of a table of which the index is `rows` and the last levels of the columns are `across`.

    An empty `margins_name` means that there are no margins.
    """
    down = _cells(table.index, rows, margins_name)
    over = _cells(table.columns, across, margins_name)
    extra = table.columns.nlevels - len(across)
    columns: list[Any] = table.columns.to_list()
    labels = [label if isinstance(label, tuple) else (label,) for label in columns]
    prefixes = [label[:extra] for label in labels]
    numbers = []
    for prefix in dict.fromkeys(prefixes):
        places = [place for place, other in enumerate(prefixes) if other == prefix]
        value, aggregate = meaning(prefix)
        numbers.append(
            Numbers(
                value=value,
                aggregate=aggregate,
                rows=np.tile(np.arange(len(table)), len(places)),
                columns=np.repeat(places, len(table)),
                cells=tuple((*row, *over[place]) for place in places for row in down),
                found=np.concatenate([plain_numbers(table.iloc[:, place]) for place in places]),
            )
        )
    return tuple(numbers)


def list_numbers(
    table: pd.DataFrame, *, rows: Sequence[Key], meanings: Sequence[tuple[Hashable, Aggregate]]
) -> tuple[Numbers, ...]:
    """All numbers of a table with one statistic a column, of which the index is `rows`."""
    cells = tuple(texts_of(rows, table.index))
    return tuple(
        Numbers(
            value=value,
            aggregate=aggregate,
            rows=np.arange(len(table)),
            columns=np.full(len(table), place),
            cells=cells,
            found=plain_numbers(table.iloc[:, place]),
        )
        for place, (value, aggregate) in enumerate(meanings)
    )


def _cells(index: "pd.Index[Any]", keys: Sequence[Key], margins_name: str) -> list[Cell]:
    texts = list(texts_of(keys, index))
    if not margins_name or not keys:
        return list(texts)
    first = index.get_level_values(index.nlevels - len(keys))
    nothing: Cell = (None,) * len(keys)
    margin = [isinstance(label, str) and label == margins_name for label in first]
    return [nothing if flag else cell for flag, cell in zip(margin, texts, strict=True)]
