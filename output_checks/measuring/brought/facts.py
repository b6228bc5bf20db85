"""Numbers of a brought table as tabulations: what they bound, and nothing that they do not tell."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.measuring.brought.counts import Counts
from output_checks.model.evidence import Cell, CellStatus, Fact, FactName, Flags, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic

POPULATION = "as the file says"


def counts_tabulation(counts: Counts, *, levels: Sequence[str], data: str, stated: Mapping[str, str]) -> Tabulation:
    """Counts of a brought table. No more units are behind a number than it counts, whatever it counts."""
    lines = [
        derived(FactName.SHARE_OF_LINE, _share_of_line(counts, position), of=name)
        for position, name in enumerate(counts.by)
    ]
    bound = np.where(np.isinf(counts.high), np.nan, counts.high)
    facts = [
        *at_most_units(bound, levels=_levels_of(counts.counted, levels)),
        # A unit has one record at least, so what is too narrow for one is too narrow for more.
        Fact(name=FactName.RECORDS_PER_UNIT, values=np.ones(len(bound)), origin=Origin.AT_MOST),
        derived(FactName.LOWER_BOUND, counts.low),
        derived(FactName.UPPER_BOUND, counts.high),
        *lines,
    ]
    if stated.get("counts"):
        facts.append(Fact(name=FactName.RECORDS, of=stated["counts"], values=counts.values, origin=Origin.DECLARED))
    return brought(
        Statistic.COUNT,
        counts.name,
        counts.by,
        counts.cells,
        counts.values,
        hidden=counts.hidden,
        facts=facts,
        # Tables of one file are of the same records as far as anyone can tell, where they count the same.
        data=f"{data} {counts.counted or counts.name}".strip(),
    )


def text_counts(found: Mapping[Cell, float], *, levels: Sequence[str], data: str) -> Tabulation:
    """Counts that stand in texts, by their places. They are parts of nothing."""
    values = np.array(list(found.values()), dtype=float)
    return brought(
        Statistic.COUNT,
        "numbers in texts",
        ("place",),
        tuple(found),
        values,
        hidden=np.zeros(len(values), dtype=bool),
        facts=[
            *at_most_units(values, levels=levels),
            derived(FactName.SHARE_OF_LINE, np.zeros(len(values)), of="place"),
        ],
        data=data,
        parts=False,
    )


def brought(
    statistic: Statistic,
    variable: str,
    by: tuple[str, ...],
    cells: tuple[Cell, ...],
    values: Floats,
    *,
    hidden: Flags,
    facts: Sequence[Fact],
    data: str,
    decimals: int = 0,
    parts: bool = True,
) -> Tabulation:
    """A tabulation of numbers that somebody else made."""
    fractions = bool((values[~np.isnan(values)] % 1 != 0).any())
    return Tabulation(
        statistic=statistic,
        variable=variable or "numbers of a file",
        by=by,
        cells=cells,
        values=values,
        status=tuple(CellStatus.PRIMARY_SUPPRESSED if gone else CellStatus.PUBLISHED for gone in hidden.tolist()),
        decimals=max(decimals, 2 if fractions else 0),
        facts=tuple(facts),
        population=POPULATION,
        data=data,
        parts=parts,
    )


def at_most_units(bound: Floats, *, levels: Sequence[str], name: FactName = FactName.CONTRIBUTORS) -> list[Fact]:
    """No more units of any level than `bound`; NaN where nothing is known."""
    return [Fact(name=name, of=level, values=bound, origin=Origin.AT_MOST) for level in levels]


def derived(name: FactName, values: Floats, *, of: str = "") -> Fact:
    return Fact(name=name, of=of, values=values, origin=Origin.DERIVED)


def _levels_of(counted: str, levels: Sequence[str]) -> Sequence[str]:
    """The levels that a count bounds: of pupils, all; of schools, only schools and what is above them."""
    if counted in levels:
        return levels[levels.index(counted) :]
    return () if counted else levels


def _share_of_line(counts: Counts, position: int) -> Floats:
    """Each cell as a share of the line through it: of its total where that is shown, else of what the line shows.

    0 for totals over the variable itself, NaN where a hidden cell leaves the line unknown.
    """
    totals: dict[Cell, float] = {}
    sums: dict[Cell, float] = {}
    numbers: Counter[Cell] = Counter()
    for cell, value in zip(counts.cells, counts.values.tolist(), strict=True):
        line = (*cell[:position], None, *cell[position + 1 :])
        if cell[position] is None:
            totals[line] = value
        else:
            sums[line] = sums.get(line, 0.0) + value
            numbers[line] += 1
    shares = []
    for cell, value in zip(counts.cells, counts.values.tolist(), strict=True):
        line = (*cell[:position], None, *cell[position + 1 :])
        if cell[position] is None:
            shares.append(0.0)
            continue
        # Whoever prints a total that is more than its parts has left some out.
        total = totals[line] if line in totals and not np.isnan(totals[line]) else sums[line]
        whole = np.nan if not total > 0 else value / total
        shares.append(whole if numbers[line] > 1 or line in totals else np.nan)
    return np.where(np.array(shares) > 1, np.nan, np.array(shares, dtype=float))
