"""Decimals: a share with many of them gives back the exact counts that rounding was to hide."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from output_checks.model.evidence import Cell, Floats, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.possible_counts import beside_percentages, beside_share, by_rounding
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Kind, Statistic

_CODE = "DEC1"
_SCALES = {Statistic.SHARE: 1.0, Statistic.PERCENTAGE: 100.0}


def _counts_given_back(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:  # noqa: ARG001
    findings = []
    for output in outputs:
        count = next((item for item in output.tabulations if item.statistic is Statistic.COUNT), None)
        if count is None or count.rounded_to == 1:
            continue
        for position, item in enumerate(output.tabulations):
            if item is count or item.cells != count.cells:
                continue
            cells = sorted(_narrowed(count, item))
            if cells:
                findings.append((output.name, _finding(position, cells)))
    return findings


def _narrowed(count: Tabulation, item: Tabulation) -> Iterator[int]:
    """Cells with somebody in them of which fewer than half of the counts stay possible that rounding leaves."""
    if item.statistic in _SCALES:
        found = _beside_shares(count, item)
    elif item.kind is Kind.PERCENTAGE:
        found = _beside_percentages(count, item)
    else:  # the toolkit makes no other statistic beside rounded counts, and knows of none what it tells
        found = dict.fromkeys(np.flatnonzero(~item.hidden).tolist(), 0)
    for cell, possible in found.items():
        alone = len(by_rounding(count.published[cell], count.rounded_to))
        if count.values[cell] > 0 and 2 * possible < alone:
            yield cell


def _beside_shares(count: Tabulation, item: Tabulation) -> dict[int, int]:
    published, counts = item.published, count.published
    return {
        cell: len(
            beside_share(
                by_rounding(counts[cell], count.rounded_to),
                published[cell],
                scale=_SCALES[item.statistic],
                decimals=item.decimals,
            )
        )
        for cell in np.flatnonzero(~item.hidden).tolist()
    }


def _beside_percentages(count: Tabulation, item: Tabulation) -> dict[int, int]:
    """Line by line: the cells whose percentages are of one total, and that total where it is a cell itself."""
    whole = set(item.by if item.statistic is Statistic.PERCENT_OF_TOTAL else _line(item))
    lines: dict[Cell, list[int]] = defaultdict(list)
    totals: dict[Cell, int] = {}
    for position, cell in enumerate(item.cells):
        line = tuple(None if name in whole else part for name, part in zip(item.by, cell, strict=True))
        summed = [part is None for name, part in zip(item.by, cell, strict=True) if name in whole]
        if all(summed):
            totals[line] = position
        elif not any(summed):
            lines[line].append(position)
    found: dict[int, int] = {}
    counts, percentages = count.published, item.published
    for line, parts in lines.items():
        total = totals.get(line)
        known = None if total is None or np.isnan(counts[total]) else float(counts[total])
        possible = beside_percentages(
            counts[parts].tolist(),
            percentages[parts].tolist(),
            to=count.rounded_to,
            decimals=item.decimals,
            total=known,
        )
        if possible is None:
            if _tells_single_counts(counts[parts], count.rounded_to, item.decimals):
                found |= {part: 0 for part in parts if not np.isnan(counts[part])}
            continue
        of_parts, of_total = possible
        found |= {
            part: len(numbers) for part, numbers in zip(parts, of_parts, strict=True) if not np.isnan(counts[part])
        }
        if total is not None and known is not None:
            found[total] = len(of_total)
    return found


def _tells_single_counts(counts: Floats, to: int, decimals: int) -> bool:
    """Whether so few totals are alike in print that it matters which: otherwise every count stays possible."""
    return bool(100 * (2 * to + 1) / max(float(np.nansum(counts)), 1.0) > 10.0**-decimals)


def _line(item: Tabulation) -> tuple[str, ...]:
    return item.by[:1] if item.statistic is Statistic.PERCENT_OF_COLUMN else item.by[-1:]


def _finding(position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=f"The decimals of {len(cells)} of its numbers nearly give back the exact counts that were rounded.",
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="Decimals that give rounded counts back",
    aim="33.3 percent of about 100 is 33 of 99 or 34 of 102: the decimals tell more than the count.",
    advice="Publish fewer decimals beside rounded counts, or the counts as they are.",
    rationale=(
        "Lists every exact count that can be behind a rounded one, and of these the ones of which some whole number is "
        "the published share or percentage, and for percentages of a line all cells of it together with their total. A "
        "person has to look where fewer than half stay possible. The verdict on the exact counts themselves is that of "
        "the other rules, whether they are rounded or not. Empty cells are published as such and are not looked at."
    ),
    source="Our own; Handbook on Statistical Disclosure Control, 2nd edition, rounding",
    check=_counts_given_back,
)

RULES = (RULE,)
