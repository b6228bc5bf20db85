"""Controlled rounding: multiples next to the counts, totals that add up, and no table is nearer."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from output_checks.measuring.table import tabulate
from output_checks.model.evidence import CellStatus, Tabulation
from output_checks.model.perturbation import midpoints
from output_checks.model.statistic import Statistic
from output_checks.protection.controlled_rounding import controlled
from tests.factories import UNITS


def table_of(inner, *, margins=True):
    """Counts over as many variables as the array has axes, with all totals."""
    inner = np.asarray(inner, dtype=float)
    options = [[*map(str, range(size)), *([None] if margins else [])] for size in inner.shape]
    cells = list(product(*options))
    values = [
        inner[tuple(slice(None) if part is None else slice(int(part), int(part) + 1) for part in cell)].sum()
        for cell in cells
    ]
    return Tabulation(
        statistic=Statistic.COUNT,
        by=tuple("abc"[: inner.ndim]),
        cells=tuple(cells),
        values=np.array(values),
        status=(CellStatus.PUBLISHED,) * len(cells),
        decimals=0,
    )


def adds_up(table, numbers):
    inner = {cell: number for cell, number in zip(table.cells, numbers, strict=True) if None not in cell}
    for cell, number in zip(table.cells, numbers, strict=True):
        own = [value for key, value in inner.items() if all(c in (None, k) for c, k in zip(cell, key, strict=True))]
        if sum(own) != number:
            return False
    return True


shapes = st.sampled_from([(2, 2), (3, 4), (2, 2, 2), (3, 3, 3), (5,)])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(shapes, st.integers(3, 12), st.data())
def test_every_count_moves_to_a_multiple_next_to_it_and_totals_add_up(shape, base, data):
    size = int(np.prod(shape))
    table = table_of(np.reshape(data.draw(st.lists(st.integers(0, 40), min_size=size, max_size=size)), shape))
    found = controlled(table, base)
    assert adds_up(table, found.numbers)
    assert (found.numbers % base == 0).all()
    assert (found.numbers >= 0).all()
    assert (found.numbers[table.values == 0] == 0).all()
    if found.adjacent:
        assert (np.abs(found.numbers - table.values) < base).all()
        whole = table.values % base == 0
        assert (found.numbers[whole] == table.values[whole]).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=6, max_size=6), st.integers(3, 7))
def test_no_table_of_multiples_next_to_the_counts_is_nearer(counts, base):
    table = table_of(np.reshape(counts, (2, 3)))
    found = controlled(table, base)
    assert found.adjacent
    best = np.inf
    for multiples in product(*[{count // base, -(-count // base)} for count in counts]):
        other = table_of(base * np.reshape(multiples, (2, 3)))
        distance = np.abs(other.values - table.values)
        if (distance < base).all():
            best = min(best, distance.sum())
    assert np.abs(found.numbers - table.values).sum() == pytest.approx(best)


def test_the_same_table_is_rounded_in_the_same_way_every_time():
    table = table_of(np.random.default_rng(3).integers(0, 60, (6, 7)))
    assert (controlled(table, 5).numbers == controlled(table, 5).numbers).all()


def test_where_multiples_next_to_the_counts_do_not_add_up_some_lie_further_off_and_it_says_so():
    """A cube that was found by trying: no table of its neighbours adds up."""
    cube = table_of(2 * np.array([[[0, 1], [1, 0]], [[0, 1], [1, 1]]]))
    found = controlled(cube, 4)
    assert not found.adjacent
    assert adds_up(cube, found.numbers)
    assert (found.numbers % 4 == 0).all()


def test_levels_of_one_another_are_rounded_so_that_both_add_up():
    rng = np.random.default_rng(2)
    town = rng.integers(0, 30, 400)
    data = pd.DataFrame({"province": [f"P{t // 10}" for t in town], "town": [f"t{t:02d}" for t in town]})
    data = data.assign(pupil=[str(i) for i in range(400)], school=[str(i % 20) for i in range(400)])
    (table,) = tabulate(data, by=["province", "town"], statistics=[Statistic.COUNT], units=UNITS, margins=True)
    found = controlled(table, 5)
    assert found.adjacent
    assert adds_up(table, found.numbers)


@pytest.mark.parametrize(("base", "expected"), [(5, [0, 3, 3, 8, 8, 13]), (6, [0, 3, 3, 3, 9, 9])])
def test_midpoints_are_the_middle_of_intervals_that_begin_at_one(base, expected):
    assert midpoints(np.array([0.0, 1, 5, 6, 10, 11]), base).tolist() == expected


def test_a_table_whose_totals_are_not_sums_is_refused():
    table = table_of([[1, 2], [3, 4]])
    table.values[-1] = 11
    with pytest.raises(Exception, match="not the sums"):
        controlled(table, 5)
