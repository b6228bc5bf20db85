"""Fetch the pupils of a cohort, or their years, as frames."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.cohort.frames import Dtypes, to_frame
from nco_research.cohort.guarding import expect_no_combination
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.state import State
from nco_research.sql import quoted


def pupils_with_rows(session: Session, state: State, *, step: str) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The pupils in their order, and which starting pupil each is.

    Raises
    ------
    InputError
        Columns that came from several sources identify somebody together.
    """
    expect_no_combination(session, state, step=step)
    return _split(session, f"SELECT * FROM {state.pupils} ORDER BY {state.order}", state.dtypes, step=step)


def waves_with_rows(
    session: Session, state: State, *, columns: Sequence[str] | None = None, step: str
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """The pupils' years, in the order of the pupils and then of the years, and which starting pupil each is about.

    All columns where none are named; those that are named are for use within the toolkit, and not handed out.

    Raises
    ------
    InputError
        All columns are asked for, and some identify somebody together, or together with those of the pupils.
    """
    if columns is None:
        expect_no_combination(session, state, waves=True, step=step)
    names = [*state.key, *state.wave_types] if columns is None else [*columns]
    listed = ", ".join(quoted(name) for name in names)
    query = f"SELECT {ROW}, {listed} FROM {state.waves_query} ORDER BY {state.order}, {quoted(state.year)}"
    dtypes = {name: state.dtypes[name] for name in state.key if name in state.dtypes} | dict(state.wave_dtypes)
    return _split(session, query, dtypes, step=step)


def _split(session: Session, query: str, dtypes: Dtypes, *, step: str) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    table = session.arrow(query, step=step)
    rows = np.asarray(table.column(ROW).to_numpy(), dtype=np.int64)
    return to_frame(table.drop_columns([ROW]), dtypes), rows
