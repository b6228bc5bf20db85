"""Units in cells and values in order: every way of counting, whatever the size, gives what brute force gives."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring import ordered as ordered_module
from output_checks.measuring import pairs as pairs_module
from output_checks.measuring import units as units_module
from output_checks.measuring.ordered import Ordered, by_cell
from output_checks.measuring.pairs import Pairs, distinct_units, number_by_cell, sums_by_cell, two_largest
from output_checks.measuring.units import Units, sum_of_hashes

N_CELLS = 5
ROWS = st.lists(
    st.tuples(
        st.integers(0, N_CELLS - 2),  # the last cell is always empty
        st.integers(0, 6),
        st.sampled_from([0.0, 1.0, -2.5, 0.1 + 0.2, 0.3, 7.0]),
    ),
    max_size=30,
).map(lambda rows: pd.DataFrame(rows, columns=["cell", "unit", "value"]).astype(float))


def columns(data):
    return data["cell"].to_numpy(np.int32), data["unit"].to_numpy(np.int32), data["value"].to_numpy(float)


def in_a_table(cell, unit):
    return Pairs.of(cell, unit, n_cells=N_CELLS)


def by_one_argsort(cell, unit):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs_module, "_SMALL_TABLE", 0)
        patch.setattr(pairs_module, "_PLACES_PER_RECORD", 0)
        return Pairs.of(cell, unit, n_cells=N_CELLS)


def within_cells(cell, unit):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs_module, "_SMALL_TABLE", 0)
        patch.setattr(pairs_module, "_PLACES_PER_RECORD", 0)
        patch.setattr(pairs_module, "_ONE_BY_ONE", 0)
        return Pairs.of(cell, unit, n_cells=N_CELLS, order=by_cell(cell, N_CELLS))


@pytest.mark.parametrize("count", [in_a_table, by_one_argsort, within_cells])
@settings(max_examples=40, deadline=None)
@given(data=ROWS)
def test_units_and_what_they_bring_to_a_cell(count, data):
    cell, unit, value = columns(data)
    pairs = count(cell, unit)
    sums = data.groupby(["cell", "unit"], as_index=False)["value"].sum()
    expected = [sums.loc[sums["cell"] == place, "value"] for place in range(N_CELLS)]
    assert pairs.units.tolist() == [len(own) for own in expected]
    found = pd.Series(pairs.sums(value), index=pairs.owner)
    for place in range(N_CELLS):
        own = expected[place]
        assert sorted(found[found.index == place]) == pytest.approx(sorted(own))
        sizes = [*own.abs().sort_values(ascending=False), 0.0, 0.0]
        largest, second = two_largest(pairs.sizes(value), pairs.owner, N_CELLS)
        assert [largest[place], second[place]] == pytest.approx(sizes[:2])
    flags = value > 0
    kept = data[flags].groupby("cell")["unit"].nunique().reindex(range(N_CELLS), fill_value=0)
    assert pairs.units_with(flags).tolist() == kept.tolist()
    assert distinct_units(cell[flags], unit[flags], n_cells=N_CELLS).tolist() == kept.tolist()
    assert value.tolist() == data["value"].tolist()  # nothing was changed on the way


@pytest.mark.parametrize("one_by_one", [0, 200_000])
@settings(max_examples=40, deadline=None)
@given(data=ROWS)
def test_values_in_order_within_each_cell(one_by_one, data):
    cell, _, value = columns(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered_module, "_CELLS_ONE_BY_ONE", one_by_one)
        patch.setattr(ordered_module, "AT_ONCE", 3)
        ordered = Ordered.of(value, cell, N_CELLS)
        distinct, majority, (mode, most) = ordered.distinct, ordered.majority(), ordered.mode()
    for place in range(N_CELLS):
        own = data.loc[data["cell"] == place, "value"].round(9)
        counts = own.value_counts()
        assert distinct[place] == own.nunique()
        if own.empty:
            assert np.isnan([ordered.minimum[place], ordered.maximum[place], majority[place], mode[place]]).all()
            continue
        assert [ordered.minimum[place], ordered.maximum[place]] == pytest.approx([own.min(), own.max()])
        assert (mode[place], most[place]) == pytest.approx((own.mode().iloc[0], counts.iloc[0]))
        if 2 * counts.iloc[0] > len(own):
            assert majority[place] == pytest.approx(counts.index[0])
        else:
            assert np.isnan(majority[place])


def test_more_cells_than_sixteen_bits_can_number():
    rng = np.random.default_rng(2)
    cell = rng.integers(0, 200_000, 300_000).astype(np.int32)
    assert (np.diff(cell[by_cell(cell, 200_000)]) >= 0).all()


def test_sums_do_not_depend_on_how_many_records_are_taken_at_once(monkeypatch):
    rng = np.random.default_rng(4)
    cell, amounts = rng.integers(0, 7, 1000).astype(np.int32), rng.normal(size=1000)
    whole = sums_by_cell(cell, amounts, 7), number_by_cell(cell, 7), two_largest(np.abs(amounts), cell, 7)
    monkeypatch.setattr(pairs_module, "AT_ONCE", 10)
    parts = sums_by_cell(cell, amounts, 7), number_by_cell(cell, 7), two_largest(np.abs(amounts), cell, 7)
    np.testing.assert_allclose(whole[0], parts[0])
    np.testing.assert_array_equal(whole[1], parts[1])
    np.testing.assert_array_equal(whole[2], parts[2])


@pytest.mark.parametrize("size", [50, 300, 3000])
def test_the_sketch_is_the_lowest_hashes_of_different_units(size, monkeypatch):
    rng = np.random.default_rng(size)
    data = pd.DataFrame({"pupil": rng.integers(0, size, 3000), "school": 1})
    rows = Units.of({"pupil": "pupil", "school": "school"}).identify(data)
    monkeypatch.setattr(units_module, "AT_ONCE", 100)
    assert rows.sketch.tolist() == np.unique(rows.hashes)[:64].astype(float).tolist()


def test_fingerprints_add_up_over_cells_without_losing_a_bit():
    hashes = np.random.default_rng(6).integers(0, 2**52, 5000, dtype=np.uint64)
    cell = np.arange(5000, dtype=np.int32) % 3
    found = sum_of_hashes(hashes, cell, 4)
    for place in range(4):
        assert int(found[place]) == sum(int(number) for number in hashes[cell == place]) % 2**52
