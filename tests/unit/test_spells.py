"""A value on a date is that of the spell that holds on it, and never a guess."""

import datetime as dt

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nco_research.microdata.spells import Several, at_date
from output_checks.errors import InputError

DAY = dt.date(2018, 10, 1)


def found(spells, dates=((1, DAY),), **options):
    with duckdb.connect() as connection:
        columns = ["key", "first", "last", "home"]
        frame = pd.DataFrame(list(spells), columns=columns)
        connection.register("s", frame.astype({"first": "datetime64[ns]", "last": "datetime64[ns]"}))
        connection.register("d", pd.DataFrame(list(dates), columns=["key", "date"]))
        result = at_date(
            connection,
            connection.sql("SELECT key, first::DATE AS first, last::DATE AS last, home FROM s"),
            key=["key"],
            start="first",
            end="last",
            dates=connection.sql("SELECT key, date::DATE AS date FROM d"),
            columns=["home"],
            **options,
        )
        return result.relation.fetchall(), result


def day(number):
    return DAY + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [(-9, -1, False), (-9, 0, True), (0, 0, True), (0, 9, True), (1, 9, False), (-9, None, True), (1, None, False)],
)
def test_both_days_of_a_spell_count_and_an_open_end_holds(first, last, holds):
    rows, _ = found([(1, day(first), None if last is None else day(last), "a")])
    assert rows == ([(1, DAY, "a")] if holds else [])


def test_the_same_spell_twice_is_one_and_two_homes_are_refused_with_their_number():
    assert found([(1, day(-9), None, "a"), (1, day(-5), None, "a")])[0] == [(1, DAY, "a")]
    two = [(1, day(-9), None, "a"), (1, day(-5), None, "b")]
    with pytest.raises(InputError, match="1 keys have several spells"):
        found(two)
    rows, result = found(two, several=Several.LATEST_START)
    assert (rows, result.chosen) == ([(1, DAY, "b")], 1)


def test_a_long_spell_counts_where_a_later_one_has_ended():
    assert found([(1, day(-90), None, "a"), (1, day(-5), day(-2), "b")])[0] == [(1, DAY, "a")]


def test_a_spell_that_ends_before_it_begins_counts_for_nothing_and_is_counted():
    rows, result = found([(1, day(3), day(-3), "a")])
    assert (rows, result.upside_down) == ([], 1)


def test_missing_keys_and_starts_match_nobody():
    assert found([(None, day(-9), None, "a"), (1, None, None, "b")], dates=[(None, DAY), (1, DAY)])[0] == []


spell = st.tuples(st.integers(1, 3), st.integers(-4, 4), st.none() | st.integers(-5, 5), st.sampled_from("ab"))


@settings(max_examples=150, deadline=None)
@given(st.lists(spell, max_size=8), st.sets(st.tuples(st.integers(1, 3), st.integers(-5, 5)), max_size=5))
def test_it_agrees_with_looking_at_every_spell(spells, asked):
    dated = [(key, day(first), None if last is None else day(last), home) for key, first, last, home in spells]
    dates = [(key, day(number)) for key, number in sorted(asked)]
    expected = {}
    for key, when in dates:
        held = [
            (first, last or dt.date.max, home)
            for whose, first, last, home in dated
            if whose == key and first <= when and (last is None or when <= last)
        ]
        if held:
            expected[key, when] = {home for _, _, home in held}, max(held, key=lambda item: item[:2])
    rows, result = found(dated, dates=dates or [(9, DAY)], several=Several.LATEST_START)
    assert {(key, when) for key, when, _ in rows} == set(expected)
    assert result.chosen == sum(len(homes) > 1 for homes, _ in expected.values())
    for key, when, home in rows:
        homes, _ = expected[key, when]
        assert home in homes
        latest = max(
            first for whose, first, last, _ in dated if whose == key and first <= when and (last or when) >= when
        )
        assert any(whose == key and first == latest and it == home for whose, first, _, it in dated)
