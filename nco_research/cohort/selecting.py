"""Keep the pupils for whom a condition holds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from nco_research.cohort.deriving import described
from nco_research.cohort.expressions import expect_condition
from nco_research.cohort.reading import pupils_with_rows
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.state import Counts, Schema, State
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Where:
    """A condition in SQL, a function of the pupils' frame, or one answer per pupil."""

    label: str
    condition: "str | pd.Series[Any] | Callable[[pd.DataFrame], pd.Series[Any]]"

    @property
    def plan(self) -> tuple[str, ...]:
        if isinstance(self.condition, str):
            return (f"keeps the pupils where {self.condition}",)
        if callable(self.condition):
            return (f"keeps the pupils for whom {described(self.condition)} is true",)
        return ("keeps the pupils for whom an answer given is true",)

    def check(self, before: Schema) -> Schema:
        if isinstance(self.condition, str):
            if before.pupils is not None:
                expect_condition(self.condition, before.pupils, step=self.label)
        elif not callable(self.condition) and not isinstance(self.condition, pd.Series):
            raise self._no_answer()
        return before

    def run(self, session: Session, before: State) -> State:
        if isinstance(self.condition, str):
            expect_condition(self.condition, before.types, step=self.label)
            query = f"SELECT * FROM {before.pupils} WHERE ({self.condition})"
            table = session.table(query, step=self.label)
        else:
            table = self._by_answers(session, before)
        kept = session.number(f"SELECT count(*) FROM {table}", step=self.label)
        return replace(before, pupils=table, counts=Counts(kept=kept))

    def _by_answers(self, session: Session, before: State) -> str:
        import pyarrow as pa  # noqa: PLC0415 - only researchers install it

        frame, rows = pupils_with_rows(session, before, step=self.label)
        chosen = self.condition(frame) if callable(self.condition) else self.condition
        if not isinstance(chosen, pd.Series) or not chosen.index.equals(frame.index):
            raise self._no_answer()
        if not pd.api.types.is_bool_dtype(chosen.dropna().infer_objects()) and len(chosen.dropna()):
            raise InputError(f"The condition of {self.label!r} is not true or false.", remedy=_EXAMPLE)
        kept = chosen.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        answers = session.keep(pa.table({ROW: rows[kept]}), step=self.label)
        table = session.table(f"SELECT p.* FROM {before.pupils} p SEMI JOIN {answers} USING ({ROW})", step=self.label)
        session.drop(answers)
        return table

    def _no_answer(self) -> InputError:
        return InputError(
            f"The condition of {self.label!r} does not have one answer per pupil of the cohort.", remedy=_EXAMPLE
        )


_EXAMPLE = 'lambda pupils: pupils["grade"] == 8'
