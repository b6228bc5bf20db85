"""The years of the pupils as a panel, ready for linearmodels."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.cohort.reading import pupils_with_rows, waves_with_rows
from nco_research.cohort.session import Session
from nco_research.cohort.state import State
from nco_research.columns import expect_columns, numbers
from output_checks.errors import InputError

_STEP = "panel"
PUPIL = "pupil"
_PREFERRED_YEAR = "school_year"


def panel(session: Session, state: State, *, year: str | None, pupils: Sequence[str]) -> pd.DataFrame:
    """One row per pupil and year, indexed and sorted by both, each pair once.

    The index has two levels: `pupil`, the key (its columns put together where it has several), and the year as a whole
    number. Numbers and categories stay what they are; text becomes a category.

    Raises
    ------
    InputError
        A column is absent, is on both sides, or the year is not known or occurs twice for a pupil.
    """
    frame, rows = waves_with_rows(session, state, step=_STEP)
    own, own_rows = pupils_with_rows(session, state, step=_STEP)
    name = year or (_PREFERRED_YEAR if _PREFERRED_YEAR in frame.columns else state.year)
    expect_columns(frame, [name], source="the pupils' years")
    expect_columns(own, pupils, source="the pupils")
    both = [column for column in pupils if column in frame.columns]
    if both:
        raise InputError(
            f"{both[0]!r} is known of the pupils and of each of their years.",
            remedy=f"pupils=[...] without {both[0]!r}",
        )
    place = pd.Index(own_rows).get_indexer(pd.Index(rows))
    for column in pupils:
        frame[column] = own[column].take(place).reset_index(drop=True)
    index = _index(own, state.key, place=place, years=_whole(frame, name), name=name)
    kept = [column for column in frame.columns if column not in {*state.key, name}]
    made = pd.DataFrame({column: _modelled(frame[column]) for column in kept}, index=frame.index).set_axis(index)
    if not index.is_unique:
        raise InputError(f"A pupil occurs twice in one {name}.", remedy=f"panel({state.year!r})")
    return made.sort_index()


def _index(
    own: pd.DataFrame, key: Sequence[str], *, place: npt.NDArray[np.intp], years: "pd.Series[Any]", name: str
) -> pd.MultiIndex:
    """Pupil and year. Made of each pupil once, because there are many rows and their ids are long."""
    if len(key) == 1:
        ids = pd.Index(own[key[0]].to_numpy())
    else:
        texts = [own[column].astype(str) for column in key]
        ids = pd.Index(functools.reduce(lambda left, right: left + right, texts).to_numpy())
        if not ids.is_unique:  # "1" and "11" beside "11" and "1"
            ids = pd.Index(functools.reduce(lambda left, right: left + "-" + right, texts).to_numpy())
    order = np.argsort(ids.to_numpy(), kind="stable")
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    year_codes, year_levels = pd.factorize(years, sort=True)
    return pd.MultiIndex(
        levels=[ids[order].to_numpy(), np.asarray(year_levels)],  # type: ignore[list-item]
        codes=[rank[place], year_codes],  # type: ignore[list-item]
        names=[PUPIL, name],
    )


def _whole(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    years = pd.Series(numbers(frame, name))
    missing = int(years.isna().sum())
    if missing or (years % 1 != 0).any():
        raise InputError(f"{name!r} must be a whole number in each of the pupils' years.", remedy="another year column")
    return years.astype("int64")


def _modelled(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Text as a category, which a model can make dummies of."""
    return column.astype("category") if pd.api.types.infer_dtype(column, skipna=True) == "string" else column
