"""Cell keys: the chances are as stated, and the same records get the same noise wherever they are counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.protection.cell_key import cell_keys, chances, likely_widths, noise_for, perturbed, usual_width

SECRET = b"a secret of the project"


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 25), st.floats(0.05, 0.95))
def test_every_row_of_chances_has_no_bias_the_variance_and_nothing_below_zero(deviation, share):
    variance = share * deviation
    table, noise = chances(variance, deviation), np.arange(-deviation, deviation + 1)
    assert (table >= 0).all()
    assert table.sum(axis=1) == pytest.approx(1)
    assert table[1:] @ noise == pytest.approx(0, abs=1e-5)
    assert table[1:] @ noise**2 == pytest.approx(variance, rel=1e-5)
    for count, row in enumerate(table):
        assert row[noise < -count].sum() == 0
    assert table[0, deviation] == 1


@pytest.mark.parametrize(("variance", "deviation"), [(2.0, 5), (10.0, 20)])
def test_no_other_chances_with_these_moments_have_more_entropy(variance, deviation):
    """A little of any change that keeps sum, mean and variance takes entropy away."""
    noise = np.arange(-deviation, deviation + 1).astype(float)
    row = chances(variance, deviation)[deviation]
    kept = np.stack([np.ones_like(noise), noise, noise**2])
    rng = np.random.default_rng(1)
    for _ in range(50):
        change = rng.normal(size=len(noise))
        change -= kept.T @ np.linalg.lstsq(kept.T, change, rcond=None)[0]
        changed = row + 0.5 * row[change < 0].min(initial=row.min()) * change / np.abs(change).max()
        assert -(changed * np.log(changed)).sum() < -(row * np.log(row)).sum()


@pytest.mark.parametrize("variance", [5.5, 6.0])
def test_a_variance_that_no_chances_have_is_an_error(variance):
    with pytest.raises(InputError):
        chances(variance, 5)


@pytest.mark.parametrize("count", [1, 3, 10, 400])
def test_over_many_groups_the_noise_has_no_bias_and_the_variance(count):
    keys = cell_keys(list(range(40_000)), SECRET)
    noise = perturbed(np.full(40_000, float(count)), keys, variance=4.0, deviation=8) - count
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.var() == pytest.approx(4, rel=0.05)
    assert np.abs(noise).max() <= 8
    assert (count + noise).min() >= 0


def test_keys_are_spread_evenly_and_have_nothing_to_do_with_one_another():
    keys = cell_keys(list(range(20_000)), SECRET)
    assert np.histogram(keys, 10, (0, 1))[0] == pytest.approx(2000, abs=200)
    assert np.corrcoef(keys[:-1], keys[1:])[0, 1] == pytest.approx(0, abs=0.03)
    both = cell_keys([1, 2, 3], SECRET)
    assert (both[0] + both[1]) % 1 != pytest.approx(both[2])


def test_the_same_records_have_the_same_key_and_another_secret_another():
    assert (cell_keys([5, 7], SECRET) == cell_keys([5, 7], SECRET)).all()
    assert (cell_keys([5, 7], SECRET) != cell_keys([5, 7], b"another")).all()


def test_an_empty_cell_stays_empty_whatever_its_key():
    assert (perturbed(np.zeros(1000), np.linspace(0, 0.999, 1000), variance=4.0, deviation=8) == 0).all()


def test_the_likely_interval_holds_nine_tenths_of_the_counts_behind_a_number():
    table, deviation = chances(4.0, 8), 8
    for number in (0, 2, 9, 30):
        counts = np.arange(max(number - deviation, 0), number + deviation + 1)
        chance = np.array([table[min(count, deviation), number - count + deviation] for count in counts])
        chance = chance / chance.sum()
        shortest = min(
            last - first
            for first in range(len(counts))
            for last in range(first, len(counts))
            if chance[first : last + 1].sum() >= 0.9 - 1e-9
        )
        assert likely_widths(np.array([float(number)]), variance=4.0, deviation=8).tolist() == [shortest]


def test_what_is_taken_where_nothing_is_asked_for_is_as_wide_as_the_policy_asks():
    variance, deviation = noise_for(10)
    assert usual_width(variance=variance, deviation=deviation) >= 10
    assert usual_width(variance=variance - 1, deviation=deviation) < 10
