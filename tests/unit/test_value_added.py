"""The value-added model agrees with lme4 where it should, and says where it does not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nco_research import value_added
from output_checks.errors import InputError

BDF = Path(__file__).parents[2] / "demo" / "bdf.csv"

# R, lme4::lmer(langPOST ~ langPRET + ses + (1 | schoolNR), REML = TRUE) on nlme's data set bdf.
LME4 = {"(constant)": (7.201882, 0.700311), "langPRET": (0.880023, 0.019498), "ses": (0.123808, 0.012946)}
LME4_SCHOOL_VARIANCE, LME4_RESIDUAL_VARIANCE = 7.332268, 30.330376


@pytest.fixture(scope="module")
def bdf():
    return pd.read_csv(BDF, dtype={"schoolNR": str, "pupilNR": str}, encoding="utf-8")


def fit(frame, **changes):
    options = {"outcome": "langPOST", "prior": "langPRET", "covariates": ["ses"], "school": "schoolNR"}
    return value_added(frame, **{**options, "pupil": "pupilNR", **changes})


def test_coefficients_and_standard_errors_are_those_of_lme4(bdf):
    # Swamy-Arora and REML weigh schools a little differently: within a twentieth of a standard error of one another.
    model = fit(bdf)
    for term, (estimate, error) in LME4.items():
        assert model.fitted.params[term] == pytest.approx(estimate, abs=0.05 * error)
        assert model.fitted.std_errors[term] == pytest.approx(error, rel=0.01)


def test_variances_are_near_those_of_lme4_but_not_the_same(bdf):
    model = fit(bdf)
    assert model.residual_variance == pytest.approx(LME4_RESIDUAL_VARIANCE, rel=0.005)
    assert model.school_variance == pytest.approx(LME4_SCHOOL_VARIANCE, rel=0.12)
    assert model.intraclass_correlation == pytest.approx(0.18, abs=0.01)


def test_school_effects_are_the_shrunken_mean_residuals(bdf):
    model = fit(bdf)
    row = model.schools.set_index("schoolNR").loc["18"]
    pupils = bdf[bdf["schoolNR"] == "18"]
    params = model.fitted.params
    residual = pupils["langPOST"] - params["(constant)"] - params["langPRET"] * pupils["langPRET"]
    mean = (residual - params["ses"] * pupils["ses"]).mean()
    reliability = len(pupils) * model.school_variance / (len(pupils) * model.school_variance + model.residual_variance)
    assert row["reliability"] == pytest.approx(reliability)
    assert row["effect"] == pytest.approx(reliability * mean)
    assert row["standard_error"] == pytest.approx(np.sqrt(model.school_variance * (1 - reliability)))
    assert model.schools["effect"].is_monotonic_increasing


def test_effects_recover_what_was_put_in():
    rng = np.random.default_rng(3)
    school = np.repeat(np.arange(200), 60)
    truth = rng.normal(0, 2, 200)
    prior = rng.normal(50, 10, len(school))
    outcome = 5 + 0.8 * prior + truth[school] + rng.normal(0, 4, len(school))
    frame = pd.DataFrame({"p": np.arange(len(school)), "s": school, "prior": prior, "outcome": outcome})
    model = value_added(frame, outcome="outcome", prior="prior", school="s", pupil="p")
    effects = model.schools.sort_values("s")
    assert np.corrcoef(effects["effect"], truth)[0, 1] > 0.95
    inside = np.abs(effects["effect"].to_numpy() - truth) < 1.96 * effects["standard_error"].to_numpy()
    assert 0.9 < inside.mean() < 0.99


def test_categories_become_dummies_but_the_first(bdf):
    frame = bdf.assign(sex=bdf["sex"].map({0: "boy", 1: "girl"}), minority=bdf["Minority"] == "Y")
    model = fit(frame, covariates=["ses", "sex", "minority"])
    assert list(model.fitted.params.index) == ["(constant)", "langPRET", "ses", "sex: girl", "minority: True"]


def test_the_data_has_the_index_of_the_model_and_its_key_columns(bdf):
    model = fit(bdf)
    assert model.data.index.equals(model.fitted.model.exog.dataframe.index)
    assert {"schoolNR", "pupilNR"} <= set(model.data.columns)
    assert not set(model.data.index.names) & set(model.data.columns)
    assert model.data["langPOST"].to_numpy() == pytest.approx(model.fitted.model.dependent.values2d[:, 0])


def test_quarters_hold_equal_numbers_of_schools_in_order(bdf):
    with_effects = fit(bdf).with_effects()
    schools = with_effects.groupby("quarter", observed=True)["schoolNR"].nunique()
    assert schools.tolist() == [33, 33, 33, 32]
    assert with_effects.groupby("quarter", observed=True)["school_effect"].mean().is_monotonic_increasing


def test_records_with_something_missing_are_left_out_and_counted(bdf):
    frame = bdf.copy()
    frame.loc[frame.index[:7], "ses"] = np.nan
    model = fit(frame)
    assert (model.left_out, len(model.data)) == (7, len(bdf) - 7)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"same": "x"}, {"covariates": ["same"]}, "'same' is the same for every pupil"),
        ({"same": 1.0}, {"covariates": ["same"]}, "'same' is the same for every pupil"),
        ({"twice": lambda d: d["langPRET"] * 2 + 1}, {"covariates": ["twice"]}, "'twice' follows from the other"),
        ({"langPOST": "secret"}, {}, "'langPOST' must hold numbers"),
        ({}, {"covariates": ["pupilNR"]}, "'pupilNR' has 2287 categories"),
        ({}, {"covariates": ["sess"]}, "no column 'sess'"),
        ({}, {"covariates": ["langPOST"]}, "cannot explain itself"),
        ({"schoolNR": lambda d: d["schoolNR"].where(d["schoolNR"] == "1", "2")}, {}, "2 schools have complete"),
        ({"schoolNR": lambda d: d["pupilNR"] + "s"}, {}, "too few to tell pupils from schools"),
        ({"pupilNR": "1"}, {}, "2287 records share their pupilNR"),
        ({}, {"pupil": "schoolNR"}, "key of both pupils and schools"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_a_line(bdf, change, options, message):
    with pytest.raises(InputError, match=message) as caught:
        fit(bdf.assign(**change), **options)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
