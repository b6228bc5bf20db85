"""Growth is the later score less the earlier; standardised growth has mean 0 among the pupils with both."""

import numpy as np
import pandas as pd
import pytest

from nco_research import growth
from output_checks.errors import InputError

SCORES = pd.DataFrame({"before": [10.0, 20.0, 30.0, np.nan], "after": [15.0, 20.0, 40.0, 50.0]})


def test_absolute_growth_is_the_difference_and_missing_where_a_score_is():
    assert growth(SCORES, before="before", after="after")["growth"].tolist()[:3] == [5.0, 0.0, 10.0]
    assert growth(SCORES, before="before", after="after")["growth"].isna().tolist() == [False, False, False, True]


def test_standardised_growth_is_the_difference_of_z_scores_of_those_with_both():
    made = growth(SCORES, before="before", after="after")["standardised_growth"]
    both = SCORES.dropna()
    z = (both - both.mean()) / both.std(ddof=1)
    np.testing.assert_allclose(made.dropna(), z["after"] - z["before"])
    assert made.mean() == pytest.approx(0, abs=1e-12)


def test_the_frame_given_is_not_changed():
    growth(SCORES, before="before", after="after")
    assert list(SCORES.columns) == ["before", "after"]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (SCORES.assign(before="12a"), "'before' must hold numbers; 4 of its 4 values are not"),
        (SCORES.assign(before="12"), "it holds them as text"),
        (SCORES.assign(before=1.0), "All scores in 'before' are equal"),
        (SCORES.assign(before=np.nan), "No pupil has both"),
        (SCORES.assign(before=[1, 2, 3, np.inf]), "infinite"),
        (SCORES.assign(growth=1), "column 'growth' already"),
        (SCORES.rename(columns={"before": "Before"}), "no column 'before' in the data. Try: 'Before'"),
    ],
)
def test_bad_scores_are_told_without_their_values(frame, message):
    with pytest.raises(InputError, match=message) as caught:
        growth(frame, before="before", after="after")
    assert "12a" not in str(caught.value)
