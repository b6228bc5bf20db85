"""Bring the texts of a table into the shape in which it is read: statistics in columns, and one number a cell."""

import re

from output_checks.measuring.brought.headings import Shows, read_heading
from output_checks.measuring.brought.numbers import read_number, split_pair

_MOST = 0.5
_BRACKETS = re.compile(r"^(.*?)\s*[(\[](.*?)[)\]]\s*$")

Grid = list[list[str]]


def side_by_side(grid: Grid, *, decimal: str) -> list[tuple[int, Grid]]:
    """Tables that stand beside each other, each with the place of its first column: where an empty column parts them.

    Only where each has a column of its own that is no number: otherwise the empty column is only for looks.
    """
    width = max(map(len, grid))
    empty = [not any(row[place].strip() for row in grid) for place in range(width)]
    parts: list[list[int]] = [[]]
    for place, is_empty in enumerate(empty):
        if is_empty and parts[-1]:
            parts.append([])
        elif not is_empty:
            parts[-1].append(place)
    parts = [part for part in parts if part]
    cut = [[[row[place] for place in part] for row in grid] for part in parts]
    if len(parts) < 2 or not all(_has_both(own, decimal) for own in cut):
        used = [place for part in parts for place in part]
        return [(used[0] if used else 0, [[row[place] for place in used] for row in grid])]
    return [
        (part[0], [row for row in own if any(text.strip() for text in row)])
        for part, own in zip(parts, cut, strict=True)
    ]


def with_pairs_split(grid: Grid) -> Grid:
    """Columns that hold `12 (45%)` as two columns: of the counts, and of the percentages; `12.1 (2.0)` likewise."""
    pairs = {
        place
        for place in range(max(map(len, grid)))
        if sum(split_pair(row[place]) is not None for row in grid)
        > _MOST * sum(bool(row[place].strip()) for row in grid[1:])
    }
    if not pairs:
        return grid
    return [[part for place, text in enumerate(row) for part in _split(text, place in pairs)] for row in grid]


def turned(grid: Grid, *, height: int) -> Grid:
    """The table with rows and columns exchanged, where its rows are statistics: `n`, `mean`, `sd`."""
    if height != 1 or len(grid) < 3 or len(grid[0]) < 2:
        return grid
    rows = [read_heading((row[0],)).shows for row in grid[1:]]
    columns = [read_heading((text,)).shows for text in grid[0][1:]]
    named = [shows for shows in rows if shows is not Shows.UNNAMED]
    if Shows.COUNT not in named or len(named) <= _MOST * len(rows) or len(set(named)) < 2:
        return grid
    if any(shows is not Shows.UNNAMED for shows in columns):
        return grid
    return [list(column) for column in zip(*grid, strict=True)]


def _split(text: str, is_pair: bool) -> tuple[str, ...]:  # noqa: FBT001
    if not is_pair:
        return (text,)
    pair = split_pair(text)
    if pair is not None:
        return pair
    heading = _BRACKETS.match(text)
    if heading is None:
        return text, f"{text} in brackets" if text.strip() and not re.match(r"^\s*\d", text) else ""
    inner = heading[2].strip()
    return heading[1], "%" if inner == "%" else inner


def _has_both(grid: Grid, decimal: str) -> bool:
    """Whether a part of a sheet has a column of labels and one of numbers."""
    kinds = []
    for column in zip(*grid, strict=True):
        filled = [text for text in column[1:] if text.strip()]
        numbers = sum(read_number(text, decimal=decimal) is not None for text in filled)
        kinds.append(bool(filled) and numbers > _MOST * len(filled))
    return len(kinds) > 1 and any(kinds) and not kinds[0]
