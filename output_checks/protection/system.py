"""Published cells as sums: one linear system for tables of the same records.

Every cell is a sum over *atoms*, the groups of units that no cell can divide further: in one table its innermost
combinations of categories. Tables that share variables share cells, so what one table shows binds the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from output_checks.errors import InputError
from output_checks.model.evidence import Floats, Tabulation

Indices: TypeAlias = npt.NDArray[np.int64]
Group: TypeAlias = frozenset[tuple[str, str]]
"""Who a cell is about: its (variable, category) pairs. Equal groups in two tables are one cell."""
_Block: TypeAlias = tuple[str, ...]

_LARGEST_JOINT_TABLE = 50_000
_TOLERANCE = 1e-6
_REST = ""  # stands for all categories of a variable that no table lists; measured labels are never empty


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearSystem:
    """The cells of some tabulations as sums over atoms.

    `membership` is a sparse 0/1 matrix (cells × atoms): cell values are `membership @ atoms`. `links` holds further
    equations, `links @ atoms == 0`, that tie the atoms of one table to those of another where they overlap.
    """

    groups: tuple[Group, ...]
    positions: tuple[Indices, ...]
    """Per tabulation, for each of its cells: which group it is."""
    summed: Indices
    """Per group: over how many of all variables it is summed; 0 for the innermost cells of a single table."""
    membership: Any
    links: Any

    @classmethod
    def of(cls, tabulations: Sequence[Tabulation]) -> "LinearSystem":
        """The system behind tabulations of the same records (equal `data` and `population`, which is not checked).

        Combinations that a table does not list are empty, and every category is listed, unless the true values show
        otherwise; what is then left out becomes an unknown of its own.

        Raises
        ------
        InputError
            A table does not add up, or two tables disagree about the same cell.
        """
        groups = _groups(tabulations)
        values = _gather(tabulations, groups, [tabulation.values for tabulation in tabulations])
        seen = None
        for unlisted_empty, rest in _readings(tabulations):
            if (unlisted_empty, rest) == seen:
                continue
            seen = (unlisted_empty, rest)
            system = _build(tabulations, groups, unlisted_empty=unlisted_empty, rest=rest)
            # Negative sums are allowed here: whether values may be negative is for the caller to say.
            if system._atoms_behind(values, lower=0.0 if (values >= 0).all() else -np.inf) is not None:
                return system
        raise _does_not_add_up(tabulations)

    def gather(self, per_tabulation: Sequence[npt.ArrayLike]) -> Floats:
        """One number per group from arrays per tabulation; where tables share a cell, the largest."""
        gathered = np.full(len(self.groups), -np.inf)
        for position, numbers in zip(self.positions, per_tabulation, strict=True):
            np.maximum.at(gathered, position, np.asarray(numbers, dtype=float))
        return gathered

    def atoms_behind(self, values: Floats, *, lower: float) -> Floats:
        """Atoms (each at least `lower`) that make up these values of the cells; the true ones where they are cells.

        Raises
        ------
        InputError
            There are none: the values do not add up.
        """
        atoms = self._atoms_behind(values, lower=lower)
        if atoms is None:
            raise InputError(
                "The values of these tables do not add up.",
                remedy="use unrounded values of one selection of records, and lower=-inf if values may be negative",
            )
        return atoms

    def innermost(self) -> Indices:
        """Per atom: the group that is exactly this atom, or -1 where no cell shows the atom alone."""
        alone = np.full(self.membership.shape[1], -1, dtype=np.int64)
        single = np.flatnonzero(np.diff(self.membership.indptr) == 1)[::-1]
        alone[self.membership.indices[self.membership.indptr[single]]] = single
        return alone

    def _atoms_behind(self, values: Floats, *, lower: float) -> Floats | None:
        alone = self.innermost()
        equations = sparse.vstack([self.membership, self.links], format="csr")
        right = np.concatenate([values, np.zeros(self.links.shape[0])])
        slack = _TOLERANCE * np.maximum(1.0, np.abs(right))
        if (alone >= 0).all():
            atoms: Floats | None = values[alone]
        else:
            # Scaled, because the solver's tolerance is absolute.
            scale = max(1.0, float(np.abs(values).max(initial=0.0)) / 1e6)
            known = alone >= 0
            low = np.full(len(alone), lower / scale)
            high = np.full(len(alone), np.inf)
            low[known] = high[known] = values[alone[known]] / scale
            atoms = optimum(np.zeros(len(alone)), equations, between=(right / scale, right / scale), bounds=(low, high))
            atoms = None if atoms is None else atoms * scale
        if atoms is None or (atoms < lower - _TOLERANCE).any():
            return None
        if (np.abs(equations @ atoms - right) > slack).any():
            return None
        return atoms


def optimum(
    objective: Floats,
    rows: Any,  # noqa: ANN401 - a scipy sparse array, which has no stubs
    *,
    between: tuple[Floats, Floats],
    bounds: tuple[Floats, Floats],
    whole: bool = False,
) -> Floats | None:
    """The vector within `bounds` that minimises `objective`, with `rows @ vector` `between` two vectors (HiGHS).

    None where there is none, or, for `whole` numbers, where none was found within a fixed amount of work.
    """
    result = optimize.milp(
        objective,
        constraints=[optimize.LinearConstraint(rows, *between)] if rows.shape[0] else [],
        bounds=optimize.Bounds(*bounds),
        integrality=np.full(len(objective), int(whole)),
        options={"node_limit": 2_000},
    )
    return None if result.x is None else np.asarray(result.x, dtype=float)


def _groups(tabulations: Sequence[Tabulation]) -> list[list[Group]]:
    return [
        [
            frozenset((name, part) for name, part in zip(tabulation.by, cell, strict=True) if part is not None)
            for cell in tabulation.cells
        ]
        for tabulation in tabulations
    ]


def _gather(
    tabulations: Sequence[Tabulation], groups: Sequence[Sequence[Group]], per_tabulation: Sequence[Floats]
) -> Floats:
    """The true value of each distinct group, in order of first appearance."""
    values: dict[Group, float] = {}
    for tabulation, own, numbers in zip(tabulations, groups, per_tabulation, strict=True):
        for group, number in zip(own, np.nan_to_num(numbers, nan=0.0), strict=True):
            known = values.setdefault(group, float(number))
            if abs(known - number) > _TOLERANCE * max(1.0, abs(known)):
                raise InputError(
                    f"{tabulation.title} disagrees with another table about a cell that both show.",
                    remedy="make all tables from the same selection of the same records",
                )
    return np.array(list(values.values()), dtype=float)


def _readings(tabulations: Sequence[Tabulation]) -> Iterator[tuple[bool, frozenset[str]]]:
    """How complete the tables may be, from whole to least: are unlisted cells empty; which variables lack categories.

    A variable that some table shows beside its total lists every category, or that table would not add up. One that
    is shown without total, in one category only, is a selection: its total is that of more than the category.
    """
    categories = _categories(tabulations)
    with_total = {
        name
        for tabulation in tabulations
        for position, name in enumerate(tabulation.by)
        if len({cell[position] is None for cell in tabulation.cells}) == 2
    }
    without_total = frozenset(set(categories) - with_total)
    selections = frozenset(name for name in without_total if len(categories[name]) == 1)
    yield True, selections
    yield True, without_total
    yield False, without_total


def _categories(tabulations: Sequence[Tabulation]) -> dict[str, list[str]]:
    """Per variable that any cell is divided by: its categories over all tabulations."""
    found: dict[str, set[str]] = {}
    for tabulation in tabulations:
        for name, labels in zip(tabulation.by, zip(*tabulation.cells, strict=True), strict=False):
            found.setdefault(name, set()).update(label for label in labels if label is not None)
    return {name: sorted(labels) for name, labels in sorted(found.items()) if labels}


def _build(
    tabulations: Sequence[Tabulation],
    groups: Sequence[Sequence[Group]],
    *,
    unlisted_empty: bool,
    rest: frozenset[str],
) -> LinearSystem:
    index = {group: position for position, group in enumerate(dict.fromkeys(g for own in groups for g in own))}
    categories = {name: labels + [_REST] * (name in rest) for name, labels in _categories(tabulations).items()}
    blocks = _blocks({frozenset(name for name, _ in group) for group in index}, categories)
    empty = _unlisted(tabulations, groups, set(index)) if unlisted_empty else set()
    entries: list[tuple[Indices, Indices]] = []
    shared: dict[tuple[int, Group], list[int]] = {}
    unplaced = set(index)
    start = 0
    for number, block in enumerate(blocks):
        patterns = _patterns(unplaced, block)
        overlaps = {frozenset(block) & frozenset(other) for other in blocks} - {frozenset(block)}
        forbidden = _patterns(empty, block)
        atoms = [
            atom
            for atom in (
                tuple(zip(block, labels, strict=True)) for labels in product(*[categories[name] for name in block])
            )
            if not any(_part(atom, pattern) in empty for pattern in forbidden)
        ]
        for column, atom in enumerate(atoms, start):
            rows = [index[part] for pattern in patterns if (part := _part(atom, pattern)) in index]
            entries.append((np.array(rows, dtype=np.int64), np.full(len(rows), column, dtype=np.int64)))
            for overlap in overlaps:
                shared.setdefault((number, _part(atom, overlap)), []).append(column)
        start += len(atoms)
        unplaced = {group for group in unplaced if not {name for name, _ in group} <= set(block)}
    rows_of, columns = (np.concatenate(part) for part in zip(*entries, strict=True))
    membership = sparse.csr_array((np.ones(len(rows_of)), (rows_of, columns)), shape=(len(index), start))
    variables = len(categories)
    return LinearSystem(
        groups=tuple(index),
        positions=tuple(np.array([index[group] for group in own], dtype=np.int64) for own in groups),
        summed=np.array([variables - len(group) for group in index], dtype=np.int64),
        membership=membership,
        links=_links(blocks, shared, categories, start),
    )


def _part(atom: tuple[tuple[str, str], ...], pattern: frozenset[str]) -> Group:
    return frozenset(pair for pair in atom if pair[0] in pattern)


def _patterns(groups: set[Group], block: _Block) -> set[frozenset[str]]:
    """Which sets of variables, all within the block, these groups are divided by."""
    return {names for names in {frozenset(n for n, _ in group) for group in groups} if names <= set(block)}


def _unlisted(tabulations: Sequence[Tabulation], groups: Sequence[Sequence[Group]], listed: set[Group]) -> set[Group]:
    """Combinations of a table's own categories that neither it nor another table has a cell for."""
    unlisted: set[Group] = set()
    for tabulation, own in zip(tabulations, groups, strict=True):
        labels = _categories([tabulation])
        for pattern in {frozenset(name for name, _ in group) for group in own}:
            names = sorted(pattern)
            for combination in product(*[labels[name] for name in names]):
                unlisted.add(frozenset(zip(names, combination, strict=True)))
    return unlisted - listed


def _blocks(patterns: set[frozenset[str]], categories: dict[str, list[str]]) -> list[_Block]:
    """The sets of variables whose full combinations are the atoms.

    One per largest table. Tables in a ring (A×B, B×C, C×A) bind each other more than pair by pair, so they are taken
    as one table while its size allows.
    """
    largest = [names for names in patterns if not any(names < other for other in patterns)]
    joint = frozenset().union(*largest)
    size = float(np.prod([float(len(categories[name])) for name in joint]))
    if len(largest) > 1 and not _tree_like(largest) and size <= _LARGEST_JOINT_TABLE:
        largest = [joint]
    return sorted(tuple(sorted(names)) for names in largest)


def _tree_like(sets: list[frozenset[str]]) -> bool:
    """Whether agreement pair by pair is agreement of all (Graham's reduction of an acyclic hypergraph to nothing)."""
    while len(sets) > 1:
        shared = [names & frozenset().union(*(sets[:i] + sets[i + 1 :])) for i, names in enumerate(sets)]
        ear = next((i for i, names in enumerate(shared) if any(names <= o for j, o in enumerate(sets) if j != i)), None)
        if ear is None:
            return False
        sets = sets[:ear] + sets[ear + 1 :]
    return True


def _links(
    blocks: Sequence[_Block],
    shared: dict[tuple[int, Group], list[int]],
    categories: dict[str, list[str]],
    n_atoms: int,
) -> Any:  # noqa: ANN401 - a scipy sparse array, which has no stubs
    """Equations that make two blocks agree wherever they overlap."""
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    equation = 0
    for (first, block), (second, other) in combinations(enumerate(blocks), 2):
        names = sorted(set(block) & set(other))
        for labels in product(*[categories[name] for name in names]):
            group = frozenset(zip(names, labels, strict=True))
            for number, sign in ((first, 1.0), (second, -1.0)):
                atoms = shared.get((number, group), [])
                rows += [equation] * len(atoms)
                columns += atoms
                signs += [sign] * len(atoms)
            equation += 1
    return sparse.csr_array((signs, (rows, columns)), shape=(equation, n_atoms))


def _does_not_add_up(tabulations: Sequence[Tabulation]) -> InputError:
    """Name the table and the variable along which it fails, where it is one table's fault."""
    for tabulation in tabulations:
        values = dict(zip(tabulation.cells, np.nan_to_num(tabulation.values, nan=0.0), strict=True))
        for position, name in enumerate(tabulation.by):
            lines: dict[tuple[str | None, ...], float] = {}
            for cell, value in values.items():
                if cell[position] is not None:
                    parent = (*cell[:position], None, *cell[position + 1 :])
                    lines[parent] = lines.get(parent, 0.0) + value
            for parent, total in lines.items():
                if parent in values and abs(values[parent] - total) > _TOLERANCE * max(1.0, abs(total)):
                    return InputError(
                        f"{tabulation.title} does not add up: the cells along {name} are not together the total.",
                        remedy=f"list every category of {name}, a missing one too, in a table of unrounded values",
                    )
    return InputError(
        "Tables of the same records do not agree with each other: their cells do not add up to the same totals.",
        remedy="make all from one selection, and give a regrouped variable a name of its own",
    )
