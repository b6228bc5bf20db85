"""What is read of a results object: held against what the package itself says of its estimates."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from linearmodels import (
    IV2SLS,
    IVGMM,
    IVLIML,
    AbsorbingLS,
    BetweenOLS,
    FamaMacBeth,
    FirstDifferenceOLS,
    PanelOLS,
    PooledOLS,
)
from statsmodels.miscmodels.ordinal_model import OrderedModel

from output_checks.errors import InputError
from output_checks.measuring.models import read_fitted
from output_checks.measuring.models.fitted import NO_COLUMN

pytestmark = pytest.mark.filterwarnings("ignore")
N = 600


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    made = pd.DataFrame(
        {
            "pupil": np.repeat(np.arange(N // 4), 4),
            "year": np.tile(np.arange(4), N // 4),
            "x": rng.normal(size=N),
            "z": rng.normal(size=N),
            "track": rng.choice(["havo", "vmbo", "vwo"], N),
            "school": rng.integers(0, 20, N),
            "w": 1 + rng.random(N),
            "constant": 1.0,
        }
    )
    made["y"] = made["x"] + made["school"] / 5 + rng.normal(size=N)
    made["x2"] = made["z"] + 0.5 * rng.normal(size=N)
    made["passed"] = (made["y"] > 1) * 1
    made["absent"] = rng.poisson(np.exp(0.3 * made["x"]))
    made["amount"] = rng.gamma(2.0, np.exp(0.2 * made["x"]))
    made["advice"] = rng.integers(0, 3, N)
    made.loc[7, "x"] = np.nan
    made.index = made.index + 1000
    return made


def panel(data):
    return data.set_index(["pupil", "year"], drop=False).rename_axis(["entity", "time"])


LINEAR = {
    "OLS": lambda d: smf.ols("y ~ x + C(track)", d).fit(),
    "OLS clustered": lambda d: smf.ols("y ~ x", d.dropna()).fit(
        cov_type="cluster", cov_kwds={"groups": d.dropna()["school"]}
    ),
    "WLS": lambda d: smf.wls("y ~ x", d, weights=d["w"]).fit(),
    "GLS": lambda d: sm.GLS(d.dropna()["y"], sm.add_constant(d.dropna()[["x"]]), sigma=d.dropna()["w"]).fit(),
    "GLM gaussian": lambda d: smf.glm("y ~ x", d).fit(),
    "GLM poisson": lambda d: smf.glm("absent ~ x", d, family=sm.families.Poisson()).fit(),
    "GLM gamma": lambda d: smf.glm("amount ~ x", d, family=sm.families.Gamma(sm.families.links.Log())).fit(),
    "GLM inverse gaussian": lambda d: smf.glm(
        "amount ~ x", d, family=sm.families.InverseGaussian(sm.families.links.Log())
    ).fit(),
    "GLM negative binomial": lambda d: smf.glm("absent ~ x", d, family=sm.families.NegativeBinomial()).fit(),
    "GLM tweedie": lambda d: smf.glm("amount ~ x", d, family=sm.families.Tweedie(var_power=1.5)).fit(),
    "Poisson": lambda d: smf.poisson("absent ~ x + C(track)", d).fit(disp=0),
    "PooledOLS": lambda d: PooledOLS(panel(d)["y"], panel(d)[["constant", "x"]], weights=panel(d)["w"]).fit(),
    "PanelOLS": lambda d: PanelOLS(
        panel(d)["y"], panel(d)[["x"]], weights=panel(d)["w"], entity_effects=True, time_effects=True
    ).fit(),
    "PanelOLS other effects": lambda d: PanelOLS(
        panel(d)["y"], panel(d)[["constant", "x"]], other_effects=panel(d)[["school", "year"]]
    ).fit(),
    "PanelOLS drops what is absorbed": lambda d: PanelOLS(
        panel(d)["y"],
        panel(d).assign(fixed=panel(d)["pupil"] * 1.0)[["fixed", "x"]],
        entity_effects=True,
        drop_absorbed=True,
    ).fit(),
    "BetweenOLS": lambda d: BetweenOLS(panel(d)["y"], panel(d)[["constant", "x"]]).fit(),
    "BetweenOLS weighted": lambda d: BetweenOLS(panel(d)["y"], panel(d)[["constant", "x"]], weights=panel(d)["w"]).fit(
        reweight=True
    ),
    "FirstDifferenceOLS": lambda d: FirstDifferenceOLS(panel(d)["y"], panel(d)[["x"]]).fit(),
    "FirstDifferenceOLS weighted": lambda d: FirstDifferenceOLS(
        panel(d)["y"], panel(d)[["x"]], weights=panel(d)["w"]
    ).fit(),
    "AbsorbingLS": lambda d: AbsorbingLS(
        d["y"], d[["constant", "x"]], absorb=d[["school", "year"]].astype("category"), weights=d["w"]
    ).fit(),
}


@pytest.mark.parametrize("name", LINEAR)
def test_what_is_left_is_orthogonal_to_the_columns_as_the_estimator_weighs_them(name, data):
    """The first-order conditions of least squares and of exponential families: design, weights and rows are right."""
    fitted = read_fitted(LINEAR[name](data))
    tolerance = 1e-5 * np.linalg.norm(fitted.within) * np.linalg.norm(fitted.residual)
    assert np.abs(fitted.within.T @ fitted.residual).max() < tolerance
    assert 0 < fitted.unexplained < 1.01


@pytest.mark.parametrize("name", LINEAR)
def test_terms_estimates_and_errors_are_those_of_the_package(name, data):
    result = LINEAR[name](data)
    fitted = read_fitted(result)
    errors = getattr(result, "std_errors", None)
    errors = result.bse if errors is None else errors
    assert fitted.terms == tuple(map(str, result.params.index))
    np.testing.assert_allclose(fitted.estimates, result.params)
    np.testing.assert_allclose(fitted.standard_errors, errors)
    assert len(fitted.rows) == len(fitted.design) == len(fitted.outcome) == len(fitted.weights)


CHANCES = {
    "Logit": lambda d: smf.logit("passed ~ x + C(track)", d).fit(disp=0),
    "GLM binomial": lambda d: smf.glm("passed ~ x", d, family=sm.families.Binomial()).fit(),
    "GLM binomial probit": lambda d: smf.glm(
        "passed ~ x", d, family=sm.families.Binomial(sm.families.links.Probit())
    ).fit(),
    "Poisson": lambda d: smf.poisson("absent ~ x", d).fit(disp=0),
}


@pytest.mark.parametrize("name", CHANCES)
def test_the_weighted_columns_give_the_covariance_that_the_package_gives(name, data):
    """Leverage is measured in the metric of the information matrix."""
    result = CHANCES[name](data)
    within = read_fitted(result).within
    np.testing.assert_allclose(np.linalg.inv(within.T @ within), result.cov_params(), rtol=2e-3)


def test_probit_has_the_metric_of_the_same_model_as_a_glm(data):
    probit = read_fitted(smf.probit("passed ~ x", data).fit(disp=0))
    glm = read_fitted(CHANCES["GLM binomial probit"](data))
    np.testing.assert_allclose(np.abs(probit.within), np.abs(glm.within), rtol=1e-4)


def test_a_multinomial_model_has_every_coefficient_under_the_name_of_its_category(data):
    result = smf.mnlogit("advice ~ x", data).fit(disp=0)
    fitted = read_fitted(result)
    assert fitted.terms == ("Intercept, 1", "x, 1", "Intercept, 2", "x, 2")
    np.testing.assert_allclose(fitted.estimates, result.params.to_numpy().T.ravel())
    assert fitted.columns.tolist() == [0, 1, 0, 1]
    assert 0.9 < fitted.unexplained <= 1


def test_cut_points_dispersion_and_variances_are_terms_without_a_column(data):
    whole = data.dropna()
    ordered = read_fitted(OrderedModel(whole["advice"], whole[["x"]], distr="logit").fit(disp=0, method="bfgs"))
    assert ordered.columns.tolist() == [0, NO_COLUMN, NO_COLUMN]
    counts = read_fitted(smf.negativebinomial("absent ~ x", data).fit(disp=0))
    assert counts.terms[-1] == "alpha"
    assert counts.columns[-1] == NO_COLUMN
    result = smf.mixedlm("y ~ x", whole, groups=whole["school"]).fit()
    mixed = read_fitted(result)
    assert mixed.terms[-1] == "Group Var"
    assert mixed.estimates[-1] == pytest.approx(float(result.cov_re.iloc[0, 0]))
    assert mixed.clusters == 20


def test_a_hazard_model_rests_on_those_to_whom_it_happened(data):
    whole = data.dropna()
    fitted = read_fitted(smf.phreg("w ~ x", whole, status=whole["passed"]).fit())
    assert fitted.outcome.sum() == whole["passed"].sum()
    assert fitted.residual_degrees_of_freedom == whole["passed"].sum() - 1


def test_a_quantile_regression_asks_its_question(data):
    assert "quantile" in read_fitted(smf.quantreg("y ~ x", data).fit()).questions[0]


@pytest.mark.parametrize("estimator", [IV2SLS, IVLIML, IVGMM])
def test_instruments_are_read_and_do_not_explain_what_is_left(estimator, data):
    fitted = read_fitted(estimator(data["y"], data[["constant", "x"]], data[["x2"]], data[["z"]]).fit())
    assert fitted.terms == ("constant", "x", "x2")
    np.testing.assert_allclose(fitted.instruments[:, 0], data.dropna()["z"])
    exogenous = np.column_stack([fitted.design[:, :2], fitted.instruments])
    assert np.abs(exogenous.T @ fitted.residual).max() < 1e-6 * N


CLUSTERED = {
    "statsmodels": lambda d: smf.ols("y ~ x", d).fit(cov_type="cluster", cov_kwds={"groups": d["school"]}),
    "panel": lambda d: PooledOLS(panel(d)["y"], panel(d)[["constant", "x"]]).fit(
        cov_type="clustered", clusters=panel(d)[["school"]]
    ),
    "instruments": lambda d: IV2SLS(d["y"], d[["constant"]], d[["x"]], d[["z"]]).fit(
        cov_type="clustered", clusters=d["school"]
    ),
    "absorbing": lambda d: AbsorbingLS(d["y"], d[["constant", "x"]], absorb=d[["year"]].astype("category")).fit(
        cov_type="clustered", clusters=d["school"]
    ),
}


@pytest.mark.parametrize("name", CLUSTERED)
def test_clusters_are_counted(name, data):
    assert read_fitted(CLUSTERED[name](data.dropna())).clusters == 20


def test_without_clusters_there_are_none_to_count(data):
    assert read_fitted(LINEAR["OLS"](data)).clusters == np.inf
    assert read_fitted(LINEAR["PooledOLS"](data)).clusters == np.inf


def test_absorbed_effects_are_counted_as_parameters(data):
    fitted = read_fitted(LINEAR["PanelOLS"](data))
    assert fitted.effects == N // 4 + 3
    assert fitted.residual_degrees_of_freedom == N - 1 - fitted.effects - 1


UNKNOWN = {
    "robust": lambda d: smf.rlm("y ~ x", d).fit(),
    "regularised": lambda d: smf.ols("y ~ x", d).fit_regularized(),
    "estimating equations": lambda d: smf.gee("y ~ x", "school", d.dropna()).fit(),
    "zero-inflated": lambda d: sm.ZeroInflatedPoisson(d["absent"], d[["constant"]]).fit(disp=0),
    "Fama-MacBeth": lambda d: FamaMacBeth(panel(d)["y"], panel(d)[["constant", "x"]]).fit(),
    "summary": lambda d: smf.ols("y ~ x", d).fit().summary(),
    "model": lambda d: smf.ols("y ~ x", d),
    "shares of trials": lambda d: smf.glm(
        "share ~ x", d.assign(share=d["passed"] / 2 + 0.1), family=sm.families.Binomial(), var_weights=d["w"]
    ).fit(),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_is_an_error_and_never_guessed_at(name, data):
    with pytest.raises(InputError):
        read_fitted(UNKNOWN[name](data))


PER_UNIT = {
    "residuals": lambda d: smf.ols("y ~ x", d).fit().resid,
    "fitted values as an array": lambda d: smf.ols("y ~ x", d).fit().fittedvalues.to_numpy(),
    "random effects": lambda d: smf.mixedlm("y ~ x", d.dropna(), groups=d.dropna()["school"]).fit().random_effects,
    "estimated effects": lambda d: LINEAR["PanelOLS"](d).estimated_effects,
}


@pytest.mark.parametrize("name", PER_UNIT)
def test_values_of_single_units_are_refused_with_the_way_to_publish_them(name, data):
    with pytest.raises(InputError, match=r"release\.table"):
        read_fitted(PER_UNIT[name](data))


def test_two_terms_of_one_name_are_refused(data):
    twice = pd.concat([data[["constant", "x"]], data[["z"]].rename(columns={"z": "x"})], axis=1).dropna()
    with pytest.raises(InputError, match="two terms called x"):
        read_fitted(sm.OLS(data.loc[twice.index, "y"], twice).fit())


def test_results_without_their_data_are_refused(data):
    result = smf.ols("y ~ x", data).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result.remove_data()
    with pytest.raises(InputError, match="removed"):
        read_fitted(result)
