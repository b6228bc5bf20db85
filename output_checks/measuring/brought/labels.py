"""Which columns of a table are labels, and what the labels of each row are."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from output_checks.measuring.brought.headings import Shows, is_total, names_category, read_heading

WHOLE = re.compile(r"^\s*\d{1,4}\s*$")


def end_of_labels(kinds: Sequence[bool], headings: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> int:
    """Where the columns of labels end: codes may stand among them, as long as another text follows."""
    end = 0
    for place, numeric in enumerate(kinds):
        if not numeric:
            end = place + 1
        elif read_heading(tuple(headings[place])).shows not in {Shows.UNNAMED, Shows.OTHER} or not all(
            WHOLE.match(row[place]) or is_total(row[place]) or not row[place].strip() for row in body
        ):
            break
    return end


def numeric_labels(
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
            WHOLE.match(text) or is_total(text) or not text for text in texts
        ):
            break
        numbers = [float(text) for text in texts if WHOLE.match(text)]
        alone = not labels and not found
        ordered = all(low <= high for low, high in pairwise(numbers))
        before = [tuple(row[at].strip() for at in (*labels, *found)) for row in body]
        sets_apart = bool(labels) and 2 * len(set(before)) <= len(before)
        if not (names_category(name) or (alone and ordered and not is_total(name)) or sets_apart):
            break
        found.append(place)
    return found if len(found) < sum(kinds) else []


def parts_and_rows(
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


def labels_of(rows: Sequence[Sequence[str]]) -> list[tuple[str | None, ...]]:
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


def different(names: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        own = name or ("row" if not place else f"row label {place + 1}")
        while own in seen:
            own = f"{own} ({place + 1})"
        seen.add(own)
        yield own
