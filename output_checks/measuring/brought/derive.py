"""From the sheets of a brought file to tabulations that rules can judge, faults, and questions for people."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from output_checks.measuring.brought.columns import Block, with_n, with_steps
from output_checks.measuring.brought.counts import Counts, count_groups, read_counts
from output_checks.measuring.brought.facts import counts_tabulation, text_counts
from output_checks.measuring.brought.layout import find_blocks
from output_checks.measuring.brought.means import means_tabulations
from output_checks.measuring.brought.percents import percents_of
from output_checks.measuring.brought.questions import questions_of
from output_checks.model.evidence import Cell, Tabulation
from output_checks.model.sheet import Sheet

_MOST_CELLS = 20_000
_MANY_ROWS = 10
_N_IN_TEXT = re.compile(r"\b[nN]\s*[=:]\s*(\d{1,6})\b(?![.,]\d)")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a brought file tells: cells to judge, what may not leave, and what has to be asked."""

    tabulations: tuple[Tabulation, ...] = ()
    faults: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    """The headings of its columns of numbers, by which a researcher may name the n."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    tabulations: tuple[Tabulation, ...]
    faults: tuple[str, ...]
    questions: tuple[str, ...]


def derive(sheets: Sequence[Sheet], *, source: str, levels: Sequence[str], stated: Mapping[str, str]) -> Brought:
    """What can be told of a file's tables from their own numbers alone.

    Parameters
    ----------
    source
        What identifies the file, so that its tables are set beside each other as one whole.
    levels
        Unit levels that the policy protects, from the finest.
    stated
        What the researcher answered: `counts`, the unit level that counts are of, and `n`, the heading of the column
        that holds them.
    """
    blocks = [block for sheet in sheets for block in find_blocks(sheet)]
    if sum(len(block.rows) * len(block.columns) for block in blocks) > _MOST_CELLS:
        return Brought(questions=("The file is too large to be taken apart: what is in it?",))
    found = [_of_block(block, data=f"brought {source}", levels=levels, stated=stated) for block in blocks]
    texts = tuple(_counts_in_texts(sheets, levels=levels, data=f"brought {source} texts"))
    tabulations = (*(item for one in found for item in one.tabulations), *texts)
    return Brought(
        tabulations=tabulations,
        faults=tuple(dict.fromkeys(fault for one in found for fault in one.faults)),
        questions=tuple(dict.fromkeys(question for one in found for question in one.questions)) or _unread(sheets),
        headings=tuple(dict.fromkeys(column.heading.text for block in blocks for column in block.columns)),
    )


def _unread(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    return ("No table was found in it: what is it?",) if sheets else ()


def _of_block(block: Block, *, data: str, levels: Sequence[str], stated: Mapping[str, str]) -> _Found:
    block = with_steps(with_n(block, stated.get("n", "")))
    groups = count_groups(block)
    percents = percents_of(block, groups, levels=levels, data=data)
    groups = [group for group in groups if group not in percents.taken]
    counts = [read_counts(block, group, ranges=percents.ranges.get(group)) for group in groups]
    # Whole numbers without a name are counts only where something says so, beside which a person is asked.
    judged = [item for item in counts if item.certain]
    tabulations = [counts_tabulation(item, levels=levels, data=data, stated=stated) for item in judged]
    means = means_tabulations(block, judged, levels=levels, data=data)
    return _Found(
        tabulations=(*tabulations, *percents.tabulations, *means),
        faults=(*percents.faults, *_records(block, counts)),
        questions=tuple(questions_of(block, counts, percents=percents, levels=levels, stated=stated)),
    )


def _records(block: Block, counts: Sequence[Counts]) -> Iterator[str]:
    """A fault where rows are records: many, most of them with the labels of another, and none with a count."""
    if any(column.is_count for column in block.columns) or len(block.rows) < _MANY_ROWS:
        return
    if any(item.certain and not item.repeated for item in counts):
        return
    if not block.unlabelled and 2 * len(set(block.labels)) <= len(block.labels):
        yield "its rows look like records of single units: most have the labels of another row, and none has a count"


def _counts_in_texts(sheets: Sequence[Sheet], *, levels: Sequence[str], data: str) -> Iterator[Tabulation]:
    """Counts that stand in a label or a note, as in `vmbo (n=7)`, by where they stand."""
    found: dict[Cell, float] = {
        (f"{sheet.name} row {row + 1}, column {column + 1}".strip(),): float(match)
        for sheet in sheets
        for row, texts in enumerate(sheet.rows)
        for column, text in enumerate(texts)
        for match in _N_IN_TEXT.findall(text)
    }
    if found:
        yield text_counts(found, levels=levels, data=data)
