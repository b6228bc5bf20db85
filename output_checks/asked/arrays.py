"""The arrays that a crosstab is of, side by side as pandas aligns them, and whose records they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.call import asking_pandas
from output_checks.asked.keys import column_of
from output_checks.errors import InputError
from output_checks.measuring.pairs import Codes

VALUES = "\0values"
"""Name of the column with the values that are tabulated."""


def arrays_of(given: Any, data: pd.DataFrame) -> list[Any]:  # noqa: ANN401 - one array or several
    """Arrays to tabulate by: one, or a list of several. A text is the name of a column."""
    several = isinstance(given, list | tuple) and all(
        pd.api.types.is_list_like(item) or (isinstance(item, str) and item in data.columns) for item in given
    )
    arrays = [array_of(item, data) for item in (given if several else [given])]
    if not arrays:
        raise InputError("A crosstab needs at least one variable each way.", remedy='"sex", "track", data=pupils')
    return arrays


def array_of(given: Any, data: pd.DataFrame) -> Any:  # noqa: ANN401 - whatever pandas takes
    if isinstance(given, str):
        column_of(data, given)
        return data[given] if given in data.columns else pd.Series(column_of(data, given).array, index=data.index)
    if isinstance(given, pd.DataFrame) or not pd.api.types.is_list_like(given):
        raise InputError("A crosstab is of arrays or columns.", remedy='data["sex"], or "sex"')
    return given


def aligned(
    arrays: Sequence[Any],
    amounts: Any,  # noqa: ANN401 - whatever pandas takes
    data: pd.DataFrame,
) -> tuple[pd.DataFrame, Codes, tuple[str, ...]]:
    """The arrays side by side as pandas aligns them, which row of the data each of their rows is, and questions.

    Raises
    ------
    InputError
        Rows of the arrays are not rows of the data, or it cannot be told which.
    """
    common = None
    for series in [item for item in arrays if isinstance(item, pd.Series)]:
        common = series.index if common is None else _in_both(common, series.index)
    with asking_pandas("pd.crosstab with the same arguments"):
        frame = pd.DataFrame(dict(enumerate(arrays)), index=common)
        if amounts is not None:
            frame[VALUES] = amounts
    whole = (common is None or common.equals(data.index)) and len(frame) == len(data)
    unique = common is not None and data.index.is_unique
    places = np.arange(len(data)) if whole else data.index.get_indexer(frame.index) if unique else np.array([-1])
    if (places < 0).any():
        raise InputError(
            "The arrays are not of the records of the data, or it cannot be told of which.",
            remedy="columns of the data itself, or Series with its index",
        )
    pairs = [(item, frame[at]) for at, item in enumerate(arrays)] + (
        [] if amounts is None else [(amounts, frame[VALUES])]
    )
    with asking_pandas("pd.crosstab with the same arguments"):  # it may not hold what can be told apart
        doubtful = [str(item.name) for item, column in pairs if _is_doubtful(item, column, places, data, whole=whole)]
    return frame, places, tuple(f"{name} differs from the data's column: of whom is it?" for name in doubtful)


def _in_both(one: "pd.Index[Any]", other: "pd.Index[Any]") -> "pd.Index[Any]":
    return one if one.equals(other) else one.intersection(other)


def _is_doubtful(array: object, column: "pd.Series[Any]", places: Codes, data: pd.DataFrame, *, whole: bool) -> bool:
    """Whether a Series seems to be of other records than the data has at its labels: numbered or put in order anew.

    It is held against the data's column of its name. Of part of the records, it must be the same or made from it.

    Raises
    ------
    InputError
        It has exactly the values of that column, in another order.
    """
    if not isinstance(array, pd.Series) or not isinstance(array.name, str) or array.name not in data.columns:
        return False
    own, _ = pd.factorize(column_of(data, array.name).iloc[places])
    given, values = pd.factorize(column)
    if not whole:
        pairs = np.unique(np.column_stack([own, given])[own >= 0], axis=0)
        return len(pairs) > len(np.unique(pairs[:, 0]))
    codes = pd.Index(values).get_indexer(pd.Index(column_of(data, array.name)))
    if not np.array_equal(codes, given) and np.array_equal(np.sort(codes), np.sort(given)):
        raise InputError(f"{array.name!r} is in another order than in the data.", remedy="columns of the data itself")
    return False


def names_of(arrays: Sequence[Any], names: Sequence[str] | None, prefix: str) -> list[str]:
    """As pandas names them."""
    if names is not None and len(names) != len(arrays):
        raise InputError("Each variable needs one name.", remedy=f"{prefix}names with {len(arrays)} names")
    if names is not None:
        return [str(name) for name in names]
    own = [item.name if isinstance(item, pd.Series) else None for item in arrays]
    return [f"{prefix}_{at}" if name is None else str(name) for at, name in enumerate(own)]
