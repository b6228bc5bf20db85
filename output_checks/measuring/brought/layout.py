"""Find the tables on a sheet: which rows are headings, which columns are labels, and which hold numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from output_checks.measuring.brought.headings import Heading, Shows, is_total, names_category, read_heading
from output_checks.measuring.brought.numbers import Number, decimal_sign, read_number, split_pair
from output_checks.model.sheet import Row, Sheet

_MOST_ARE_NUMBERS = 0.5
_NEAR = 5
_YEARS = range(1900, 2101)
_WHOLE = re.compile(r"^\s*\d{1,4}\s*$")


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
        block = _block(sheet, rows, decimal)
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


def _block(sheet: Sheet, rows: Sequence[int], decimal: str) -> Block | None:
    grid = _with_pairs_split([list(sheet.rows[at]) for at in rows])
    width = max(map(len, grid))
    used = [place for place in range(width) if any(row[place].strip() for row in grid)]
    grid = [[row[place] for place in used] for row in grid]
    height, doubtful = _heading_rows(grid, decimal)
    body = grid[height:]
    if not body or not used:
        return None
    headings = _headings(grid[:height], len(used))
    kinds = [_is_numeric([row[place] for row in body], decimal) for place in range(len(used))]
    first = _end_of_labels(kinds, headings, body)
    labels = list(range(first)) or [place for place in range(len(used)) if not kinds[place]]
    labels += _numeric_labels(labels, headings, body, kinds)
    numeric = [place for place in range(len(used)) if kinds[place] and place not in labels]
    if not numeric:
        return None
    sections, kept = _sections(body, labels, numeric)
    names = [next((text for text in reversed(headings[place]) if text), "") for place in labels]
    found = _labels([[body[at][place] for place in labels] for at in kept])
    if not names:
        names, found = ["row"], [(f"row {rows[height + at] + 1}",) for at in kept]
    if any(sections):
        names.insert(0, "part")
        found = [(section, *row) for section, row in zip(sections, found, strict=True)]
    columns = tuple(
        Column(
            heading=read_heading(tuple(headings[place])),
            place=used[place] + 1,
            numbers=tuple(read_number(body[at][place], decimal=decimal) for at in kept),
        )
        for place in numeric
    )
    return Block(
        sheet=sheet.name,
        names=tuple(_different(names)),
        labels=tuple(found),
        columns=columns,
        rows=tuple(rows[height + at] + 1 for at in kept),
        doubtful_headings=doubtful,
        unread=any(_is_odd(column) for column in columns),
        unlabelled=not labels,
        dashes=any(body[at][place].strip() in {"", "-", "–", "—", "--"} for at in kept for place in numeric),
    )


def _with_pairs_split(grid: Sequence[list[str]]) -> list[list[str]]:
    """Columns that hold `12 (45%)` as two columns: of the counts, and of the percentages."""
    width = max(map(len, grid))
    pairs = {
        place
        for place in range(width)
        if sum(split_pair(row[place]) is not None for row in grid)
        > _MOST_ARE_NUMBERS * sum(bool(row[place].strip()) for row in grid[1:])
    }
    if not pairs:
        return list(grid)
    split = []
    for row in grid:
        own: list[str] = []
        for place, text in enumerate(row):
            pair = split_pair(text)
            if place not in pairs:
                own.append(text)
            elif pair is not None:
                own += [pair[0], pair[1] if pair[1].endswith("%") else f"{pair[1]}%"]
            else:
                plain = re.sub(r"[(\[]?\s*%\s*[)\]]?", "", text).strip()
                own += [plain or text, f"{plain} %" if plain and not _WHOLE.match(text) else ""]
        split.append(own)
    return split


def _heading_rows(grid: Sequence[Sequence[str]], decimal: str) -> tuple[int, bool]:
    """How many rows are headings, and whether that is in doubt."""
    height = 0
    for at, row in enumerate(grid[:-1]):
        numbers = [text for text in row if _is_number(text, decimal)]
        words = [text for text in row[1:] if text.strip() and read_number(text, decimal=decimal) is None]
        if numbers and not (height == 0 and len(words) >= len(numbers)):
            # Below other headings, a row that begins with a label is one of numbers.
            years = all(_WHOLE.match(text) and int(text) in _YEARS for text in numbers)
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
    numbers = [int(text) for text in filled if _WHOLE.match(text)]
    if len(numbers) < 2 or any(not _WHOLE.match(text) and not is_total(text) for text in filled):
        return False
    steps = {high - low for low, high in pairwise(numbers)}
    near = len(steps) == 1 and max(steps) <= _NEAR
    return min(steps) > 0 and (near or all(number in _YEARS for number in numbers))


def _headings(grid: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Per column its headings from the top; a heading over several columns stands over each. Titles are left out."""
    if not grid:
        return [[""] for _ in range(width)]
    kept = [row for row in grid if sum(bool(text.strip()) for text in row) > 1 or row is grid[-1]]
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


def _end_of_labels(kinds: Sequence[bool], headings: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> int:
    """Where the columns of labels end: codes may stand among them, as long as another text follows."""
    end = 0
    for place, numeric in enumerate(kinds):
        if not numeric:
            end = place + 1
        elif read_heading(tuple(headings[place])).shows not in {Shows.UNNAMED, Shows.OTHER} or not all(
            _WHOLE.match(row[place]) or is_total(row[place]) or not row[place].strip() for row in body
        ):
            break
    return end


def _numeric_labels(
    labels: Sequence[int], headings: Sequence[Sequence[str]], body: Sequence[Sequence[str]], kinds: Sequence[bool]
) -> list[int]:
    """Columns of whole numbers, right of the labels, that are categories: years, ages, grades."""
    found: list[int] = []
    start = max(labels, default=-1) + 1
    for place in range(start, len(kinds) - 1):
        texts = [row[place].strip() for row in body]
        heading = read_heading(tuple(headings[place]))
        name = " ".join(headings[place])
        if heading.shows not in {Shows.UNNAMED, Shows.OTHER} or not all(
            _WHOLE.match(text) or is_total(text) or not text for text in texts
        ):
            break
        numbers = [float(text) for text in texts if _WHOLE.match(text)]
        alone = not labels and not found
        ordered = all(low <= high for low, high in pairwise(numbers))
        if not (names_category(name) or (alone and ordered and not is_total(name))):
            break
        found.append(place)
    return found if len(found) < sum(kinds) else []


def _sections(
    body: Sequence[Sequence[str]], labels: Sequence[int], numeric: Sequence[int]
) -> tuple[list[str], list[int]]:
    """The heading above each row that stands in a row of its own, and which rows have numbers."""
    section, sections, kept = "", [], []
    for at, row in enumerate(body):
        filled = [place for place in labels if row[place].strip()]
        if not any(row[place].strip() for place in numeric):
            if len(filled) == 1 or (filled and len({row[place] for place in filled}) == 1):
                section = row[filled[0]].strip()
            continue
        sections.append(section)
        kept.append(at)
    # A line of text below a table is a note: what follows it would be a part of its own.
    return sections, kept


def _labels(rows: Sequence[Sequence[str]]) -> list[tuple[str | None, ...]]:
    """Labels of each row. A blank one is the same as above it, but beside a total it is a total as well."""
    found: list[tuple[str | None, ...]] = []
    above: list[str] = []
    for row in rows:
        plain = [text.strip() for text in row]
        totals = [is_total(text) for text in plain]
        if any(totals):
            first = totals.index(True)
            before = [text or (above[at] if at < len(above) and first else "") for at, text in enumerate(plain[:first])]
            after = [None if is_total(text) or not text else text for text in plain[first:]]
            found.append((*before, *after))
            above = [*before, *[text or "" for text in after]]
            continue
        filled = [
            text or (above[at] if at < len(above) and at < len(plain) - 1 and not any(plain[:at]) else "")
            for at, text in enumerate(plain)
        ]
        found.append(tuple(filled))
        above = filled
    return found


def _different(names: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        own = name or ("row" if not place else f"row label {place + 1}")
        while own in seen:
            own = f"{own} ({place + 1})"
        seen.add(own)
        yield own


def with_n(block: Block, heading: str) -> Block:
    """The table with the column of this heading as one of counts, because the researcher says so."""
    columns = tuple(
        replace(column, heading=Heading(shows=Shows.COUNT, parts=(), text=heading))
        if heading and column.heading.text == heading and not column.is_count
        else column
        for column in block.columns
    )
    return replace(block, columns=columns)
