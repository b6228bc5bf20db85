"""Measure a table: every cell's statistic, and the facts behind it, from microdata."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from output_checks.errors import InputError
from output_checks.measuring.units import Codes, Units, sum_of_hashes
from output_checks.model.evidence import Cell, CellStatus, Fact, FactName, Flags, Floats, Origin, Tabulation
from output_checks.model.statistic import Kind, Statistic

TOTAL = "Total"
MISSING = "(missing)"
_CELL_LIMIT = 2_000_000


def tabulate(
    data: pd.DataFrame,
    *,
    by: Sequence[str],
    statistics: Sequence[Statistic],
    units: Units,
    value: str = "",
    margins: bool = False,
    decimals: int = 1,
    population: str = "all records",
) -> tuple[Tabulation, ...]:
    """One tabulation per statistic, the count first, all over the same cells.

    A count is the number of records with a valid value (of records, where there is no `value`). Every combination of
    the categories that occur is a cell, empty ones too. A missing category is a category of its own, so that totals
    add up. Intervals (`lower 95`, `upper 95`) are for the mean, with records clustered in the coarsest unit level.

    Raises
    ------
    InputError
        A column is absent or of the wrong kind, values are infinite, or there is nothing to tabulate.
    """
    _expect_columns(data, by=by, value=value, statistics=statistics)
    grid = _Grid.of(data, by=by, margins=margins)
    rows = units.identify(data)
    values = _without_noise(_numbers(data, value)) if value else np.ones(len(data))
    valid = ~np.isnan(values)
    records = _Rows(
        values=values[valid],
        units={level: code[valid] for level, code in rows.codes.items()},
        hashes=rows.hashes[valid],
    )
    # With n, a mean gives away the counts of two values; with the spread as well, those of three.
    few_values = 3 if any(statistic.kind is Kind.SHAPE for statistic in statistics) else 2
    measured = [
        _measure(records, grid.members(margin)[valid], grid.sizes(margin), few_values=few_values)
        for margin in grid.margins
    ]
    everyone = [
        {
            FactName.ALL_RECORDS.value: np.bincount(grid.members(margin), minlength=grid.sizes(margin)).astype(float),
            FactName.ALL_MEMBERS.value: sum_of_hashes(rows.hashes, grid.members(margin), grid.sizes(margin)),
        }
        for margin in grid.margins
    ]
    measured = [part | more for part, more in zip(measured, everyone, strict=True)]
    order = grid.order()
    fingerprint, sketch = rows.fingerprint, rows.sketch

    def joined(name: str) -> Floats:
        return np.concatenate([part[name] for part in measured])[order]

    def computed(name: FactName, key: str, of: str = "") -> Fact:
        return Fact(name=name, of=of, values=joined(key), origin=Origin.COMPUTED)

    facts = [
        computed(FactName.RECORDS, "count"),
        computed(FactName.MEMBERS, FactName.MEMBERS.value),
        *(computed(FactName.CONTRIBUTORS, f"units {level}", level) for level in units.levels),
    ]
    magnitude_facts = [
        computed(FactName.DISTINCT_VALUES, "distinct values"),
        *(computed(FactName.RARE_SIDE, f"{FactName.RARE_SIDE} {level}", level) for level in units.levels),
        *(
            computed(name, f"{name} {level}", level)
            for level in units.levels
            for name in (FactName.TOTAL, FactName.LARGEST, FactName.SECOND_LARGEST)
        ),
    ]
    cells = tuple(grid.cells[position] for position in order)
    most = float(np.bincount(records.units[units.levels[0]]).max(initial=1))
    per_unit = Fact(name=FactName.RECORDS_PER_UNIT, values=np.full(len(cells), most), origin=Origin.COMPUTED)
    count_facts = [computed(name, name.value) for name in (FactName.ALL_RECORDS, FactName.ALL_MEMBERS)] + [per_unit]
    finest = units.levels[0]
    shares = _shares_of_lines(cells, joined(f"units {finest}"), by=by)
    tabulations = []
    for statistic in dict.fromkeys([Statistic.COUNT, *statistics]):
        own = [*shares, *count_facts] if statistic.kind is Kind.FREQUENCY else magnitude_facts
        tabulations.append(
            Tabulation(
                statistic=statistic,
                variable=value,
                by=tuple(by),
                cells=cells,
                values=joined(statistic.value),
                status=(CellStatus.PUBLISHED,) * len(cells),
                decimals=0 if statistic is Statistic.COUNT else decimals,
                facts=(*facts, *own),
                population=population,
                data=fingerprint,
                sketch=sketch,
            )
        )
    return tuple(tabulations)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The records with a valid value, and per unit level whose record each is."""

    values: Floats
    units: dict[str, Codes]
    hashes: npt.NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Grid:
    """All cells of a table: for each margin (a choice of variables kept), every combination of categories."""

    labels: tuple[tuple[str, ...], ...]
    codes: tuple[Codes, ...]
    n_rows: int
    margins: tuple[tuple[bool, ...], ...]
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, data: pd.DataFrame, *, by: Sequence[str], margins: bool) -> "_Grid":
        labels, codes = [], []
        for name in by:
            code, label = _categories(data[name], name)
            labels.append(label)
            codes.append(code)
        kept = list(product([True, False], repeat=len(by))) if margins else [(True,) * len(by)]
        size = sum(
            int(np.prod([len(label) if keep else 1 for label, keep in zip(labels, k, strict=True)])) for k in kept
        )
        if size > _CELL_LIMIT:
            raise InputError(
                f"The table would have {size:,} cells, more than {_CELL_LIMIT:,}.", remedy="fewer or coarser variables"
            )
        cells: list[Cell] = []
        for keep in kept:
            cells += product(*[label if flag else (None,) for label, flag in zip(labels, keep, strict=True)])
        return cls(labels=tuple(labels), codes=tuple(codes), n_rows=len(data), margins=tuple(kept), cells=tuple(cells))

    def sizes(self, margin: tuple[bool, ...]) -> int:
        return int(np.prod([len(label) for label, keep in zip(self.labels, margin, strict=True) if keep], dtype=int))

    def members(self, margin: tuple[bool, ...]) -> Codes:
        """For each row, its cell within this margin."""
        cell = np.zeros(self.n_rows, dtype=np.int64)
        for label, code, keep in zip(self.labels, self.codes, margin, strict=True):
            if keep:
                cell = cell * len(label) + code
        return cell

    def order(self) -> list[int]:
        """Cells as people read them: by category, a total after what it sums."""
        ranks = [{text: rank for rank, text in enumerate(label)} for label in self.labels]
        keys = [
            tuple(len(rank) if part is None else rank[part] for rank, part in zip(ranks, cell, strict=True))
            for cell in self.cells
        ]
        return sorted(range(len(keys)), key=keys.__getitem__)


def _measure(rows: _Rows, cell: Codes, n_cells: int, *, few_values: int) -> dict[str, Floats]:
    """Every statistic and fact per cell. Statistics of empty cells are NaN, their counts 0."""
    values = rows.values
    count = np.bincount(cell, minlength=n_cells).astype(float)
    total = np.bincount(cell, weights=values, minlength=n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        squares = np.bincount(cell, weights=(values - mean[cell]) ** 2, minlength=n_cells)
        deviation = np.sqrt(np.where(count > 1, squares / (count - 1), np.nan))
    grouped = pd.Series(values).groupby(cell)
    result = {
        Statistic.COUNT.value: count,
        Statistic.SUM.value: np.where(count > 0, total, np.nan),
        Statistic.MEAN.value: mean,
        Statistic.STANDARD_DEVIATION.value: deviation,
        Statistic.MEDIAN.value: _spread(grouped.median(), n_cells),
        Statistic.MINIMUM.value: _spread(grouped.min(), n_cells),
        Statistic.MAXIMUM.value: _spread(grouped.max(), n_cells),
        "distinct values": _spread(grouped.nunique(), n_cells, empty=0.0),
        FactName.MEMBERS.value: sum_of_hashes(rows.hashes, cell, n_cells),
    }
    for level, code in rows.units.items():
        n_units = int(code.max()) + 1 if len(code) else 1
        pair, members = pd.factorize(cell * n_units + code)
        owner = np.asarray(members, dtype=np.int64) // n_units
        sums = np.bincount(pair, weights=values, minlength=len(members))
        result[f"units {level}"] = np.bincount(owner, minlength=n_cells).astype(float)
        largest, second = _two_largest(np.abs(sums), owner, n_cells)
        result[f"{FactName.TOTAL} {level}"] = np.bincount(owner, weights=np.abs(sums), minlength=n_cells)
        result[f"{FactName.LARGEST} {level}"] = largest
        result[f"{FactName.SECOND_LARGEST} {level}"] = second
        in_question = result["distinct values"] <= few_values
        rarest = _fewest_at_one_value(rows, code, cell, chosen=in_question[cell], n_cells=n_cells)
        result[f"{FactName.RARE_SIDE} {level}"] = np.where(in_question, rarest, np.inf)
        # The loop ends with the coarsest level, which is the one that records are clustered in.
        residuals = np.bincount(pair, weights=values - mean[cell], minlength=len(members))
        half = _half_width(residuals.astype(float), owner, count, result[f"units {level}"])
    result[Statistic.LOWER_95.value] = mean - half
    result[Statistic.UPPER_95.value] = mean + half
    return result


def _half_width(residual_sums: Floats, owner: Codes, count: Floats, clusters: Floats) -> Floats:
    """Half the 95 % interval of a mean with records clustered in units: t × sqrt(G/(G−1) Σ r_g²) / n.

    r_g is the sum of a cluster's deviations from the mean, G the number of clusters, t with G − 1 degrees of freedom
    (Cameron & Miller 2015, "A practitioner's guide to cluster-robust inference"). NaN with fewer than two clusters.
    """
    squares = np.bincount(owner, weights=residual_sums**2, minlength=len(count))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(clusters > 1, clusters / (clusters - 1) * squares, np.nan) / count**2
        return np.asarray(stats.t.ppf(0.975, np.maximum(clusters - 1, 1)) * np.sqrt(variance))


def _fewest_at_one_value(rows: _Rows, unit: Codes, cell: Codes, *, chosen: Flags, n_cells: int) -> Floats:
    """Per cell, the distinct units that share its rarest value; of the chosen rows, 0 for cells without any."""
    unit, cell, (value, values) = unit[chosen], cell[chosen], pd.factorize(rows.values[chosen])
    group, groups = pd.factorize(cell * max(len(values), 1) + value)
    pairs = np.unique(np.column_stack([group, unit]), axis=0)
    units = np.bincount(pairs[:, 0], minlength=len(groups)).astype(float)
    fewest = np.full(n_cells, np.inf)
    np.minimum.at(fewest, np.asarray(groups, dtype=np.int64) // max(len(values), 1), units)
    return np.where(np.isinf(fewest), 0.0, fewest)


def _two_largest(sizes: Floats, owner: Codes, n_cells: int) -> tuple[Floats, Floats]:
    """The largest and second-largest of `sizes` within each cell; 0 where there is none."""
    order = np.lexsort((-sizes, owner))
    sorted_owner, sorted_sizes = owner[order], sizes[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
    largest, second = np.zeros(n_cells), np.zeros(n_cells)
    largest[sorted_owner[rank == 0]] = sorted_sizes[rank == 0]
    second[sorted_owner[rank == 1]] = sorted_sizes[rank == 1]
    return largest, second


def _shares_of_lines(cells: Sequence[Cell], contributors: Floats, *, by: Sequence[str]) -> list[Fact]:
    """Per variable, each cell's units as a share of its line along that variable; 0 for a margin of that variable."""
    facts = []
    for position, name in enumerate(by):
        lines = [cell[:position] + cell[position + 1 :] for cell in cells]
        inside = np.array([cell[position] is not None for cell in cells])
        line_code, _ = pd.factorize(pd.Series(lines, dtype=object))
        line_total = np.bincount(line_code[inside], weights=contributors[inside], minlength=line_code.max() + 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = contributors / line_total[line_code]
        facts.append(
            Fact(
                name=FactName.SHARE_OF_LINE,
                of=name,
                values=np.where(inside & (contributors > 0), share, 0.0),
                origin=Origin.COMPUTED,
            )
        )
    return facts


def _categories(column: "pd.Series[Any]", name: str) -> tuple[Codes, tuple[str, ...]]:
    """Code and label of each row's category, in the column's own order; missing becomes a category."""
    if column.dtype == object and column.map(lambda value: isinstance(value, list | dict | set)).any():
        raise InputError(f"{name!r} holds lists, not categories.", remedy="a column with one category per record")
    category = column.astype("category").cat.remove_unused_categories()
    labels = [str(label) for label in category.cat.categories]
    if TOTAL in labels or MISSING in labels or len(set(labels)) < len(labels):
        raise InputError(
            f"The categories of {name!r} must differ as text, and none may be called {TOTAL!r} or {MISSING!r}.",
            remedy="rename those categories",
        )
    codes = np.asarray(category.cat.codes, dtype=np.int64)
    if (codes < 0).any():
        codes = np.where(codes < 0, len(labels), codes)
        labels.append(MISSING)
    return codes, tuple(labels)


def _numbers(data: pd.DataFrame, value: str) -> Floats:
    column = data[value]
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise InputError(f"{value!r} must hold numbers; found {column.dtype}.", remedy="pd.to_numeric on that column")
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(numbers).any():
        raise InputError(f"{value!r} has infinite values.", remedy="mend or leave out those records")
    return numbers


def _without_noise(values: Floats) -> Floats:
    """Values to twelve digits, so that 0.3 and 0.1 + 0.2 are one value."""
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 11 - np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.clip(np.where(np.isfinite(digits), digits, 0), -290, 290)
    return np.asarray(np.round(values * scale) / scale)


def _spread(by_cell: "pd.Series[Any]", n_cells: int, *, empty: float = np.nan) -> Floats:
    spread = np.full(n_cells, empty)
    spread[by_cell.index.to_numpy(dtype=np.int64)] = by_cell.to_numpy(dtype=float)
    return spread


def _expect_columns(data: pd.DataFrame, *, by: Sequence[str], value: str, statistics: Sequence[Statistic]) -> None:
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            f"The data must be a pandas DataFrame, not a {type(data).__name__}.",
            remedy="pd.read_csv(..., dtype=...) first",
        )
    if not isinstance(value, str) or not all(isinstance(name, str) for name in by):
        raise InputError("Variables are named by text.", remedy='by=["sex", "track"], value="score"')
    repeated = sorted({str(name) for name in data.columns[data.columns.duplicated()]} & {*by, value})
    if repeated:
        raise InputError(f"The data has two columns called {repeated[0]!r}.", remedy="rename one of them")
    for name in [*by, *([value] if value else [])]:
        if name not in data.columns:
            known = ", ".join(map(str, data.columns[:20]))
            raise InputError(f"There is no column {name!r} in the data.", remedy=f"one of {known}")
    taken = sorted(set(by) & {statistic.column for statistic in [Statistic.COUNT, *statistics]})
    if taken:
        raise InputError(
            f"A variable cannot be called {taken[0]!r}, which is the heading of a statistic in the table.",
            remedy="rename that column",
        )
    if len(set(by)) < len(by):
        raise InputError("A table names the same variable twice.", remedy="each variable once in `by`")
    if len(data) == 0:
        raise InputError("There are no records to tabulate.", remedy="look at the selection that made this data")
    if not value and any(statistic is not Statistic.COUNT for statistic in statistics):
        raise InputError("A statistic other than a count needs a `value` column.", remedy="value='score'")
