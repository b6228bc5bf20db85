"""The columns that a table is made of: are they there, and do they hold what they must?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import Floats
from output_checks.model.statistic import Kind, Statistic

TWO_COLUMNS = frozenset({Statistic.RATIO, Statistic.RATE, Statistic.CORRELATION})
WEIGHTED = frozenset(item for item in Statistic if item.value.startswith("weighted "))
DESIGNED = frozenset(item for item in WEIGHTED if item.kind is Kind.WEIGHTED_SAMPLING_ERROR)
"""Statistics that need to know how the sample was drawn."""
INDICES = frozenset({Statistic.INDEX})
SHARES = frozenset({Statistic.SHARE, Statistic.PERCENTAGE})
_LARGEST = 1e70
"""Fourth powers of these, of which a kurtosis is made, can still be added up."""
_WITHOUT_VALUE = frozenset({Kind.FREQUENCY, Kind.PERCENTAGE, Kind.CUMULATIVE, Kind.WEIGHTED_FREQUENCY})


def expect_arguments(
    *,
    by: Sequence[str],
    value: str,
    second: str,
    weight: str,
    category: str,
    statistics: Sequence[Statistic],
    base: Mapping[str, str] | None = None,
    per: float = 1,
    others: Sequence[str] = (),
) -> None:
    """Raise InputError where a table is asked for that cannot be made, whatever the data."""
    if not all(isinstance(name, str) for name in (value, second, weight, category, *others, *by)):
        raise InputError("Variables are named by text.", remedy='by=["sex", "track"], value="score"')
    if len(set(by)) < len(by):
        raise InputError("A table names the same variable twice.", remedy="each variable once in `by`")
    taken = sorted(set(by) & {statistic.column for statistic in [Statistic.COUNT, *statistics]})
    if taken:
        raise InputError(
            f"A variable cannot be called {taken[0]!r}, which is the heading of a statistic in the table.",
            remedy="rename that column",
        )
    _expect_base(base or {}, by)
    _expect_per(per, statistics)
    if not value and any(statistic.kind not in _WITHOUT_VALUE for statistic in statistics):
        raise InputError("A statistic other than a count needs a `value` column.", remedy="value='score'")
    for given, needed, what, remedy in (
        (second, TWO_COLUMNS, "second", "second='lessons', the denominator of a ratio or the other variable"),
        (weight, WEIGHTED, "weight", "weight='weight', a column of weights"),
        (base, INDICES, "base", "base={'year': '2019'}, the category that is 100"),
    ):
        asked = [statistic for statistic in statistics if statistic in needed]
        if asked and not given:
            raise InputError(f"The statistic {asked[0].value!r} needs a `{what}`.", remedy=remedy)
        if given and not asked:
            raise InputError(
                f"`{what}` is given, and no statistic uses it.",
                remedy=f"leave it out, or ask for a statistic like {' or '.join(_some(needed))}",
            )
    if category and not value:
        raise InputError("A `category` needs the `value` column that it is one of.", remedy="value='track'")


def _some(needed: Iterable[Statistic]) -> list[str]:
    return sorted(repr(item.value) for item in needed)[-3:]


def _expect_base(base: object, by: Sequence[str]) -> None:
    texts = isinstance(base, Mapping) and all(isinstance(item, str) for pair in base.items() for item in pair)
    if not texts or not isinstance(base, Mapping) or not set(base) <= set(by):
        raise InputError(
            "A base names one or more variables of `by`, each with the category that is 100, as text.",
            remedy='by=["year", "track"], base={"year": "2019"}',
        )


def _expect_per(per: object, statistics: Sequence[Statistic]) -> None:
    if isinstance(per, bool) or not isinstance(per, int | float) or not 0 < per < np.inf:
        raise InputError("A rate is per some number above 0.", remedy="per=1000")
    if per != 1 and Statistic.RATE not in statistics:
        raise InputError("`per` is given, and no statistic uses it.", remedy="leave it out, or ask for 'rate'")


def numbers(data: pd.DataFrame, name: str) -> Floats:
    """A column as floats, NaN where missing.

    Raises
    ------
    InputError
        It does not hold real numbers, or some are infinite.
    """
    column = data[name]
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    if not (is_number or pd.api.types.is_bool_dtype(column)):
        raise InputError(f"{name!r} must hold numbers; found {column.dtype}.", remedy="pd.to_numeric on that column")
    found: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    largest = max(np.fmax.reduce(found, initial=0.0), -np.fmin.reduce(found, initial=0.0))  # passes over missing ones
    if np.isinf(largest):
        raise InputError(f"{name!r} has infinite values.", remedy="mend or leave out those records")
    if largest > _LARGEST:
        raise InputError(f"{name!r} has values too large to be added up.", remedy="another unit, such as millions")
    return found


def has_category(data: pd.DataFrame, name: str, category: str) -> Floats:
    """1 for records of this category, 0 for others, NaN where it is missing.

    Raises
    ------
    InputError
        No record has this category.
    """
    column: pd.Series[Any] = data[name]
    present = column.notna().to_numpy(dtype=bool)
    same = (column.astype("category").cat.rename_categories(str).astype(object) == category).to_numpy(dtype=bool)
    if not same.any():
        raise InputError(f"No record has that category of {name!r}.", remedy="category= one that occurs, as text")
    return np.where(present, same.astype(float), np.nan)


def expect_shares(values: Floats, name: str) -> None:
    """Raise InputError where a share is asked for of something else than zeros and ones."""
    present = values[~np.isnan(values)]
    if not np.isin(present, [0.0, 1.0]).all():
        raise InputError(
            f"A share or percentage is of ones and zeros; {name!r} has other values.",
            remedy="category='...' for the share of one category, or the statistic 'mean'",
        )


def weights(data: pd.DataFrame, name: str, *, valid: Any) -> Floats:  # noqa: ANN401 - flags per record
    """The weights of all records.

    Raises
    ------
    InputError
        A record that counts has no weight, or a weight is below zero.
    """
    found = numbers(data, name)
    missing = int((np.isnan(found) & valid).sum())
    if missing:
        raise InputError(
            f"{missing} records with a valid value have no weight in {name!r}.", remedy="leave those records out"
        )
    if (found < 0).any():
        raise InputError(f"{name!r} has weights below zero.", remedy="weights of at least 0")
    if not (found[valid] > 0).any():
        raise InputError(f"No record that counts has a weight above 0 in {name!r}.", remedy="weights above 0")
    return found


def expect_above_zero(values: Floats, name: str, statistics: Sequence[Statistic]) -> None:
    """Raise InputError where a geometric mean is asked for of values that have no logarithm."""
    if Statistic.GEOMETRIC_MEAN in statistics and (values <= 0).any():
        raise InputError(
            f"A geometric mean is of values above 0; {name!r} has others.",
            remedy="the statistic 'mean', or a variable that is always above 0",
        )


def expect_none_below_zero(values: Floats, name: str, statistics: Sequence[Statistic]) -> None:
    """Raise InputError where a measure of concentration is asked for of values some of which are below zero."""
    asked = [statistic for statistic in statistics if statistic.kind is Kind.CONCENTRATION]
    if asked and (values < 0).any():
        raise InputError(
            f"{asked[0].value!r} says nothing of {name!r}, which has values below zero.",
            remedy="a standard deviation, or a variable that is never below zero",
        )
