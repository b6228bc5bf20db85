"""Find the tables on a sheet: which rows are headings, which columns are labels, and which hold numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from output_checks.measuring.brought.columns import Block, Column
from output_checks.measuring.brought.grids import Grid, side_by_side, turned, with_pairs_split
from output_checks.measuring.brought.headings import is_total, read_heading
from output_checks.measuring.brought.labels import (
    WHOLE,
    different,
    end_of_labels,
    labels_of,
    numeric_labels,
    parts_and_rows,
)
from output_checks.measuring.brought.numbers import decimal_sign, read_number
from output_checks.model.sheet import Row, Sheet

_MOST_ARE_NUMBERS = 0.5
_NEAR = 5
_YEARS = range(1900, 2101)


def find_blocks(sheet: Sheet) -> Iterator[Block]:
    """The tables of a sheet, one after the other. Rows that are empty part them; rows of text alone are headings."""
    texts = [text for row in sheet.rows for text in row]
    decimal, doubtful = (sheet.decimal, False) if sheet.decimal else decimal_sign(texts, european=sheet.european)
    waiting: list[int] = []
    for run in _runs(sheet.rows):
        rows = [*waiting, *run]
        has_numbers = any(_is_number(text, decimal) for at in run for text in sheet.rows[at])
        if not has_numbers and not _is_wide(sheet, run):
            waiting = [*waiting[-1:], *run[-2:]]
            continue
        waiting = []
        for first, grid in side_by_side([list(sheet.rows[at]) for at in rows], decimal=decimal):
            block = _block(sheet, rows[-len(grid) :], grid, first=first, decimal=decimal)
            if block is not None:
                yield replace(block, doubtful_decimals=doubtful)


def _is_odd(column: Column) -> bool:
    below = any(item is not None and item.value is not None and item.value < 0 for item in column.numbers)
    return None in column.numbers or (column.is_count and below)


def _is_wide(sheet: Sheet, run: Sequence[int]) -> bool:
    """Whether rows of text are a table all the same, of which all numbers are hidden."""
    return len(run) > 2 and all(sum(bool(text.strip()) for text in sheet.rows[at]) > 1 for at in run)


def _runs(rows: Sequence[Row]) -> Iterator[list[int]]:
    run: list[int] = []
    for at, row in enumerate(rows):
        if any(text.strip() for text in row):
            run.append(at)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_number(text: str, decimal: str) -> bool:
    number = read_number(text, decimal=decimal) if text.strip() else None
    return number is not None and number.value is not None


def _block(sheet: Sheet, rows: Sequence[int], grid: Grid, *, first: int, decimal: str) -> Block | None:
    """One table, of rows of the sheet and from its column `first` on."""
    grid = with_pairs_split(grid)
    used = [place for place in range(max(map(len, grid))) if any(row[place].strip() for row in grid)]
    grid = [[row[place] for place in used] for row in grid]
    height, doubtful = _heading_rows(grid, decimal)
    upright = turned(grid, height=height)
    if upright is not grid:
        grid, rows, used = upright, range(len(upright)), list(range(len(upright[0])))
    body = grid[height:]
    if not body or not used:
        return None
    headings = _headings(grid[:height], len(used))
    kinds = [_is_numeric([row[place] for row in body], decimal) for place in range(len(used))]
    labels = list(range(end_of_labels(kinds, headings, body))) or [
        place for place in range(len(used)) if not kinds[place]
    ]
    labels += numeric_labels(labels, headings, body, kinds)
    numeric = [place for place in range(len(used)) if kinds[place] and place not in labels]
    if not numeric:
        return None
    sections, kept = parts_and_rows(body, labels, numeric)
    names = [next((text for text in reversed(headings[place]) if text), "") for place in labels]
    found = labels_of([[body[at][place] for place in labels] for at in kept])
    if not names:
        names, found = ["row"], [(f"row {rows[height + at] + 1}",) for at in kept]
    if any(sections):
        names.insert(0, "part")
        found = [(section, *row) for section, row in zip(sections, found, strict=True)]
    columns = tuple(
        Column(
            heading=read_heading(tuple(headings[place])),
            place=first + used[place] + 1,
            numbers=tuple(read_number(body[at][place], decimal=decimal) for at in kept),
        )
        for place in numeric
    )
    return Block(
        sheet=sheet.name,
        names=tuple(different(names)),
        labels=tuple(found),
        columns=columns,
        rows=tuple(rows[height + at] + 1 for at in kept),
        doubtful_headings=doubtful,
        unread=any(_is_odd(column) for column in columns),
        unlabelled=not labels,
        dashes=any(body[at][place].strip() in {"", "-", "–", "—", "--"} for at in kept for place in numeric),
    )


def _heading_rows(grid: Sequence[Sequence[str]], decimal: str) -> tuple[int, bool]:
    """How many rows are headings, and whether that is in doubt."""
    height = 0
    for at, row in enumerate(grid[:-1]):
        numbers = [text for text in row if _is_number(text, decimal)]
        words = [text for text in row[1:] if text.strip() and read_number(text, decimal=decimal) is None]
        if numbers and not (height == 0 and len(words) >= len(numbers)):
            # Below other headings, a row that begins with a label is one of numbers.
            years = all(WHOLE.match(text) and int(text) in _YEARS for text in numbers)
            if not _are_categories(row) or (height and row[0].strip() and not years):
                break
            following = [text for text in grid[height + 1][1:] if text.strip()]
            return height + 1 + (not following and height + 2 < len(grid)), not years
        filled = [text for text in row[1:] if text.strip()]
        if height and not filled and any(not any(map(str.strip, later[1:])) for later in grid[at + 1 :]):
            break  # the heading of a part of the table, as there are more of
        if height and filled and all(read_number(text, decimal=decimal) is not None for text in filled):
            break  # a row of which all numbers are hidden
        height += 1
    return height, height == 0


def _are_categories(row: Sequence[str]) -> bool:
    """Whether numbers in a row may be names of columns: whole and evenly apart, as years and grades are."""
    filled = [text for text in row[1:] if text.strip()]
    numbers = [int(text) for text in filled if WHOLE.match(text)]
    if len(numbers) < 2 or any(not WHOLE.match(text) and not is_total(text) for text in filled):
        return False
    steps = {high - low for low, high in pairwise(numbers)}
    near = len(steps) == 1 and max(steps) <= _NEAR
    return min(steps) > 0 and (near or all(number in _YEARS for number in numbers))


def _headings(grid: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Per column its headings from the top; a heading over several columns stands over each. Titles are left out."""
    if not grid:
        return [[""] for _ in range(width)]
    # A title is one text, or one text over all columns where cells are merged.
    kept = [row for row in grid if len({text.strip() for text in row if text.strip()}) > 1 or row is grid[-1]]
    texts = [[row[place].strip() for place in range(width)] for row in kept]
    for row in texts[:-1]:
        for place in range(1, width):
            if not row[place] and any(row[:place]):
                row[place] = row[place - 1]
    return [[row[place] for row in texts] for place in range(width)]


def _is_numeric(texts: Sequence[str], decimal: str) -> bool:
    filled = [text for text in texts if text.strip()]
    numbers = [read_number(text, decimal=decimal) for text in filled]
    marks = sum(number is not None for number in numbers)
    has_values = any(number is not None and (number.value is not None or number.high < 1e9) for number in numbers)
    hidden = bool(filled) and marks == len(filled) and len(set(filled)) <= 2
    return bool(filled) and marks > _MOST_ARE_NUMBERS * len(filled) and (has_values or hidden)
