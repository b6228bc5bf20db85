"""Measure a table: every cell's statistic, and the facts behind it, from microdata."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring import columns
from output_checks.measuring.design import design_of
from output_checks.measuring.grid import MISSING, TOTAL, Grid
from output_checks.measuring.indices import against_base
from output_checks.measuring.inside import Facts, Records
from output_checks.measuring.measure import Measured, measure
from output_checks.measuring.named import named_by_keys
from output_checks.measuring.pairs import number_by_cell
from output_checks.measuring.percentages import FROM_COUNTS, facts_of_percentages, from_counts
from output_checks.measuring.repeats import seems_repeated
from output_checks.measuring.sources import Source
from output_checks.measuring.two_columns import per_many
from output_checks.measuring.units import Codes, UnitRows, Units, sum_of_hashes
from output_checks.model.evidence import CellStatus, Fact, FactName, Flags, Floats, Origin, Tabulation
from output_checks.model.statistic import Kind, Statistic

__all__ = ["MISSING", "TOTAL", "tabulate"]

_EVERYONE = (FactName.ALL_RECORDS, FactName.ALL_MEMBERS)


def tabulate(
    data: Any,  # noqa: ANN401 - whatever `Source` reads
    *,
    by: Sequence[str],
    statistics: Sequence[Statistic],
    units: Units,
    value: str = "",
    second: str = "",
    weight: str = "",
    category: str = "",
    margins: bool = False,
    decimals: int = 1,
    population: str = "all records",
    base: Mapping[str, str] | None = None,
    per: float = 1,
    strata: str = "",
    clusters: str = "",
    whole: pd.DataFrame | None = None,
) -> tuple[Tabulation, ...]:
    """One tabulation per statistic, the count first, all over the same cells.

    A count is the number of records with a valid value (of records, where there is no `value`). Every combination of
    the categories that occur is a cell, empty ones too. A missing category is a category of its own, so that totals
    add up. Intervals (`lower 95`, `upper 95`) are for the mean, with records clustered in the coarsest unit level.

    Parameters
    ----------
    data
        A pandas or polars DataFrame, a polars LazyFrame, a pyarrow Table or a DuckDB relation; not changed.
    second
        The denominator of a `ratio`, or the other variable of a `correlation`. Records that lack it do not count.
    weight
        Weights of at least 0, for weighted statistics. Units are counted without them.
    category
        Take `value` as 1 for records of this category and 0 for others, for the `share` of it.
    base
        Of an `index`, the category of one or more variables that is 100: `{"year": "2019"}`.
    per
        Of a `rate`, how many of the denominator it is per: 1000 for a rate per thousand.
    strata, clusters
        Columns that say how the sample was drawn, for intervals of weighted statistics. Without `clusters` they are the
        units of the coarsest level.
    whole
        The same records with all of their columns, where `data` has some: it is seen whether records were repeated.

    Raises
    ------
    InputError
        A column is absent or of the wrong kind, values are infinite or all missing, weights are below zero, or there is
        nothing to tabulate.
    """
    asked = tuple(dict.fromkeys([Statistic.COUNT, *statistics]))
    source = Source.of(data)
    columns.expect_arguments(
        by=by,
        value=value,
        second=second,
        weight=weight,
        category=category,
        statistics=asked,
        base=base,
        per=per,
        others=(strata, clusters),
    )
    needed = [name for name in (*by, value, second, weight, strata, clusters) if name]
    frame = source.read([*needed, *units.key_columns] if source.library != "pandas" else needed)
    if len(frame) == 0:
        raise InputError("There are no records to tabulate.", remedy="look at the selection that made this data")
    grid = Grid.of(frame, by=by, margins=margins)
    rows = units.identify(frame)
    values, valid = _values(frame, value=value, second=second, category=category)
    columns.expect_none_below_zero(values[valid], value, asked)
    if set(asked) & columns.SHARES:
        columns.expect_shares(values, value)
    columns.expect_above_zero(values[valid], value, asked)
    weights = columns.weights(frame, weight, valid=valid) if weight else None
    other = columns.numbers(frame, second) if second else None
    design = design_of(frame, rows, strata=strata, clusters=clusters, statistics=asked)
    records = Records.of(rows, values=values, valid=valid, second=other, weights=weights, design=design)
    parts = [
        _part(grid, margin, records=records, rows=rows, valid=valid, statistics=asked, decimals=decimals)
        for margin in grid.margins
    ]
    counts = _in_order(grid, [part[Statistic.COUNT] for part in parts])
    per_unit = np.full(len(grid.cells), _most_records(records))
    named = named_by_keys(rows, grid.cells)
    label = {"": f"{value}={category}" if category else value, "second": second, "weight": weight}
    fingerprint, sketch = rows.fingerprint, rows.sketch
    inner = _inner_cells(grid)
    repeated = next(iter(units.levels)) not in rows.unique and seems_repeated(
        frame if whole is None else whole, units=rows.hashes, cells=inner, by=by
    )
    members = rows.members(inner[valid], chosen=valid, values=values if value else None, repeated=repeated)
    tabulations: list[Tabulation] = []
    for statistic in asked:
        numbers, facts = _of_statistic(statistic, grid, parts, counts)
        if statistic is Statistic.INDEX:
            numbers, facts = against_base(grid, base or {}, numbers, facts)
        if statistic is Statistic.RATE:
            numbers, facts = per_many(per, numbers, facts)
        if statistic.kind is Kind.FREQUENCY:
            facts = facts | {(FactName.RECORDS_PER_UNIT, ""): per_unit} | named
        tabulations.append(
            Tabulation(
                statistic=statistic,
                variable=_variable(statistic, label),
                by=tuple(by),
                cells=grid.cells,
                values=numbers,
                status=(CellStatus.PUBLISHED,) * len(grid.cells),
                decimals=0 if statistic in {Statistic.COUNT, Statistic.CUMULATIVE_COUNT} else decimals,
                facts=tuple(
                    Fact(name=name, of=of, values=array, origin=Origin.COMPUTED) for (name, of), array in facts.items()
                ),
                population=population,
                data=fingerprint,
                sketch=sketch,
                members=None if tabulations else members,
            )
        )
    return tuple(tabulations)


def _inner_cells(grid: Grid) -> Codes:
    """For each row, the position of its innermost cell among the cells of the table."""
    own = grid.members(grid.margins[0])
    if grid.order is None:
        return own
    place = np.empty(len(grid.order), dtype=np.int32)
    place[grid.order] = np.arange(len(grid.order), dtype=np.int32)
    return place[own]


def _values(frame: Any, *, value: str, second: str, category: str) -> tuple[Floats, Flags]:  # noqa: ANN401
    """The value of each record, and which records have one (and the second one, where that is asked for)."""
    if not value:
        return np.ones(len(frame)), np.ones(len(frame), dtype=bool)
    values = columns.has_category(frame, value, category) if category else columns.numbers(frame, value)
    valid = ~np.isnan(values)
    if second:
        valid &= ~np.isnan(columns.numbers(frame, second))
    if not valid.any():
        both = f"both {value!r} and {second!r}" if second else repr(value)
        raise InputError(
            f"No record has a valid value of {both}.", remedy="look at the selection, or at how missing is coded"
        )
    return values, valid


def _part(
    grid: Grid,
    margin: tuple[bool, ...],
    *,
    records: Records,
    rows: UnitRows,
    valid: Flags,
    statistics: Sequence[Statistic],
    decimals: int,
) -> Measured:
    """One margin, measured; the count with the records that lack a value beside those that have one."""
    cell, size = grid.members(margin), grid.size(margin)
    complete = bool(valid.all())
    measured = measure(
        records,
        cell if complete else cell[valid],
        size,
        statistics=[item for item in statistics if item.kind not in FROM_COUNTS],
        decimals=decimals,
    )
    count, facts = measured[Statistic.COUNT]
    everyone = (count, facts[FactName.MEMBERS, ""])
    if not complete:
        everyone = (number_by_cell(cell, size), sum_of_hashes(rows.hashes, cell, size))
    also: Facts = {(name, ""): array for name, array in zip(_EVERYONE, everyone, strict=True)}
    return measured | {Statistic.COUNT: (count, facts | also)}


def _in_order(grid: Grid, parts: Sequence[tuple[Floats, Facts]]) -> tuple[Floats, Facts]:
    """A statistic and its facts over all margins, in the order of the table, with each cell's share of its lines."""
    numbers = grid.in_order([number for number, _ in parts])
    facts: Facts = {key: grid.in_order([own[key] for _, own in parts]) for key in parts[0][1]}
    finest = next(of for name, of in facts if name is FactName.CONTRIBUTORS)
    for position, variable in enumerate(grid.by):
        shares = grid.share_of_line(facts[FactName.CONTRIBUTORS, finest], position)
        facts[FactName.SHARE_OF_LINE, variable] = shares
        if (FactName.TOTAL, finest) in facts:
            total = facts[FactName.TOTAL, finest]
            facts[FactName.SHARE_OF_TOTAL, variable] = grid.share_of_line(total, position)
    return numbers, facts


def _of_statistic(
    statistic: Statistic, grid: Grid, parts: Sequence[Measured], counts: tuple[Floats, Facts]
) -> tuple[Floats, Facts]:
    if statistic is Statistic.COUNT:
        return counts
    if statistic.kind not in FROM_COUNTS:
        return _in_order(grid, [part[statistic] for part in parts])
    number, facts = counts
    facts = {key: array for key, array in facts.items() if key[0] not in _EVERYONE}
    if statistic.kind is Kind.PERCENTAGE:
        units = {of: array for (name, of), array in facts.items() if name is FactName.CONTRIBUTORS}
        facts |= facts_of_percentages(statistic, grid, units)
    return from_counts(statistic, grid, number), facts


def _variable(statistic: Statistic, label: dict[str, str]) -> str:
    """What a statistic is of, as the attacker takes it: totals of one name must add up."""
    if statistic in columns.TWO_COLUMNS:
        return f"{label['']} and {label['second']}"
    if statistic is Statistic.GEOMETRIC_MEAN:
        return f"logarithm of {label['']}"
    if statistic is Statistic.WEIGHTED_COUNT:
        return label["weight"]
    return f"{label['']} weighted by {label['weight']}" if statistic in columns.WEIGHTED else label[""]


def _most_records(records: Records) -> float:
    """The most records that one of the finest units has."""
    finest, codes = next(iter(records.units.items()))
    return 1.0 if finest in records.unique else float(np.bincount(codes).max(initial=1))
