"""Every statistic and its evidence against brute force in pandas and numpy, on small random microdata."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from output_checks.errors import InputError
from output_checks.measuring.columns import SHARES
from output_checks.measuring.positions import EXACT
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import FactName
from output_checks.model.statistic import Kind, Statistic
from tests.factories import UNITS, pupils

LEVELS = ("pupil", "school")
RECORD = st.tuples(
    st.sampled_from([f"p{number}" for number in range(8)]),
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from(["a", "b"]),
    st.one_of(st.none(), st.integers(0, 6).map(float), st.sampled_from([0.5, 1.25, -2.0])),
    st.one_of(st.none(), st.integers(0, 3).map(float)),
    st.sampled_from([0.0, 0.5, 2.0]),
)
RECORDS = st.lists(RECORD, min_size=1, max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=["pupil", "school", "g", "v", "d", "w"]).astype({"v": float, "d": float})
)


def by_statistic(data, statistics, **arguments):
    tables = tabulate(data, by=["g"], statistics=statistics, units=UNITS, margins=True, **arguments)
    return {table.statistic: table for table in tables}


def cells(data, table):
    """Position and records of each cell."""
    for position, (part,) in enumerate(table.cells):
        yield position, data if part is None else data[data["g"] == part]


def fact(table, name, level="", at=0):
    return table.fact(name, level).values[at]


def units(records, level):
    return records[level].nunique()


@settings(max_examples=15, deadline=None)
@given(data=RECORDS)
def test_percentiles_and_who_stands_around_them(data):
    valid = data.dropna(subset=["v"])
    assume(len(valid))
    asked = EXACT
    tables = by_statistic(data, asked, value="v", decimals=0)
    order = sorted(asked, key=lambda item: item.position)
    for statistic, table in tables.items():
        if statistic is Statistic.COUNT:
            continue
        for at, inside in cells(valid, table):
            if inside.empty:
                assert np.isnan(table.values[at])
                continue
            values = inside["v"]
            assert table.values[at] == pytest.approx(np.percentile(values, 100 * statistic.position))
            lower = values.quantile(statistic.position, interpolation="lower")
            upper = values.quantile(statistic.position, interpolation="higher")
            earlier = [item for item in order if item.position < statistic.position]
            before = values.quantile(earlier[-1].position, interpolation="lower") if earlier else None
            for level in LEVELS:
                assert fact(table, FactName.AT_OR_BELOW, level, at) == units(inside[values <= lower], level)
                assert fact(table, FactName.AT_OR_ABOVE, level, at) == units(inside[values >= upper], level)
                sharing = [units(inside[values.round() == np.round(end)], level) for end in (lower, upper)]
                near = units(inside[values.round() == np.round(table.values[at])], level)
                assert fact(table, FactName.SHARING, level, at) == max(near, min(sharing))
                between = np.inf if before is None else units(inside[values.between(before, upper)], level)
                assert fact(table, FactName.BETWEEN, level, at) == between


@settings(max_examples=30, deadline=None)
@given(data=RECORDS)
def test_end_points_whiskers_and_modes_with_who_shares_them(data):
    valid = data.dropna(subset=["v"])
    assume(len(valid))
    asked = [item for item in Statistic if item.kind is Kind.ENDPOINT] + [Statistic.MODE]
    tables = by_statistic(data, asked, value="v", decimals=2)
    for at, inside in cells(valid, tables[Statistic.COUNT]):
        if inside.empty:
            continue
        values = inside["v"]
        first, third = values.quantile([0.25, 0.75])
        near = values[values.between(first - 1.5 * (third - first), third + 1.5 * (third - first))]
        ends = {
            Statistic.MINIMUM: [values.min()],
            Statistic.MAXIMUM: [values.max()],
            Statistic.RANGE: [values.min(), values.max()],
            Statistic.LOWER_WHISKER: [near.min()],
            Statistic.UPPER_WHISKER: [near.max()],
            Statistic.MODE: [values.mode().iloc[0]],
        }
        for statistic, at_end in ends.items():
            table = tables[statistic]
            assert table.values[at] == pytest.approx(at_end[-1] - (at_end[0] if len(at_end) > 1 else 0))
            for level in LEVELS:
                fewest = min(units(inside[values == end], level) for end in at_end)
                assert fact(table, FactName.SHARING, level, at) == fewest, statistic
        assert fact(tables[Statistic.MODE], FactName.SHARE_OF_MODE, at=at) == values.value_counts(normalize=True).max()


@settings(max_examples=30, deadline=None)
@given(data=RECORDS)
def test_moments_and_who_is_away_from_the_most_common_value(data):
    valid = data.dropna(subset=["v"])
    assume(len(valid))
    tables = by_statistic(data, statistics_named(["skewness", "kurtosis", "standard deviation"]), value="v")
    for at, inside in cells(valid, tables[Statistic.COUNT]):
        values = inside["v"]
        varied = values.nunique() > 1
        skewness, kurtosis = (values.skew(), values.kurt()) if varied else (np.nan, np.nan)
        assert tables[Statistic.SKEWNESS].values[at] == pytest.approx(skewness, nan_ok=True)
        assert tables[Statistic.KURTOSIS].values[at] == pytest.approx(kurtosis, nan_ok=True)
        table = tables[Statistic.SKEWNESS]
        assert fact(table, FactName.ZEROS, at=at) == (values == 0).sum()
        common = values.value_counts()
        for level in LEVELS:
            away = np.inf
            if len(values) and 2 * common.iloc[0] > len(values):
                away = units(inside[values != common.index[0]], level)
            assert fact(table, FactName.AWAY_FROM_MODE, level, at) == away
            # With n, a spread, a skewness and a kurtosis, five counts could be worked out.
            sharing = inside.groupby("v")[level].nunique()
            rarest = 0 if sharing.empty else sharing.min() if len(sharing) <= 5 else np.inf
            assert fact(table, FactName.RARE_SIDE, level, at) == rarest


@settings(max_examples=40, deadline=None)
@given(data=RECORDS)
def test_ratios_with_both_of_their_totals(data):
    valid = data.dropna(subset=["v", "d"])
    assume(len(valid))
    tables = by_statistic(data, [Statistic.RATIO], value="v", second="d")
    table = tables[Statistic.RATIO]
    for at, inside in cells(valid, table):
        assert tables[Statistic.COUNT].values[at] == len(inside)
        below = inside["d"].sum()
        expected = inside["v"].sum() / below if below else np.nan
        assert table.values[at] == pytest.approx(expected, nan_ok=True)
        each = (inside["v"] / inside["d"])[inside["d"] != 0]
        assert fact(table, FactName.DISTINCT_VALUES, at=at) == each.nunique()
        assert fact(table, FactName.WEIGHT, at=at) == below
        binary = inside[["v", "d"]].isin([0.0, 1.0]).all(axis=None)
        for level in LEVELS:
            assert fact(table, FactName.CONTRIBUTORS, level, at) == units(inside, level)
            assert fact(table, FactName.DENOMINATOR_CONTRIBUTORS, level, at) == units(inside[inside["d"] != 0], level)
            for column, names in (
                ("v", (FactName.TOTAL, FactName.LARGEST, FactName.SECOND_LARGEST)),
                (
                    "d",
                    (
                        FactName.DENOMINATOR_TOTAL,
                        FactName.DENOMINATOR_LARGEST,
                        FactName.DENOMINATOR_SECOND_LARGEST,
                    ),
                ),
            ):
                sums = [*inside.groupby(level)[column].sum().abs().sort_values(ascending=False), 0, 0]
                found = [fact(table, name, level, at) for name in names]
                assert found == pytest.approx([sum(sums), sums[0], sums[1]])
            counted = inside[inside["d"] == 1]
            sides = [units(counted[counted["v"] == side], level) for side in (1, 0)]
            rare = min(sides) or max(sides)
            expected = rare if binary and rare else np.inf
            assert fact(table, FactName.RARE_SIDE, level, at) == expected


@settings(max_examples=30, deadline=None)
@given(data=RECORDS)
def test_weighted_statistics_count_only_those_with_a_weight(data):
    valid = data.dropna(subset=["v"])
    assume((valid["w"] > 0).any())
    asked = [Statistic.WEIGHTED_COUNT, Statistic.WEIGHTED_SUM, Statistic.WEIGHTED_MEAN]
    tables = by_statistic(data, asked, value="v", weight="w")
    for at, inside in cells(valid, tables[Statistic.COUNT]):
        assert tables[Statistic.COUNT].values[at] == len(inside)
        weighing = inside[inside["w"] > 0]
        amounts = weighing["v"] * weighing["w"]
        empty = weighing.empty
        total = np.nan if empty else weighing["w"].sum()
        assert tables[Statistic.WEIGHTED_COUNT].values[at] == pytest.approx(total, nan_ok=True)
        assert tables[Statistic.WEIGHTED_SUM].values[at] == pytest.approx(
            np.nan if empty else amounts.sum(), nan_ok=True
        )
        mean = np.nan if empty else np.average(weighing["v"], weights=weighing["w"])
        assert tables[Statistic.WEIGHTED_MEAN].values[at] == pytest.approx(mean, nan_ok=True)
        common = inside["w"].value_counts()
        for level in LEVELS:
            for statistic in asked:
                assert fact(tables[statistic], FactName.CONTRIBUTORS, level, at) == units(weighing, level)
            away = np.inf
            if len(inside) and 2 * common.iloc[0] > len(inside):
                away = units(inside[inside["w"] != common.index[0]], level)
            assert fact(tables[Statistic.WEIGHTED_COUNT], FactName.AWAY_FROM_MODE, level, at) == away
            largest = amounts.groupby(weighing[level]).sum().abs().max()
            assert fact(tables[Statistic.WEIGHTED_MEAN], FactName.LARGEST, level, at) == pytest.approx(
                0 if empty else largest
            )
            heaviest = weighing.groupby(level)["w"].sum().max()
            assert fact(tables[Statistic.WEIGHTED_MEAN], FactName.DENOMINATOR_LARGEST, level, at) == pytest.approx(
                0 if empty else heaviest
            )
        assert fact(tables[Statistic.WEIGHTED_MEAN], FactName.DISTINCT_VALUES, at=at) == weighing["v"].nunique()


@settings(max_examples=40, deadline=None)
@given(data=RECORDS)
def test_correlations_with_the_degrees_of_freedom_that_pupils_leave(data):
    valid = data.dropna(subset=["v", "d"])
    assume(len(valid))
    table = by_statistic(data, [Statistic.CORRELATION], value="v", second="d")[Statistic.CORRELATION]
    for at, inside in cells(valid, table):
        distinct = min(inside["v"].nunique(), inside["d"].nunique())
        assert fact(table, FactName.DISTINCT_VALUES, at=at) == distinct
        expected = stats.pearsonr(inside["v"], inside["d"])[0] if distinct > 1 else np.nan
        assert table.values[at] == pytest.approx(expected, nan_ok=True, abs=1e-12)
        left = 1 - expected**2 if distinct > 1 else 1
        assert fact(table, FactName.UNEXPLAINED, at=at) == pytest.approx(left)
        freedom = units(inside, "pupil") - 2 if len(inside) else np.inf
        if len(inside) and inside.groupby("school")[["v", "d"]].nunique().le(1).all(axis=None):
            freedom = min(freedom, units(inside, "school") - 2)
        assert fact(table, FactName.RESIDUAL_DEGREES_OF_FREEDOM, at=at) == freedom
        for level in LEVELS:
            together = inside.groupby(["v", "d"])[level].nunique()
            rarest = 0 if together.empty else together.min() if len(together) <= 4 else np.inf
            assert fact(table, FactName.RARE_SIDE, level, at) == rarest


@settings(max_examples=40, deadline=None)
@given(data=RECORDS)
def test_concentration_of_a_total_over_pupils(data):
    data["v"] = data["v"].abs()
    valid = data.dropna(subset=["v"])
    assume(len(valid))
    tables = by_statistic(data, [item for item in Statistic if item.kind is Kind.CONCENTRATION], value="v")
    for at, inside in cells(valid, tables[Statistic.COUNT]):
        amounts = np.sort(inside.groupby("pupil")["v"].sum().to_numpy())[::-1]
        whole, n = amounts.sum(), len(amounts)
        expected = dict.fromkeys(tables, np.nan)
        if whole > 0:
            differences = np.abs(amounts[:, None] - amounts[None, :]).sum()
            expected[Statistic.GINI] = differences / (2 * n * whole)  # half the mean difference, by the mean
            expected[Statistic.HERFINDAHL] = ((amounts / whole) ** 2).sum()
            expected[Statistic.CONCENTRATION_RATIO] = amounts[:4].sum() / whole
            expected[Statistic.TOP_DECILE_SHARE] = amounts[: int(np.ceil(n / 10))].sum() / whole
        for statistic, table in tables.items():
            if statistic is not Statistic.COUNT:
                assert table.values[at] == pytest.approx(expected[statistic], nan_ok=True, abs=1e-12)
        assert fact(tables[Statistic.CONCENTRATION_RATIO], FactName.SHARING, "pupil", at) == min(n, 4)
        assert fact(tables[Statistic.TOP_DECILE_SHARE], FactName.SHARING, "pupil", at) == np.ceil(n / 10)
        assert fact(tables[Statistic.GINI], FactName.SHARING, "pupil", at) == np.inf


@settings(max_examples=30, deadline=None)
@given(data=RECORDS, margins=st.booleans())
def test_percentages_and_running_totals_with_the_rest_of_each(data, margins):
    data["h"] = data["school"].map({"s1": "x", "s2": "y", "s3": "z"})
    asked = [item for item in Statistic if item.kind in {Kind.PERCENTAGE, Kind.CUMULATIVE}]
    tables = tabulate(data, by=["g", "h"], statistics=asked, units=UNITS, margins=margins)
    found = {table.statistic: table for table in tables}
    counts = pd.crosstab(data["g"], data["h"], margins=margins, margins_name="Total")
    inner = pd.crosstab(data["g"], data["h"])
    pupils_in = data.pivot_table(index="g", columns="h", values="pupil", aggfunc="nunique", fill_value=0)
    running = inner.cumsum(axis=1)
    for at, (g, h) in enumerate(found[Statistic.COUNT].cells):
        row = inner.sum().to_frame().T if g is None else inner.loc[[g]]
        column = inner.sum(axis=1) if h is None else inner[h]
        own = counts.loc[g or "Total", h or "Total"]
        of_row, of_column, of_total = row.to_numpy().sum(), column.sum(), len(data)
        shares = {
            Statistic.PERCENT_OF_ROW: of_row,
            Statistic.PERCENT_OF_COLUMN: of_column,
            Statistic.PERCENT_OF_TOTAL: of_total,
        }
        for statistic, total in shares.items():
            expected = 100 * own / total if total else np.nan
            assert found[statistic].values[at] == pytest.approx(expected, nan_ok=True)
        if g is not None and h is not None:
            assert found[Statistic.CUMULATIVE_COUNT].values[at] == running.loc[g, h]
            assert found[Statistic.CUMULATIVE_PERCENT].values[at] == pytest.approx(100 * running.loc[g, h] / of_row)
            rest = pupils_in.loc[g].sum() - pupils_in.loc[g, h]
            assert fact(found[Statistic.PERCENT_OF_ROW], FactName.COMPLEMENT, "pupil", at) == rest
        if h is None:
            assert fact(found[Statistic.PERCENT_OF_ROW], FactName.COMPLEMENT, "pupil", at) == np.inf


def test_a_share_of_a_category_is_the_mean_of_ones_and_zeros():
    data = pupils(200)
    data.loc[:9, "track"] = None
    arguments = {"by": ["sex"], "value": "track", "category": "vwo", "units": UNITS}
    count, share, percentage = tabulate(data, statistics=statistics_named(["share", "percentage"]), **arguments)
    known = data.dropna(subset=["track"])
    expected = (known["track"] == "vwo").groupby(known["sex"]).mean()
    assert share.values == pytest.approx(expected.to_numpy())
    assert percentage.values == pytest.approx(100 * expected.to_numpy())
    assert count.values.sum() == 190
    assert share.variable == "track=vwo"


def test_totals_of_magnitude_tables_are_told_as_shares_of_their_lines():
    data = pupils(100).assign(v=1.0)
    data.loc[data["sex"] == "girl", "v"] = 3.0
    table = tabulate(data, by=["sex"], value="v", statistics=[Statistic.SUM], units=UNITS, margins=True)[1]
    totals = data.groupby("sex")["v"].sum()
    shares = table.fact(FactName.SHARE_OF_TOTAL, "sex").values
    assert shares == pytest.approx([*totals / totals.sum(), 0])


def test_every_statistic_that_can_be_named_can_be_measured():
    data = pupils(300).assign(v=lambda d: d.index % 2 + 1.0, p=lambda d: d.index % 2 * 1.0, w=2.0)
    data["d"] = data.index % 3 + 1.0
    elsewhere = {Kind.COEFFICIENT, Kind.DENSITY, Kind.SURVIVAL, Kind.UNKNOWN}
    names = [item.value for item in Statistic if item.kind not in elsewhere]
    names = [name for name in names if not name.endswith(("lower 95", "upper 95"))]
    asked = statistics_named([*names, "mean interval", "weighted mean interval", "weighted sum interval"])
    assert {item for item in Statistic if "SAMPLING_ERROR" in item.kind.name} <= set(asked)
    shares = [item for item in asked if item in SHARES]
    others = [item for item in asked if item not in SHARES]
    further = {"second": "d", "weight": "w", "base": {"sex": "girl"}}
    tables = [
        *tabulate(data, by=["sex"], value="v", statistics=others, units=UNITS, **further),
        *tabulate(data, by=["sex"], value="p", statistics=shares, units=UNITS)[1:],
    ]
    assert {table.statistic for table in tables} == {Statistic.COUNT, *asked}
    assert len({table.statistic.column for table in tables}) == len(tables)


@pytest.mark.parametrize("word", ["coefficient", "unknown", "lower 95", "percentile 50", "p90", "weighted mode"])
def test_a_statistic_that_cannot_be_measured_cannot_be_named(word):
    with pytest.raises(InputError, match="not a statistic"):
        statistics_named(word)
