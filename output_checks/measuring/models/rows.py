"""Find a model's observations in the researcher's data, and make sure that they are the same ones."""

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models.fitted import Fitted
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_CLOSE = 1e-6


def used_rows(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """The rows of `data` in the order of the model's observations.

    Raises
    ------
    InputError
        They cannot be found, or a column of the same name has other values there: then other units would be counted.
    """
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            f"The data must be a pandas DataFrame, not a {type(data).__name__}.",
            remedy="the frame the model was fitted on",
        )
    used = _by_label(fitted, data) if fitted.rows is not None and not fitted.by_number else _in_order(fitted, data)
    _expect_same_values(fitted, used)
    return used


def model_questions(fitted: Fitted, data: pd.DataFrame) -> tuple[str, ...]:
    """What an output checker has to answer: of models of this kind, and where nothing shows whose rows they are."""
    labelled = fitted.rows is not None and not fitted.by_number
    if labelled or _comparable(fitted, data):
        return fitted.questions
    return (*fitted.questions, "nothing in the data shows that its rows are those of the model: are they?")


def _by_label(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    rows = fitted.rows
    if not data.index.is_unique:
        raise InputError(
            "The data given with the model must have one row per observation; its index repeats labels.",
            remedy="data.set_index([entity, time]), the same index the model was fitted with",
        )
    if rows is None or data.index.nlevels != rows.nlevels or (positions := data.index.get_indexer(rows)).min() < 0:
        raise InputError(
            "The model's observations cannot be found in the data given with it: the indexes differ.",
            remedy="pass the frame the model was fitted on, with the unit key columns in it",
        )
    return data.iloc[positions]


def _in_order(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """A model of plain arrays keeps no labels: its rows are taken to be those of the data, in their order."""
    n_rows = len(fitted.design)
    if fitted.rows is not None:
        return _by_position(fitted.rows.to_numpy(dtype=np.int64), data)
    if len(data) != n_rows:
        raise InputError(
            f"The model has {n_rows:,} observations without labels, the data {len(data):,} rows.",
            remedy="fit the model on pandas columns of the same frame, or pass just the rows it was fitted on",
        )
    return data


def _by_position(positions: Codes, data: pd.DataFrame) -> pd.DataFrame:
    if positions.min(initial=0) < 0 or positions.max(initial=-1) >= len(data):
        raise InputError(
            "The model has observations beyond the rows of the data given with it.",
            remedy="the frame the model was fitted on, whole and in the same order",
        )
    return data.iloc[positions]


def _comparable(fitted: Fitted, data: pd.DataFrame) -> dict[str, Floats]:
    """Columns that model and data have under the same name, as the model has them."""
    if fitted.groups is not None:
        return {}
    known = {
        name: column
        for name, column in [*zip(fitted.names, fitted.design.T, strict=True), (fitted.outcome_name, fitted.outcome)]
        if name in data.columns and list(data.columns).count(name) == 1
    }
    return {name: column for name, column in known.items() if pd.api.types.is_numeric_dtype(data[name])}


def _expect_same_values(fitted: Fitted, used: pd.DataFrame) -> None:
    for name, column in _comparable(fitted, used).items():
        values = used[name].to_numpy(dtype=float, na_value=np.nan)
        if not np.allclose(values, column, rtol=_CLOSE, atol=_CLOSE * float(np.abs(column).max(initial=1e-12))):
            raise InputError(
                f"The column {name} of the data is not the one the model was fitted on: rows or values differ.",
                remedy="the frame the model was fitted on, in the same order and with the same index",
            )
