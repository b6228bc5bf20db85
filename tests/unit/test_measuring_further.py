"""Weighted spread and percentiles, smoothed percentiles, rates, indices and geometric means, against brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from output_checks.errors import InputError
from output_checks.measuring.positions import WEIGHTED
from output_checks.measuring.smoothed import SMOOTHED, SMOOTHED_OVER
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from output_checks.workflow.totals import adds_up, totals
from tests.factories import UNITS, pupils
from tests.unit.test_measuring_statistics import LEVELS, RECORDS, by_statistic, cells, fact, units

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    return pupils(1000).assign(
        grade=rng.integers(1, 11, 1000) * 1.0,
        exact=rng.normal(50, 10, 1000),
        absent=rng.poisson(3, 1000) * 1.0,
        lessons=rng.integers(80, 120, 1000) * 1.0,
        weight=rng.choice([0.5, 1.0, 1.5], 1000),
        year=rng.choice([2019, 2020], 1000),
    )


def verdict(registered):
    return registered.outcome, {finding.rule for finding in registered.report.reasons}


@settings(max_examples=20, deadline=None)
@given(data=RECORDS)
def test_weighted_percentiles_are_those_of_numpy_and_count_units_without_weights(data):
    valid = data.dropna(subset=["v"])
    assume((valid["w"] > 0).any())
    tables = by_statistic(data, sorted(WEIGHTED), value="v", weight="w", decimals=0)
    order = sorted(WEIGHTED, key=lambda item: item.position)
    for number, statistic in enumerate(order):
        table = tables[statistic]
        for at, inside in cells(valid, table):
            weighing = inside[inside["w"] > 0]
            if weighing.empty:
                assert np.isnan(table.values[at])
                continue
            values, weights = weighing["v"].to_numpy(), weighing["w"].to_numpy()
            expected = np.quantile(values, statistic.position, method="inverted_cdf", weights=weights)
            assert table.values[at] == expected
            before = tables[order[number - 1]].values[at] if number else None
            for level in LEVELS:
                assert fact(table, FactName.AT_OR_BELOW, level, at) == units(weighing[values <= expected], level)
                assert fact(table, FactName.AT_OR_ABOVE, level, at) == units(weighing[values >= expected], level)
                near = units(weighing[values.round() == np.round(expected)], level)
                assert fact(table, FactName.SHARING, level, at) == near
                between = np.inf if before is None else units(weighing[weighing["v"].between(before, expected)], level)
                assert fact(table, FactName.BETWEEN, level, at) == between


@settings(max_examples=15, deadline=None)
@given(data=RECORDS)
def test_smoothed_percentiles_are_means_of_eleven_neighbours(data):
    valid = data.dropna(subset=["v"])
    assume(len(valid))
    tables = by_statistic(data, sorted(SMOOTHED), value="v")
    before = {}
    for statistic in sorted(SMOOTHED, key=lambda item: item.position):
        table = tables[statistic]
        for at, inside in cells(valid, table):
            if inside.empty:
                assert np.isnan(table.values[at])
                continue
            values = np.sort(inside["v"].to_numpy())
            n = len(values)
            middle = int(np.floor((n - 1) * statistic.position + 0.5 + 1e-9))
            first = min(max(middle - 5, 0), max(n - SMOOTHED_OVER, 0))
            window = values[first : first + SMOOTHED_OVER]
            assert table.values[at] == pytest.approx(window.mean())
            low, high = window[0], window[-1]
            for level in LEVELS:
                others = inside[inside["v"].between(low, high)]
                common = pd.Series(window).value_counts()
                if len(window) > common.iloc[0] > len(window) / 2:
                    others = others[others["v"] != common.index[0]]
                assert fact(table, FactName.SHARING, level, at) == units(others, level)
                assert fact(table, FactName.AT_OR_BELOW, level, at) == units(inside[inside["v"] <= low], level)
                assert fact(table, FactName.AT_OR_ABOVE, level, at) == units(inside[inside["v"] >= high], level)
                between = np.inf
                if at in before:
                    until = low if low >= before[at] else high  # where the two overlap, those in the second only
                    between = units(inside[inside["v"].between(before[at], until)], level)
                assert fact(table, FactName.BETWEEN, level, at) == between
            counted = not len(window) > common.iloc[0] > len(window) / 2
            assert fact(table, FactName.TOTAL, "pupil", at) == pytest.approx(counted * np.abs(window).sum())
            assert fact(table, FactName.LARGEST, "pupil", at) == counted * np.abs(window).max()
            before[at] = high


@settings(max_examples=15, deadline=None)
@given(data=RECORDS)
def test_a_weighted_standard_deviation_with_its_facts(data):
    valid = data.dropna(subset=["v"])
    assume((valid["w"] > 0).any())
    table = by_statistic(data, [Statistic.WEIGHTED_STANDARD_DEVIATION], value="v", weight="w")[
        Statistic.WEIGHTED_STANDARD_DEVIATION
    ]
    for at, inside in cells(valid, table):
        weighing = inside[inside["w"] > 0]
        n = len(weighing)
        expected = np.nan
        if n > 1:
            mean = np.average(weighing["v"], weights=weighing["w"])
            squares = np.average((weighing["v"] - mean) ** 2, weights=weighing["w"])
            expected = np.sqrt(squares * n / (n - 1))
        assert table.values[at] == pytest.approx(expected, nan_ok=True, abs=1e-9)
        assert fact(table, FactName.DISTINCT_VALUES, at=at) == weighing["v"].nunique()
        for level in LEVELS:
            assert fact(table, FactName.CONTRIBUTORS, level, at) == units(weighing, level)


@settings(max_examples=15, deadline=None)
@given(data=RECORDS, per=st.sampled_from([1, 100, 1000]))
def test_rates_are_ratios_of_sums_per_so_many(data, per):
    valid = data.dropna(subset=["v", "d"])
    assume(len(valid))
    asked = [Statistic.RATIO, Statistic.RATE]
    count, ratio, rate = tabulate(
        data, by=["g"], value="v", second="d", statistics=asked, units=UNITS, per=per, margins=True
    )
    assert rate.values == pytest.approx(ratio.values * per, nan_ok=True)
    # The attacker takes both for the same numerators.
    assert totals(count, rate).values == pytest.approx(totals(count, ratio).values)
    for at, inside in cells(valid, rate):
        for level in LEVELS:
            assert fact(rate, FactName.NUMERATOR_CONTRIBUTORS, level, at) == units(inside[inside["v"] != 0], level)


@settings(max_examples=20, deadline=None)
@given(data=RECORDS)
def test_indices_are_judged_with_their_base(data):
    data["v"] = data["v"].abs() + 0.5
    data["year"] = np.where(data["school"] == "s1", "first", "second")
    valid = data.dropna(subset=["v"])
    assume(len(valid) and (data["year"] == "first").any())
    arguments = {"by": ["year", "g"], "value": "v", "units": UNITS, "margins": True}
    count, mean, index = tabulate(
        data, statistics=[Statistic.MEAN, Statistic.INDEX], base={"year": "first"}, **arguments
    )
    place = {cell: at for at, cell in enumerate(index.cells)}
    own = dict(zip(mean.cells, mean.values, strict=True))
    for at, (year, group) in enumerate(index.cells):
        base = ("first", group)
        expected = 100 * own[year, group] / own[base]
        assert index.values[at] == pytest.approx(expected, nan_ok=True)
        assert index.fact(FactName.BASE).values[at] == place[base]
        for level in LEVELS:
            at_base = fact(mean, FactName.CONTRIBUTORS, level, place[base])
            assert fact(index, FactName.DENOMINATOR_CONTRIBUTORS, level, at) == at_base
            largest = fact(mean, FactName.LARGEST, level, place[base])
            assert fact(index, FactName.DENOMINATOR_LARGEST, level, at) == largest
            if not np.isnan(expected):
                away = [fact(mean, FactName.AWAY_FROM_MODE, level, here) for here in (at, place[base])]
                assert fact(index, FactName.AWAY_FROM_MODE, level, at) == min(away)
        if not np.isnan(expected):
            assert totals(count, index).values[at] == pytest.approx(own[year, group] * count.values[at])


def test_a_geometric_mean_adds_up_by_its_logarithms(data):
    count, mean = tabulate(
        data,
        by=["sex"],
        value="score",
        statistics=[Statistic.GEOMETRIC_MEAN],
        units=UNITS,
        margins=True,
    )
    logs = np.log(data["score"])
    assert mean.values == pytest.approx(np.exp([*logs.groupby(data["sex"]).mean(), logs.mean()]))
    sums = totals(count, mean)
    assert adds_up(mean)
    assert sums.values == pytest.approx([*logs.groupby(data["sex"]).sum(), logs.sum()])
    assert mean.variable != count.variable
    assert mean.fact(FactName.LARGEST, "pupil").values[-1] == pytest.approx(logs.max())


def test_a_geometric_mean_of_values_without_logarithm_is_an_error(release, data):
    with pytest.raises(InputError, match="values above 0"):
        release.table("t", data, by="sex", value="absent", statistic="geometric mean")


def test_an_index_of_a_base_that_is_not_there_or_not_above_0_is_an_error(release, data):
    with pytest.raises(InputError, match="No record has that base category"):
        release.table("t", data, by="year", value="grade", statistic="index", base={"year": "2018"})
    negative = data.assign(grade=-data["grade"])
    with pytest.raises(InputError, match="above 0"):
        release.table("t", negative, by="year", value="grade", statistic="index", base={"year": "2019"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"statistic": "index"}, "needs a `base`"),
        ({"statistic": "index", "base": {"school": "s000"}}, "variables of `by`"),
        ({"statistic": "index", "base": {"year": 2019}}, "as text"),
        ({"statistic": "mean", "base": {"year": "2019"}}, "`base` is given"),
        ({"statistic": "ratio", "second": "lessons", "per": 1000}, "`per` is given"),
        ({"statistic": "rate", "second": "lessons", "per": 0}, "above 0"),
        ({"statistic": "rate"}, "needs a `second`"),
        ({"statistic": "weighted median"}, "needs a `weight`"),
    ],
)
def test_arguments_that_do_not_belong_together_are_errors(release, data, arguments, words):
    with pytest.raises(InputError, match=words):
        release.table("t", data, by="year", value="grade", **arguments)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"value": "exact", "statistic": "median", "decimals": 3}, (REVIEW, {"EXT3"})),
        ({"value": "exact", "statistic": "median", "decimals": 0}, (PASS, set())),
        ({"value": "exact", "statistic": "smoothed median", "decimals": 3}, (PASS, set())),
        ({"value": "exact", "statistic": "smoothed quartiles", "decimals": 3}, (PASS, set())),
        ({"value": "exact", "statistic": "weighted median", "weight": "weight", "decimals": 3}, (REVIEW, {"EXT3"})),
        ({"value": "grade", "statistic": "weighted quartiles", "weight": "weight"}, (PASS, set())),
        ({"value": "exact", "statistic": "weighted standard deviation", "weight": "weight"}, (PASS, set())),
        ({"value": "absent", "statistic": "rate", "second": "lessons", "per": 1000}, (PASS, set())),
        ({"value": "exact", "statistic": "index", "base": {"sex": "boy"}}, (PASS, set())),
        ({"value": "score", "statistic": "geometric mean"}, (PASS, set())),
    ],
)
def test_further_statistics_of_many_pupils(release, data, arguments, expected):
    assert verdict(release.table("t", data, by="sex", **arguments)) == expected


@pytest.mark.parametrize(("few", "expected"), [(9, {"RAT4"}), (10, set()), (0, {"CLS2"})])
def test_a_rate_of_which_few_have_any_event_fails(release, few, expected):
    """Of 18 or 20 pupils half have events, so that no value is common: the numerator is about these few."""
    size = 18 if few == 9 else 20
    data = pupils(100).assign(events=lambda d: 1.0 + d.index % 5, days=lambda d: 90.0 + d.index % 7)
    data["group"] = np.where(data.index < size, "small", np.where(data.index < 60, "middle", "large"))
    data.loc[data.index[few:size], "events"] = 0.0
    found = verdict(release.table("t", data, by="group", value="events", second="days", statistic="rate", per=1000))
    assert found[1] == expected


@pytest.mark.parametrize(("pupils_in_base", "expected"), [(9, {"THR1", "RAT1"}), (10, set())])
def test_an_index_with_a_small_base_fails_in_every_cell(release, data, pupils_in_base, expected):
    data["year"] = np.where(data.index < pupils_in_base, "2019", np.where(data.index % 2, "2020", "2021"))
    registered = release.table("t", data, by="year", value="grade", statistic="index", base={"year": "2019"})
    assert verdict(registered)[1] == expected
    failing = {finding.rule: len(finding.cells) for finding in registered.report.reasons if finding.tabulation == 1}
    assert failing.get("RAT1", 0) == (3 if expected else 0)


def test_an_index_with_a_dominated_base_fails(release, data):
    data["income"] = 100.0 + data.index % 50
    base = data.index[data["year"] == 2019]
    data.loc[base[0], "income"] = 1e6
    found = verdict(release.table("t", data, by="year", value="income", statistic="index", base={"year": "2019"}))
    assert {"RAT2", "DOM1"} <= found[1]
    data.loc[base[0], "income"] = 120.0
    assert release.table("t", data, by="year", value="income", statistic="index", base={"year": "2019"}).outcome is PASS


def test_an_index_whose_base_is_hidden_tells_of_it(release, data):
    """Suppression hides a large cell beside the small one: that may be the base, which the other indices tell."""
    data["track"] = np.where(data.index < 4, "pro", np.where(data.index < 300, "vmbo", "havo"))
    found = verdict(
        release.table(
            "t",
            data,
            by="track",
            value="grade",
            statistic=["mean", "index"],
            base={"track": "vmbo"},
            margins=True,
            suppress=True,
        )
    )
    assert found == (FAIL, {"PCT2"})
    other = release.table(
        "t",
        data,
        by="track",
        value="grade",
        statistic=["mean", "index"],
        base={"track": "havo"},
        margins=True,
        suppress=True,
    )
    assert other.outcome is PASS


def test_a_hidden_geometric_mean_is_attacked_by_its_logarithms(release, data):
    """The total and the other parts give the hidden one back: n times the logarithm adds up."""
    data["track"] = np.where(data.index < 4, "pro", np.where(data.index < 300, "vmbo", "havo"))
    arguments = {"by": "track", "value": "score", "statistic": "geometric mean", "suppress": True}
    registered = release.table("t", data, margins=True, **arguments)
    assert registered.outcome is PASS
    assert registered.output.tabulations[1].hidden.sum() == 2


def test_a_weighted_median_of_few_with_a_weight_fails(release, data):
    data["weight"] = np.where(data.index < 9, 1.5, 0.0)
    registered = release.table(
        "t", data.assign(g="all"), by="g", value="grade", statistic="weighted median", weight="weight"
    )
    assert registered.outcome is FAIL
    assert "THR1" in verdict(registered)[1]


@pytest.mark.parametrize(("n", "expected"), [(200, {"EXT2"}), (400, set())])
def test_a_smoothed_percentile_at_the_edge_of_few_fails(release, n, expected):
    """Five of the eleven are beyond the place of the percentile, and ten must lie further out still."""
    data = pupils(n).assign(exact=np.random.default_rng(1).normal(size=n), g="all")
    registered = release.table("t", data, by=[], value="exact", statistic="smoothed percentile 95", decimals=4)
    assert verdict(registered)[1] == expected


def test_a_smoothed_median_of_one_pupils_records_fails(release, data):
    one = data.iloc[[500] * 30].assign(exact=np.linspace(49.9, 50.1, 30))
    both = pd.concat([data[(data["exact"] < 45) | (data["exact"] > 55)], one]).assign(g="all")
    middle = both["exact"].median()
    assert 49.9 < middle < 50.1
    registered = release.table("t", both, by=[], value="exact", statistic="smoothed median")
    assert registered.outcome is REVIEW
    assert verdict(registered)[1] == {"EXT3"}


def test_the_form_says_what_a_rate_is_per_and_what_is_100(release, data):
    rate = release.table("t", data, by="sex", value="absent", second="lessons", statistic="rate", per=1000)
    assert rate.output.definition["rate per"] == "1000"
    index = release.table("u", data, by="sex", value="grade", statistic="index", base={"sex": "boy"})
    assert index.output.definition["base"] == "sex = boy is 100"


@pytest.mark.parametrize(
    "statistic",
    [
        "weighted median",
        "weighted quartiles",
        "weighted standard deviation",
        "weighted mean standard error",
        "weighted sum standard error",
    ],
)
@pytest.mark.parametrize(("heaviest", "expected"), [(1e6, {"RAT2", "RAT3"}), (1.4, set())])
def test_one_pupil_with_nearly_all_weight_makes_every_weighted_number_its_own(
    release, data, statistic, heaviest, expected
):
    data["weight"] = np.random.default_rng(2).uniform(0.5, 1.5, 1000)
    data.loc[5, "weight"] = heaviest
    registered = release.table("t", data, by=[], value="grade", statistic=statistic, weight="weight")
    assert verdict(registered)[1] - {"DOM1", "DOM2"} == expected


@pytest.mark.parametrize(("largest", "expected"), [(1e6, FAIL), (150.0, PASS)])
@pytest.mark.parametrize(
    "statistic", ["standard deviation", "weighted standard deviation", "weighted sum standard error"]
)
def test_a_spread_that_is_one_pupils_income_fails(release, data, statistic, largest, expected):
    """Times the root of n it is nearly that income, however many others there are."""
    data["income"] = 100.0 + data.index % 50
    data.loc[5, "income"] = largest
    if expected is FAIL:
        assert data["income"].std() * np.sqrt(1000) == pytest.approx(1e6, rel=0.01)
    weight = {"weight": "weight"} if statistic.startswith("weighted") else {}
    assert release.table("t", data, by="sex", value="income", statistic=statistic, **weight).outcome is expected


@pytest.mark.parametrize(("n", "expected"), [(200, {"EXT2"}), (400, set())])
def test_two_smoothed_percentiles_that_overlap_tell_of_the_few_between(release, n, expected):
    """Eleven times their difference is about those who are in one of the two only."""
    data = pupils(n).assign(exact=np.random.default_rng(1).normal(size=n))
    asked = ["smoothed percentile 75", "smoothed percentile 80"]
    registered = release.table("t", data, by=[], value="exact", statistic=asked, decimals=6)
    assert verdict(registered)[1] == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [([2.0, 3.0, 5.0], {"THR3"}), ([1e9, 2.0], {"DOM1", "DOM2", "THR3"}), (list(np.arange(2.0, 42.0)), set())],
)
def test_a_geometric_mean_of_mostly_ones_is_the_product_of_the_others(release, data, others, expected):
    data["factor"] = 1.0
    data.loc[: len(others) - 1, "factor"] = others
    registered = release.table("t", data, by=[], value="factor", statistic="geometric mean", decimals=6)
    assert expected <= verdict(registered)[1]
    assert (registered.outcome is PASS) is not bool(expected)


def test_a_smoothed_median_at_the_end_of_the_zeros_is_the_first_pupil_beyond_them(release, data):
    """Ten zeros and one pupil's hours: eleven times the mean is that pupil's."""
    data["hours"] = np.where(data.index < 505, 0.0, 5 + data["exact"].abs())
    registered = release.table("t", data, by=[], value="hours", statistic="smoothed median", decimals=6)
    assert registered.output.tabulations[1].values[0] * 11 == pytest.approx(data["hours"].sort_values().iloc[505])
    assert "EXT3" in verdict(registered)[1]


def test_a_smoothed_median_across_a_gap_is_one_pupils_income(release, data):
    data["income"] = np.where(data.index < 505, data["exact"], 1e6 + data["exact"])
    registered = release.table("t", data, by=[], value="income", statistic="smoothed median", decimals=6)
    assert verdict(registered) == (FAIL, {"DOM1", "DOM2"})


@pytest.mark.parametrize("low", [0.0, 5.0])
def test_a_smoothed_median_of_marks_passes_though_most_around_it_have_one_mark(release, data, low):
    """Those with the next mark are many, so nobody is told from them."""
    data["grade"] = np.where(data.index < 505, low, low + 1.0)
    asked = {"by": [], "value": "grade", "statistic": "smoothed median", "decimals": 6}
    registered = release.table("t", data, **asked)
    assert low < registered.output.tabulations[1].values[0] < low + 1
    assert registered.outcome is PASS
