"""What must hold of suppression at scale, by brute force over every table of small ones."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.statistic import Statistic
from output_checks.protection.attacker import attack
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.large import Suppression, suppress_large

WIDTH = 2
QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def table(inner: np.ndarray, names: str, kinds: Sequence[str]) -> Tabulation:
    """Counts by the variables in `names`, with a cell for every combination in each of `kinds` ("ab", "a", "")."""
    cells, values = [], []
    for kind in kinds:
        summed = tuple(axis for axis, name in enumerate(names) if name not in kind)
        margin = inner.sum(axis=summed, keepdims=True)
        for place in np.ndindex(margin.shape):
            cells.append(tuple(None if axis in summed else f"{at}" for axis, at in enumerate(place)))
            values.append(float(margin[place]))
    return Tabulation(
        statistic=Statistic.COUNT,
        by=tuple(names),
        cells=tuple(cells),
        values=np.array(values),
        status=(CellStatus.PUBLISHED,) * len(cells),
        decimals=0,
    )


def every_kind(names: str) -> list[str]:
    return ["".join(kind) for size in range(len(names), -1, -1) for kind in combinations(names, size)]


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def all_values(tables: Sequence[Tabulation], names: str, shape: tuple[int, ...], total: int) -> list[np.ndarray]:
    """Per table: its cells in every table of counts with this total (tables × cells)."""
    inner = np.array(list(compositions(total, int(np.prod(shape)))), dtype=float).reshape(-1, *shape)
    found = []
    for tab in tables:
        columns = []
        for cell in tab.cells:
            where = dict(zip(tab.by, cell, strict=True))
            index = [slice(None)] + [slice(None) if where.get(n) is None else int(where[n]) for n in names]
            columns.append(inner[tuple(index)].reshape(len(inner), -1).sum(axis=1))
        found.append(np.stack(columns, axis=1))
    return found


def ranges(tables: Sequence[Tabulation], found: Suppression, every: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Per table and cell: highest less lowest value over all tables that agree with what is published."""
    agrees = np.ones(len(every[0]), dtype=bool)
    for tab, own, columns in zip(tables, found.statuses, every, strict=True):
        shown = np.array([status is CellStatus.PUBLISHED for status in own])
        agrees &= (columns[:, shown] == tab.values[shown]).all(axis=1)
    return [columns[agrees].max(axis=0) - columns[agrees].min(axis=0) for columns in every]


def expect_brute_force_agrees(tables: Sequence[Tabulation], found: Suppression, every: Sequence[np.ndarray]) -> None:
    """Every interval that the proof claims is really that wide; where it is complete, that is wide enough."""
    assert found.proves()
    claimed = np.zeros(len(found.system.values))
    claimed[found.pattern.proof.cells] = found.pattern.proof.reach
    for tab, place, own, real in zip(
        tables, found.system.positions, found.statuses, ranges(tables, found, every), strict=True
    ):
        assert (real >= claimed[place]).all()
        sensitive = (tab.values > 0) & (tab.values < 3)
        assert all(own[at] is CellStatus.PRIMARY_SUPPRESSED for at in np.flatnonzero(sensitive))
        if found.complete:
            assert (real[sensitive] >= WIDTH).all()


def protect(tables: Sequence[Tabulation], hierarchies: Sequence[Hierarchy] = ()) -> Suppression:
    """Protected, with the total published: brute force tries the tables with that total."""
    return suppress_large(
        tables,
        sensitive=[(tab.values > 0) & (tab.values < 3) for tab in tables],
        width=WIDTH,
        hierarchies=hierarchies,
        keep=[np.array([not any(cell) for cell in tab.cells]) for tab in tables],
    )


def has_no_sensitive_total(numbers: list[int]) -> bool:
    """A total that has to be published cannot be sensitive itself."""
    return not 0 < sum(numbers) < 3


@st.composite
def inner_counts(draw, shape: tuple[int, ...], total: int) -> np.ndarray:
    """A small table with exactly this total."""
    size = int(np.prod(shape))
    places = draw(st.lists(st.integers(0, size - 1), min_size=total, max_size=total))
    return np.bincount(places, minlength=size).reshape(shape).astype(float)


@QUICK
@given(data=st.data())
def test_brute_force_agrees_in_two_way_tables(data):
    """Tables of 2 × 2 to 3 × 4 with all or some of their margins."""
    shape, total = data.draw(st.sampled_from([((2, 2), 14), ((2, 3), 11), ((3, 3), 8), ((3, 4), 6)]))
    inner = data.draw(inner_counts(shape, total))
    tables = [table(inner, "ab", data.draw(st.sampled_from([every_kind("ab"), ["ab", "a", ""], ["ab", ""]])))]
    expect_brute_force_agrees(tables, protect(tables), all_values(tables, "ab", shape, total))


@QUICK
@given(data=st.data())
def test_brute_force_agrees_in_three_way_tables(data):
    """Three variables and all margins."""
    tables = [table(data.draw(inner_counts((2, 2, 2), 10)), "abc", every_kind("abc"))]
    expect_brute_force_agrees(tables, protect(tables), all_values(tables, "abc", (2, 2, 2), 10))


@QUICK
@given(data=st.data())
def test_brute_force_agrees_in_linked_tables(data):
    """Two tables that share a variable, each with its margins."""
    inner = data.draw(inner_counts((2, 2, 3), 6))
    tables = [table(inner.sum(axis=2), "ab", every_kind("ab")), table(inner.sum(axis=0), "bc", every_kind("bc"))]
    expect_brute_force_agrees(tables, protect(tables), all_values(tables, "abc", (2, 2, 3), 6))


@QUICK
@given(data=st.data())
def test_brute_force_agrees_in_hierarchies(data):
    """Schools of boards by track: the table of boards binds the table of schools."""
    inner = data.draw(inner_counts((4, 2), 8))
    tree = Hierarchy(levels=("s", "o"), parents=({"0": "p", "1": "p", "2": "q", "3": "q"},))
    schools = table(inner, "st", ["st", "s", "t", ""])
    boards = replace(
        table(inner.reshape(2, 2, 2).sum(axis=1), "ot", ["ot", "o"]),
    )
    boards = replace(boards, cells=tuple(({"0": "p", "1": "q"}[str(o)], t) for o, t in boards.cells))
    every = all_values([schools], "st", (4, 2), 8)
    upper = np.stack(
        [
            every[0][:, [at for at, (s, u) in enumerate(schools.cells) if s in pair and u == t]].sum(axis=1)
            for (o, t) in boards.cells
            for pair in [("0", "1") if o == "p" else ("2", "3")]
        ],
        axis=1,
    )
    expect_brute_force_agrees([schools, boards], protect([schools, boards], [tree]), [every[0], upper])


@QUICK
@given(data=st.data())
def test_a_single_contributor_does_not_find_another_small_cell(data):
    """Brute force over all tables that agree with what is published and with the cell that a contributor knows."""
    inner = data.draw(inner_counts((3, 3), 8))
    tables = [table(inner, "ab", every_kind("ab"))]
    found = protect(tables)
    if not found.complete:
        return
    (every,) = all_values(tables, "ab", (3, 3), 8)
    values, cells = tables[0].values, tables[0].cells
    shown = np.array([status is CellStatus.PUBLISHED for status in found.statuses[0]])
    for owner in np.flatnonzero(values == 1):
        agrees = (every[:, shown] == values[shown]).all(axis=1) & (every[:, owner] == 1)
        for cell in np.flatnonzero((values > 0) & (values < 3)):
            nested = all(None in {a, b} or a == b for a, b in zip(cells[cell], cells[owner], strict=True))
            if cell != owner and not (nested and values[cell] == 1):
                assert np.ptp(every[agrees, cell]) >= WIDTH


@QUICK
@given(data=st.data())
def test_the_attacker_finds_no_interval_narrower_than_the_proof_claims(data):
    """Independent code, on tables that are too large for brute force."""
    numbers = data.draw(st.lists(st.integers(0, 15), min_size=24, max_size=24).filter(has_no_sensitive_total))
    tables = [table(np.array(numbers, dtype=float).reshape(4, 6), "ab", every_kind("ab"))]
    found = protect(tables)
    ((low, high),) = attack([tables[0].with_status(found.statuses[0])]).bounds
    claimed = np.zeros(len(found.system.values))
    claimed[found.pattern.proof.cells] = found.pattern.proof.reach
    assert (high - low >= claimed[found.system.positions[0]]).all()


@QUICK
@given(data=st.data())
def test_other_names_for_categories_change_nothing_that_is_claimed(data):
    """Renamed and reordered categories: as many sensitive cells, and complete or not alike, in what is protected."""
    numbers = data.draw(st.lists(st.integers(0, 15), min_size=12, max_size=12).filter(has_no_sensitive_total))
    inner = np.array(numbers, dtype=float).reshape(3, 4)
    rows, columns = data.draw(st.permutations(range(3))), data.draw(st.permutations(range(4)))
    first = protect([table(inner, "ab", every_kind("ab"))])
    second = protect([table(inner[np.ix_(rows, columns)], "ab", every_kind("ab"))])
    assert first.complete == second.complete
    assert first.statuses[0].count(CellStatus.PRIMARY_SUPPRESSED) == second.statuses[0].count(
        CellStatus.PRIMARY_SUPPRESSED
    )
