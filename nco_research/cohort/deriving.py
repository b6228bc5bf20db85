"""Other columns for the same pupils."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from nco_research.cohort.expressions import expression_type, kept_type
from nco_research.cohort.frames import dtypes_of, expect_names, to_arrow
from nco_research.cohort.guarding import expect_no_identifier
from nco_research.cohort.reading import pupils_with_rows
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.state import Schema, State, names
from nco_research.columns import expect_columns
from nco_research.guard import refuse_identifiers
from nco_research.sql import quoted
from output_checks.errors import InputError

_STEP = "with_columns"


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """Columns as a function makes them from the pupils' frame."""

    change: Callable[[pd.DataFrame], pd.DataFrame]
    label: str = ""

    @property
    def plan(self) -> tuple[str, ...]:
        return (f"columns as made by {described(self.change)}",)

    def check(self, before: Schema) -> Schema:
        return replace(before, pupils=None)

    def run(self, session: Session, before: State) -> State:
        import pyarrow as pa  # noqa: PLC0415 - only researchers install it

        given, rows = pupils_with_rows(session, before, step=_STEP)
        keys = list(before.key)
        known = given[keys].to_numpy()
        frame = self.change(given.copy())
        if not isinstance(frame, pd.DataFrame):
            raise InputError("with_columns was not given a frame.", remedy="a function that returns the pupils' frame")
        expect_columns(frame, keys, source="what with_columns was given")
        expect_names(frame, source="what with_columns was given")
        if len(frame) != len(known) or not (frame[keys].to_numpy() == known).all():
            raise InputError("with_columns may not add, drop or reorder pupils.", remedy="where(...) for a selection")
        frame = frame.reset_index(drop=True)
        # What is as it was had been looked at before.
        made_now = [name for name in frame.columns if name not in given or not frame[name].equals(given[name])]
        refuse_identifiers(frame[made_now], source="what with_columns was given")
        table = to_arrow(frame, source="what with_columns was given").append_column(ROW, pa.array(rows))
        made = session.keep(table, step=_STEP)
        types = session.types(f"SELECT * EXCLUDE ({ROW}) FROM {made}", step=_STEP)
        return replace(before, pupils=made, types=types, dtypes=dtypes_of(frame))


@dataclass(frozen=True, kw_only=True, eq=False)
class Express:
    """Columns as SQL expressions over each pupil's own columns."""

    expressions: Mapping[str, str]
    label: str = ""

    @property
    def plan(self) -> tuple[str, ...]:
        return tuple(f"{name} = {text}" for name, text in self.expressions.items())

    def check(self, before: Schema) -> Schema:
        keys = [name for name in self.expressions if name.casefold() in {item.casefold() for item in before.key}]
        if keys:
            raise InputError(f"with_columns may not change {names(keys)}, the key.", remedy="another name")
        if before.pupils is None:
            return before
        found = {name: expression_type(text, before.pupils, step=name) for name, text in self.expressions.items()}
        return before.with_columns({_spelt(name, before.pupils): kind for name, kind in found.items()})

    def run(self, session: Session, before: State) -> State:
        found: dict[str, str] = {}
        columns = {name: quoted(name) for name in before.types}
        dtypes: dict[str, Any] = dict(before.dtypes)
        for new, text in self.expressions.items():
            kind = str(expression_type(text, before.types, step=new))
            name = _spelt(new, before.types)
            plain = kept_type(kind)
            columns[name] = f"CAST(({text}) AS {plain}) AS {quoted(name)}" if plain else f"({text}) AS {quoted(name)}"
            found[name] = plain or kind
            dtypes.pop(name, None)
        table = session.table(f"SELECT {ROW}, {', '.join(columns.values())} FROM {before.pupils}", step=_STEP)
        expect_no_identifier(session, table, list(found), step=_STEP)
        return replace(before, pupils=table, types={**before.types, **found}, dtypes=dtypes)


def _spelt(name: str, columns: Mapping[str, object]) -> str:
    """The name that a column has already in another case, since a database takes them for one."""
    return next((known for known in columns if known.casefold() == name.casefold()), name)


def described(function: Callable[..., Any]) -> str:
    """A function in a plan: its name, where it has one."""
    name = getattr(function, "__name__", "<lambda>")
    return "a function" if name == "<lambda>" else f"the function {name}"
