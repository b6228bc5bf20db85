"""Numbers, headings and sums of a table made elsewhere, each by itself; bounds against trying everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.measuring.brought.adding import (
    are_parts_of_a_hundred,
    column_of_totals,
    nested_sums,
    sums_by_addition,
    sums_by_name,
)
from output_checks.measuring.brought.headings import Shows, is_total, read_heading
from output_checks.measuring.brought.layout import find_blocks
from output_checks.measuring.brought.numbers import decimal_sign, read_number, split_pair
from output_checks.measuring.brought.places import place_of, places
from output_checks.measuring.brought.solving import Sum, solve
from output_checks.model.sheet import Sheet


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1,234", ".", 1234),
        ("1.234", ",", 1234),
        ("1.234", ".", 1.234),
        ("1.234.567,8", ",", 1234567.8),
        ("12,5", ",", 12.5),
        ("12,5", ".", 12.5),
        ("1 234", ".", 1234),
        ("1\u00a0234,5", ",", 1234.5),
        ("1'234", ".", 1234),
        ("12%", ".", 12),
        ("\u221212.5", ".", -12.5),
        ("7*", ".", 7),
        ("7 a)", ".", 7),
        ("12 [1]", ".", 12),
        ("1e3", ".", 1000),
    ],
)
def test_a_number_is_read_as_it_was_meant(text, decimal, expected):
    assert read_number(text, decimal=decimal).value == pytest.approx(expected)


@pytest.mark.parametrize("text", ["vwo", "2023-2024", "12AB", "1,2,3", "a1", "n=7"])
def test_other_texts_are_no_numbers(text):
    found = read_number(text, decimal=".")
    assert found is None or found.value is None


@pytest.mark.parametrize("text", ["x", ".", "*", "-", "", " ", "–", "geheim", "NA", "nan"])
def test_a_mark_hides_a_number(text):
    found = read_number(text, decimal=".")
    assert (found.value, found.low, found.high) == (None, 0.0, np.inf)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("<5", 0, 4), ("< 10", 0, 9), ("<=5", 0, 5), ("≤ 4", 0, 4), ("1-4", 1, 4), ("minder dan 5", 0, 4)],
)
def test_a_mark_may_say_between_what_a_number_lies(text, low, high):
    found = read_number(text, decimal=".")
    assert (found.value, found.low, found.high) == (None, low, high)


@pytest.mark.parametrize(
    ("texts", "european", "expected"),
    [
        (["1,5", "2,25"], False, (",", False)),
        (["1.5", "2.25"], True, (".", False)),
        (["1.234,5"], False, (",", False)),
        (["1,234.5"], True, (".", False)),
        (["1.234"], True, (",", False)),
        (["1.234"], False, (".", True)),
        (["1.234.567"], False, (",", False)),
        (["12", "13"], False, (".", False)),
    ],
)
def test_the_decimal_sign_is_the_one_that_the_numbers_agree_on(texts, european, expected):
    assert decimal_sign(texts, european=european) == expected


def test_a_count_with_a_percentage_is_two_numbers_and_a_text_with_brackets_is_not():
    assert split_pair("12 (45.1%)") == ("12", "45.1%")
    assert split_pair("vmbo (n=7)") is None


@pytest.mark.parametrize(
    ("heading", "shows", "parts"),
    [
        (("n",), Shows.COUNT, ()),
        (("n_boys",), Shows.COUNT, ("boys",)),
        (("girls", "n"), Shows.COUNT, ("girls",)),
        (("girls", "%"), Shows.PERCENT, ("girls",)),
        (("Total",), Shows.UNNAMED, (None,)),
        (("mean score",), Shows.MEAN, ()),
        (("score", "std"), Shows.SPREAD, ()),
        (("25%",), Shows.OTHER, ()),
        (("max",), Shows.EXTREME, ()),
        (("m",), Shows.UNNAMED, ("m",)),
        (("2019",), Shows.UNNAMED, ("2019",)),
        (("vmbo",), Shows.UNNAMED, ("vmbo",)),
    ],
)
def test_a_heading_says_what_the_numbers_are_and_of_which_category(heading, shows, parts):
    found = read_heading(heading)
    assert (found.shows, found.parts) == (shows, parts)


@pytest.mark.parametrize("text", ["Total", "Totaal", "All", "subtotal", "Grand total", "Totaal leerlingen", "(total)"])
def test_totals_are_known_by_name(text):
    assert is_total(text)


@pytest.mark.parametrize("text", ["totally", "vmbo", "Allochtoon", "small", "Nederland", "tall"])
def test_other_categories_are_no_totals(text):
    assert not is_total(text)


def test_subtotals_are_found_above_and_below_their_parts():
    above = np.array([[210.0], [120], [70], [50], [90], [60], [30]])
    assert dict(sums_by_addition(above)) == {1: (2, 3), 4: (5, 6), 0: (1, 4)}
    below = np.array([[70.0], [50], [120], [60], [30], [90], [210]])
    assert dict(sums_by_addition(below)) == {2: (0, 1), 5: (3, 4), 6: (2, 5)}


def test_small_numbers_that_happen_to_add_up_are_no_subtotal():
    assert sums_by_addition(np.array([[3.0], [1], [2], [40]])) == []
    assert sums_by_addition(np.array([[3.0, 30], [1, 10], [2, 20], [40, 7]])) == [(0, (1, 2))]


def test_hidden_parts_are_placed_where_the_total_leaves_one_way():
    table = np.array([[120.0], [70], [50], [90], [np.nan], [60], [210]])
    assert dict(nested_sums(table, 6)) == {0: (1, 2), 3: (4, 5), 6: (0, 3)}
    assert nested_sums(np.array([[120.0], [70], [50], [90], [30], [61], [211]]), 6) == []


def test_totals_are_the_sums_of_their_line():
    cells = [("a", "x"), ("a", "y"), ("a", None), (None, "x"), (None, None)]
    assert Sum(total=2, parts=(0, 1)) in sums_by_name(cells)
    assert all(item.total != 3 for item in sums_by_name(cells))  # of one part it is no sum


def test_a_column_of_totals_is_found_in_every_row_or_not_at_all():
    assert column_of_totals(np.array([[120.0, 30, 150], [80, 90, 170], [np.nan, 3, 8]])) == 2
    assert column_of_totals(np.array([[150.0, 30, 120], [170, 90, 80]])) == 0
    assert column_of_totals(np.array([[120.0, 30, 150], [80, 90, 171]])) is None


def test_shares_of_a_hundred_may_be_rounded():
    assert are_parts_of_a_hundred(np.array([[33.3, 33.3, 33.3], [50, 30, 20]]), 1)
    assert not are_parts_of_a_hundred(np.array([[33.3, 33.3, 30.0], [50, 30, 20]]), 1)


def everything(values, high, sums):
    """Lowest and highest of every hidden number, by trying all whole numbers."""
    hidden = np.flatnonzero(np.isnan(values))
    fits = []
    for tried in itertools.product(*[range(int(high[place]) + 1) for place in hidden]):
        full = values.copy()
        full[hidden] = tried
        if all(full[item.total] == full[list(item.parts)].sum() for item in sums):
            fits.append(full)
    return np.min(fits, axis=0), np.max(fits, axis=0)


@given(
    inner=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    gone=st.sets(st.integers(0, 11), min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_bounds_are_those_of_trying_everything(inner, gone):
    table = np.array(inner, dtype=float).reshape(2, 3)
    full = np.vstack([np.column_stack([table, table.sum(axis=1)]), [*table.sum(axis=0), table.sum()]])
    cells = [(r, c) for r in ("a", "b", None) for c in ("x", "y", "z", None)]
    values = full.ravel().copy()
    values[list(gone)] = np.nan
    most = np.full(12, 12.0)
    sums = sums_by_name(cells)
    found = solve(values, np.zeros(12), most, sums)
    low, high = everything(values, most, sums)
    assert found.adds_up
    assert found.low.tolist() == low.tolist()
    assert found.high.tolist() == high.tolist()


def test_nothing_is_worked_out_of_numbers_that_do_not_add_up():
    values = np.array([10.0, np.nan, 12.0, 5.0, 6.0, 12.0])
    sums = [Sum(total=2, parts=(0, 1)), Sum(total=5, parts=(3, 4))]
    found = solve(values, np.zeros(6), np.full(6, np.inf), sums)
    assert (found.adds_up, found.low[1], found.high[1]) == (False, 0, np.inf)


def blocks(*rows, **options):
    return list(find_blocks(Sheet(rows=tuple(map(tuple, rows)), **options)))


def test_a_file_without_headings_keeps_its_first_row():
    (block,) = blocks(["vmbo", "120", "7"], ["havo", "80", "90"])
    assert block.labels == (("vmbo",), ("havo",))
    assert block.doubtful_headings


def test_a_row_of_numbers_below_the_headings_is_never_taken_for_headings():
    (block,) = blocks(["track", "a", "b"], ["vmbo", "1", "2"], ["havo", "80", "90"])
    assert block.labels == (("vmbo",), ("havo",))
    (block,) = blocks(["track", "a", "b", "c"], ["vmbo", "120", "", "123"], ["havo", "80", "90", "170"])
    assert block.labels == (("vmbo",), ("havo",))


def test_tables_below_each_other_and_parts_of_a_table_are_told_apart():
    first = (["track", "n"], ["vmbo", "12"], ["havo", "13"])
    two = blocks(*first, ["", ""], *first)
    assert len(two) == 2
    (parts,) = blocks(
        ["track", "n"], ["boys", ""], ["vmbo", "12"], ["havo", "13"], ["girls", ""], ["vmbo", "15"], ["havo", "16"]
    )
    assert parts.labels == (("boys", "vmbo"), ("boys", "havo"), ("girls", "vmbo"), ("girls", "havo"))


def test_a_blank_label_is_the_one_above_and_beside_a_total_a_total():
    (block,) = blocks(
        ["r", "s", "n"], ["N", "b", "12"], ["", "g", "13"], ["S", "b", "14"], ["", "g", "15"], ["Total", "", "54"]
    )
    assert block.labels == (("N", "b"), ("N", "g"), ("S", "b"), ("S", "g"), (None, None))


def test_places_are_named_by_labels_and_not_by_what_may_be_a_key():
    assert place_of(("girl", None)) == "girl × Total"
    assert place_of(("123456789",)) == "(withheld)"
    assert places([(f"r{i}",) for i in range(9)]).endswith("and 4 more")
