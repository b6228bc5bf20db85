"""What must hold of protection for any table: the attacker is exact, and no pattern falls to it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.statistic import Statistic
from output_checks.protection.attacker import attack
from output_checks.protection.suppression import suppress

WIDTH = 3
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def table(inner: np.ndarray, names: str, kinds: Sequence[str], hidden: Sequence[bool] | None = None) -> Tabulation:
    """Counts by the variables in `names`, with a cell for every combination in each of `kinds` ("ab", "a", "")."""
    cells, values = [], []
    for kind in kinds:
        summed = tuple(axis for axis, name in enumerate(names) if name not in kind)
        margin = inner.sum(axis=summed, keepdims=True)
        for place in np.ndindex(margin.shape):
            cells.append(tuple(None if axis in summed else f"{at}" for axis, at in enumerate(place)))
            values.append(float(margin[place]))
    flags = hidden if hidden is not None else [False] * len(cells)
    status = tuple(CellStatus.PRIMARY_SUPPRESSED if flag else CellStatus.PUBLISHED for flag in flags)
    return Tabulation(
        statistic=Statistic.COUNT,
        by=tuple(names),
        cells=tuple(cells),
        values=np.array(values),
        status=status,
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


def brute_force(tables: Sequence[Tabulation], names: str, shape: tuple[int, ...], total: int):
    """Lowest and highest value of each cell over all tables of counts that agree with what is published."""
    inner = np.array(list(compositions(total, int(np.prod(shape)))), dtype=float).reshape(-1, *shape)
    sums = []
    for tab in tables:
        columns = []
        for cell in tab.cells:
            part = inner
            where = dict(zip(tab.by, cell, strict=True))
            index = [slice(None)] + [slice(None) if where.get(n) is None else int(where[n]) for n in names]
            columns.append(part[tuple(index)].reshape(len(inner), -1).sum(axis=1))
        sums.append(np.stack(columns, axis=1))
    agrees = np.ones(len(inner), dtype=bool)
    for tab, columns in zip(tables, sums, strict=True):
        shown = ~tab.hidden
        agrees &= (columns[:, shown] == tab.values[shown]).all(axis=1)
    return [(columns[agrees].min(axis=0), columns[agrees].max(axis=0)) for columns in sums]


def expect_equal_to_brute_force(tables: Sequence[Tabulation], names: str, shape: tuple[int, ...], total: int) -> None:
    result = attack(tables)
    for (low, high), (lowest, highest) in zip(result.bounds, brute_force(tables, names, shape, total), strict=True):
        np.testing.assert_array_equal(low, lowest)
        np.testing.assert_array_equal(high, highest)


@st.composite
def inner_counts(draw, shape: tuple[int, ...], total: int = 7) -> np.ndarray:
    """A small table with exactly this total."""
    places = draw(st.lists(st.integers(0, int(np.prod(shape)) - 1), min_size=total, max_size=total))
    return np.bincount(places, minlength=int(np.prod(shape))).reshape(shape).astype(float)


@st.composite
def partly_hidden(draw, inner: np.ndarray, names: str, kinds: Sequence[str]) -> Tabulation:
    """A table in which any cells may be hidden, mostly few."""
    open_table = table(inner, names, kinds)
    share = draw(st.sampled_from([2, 3, 6]))
    hidden = [draw(st.integers(0, 5)) < share for _ in open_table.cells]
    return table(inner, names, kinds, hidden)


@QUICK
@given(data=st.data())
def test_attack_finds_what_brute_force_finds_in_a_two_way_table(data):
    """All tables with the published cells, tried one by one, give the attacker's bounds."""
    inner = data.draw(inner_counts((2, 3)))
    kinds = ["ab", *data.draw(st.lists(st.sampled_from(["a", "b"]), unique=True)), ""]
    tab = data.draw(partly_hidden(inner, "ab", kinds))
    assume(not tab.hidden[-1])  # the total says which tables to try
    expect_equal_to_brute_force([tab], "ab", (2, 3), 7)


@QUICK
@given(data=st.data())
def test_attack_finds_what_brute_force_finds_in_a_three_way_table(data):
    """The same with all margins of three variables, or with two-way margins only."""
    inner = data.draw(inner_counts((2, 2, 3), total=5))
    kinds = data.draw(st.sampled_from([every_kind("abc"), ["ab", "ac", "bc", ""], ["abc", "bc", "a", ""]]))
    tab = data.draw(partly_hidden(inner, "abc", kinds))
    assume(not tab.hidden[-1])
    expect_equal_to_brute_force([tab], "abc", (2, 2, 3), 5)


@QUICK
@given(data=st.data())
def test_attack_finds_what_brute_force_finds_in_linked_tables(data):
    """Two tables that share a variable bind each other exactly as far as brute force says."""
    inner = data.draw(inner_counts((2, 2, 3), total=5))
    first = data.draw(partly_hidden(inner.sum(axis=2), "ab", ["ab", "b", ""]))
    second = data.draw(partly_hidden(inner.sum(axis=0), "bc", ["bc", "b", "c"]))
    assume(not first.hidden[-1])
    expect_equal_to_brute_force([first, second], "abc", (2, 2, 3), 5)


@st.composite
def patterns_asked_for(draw) -> tuple[list[Tabulation], list[np.ndarray]]:
    """Tables with all margins, in which small counts are sensitive; a pair of linked ones at times."""
    shape = draw(st.sampled_from([(3, 3), (4, 5), (3, 3, 3)]))
    names = "abc"[: len(shape)]
    numbers = draw(st.lists(st.integers(0, 12), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    inner = np.array(numbers, dtype=float).reshape(shape)
    tables = [table(inner, names, every_kind(names))]
    if len(shape) == 3:
        split = draw(st.booleans())
        if split:
            tables = [
                table(inner.sum(axis=2), "ab", every_kind("ab")),
                table(inner.sum(axis=0), "bc", every_kind("bc")),
            ]
    return tables, [(tab.values > 0) & (tab.values < 4) for tab in tables]


@QUICK
@given(asked=patterns_asked_for())
def test_every_pattern_survives_the_attacker_with_the_width_asked_for(asked):
    """Every sensitive cell keeps its width for outsiders, and for the single contributor of any other cell."""
    tables, sensitive = asked
    try:
        statuses = suppress(tables, sensitive=sensitive, width=WIDTH)
    except InputError:
        return  # too small to protect; that it is never too easily said is tested on its own
    protected = [tab.with_status(status) for tab, status in zip(tables, statuses, strict=True)]
    for tab, flags in zip(protected, sensitive, strict=True):
        assert tab.hidden[flags].all()
    groups = [
        [frozenset((n, p) for n, p in zip(tab.by, cell, strict=True) if p) for cell in tab.cells] for tab in tables
    ]
    alone = {
        group
        for tab, own, flags in zip(tables, groups, sensitive, strict=True)
        for group, value, flag in zip(own, tab.values, flags, strict=True)
        if flag and value == 1
    }
    for owner in [None, *sorted(alone, key=sorted)][:6]:
        known = [np.array([group == owner for group in own]) for own in groups]
        result = attack(protected, own_knowledge=known)
        for (low, high), flags, own, tab in zip(result.bounds, sensitive, groups, tables, strict=True):
            for place in np.flatnonzero(flags):
                nested = owner is not None and (own[place] <= owner or owner <= own[place])
                same_unit = nested and tab.values[place] == 1
                if not same_unit:
                    assert high[place] - low[place] >= WIDTH


@QUICK
@given(data=st.data())
def test_publishing_one_more_margin_never_widens_an_interval(data):
    """More published numbers cannot make an attacker know less."""
    inner = data.draw(inner_counts((3, 4), total=15))
    hidden = [data.draw(st.booleans()) for _ in range(12)]
    few = table(inner, "ab", ["ab", ""], [*hidden, False])
    more = table(inner, "ab", ["ab", "", "a"], [*hidden, False, False, False, False])
    (low, high), (lower, higher) = attack([few]).bounds[0], attack([more]).bounds[0]
    assert (lower[:13] >= low).all()
    assert (higher[:13] <= high).all()


@QUICK
@given(data=st.data())
def test_the_order_of_cells_and_categories_changes_nothing(data):
    """Renamed and shuffled categories give every cell the same bounds."""
    inner = data.draw(inner_counts((3, 3), total=10))
    tab = data.draw(partly_hidden(inner, "ab", every_kind("ab")))
    names = dict(zip(["0", "1", "2"], data.draw(st.permutations(["x", "y", "z"])), strict=True))
    order = data.draw(st.permutations(range(len(tab.cells))))
    renamed = replace(
        tab,
        cells=tuple(tuple(p if p is None else names[p] for p in tab.cells[i]) for i in order),
        values=tab.values[order],
        status=tuple(tab.status[i] for i in order),
    )
    (low, high), (low_renamed, high_renamed) = attack([tab]).bounds[0], attack([renamed]).bounds[0]
    np.testing.assert_array_equal(low[order], low_renamed)
    np.testing.assert_array_equal(high[order], high_renamed)


@QUICK
@given(data=st.data())
def test_the_truth_always_lies_within_the_bounds_of_rounded_sums(data):
    """Sums published to one decimal bound each hidden sum around its true value."""
    numbers = data.draw(st.lists(st.floats(0, 100), min_size=6, max_size=6))
    inner = np.array(numbers).reshape(2, 3)
    tab = replace(data.draw(partly_hidden(inner, "ab", every_kind("ab"))), decimals=1)
    low, high = attack([tab], whole_numbers=False).bounds[0]
    hidden = tab.hidden
    assert (low[hidden] <= tab.values[hidden] + 1e-5).all()
    assert (high[hidden] >= tab.values[hidden] - 1e-5).all()


@QUICK
@given(numbers=st.lists(st.integers(20, 99), min_size=9, max_size=9), small=st.integers(1, 3))
def test_a_table_with_one_small_cell_among_large_ones_is_always_protected(numbers, small):
    """One small count in a 3 × 3 table needs three more cells, not an error."""
    inner = np.array(numbers, dtype=float).reshape(3, 3)
    inner[1, 1] = small
    tab = table(inner, "ab", every_kind("ab"))
    (statuses,) = suppress([tab], sensitive=[tab.values == small], width=WIDTH)
    assert sum(status is CellStatus.SECONDARY_SUPPRESSED for status in statuses) == 3


def test_brute_force_itself_tries_every_table():
    """The yardstick: four counts that make 3 can be chosen in C(6, 3) = 20 ways."""
    assert len(list(compositions(3, 4))) == 20
    assert len(set(product(range(2), repeat=2))) == 4
