"""Groups that tables count, as sets of units, and which of them anybody knows to lie within which.

Names tell little: a selection, a regrouping and another frame call the same pupils otherwise. So a table's population
and each of its categories is a *set* of units, and two sets are related where one lies (nearly) within the other. A
group is what its sets have in common. That it lies within another group is known to whoever reads the tables where
each set of that other one holds a set of its own: it is so by definition, and not because few happen to be alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations
from typing import TypeAlias

import numpy as np
from scipy import sparse

from output_checks.model.atoms import Atoms, Rows
from output_checks.model.evidence import Floats, Tabulation

_MOST_VARIABLES = 6
"""Totals over some of the variables are made of tables of so many at most; of others only what is printed."""
_NEARLY = 0.2
"""A set lies nearly within another if it lacks fewer units than the minimum, and at most this share of itself."""
_WHOLE = -1
"""Instead of a variable: everyone in the table."""
_Kept: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Units that a table counts, printed or following as a total of printed parts. `cell` is its cell or first part."""

    table: int
    kept: _Kept
    """Positions of the variables that describe it; the others are summed over."""
    description: frozenset[tuple[str, str]]
    cell: int
    sets: frozenset[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """All groups of several tables, and the sets that describe them."""

    atoms: Atoms
    groups: tuple[Group, ...]
    rows: Rows
    """Groups × atoms, 1 where the group has the atom."""
    within: frozenset[tuple[int, int]]
    """Pairs of sets of which the first lies within the second, but for a few."""

    @classmethod
    def of(cls, tables: Sequence[Tabulation], *, minimum: float) -> "Groups":
        """The groups of tables that have members. Fewer units than `minimum` are a few."""
        atoms = Atoms.of(
            [item.members for item in tables if item.members is not None], n_cells=[len(item.cells) for item in tables]
        )
        parts = [
            list(totals_of(number, item, inner))
            for number, (item, inner) in enumerate(zip(tables, atoms.inner, strict=True))
        ]
        names = _Sets.of(parts, atoms, minimum=minimum)
        groups: list[Group] = []
        rows = []
        for total in chain.from_iterable(parts):
            published = np.flatnonzero(total.published)
            groups.extend(names.group(total, int(place)) for place in published)
            rows.append(_present(total.rows[published]))
        return cls(atoms=atoms, groups=tuple(groups), rows=sparse.vstack(rows, format="csr"), within=names.within)

    @cached_property
    def sizes(self) -> Floats:
        """Finest units in each group."""
        return self.atoms.units(self.rows)

    def lies_within(self, one: Group, other: Group) -> bool:
        """Whether it is known, from what they are groups of, that the first has no units that the other lacks."""
        return all(any(own == outer or (own, outer) in self.within for own in one.sets) for outer in other.sets)


@dataclass(frozen=True, kw_only=True, eq=False)
class Total:
    """The cells of one table when some of its variables are kept and the others are summed over.

    `rows` are cells × atoms, as those of the innermost cells; `first` is where each stands in the table, or its first
    part does; `published` whether it is printed, or all of its parts are.
    """

    table: int
    kept: _Kept
    variables: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    """Per cell, its categories of the kept variables."""
    rows: Rows
    values: Floats
    """Of each what is published, or what its published parts add up to; NaN where neither is."""
    first: Sequence[int]
    published: np.ndarray[tuple[int], np.dtype[np.bool_]]


def totals_of(number: int, table: Tabulation, inner: Rows) -> Iterator[Total]:
    """For every choice of the variables to keep, the finest last. `inner` has a row per cell of the table."""
    positions = range(len(table.by) - (not table.parts))  # of a model: all; of curves: the groups behind them
    innermost = [place for place, cell in enumerate(table.cells) if None not in cell]
    hidden = table.hidden
    sizes = range(len(table.by) + 1) if len(table.by) <= _MOST_VARIABLES else (0, 1, len(table.by))
    printed = {cell: place for place, cell in enumerate(table.cells) if not hidden[place]}
    for kept in chain.from_iterable(combinations(positions, size) for size in sizes):
        cells = [tuple(str(table.cells[place][position]) for position in kept) for place in innermost]
        labels = tuple(dict.fromkeys(cells))
        index = {label: at for at, label in enumerate(labels)}
        where = [index[cell] for cell in cells]
        gather = sparse.csr_array((np.ones(len(where)), (where, innermost)), shape=(len(labels), len(table.cells)))
        first = np.full(len(labels), -1)
        whole = np.ones(len(labels), dtype=bool)
        for place, at in zip(innermost, where, strict=True):
            first[at] = place if first[at] < 0 else first[at]
            whole[at] &= not hidden[place]
        values = np.where(whole, gather @ np.nan_to_num(table.values), np.nan)
        for at, label in enumerate(labels):
            own = printed.get(_as_cell(label, kept, len(table.by)))
            if own is not None:
                first[at], whole[at], values[at] = own, True, table.values[own]
        yield Total(
            table=number,
            kept=kept,
            variables=tuple(table.by[position] for position in kept),
            labels=labels,
            rows=(gather @ inner).tocsr(),
            values=values,
            first=first.tolist(),
            published=whole,
        )


def _as_cell(label: tuple[str, ...], kept: _Kept, n_variables: int) -> tuple[str | None, ...]:
    cell: list[str | None] = [None] * n_variables
    for position, part in zip(kept, label, strict=True):
        cell[position] = part
    return tuple(cell)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sets:
    """Populations and categories of all tables, each set of units once."""

    populations: tuple[int, ...]
    """Per table the set of all that it counts."""
    categories: dict[tuple[int, int, str], int]
    """By table, variable and label."""
    within: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, tables: Sequence[Sequence[Total]], atoms: Atoms, *, minimum: float) -> "_Sets":
        rows = []
        names: list[tuple[int, int, str]] = []
        for total in chain.from_iterable(tables):
            if len(total.kept) <= 1:
                rows.append(_present(total.rows))
                variable = total.kept[0] if total.kept else _WHOLE
                names += [(total.table, variable, "".join(label)) for label in total.labels]
        stacked = sparse.vstack(rows, format="csr")
        numbers, first = _each_once(stacked)
        different = stacked[first]
        sizes = atoms.units(different)
        common = (different @ sparse.diags_array(atoms.sizes) @ different.T).tocoo()
        found = dict(zip(zip(common.row.tolist(), common.col.tolist(), strict=True), common.data.tolist(), strict=True))
        few = np.minimum(minimum, np.floor(_NEARLY * sizes) + 1)
        lacking = sizes[common.row] - common.data
        near = (lacking < few[common.row]) & (common.row != common.col)
        within = frozenset(zip(common.row[near].tolist(), common.col[near].tolist(), strict=True))
        outers: dict[int, list[int]] = {}
        for inner, outer in within:
            outers.setdefault(inner, []).append(outer)
        own = dict(zip(names, numbers, strict=True))
        populations = tuple(own[number, _WHOLE, ""] for number in range(len(tables)))
        categories = {
            name: _wider(chosen, populations[name[0]], sizes, found, outers.get(chosen, ()))
            for name, chosen in own.items()
            if name[1] != _WHOLE
        }
        return cls(populations=populations, categories=categories, within=within)

    def group(self, total: Total, place: int) -> Group:
        label = total.labels[place]
        categories = {
            self.categories[total.table, position, part] for position, part in zip(total.kept, label, strict=True)
        }
        return Group(
            table=total.table,
            kept=total.kept,
            description=frozenset(zip(total.variables, label, strict=True)),
            cell=int(total.first[place]),
            sets=frozenset({self.populations[total.table], *categories}),
        )


def _wider(
    own: int,
    population: int,
    sizes: Floats,
    common: dict[tuple[int, int], float],
    outers: Sequence[int],
) -> int:
    """The largest set that is this category within the population: of boys at a school, the school."""
    best = own
    for outer in outers:
        whole = common[own, outer] == sizes[own] and common.get((outer, population), 0.0) == sizes[own]
        if whole and sizes[outer] > sizes[best]:
            best = outer
    return best


def _present(rows: Rows) -> Rows:
    """1 where a row has an atom."""
    return (rows != 0).astype(float).tocsr()


def _each_once(rows: Rows) -> tuple[list[int], list[int]]:
    """A number for each row, equal for equal rows, and where each number is first."""
    rows.sort_indices()
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    own: list[int] = []
    for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True):
        key = rows.indices[start:end].tobytes()
        if key not in numbers:
            numbers[key] = len(numbers)
            first.append(len(own))
        own.append(numbers[key])
    return own, first
