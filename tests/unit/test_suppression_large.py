"""Suppression at scale: published traps, hierarchies, linked tables, what must stay, and what cannot be done."""

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
    return with_margins(
        np.random.default_rng(seed).integers(0, 40, shape).astype(float), "a b c d"[: 2 * len(shape) - 1]
    )


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
        assert margins[0][("a", None), ("b", label)] is margins[1][("b", label), ("c", None)]


def regions(seed: int = 2) -> tuple[Tabulation, Hierarchy]:
    """Municipalities in areas in provinces, by track; only the innermost cells are listed."""
    chance = np.random.default_rng(seed)
    rows = [(f"m{n}", f"c{n // 4}", f"p{n // 8}") for n in range(16)]
    cells = {(m, track): float(chance.integers(0, 60)) for m, _, _ in rows for track in ("x", "y", "z")}
    return counts(cells, "municipality track"), Hierarchy.from_columns(("municipality", "corop", "province"), rows)


def by_area(table: Tabulation, tree: Hierarchy) -> Tabulation:
    """The same records by area, with the totals of tracks, of areas and of provinces."""
    cells: dict[tuple[str | None, ...], float] = {}
    for (municipality, track), value in zip(table.cells, table.values, strict=True):
        area, province = (label for _, label in tree.above("municipality", str(municipality)))
        for place in (area, None):
            for kind in (track, None):
                key = (province if place else None, place, kind)
                cells[key] = cells.get(key, 0.0) + value
        cells[province, None, track] = cells.get((province, None, track), 0.0) + value
    return counts(cells, "province corop track")


def test_levels_of_a_hierarchy_are_one_system():
    """What the table of areas shows binds the municipalities, and a small one is protected in both tables."""
    inner, tree = regions()
    tables = [inner, by_area(inner, tree)]
    found = suppress_large(tables, sensitive=small(tables, 8), width=4, hierarchies=[tree])
    assert found.complete
    assert found.proves()
    assert (reach(found)[found.wanted.sensitive] >= 4).all()
    together = found.system
    for province in ("p0", "p1"):
        place = tables[1].cells.index((province, None, "x"))
        below = [
            at
            for at, (m, track) in enumerate(inner.cells)
            if track == "x" and dict(tree.above("municipality", m))["province"] == province
        ]
        assert together.values[together.positions[1][place]] == inner.values[below].sum()


def test_sums_that_no_table_states_need_no_protection_and_are_not_counted():
    """With the innermost cells alone nothing can be subtracted: only the sensitive ones are hidden."""
    inner, tree = regions()
    flags = small([inner], 8)
    found = suppress_large([inner], sensitive=flags, width=4, hierarchies=[tree])
    np.testing.assert_array_equal(hidden(found), flags[0])


def test_a_hierarchy_with_a_hole_is_an_error():
    """A municipality of the table without an area."""
    inner, _ = regions()
    tree = Hierarchy(levels=("municipality", "corop"), parents=({"m0": "c0"},))
    with pytest.raises(InputError, match="hole"):
        suppress_large([inner], sensitive=small([inner]), width=4, hierarchies=[tree])


def test_an_area_without_a_province_is_a_hole_too():
    """Found when the hierarchy is made, before any table."""
    with pytest.raises(InputError, match="hole"):
        Hierarchy(levels=("municipality", "corop", "province"), parents=({"m0": "c0"}, {"c1": "p0"}))


def test_a_hierarchy_with_a_cycle_is_an_error():
    """A board of schools of boards."""
    with pytest.raises(InputError, match="cycle"):
        Hierarchy(levels=("school", "board", "school"), parents=({"s": "b"}, {"b": "s"}))


def test_levels_that_do_not_nest_are_an_error():
    """One school at two boards; two schools at one board are fine."""
    assert Hierarchy.from_columns(("school", "board"), [("s1", "b1"), ("s2", "b1")]).above("school", "s1") == [
        ("board", "b1")
    ]
    with pytest.raises(InputError, match="does not nest"):
        Hierarchy.from_columns(("school", "board"), [("s1", "b1"), ("s1", "b2")])


def test_a_cell_of_two_branches_is_an_error():
    """A municipality beside the area of another one."""
    table = counts({("c0", "m0"): 10, ("c1", "m0"): 10}, "corop municipality")
    tree = Hierarchy(levels=("municipality", "corop"), parents=({"m0": "c0"},))
    with pytest.raises(InputError, match="two branches"):
        suppress_large([table], sensitive=small([table]), width=4, hierarchies=[tree])


def test_cells_that_must_stay_published_do():
    """What an earlier release published is not hidden now, and the rest is proven around it."""
    table = random_table(7)
    free = suppress_large([table], sensitive=small([table]), width=4)
    places = np.flatnonzero(hidden(free) & ~small([table])[0])[:2]
    keep = np.zeros(len(table.cells), dtype=bool)
    keep[places] = True
    found = suppress_large([table], sensitive=small([table]), width=4, keep=[keep])
    assert not hidden(found)[places].any()
    assert found.proves()


def test_a_sensitive_cell_cannot_be_kept():
    """Both at once is a contradiction, not a choice."""
    table = random_table(7)
    with pytest.raises(InputError, match="must stay published are sensitive"):
        suppress_large([table], sensitive=small([table]), width=4, keep=small([table]))


def test_what_cannot_be_protected_is_said_with_three_ways_out():
    """All other cells must stay published: nothing is left to hide."""
    table = random_table(8)
    flags = small([table])
    with pytest.raises(InputError, match="cannot be protected as asked") as raised:
        suppress([table], sensitive=flags, width=4, keep=[~flags[0]])
    assert "these three ways would do" in raised.value.remedy


def test_no_time_gives_a_pattern_that_says_it_is_not_proven():
    """What is sensitive is hidden all the same, and the result is not complete."""
    table = random_table(9)
    found = suppress_large([table], sensitive=small([table]), width=4, seconds=0.0)
    assert hidden(found)[small([table])[0]].all()
    assert not found.complete
    assert hidden(found).sum() > small([table])[0].sum()  # and so is what keeps it from following exactly
    assert found.proves()  # what little it claims


def test_a_ring_of_tables_is_left_to_the_way_for_small_tables():
    """A×B, B×C and C×A bind more than their sums say; `suppress` still protects small ones."""
    inner = np.random.default_rng(1).integers(5, 30, (2, 2, 2)).astype(float)
    inner[0, 0, 0] = 1
    tables = [with_margins(inner.sum(axis=axis), by) for axis, by in ((2, "a b"), (0, "b c"), (1, "a c"))]
    with pytest.raises(TiedInARingError):
        SumEquations.of(tables)
    assert suppress(tables, sensitive=[np.zeros(len(table.cells), dtype=bool) for table in tables], width=2)


def test_a_table_that_does_not_add_up_is_an_error():
    """A total that is one too high."""
    table = random_table(3)
    values = table.values.copy()
    values[-1] += 1
    wrong = counts(dict(zip(table.cells, values, strict=True)), "a b")
    with pytest.raises(InputError, match="does not add up"):
        suppress_large([wrong], sensitive=small([wrong]), width=4)


def test_tables_that_disagree_are_an_error():
    """The same margin with two values."""
    with pytest.raises(InputError, match="disagree"):
        SumEquations.of([counts({("x",): 3.0}, "a"), counts({("x",): 4.0}, "a")])


def test_the_same_table_always_gets_the_same_pattern():
    """Twice the same call, twice the same cells."""
    table = random_table(11, (8, 9))
    first, second = (suppress_large([table], sensitive=small([table]), width=4) for _ in range(2))
    assert first.statuses == second.statuses


def test_costs_decide_which_cells_go():
    """A column that is dear stays published where another will do."""
    inner = np.full((3, 4), 30.0)
    inner[0, 0] = 2
    table = with_margins(inner, "a b")
    dear = np.array([1000.0 if cell[1] == "1" else 1.0 for cell in table.cells])
    found = suppress_large([table], sensitive=small([table]), width=4, costs=[dear])
    assert not hidden(found)[[cell[1] == "1" for cell in table.cells]].any()


def test_where_zeros_are_known_a_hidden_cell_is_at_least_one():
    """Then the tables of the proof have no zero in a hidden cell."""
    table = random_table(12)
    found = suppress_large([table], sensitive=small([table]), width=4, zeros_known=True)
    proof = found.pattern.proof
    assert found.proves()
    assert (found.system.values[proof.cells][:, np.newaxis] + proof.moves >= 1).all()
    assert not hidden(found)[table.values == 0].any()


def test_a_claim_that_was_tampered_with_is_not_proven():
    """One number changed in one alternative table, and the product shows it."""
    table = random_table(13)
    found = suppress_large([table], sensitive=small([table]), width=4)
    assert found.proves()
    found.pattern.proof.moves[0, -1] += 1
    assert not found.proves()


def test_large_tables_come_through_the_front_door():
    """A table of more than four hundred cells: the attacker agrees with the proof."""
    table = random_table(14, (20, 24))
    (statuses,) = suppress([table], sensitive=small([table], 3), width=3)
    assert CellStatus.SECONDARY_SUPPRESSED in statuses


def test_a_large_table_with_unlisted_categories_is_an_error_by_either_way():
    """A total of more than the listed categories: the way for small tables says which variable."""
    inner = {(str(a), str(b)): 30.0 for a in range(21) for b in range(20)}
    rows = {(str(a), None): 600.0 for a in range(21)}
    table = counts({**inner, **rows, (None, None): sum(rows.values()) + 100.0}, "a b")
    with pytest.raises(InputError, match="does not add up"):
        SumEquations.of([table])
    with pytest.raises(InputError, match="the cells along a are not together the total"):
        suppress([table], sensitive=small([table]), width=3)
