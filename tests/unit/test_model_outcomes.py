"""Models that give outcomes away, and models that give somebody away beside each other."""

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.miscmodels.ordinal_model import OrderedModel

from output_checks.model.finding import Outcome
from tests.unit.test_model_attacks import N, among, codes, data, release, verdict

__all__ = ["data", "release"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore")
PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.mark.parametrize("formula", ["y ~ group", "y ~ group * C(sex)"])
def test_a_group_in_which_all_outcomes_are_the_same_fails(release, data, formula):
    data["group"] = among(data, 60)
    assert verdict(release, smf.ols(formula, data).fit(), data, "mixed").outcome is PASS
    data["y"] = np.where(data["group"] == 1, 61.0, data["y"])
    registered = verdict(release, smf.ols(formula, data).fit(), data, "same")
    assert registered.outcome is FAIL
    assert "MOD5" in codes(registered)


def test_a_category_that_nobody_of_a_group_has_is_no_disclosure_as_long_as_there_are_others(release, data):
    data["group"] = among(data, 60)
    data["level"] = np.where(data["group"] == 1, data.index % 2, data["advice"])
    assert verdict(release, smf.mnlogit("level ~ group", data).fit(disp=0, maxiter=20), data, "two").outcome is PASS
    data["level"] = np.where(data["group"] == 1, 1, data["advice"])
    assert verdict(release, smf.mnlogit("level ~ group", data).fit(disp=0, maxiter=20), data, "one").outcome is FAIL


def test_the_same_model_without_one_pupil_fails_beside_the_first(release, data):
    assert verdict(release, smf.ols("y ~ x", data).fit(), data, "whole").outcome is PASS
    fewer = data.iloc[1:]
    registered = verdict(release, smf.ols("y ~ x", fewer).fit(), fewer, "without")
    assert registered.outcome is FAIL
    assert "DIF2" in codes(registered)
    other = data.iloc[300:]
    assert verdict(release, smf.ols("y ~ x", other).fit(), other, "without_many").outcome is PASS


def test_a_pupil_moved_to_another_group_of_the_same_model_is_for_a_person(release, data):
    """The same records and names: only the difference of the two coefficients tells."""
    data["group"] = among(data, 400)
    assert verdict(release, smf.ols("y ~ x + group", data).fit(), data, "first").outcome is PASS
    again = smf.ols("y ~ x + z + group", data).fit()
    assert verdict(release, again, data, "another_covariate").outcome is PASS
    one = data.assign(group=among(data, 399))
    registered = verdict(release, smf.ols("y ~ x + group", one).fit(), one, "one_moved")
    assert registered.outcome is REVIEW
    assert codes(registered) == {"MOD9"}
    many = data.assign(group=among(data, 200))
    assert verdict(release, smf.ols("y ~ x + group", many).fit(), many, "many_moved").outcome is PASS


@pytest.mark.parametrize("turned", [False, True])
def test_another_name_or_the_other_side_of_a_dummy_hides_no_pupil_that_was_moved(release, data, turned):
    data["group"] = among(data, 400)
    verdict(release, smf.ols("y ~ x + group", data).fit(), data, "first")
    other = data.assign(other=np.abs(turned - among(data, 399)))
    assert codes(verdict(release, smf.ols("y ~ x + other", other).fit(), other, "second")) == {"MOD9"}


def test_a_sample_with_one_pupil_exchanged_is_for_a_person(release, data):
    assert verdict(release, smf.ols("y ~ x", data.iloc[1:]).fit(), data.iloc[1:], "first").outcome is PASS
    registered = verdict(release, smf.ols("y ~ x", data.iloc[:-1]).fit(), data.iloc[:-1], "second")
    assert registered.outcome is REVIEW
    assert "MOD9" in codes(registered)
    half = data.iloc[:-600]
    assert verdict(release, smf.ols("y ~ x", half).fit(), half, "half").outcome is PASS


def test_an_outcome_that_one_school_makes_fails(release, data):
    for schools, expected in ((["s1"], FAIL), ([f"s{i}" for i in range(15)], PASS)):
        data["odd"] = data["y"] + 1000 * data["school"].isin(schools)
        assert verdict(release, smf.ols("odd ~ x", data).fit(), data, f"m{len(schools)}").outcome is expected


@pytest.mark.parametrize(("n", "expected"), [(5, FAIL), (200, PASS)])
@pytest.mark.parametrize("kind", ["logit", "multinomial", "ordered", "poisson", "hazard"])
def test_a_rare_outcome_fails_for_every_coefficient(release, data, kind, n, expected):
    data["rare"] = among(data, n).astype(int)
    data["level"] = np.where(data["rare"] == 1, 2, data.index % 2)
    fits = {
        "logit": lambda: smf.logit("rare ~ x", data).fit(disp=0),
        "multinomial": lambda: smf.mnlogit("level ~ x", data).fit(disp=0),
        "ordered": lambda: OrderedModel(data["level"], data[["x"]], distr="logit").fit(disp=0, method="bfgs"),
        "poisson": lambda: smf.poisson("rare ~ x", data).fit(disp=0),
        "hazard": lambda: smf.phreg("np.exp(y) ~ x", data, status=data["rare"]).fit(),
    }
    assert verdict(release, fits[kind](), data).outcome is expected


@pytest.mark.parametrize("kind", ["logit", "glm", "hazard"])
def test_a_dummy_behind_which_one_outcome_is_all_there_is_fails(release, data, kind):
    data["group"] = among(data, 60)
    data["event"] = np.where(data["group"] == 1, 0, data["passed"])
    fits = {
        "logit": lambda: smf.logit("event ~ x + group", data).fit(disp=0, maxiter=15, warn_convergence=False),
        "glm": lambda: smf.glm("event ~ x + group", data, family=sm.families.Binomial()).fit(),
        "hazard": lambda: smf.phreg("np.exp(y) ~ x + group", data, status=data["event"]).fit(),
    }
    registered = verdict(release, fits[kind](), data)
    assert registered.outcome is FAIL
    assert "MOD5" in codes(registered)


@pytest.mark.parametrize(("n", "expected"), [(4, REVIEW), (30, PASS)])
def test_few_with_the_outcome_behind_a_dummy_are_for_a_person(release, data, n, expected):
    data["group"] = among(data, 60)
    data["event"] = np.where(data["group"] == 1, among(data, n), data["passed"]).astype(int)
    assert verdict(release, smf.logit("event ~ x + group", data).fit(disp=0), data).outcome is expected


def test_shares_by_logit_of_dummies_are_judged_as_counts(release, data):
    data["event"] = np.where(data["track"] == "vwo", among(data, 20), data["passed"]).astype(int)
    assert verdict(release, smf.logit("event ~ C(track)", data).fit(disp=0), data).outcome is FAIL


@pytest.mark.parametrize(("noise", "expected"), [(0.0, FAIL), (1e-4, FAIL), (0.05, REVIEW), (0.5, PASS)])
def test_an_outcome_that_is_an_equation_of_the_covariates(release, data, noise, expected):
    data["later"] = 2 * data["x"] + noise * data["z"]
    assert verdict(release, smf.ols("later ~ x", data).fit(), data).outcome is expected


def test_an_outcome_that_everybody_shares_fails(release, data):
    data["same"] = 61.0
    assert verdict(release, smf.ols("same ~ x", data).fit(), data).outcome is FAIL


def test_an_outcome_that_is_one_pupils_value_fails(release, data):
    data["y"] = np.where(data.index == 3, 5e5, data["y"])
    assert verdict(release, smf.ols("y ~ x", data).fit(), data).outcome is FAIL


@pytest.mark.parametrize("nothing", [0.0, 1e-6])
def test_a_pupil_of_no_weight_is_not_in_the_model(release, data, nothing):
    """With all weights alike and with one of next to nothing: the difference is that pupil."""
    model = smf.wls("y ~ x", data, weights=np.ones(N)).fit()
    assert verdict(release, model, data, "alike").outcome is PASS
    weights = np.where(data.index == 3, nothing, 1.0)
    registered = verdict(release, smf.wls("y ~ x", data, weights=weights).fit(), data, "without")
    assert registered.outcome is FAIL
    assert "DIF2" in codes(registered)
