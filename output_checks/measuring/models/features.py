"""The columns that a model of scikit-learn was fitted on, looked up in the researcher's data."""

from typing import Any

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.units import Units


def features_of(fitted: Any, data: pd.DataFrame, *, units: Units) -> pd.DataFrame:  # noqa: ANN401 - an optional package
    """The columns it was fitted on, in its order.

    Raises
    ------
    InputError
        It is not fitted, does not know its columns, they are not all there and whole, or one is a key.
    """
    if not isinstance(data, pd.DataFrame) or not len(data):
        raise InputError("A fitted model needs the pandas frame that it was fitted on.", remedy="data=pupils")
    name = type(fitted).__name__
    names = getattr(fitted, "feature_names_in_", None)
    if names is None:
        raise InputError(
            f"The {name} does not know the names of its columns.", remedy="fit it on a pandas frame: fit(data[columns])"
        )
    absent = [column for column in names if list(data.columns).count(column) != 1]
    if absent:
        raise InputError(f"The data has not one column {absent[0]!r}.", remedy="the frame that it was fitted on")
    keys = sorted(set(names) & set(units.key_columns))
    if keys:
        raise InputError(f"{keys[0]!r} is a key: a model of it names units.", remedy="fit it without that column")
    found = data[list(names)]
    if found.isna().any(axis=None):
        raise InputError("Some of its columns have missing values.", remedy="leave those records out, or fill them")
    return found


def expect_free(name: str, data: pd.DataFrame) -> None:
    """Raise InputError where the data has a column by the name that the table needs."""
    if name in data.columns:
        raise InputError(f"The data has a column called {name!r} already.", remedy="rename that column")


def not_the_same(fitted: object) -> InputError:
    """The error for data that a model was not fitted on."""
    return InputError(
        f"The data are not what the {type(fitted).__name__} was fitted on.",
        remedy="the same records and columns, in data= and in fit()",
    )
