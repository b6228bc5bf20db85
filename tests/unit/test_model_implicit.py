"""The groups that columns set apart, leverage and concentration, against brute force on small designs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring.models.effects import without_effects
from output_checks.measuring.models.fitted import Fitted
from output_checks.measuring.models.implicit import Counting, Levels, Patterns, distinct
from output_checks.measuring.models.leverage import Leverage, hat_values
from output_checks.measuring.models.resting import Resting

N = 9
columns = st.lists(st.integers(0, 1), min_size=N, max_size=N)
few_values = st.lists(st.integers(0, 2), min_size=N, max_size=N)


def model(design, outcome=None, **changes):
    design = np.asarray(design, dtype=float)
    n, k = design.shape
    outcome = np.random.default_rng(0).normal(size=n) if outcome is None else np.asarray(outcome, dtype=float)
    beta = np.linalg.lstsq(design, outcome, rcond=None)[0]
    made = {
        "package": "test",
        "description": {},
        "terms": tuple(f"t{i}" for i in range(k)),
        "estimates": beta,
        "standard_errors": np.ones(k),
        "columns": np.arange(k),
        "names": tuple(f"t{i}" for i in range(k)),
        "design": design,
        "within": design,
        "outcome": outcome,
        "outcome_name": "y",
        "residual": outcome - design @ beta,
        "unexplained": 0.5,
        "weights": np.ones(n),
        "rows": None,
        "residual_degrees_of_freedom": n - k,
    }
    return Fitted(**{**made, **changes})


def smallest_spanned_group(design):
    """Over all groups of rows, the fewest whose indicator is a combination of the columns: 2^N least-squares fits."""
    basis, singular, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, singular > 1e-9]
    for size in range(1, len(design)):
        for group in combinations(range(len(design)), size):
            indicator = np.zeros(len(design))
            indicator[list(group)] = 1.0
            if np.abs(indicator - basis @ (basis.T @ indicator)).max() < 1e-9:
                return size
    return len(design)


@settings(max_examples=60, deadline=None)
@given(st.lists(columns, min_size=1, max_size=4))
def test_a_group_that_is_found_is_one_and_what_is_not_found_has_the_leverage(dummies):
    """Never fewer than the smallest group there is; where more, each unit of the smallest has one over its size."""
    design = np.column_stack([np.ones(N), *dummies])
    fitted = model(design)
    rare, _ = Resting.of(fitted, np.ones(N, dtype=bool)).units_behind(np.arange(N))
    smallest = min(smallest_spanned_group(design), N - 1)  # all but one are away from any outcome
    assert rare.min() >= smallest
    assert rare.min() == smallest or hat_values(design).max() >= 1 / smallest - 1e-9


@settings(max_examples=60, deadline=None)
@given(st.lists(few_values, min_size=1, max_size=3))
def test_patterns_that_are_fitted_by_themselves_are_those_whose_indicator_is_spanned(values):
    design = np.column_stack([np.ones(N), *values]).astype(float)
    patterns = Patterns.of(design, {i: Levels.of(c) for i, c in enumerate(design.T)}, effects=False)
    spanned = set(patterns.spanned().tolist())
    basis, singular, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, singular > 1e-9]
    for pattern in range(len(patterns.records)):
        indicator = (patterns.code == pattern).astype(float)
        is_spanned = np.abs(indicator - basis @ (basis.T @ indicator)).max() < 1e-6
        assert bool(is_spanned) == (pattern in spanned)


@pytest.mark.parametrize(
    ("dummies", "smallest"),
    [
        ([[1, 1, 1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0, 0]], 1),  # one lies in the other
        ([[1, 1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0, 0]], 3),  # they exclude each other
        ([[1, 1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 0, 0]], 2),  # and leave two over
        ([[1, 1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1, 1]], 1),  # they overlap in one and cover all
        ([[1, 1, 1, 1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 1, 1, 1, 1, 0]], 4),  # they cross: only their own sides
    ],
)
def test_two_dummies(dummies, smallest):
    fitted = model(np.column_stack([np.ones(N), *dummies]))
    rare, _ = Resting.of(fitted, np.ones(N, dtype=bool)).units_behind(np.arange(N))
    assert rare.min() == smallest


def test_without_a_constant_the_rest_is_not_set_apart():
    """Two crossing dummies and nothing else: whoever is in neither is fitted as 0, whatever their outcomes."""
    design = np.array([[1, 1, 1, 1, 1, 0, 0, 0, 0.0], [0, 0, 0, 0, 1, 1, 1, 1, 0]]).T
    patterns = Patterns.of(design, {i: Levels.of(c) for i, c in enumerate(design.T)}, effects=False)
    assert not patterns.has_constant
    assert not list(patterns.groups())
    with_effects = Patterns.of(design, {i: Levels.of(c) for i, c in enumerate(design.T)}, effects=True)
    assert with_effects.has_constant


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.booleans())
def test_leverage_is_the_diagonal_of_the_hat_matrix_whatever_the_rank(seed, k, collinear):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(20, k)) * 10.0 ** rng.integers(-3, 4, k)
    if collinear:
        design = np.column_stack([design[:, :1] * 3, design, design[:, 0] - design[:, -1]])
    hat = np.diag(design @ np.linalg.pinv(design, rcond=1e-10))
    np.testing.assert_allclose(hat_values(design), hat, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_concentration_is_the_largest_share_of_any_combination(seed):
    """Against every unit's eigenvalue, and against combinations tried at random, of which none may have more."""
    rng = np.random.default_rng(seed)
    units = rng.integers(0, 6, 40)
    fitted = model(rng.normal(size=(40, 3)) * rng.choice([1.0, 8.0], (6, 1))[units])
    leverage = Leverage.of(fitted)
    found, of_two = leverage.concentration(units)
    shares = [
        np.linalg.eigvalsh(leverage.basis[units == unit].T @ leverage.basis[units == unit]).max()
        for unit in np.unique(units)
    ]
    assert found == pytest.approx(max(shares))
    tried = leverage.basis @ rng.normal(size=(leverage.basis.shape[1], 50))
    of_units = np.array([(tried[units == unit] ** 2).sum(axis=0) for unit in np.unique(units)])
    assert (of_units / (tried**2).sum(axis=0)).max() <= found + 1e-9
    assert found <= leverage.largest(units) + 1e-9
    assert found <= of_two + 1e-9
    pairs = [np.isin(units, pair) for pair in combinations(np.unique(units), 2)]
    of_pairs = max(np.linalg.eigvalsh(leverage.basis[pair].T @ leverage.basis[pair]).max() for pair in pairs)
    assert of_two == pytest.approx(of_pairs) or of_pairs < 0.8  # two that have nearly everything are not missed


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=30))
def test_units_are_counted_once_however_many_their_records(records):
    code, units = (np.array(part) for part in zip(*records, strict=True))
    code = np.unique(code, return_inverse=True)[1]
    counting = Counting.of(code, units)
    for pattern in range(code.max() + 1):
        members = np.arange(code.max() + 1) == pattern
        expected = len({unit for unit, one in zip(units, code, strict=True) if one == pattern})
        assert counting.in_group(members) == counting.in_each(code.max() + 1)[pattern] == expected
        assert distinct(units, code == pattern) == expected


@pytest.mark.parametrize("n_groups", [1, 2])
def test_effects_removed_in_turn_are_the_residuals_of_their_dummies(n_groups):
    rng = np.random.default_rng(2)
    groups = [rng.integers(0, size, 200) for size in (12, 7)[:n_groups]]
    weights = rng.random(200) + 0.1
    values = rng.normal(size=(200, 2))
    dummies = np.hstack([(group[:, None] == np.unique(group)).astype(float) for group in groups])
    root = np.sqrt(weights)[:, None]
    beta = np.linalg.lstsq(dummies * root, values * root, rcond=None)[0]
    np.testing.assert_allclose(without_effects(values, groups, weights), values - dummies @ beta, atol=1e-5)
