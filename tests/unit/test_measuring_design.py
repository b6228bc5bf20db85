"""Sampling errors under a design, against loops over the published formula and against statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from output_checks.errors import InputError
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.table import tabulate
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from tests.factories import UNITS, pupils

PASS, FAIL = Outcome.PASS, Outcome.FAIL
WORDS = [
    "weighted mean interval",
    "weighted mean standard error",
    "weighted sum interval",
    "weighted sum standard error",
]
ERRORS = {
    Statistic.WEIGHTED_MEAN: (
        Statistic.WEIGHTED_MEAN_STANDARD_ERROR,
        Statistic.WEIGHTED_MEAN_LOWER_95,
        Statistic.WEIGHTED_MEAN_UPPER_95,
    ),
    Statistic.WEIGHTED_SUM: (
        Statistic.WEIGHTED_SUM_STANDARD_ERROR,
        Statistic.WEIGHTED_SUM_LOWER_95,
        Statistic.WEIGHTED_SUM_UPPER_95,
    ),
}
RECORD = st.tuples(
    st.sampled_from([f"p{number}" for number in range(9)]),
    st.integers(0, 8),
    st.sampled_from(["a", "b"]),
    st.one_of(st.none(), st.integers(0, 6).map(float)),
    st.sampled_from([0.0, 0.5, 2.0]),
)
RECORDS = st.lists(RECORD, min_size=6, max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=["pupil", "school", "g", "v", "w"]).astype({"v": float})
)


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


def tabulated(data, **arguments):
    tables = tabulate(
        data,
        by=["g"],
        value="v",
        weight="w",
        statistics=statistics_named(WORDS),
        units=UNITS,
        margins=True,
        **arguments,
    )
    return {table.statistic: table for table in tables}


def by_the_formula(data, inside):
    """The variance of a weighted mean and sum of `inside`, a part of a sample `data`: stratum by stratum, in loops."""
    weight = inside["w"].sum()
    mean = (inside["w"] * inside["v"]).sum() / weight
    found = []
    for parts in (inside["w"] * (inside["v"] - mean) / weight, inside["w"] * inside["v"]):
        variance = 0.0
        for stratum, drawn in data.groupby("stratum"):
            sums = [parts[(inside["school"] == school)].sum() for school in drawn["school"].unique()]
            n = len(sums)
            variance += n / (n - 1) * sum((one - sum(sums) / n) ** 2 for one in sums)
            assert stratum in (0, 1, 2)
        found.append(variance)
    return mean, (inside["w"] * inside["v"]).sum(), found


@settings(max_examples=60, deadline=None)
@given(data=RECORDS, n_strata=st.integers(1, 3))
def test_standard_errors_are_those_of_the_formula(data, n_strata):
    data["stratum"] = data["school"] % n_strata
    assume(data.groupby("stratum")["school"].nunique().min() > 1)
    valid = data[data["v"].notna() & (data["w"] > 0)]
    assume(len(valid))
    tables = tabulated(data, strata="stratum")
    for at, (part,) in enumerate(tables[Statistic.COUNT].cells):
        inside = valid if part is None else valid[valid["g"] == part]
        clusters, strata = inside["school"].nunique(), inside["stratum"].nunique()
        degrees = clusters - strata if len(inside) else np.inf
        table = tables[Statistic.WEIGHTED_MEAN_STANDARD_ERROR]
        assert table.fact(FactName.CLUSTERS).values[at] == clusters
        assert table.fact(FactName.SAMPLING_DEGREES_OF_FREEDOM, "school").values[at] == degrees
        assert table.fact(FactName.SAMPLING_DEGREES_OF_FREEDOM, "pupil").values[at] == np.inf
        if not len(inside) or degrees < 1:
            assert all(np.isnan(tables[item].values[at]) for names in ERRORS.values() for item in names)
            continue
        mean, total, variances = by_the_formula(data, inside)
        for statistic, estimate, variance in zip(ERRORS, (mean, total), variances, strict=True):
            error, lower, upper = (tables[item].values[at] for item in ERRORS[statistic])
            half = stats.t.ppf(0.975, degrees) * np.sqrt(variance)
            assert tables[statistic].values[at] == pytest.approx(estimate)
            assert error == pytest.approx(np.sqrt(variance), abs=1e-7)
            assert (lower, upper) == pytest.approx((estimate - half, estimate + half), abs=1e-6)


def test_without_strata_it_is_the_cluster_robust_error_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    data = pupils(500, schools=12).assign(v=lambda d: d["score"], w=rng.uniform(0.5, 3, 500), g="all")
    fitted = api.WLS(data["v"], np.ones(500), weights=data["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": data["school"].astype("category").cat.codes, "use_correction": False}
    )
    tables = tabulated(data)
    expected = fitted.bse.iloc[0] * np.sqrt(12 / 11)
    assert tables[Statistic.WEIGHTED_MEAN_STANDARD_ERROR].values[0] == pytest.approx(expected)


def test_with_equal_weights_and_a_cluster_for_each_pupil_it_is_the_textbook_error():
    data = pupils(300).assign(v=lambda d: d["score"], w=2.0, g="all")
    tables = tabulated(data, clusters="pupil")
    expected = data["v"].std() / np.sqrt(300)
    assert tables[Statistic.WEIGHTED_MEAN_STANDARD_ERROR].values[0] == pytest.approx(expected)


def test_clusters_without_records_in_a_cell_count_as_drawn():
    """A total of a domain varies because some clusters have none of it, as in `survey::svytotal` of a subset."""
    data = pupils(200, schools=10).assign(v=1.0, w=1.0, g=lambda d: np.where(d["school"] < "s005", "a", "b"))
    table = tabulated(data)[Statistic.WEIGHTED_SUM_STANDARD_ERROR]
    sums = np.array([20.0] * 5 + [0.0] * 5)
    expected = np.sqrt(10 / 9 * ((sums - sums.mean()) ** 2).sum())
    assert table.values[:2] == pytest.approx([expected, expected])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda data: data.assign(stratum=np.where(data["school"] == "s000", 1, 2)),
            "1 of the strata .* one cluster only",
        ),
        (lambda data: data.assign(stratum=data.index % 3), "10 clusters are in more than one"),
        (
            lambda data: data.assign(stratum=data["school"].where(data.index > 4)),
            "5 records have no value in the strata",
        ),
    ],
)
def test_a_design_that_cannot_be_is_a_clear_error(change, words):
    data = change(pupils(200).assign(v=1.0, w=1.0, g="a"))
    with pytest.raises(InputError, match=words):
        tabulated(data, strata="stratum")


def test_data_of_one_cluster_are_a_clear_error():
    with pytest.raises(InputError, match="The data have one cluster only"):
        tabulated(pupils(50, schools=1).assign(v=1.0, w=1.0, g="a"))


@pytest.mark.parametrize("argument", ["strata", "clusters"])
def test_a_design_that_no_statistic_uses_is_an_error(release, argument):
    with pytest.raises(InputError, match=f"`{argument}` is given, and no statistic uses it"):
        release.table("t", pupils(), by="sex", **{argument: "school"})


def region(data, schools):
    weight = np.random.default_rng(4).choice([0.5, 1.0, 2.0], len(data))
    return data.assign(region=np.where(data["school"] < f"s{schools:03d}", "a", "b"), weight=weight)


@pytest.mark.parametrize(("schools", "expected"), [(3, FAIL), (4, PASS), (5, PASS)])
@pytest.mark.parametrize("statistic", ["mean interval", "weighted mean interval", "weighted sum standard error"])
def test_an_interval_of_three_schools_fails_as_one_can_work_out_the_others(release, statistic, schools, expected):
    weight = {"weight": "weight"} if statistic.startswith("weighted") else {}
    data = region(pupils(1000), schools)
    registered = release.table("t", data, by="region", value="score", statistic=statistic, **weight)
    assert registered.outcome is expected
    assert {finding.rule for finding in registered.report.reasons} == ({"THR4"} if expected is FAIL else set())


def test_the_mean_of_three_schools_without_its_interval_passes(release):
    assert release.table("t", region(pupils(1000), 3), by="region", value="score", statistic="mean").outcome is PASS


@pytest.mark.parametrize(("strata", "expected"), [("one", PASS), ("halves", FAIL)])
def test_strata_take_degrees_of_freedom(release, strata, expected):
    """Four schools leave three; in two strata they leave two."""
    data = region(pupils(1000), 4).assign(one=1, halves=lambda d: d["school"].str[-1].astype(int) % 2)
    registered = release.table(
        "t", data, by="region", value="score", statistic="weighted mean interval", weight="weight", strata=strata
    )
    assert registered.outcome is expected


def test_the_form_says_how_the_sample_was_drawn(release):
    data = region(pupils(1000), 5).assign(halves=lambda d: d["school"].str[-1].astype(int) % 2)
    registered = release.table(
        "t",
        data,
        by="region",
        value="score",
        statistic="weighted mean interval",
        weight="weight",
        strata="halves",
        clusters="school",
    )
    assert registered.output.definition["sample drawn by"] == "strata halves, clusters school"
    assert release.check().of("t").outcome is registered.outcome
