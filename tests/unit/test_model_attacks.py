"""Models that give somebody away, each beside the near miss that must go through."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from linearmodels import IV2SLS, AbsorbingLS, BetweenOLS, FirstDifferenceOLS, PanelOLS
from statsmodels.miscmodels.ordinal_model import OrderedModel

from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.release import Release

pytestmark = pytest.mark.filterwarnings("ignore")
PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW
N = 1200


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(8)
    made = pd.DataFrame(
        {
            "pupil": [f"p{i}" for i in range(N)],
            "school": [f"s{i % 30}" for i in range(N)],
            "region": np.where(np.arange(N) % 30 < 15, "north", "south"),
            "track": rng.choice(["havo", "vmbo", "vwo"], N),
            "sex": rng.choice(["boy", "girl"], N),
            "x": rng.normal(size=N),
            "z": rng.normal(size=N),
        }
    )
    made["y"] = made["x"] + rng.normal(size=N)
    made["passed"] = (made["y"] + rng.normal(size=N) > 0) * 1
    made["absent"] = rng.poisson(np.exp(0.3 * made["x"]))
    made["advice"] = rng.integers(0, 3, N)
    return made


def among(data, n, *, first=0):
    """1 for n pupils of as many schools, from one on."""
    return ((data.index >= first) & (data.index < first + n)) * 1.0


def verdict(release, fitted, data, name="m"):
    return release.model(name, fitted, data=data)


def codes(registered):
    return {finding.rule for finding in registered.report.reasons}


SAFE = {
    "one continuous covariate": lambda d: smf.ols("y ~ x", d).fit(),
    "region and track with hundreds each": lambda d: smf.ols("y ~ x + C(region) + C(track)", d).fit(),
    "an interaction of large groups": lambda d: smf.ols("y ~ C(region) * C(track) + x", d).fit(),
    "a saturated model of large groups": lambda d: smf.ols("y ~ C(region) * C(track)", d).fit(),
    "a polynomial": lambda d: smf.ols("y ~ z + I(z ** 2)", d).fit(),
    "weights": lambda d: smf.wls("y ~ x", d, weights=1 + d["z"].abs()).fit(),
    "robust errors": lambda d: smf.ols("y ~ x", d).fit(cov_type="HC1"),
    "clustered errors": lambda d: smf.ols("y ~ x", d).fit(cov_type="cluster", cov_kwds={"groups": d["school"]}),
    "logit": lambda d: smf.logit("passed ~ x + C(track)", d).fit(disp=0),
    "logit of dummies": lambda d: smf.logit("passed ~ C(track)", d).fit(disp=0),
    "probit": lambda d: smf.probit("passed ~ x + C(sex)", d).fit(disp=0),
    "multinomial": lambda d: smf.mnlogit("advice ~ x + C(sex)", d).fit(disp=0),
    "ordered": lambda d: OrderedModel(d["advice"], d[["x"]], distr="logit").fit(disp=0, method="bfgs"),
    "poisson": lambda d: smf.poisson("absent ~ x + C(track)", d).fit(disp=0),
    "negative binomial": lambda d: smf.glm("absent ~ x", d, family=sm.families.NegativeBinomial()).fit(),
    "gamma": lambda d: smf.glm(
        "np.exp(y) ~ x", d.assign(y=d["y"] / 4), family=sm.families.Gamma(sm.families.links.Log())
    ).fit(),
    "mixed": lambda d: smf.mixedlm("y ~ x + C(track)", d, groups=d["school"]).fit(),
    "hazard": lambda d: smf.phreg("np.exp(y) ~ x + C(sex)", d, status=d["passed"]).fit(),
    "instruments": lambda d: IV2SLS(
        d["y"], sm.add_constant(d[[]].assign(const=1.0)), d[["x"]], d[["z"]].assign(z=d["z"] + d["x"])
    ).fit(),
    "absorbed effects": lambda d: AbsorbingLS(d["y"], d[["x"]], absorb=d[["school"]].astype("category")).fit(),
}


@pytest.mark.parametrize("name", SAFE)
def test_an_ordinary_model_passes(name, release, data):
    registered = verdict(release, SAFE[name](data), data)
    assert registered.outcome is PASS, registered.reason


def dummy_in(formula, fit):
    return lambda d, n: fit(formula.format(extra="+ few"), d.assign(few=among(d, n)))


WITH_DUMMY = {
    "OLS": dummy_in("y ~ x {extra}", lambda f, d: smf.ols(f, d).fit()),
    "WLS": dummy_in("y ~ x {extra}", lambda f, d: smf.wls(f, d, weights=1 + d["z"].abs() / 4).fit()),
    "GLM": dummy_in("absent ~ x {extra}", lambda f, d: smf.glm(f, d, family=sm.families.Poisson()).fit()),
    "logit": dummy_in("passed ~ x {extra}", lambda f, d: smf.logit(f, d).fit(disp=0)),
    "multinomial": dummy_in("advice ~ x {extra}", lambda f, d: smf.mnlogit(f, d).fit(disp=0)),
    "poisson": dummy_in("absent ~ x {extra}", lambda f, d: smf.poisson(f, d).fit(disp=0)),
    "mixed": dummy_in("y ~ x {extra}", lambda f, d: smf.mixedlm(f, d, groups=d["school"]).fit()),
    "quantiles": dummy_in("y ~ x {extra}", lambda f, d: smf.quantreg(f, d).fit()),
    "hazard": dummy_in("np.exp(y) ~ x {extra}", lambda f, d: smf.phreg(f, d, status=d["passed"]).fit()),
    "ordered": lambda d, n: OrderedModel(d["advice"], d[["x"]].assign(few=among(d, n)), distr="logit").fit(
        disp=0, method="bfgs"
    ),
    "instruments": lambda d, n: IV2SLS(d["y"], d[[]].assign(c=1.0, few=among(d, n)), d[["x"]], d[["z"]]).fit(),
    "the instrument": lambda d, n: IV2SLS(d["y"], d[[]].assign(c=1.0), d[["x"]], d[[]].assign(few=among(d, n))).fit(),
    "absorbed effects": lambda d, n: AbsorbingLS(
        d["y"], d[["x"]].assign(few=among(d, n)), absorb=d[["school"]].astype("category")
    ).fit(),
}


@pytest.mark.parametrize("name", WITH_DUMMY)
def test_a_dummy_for_five_pupils_fails_in_every_kind_of_model(name, release, data):
    data["passed"] = np.where(data.index < 40, data.index % 2, data["passed"])
    data["advice"] = np.where(data.index < 60, data.index % 3, data["advice"])
    registered = verdict(release, WITH_DUMMY[name](data, 5), data)
    assert registered.outcome is FAIL
    assert "MOD3" in codes(registered)


@pytest.mark.parametrize("name", sorted(set(WITH_DUMMY) - {"quantiles"}))
def test_a_dummy_for_forty_pupils_passes(name, release, data):
    data["passed"] = np.where(data.index < 40, data.index % 2, data["passed"])
    data["advice"] = np.where(data.index < 60, data.index % 3, data["advice"])
    registered = verdict(release, WITH_DUMMY[name](data, 40), data)
    assert registered.outcome is PASS, registered.reason


def test_a_quantile_regression_is_for_a_person(release, data):
    assert verdict(release, smf.quantreg("y ~ x", data).fit(), data).outcome is REVIEW


@pytest.mark.parametrize(("n", "expected"), [(1, FAIL), (9, FAIL), (12, PASS)])
def test_two_dummies_whose_difference_is_few(release, data, n, expected):
    """Each has hundreds; one less the other is the few."""
    both = data.assign(all=among(data, 400), most=among(data, 400 - n, first=n))
    registered = verdict(release, smf.ols("y ~ x + all + most", both).fit(), both)
    assert registered.outcome is expected, registered.reason


@pytest.mark.parametrize(("n", "expected"), [(4, FAIL), (60, PASS)])
def test_two_dummies_that_overlap_in_few_and_cover_everyone(release, data, n, expected):
    both = data.assign(a=among(data, 600 + n), b=among(data, 600, first=600))
    assert verdict(release, smf.ols("y ~ x + a + b", both).fit(), both).outcome is expected


@pytest.mark.parametrize(("n", "expected"), [(6, FAIL), (60, PASS)])
def test_the_reference_group_of_a_model_with_covariates_is_judged(release, data, n, expected):
    """Four tracks, of which the first is in no dummy, and a covariate, so that the model is not saturated."""
    tracks = data.assign(track=np.where(data.index < n, "a", data["track"]))
    model = smf.ols("y ~ x + C(track) + C(sex) + z", tracks).fit()
    registered = verdict(release, model, tracks)
    assert registered.outcome is expected
    assert ("MOD3" in codes(registered)) is (expected is FAIL)


@pytest.mark.parametrize(("n", "expected"), [(5, FAIL), (60, PASS)])
def test_an_interaction_of_large_groups_that_meet_in_few(release, data, n, expected):
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data["girl"] = np.where(data["vwo"] == 1, 0.0, (data["sex"] == "girl") * 1.0)
    data.loc[data.index[data["vwo"] == 1][:n], "girl"] = 1.0
    crossed = verdict(release, smf.ols("y ~ x + vwo * girl", data).fit(), data, "crossed")
    assert crossed.outcome is expected
    added = verdict(release, smf.ols("y ~ x + vwo + girl", data).fit(), data, "added")
    assert added.outcome is PASS, "without the interaction no coefficient is about those few"


@pytest.mark.parametrize(("n", "expected"), [(4, FAIL), (60, PASS)])
def test_the_corner_that_an_interaction_leaves_over_is_judged(release, data, n, expected):
    """Neither a nor b: no column names it, and with the interaction the constant is its mean."""
    corner = data.assign(a=1.0 - among(data, 300 + n), b=1.0 - among(data, n) - among(data, 300, first=900))
    assert verdict(release, smf.ols("y ~ x + a * b", corner).fit(), corner).outcome is expected


@pytest.mark.parametrize("values", [(0.0, 1.0, 2.0), (5.0, -3.0, 7.5)])
@pytest.mark.parametrize(("n", "expected"), [(3, {FAIL, REVIEW}), (60, {PASS})])
def test_a_dummy_under_three_numbers(release, data, values, n, expected):
    ordinary, other, few = values
    column = np.where(data.index < n, few, np.where(data.index % 2, ordinary, other))
    model = smf.ols("y ~ x + coded", data.assign(coded=column)).fit()
    assert verdict(release, model, data.assign(coded=column)).outcome in expected


@pytest.mark.parametrize(("n", "expected"), [(3, FAIL), (60, PASS)])
def test_three_numbers_and_their_square_fit_each_by_itself(release, data, n, expected):
    column = np.where(data.index < n, 2.0, data.index % 2)
    coded = data.assign(coded=column)
    assert verdict(release, smf.ols("y ~ z + coded + I(coded ** 2)", coded).fit(), coded).outcome is expected


def test_a_polynomial_through_one_pupil(release, data):
    extreme = data.assign(x=np.where(data.index == 7, 60.0, data["x"]))
    model = smf.ols("y ~ x + I(x ** 2) + I(x ** 3)", extreme).fit()
    assert verdict(release, model, extreme).outcome is FAIL
    capped = data.assign(x=data["x"].clip(-2, 2))
    assert verdict(release, smf.ols("y ~ x + I(x ** 2) + I(x ** 3)", capped).fit(), capped, "n").outcome is PASS


def test_columns_that_depend_on_each_other_hide_no_leverage(release, data):
    """The same column twice before the dummy with noise: the rank must not swallow it."""
    noise = 1e-6 * np.random.default_rng(1).normal(size=N)
    hidden = data.assign(x2=data["x"] * 2, few=(data.index == 7) + noise)
    design = hidden.assign(c=1.0)[["c", "x", "x2", "few"]]
    assert verdict(release, sm.OLS(hidden["y"], design).fit(), hidden).outcome is FAIL


@pytest.mark.parametrize("far", [1e-4, 1e-7, 1e-9])
def test_a_dummy_in_the_last_decimals_of_a_copy_is_seen(release, data, far):
    """The two columns are nearly the same: the difference of their coefficients is one pupil, magnified."""
    hidden = data.assign(copy=data["x"] + far * among(data, 1))
    assert verdict(release, smf.ols("y ~ x + copy", hidden).fit(), hidden).outcome is FAIL
    twice = data.assign(copy=data["x"] * 3)
    assert verdict(release, smf.ols("y ~ x + copy", twice).fit(), twice, "twice").outcome is PASS


def test_effects_that_leave_only_five_pupils_varying_fail(release, data):
    for n, expected in ((5, FAIL), (600, PASS)):
        alone = data.assign(cell=np.where(data.index < n, -1, data.index)).astype({"cell": "category"})
        model = AbsorbingLS(alone["y"], alone[["x"]], absorb=alone[["cell"]]).fit()
        assert verdict(release, model, alone, f"m{n}").outcome is expected


@pytest.mark.parametrize(("schools", "expected"), [(1, FAIL), (2, REVIEW), (10, PASS)])
def test_two_columns_that_differ_for_one_school_only(release, data, schools, expected):
    """No column has few units on a side; one less the other is a dummy for the schools."""
    some = data["school"].isin([f"s{i}" for i in range(schools)])
    registered = verdict(release, smf.ols("y ~ x + x2", data.assign(x2=data["x"] + some)).fit(), data)
    assert registered.outcome is expected
    assert ("MOD8" in codes(registered)) is (expected is not PASS)


def years(data, n_years=4):
    rng = np.random.default_rng(4)
    long = pd.concat([data.assign(year=year) for year in range(n_years)], ignore_index=True)
    return long.assign(
        x=rng.normal(size=len(long)),
        y=rng.normal(size=len(long)),
        country=np.where(long["region"] == "north", "A", "B"),
    ).set_index(["pupil", "year"], drop=False)


def test_effects_of_country_and_year_with_many_pupils_each_pass(release, data):
    long = years(data).rename_axis(["entity", "time"])
    cells = (long["country"] + long["year"].astype(str)).astype("category").cat.codes.rename("cell")
    absorbed = PanelOLS(long["y"], long[["x"]], other_effects=cells).fit()
    assert verdict(release, absorbed, long, "absorbed").outcome is PASS
    spelled = smf.ols("y ~ x + C(country) * C(year)", long.reset_index(drop=True)).fit(
        cov_type="cluster", cov_kwds={"groups": long["school"].to_numpy()}
    )
    assert verdict(release, spelled, long.reset_index(drop=True), "spelled").outcome is PASS


def test_a_variable_that_varies_for_two_pupils_beside_absorbed_effects_fails(release, data):
    long = years(data).rename_axis(["entity", "time"])
    long["z"] = (long["pupil"].isin(["p3", "p4"]) & (long["year"] > 1)) * 1.0 + long.groupby("pupil")["x"].transform(
        "mean"
    )
    cells = long["pupil"].astype("category").cat.codes.rename("cell")
    model = PanelOLS(long["y"], long[["x", "z"]], other_effects=cells).fit()
    assert verdict(release, model, long).outcome is FAIL


def test_changes_of_a_dummy_are_judged_by_those_who_change(release, data):
    long = years(data).rename_axis(["entity", "time"])
    for n, expected in ((5, FAIL), (60, PASS)):
        some = [f"p{i}" for i in range(n)]
        long["moved"] = (long["pupil"].isin(some) & (long["year"] > 1)) * 1.0 + (long["region"] == "north")
        model = FirstDifferenceOLS(long["y"], long[["x", "moved"]]).fit()
        assert verdict(release, model, long, f"m{n}").outcome is expected


def test_a_model_of_the_means_of_schools_is_judged_by_schools(release, data):
    by_school = data.assign(number=data.groupby("school").cumcount()).set_index(["school", "number"], drop=False)
    by_school = by_school.rename_axis(["entity", "time"]).assign(c=1.0)
    few = by_school.assign(one=(by_school["school"] == "s3") * 1.0)
    assert verdict(release, BetweenOLS(few["y"], few[["c", "x", "one"]]).fit(), few, "few").outcome is FAIL
    extreme = by_school.assign(x=np.where(by_school["school"] == "s3", 40.0, by_school["x"]))
    assert verdict(release, BetweenOLS(extreme["y"], extreme[["c", "x"]]).fit(), extreme, "x").outcome is FAIL
    half = by_school.assign(half=(by_school["region"] == "north") * 1.0)
    registered = verdict(release, BetweenOLS(half["y"], half[["c", "half"]]).fit(), half, "half")
    assert registered.outcome in {PASS, REVIEW}
    assert codes(registered) <= {"MOD4"}


def test_records_of_weight_zero_stand_behind_nothing(release, data):
    for n, expected in ((5, FAIL), (900, PASS)):
        weighted = data.assign(w=among(data, n))
        model = smf.wls("y ~ x", weighted, weights=weighted["w"]).fit()
        registered = verdict(release, model, weighted, f"m{n}")
        assert registered.outcome is expected
        assert registered.output.tabulations[0].values[0] == n


@pytest.mark.parametrize(("groups", "expected"), [(4, REVIEW), (30, PASS)])
def test_few_clusters_are_for_a_person(release, data, groups, expected):
    data["cluster"] = np.arange(N) % groups
    model = smf.ols("y ~ x", data).fit(cov_type="cluster", cov_kwds={"groups": data["cluster"]})
    assert verdict(release, model, data).outcome is expected
    mixed = smf.mixedlm("y ~ x", data, groups=data["cluster"]).fit()
    assert verdict(release, mixed, data, "mixed").outcome is expected


def test_many_records_of_few_pupils_are_few_pupils(release, data):
    long = pd.concat([data.head(200)] * 6, ignore_index=True)
    long["y"] = np.random.default_rng(2).normal(size=len(long))
    for n, expected in ((4, FAIL), (60, PASS)):
        long["few"] = long["pupil"].isin([f"p{i}" for i in range(n)]) * 1.0
        assert verdict(release, smf.ols("y ~ x + few", long).fit(), long, f"m{n}").outcome is expected


def test_a_dummy_for_two_schools_fails_on_the_schools(release, data):
    for schools, expected in ((["s1", "s2"], FAIL), (["s1", "s2", "s3", "s4"], PASS)):
        data["some"] = data["school"].isin(schools) * 1.0
        assert verdict(release, smf.ols("y ~ x + some", data).fit(), data, f"m{len(schools)}").outcome is expected


def test_a_frame_in_another_order_is_noticed(release, data):
    model = smf.ols("y ~ x", data).fit()
    mixed_up = data.sample(frac=1.0, random_state=1).reset_index(drop=True)
    with pytest.raises(InputError, match="rows or values differ"):
        release.model("m", model, data=mixed_up)


def test_arrays_without_labels_are_taken_in_order_and_only_where_the_data_show_it(release, data):
    model = sm.OLS(data["y"].to_numpy(), sm.add_constant(data[["x"]].to_numpy())).fit()
    assert verdict(release, model, data.assign(x1=data["x"]), "named").outcome is PASS
    registered = verdict(release, model, data.drop(columns=["y"]), "unnamed")
    assert registered.outcome is REVIEW
    with pytest.raises(InputError, match="without labels"):
        release.model("m", model, data=data.head(1000))
