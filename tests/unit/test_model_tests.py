"""Tests of hypotheses as outputs: judged on the units of each group, and only where the data are those of the test."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release
from tests.factories import pupils

PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
N = 600


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(6)
    made = pupils(N)
    return made.assign(before=made["score"] + rng.normal(size=N), after=made["score"] + 2 + rng.normal(size=N))


def groups(data, by="sex", value="score"):
    return [part[value].to_numpy() for _, part in data.groupby(by)]


OF_GROUPS = {
    "t": stats.ttest_ind,
    "t in the other order": lambda *g: stats.ttest_ind(*g[::-1]),
    "Welch": lambda *g: stats.ttest_ind(*g, equal_var=False),
    "analysis of variance": stats.f_oneway,
    "Kruskal": stats.kruskal,
    "Mann-Whitney": stats.mannwhitneyu,
    "Kolmogorov": stats.ks_2samp,
    "Levene": stats.levene,
    "Bartlett": stats.bartlett,
}


@pytest.mark.parametrize(("n", "expected"), [(1, FAIL), (9, FAIL), (200, PASS)])
@pytest.mark.parametrize("name", OF_GROUPS)
def test_a_test_between_groups_needs_ten_pupils_in_each(release, data, name, n, expected):
    data["group"] = np.where(data.index < n, "few", "many")
    if n == 1 and name in {"Welch", "Levene", "Bartlett"}:
        data.loc[1, "group"] = "few"  # these need two
    result = OF_GROUPS[name](*groups(data, "group"))
    registered = release.test("t", result, data=data, by="group", value="score")
    assert registered.outcome is expected, registered.reason


def test_what_leaves_is_n_the_statistic_and_the_p_value(release, data):
    result = stats.ttest_ind(*groups(data))
    registered = release.test("t", result, data=data, by="sex", value="score")
    frame = registered.files["t.csv"].decode().splitlines()
    assert frame[0] == "test,n,test_statistic,p_value"
    assert frame[1] == f"test,{N},{result.statistic:.4f},{result.pvalue:.4f}"


@pytest.mark.parametrize(("n", "expected"), [(0, FAIL), (4, FAIL), (60, PASS)])
def test_a_chi_square_of_two_by_two_is_judged_as_its_four_counts(release, data, n, expected):
    data["left"] = np.where(data.index < 100, data.index < n, data.index % 2 == 0)
    data["group"] = np.where(data.index < 100, "a", "b")
    result = stats.chi2_contingency([[n, 100 - n], [250, 250]])
    assert release.test("t", result, data=data, by=["group", "left"]).outcome is expected


@pytest.mark.parametrize(("n", "expected"), [(4, FAIL), (60, PASS)])
def test_a_larger_chi_square_is_judged_by_its_margins(release, data, n, expected):
    data["track"] = np.where(data.index < n, "pro", data["track"])
    table = pd.crosstab(data["track"], data["sex"])
    result = stats.chi2_contingency(table)
    assert release.test("t", result, data=data, by=["track", "sex"]).outcome is expected


@pytest.mark.parametrize("test", [stats.ttest_rel, stats.pearsonr, stats.spearmanr, stats.kendalltau, stats.wilcoxon])
def test_pairs_pass_with_many_and_fail_with_few(release, data, test):
    for n, expected in ((N, PASS), (8, FAIL)):
        part = data.head(n)
        result = test(part["before"], part["after"])
        registered = release.test(f"t{n}", result, data=part, value=["before", "after"])
        assert registered.outcome is expected, registered.reason


def test_a_correlation_made_by_one_pupil_fails(release, data):
    data.loc[3, ["before", "after"]] = 1e5
    result = stats.pearsonr(data["before"], data["after"])
    assert release.test("t", result, data=data, value=["before", "after"]).outcome is FAIL


def test_a_group_of_two_schools_fails_on_the_schools(release, data):
    for schools, expected in ((["s000", "s001"], FAIL), (["s000", "s001", "s002"], PASS)):
        data["group"] = data["school"].isin(schools)
        result = stats.ttest_ind(*groups(data, "group"))
        assert release.test(f"t{len(schools)}", result, data=data, by="group", value="score").outcome is expected


def test_records_without_a_value_take_no_part(release, data):
    data["group"] = np.where(data.index < 300, "a", "b")
    data.loc[4:299, "score"] = np.nan
    result = stats.ttest_ind(*groups(data, "group"), nan_policy="omit")
    assert release.test("t", result, data=data, by="group", value="score").outcome is FAIL


@pytest.mark.parametrize(
    ("change", "arguments", "expected"),
    [
        (lambda d: d.head(500), {"by": "sex", "value": "score"}, "another statistic"),
        (lambda d: d, {"by": "track", "value": "score"}, "another statistic"),
        (lambda d: d, {"by": "sex", "value": "after"}, "another statistic"),
        (lambda d: d, {"by": "sex"}, "does not compare that"),
        (lambda d: d, {}, "Nothing says"),
        (lambda d: d, {"by": "sxe", "value": "score"}, "sxe"),
    ],
)
def test_a_test_of_other_data_is_refused(release, data, change, arguments, expected):
    result = stats.ttest_ind(*groups(data))
    with pytest.raises(InputError, match=expected):
        release.test("t", result, data=change(data), **arguments)
    assert not release.check().outputs


@pytest.mark.parametrize("result", [(2.1, 0.03), object(), stats.norm()])
def test_what_is_no_known_test_is_refused(release, data, result):
    with pytest.raises(InputError, match="not a test"):
        release.test("t", result, data=data, by="sex", value="score")
