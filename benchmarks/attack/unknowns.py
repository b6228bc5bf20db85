"""The unknowns and equations of an attack.

An unknown is how many records have one combination of the base categories: every combination that the definitions
allow, as an outsider does not know who exists. Combinations that no published number and no question tells apart are
put together. A published number is an equation: a count exactly, a percentage or a rounded count within its rounding.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.attack.public import Cell, Publication, Table

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_VALUED = "has a {}"
YES, NO = "yes", "no"


@dataclass(frozen=True, kw_only=True, eq=False)
class Equation:
    """The records with a flag are `low` to `high` in number."""

    flags: Flags
    low: float
    high: float
    said: str
    """Where it is published, in words."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """A cell or other group whose number somebody may want to know."""

    flags: Flags
    label: str
    cell: Cell | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Total:
    """The values of the records with a flag add up to `low` to `high`."""

    value: str
    flags: Flags
    low: float
    high: float
    said: str


class Unknowns:
    """All combinations of the base variables that matter, and masks over them."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        named = {name for table in publication.tables for name in table.by}
        for table in publication.tables:
            named |= set(publication.selections.get(table.population, {}))
            named |= {table.value} if table.category else set()
        self.names = sorted({publication.base_of(name) for name in named})
        categories = [publication.variables[name] for name in self.names]
        valued = sorted({table.value for table in publication.tables if table.value and not table.category})
        self.names += [_VALUED.format(value) for value in valued]
        categories += [(YES, NO) for _ in valued]
        self.categories: Mapping[str, tuple[str, ...]] = dict(zip(self.names, categories, strict=True))
        grid = np.indices([len(each) for each in categories]).reshape(len(categories), -1)
        self.codes = dict(zip(self.names, grid, strict=True))
        self.size = grid.shape[1]

    def having(self, name: str, categories: frozenset[str]) -> Flags:
        """Who has one of these categories of a variable."""
        if name in self.codes:
            fitting = [category in categories for category in self.categories[name]]
            return np.array(fitting, dtype=bool)[self.codes[name]]
        base = self.publication.base_of(name)
        fitting = [self.publication.category_of(name, one) in categories for one in self.categories[base]]
        return np.array(fitting, dtype=bool)[self.codes[base]]

    def population(self, table: Table) -> Flags:
        """Whom a table is about: its selection, and those with a value where it is of values."""
        flags = np.ones(self.size, dtype=bool)
        for name, categories in self.publication.selections.get(table.population, {}).items():
            flags &= self.having(name, categories)
        if table.value and not table.category:
            flags &= self.having(_VALUED.format(table.value), frozenset({YES}))
        return flags

    def of_cell(self, table: Table, cell: Cell) -> Flags:
        flags = self.population(table)
        for name, category in zip(cell.by, cell.categories, strict=True):
            if category is not None:
                flags &= self.having(name, frozenset({category}))
        return flags

    def equations(self) -> list[Equation]:
        """Every published count, everything that a percentage says of one, and that no category is left out."""
        found: list[Equation] = []
        for table in self.publication.tables:
            listed = np.zeros(self.size, dtype=bool)
            for cell in table.cells():
                flags = self.of_cell(table, cell)
                listed |= flags
                if not cell.hidden:
                    found += self._of_numbers(table, cell, flags)
            beyond = self.population(table) & ~listed
            if beyond.any():
                said = f"{table.name} lists no other category"
                found.append(Equation(flags=beyond, low=0.0, high=0.0, said=said))
        return found

    def _of_numbers(self, table: Table, cell: Cell, flags: Flags) -> Iterator[Equation]:
        number = cell.numbers.get("n")
        if number is None:
            return
        slack = table.rounded_to / 2 if table.rounded_to > 1 else 0.0
        yield Equation(
            flags=flags, low=max(0.0, np.ceil(number - slack)), high=np.floor(number + slack), said=f"{cell.label}, n"
        )
        percent = cell.numbers.get("percentage")
        if table.category and percent is not None:
            half = 0.5 * 10.0**-table.decimals + 1e-9
            yield Equation(
                flags=flags & self.having(table.value, frozenset({table.category})),
                low=max(0.0, np.ceil((percent - half) / 100 * (number - slack) - 1e-9)),
                high=np.floor((percent + half) / 100 * (number + slack) + 1e-9),
                said=f"{cell.label}, percentage with {table.value} = {table.category}",
            )

    def totals(self) -> list[Total]:
        """Every published sum, and the sum behind every published mean, as closely as their decimals tell."""
        found = []
        for table in self.publication.tables:
            for cell in table.cells():
                half = 0.5 * 10.0**-table.decimals
                for heading, each in (("sum", 1.0), ("mean", cell.numbers.get("n"))):
                    number = cell.numbers.get(heading)
                    if cell.hidden or number is None or each is None or not table.value:
                        continue
                    found.append(
                        Total(
                            value=table.value,
                            flags=self.of_cell(table, cell),
                            low=(number - half) * each,
                            high=(number + half) * each,
                            said=f"{cell.label}, {heading}",
                        )
                    )
        return found

    def hidden(self) -> list[Group]:
        """Every hidden cell, in the order of the files."""
        return [
            Group(flags=self.of_cell(table, cell), label=cell.label, cell=cell)
            for table in self.publication.tables
            for cell in table.cells()
            if cell.hidden
        ]

    def described(self, most: int = 4000) -> Iterator[Group]:
        """Groups that a few words describe: one category of some variables, on any level, few variables first."""
        choices = {
            name: [(level, category) for level in self._levels(name) for category in self._categories(level)]
            for name in self.names
        }
        given = 0
        for how_many in range(1, len(self.names) + 1):
            for names in itertools.combinations(self.names, how_many):
                for chosen in itertools.product(*(choices[name] for name in names)):
                    flags = np.ones(self.size, dtype=bool)
                    for level, category in chosen:
                        flags &= self.having(level, frozenset({category}))
                    yield Group(flags=flags, label=", ".join(f"{level} = {category}" for level, category in chosen))
                    given += 1
                    if given == most:
                        return

    def _levels(self, name: str) -> Sequence[str]:
        return self.publication.levels_of(name) if name in self.publication.variables else (name,)

    def _categories(self, level: str) -> Sequence[str]:
        if level in self.categories:
            return self.categories[level]
        base = self.publication.base_of(level)
        return tuple(dict.fromkeys(self.publication.category_of(level, one) for one in self.categories[base]))
