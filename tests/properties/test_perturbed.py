"""Perturbed tables against everybody who knows the method: every table is tried that would have been published so."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from output_checks.model.perturbation import Method, Perturbation, midpoints
from output_checks.protection.attacker import attack
from output_checks.protection.cell_key import chances
from output_checks.protection.controlled_rounding import controlled
from output_checks.workflow.veiling import veiled
from tests.unit.test_controlled_rounding import table_of

_BASE = 5
counts = st.lists(st.integers(0, 12), min_size=4, max_size=4)
slow = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def bounds_of(table, made, *others):
    """What the attacker proves of each cell of a perturbed table, beside others of the same records."""
    return attack([veiled(replace(table, perturbed=made)), *others]).bounds[0]


def all_tables(numbers, reach):
    """Every 2 × 2 table whose cells lie within reach of these, with its totals, in the order of the cells."""
    inner = [0, 1, 3, 4]  # of (0,0), (0,1), (0,-), (1,0), (1,1), (1,-), (-,0), (-,1), (-,-)
    ranges = [range(max(0, int(numbers[place]) - reach), int(numbers[place]) + reach + 1) for place in inner]
    a, b, c, d = np.array(list(product(*ranges))).T
    return np.stack([a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d], axis=1).astype(float)


def rounded_in_one_way(tables, base):
    """Controlled rounding of 2 × 2 tables by trying all sixteen, NaN where two are as near."""
    below, whole = np.floor(tables / base), tables % base == 0
    best = np.full(len(tables), np.inf)
    found = np.full(tables.shape, np.nan)
    for up in product([0, 1], repeat=4):
        inner = below[:, [0, 1, 3, 4]] + np.where(whole[:, [0, 1, 3, 4]], 0, up)
        a, b, c, d = inner.T
        every = base * np.stack([a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d], axis=1)
        fits = (np.abs(every - tables) < base).all(axis=1)
        distance = np.where(fits, np.abs(every - tables).sum(axis=1), np.inf)
        same = (every == found).all(axis=1)
        tie = (distance == best) & fits & ~same
        nearer = distance < best
        found = np.where(tie[:, None], np.nan, np.where(nearer[:, None], every, found))
        best = np.minimum(best, distance)
    return found


@slow
@given(counts)
def test_every_count_that_controlled_rounding_is_said_to_leave_possible_is_possible(inner):
    """Also for somebody who runs the same rounding on every table that could be behind the numbers."""
    table = table_of(np.reshape(inner, (2, 2)))
    numbers = controlled(table, _BASE).numbers
    low, high = bounds_of(table, Perturbation(method=Method.ROUND, numbers=numbers, base=_BASE))
    tables = all_tables(numbers, _BASE - 1)
    possible = tables[(rounded_in_one_way(tables, _BASE) == numbers).all(axis=1)]
    assert (possible.min(axis=0) <= low).all()
    assert (possible.max(axis=0) >= high).all()


@slow
@given(counts)
def test_of_midpoints_exactly_what_is_possible_is_said_to_be(inner):
    table = table_of(np.reshape(inner, (2, 2)))
    numbers = midpoints(table.values, _BASE)
    low, high = bounds_of(table, Perturbation(method=Method.MIDPOINT, numbers=numbers, base=_BASE))
    tables = all_tables(numbers, _BASE)
    possible = tables[(midpoints(tables, _BASE) == numbers).all(axis=1)]
    assert (possible.min(axis=0) == low).all()
    assert (possible.max(axis=0) == high).all()


@slow
@given(counts, st.integers(0, 2**32 - 1))
def test_of_noise_exactly_what_has_a_chance_is_said_to_be_possible(inner, seed):
    table, (variance, deviation) = table_of(np.reshape(inner, (2, 2))), (1.5, 3)
    chance, rng = chances(variance, deviation), np.random.default_rng(seed)
    noise = [rng.choice(np.arange(-deviation, deviation + 1), p=chance[min(int(n), deviation)]) for n in table.values]
    numbers = table.values + np.array(noise)
    made = Perturbation(method=Method.CELL_KEY, numbers=numbers, variance=variance, deviation=deviation)
    low, high = bounds_of(table, made)
    tables = all_tables(numbers, deviation)
    moved = (numbers - tables).astype(int)
    within = np.abs(moved) <= deviation
    chance_of = chance[np.minimum(tables, deviation).astype(int), np.where(within, moved, 0) + deviation]
    possible = tables[(within & (chance_of > 0)).all(axis=1)]
    assert (possible.min(axis=0) == low).all()
    assert (possible.max(axis=0) == high).all()


@slow
@given(counts)
def test_an_exact_margin_beside_it_never_widens_an_interval(inner):
    table = table_of(np.reshape(inner, (2, 2)))
    numbers = midpoints(table.values, _BASE)
    made = Perturbation(method=Method.MIDPOINT, numbers=numbers, base=_BASE)
    chosen = [place for place, cell in enumerate(table.cells) if cell[0] is None]
    margin = replace(
        table,
        by=("b",),
        cells=tuple((table.cells[place][1],) for place in chosen),
        values=table.values[chosen],
        status=tuple(table.status[place] for place in chosen),
    )
    (low, high), (own_low, own_high) = bounds_of(table, made, margin), bounds_of(table, made)
    assert (low >= own_low).all()
    assert (high <= own_high).all()
    assert (low[chosen] == table.values[chosen]).all()
    assert (high[chosen] == table.values[chosen]).all()


@pytest.mark.parametrize("base", [4, 5, 10, 25])
def test_a_count_half_way_between_two_multiples_is_not_counted_as_possible(base):
    low, high = Perturbation(method=Method.ROUND, numbers=np.array([0.0, 2.0 * base]), base=base).possible
    assert low.tolist() == [0, 2 * base - (base - 1) // 2]
    assert high.tolist() == [(base - 1) // 2, 2 * base + (base - 1) // 2]
