"""The records of a table's cells: what every measure looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from output_checks.measuring.ordered import Ordered, by_cell
from output_checks.measuring.pairs import Codes, Pairs, distinct_units, number_by_cell, sums_by_cell
from output_checks.measuring.units import UnitRows
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.statistic import Statistic

Facts: TypeAlias = dict[tuple[FactName, str], Floats]
"""Numbers per cell, by the name of the fact and what it is of."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """How the records were drawn: which cluster each is of, and of which stratum each cluster."""

    cluster: Codes
    """Per record."""
    stratum_of: Codes
    """Per cluster."""
    clusters_in: Floats
    """Per stratum, its clusters in the whole sample."""

    def of(self, flags: Flags) -> "Design":
        """The same design with these records only."""
        return replace(self, cluster=self.cluster[flags])


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Records with a valid value: their values, whose they are, and what else a statistic needs of them."""

    values: Floats
    units: Mapping[str, Codes]
    """Per level, from the finest to the coarsest, the unit of each record."""
    unique: frozenset[str]
    """Levels of which no unit has two records."""
    hashes: npt.NDArray[np.uint64]
    second: Floats | None = None
    """The denominators of a ratio, or the other variable of a correlation."""
    weights: Floats | None = None
    design: Design | None = None

    @classmethod
    def of(
        cls,
        rows: UnitRows,
        *,
        values: Floats,
        valid: Flags,
        second: Floats | None,
        weights: Floats | None,
        design: Design | None = None,
    ) -> "Records":
        """The valid ones among all records, without a copy where all of them are valid."""
        everything = bool(valid.all())

        def kept(column: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
            return column if everything else column[valid]

        return cls(
            values=kept(values),  # type: ignore[arg-type]
            units={level: kept(code) for level, code in rows.codes.items()},  # type: ignore[misc]
            unique=rows.unique,
            hashes=kept(rows.hashes),  # type: ignore[arg-type]
            second=None if second is None else kept(second),  # type: ignore[arg-type]
            weights=None if weights is None else kept(weights),  # type: ignore[arg-type]
            design=design if design is None or everything else design.of(valid),
        )


@dataclass(kw_only=True, eq=False)
class Inside:
    """Records divided over cells: `cell` is the cell of each record, from 0 to `n_cells` - 1."""

    records: Records
    cell: Codes
    n_cells: int
    decimals: int = 1
    """Of the published statistics: who reads them tells no values apart that are equal to so many decimals."""
    statistics: tuple[Statistic, ...] = field(default=())

    @cached_property
    def count(self) -> Floats:
        """Records per cell."""
        return number_by_cell(self.cell, self.n_cells)

    @cached_property
    def ordered(self) -> Ordered:
        return Ordered.of(self.records.values, self.cell, self.n_cells, order=self.order)

    def forget_ordered_values(self) -> None:
        """Give their memory back; they are put in order again when somebody asks."""
        self.__dict__.pop("ordered", None)

    @cached_property
    def order(self) -> Codes:
        """The records by cell."""
        return by_cell(self.cell, self.n_cells)

    @cached_property
    def mean(self) -> Floats:
        """Mean of the values per cell; NaN for empty ones."""
        total = sums_by_cell(self.cell, self.records.values, self.n_cells)
        with np.errstate(invalid="ignore", divide="ignore"):
            return total / self.count

    def pairs(self, level: str) -> Pairs:
        """Every unit of a level in every cell where it has records."""
        unique = level in self.records.unique
        known = self.__dict__.get("order")  # an order that was needed for the values already
        return Pairs.of(self.cell, self.records.units[level], n_cells=self.n_cells, unique=unique, order=known)

    def units_where(self, flags: Flags, level: str) -> Floats:
        """Distinct units of a level per cell with a record that has the flag."""
        if level in self.records.unique:
            return number_by_cell(self.cell[flags], self.n_cells)
        return distinct_units(self.cell[flags], self.records.units[level][flags], n_cells=self.n_cells)

    def with_values(self, values: Floats) -> "Inside":
        """The same records and cells with other values."""
        return Inside(
            records=replace(self.records, values=values),
            cell=self.cell,
            n_cells=self.n_cells,
            decimals=self.decimals,
            statistics=self.statistics,
        )

    def only(self, flags: Flags) -> "Inside":
        """The same cells with these records only."""
        records = self.records
        return Inside(
            records=Records(
                values=records.values[flags],
                units={level: code[flags] for level, code in records.units.items()},
                unique=records.unique,
                hashes=records.hashes[flags],
                second=None if records.second is None else records.second[flags],
                weights=None if records.weights is None else records.weights[flags],
                design=None if records.design is None else records.design.of(flags),
            ),
            cell=self.cell[flags],
            n_cells=self.n_cells,
            decimals=self.decimals,
            statistics=self.statistics,
        )
