"""A table found on a sheet: its columns of numbers, and the labels of its rows."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from output_checks.measuring.brought.headings import Heading, Shows
from output_checks.measuring.brought.numbers import Number

_CUMULATIVE = re.compile(r"\bcum|running|lopend", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of numbers, by row of the table; None where a text stands that is no number."""

    heading: Heading
    place: int
    numbers: tuple[Number | None, ...]

    @property
    def whole(self) -> bool:
        """Whether all its numbers are whole, none is below zero, and there is one."""
        shown = [item for item in self.numbers if item is not None and item.value is not None]
        return bool(shown) and all(
            item.value is not None and item.value >= 0 and item.value == int(item.value) and not item.percent
            for item in shown
        )

    @property
    def is_count(self) -> bool:
        """Whether its heading, or the researcher, says that it holds counts."""
        return self.heading.shows is Shows.COUNT and not self.percent

    @property
    def percent(self) -> bool:
        """Whether its numbers have a percent sign."""
        shown = [item for item in self.numbers if item is not None and item.value is not None]
        return bool(shown) and sum(item.percent for item in shown) > len(shown) / 2


@dataclass(frozen=True, kw_only=True)
class Block:
    """One table on a sheet."""

    sheet: str
    names: tuple[str, ...]
    """Headings of the label columns."""
    labels: tuple[tuple[str | None, ...], ...]
    """Per row, its labels; None where it is a total over that column."""
    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    """Per row of the table, its number on the sheet, from 1."""
    doubtful_headings: bool = False
    """Whether its first row might be numbers instead of headings."""
    doubtful_decimals: bool = False
    dashes: bool = False
    """Whether a dash or an empty cell stands among the numbers."""
    unread: bool = False
    """Whether texts that are no numbers, or numbers below zero among counts, stand among the numbers."""
    unlabelled: bool = False
    """Whether no column names the rows."""


def with_n(block: Block, heading: str) -> Block:
    """The table with the column of this heading as one of counts, because the researcher says so."""
    columns = tuple(
        replace(column, heading=Heading(shows=Shows.COUNT, parts=(), text=heading))
        if heading and column.heading.text == heading and not column.is_count
        else column
        for column in block.columns
    )
    return replace(block, columns=columns)


def with_steps(block: Block) -> Block:
    """The table with the steps of its running totals of counts in their place: each is the count of its row."""
    return replace(block, columns=tuple(map(_steps, block.columns)))


def _steps(column: Column) -> Column:
    values = [item.value if item is not None else None for item in column.numbers]
    known = [value for value in values if value is not None]
    if not (column.is_count and _CUMULATIVE.search(column.heading.text) and len(known) == len(values)):
        return column
    if len(known) < 2 or any(low > high for low, high in pairwise(known)):
        return column
    steps = [known[0], *(high - low for low, high in pairwise(known))]
    heading = Heading(shows=Shows.COUNT, parts=(), text=column.heading.text)
    return replace(column, heading=heading, numbers=tuple(Number(value=step) for step in steps))
