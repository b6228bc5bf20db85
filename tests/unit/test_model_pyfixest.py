"""pyfixest's results: a stand-in with its documented attributes, and the package itself where it is installed."""

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.measuring.models import read_fitted
from output_checks.measuring.models.effects import without_effects
from output_checks.model.finding import Outcome
from output_checks.release import Release

pytestmark = pytest.mark.filterwarnings("ignore")
PASS, FAIL = Outcome.PASS, Outcome.FAIL
N = 800


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    made = pd.DataFrame(
        {
            "pupil": [f"p{i}" for i in range(N)],
            "school": [f"s{i % 25}" for i in range(N)],
            "number": np.arange(N) % 25,
            "track": rng.choice(["havo", "vmbo", "vwo"], N),
            "year": rng.choice([2020, 2021, 2022], N),
            "x": rng.normal(size=N),
        }
    )
    made["y"] = made["x"] + made["number"] / 9 + rng.normal(size=N)
    made["absent"] = rng.poisson(np.exp(0.3 * made["x"]))
    made["instrument"] = made["x"] + rng.normal(size=N)
    made.loc[11, "x"] = np.nan
    made.index = made.index + 5000
    return made


class Feols:
    """What a fitted `Feols` holds, as its documentation lists it, computed with plain least squares."""

    def __init__(self, data, columns, effect=""):
        self._data = data.reset_index(drop=True).dropna(subset=columns)
        self._coefnames = list(columns) if effect else ["Intercept", *columns]
        kept = self._data[columns].to_numpy(dtype=float)
        design = kept if effect else np.column_stack([np.ones(len(kept)), kept])
        self._fe = self._data[[effect]].to_numpy() if effect else None
        groups = [pd.factorize(self._data[effect])[0]] if effect else []
        self._Y_untransformed = self._data[["y"]]
        outcome = self._data["y"].to_numpy()
        both = np.column_stack([design, outcome])
        both = without_effects(both, groups, np.ones(len(both))) if groups else both
        self._X, left = both[:, :-1], both[:, -1]
        self._beta_hat = np.linalg.lstsq(self._X, left, rcond=None)[0]
        self._Y_hat_response = outcome - (left - self._X @ self._beta_hat)
        self._weights_df, self._has_weights, self._weights_type = None, False, "aweights"
        self._depvar, self._fixef, self._is_iv = "y", effect or None, False
        self._is_clustered, self._G, self._vcov_type_detail = False, [], "iid"

    def coef(self):
        return pd.Series(self._beta_hat, index=self._coefnames)

    def se(self):
        return pd.Series(np.full(len(self._beta_hat), 0.1), index=self._coefnames)


Feols.__module__ = "pyfixest.estimation.models.feols_"


def test_a_stand_in_is_read_by_its_documented_attributes(data):
    fitted = read_fitted(Feols(data, ["x"]))
    assert fitted.terms == ("Intercept", "x")
    assert fitted.rows.tolist() == [position for position in range(N) if position != 11]
    assert fitted.description["estimator"] == "Feols (pyfixest)"
    assert fitted.residual_degrees_of_freedom == N - 1 - 2


@pytest.mark.parametrize(("n", "expected"), [(5, FAIL), (60, PASS)])
@pytest.mark.parametrize("effect", ["", "school"])
def test_a_dummy_for_few_fails_with_and_without_absorbed_effects(release, data, effect, n, expected):
    data["few"] = (np.arange(N) < n) * 1.0
    registered = release.model("m", Feols(data, ["x", "few"], effect=effect), data=data)
    assert registered.outcome is expected, registered.reason


def test_a_variable_that_is_fixed_within_schools_but_for_one_pupil_fails(release, data):
    data["z"] = data["number"] * 1.0
    data.iloc[40, data.columns.get_loc("z")] += 1
    assert release.model("m", Feols(data, ["x", "z"], effect="school"), data=data).outcome is FAIL


def test_the_frame_must_be_the_one_of_the_fit_in_its_order(release, data):
    model = Feols(data, ["x"])
    with pytest.raises(InputError, match="rows or values differ"):
        release.model("m", model, data=data.sample(frac=1.0, random_state=1))
    with pytest.raises(InputError, match="beyond the rows"):
        release.model("m", model, data=data.head(50))


def test_a_model_without_its_data_or_with_columns_nobody_can_look_up_is_refused(data):
    lean = Feols(data, ["x"])
    lean._data = None
    with pytest.raises(InputError, match="lean=False"):
        read_fitted(lean)
    spline = Feols(data, ["x"])
    spline._coefnames = ["Intercept", "bs(x, df=4)[1]"]
    with pytest.raises(InputError, match="cannot be worked out"):
        read_fitted(spline)


FITS = {
    "effects": lambda pf, d: pf.feols("y ~ x + C(track) | school + year", d, vcov={"CRV1": "school"}),
    "plain": lambda pf, d: pf.feols("y ~ x + i(track) + x:C(track)", d),
    "weights": lambda pf, d: pf.feols("y ~ x", d.assign(w=1.0 + d["number"] / 50), weights="w"),
    "counts": lambda pf, d: pf.fepois("absent ~ x + C(year) | school", d),
    "instruments": lambda pf, d: pf.feols("y ~ 1 | school | x ~ instrument", d),
}


@pytest.mark.parametrize("name", FITS)
def test_the_package_itself_is_read_and_passes(release, data, name):
    pf = pytest.importorskip("pyfixest")
    given = data.assign(w=1.0 + data["number"] / 50)
    result = FITS[name](pf, given)
    fitted = read_fitted(result)
    np.testing.assert_allclose(fitted.estimates, result.coef())
    columns = fitted.within[:, -1:] if name == "instruments" else fitted.within
    limit = 1e-4 * np.linalg.norm(columns) * np.linalg.norm(fitted.residual)
    assert np.abs(columns.T @ fitted.residual).max() < limit
    registered = release.model("m", result, data=given)
    assert registered.outcome is PASS, registered.reason


@pytest.mark.parametrize("formula", ["y ~ x + few", "y ~ x + few | school", "y ~ x + i(rare) | year", "y ~ few*x"])
def test_the_package_itself_with_a_dummy_for_few_fails(release, data, formula):
    pf = pytest.importorskip("pyfixest")
    data["few"] = (np.arange(N) < 4) * 1.0
    data["rare"] = np.where(np.arange(N) < 4, "pro", data["track"])
    assert release.model("m", pf.feols(formula, data), data=data).outcome is FAIL


def test_several_models_at_once_and_effects_of_the_package_are_refused(data):
    pf = pytest.importorskip("pyfixest")
    with pytest.raises(InputError):
        read_fitted(pf.feols("y ~ sw(x, number)", data))
    with pytest.raises(InputError, match=r"release\.table"):
        read_fitted(pf.feols("y ~ x | school", data).fixef())
