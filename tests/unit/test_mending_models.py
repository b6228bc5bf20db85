"""Mendings of models: a rare level merged or left out, or a term less; fitted again where that can be done."""

import warnings

import numpy as np
import pandas as pd
import pytest

from output_checks.model.finding import Outcome
from output_checks.release import Release
from output_checks.workflow.changes import ChangeKind
from output_checks.workflow.mending import outcome_words
from tests.factories import pupils

smf = pytest.importorskip("statsmodels.formula.api")
sm = pytest.importorskip("statsmodels.api")
PASS, FAIL, REVIEW = Outcome.PASS, Outcome.FAIL, Outcome.REVIEW


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.fixture
def data():
    made = pupils(400)
    made.loc[:5, "track"] = "pro"
    return made.assign(passed=(made["score"] > 50) * 1)


def run(mending, release, data):
    *before, call = mending.call.split("\n")
    names = {"release": release, "data": data, "smf": smf, "sm": sm}
    exec("\n".join(before), names)
    return eval(call, names)


MODELS = {
    "ols": lambda d: smf.ols("score ~ C(track) + sex", d).fit(),
    "interaction": lambda d: smf.ols("score ~ track * sex", d).fit(),
    "glm": lambda d: smf.glm("passed ~ track", d, family=sm.families.Binomial()).fit(cov_type="HC1"),
    "logit": lambda d: smf.logit("passed ~ track", d).fit(disp=0),
    "clustered": lambda d: smf.ols("score ~ track", d).fit(cov_type="cluster", cov_kwds={"groups": d["school"]}),
}


@pytest.mark.parametrize("fit", MODELS.values(), ids=MODELS)
def test_what_is_said_to_pass_passes_when_it_is_fitted_again(release, data, fit):
    before = data.copy(deep=True)
    model = release.model("m", fit(data), data=data)
    assert model.outcome is FAIL
    assert model.mendings.found[0].what == "Merge “havo” and “pro” of track."
    for mending in model.mendings.found:
        assert mending.tried
        assert run(mending, release, data).outcome is mending.outcome is PASS
    pd.testing.assert_frame_equal(data, before)


def test_a_rare_reference_group_is_found_though_no_term_has_its_name(release, data):
    ordered = data.assign(track=pd.Categorical(data["track"], ["pro", "vmbo", "havo", "vwo"], ordered=True))
    found = release.model("m", smf.ols("score ~ track", ordered).fit(), data=ordered).mendings.found
    merges = [mending.what for mending in found if mending.kind is ChangeKind.MERGE]
    assert merges == ["Merge “pro” and “vmbo” of track."]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a level without records would be a column of zeros
        assert all(run(mending, release, ordered).outcome is PASS for mending in found)


def test_a_rare_dummy_is_left_out(release, data):
    dummy = data.assign(pro=(data["track"] == "pro") * 1)
    found = release.model("m", smf.ols("score ~ pro + sex", dummy).fit(), data=dummy).mendings.found
    assert [mending.what for mending in found] == ["Leave out the term pro."]
    assert run(found[0], release, dummy).outcome is PASS


def test_a_model_that_passes_has_none_and_keeps_no_data(release, data):
    known = data[data["track"] != "pro"]
    model = release.model("m", smf.ols("score ~ track", known).fit(), data=known)
    assert model.outcome is PASS
    assert model.search is None


def test_a_model_that_cannot_be_fitted_again_gets_what_follows_from_the_evidence_and_says_so(release, data):
    weighted = smf.wls("score ~ track", data, weights=np.arange(1, len(data) + 1)).fit()
    model = release.model("m", weighted, data=data)
    assert "were not tried" in model.mendings.remark
    assert model.mendings.tries == 0
    assert {outcome_words(mending) for mending in model.mendings.found} == {"not tried"}
    assert {mending.outcome for mending in model.mendings.found} == {REVIEW}
    assert model.mendings.found[0].what == "Merge “havo” and “pro” of track."
    assert "What helps" in model._repr_html_()


def test_levels_of_a_key_are_not_named(release, data):
    few = data.assign(school=np.where(np.arange(len(data)) < 390, "s1", "s2")).assign(
        school=lambda frame: frame["school"].where(frame.index % 3 != 0, "s3")
    )
    found = release.model("m", smf.ols("score ~ school", few).fit(), data=few).mendings.found
    assert "“s" not in "".join(mending.what + mending.call for mending in found)


def test_mendings_of_a_model_stay_after_an_explanation(release, data):
    model = release.model("m", smf.ols("score ~ track", data).fit(), data=data, decimals=2, title="Growth")
    assert release.explain("m", "A small track.").mendings.found == model.mendings.found != ()
    assert 'decimals=2, title="Growth"' in model.mendings.found[0].call
