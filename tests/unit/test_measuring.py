"""Evidence of tables and models, against brute force on small data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import FactName
from output_checks.model.statistic import Statistic
from tests.factories import UNITS, pupils

EVERYTHING = [Statistic.SUM, Statistic.MEAN, Statistic.STANDARD_DEVIATION, Statistic.MEDIAN, Statistic.MINIMUM]


def members(data, by, cell):
    chosen = data
    for name, part in zip(by, cell, strict=True):
        if part is not None:
            chosen = chosen[chosen[name].isna()] if part == "(missing)" else chosen[chosen[name] == part]
    return chosen


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["p1", "p2", "p3", "p4"]),
            st.sampled_from(["s1", "s2"]),
            st.sampled_from(["a", "b", None]),
            st.sampled_from(["x", "y"]),
            st.one_of(st.none(), st.integers(-5, 5)),
        ),
        min_size=1,
        max_size=25,
    ),
    margins=st.booleans(),
)
def test_every_fact_of_every_cell_equals_brute_force(rows, margins):
    data = pd.DataFrame(rows, columns=["pupil", "school", "g", "h", "v"])
    data["v"] = data["v"].astype(float)
    assume(data["v"].notna().any())  # otherwise there is nothing to tabulate, which is an error
    by = ["g", "h"]
    tables = tabulate(data, by=by, value="v", statistics=EVERYTHING, units=UNITS, margins=margins)
    for table in tables:
        assert len(table.cells) == (data["g"].nunique(dropna=False) + margins) * (data["h"].nunique() + margins)
        for position, cell in enumerate(table.cells):
            inside = members(data, by, cell).dropna(subset=["v"])
            assert table.fact(FactName.RECORDS).values[position] == len(inside)
            for level in ("pupil", "school"):
                assert table.fact(FactName.CONTRIBUTORS, level).values[position] == inside[level].nunique()
            if table.statistic is Statistic.COUNT:
                assert table.values[position] == len(inside)
                line = members(data, by, (None, cell[1])).dropna(subset=["v"])
                line_units = sum(part["pupil"].nunique() for _, part in line.groupby("g", dropna=False))
                expected = 0 if cell[0] is None or len(inside) == 0 else inside["pupil"].nunique() / line_units
                assert table.fact(FactName.SHARE_OF_LINE, "g").values[position] == pytest.approx(expected)
            if table.statistic is Statistic.MEAN:
                for level in ("pupil", "school"):
                    sums = [*inside.groupby(level)["v"].sum().abs().sort_values(ascending=False), 0, 0]
                    assert table.fact(FactName.TOTAL, level).values[position] == pytest.approx(sum(sums))
                    assert table.fact(FactName.LARGEST, level).values[position] == sums[0]
                    assert table.fact(FactName.SECOND_LARGEST, level).values[position] == sums[1]
                    sharing = inside.groupby("v")[level].nunique()
                    rarest = sharing.min() if 1 <= len(sharing) <= 3 else 0 if sharing.empty else np.inf
                    assert table.fact(FactName.RARE_SIDE, level).values[position] == rarest
                assert table.fact(FactName.DISTINCT_VALUES).values[position] == inside["v"].nunique()
            words = {
                Statistic.SUM: inside["v"].sum() if len(inside) else np.nan,
                Statistic.MEAN: inside["v"].mean(),
                Statistic.STANDARD_DEVIATION: inside["v"].std(),
                Statistic.MEDIAN: inside["v"].median(),
                Statistic.MINIMUM: inside["v"].min(),
            }
            if table.statistic in words:
                assert table.values[position] == pytest.approx(words[table.statistic], nan_ok=True)


def test_records_of_one_pupil_are_one_contributor():
    data = pd.DataFrame({"pupil": ["p1"] * 20 + ["p2"] * 20, "school": "s", "g": "a"})
    (table,) = tabulate(data, by=["g"], statistics=[Statistic.COUNT], units=UNITS)
    assert table.values.tolist() == [40]
    assert table.fact(FactName.CONTRIBUTORS, "pupil").values.tolist() == [2]


def test_the_interval_equals_the_clustered_interval_of_an_independent_package():
    from linearmodels import PooledOLS
    from scipy import stats

    data = pupils(300).assign(everyone="all")
    tables = tabulate(data, by=["everyone"], value="score", statistics=statistics_named("mean interval"), units=UNITS)
    panel = data.assign(one=1.0).set_index(["school", data.groupby("school").cumcount()])
    fitted = PooledOLS(panel["score"], panel[["one"]]).fit(cov_type="clustered", cluster_entity=True, debiased=False)
    groups = data["school"].nunique()
    error = float(fitted.std_errors.iloc[0]) * np.sqrt(groups / (groups - 1))
    half = stats.t.ppf(0.975, groups - 1) * error
    lower, upper = tables[2], tables[3]
    assert lower.values[0] == pytest.approx(data["score"].mean() - half, rel=1e-6)
    assert upper.values[0] == pytest.approx(data["score"].mean() + half, rel=1e-6)


def test_a_missing_category_is_a_category_so_that_totals_add_up():
    data = pupils(100)
    data.loc[:9, "track"] = None
    (table,) = tabulate(data, by=["track"], statistics=[Statistic.COUNT], units=UNITS, margins=True)
    assert ("(missing)",) in table.cells
    assert table.values[:-1].sum() == table.values[-1] == 100


def test_the_frame_is_not_changed():
    data = pupils(50)
    before = data.copy(deep=True)
    tabulate(data, by=["track", "sex"], value="score", statistics=[Statistic.MEAN], units=UNITS, margins=True)
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize(
    ("change", "arguments", "expected"),
    [
        ({}, {"by": ["trakc"]}, "trakc"),
        ({}, {"by": ["track", "track"]}, "twice"),
        ({"score": np.inf}, {"by": ["track"], "value": "score"}, "infinite"),
        ({"score": "high"}, {"by": ["track"], "value": "score"}, "must hold numbers"),
        ({"track": "Total"}, {"by": ["track"]}, "Total"),
        ({"pupil": None}, {"by": ["track"]}, "missing keys"),
        ({}, {"by": ["track"], "statistics": [Statistic.MEAN]}, "needs a `value`"),
        ({"score": np.nan}, {"by": ["track"], "value": "score"}, "No record has a valid value"),
        ({"score": 1 + 2j}, {"by": ["track"], "value": "score"}, "must hold numbers"),
        ({"pupil": [7, "7", "007"] * 10}, {"by": ["track"]}, "several writings"),
        ({"pupil": ["7", "7 ", "8"] * 10}, {"by": ["track"]}, "several writings"),
        ({}, {"by": "track", "value": "score", "statistics": [Statistic.RATIO]}, "needs a `second`"),
        ({}, {"by": ["track"], "value": "score", "second": "score"}, "no statistic uses it"),
        ({}, {"by": ["track"], "statistics": [Statistic.WEIGHTED_COUNT]}, "needs a `weight`"),
        ({}, {"by": ["track"], "value": "score", "statistics": [Statistic.SHARE]}, "ones and zeros"),
        ({}, {"by": ["sex"], "value": "track", "category": "mavo", "statistics": [Statistic.SHARE]}, "that category"),
        ({"w": -1.0}, {"by": ["track"], "weight": "w", "statistics": [Statistic.WEIGHTED_COUNT]}, "below zero"),
        ({"w": np.nan}, {"by": ["track"], "weight": "w", "statistics": [Statistic.WEIGHTED_COUNT]}, "have no weight"),
        ({"w": np.inf}, {"by": ["track"], "weight": "w", "statistics": [Statistic.WEIGHTED_COUNT]}, "infinite"),
        ({"score": -1.0}, {"by": ["track"], "value": "score", "statistics": [Statistic.GINI]}, "below zero"),
    ],
)
def test_bad_input_is_said_in_a_sentence(change, arguments, expected):
    data = pupils(30).assign(**change)
    with pytest.raises(InputError, match=expected):
        tabulate(data, **{"statistics": [Statistic.COUNT], "units": UNITS, **arguments})


def test_no_rows_is_an_error_and_not_an_empty_pass():
    with pytest.raises(InputError, match="no records"):
        tabulate(pupils(5).iloc[:0], by=["track"], statistics=[Statistic.COUNT], units=UNITS)


def test_categories_that_look_the_same_are_refused():
    data = pupils(20).assign(track=["1"] * 10 + [1] * 10)
    with pytest.raises(InputError, match="differ as text"):
        tabulate(data, by=["track"], statistics=[Statistic.COUNT], units=UNITS)


def test_an_unknown_statistic_names_the_nearest():
    with pytest.raises(InputError, match="'mean'"):
        statistics_named("maen")
