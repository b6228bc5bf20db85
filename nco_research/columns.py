"""Expectations of columns, with errors that name the column and never a value."""

import difflib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.errors import InputError


def as_list(names: str | Sequence[str]) -> list[str]:
    """`"pupil"` and `["RINPERSOONS", "RINPERSOON"]` alike."""
    return [names] if isinstance(names, str) else list(names)


def expect_columns(frame: pd.DataFrame, names: Iterable[str], *, source: str = "the data") -> None:
    """Do nothing, unless a column is absent.

    Raises
    ------
    InputError
        Names the first absent column, and the column that was probably meant.
    """
    present = [str(name) for name in frame.columns]
    for name in names:
        if name not in present:
            raise InputError(f"There is no column {name!r} in {source}.", remedy=closest(name, present))
        if present.count(name) > 1:
            raise InputError(f"The column {name!r} occurs twice in {source}.", remedy="rename one of the two")


def closest(name: str, known: Sequence[str]) -> str:
    """What was probably meant, or what there is to choose from."""
    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return repr(folded[close[0]]) if close else f"one of {', '.join(known[:20])}"


def numbers(frame: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    """The column as floats, NaN where missing.

    Raises
    ------
    InputError
        The column does not hold numbers, or holds infinite ones.
    """
    column = frame[name]
    if not pd.api.types.is_numeric_dtype(column):
        texts = column.dropna().astype(str)
        wrong = int(pd.to_numeric(texts, errors="coerce").isna().sum())
        raise InputError(
            f"{name!r} must hold numbers; {wrong} of its {len(texts)} values are not."
            if wrong
            else f"{name!r} must hold numbers; it holds them as text.",
            remedy="another column, or mend those values in the file" if wrong else "pd.to_numeric on that column",
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise InputError(f"{name!r} has infinite values.", remedy="mend or leave out those records")
    return np.asarray(values, dtype=np.float64)
