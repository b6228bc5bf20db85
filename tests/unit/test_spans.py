"""Hidden cells that published cells of other tables make up, whatever these are called."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import CellStatus
from output_checks.model.statistic import Statistic
from output_checks.protection import spans

UNITS = Units.of({"pupil": "pupil"})


def made_up(tables):
    """Which cells are known; what is known of one is its true number."""
    found = spans.made_up(tables)
    for item, numbers in zip(tables, found, strict=True):
        known = ~np.isnan(numbers)
        assert np.allclose(numbers[known], item.values[known])
    return [~np.isnan(numbers) for numbers in found]


def table(frame, *by, hide=(), margins=False):
    (item,) = tabulate(frame, by=by, statistics=[Statistic.COUNT], units=UNITS, margins=margins)
    status = [CellStatus.PRIMARY_SUPPRESSED if cell in hide else CellStatus.PUBLISHED for cell in item.cells]
    return item.with_status(tuple(status))


def pupils(n=120):
    ranks = np.arange(n)
    return pd.DataFrame(
        {"pupil": ranks, "track": np.array(list("abcd"))[ranks % 4], "place": ranks // 4 % 15, "sex": ranks // 60}
    )


@pytest.mark.parametrize("parts", [["place"], ["sex"], ["place", "sex"]])
def test_a_hidden_cell_is_made_up_by_all_cells_of_a_table_of_its_records(parts):
    data = pupils()
    hides = table(data, "track", hide=[("a",), ("b",)])
    first, second = made_up([hides, table(data[data["track"] == "a"], *parts)])
    assert first.tolist() == [True, False, False, False]
    assert not second.any()


def test_a_hidden_cell_is_made_up_by_a_total_less_tables_of_the_others():
    data = pupils()
    hides = table(data, "track", hide=[("a",), ("b",)])
    others = [table(data[data["track"] != "a"], "place"), table(data, "sex")]
    assert made_up([hides, *others])[0].tolist() == [True, True, False, False]
    assert made_up([hides, others[0]])[0].tolist() == [False, True, False, False]  # without the total


def test_cells_nobody_is_in_are_not_known_to_be_empty():
    data = pupils()
    data.loc[0, "track"] = "e"
    hide = [(track, sex) for track in "ae" for sex in "01"]
    lonely = table(data, "track", "sex", hide=hide, margins=True)
    total = table(data[data["track"] == "e"], "sex")
    assert made_up([lonely, table(data, "place")])[0].sum() == 0
    known = made_up([lonely, total])[0]
    assert known[[lonely.cells.index(("e", "0")), lonely.cells.index(("e", "1"))]].all()


def test_small_numbers_that_fit_by_chance_are_not_taken_for_known():
    chance = np.random.default_rng(3)
    frame = pd.DataFrame({"pupil": np.arange(8)} | {name: chance.integers(0, 2, 8) for name in "abcdefgh"})
    tables = [table(frame, name) for name in "bcdefgh"]
    hides = table(frame, "a", hide=[("0",), ("1",)])
    alike = any(frame["a"].eq(frame[name]).all() or frame["a"].ne(frame[name]).all() for name in "bcdefgh")
    assert not alike
    assert not made_up([hides, *tables])[0].all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**31), st.integers(2, 4), st.booleans())
def test_a_regrouping_that_leaves_one_category_alone_gives_it_away_and_another_variable_does_not(
    seed, n_categories, margins
):
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame({"pupil": np.arange(60), "a": chance.integers(0, n_categories, 60).astype(str)})
    frame["b"], frame["coarse"] = chance.integers(0, 3, 60).astype(str), np.where(frame["a"] == "0", "x", "y")
    hides = table(frame, "a", hide=[("0",), ("1",)], margins=margins)
    known = made_up([hides, table(frame, "coarse", "b")])[0]
    assert known[[hides.cells.index(("0",)), hides.cells.index(("1",))]].all()  # one is coarse, the other is the rest
    assert not made_up([hides, table(frame, "b")])[0].any()


def test_too_many_groups_to_look_at_is_an_error_and_no_pass(monkeypatch):
    data = pupils()
    tables = [table(data, "track", hide=[("a",), ("b",)]), table(data, "place", "sex")]
    made_up(tables)
    monkeypatch.setattr(spans, "_LARGEST", 3)
    with pytest.raises(spans.TooManyGroupsError):
        spans.made_up(tables)
