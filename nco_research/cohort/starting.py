"""The first step: one row per pupil."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nco_research.cohort.expressions import expect_condition
from nco_research.cohort.flow import Rounded
from nco_research.cohort.pairing import Half, expect_whole_key
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.source import Source, View, selected
from nco_research.cohort.state import Counts, Schema, State, names
from nco_research.sql import quoted
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """Take the pupils of a register, or those of them who meet a condition."""

    label: str
    source: Source
    key: tuple[str, ...]
    where: str
    taken: Mapping[str, str]

    @property
    def plan(self) -> tuple[str, ...]:
        condition = (f"keeps the rows where {self.where}",) if self.where else ()
        return (f"reads {self.source.describe}", *condition, f"one row per pupil, known by {names(self.key)}")

    def check(self, before: Schema) -> Schema:
        if self.where:
            expect_condition(self.where, self.source.types, step=self.label)
        if isinstance(self.source.data, pd.DataFrame) and not self.where:
            keys = self.source.data[list(self.key)]
            missing = int(keys.isna().any(axis=1).sum())
            self._expect(missing=missing, repeated=0 if missing else int(keys.duplicated(keep=False).sum()))
        return Schema(key=before.key, pupils={new: self.source.types[own] for new, own in self.taken.items()})

    def run(self, session: Session, before: State) -> State:  # noqa: ARG002 - nothing comes before
        view = self.source.view(session, step=self.label, rows=True)
        taken = view.present(self.taken)
        self._expect_whole_key(session, view)
        table = session.table(self._query(view, taken), step=self.label)
        if view.table:
            session.drop(view.table)
        keys = ", ".join(map(quoted, self.key))
        total, known = session.numbers(
            f"SELECT count(*), count(*) FILTER ({_known(self.key)}) FROM {table}", step=self.label
        )
        repeated = session.number(
            f"SELECT sum(n) FROM (SELECT count(*) AS n FROM {table} GROUP BY {keys} HAVING n > 1)", step=self.label
        )
        self._expect(missing=total - known, repeated=repeated)
        types = session.types(f"SELECT * EXCLUDE ({ROW}) FROM {table}", step=self.label)
        return State(
            key=self.key,
            pupils=table,
            types=types,
            dtypes=self.source.restored(taken),
            counts=Counts(kept=total, objections=self.source.objections),
            by_key=not view.table,
        )

    def _expect_whole_key(self, session: Session, view: View) -> None:
        rows = f"(SELECT * FROM {view.name} WHERE ({self.where}))" if self.where else view.name
        side = Half(query=rows, types=view.types, name=f"the data of {self.label!r}")
        expect_whole_key(session, side, self.key, step=self.label)

    def _query(self, view: View, taken: Mapping[str, str]) -> str:
        # A frame keeps its order. A register has none that one could rely on; `State.order` gives it that of its keys.
        row = f"s.{ROW}" if view.table else f"row_number() OVER () - 1 AS {ROW}"
        where = f" WHERE ({self.where})" if self.where else ""
        return f"SELECT {row}, {', '.join(selected(taken, of='s'))} FROM {view.name} s{where}"

    def _expect(self, *, missing: int, repeated: int) -> None:
        keys = names(self.key)
        if missing:
            raise InputError(
                f"{Rounded.of(missing)} rows have no {keys}.", remedy="leave those rows out before starting"
            )
        if repeated:
            raise InputError(
                f"{Rounded.of(repeated)} rows share their {keys} with another row; a cohort has one row per pupil.",
                remedy="choose one row per pupil first, or give the key all its columns",
            )


def _known(key: tuple[str, ...]) -> str:
    return "WHERE " + " AND ".join(f"{quoted(name)} IS NOT NULL" for name in key)
