"""Suppression at scale: published traps, hierarchies, linked tables, what must stay published, and what cannot be done."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.statistic import Statistic
from output_checks.protection.elimination import basis, integer_rows, kernel
from output_checks.protection.equations import SumEquations, TiedInARingError
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.large import Suppression, suppress_large
from output_checks.protection.rows import PRIME
from output_checks.protection.suppression import suppress


def counts(cells: dict[tuple[str | None, ...], float], by: str) -> Tabulation:
    return Tabulation(
        statistic=Statistic.COUNT,
        by=tuple(by.split()),
        cells=tuple(cells),
        values=np.array(list(cells.values()), dtype=float),
        status=(CellStatus.PUBLISHED,) * len(cells),
        decimals=0,
    )


def with_margins(inner: np.ndarray, by: str) -> Tabulation:
    """A table with all its totals; categories are 0, 1, 2 …"""
    cells: dict[tuple[str | None, ...], float] = {}
    axes = range(inner.ndim)
    for summed in (kind for size in range(inner.ndim + 1) for kind in combinations(axes, size)):
        margin = inner.sum(axis=tuple(summed), keepdims=True)
        for place in np.ndindex(margin.shape):
            cells[tuple(None if axis in summed else str(at) for axis, at in enumerate(place))] = float(margin[place])
    return counts(cells, by)


def small(tables: Sequence[Tabulation], below: int = 5) -> list[np.ndarray]:
    return [(table.values > 0) & (table.values < below) for table in tables]


def hidden(found: Suppression, table: int = 0) -> np.ndarray:
    return np.array([status is not CellStatus.PUBLISHED for status in found.statuses[table]])


def reach(found: Suppression) -> np.ndarray:
    """Per cell of the system how far its proof reaches; 0 for published cells."""
    per_cell = np.zeros(len(found.system.values))
    per_cell[found.pattern.proof.cells] = found.pattern.proof.reach
    return per_cell


def random_table(seed: int, shape: tuple[int, ...] = (6, 7)) -> Tabulation:
    return with_margins(np.random.default_rng(seed).integers(0, 40, shape).astype(float), "a b c d"[: 2 * len(shape) - 1])


def test_kernel_vectors_solve_the_equations_and_tell_which_rows_follow():
    """A row that is a combination of others is 0 on every vector; one that is not, is not."""
    chance = np.random.default_rng(3)
    matrix = sparse.csr_array(chance.integers(-1, 2, (30, 50)) * (chance.random((30, 50)) < 0.15))
    vectors = kernel(matrix, seed=1)
    assert not ((matrix @ vectors) % PRIME).any()
    follows = 3 * matrix[[2]].toarray() - matrix[[7]].toarray()
    other = follows.copy()
    other[0, 5] += 1
    assert not ((follows @ vectors) % PRIME).any()
    assert ((other @ vectors) % PRIME).any()


def test_as_many_columns_are_free_as_rank_leaves():
    """The basis of all solutions has the dimension that linear algebra gives."""
    chance = np.random.default_rng(4)
    matrix = sparse.csr_array(chance.integers(-1, 2, (20, 35)) * (chance.random((20, 35)) < 0.2))
    found = basis(integer_rows(matrix), late=np.zeros(35, dtype=bool))
    assert found.n_free == 35 - np.linalg.matrix_rank(matrix.toarray())


def test_one_small_cell_takes_three_others_along():
    """The classic: one hidden cell in each line would be given back by the total."""
    inner = np.full((4, 4), 30.0)
    inner[1, 2] = 2
    found = suppress_large([with_margins(inner, "a b")], sensitive=small([with_margins(inner, "a b")]), width=4)
    assert hidden(found).sum() == 4
    assert found.complete
    assert found.proves()


def test_a_table_with_two_hidden_in_each_line_that_still_solves_is_not_taken_for_safe():
    """Four by four, two hidden in each row and column, in two squares that share no line: then one value is fixed."""
    inner = np.array([[1.0, 1, 9, 9], [1, 1, 9, 9], [9, 9, 1, 1], [9, 9, 1, 1]])
    table = with_margins(inner, "a b")
    found = suppress_large([table], sensitive=small([table]), width=4)
    assert found.proves()
    assert (reach(found)[found.wanted.sensitive] >= 4).all()
    # The ones alone make squares of sum 2: two hidden per line, and nothing reaches further than 2.
    assert hidden(found).sum() > 8


def test_three_hidden_ones_in_a_line_are_not_enough():
    """Their sum is 3, and everyone knows it: more is hidden."""
    inner = np.array([[1.0, 1, 1, 50], [50, 50, 50, 50], [50, 50, 50, 50]])
    table = with_margins(inner, "a b")
    found = suppress_large([table], sensitive=small([table]), width=3, smallest_sum=5)
    own = hidden(found)
    row = [place for place, cell in enumerate(table.cells) if cell[0] == "0" and cell[1] is not None]
    total = [place for place, cell in enumerate(table.cells) if cell == ("0", None)]
    assert own[total].any() or table.values[row][own[row]].sum() >= 5


def test_each_single_contributor_leaves_the_others_uncertain():
    """Two ones in a line: each knows its own, and must not find the other from the total."""
    inner = np.array([[1.0, 1, 40, 40], [40, 40, 40, 40], [40, 40, 40, 40]])
    table = with_margins(inner, "a b")
    found = suppress_large([table], sensitive=small([table]), width=3)
    assert found.complete
    proof = found.pattern.proof
    alone = np.flatnonzero(found.wanted.alone[proof.cells])
    assert len(alone) == 2
    assert not proof.weak_against(alone, need=np.where(found.wanted.sensitive, 3, 0)[proof.cells])


def test_the_total_less_the_boys_does_not_give_the_girls_back():
    """Two tables, each safe alone: one hides the girls, the other would show total and boys."""
    first = counts({("g", "x"): 3, ("b", "x"): 30, ("g", "y"): 30, ("b", "y"): 30}, "sex track")
    second = counts({("x",): 33, ("y",): 60}, "track")
    found = suppress_large([first, second], sensitive=small([first, second]), width=4)
    assert found.proves()
    assert hidden(found, 0)[1] or hidden(found, 1)[0]


def test_cells_that_two_tables_share_are_hidden_in_both():
    """The same margin in two linked tables has one status."""
    inner = np.random.default_rng(5).integers(0, 25, (4, 5, 3)).astype(float)
    tables = [with_margins(inner.sum(axis=2), "a b"), with_margins(inner.sum(axis=0), "b c")]
    found = suppress_large(tables, sensitive=small(tables), width=4)
    margins = [
        {tuple(zip(table.by, cell, strict=True)): status for cell, status in zip(table.cells, own, strict=True)}
        for table, own in zip(tables, found.statuses, strict=True)
    ]
    for label in "01234":
        assert margins[0]["a", None], ("b", label)
        assert margins[0][("a", None), ("b", label)] is margins[1][("b", label), ("c", None)]
