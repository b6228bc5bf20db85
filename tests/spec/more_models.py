"""Further disclosures by models and tests."""

import numpy as np
import pandas as pd
import pytest
from linearmodels import PanelOLS, PooledOLS
from scipy import stats

from tests.spec.planting import cell, planted, pupils


def sm():
    return pytest.importorskip("statsmodels.api")


def fit(release, data, names, *, name="m", outcome="score", **how):
    data = data.assign(constant=1.0)
    return release.model(name, sm().OLS(data[outcome], data[["constant", *names]], **how).fit(), data=data)


def dummies(data, column, without):
    return pd.get_dummies(data[column]).drop(columns=without).astype(float)


@planted("the mean of 3 pupils, by an interaction")
def an_interaction_of_few(release):
    data = pupils()
    few = data.index[(data["sex"] == "girl") & (data["track"] == "vwo")][3:]
    data.loc[few, "sex"] = "boy"
    data["girl"], data["vwo"] = (data["sex"] == "girl") * 1.0, (data["track"] == "vwo") * 1.0
    data["both"] = data["girl"] * data["vwo"]
    return fit(release, data, ["girl", "vwo", "both", "hours"])


@planted("the mean of 3 pupils, by a formula's interaction")
def a_formula_with_an_interaction_of_few(release):
    formula = pytest.importorskip("statsmodels.formula.api")
    data = pupils()
    data.loc[data.index[(data["sex"] == "girl") & (data["track"] == "vwo")][3:], "sex"] = "boy"
    return release.model("m", formula.ols("score ~ C(sex) * C(track)", data=data).fit(), data=data)


@planted("one pupil's score")
def a_dummy_with_three_values(release):
    data = pupils().assign(level=lambda d: (d.index % 2) * 1.0)
    data.loc[5, "level"] = 1000.0
    return fit(release, data, ["level"])


@planted("one pupil's score")
def a_dummy_hidden_in_noise(release):
    data = pupils()
    data["covariate"] = np.random.default_rng(1).normal(0, 0.001, 1000)
    data.loc[5, "covariate"] = 1.0
    return fit(release, data, ["covariate", "hours"])


@planted("the mean of 3 pupils, in the constant")
def a_reference_group_of_three(release):
    data = pupils()
    data["track"] = np.where(data.index % 2, "vmbo", "havo")
    data.loc[:2, "track"] = "pro"
    data = data.join(dummies(data, "track", "pro"))
    return fit(release, data, ["havo", "vmbo"])


@planted("the mean of 3 pupils, but for a covariate")
def a_reference_group_of_three_beside_a_covariate(release):
    data = pupils()
    data["track"] = np.where(data.index % 2, "vmbo", "havo")
    data.loc[:2, "track"] = "pro"
    data = data.join(dummies(data, "track", "pro"))
    return fit(release, data, ["havo", "vmbo", "hours"])


@planted("each school's effect")
def a_dummy_for_every_school(release):
    data = pupils()
    made = dummies(data, "location", "l00")
    return fit(release, data.join(made), list(made))


@planted("every pupil's score from their hours")
def an_equation_without_a_remainder(release):
    data = pupils()
    return fit(release, data.assign(score=3 * data["hours"] + 2), ["hours"])


@planted("a cell's score, which all have")
def a_saturated_model_of_equal_scores(release):
    data = pupils()
    data.loc[data["track"] == "vwo", "score"] = 61.0
    return fit(release, data.join(dummies(data, "track", "havo")), ["vmbo", "vwo"])


@planted("the mean of 4 pupils: only they have a score")
def a_dummy_of_many_of_whom_few_have_a_score(release):
    data = pupils()
    data.loc[cell(data)[4:], "score"] = np.nan
    data["cell"] = data.index.isin(cell(data)) * 1.0
    return fit(release, data, ["cell", "hours"], missing="drop")


@planted("one pupil's score")
def the_same_model_without_one_pupil(release):
    data = pupils()
    data.loc[0, "hours"] = 90.0
    fit(release, data.iloc[1:], ["hours"], name="before")
    return fit(release, data, ["hours"], name="after")


@planted("the mean of 3 pupils")
def the_same_model_with_three_pupils_in_another_group(release):
    data = pupils()
    data["vwo"] = (data["track"] == "vwo") * 1.0
    fit(release, data, ["vwo"], name="before")
    data["upper"] = data["vwo"]
    data.loc[data.index[data["vwo"] == 0][:3], "upper"] = 1.0
    return fit(release, data, ["upper"], name="after")


@planted("the mean of a table's group less one pupil")
def a_model_and_a_table_that_differ_by_one_pupil(release):
    data = pupils()
    release.table("before", data, by="track", value="score", statistic="mean", margins=True, decimals=4)
    less = data.iloc[1:]
    return fit(release, less.join(dummies(less, "track", "havo")), ["vmbo", "vwo"])


@planted("the mean of 3 pupils, who have all the weight")
def weights_of_almost_nothing(release):
    data = pupils().assign(constant=1.0, weight=1e-9)
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[[*data.index[data["vwo"] == 1][:3], *data.index[data["vwo"] == 0][:300]], "weight"] = 1.0
    fitted = sm().WLS(data["score"], data[["constant", "vwo"]], weights=data["weight"]).fit()
    return release.model("m", fitted, data=data)


@planted("that all pupils of a group passed")
def a_logit_that_separates(release):
    data = pupils().assign(constant=1.0)
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[data["vwo"] == 1, "passed"] = 1.0
    fitted = sm().GLM(data["passed"], data[["constant", "vwo"]], family=sm().families.Binomial()).fit()
    return release.model("m", fitted, data=data)


@planted("the share of 3 pupils")
def a_poisson_model_with_a_rare_level(release):
    data = pupils().assign(constant=1.0)
    data["rare"] = (data.index < 3) * 1.0
    fitted = sm().GLM(data["hours"].abs(), data[["constant", "rare"]], family=sm().families.Poisson()).fit()
    return release.model("m", fitted, data=data)


@planted("the mean of one pupil's two years")
def a_panel_with_a_dummy_for_one_pupil(release):
    waves = pd.concat([pupils().assign(wave=wave) for wave in (1, 2)], ignore_index=True)
    waves["score"] += waves["wave"] * 3
    waves["one"] = ((waves["pupil"] == "p00005") & (waves["wave"] == 2)) * 1.0
    indexed = waves.set_index(["pupil", "wave"])
    fitted = PanelOLS(indexed["score"], indexed[["one", "hours"]], entity_effects=True, drop_absorbed=True)
    return release.model("m", fitted.fit(), data=indexed)


@planted("the mean of 4 pupils")
def a_model_on_four_pupils(release):
    data = pupils(4).assign(constant=1.0, wave=0).set_index(["pupil", "wave"])
    return release.model("m", PooledOLS(data["score"], data[["constant", "hours"]]).fit(), data=data)


@planted("every pupil's deviation from the line")
def residuals_as_a_table(release):
    data = pupils().assign(constant=1.0)
    fitted = sm().OLS(data["score"], data[["constant", "hours"]]).fit()
    data["residual"] = fitted.resid.round(6)
    return release.table("t", data, by="residual")


@planted("where the outlying scores are")
def an_estimate_of_another_kind(release):
    density = sm().nonparametric.KDEUnivariate(pupils()["score"])
    density.fit()
    return release.model("m", density, data=pupils())


@planted("the scores of 3 pupils against the others'")
def a_test_with_a_group_of_three(release):
    data = pupils()
    data["group"] = np.where(data.index < 3, "three", "others")
    parts = [data.loc[data["group"] == group, "score"] for group in ("three", "others")]
    return release.test("t", stats.ttest_ind(*parts), data=data, by="group", value="score")


@planted("the 2 pupils of a cell")
def a_chi_square_test_of_a_small_cell(release):
    data = pupils()
    data.loc[:1, "track"] = "pro"
    result = stats.chi2_contingency(pd.crosstab(data["school"], data["track"]))
    return release.test("t", result, data=data, by=["school", "track"])


@planted("that 3 pupils of a track passed")
def a_logit_of_a_rare_outcome(release):
    data = pupils().assign(constant=1.0)
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[data["vwo"] == 1, "passed"] = 0.0
    data.loc[data.index[data["vwo"] == 1][:3], "passed"] = 1.0
    return release.model("m", sm().Logit(data["passed"], data[["constant", "vwo"]]).fit(disp=False), data=data)


@planted("that one pupil of a track failed")
def a_linear_model_of_a_rare_outcome(release):
    data = pupils()
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[data["vwo"] == 1, "passed"] = 1.0
    data.loc[data.index[data["vwo"] == 1][0], "passed"] = 0.0
    return fit(release, data, ["vwo"], outcome="passed")


@planted("the mean of 3 pupils, without a constant")
def dummies_without_a_constant(release):
    data = pupils()
    data.loc[:2, "track"] = "pro"
    made = pd.get_dummies(data["track"]).astype(float)
    data = data.join(made)
    return release.model("m", sm().OLS(data["score"], data[list(made)]).fit(), data=data)


@planted("a pupil's score: they count 500 times")
def weights_of_one_pupil(release):
    data = pupils().assign(constant=1.0, count=1.0)
    data.loc[5, "count"] = 500.0
    data["vwo"] = (data["track"] == data.loc[5, "track"]) * 1.0
    model = sm().GLM(data["score"], data[["constant", "vwo"]], freq_weights=data["count"])
    return release.model("m", model.fit(), data=data)


@planted("one pupil's slope")
def a_slope_for_one_pupil(release):
    data = pupils()
    data["own"] = np.where(data.index == 5, data["hours"], 0.0)
    return fit(release, data, ["hours", "own"])


@planted("a model of 12 pupils, as if of 1,000")
def a_model_fitted_on_a_few_arrays(release):
    data = pupils().assign(constant=1.0)
    few = data.head(12)
    return release.model("m", sm().OLS(few["score"].to_numpy(), few[["constant", "hours"]].to_numpy()).fit(), data=data)


@planted("the highest score, by a quantile regression")
def a_regression_of_the_highest_scores(release):
    data = pupils().assign(constant=1.0)
    data["vwo"] = (data["track"] == "vwo") * 1.0
    fitted = sm().QuantReg(data["score"], data[["constant", "vwo"]]).fit(q=0.999)
    return release.model("m", fitted, data=data)


@planted("the median score of a track, which is a pupil's")
def a_median_regression(release):
    data = pupils().assign(constant=1.0)
    data["vwo"] = (data["track"] == "vwo") * 1.0
    return release.model("m", sm().QuantReg(data["score"], data[["constant", "vwo"]]).fit(q=0.5), data=data)


@planted("when 3 pupils left")
def a_hazard_of_few(release):
    data = pupils().assign(term=lambda d: 1.0 + d.index % 30, rare=lambda d: (d.index < 3) * 1.0)
    return release.model("m", sm().PHReg(data["term"], data[["rare", "hours"]]).fit(), data=data)


@planted("the mean of the 4 pupils that the table hides")
def a_model_beside_a_table_that_hides(release):
    """The constant is the mean of vwo and pro; two equations leave two unknowns, the count and the sum of pro."""
    data = pupils()
    data.loc[:3, "track"] = "pro"
    hides = release.table(
        "before", data, by="track", value="score", statistic="mean", margins=True, suppress=True, decimals=4
    )
    assert hides.frame.set_index("track")["n"].isna()[["havo", "pro"]].all()
    data["havo"], data["vmbo"] = (data["track"] == "havo") * 1.0, (data["track"] == "vmbo") * 1.0
    return fit(release, data, ["havo", "vmbo"])


@planted("a correlation coefficient that is exactly 1")
def a_test_of_two_variables_that_are_one(release):
    data = pupils().assign(double=lambda d: 2 * d["score"])
    return release.test("t", stats.pearsonr(data["score"], data["double"]), data=data, value=["score", "double"])


@planted("how many chose what only 3 chose")
def a_choice_of_three(release):
    data = pupils().assign(constant=1.0, choice=lambda d: d.index % 2)
    data.loc[data.index[::400], "choice"] = 2
    fitted = sm().MNLogit(data["choice"], data[["constant", "hours"]]).fit(disp=False)
    return release.model("m", fitted, data=data)


@planted("that 3 pupils passed, and the sum of their hours")
def a_logit_of_three_who_passed(release):
    data = pupils().assign(constant=1.0, passed=lambda d: (d.index % 400 == 7) * 1.0)
    return release.model("m", sm().Logit(data["passed"], data[["constant", "hours"]]).fit(disp=False), data=data)


@planted("one pupil's income, which is nearly all of their track's")
def a_mean_that_one_holds_as_a_coefficient(release):
    data = pupils()
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[data.index[data["vwo"] == 1][0], "score"] = 1e7
    return fit(release, data, ["vwo"])


@planted("one pupil's income, which is nearly all of everyone's")
def a_mean_that_one_holds_beside_a_covariate(release):
    data = pupils()
    data["vwo"] = (data["track"] == "vwo") * 1.0
    data.loc[data.index[data["vwo"] == 1][0], "score"] = 1e7
    return fit(release, data, ["vwo", "hours"])


@planted("the score of one pupil, as the difference between a model and a mean")
def a_constant_beside_a_mean_without_one(release):
    data = pupils()
    release.table("before", data, by="school", value="score", statistic="mean", decimals=4, margins=True)
    less = data.drop(index=5).assign(constant=1.0, b=lambda d: (d["school"] == "B") * 1.0)
    return release.model("m", sm().OLS(less["score"], less[["constant", "b"]]).fit(), data=less)


@planted("a pupil's score, as two tests differ by it")
def the_same_test_without_one_pupil(release):
    data = pupils()
    for name, part in (("before", data), ("after", data.iloc[1:])):
        parts = [part.loc[part["school"] == school, "score"] for school in ("A", "B")]
        registered = release.test(name, stats.ttest_ind(*parts), data=part, by="school", value="score")
    return registered


@planted("how few chose differently, by an ordered model")
def an_ordered_model_with_a_rare_level(release):
    ordered = pytest.importorskip("statsmodels.miscmodels.ordinal_model")
    data = pupils().assign(level=lambda d: d.index % 3)
    data.loc[data.index[::400], "level"] = 3
    fitted = ordered.OrderedModel(data["level"], data[["hours"]], distr="logit").fit(method="bfgs", disp=False)
    return release.model("m", fitted, data=data)
