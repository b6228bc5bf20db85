"""Learning growth: how much pupils learnt between two tests."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.columns import expect_columns, numbers
from output_checks.errors import InputError

GROWTH = "growth"
STANDARDISED_GROWTH = "standardised_growth"


def growth(frame: pd.DataFrame, *, before: str, after: str) -> pd.DataFrame:
    """Return `frame` with two columns more: `growth` and `standardised_growth`. `frame` is not changed.

    Parameters
    ----------
    frame
        One row per pupil.
    before, after
        Columns with the scores of the earlier and the later test. For `growth` to mean anything, both must be on the
        same scale (scores of one domain and one test series).

    Notes
    -----
    `growth` is after − before, in points of the scale.

    `standardised_growth` is z(after) − z(before), where z(x) = (x − mean) / standard deviation (n − 1 in the
    denominator) over the pupils of `frame` who have both scores. Its mean is 0: it says how far a pupil moved among
    these pupils, in standard deviations, not whether they learnt. It can be compared across domains. A pupil with one
    score missing has neither.

    The absolute growth and the mean of 0 are those of the NCO school reports (ncoinformatiepunt.nl, explanation of
    terms). NCO's own standardisation is over all Dutch schools and was not available; this one is over the cohort.

    Raises
    ------
    InputError
        A column is absent or does not hold numbers, no pupil has both scores, all scores of one test are equal, or
        `frame` has a column of one of the new names already.
    """
    expect_columns(frame, [before, after])
    taken = [name for name in (GROWTH, STANDARDISED_GROWTH) if name in frame.columns]
    if taken:
        raise InputError(f"The data has a column {taken[0]!r} already.", remedy="rename or leave out that column")
    earlier, later = numbers(frame, before), numbers(frame, after)
    both = ~(np.isnan(earlier) | np.isnan(later))
    if not both.any():
        raise InputError(f"No pupil has both {before!r} and {after!r}.", remedy="look at how the scores were linked")
    standardised = _z(later, both, after) - _z(earlier, both, before)
    difference = np.where(both, later - earlier, np.nan)
    return frame.assign(**{GROWTH: difference, STANDARDISED_GROWTH: standardised})


def _z(scores: npt.NDArray[Any], both: npt.NDArray[np.bool_], name: str) -> npt.NDArray[np.float64]:
    deviation = scores[both].std(ddof=1) if both.sum() > 1 else 0.0
    if deviation == 0:
        raise InputError(
            f"All scores in {name!r} are equal, so growth cannot be standardised.", remedy="another column"
        )
    z: npt.NDArray[np.float64] = np.where(both, (scores - scores[both].mean()) / deviation, np.nan)
    return z
