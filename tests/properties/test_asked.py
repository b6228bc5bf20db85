"""Generated calls of pandas: what comes back is what pandas gives, and the units behind every number are right."""

import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from output_checks.asked.registering import Wish, outputs_of
from output_checks.errors import InputError
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.policies import load_policy
from output_checks.release import Release
from tests.asked_factories import FUNCTIONS, Asked, random_call, records
from tests.factories import UNITS

METHODS = ("crosstab", "pivot_table", "groupby")
SAFE = ["mean", "sum", "std", "np.mean", "np.sum", "count", "size"]
POLICY = load_policy("cbs-export")
pytestmark = pytest.mark.filterwarnings("ignore")


def of_pandas(asked: Asked, *, units: bool = False):
    """What pandas gives, or None where it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return asked.units() if units else asked.of_pandas()
        except (ValueError, TypeError, KeyError):
            return None


def large_call(seed: int, method: str) -> Asked:
    """A call on records of which every cell has many pupils and schools: little of it is sensitive."""
    rng = np.random.default_rng(seed)
    missing, text = float(rng.choice([0.0, 0.0, 0.2])), str(rng.choice(["text", "categorical"]))
    return random_call(rng, records(rng, 2500, missing=missing, text=text, pupils=4000), method, SAFE)


def small_call(seed: int, method: str) -> Asked:
    rng = np.random.default_rng(seed)
    missing, text = float(rng.choice([0.0, 0.2, 0.4])), str(rng.choice(["text", "categorical"]))
    data = records(rng, int(rng.integers(2, 60)), missing=missing, text=text)
    return random_call(rng, data, method, list(FUNCTIONS))


def expect_equal(found, expected) -> None:
    same = pd.testing.assert_frame_equal if isinstance(expected, pd.DataFrame) else pd.testing.assert_series_equal
    same(found, expected)


def what_comes_back(asked: Asked, folder) -> str:
    """Register the call, and say what became of it; anything but what pandas gives is an error here."""
    expected, before = of_pandas(asked), asked.data.copy(deep=True)
    release = Release("s", folder=folder, units=dict(UNITS.columns), author="researcher")
    try:
        answer = asked.on(release, "t")
    except InputError:
        return "refused" if expected is not None else "refused by pandas"
    assert asked.data.equals(before)
    if answer.outcome is not Outcome.FAIL:
        expect_equal(answer.result, expected)
        return "equal"
    shown = answer.result.to_numpy(dtype=float)
    given = expected.to_numpy(dtype=float)
    np.testing.assert_array_equal(shown[~np.isnan(shown)], given[~np.isnan(shown)])
    assert np.isnan(shown).sum() > np.isnan(given).sum()
    return "withheld"


@pytest.mark.parametrize("method", METHODS)
def test_what_comes_back_is_what_pandas_gives(method, tmp_path):
    became = Counter(what_comes_back(large_call(seed, method), tmp_path / f"{seed}") for seed in range(20))
    assert became["equal"] >= 15
    assert became["refused"] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_what_comes_back_is_what_pandas_gives_in_hundreds_of_calls(method, tmp_path):
    became = Counter(what_comes_back(large_call(seed, method), tmp_path / f"{seed}") for seed in range(100, 300))
    assert became["equal"] >= 160
    assert became["refused"] <= 12


def expect_units_counted(asked: Asked) -> int:
    """How many numbers have exactly the units behind them that a set of their keys counts; 0 where it is refused."""
    expected, units = of_pandas(asked), of_pandas(asked, units=True)
    try:
        made = outputs_of(asked.call(), Wish(name="t"), units=UNITS, policy=POLICY)
    except InputError:
        return 0
    assert expected is not None
    columns = [None] if expected.ndim == 1 else list(expected.columns)
    if units is None or not units.index.is_unique or len(set(columns)) < len(columns):
        return 0
    checked = 0
    for part, _ in made:
        pupils, schools = (part.tabulations[0].fact(FactName.CONTRIBUTORS, level).values for level in UNITS.levels)
        for row, column, place in zip(part.rows, part.columns, part.places, strict=True):
            where = (expected.index[row],) if columns[column] is None else (expected.index[row], columns[column])
            if min(row, column) < 0 or any(bool(pd.isna(part).any()) for part in map(pd.Index, map(as_list, where))):
                continue
            known = units.get(where[0], 0.0) if len(where) == 1 else cell_of(units, *where)
            counted = 0.0 if place < 0 else 1000.0 * pupils[place] + schools[place]
            assert counted == (0.0 if pd.isna(known) else known), (asked.given, asked.functions, where)
            checked += 1
    return checked


def as_list(label):
    return list(label) if isinstance(label, tuple) else [label]


def cell_of(units: pd.DataFrame, row, column) -> float:
    """0 where pandas lists no such row or column, as nobody is in it."""
    if row not in units.index or column not in units.columns:
        return 0.0
    return units.loc[row, column]


@pytest.mark.parametrize("method", METHODS)
def test_the_units_behind_every_number_are_those_of_the_records_that_pandas_counts(method):
    checked = []

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(seed=st.integers(0, 2**32 - 1))
    def every_call(seed: int) -> None:
        checked.append(expect_units_counted(small_call(seed, method)))

    every_call()
    assert np.mean(np.array(checked) > 0) > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_units_behind_every_number_are_counted_in_hundreds_of_calls(method):
    checked = [expect_units_counted(small_call(seed, method)) for seed in range(200)]
    assert np.mean(np.array(checked) > 0) > 0.6


def expect_hidden_in_the_result(seed: int, method: str, folder) -> bool:
    """Whether anything was hidden; the result then has NaN for it, and beside it what pandas gives."""
    rng = np.random.default_rng(seed)
    data = records(rng, int(rng.integers(100, 700)), missing=float(rng.choice([0.0, 0.2])), pupils=600)
    asked = random_call(rng, data, method, [*SAFE, "nunique"])
    expected = of_pandas(asked)
    release = Release("s", folder=folder, units=dict(UNITS.columns), author="researcher")
    try:
        answer = asked.on(release, "t", suppress=True)
    except InputError:
        return False
    result = pd.DataFrame(answer.result)
    given = pd.DataFrame(expected)
    numbers, added = result.iloc[: len(given), : given.shape[1]].to_numpy(dtype=float), result.iloc[len(given) :]
    shown = ~np.isnan(numbers)
    np.testing.assert_array_equal(numbers[shown], given.to_numpy(dtype=float)[shown])
    assert added.isna().all(axis=None)
    assert result.iloc[:, given.shape[1] :].isna().all(axis=None)
    for part, table in zip(answer._parts, answer.tables, strict=True):
        hidden = (part.places >= 0) & table.output.tabulations[0].hidden[part.places]
        hidden &= (part.rows >= 0) & (part.columns >= 0)
        assert not shown[part.rows[hidden], part.columns[hidden]].any()
    return any(table.output.tabulations[0].hidden.any() for table in answer.tables)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_hidden_is_hidden_in_the_result_and_nothing_else_is_changed(method, tmp_path):
    hid = [expect_hidden_in_the_result(seed, method, tmp_path / f"{seed}") for seed in range(6)]
    assert any(hid)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_what_is_hidden_is_hidden_in_the_result_in_many_calls(method, tmp_path):
    hid = [expect_hidden_in_the_result(seed, method, tmp_path / f"{seed}") for seed in range(100, 180)]
    assert sum(hid) > 15
