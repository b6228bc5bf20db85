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
    with pytest.raises(InputError, match="Fewer than 10 keys have several spells"):
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


def test_a_spell_of_one_day_holds_on_that_day_only():
    dates = [(1, day(number)) for number in (-1, 0, 1)]
    assert found([(1, DAY, DAY, "a")], dates=dates)[0] == [(1, DAY, "a")]


def test_a_key_may_ask_for_many_dates_and_the_same_date_twice():
    spells = [(1, day(-9), day(0), "a"), (1, day(1), None, "b"), (2, day(5), None, "c")]
    dates = [(1, day(0)), (1, day(1)), (1, day(1)), (2, day(4)), (2, day(5))]
    rows, result = found(spells, dates=dates)
    expected = [(1, day(0), "a"), (1, day(1), "b"), (1, day(1), "b"), (2, day(5), "c")]
    assert sorted(rows) == expected
    assert result.found == 4


def test_of_spells_that_began_on_one_day_the_one_that_ends_last_counts():
    spells = [(1, day(-5), day(2), "a"), (1, day(-5), None, "b"), (1, day(-9), None, "c")]
    assert found(spells, several=Several.LATEST_START)[0] == [(1, DAY, "b")]


def test_a_missing_value_beside_another_is_a_difference():
    spells = [(1, day(-5), None, None), (1, day(-9), None, "c")]
    with pytest.raises(InputError, match="Fewer than 10 keys have several spells"):
        found(spells)
    assert found(spells, several=Several.LATEST_START)[0] == [(1, DAY, None)]
    assert found([(1, day(-5), None, None)])[0] == [(1, DAY, None)]


def relations(connection, **changes):
    spells = "SELECT 1 AS key, DATE '2018-01-01' AS first, NULL::DATE AS last, 'a' AS home"
    dates = "SELECT 1 AS key, DATE '2018-10-01' AS date, 'x' AS other"
    given = {"key": ["key"], "start": "first", "end": "last", "columns": ["home"], **changes}
    return connection.sql(given.pop("spells", spells)), {"dates": connection.sql(given.pop("dates", dates)), **given}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": ["ky"]}, "no column 'ky' in the spells. Try: 'key'"),
        ({"start": "frst"}, "no column 'frst' in the spells. Try: 'first'"),
        ({"columns": ["hme"]}, "no column 'hme' in the spells. Try: 'home'"),
        ({"dates": "SELECT 1 AS key"}, "no column 'date' in the dates"),
        ({"start": "home"}, "'home' of the spells is not a date"),
        ({"dates": "SELECT 1 AS key, '20181001' AS date"}, "'date' of the dates is not a date"),
        ({"dates": "SELECT '1' AS key, DATE '2018-10-01' AS date"}, "'key' is text on one side of the spells"),
        ({"dates": "SELECT 1 AS key, DATE '2018-10-01' AS date, 1 AS Home"}, "'home' is in the dates already"),
    ],
)
def test_columns_that_do_not_fit_are_named(changes, said):
    with duckdb.connect() as connection:
        spells, options = relations(connection, **changes)
        with pytest.raises(InputError) as error:
            at_date(connection, spells, **options)
        assert said in str(error.value)


def test_other_columns_of_the_dates_come_along_and_of_times_the_day_counts():
    with duckdb.connect() as connection:
        spells, options = relations(
            connection,
            spells="SELECT 1 AS key, TIMESTAMP '2018-10-01 15:00:00' AS first, "
            "TIMESTAMP '2018-10-02 01:00:00' AS last, 'a' AS home",
            dates="SELECT 1 AS key, TIMESTAMP '2018-10-01 09:00:00' AS date, 'x' AS other UNION ALL "
            "SELECT 1, TIMESTAMP '2018-10-02 23:00:00', 'y' UNION ALL SELECT 1, TIMESTAMP '2018-10-03 00:00:00', 'z'",
        )
        result = at_date(connection, spells, **options)
        assert result.relation.columns == ["key", "date", "other", "home"]
        assert sorted(row[2:] for row in result.relation.fetchall()) == [("x", "a"), ("y", "a")]


@pytest.mark.parametrize("several", list(Several))
def test_with_ids_only_they_come_along_with_the_same_values(several):
    spells = "SELECT k AS key, DATE '2018-01-01' AS first, NULL::DATE AS last, k || 'a' AS home FROM range(3) r(k)"
    dates = "SELECT k % 4 AS key, DATE '2018-10-01' AS date, k AS row, 2018 AS year, 'x' AS home FROM range(8) r(k)"
    with duckdb.connect() as connection:
        given, options = relations(
            connection, spells=f"{spells} UNION ALL {spells}", dates=dates, ids=["row", "year"], several=several
        )
        result = at_date(connection, given, **options)
        assert result.relation.columns == ["row", "year", "home"]
        expected = [(row, 2018, f"{row % 4}a") for row in range(8) if row % 4 < 3]
        assert sorted(result.relation.fetchall()) == expected
        assert (result.found, result.chosen) == (6, 0)


def test_nothing_is_left_behind_but_the_answer_even_after_a_refusal():
    with duckdb.connect() as connection:
        spells, options = relations(connection)
        result = at_date(connection, spells, **options)
        tables = "SELECT table_name FROM information_schema.tables"
        assert connection.execute(tables).fetchall() == [(result.table,)]
        twice, options = relations(connection)
        with pytest.raises(InputError):
            at_date(connection, twice.union(twice.project("key, first, last, 'b' AS home")), **options)
        assert connection.execute(tables).fetchall() == [(result.table,)]
        again = at_date(connection, spells, **options)
        assert again.table != result.table
        assert again.relation.fetchall() == result.relation.fetchall()


spell = st.tuples(st.integers(1, 3), st.integers(-4, 4), st.none() | st.integers(-5, 5), st.sampled_from("ab"))


@settings(max_examples=80, deadline=None)
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
