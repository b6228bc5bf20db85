"""All cells of tables of the same records, and the equations that tie them: every parent is the sum of its children."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from output_checks.errors import InputError
from output_checks.model.evidence import Floats, Tabulation
from output_checks.protection.divisions import Division, divisions_of
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.rows import Flags, Integers

_LARGEST_CLOSURE = 20_000_000
_TOLERANCE = 1e-6


class TiedInARingError(InputError):
    """Tables that bind each other more than pair by pair, such as A×B, B×C and C×A."""


class UnequalSumsError(InputError):
    """A total is not the sum of its listed cells: a mistake, or there are categories that no table lists."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SumEquations:
    """Cells with sum equations: `matrix @ values == 0`, with -1 for the parent and 1 for each child."""

    matrix: Any
    """Equations × cells, scipy csr of whole numbers."""
    values: Floats
    positions: tuple[Integers, ...]
    """Per tabulation, for each of its cells: which cell it is."""
    listed: Flags
    """Whether a table shows the cell; the others are sums that no table states. Unlisted combinations are empty."""
    codes: Integers
    """Combinations of nodes of the divisions, ascending (each as one number, the last division fastest)."""
    cell_of_code: Integers
    """Per combination: which cell it is. Two are one cell where a category is all that there is of the one above."""
    places: Integers
    """Cells × divisions: which node of each division a cell is about."""
    parents: tuple[Integers, ...]
    """Per division: the parent of each node, -1 for the total."""
    inner: Integers
    """Per cell: of how many innermost combinations it is the sum."""

    @classmethod
    def of(cls, tabulations: Sequence[Tabulation], *, hierarchies: Sequence[Hierarchy] = ()) -> "SumEquations":
        """The equations of tables of the same records (equal `data` and `population`, which is not checked).

        A table may state any of its margins; those that it does not state are cells too, that nobody sees. Tables that
        share variables, or levels of a hierarchy, share cells.

        Raises
        ------
        InputError
                A table does not add up, two tables disagree, or their combinations are too many.
        TiedInARingError
            The tables bind each other more than pair by pair: sum equations alone would not say enough.
        """
        divisions = divisions_of(tabulations, hierarchies)
        nodes = [_nodes(tabulation, divisions) for tabulation in tabulations]
        sizes = [len(division.level) for division in divisions]
        if np.prod([float(size) for size in sizes]) > 2.0**62:
            raise _too_large()
        codes = [_codes(own, sizes) for own in nodes]
        blocks = _blocks(nodes, divisions)
        known = _stated(tabulations, codes)
        closures = [_closure(block, divisions, nodes, tabulations) for block in blocks]
        every = np.unique(np.concatenate([closure.codes for closure in closures]))
        values = np.full(len(every), np.nan)
        for closure in closures:
            place = np.searchsorted(every, closure.codes)
            there = values[place]
            if (np.abs(there - closure.values) > _TOLERANCE * np.maximum(1.0, np.abs(there))).any():
                raise _disagree()
            values[place] = closure.values
        stated_at = np.searchsorted(every, known[0])
        if (np.abs(values[stated_at] - known[1]) > _TOLERANCE * np.maximum(1.0, np.abs(known[1]))).any():
            raise _does_not_add_up(tabulations, codes, every, values)
        inner = np.zeros(len(every), dtype=np.int64)
        for closure in closures:
            np.maximum.at(inner, np.searchsorted(every, closure.codes), closure.inner)
        matrix, cell = _merged(_matrix(closures, divisions, every))
        first = np.unique(cell, return_index=True)[1]
        listed = np.zeros(len(first), dtype=np.bool_)
        listed[cell[stated_at]] = True
        places = np.stack(np.unravel_index(every[first], sizes), axis=1) if sizes else np.zeros((len(first), 0))
        return cls(
            matrix=matrix,
            values=values[first],
            positions=tuple(cell[np.searchsorted(every, own)] for own in codes),
            listed=listed,
            codes=every,
            cell_of_code=cell,
            places=places.astype(np.int64),
            parents=tuple(division.parent for division in divisions),
            inner=inner[first],
        )

    def within(self, cell: int, other: int) -> bool:
        """Whether all records of a cell are in another one, by what the cells are about."""
        for parents, own, outer in zip(self.parents, self.places[cell], self.places[other], strict=True):
            node = int(own)
            while node not in {outer, -1}:
                node = int(parents[node])
            if node == -1:
                return False
        return True


@dataclass(frozen=True, kw_only=True, eq=False)
class _Closure:
    """All sums of one table's innermost combinations: a full grid of nodes."""

    nodes: list[Integers]
    codes: Integers
    values: Floats
    inner: Integers


def _nodes(tabulation: Tabulation, divisions: Sequence[Division]) -> Integers:
    """Cells × divisions."""
    columns = []
    for division in divisions:
        if not set(division.variables) & set(tabulation.by):
            columns.append(np.zeros(len(tabulation.cells), dtype=np.int64))
            continue
        columns.append(
            np.fromiter(
                (division.node(tabulation.by, cell) for cell in tabulation.cells), np.int64, len(tabulation.cells)
            )
        )
    return np.stack(columns, axis=1) if columns else np.zeros((len(tabulation.cells), 0), dtype=np.int64)


def _codes(nodes: Integers, sizes: Sequence[int]) -> Integers:
    codes = np.zeros(len(nodes), dtype=np.int64)
    for column, size in enumerate(sizes):
        codes = codes * size + nodes[:, column]
    return codes


def _stated(tabulations: Sequence[Tabulation], codes: Sequence[Integers]) -> tuple[Integers, Floats]:
    every = np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64)
    numbers = np.concatenate([np.nan_to_num(tabulation.values, nan=0.0) for tabulation in tabulations])
    first, place, back = np.unique(every, return_index=True, return_inverse=True)
    if (np.abs(numbers[place][back] - numbers) > _TOLERANCE * np.maximum(1.0, np.abs(numbers))).any():
        raise _disagree()
    return first, numbers[place]


def _blocks(nodes: Sequence[Integers], divisions: Sequence[Division]) -> list[tuple[int, ...]]:
    """The finest ways in which cells are divided, per division a level; none is coarser than another."""
    patterns: set[tuple[int, ...]] = set()
    for own in nodes:
        levels = np.stack(
            [division.level[own[:, column]] for column, division in enumerate(divisions)]
            or [np.zeros(len(own), dtype=np.int64)],
            axis=1,
        )
        patterns |= {tuple(int(level) for level in row) for row in np.unique(levels, axis=0)}
    if not divisions:
        return [()]
    finest = [
        pattern
        for pattern in patterns
        if not any(other != pattern and all(o <= p for o, p in zip(other, pattern, strict=True)) for other in patterns)
    ]
    steps = [
        frozenset(
            (number, step)
            for number, (level, division) in enumerate(zip(pattern, divisions, strict=True))
            for step in range(level, division.levels)
        )
        for pattern in finest
    ]
    if not _tree_like(steps):
        raise TiedInARingError(
            "These tables are tied in a ring: each shares a variable with the next, and the last with the first.",
            remedy="protect the table of all their variables together, and publish sums of what it leaves",
        )
    return sorted(finest)


def _tree_like(sets: list[frozenset[tuple[int, int]]]) -> bool:
    """Whether agreement pair by pair is agreement of all (Graham's reduction of an acyclic hypergraph to nothing)."""
    while len(sets) > 1:
        shared = [own & frozenset().union(*(sets[:i] + sets[i + 1 :])) for i, own in enumerate(sets)]
        ear = next((i for i, own in enumerate(shared) if any(own <= o for j, o in enumerate(sets) if j != i)), None)
        if ear is None:
            return False
        sets = sets[:ear] + sets[ear + 1 :]
    return True


def _closure(
    block: tuple[int, ...],
    divisions: Sequence[Division],
    nodes: Sequence[Integers],
    tabulations: Sequence[Tabulation],
) -> _Closure:
    sizes = [len(division.level) for division in divisions]
    grid = [np.flatnonzero(division.level >= level) for division, level in zip(divisions, block, strict=True)]
    shape = tuple(len(own) for own in grid)
    if np.prod([float(size) for size in shape]) > _LARGEST_CLOSURE:
        raise _too_large()
    values = np.zeros(shape)
    ones = np.zeros(shape, dtype=np.int64)
    for own, tabulation in zip(nodes, tabulations, strict=True):
        inside = np.ones(len(own), dtype=np.bool_)
        for column, (division, level) in enumerate(zip(divisions, block, strict=True)):
            inside &= division.level[own[:, column]] == level
        at = tuple(np.searchsorted(grid[column], own[inside, column]) for column in range(len(grid)))
        values[at] = np.nan_to_num(tabulation.values, nan=0.0)[inside]
        ones[at] = 1
    for axis, (division, own) in enumerate(zip(divisions, grid, strict=True)):
        for number in np.argsort(division.level[own], kind="stable"):
            parent = division.parent[own[number]]
            if parent >= 0 and division.level[own[number]] < division.levels:
                to = int(np.searchsorted(own, parent))
                _along(values, axis)[to] += _along(values, axis)[number]
                _along(ones, axis)[to] += _along(ones, axis)[number]
    every = np.zeros(shape, dtype=np.int64)
    for axis, own in enumerate(grid):
        every = every * sizes[axis] + own.reshape([-1 if a == axis else 1 for a in range(len(grid))])
    return _Closure(nodes=grid, codes=every.ravel(), values=values.ravel(), inner=ones.ravel())


def _along(grid: Any, axis: int) -> Any:  # noqa: ANN401 - an array of any shape
    return np.moveaxis(grid, axis, 0)


def _matrix(closures: Sequence[_Closure], divisions: Sequence[Division], every: Integers) -> Any:  # noqa: ANN401
    rows: list[Integers] = []
    columns: list[Integers] = []
    signs: list[Integers] = []
    seen = np.zeros((len(divisions), len(every)), dtype=np.bool_)
    n = 0
    for closure in closures:
        shape = tuple(len(own) for own in closure.nodes)
        cells = np.searchsorted(every, closure.codes).reshape(shape)
        for axis, division in enumerate(divisions):
            lines = np.moveaxis(cells, axis, 0).reshape(shape[axis], -1)
            for parent, children in _families(division, closure.nodes[axis]):
                new = np.flatnonzero(~seen[axis, lines[parent]])
                seen[axis, lines[parent]] = True
                numbers = n + np.arange(len(new))
                n += len(new)
                rows += [numbers] * (1 + len(children))
                columns += [lines[parent][new], *(lines[child][new] for child in children)]
                signs += [np.full(len(new), sign, dtype=np.int64) for sign in (-1, *[1] * len(children))]
    nothing = np.zeros(0, dtype=np.int64)
    parts = [np.concatenate(part) if part else nothing for part in (signs, rows, columns)]
    return sparse.csr_array((parts[0], (parts[1], parts[2])), shape=(n, len(every)))


def _merged(matrix: Any) -> tuple[Any, Integers]:  # noqa: ANN401
    """The equations without those that say that two cells are equal, and which cell each one is then."""
    pairs = matrix[np.flatnonzero(np.diff(matrix.indptr) == 2)]
    graph = sparse.csr_array(
        (np.ones(pairs.shape[0]), (pairs.indices[0::2], pairs.indices[1::2])), shape=(matrix.shape[1], matrix.shape[1])
    )
    n, cell = csgraph.connected_components(graph, directed=False)
    merge = sparse.csr_array(
        (np.ones(len(cell), dtype=np.int64), (np.arange(len(cell)), cell)), shape=(matrix.shape[1], n)
    )
    fewer = (matrix @ merge).tocsr()
    fewer.eliminate_zeros()
    fewer = fewer[np.flatnonzero(np.diff(fewer.indptr) > 0)]
    fewer.sort_indices()
    return fewer, cell.astype(np.int64)


def _families(division: Division, nodes: Integers) -> Iterator[tuple[int, list[int]]]:
    """Each node that has children among these nodes, with the places of both."""
    children: dict[int, list[int]] = {}
    for place, node in enumerate(nodes):
        if division.parent[node] >= 0:
            children.setdefault(int(division.parent[node]), []).append(place)
    lowest = int(division.level[nodes].min(initial=division.levels))
    for place, node in enumerate(nodes):
        if int(node) in children:
            yield place, children[int(node)]
        elif division.level[node] > lowest:
            yield place, []  # nothing lies below it: it is empty


def _too_large() -> InputError:
    return InputError(
        "These tables have too many combinations of categories to be protected together.",
        remedy="say which variables are levels of each other (hierarchies=), or split the tables",
    )


def _disagree() -> InputError:
    return InputError(
        "Two tables of the same records disagree about a cell that both show.",
        remedy="make all tables from the same selection of the same records",
    )


def _does_not_add_up(
    tabulations: Sequence[Tabulation], codes: Sequence[Integers], every: Integers, values: Floats
) -> InputError:
    for tabulation, own in zip(tabulations, codes, strict=True):
        numbers = np.nan_to_num(tabulation.values, nan=0.0)
        if (
            np.abs(values[np.searchsorted(every, own)] - numbers) > _TOLERANCE * np.maximum(1.0, np.abs(numbers))
        ).any():
            return UnequalSumsError(
                f"{tabulation.title} does not add up: a total is not the sum of its cells.",
                remedy="list every category, a missing one too, in a table of unrounded values",
            )
    return _disagree()
