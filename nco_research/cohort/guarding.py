"""Look for identifiers in what a cohort made or is about to hand out: columns that came one by one identify together.

Frames are looked at when a cohort takes them, and registers when they are converted. What comes of several of them, and
of expressions, is looked at here, in a sample.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nco_research.cohort.session import ROW, Session
from nco_research.cohort.state import State
from nco_research.guard import Identifier, identifying_columns, identifying_combinations
from nco_research.sql import quoted
from output_checks.errors import InputError

_SAMPLED = 1_000
_FEWEST_VALUES = 200
"""Of a column that is nearly empty, records are drawn among those with a value."""


def expect_no_identifier(session: Session, table: str, names: Sequence[str], *, step: str) -> None:
    """Do nothing, unless one of the columns identifies somebody by itself.

    Raises
    ------
    InputError
        Names the columns, and no value.
    """
    found = identifying_columns(_sampled(session, table, names, step=step))
    if found:
        raise InputError(
            f"Direct identifiers in {step!r}: {_listed(found)}. Such data is not worked with.",
            remedy="other expressions, or other names where nobody is named",
        )


def expect_no_combination(session: Session, state: State, *, waves: bool = False, step: str) -> None:
    """Do nothing, unless columns of the pupils identify somebody together: those of their years among them, if asked.

    Raises
    ------
    InputError
        Names the columns, and no value.
    """
    samples = dict(_sampled(session, state.pupils, [*state.types], step=step))
    if waves:
        samples |= _sampled(session, state.waves, [*state.wave_types], step=step)
    found = identifying_combinations(list(samples), samples)
    if found:
        raise InputError(
            f"Direct identifiers in the pupils' columns together: {_listed(found)}. Such data is not worked with.",
            remedy="take one of the two only: columns=[...] without "
            f"{', '.join(repr(item.column) for item in found)} at the step that adds it",
        )


def _sampled(session: Session, table: str, names: Sequence[str], *, step: str) -> "dict[str, pd.Series[Any]]":
    """Some values per column, drawn by a hash of the pupil's number: from all parts of the table."""
    if not names:
        return {}
    rows = session.number(f"SELECT count(*) FROM {table}", step=step)
    every = max(1, rows // _SAMPLED)
    drawn = session.arrow(
        f"SELECT {', '.join(map(quoted, names))} FROM {table} WHERE hash({ROW}) % {every} = 0", step=step
    ).to_pandas()
    samples = {name: drawn[name] for name in names}
    if every > 1:
        for name in names:
            if samples[name].count() < _FEWEST_VALUES:
                known = f"SELECT {quoted(name)} FROM {table} WHERE {quoted(name)} IS NOT NULL"
                query = f"SELECT * FROM ({known}) USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE (1)"
                samples[name] = session.arrow(query, step=step).to_pandas()[name]
    return samples


def _listed(found: Sequence[Identifier]) -> str:
    return "; ".join(f"{item.column!r} holds {item.what}" for item in found)
