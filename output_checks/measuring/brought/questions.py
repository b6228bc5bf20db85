"""What a brought table does not tell, as questions that a person has to answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from output_checks.measuring.brought.columns import Block
from output_checks.measuring.brought.counts import Counts
from output_checks.measuring.brought.headings import Shows
from output_checks.measuring.brought.percents import Percents
from output_checks.measuring.brought.places import places

_KNOWN = {Shows.COUNT, Shows.PERCENT, Shows.MEAN, Shows.SPREAD, Shows.EXTREME}


def questions_of(
    block: Block, counts: Sequence[Counts], *, percents: Percents, levels: Sequence[str], stated: Mapping[str, str]
) -> Iterator[str]:
    """Everything about one table that its numbers leave open."""
    finest, *coarser = levels or ("unit",)
    others = " and ".join(f"{level}s" for level in coarser)
    if counts:
        yield from _about_counts(counts, finest=finest, others=others, stated=stated)
    taken = {column.place for column in percents.columns}
    shown = {shows: _headings(block, shows, taken) for shows in Shows}
    whose = f"{finest}s" + (f" and {others}" if others else "")
    averages = [*shown[Shows.MEAN], *shown[Shows.SPREAD]]
    if averages and stated.get("n"):
        yield f"The researcher states which column has the n behind {_listed(averages)}: of {whose} with a value?"
    elif averages:
        yield f"How many {whose} with a value stand behind each number of {_listed(averages)}?"
    if percents.unexplained:
        yield f"What are the percentages in {_listed(percents.unexplained)} of, and how many {whose} is that?"
    if shown[Shows.EXTREME]:
        yield f"Do {_listed(shown[Shows.EXTREME])} show the value of one {finest}?"
    in_counts = {place for item in counts for _, place in item.places} if counts else set()
    unclear = [*shown[Shows.OTHER], *(shown[Shows.UNNAMED] if not in_counts else [])]
    if unclear:
        yield f"What do the numbers in {_listed(unclear)} show, and how many {whose} stand behind each?"
    if block.unread:
        yield "Some of its cells are no numbers as the others are: what do they say?"
    if block.unlabelled:
        yield "No column names the rows: is each row a group, or one unit?"
    if block.doubtful_headings:
        yield "Is the first row of numbers one of headings?"
    if block.doubtful_decimals:
        yield "Is 1.234 a thousand and more, or one and a bit?"
    if any(item.hidden.any() for item in counts) and block.dashes:
        yield "Do dashes and empty cells stand for nothing, or for hidden numbers?"
    yield "Which population is it about, and are its numbers rounded?"


def _about_counts(counts: Sequence[Counts], *, finest: str, others: str, stated: Mapping[str, str]) -> Iterator[str]:
    behind = f", and how many {others} stand behind each" if others else ""
    if stated.get("counts"):
        yield f"The researcher states that it counts {stated['counts']}s: is that so{behind}?"
    else:
        yield f"Does it count {finest}s, or records of them{behind}?"
    unsure = [item for item in counts if not item.certain]
    if unsure:
        small = [
            cell for item in unsure for cell, value in zip(item.cells, item.values.tolist(), strict=True) if value > 0
        ]
        yield f"Are the whole numbers in it counts, and is none too small ({places(small)})?"
    known = [
        cell
        for item in counts
        for cell, gone, low, high in zip(item.cells, item.hidden.tolist(), item.low, item.high, strict=True)
        if gone and low == high
    ]
    if known:
        yield f"Hidden numbers follow from what is shown ({places(known)}): what were they to protect?"
    if not all(item.adds_up for item in counts):
        yield "Its numbers do not add up to its totals: are they rounded, or is something left out?"
    for one, other in combinations(counts, 2):
        mine, theirs = ([row for row, _ in item.places] for item in (one, other))
        if mine == theirs and one.counted == other.counted and _lies_within(one, other):
            yield f"Who is counted in one of {one.name} and {other.name}, and not in the other?"
    if any(item.repeated for item in counts):
        yield "Several rows have the same labels: what sets them apart?"


def _lies_within(one: Counts, other: Counts) -> bool:
    """Whether one of two counts of the same cells is nowhere higher than the other, and somewhere lower."""
    if not (one.name and other.name):
        return False
    lower, higher = bool(np.any(one.values < other.values)), bool(np.any(one.values > other.values))
    return lower is not higher


def _headings(block: Block, shows: Shows, taken: set[int]) -> list[str]:
    found = [
        column.heading.text for column in block.columns if column.heading.shows is shows and column.place not in taken
    ]
    return list(dict.fromkeys(found))


def _listed(headings: Sequence[str]) -> str:
    """Headings in words, without any that may be a key."""
    plain = [heading if not re.search(r"\d{5,}", heading) else "(a column)" for heading in headings[:4]]
    return ", ".join(filter(None, plain)) + (" and others" if len(headings) > len(plain) else "") or "one column"
