"""What pandas calls a statistic: known by name or by identity, and never taken for what it is not."""

import functools

import numpy as np
import pandas as pd
import pytest

from output_checks.asked.grouped import Grouping
from output_checks.asked.names import _FUNCTIONS, _UNKNOWN, _WORDS, aggregate, percentile
from output_checks.asked.registering import Wish, outputs_of
from output_checks.errors import InputError
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy
from output_checks.release import Release
from tests.factories import UNITS, pupils

FUNCTION_IDS = [f"{getattr(function, '__module__', '')}.{name}" for function, name in _FUNCTIONS]


@pytest.fixture
def release(tmp_path):
    return Release("s", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"}, author="researcher")


@pytest.mark.parametrize("word", [word for word in _WORDS if word != "quantile"])
def test_every_name_that_is_known_is_measured_as_what_pandas_gives(release, word):
    data = pupils(300)
    if not hasattr(data.groupby("track"), word):
        pytest.skip("not in this version of pandas")
    answer = release.groupby(data, "track")[["score"]].agg(word, name="t")
    assert all(item.statistic is not Statistic.UNKNOWN for item in answer.tables[0].output.tabulations)
    if answer.outcome is not Outcome.FAIL:
        expected = data.groupby("track")[["score"]].agg(word)
        pd.testing.assert_frame_equal(pd.DataFrame(answer.result), pd.DataFrame(expected))


@pytest.mark.parametrize("word", _UNKNOWN)
def test_a_name_that_cannot_be_judged_needs_review(release, word):
    assert release.groupby(pupils(600), "track").score.agg(word, name="t").outcome is Outcome.REVIEW


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:overflow")
@pytest.mark.parametrize(("function", "name"), _FUNCTIONS, ids=FUNCTION_IDS)
def test_the_numbers_of_a_known_function_are_those_of_its_name(function, name):
    """Measuring holds them against pandas' numbers, and refuses what differs."""
    call = Grouping(data=pupils(300), by="track", chosen="score").call("agg", function)
    ((part, output),) = outputs_of(call, Wish(name="t"), units=UNITS, policy=load_policy("cbs-export"))
    assert part.asked == (name,)
    assert {item.statistic for item in output.tabulations} == {Statistic.COUNT, aggregate(name).statistic}


def test_a_function_is_known_by_identity_and_not_by_its_name():
    def mean(numbers):
        return numbers.max()

    assert aggregate(np.mean).statistic is Statistic.MEAN
    assert aggregate(mean).statistic is Statistic.UNKNOWN
    assert aggregate(functools.partial(np.mean, axis=0)).statistic is Statistic.UNKNOWN


def test_a_function_of_ones_own_needs_review_even_where_it_gives_the_mean(release):
    data = pupils(600)
    answer = release.groupby(data, "track").score.agg(lambda numbers: numbers.mean(), name="t")
    assert answer.outcome is Outcome.REVIEW
    pd.testing.assert_series_equal(answer.result, data.groupby("track").score.agg(lambda numbers: numbers.mean()))


def test_a_function_of_ones_own_fails_where_few_are_behind_it(release):
    data = pupils(600)
    few = data.assign(track=data["track"].where(data.index > 5, "pro"))
    assert release.groupby(few, "track").score.agg(lambda numbers: numbers.mean(), name="t").outcome is Outcome.FAIL


@pytest.mark.parametrize("asked", ["describe", "meen", "idxmax", 3, None])
def test_what_is_no_statistic_is_refused(asked):
    with pytest.raises(InputError, match="cannot be asked for by group"):
        aggregate(asked)


def test_quartiles_are_known_and_other_quantiles_are_not():
    assert percentile(0.25).statistic is Statistic.PERCENTILE_25
    assert percentile(0.5).statistic is Statistic.MEDIAN
    assert percentile(0.37).statistic is Statistic.UNKNOWN


def test_the_file_says_where_a_statistic_is_told_in_another_form(release):
    data = pupils(600)
    answer = release.groupby(data, "track").score.std("t", ddof=0)
    assert "by n" in answer.tables[0].output.definition["statistics"]
    pd.testing.assert_series_equal(answer.result, data.groupby("track").score.std(ddof=0))
    assert release.groupby(data, "track").score.std("u").tables[0].output.definition["statistics"] == "std"
