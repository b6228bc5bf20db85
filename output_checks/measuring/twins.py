"""Records that are in the data twice: a join that doubled them, or a frame that was put under itself.

Their units are counted once, so nobody is less protected. But a count of records, a sum and a standard error are not
what they seem. A panel repeats units too, but not records: a pupil has another year, class or score each time.
"""

from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.sources import Source
from output_checks.measuring.units import Units

_SAMPLE = 500
_MOST = 0.5
"""Share of the sampled records that have to have a twin. Some records of a panel may be alike by chance."""
_QUESTION = (
    "most records are in the data more than once, alike in every column: are they meant to count more than once?"
)

_UNKNOWN = "another column of the data cannot be read, so it is not known whether records are in it more than once"


def twin_questions(data: Any, *, units: Units) -> tuple[str, ...]:  # noqa: ANN401 - whatever `Source` reads
    """The question whether records are doubled by mistake; none where fewer than half of them have a twin.

    Looked for among the records of some five hundred units, spread over the data. All columns are compared, whether
    they are tabulated or not: a year that is in the data tells two records of one pupil apart.
    """
    source = Source.of(data)
    keys = source.read(units.columns[units.levels[0]])
    if not len(keys):
        return ()
    places = np.unique(np.linspace(0, len(keys) - 1, min(_SAMPLE, len(keys))).astype(np.int64))
    sampled = {name: _column(keys, name).iloc[places] for name in units.columns[units.levels[0]]}
    name = max(sampled, key=lambda key: sampled[key].nunique())
    if source.library != "pandas" and not _column(keys, name).isin(sampled[name]).sum() > len(places):
        return ()  # every unit has one record: the other columns need not be read
    try:
        records = source.records_with(name, sampled[name].dropna().unique().tolist())
    except InputError:  # in a column that the table does not need
        return (_UNKNOWN,)
    return (_QUESTION,) if len(records) and _have_twins(records) >= _MOST else ()


def _column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """A column, or a level of the index, as models like to have keys."""
    if name in frame.columns:
        return frame[name]
    return pd.Series(frame.index.get_level_values(name))


def _have_twins(records: pd.DataFrame) -> float:
    """Share of the records that have another one like them, the names of the index among what is compared."""
    levels = [place for place, name in enumerate(records.index.names) if name is not None]
    compared: list[Any] = [records.index.get_level_values(place) for place in levels]
    compared += [records.iloc[:, position] for position in range(records.shape[1])]
    codes = {place: _codes(column) for place, column in enumerate(compared)}
    return float(pd.DataFrame(codes).duplicated(keep=False).mean())


def _codes(column: Any) -> Any:  # noqa: ANN401 - a column or a level of an index
    """A number per different value; -1 for missing. What cannot be hashed is told apart by its text."""
    try:
        return pd.factorize(column)[0]
    except TypeError:
        return pd.factorize(pd.Series(column).map(str))[0]
