"""What a step leaves behind: tables of pupils and of pupils by year, and who was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nco_research.cohort.expressions import Types
from nco_research.cohort.frames import Dtypes
from nco_research.cohort.session import ROW, Session
from nco_research.columns import closest
from nco_research.sql import quoted
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The columns of a cohort, as far as they are known before anything is read."""

    key: tuple[str, ...]
    pupils: Types | None
    """None after a function changed them: then only running tells."""
    waves: Types | None = None
    """Columns of the pupils' years, the year among them; None where they are not followed."""
    year: str = ""
    """Which of them is the year."""

    def expect(self, names: Sequence[str], *, waves: bool = False) -> None:
        """Do nothing, unless a column is certainly absent.

        Raises
        ------
        InputError
            Names the column, and the one that was probably meant.
        """
        known = self.of(waves=waves)
        for name in names if known is not None else ():
            if name not in (known or ()):
                raise InputError(f"There is no column {name!r} in the cohort.", remedy=closest(name, list(known or ())))

    def expect_new(self, names: Sequence[str], *, step: str, waves: bool = False) -> None:
        """Do nothing, unless a column is in the cohort already, in whatever case.

        Raises
        ------
        InputError
            Names those columns.
        """
        both = self.clashing(names, waves=waves)
        if both:
            listed = f"{', '.join(map(repr, both))} {'are' if len(both) > 1 else 'is'}"
            raise InputError(
                f"{listed} in the cohort already and in the data of {step!r} too.",
                remedy='leave it out, or rename it: columns={"new_name": "its_name"}',
            )

    def clashing(self, names: Sequence[str], *, waves: bool = False) -> list[str]:
        """Those of the names that the cohort has already, in whatever case."""
        folded = {name.casefold() for name in self.of(waves=waves) or ()}
        return [name for name in names if name.casefold() in folded]

    def of(self, *, waves: bool) -> Types | None:
        """The pupils' columns, or those of their years together with the key."""
        if not waves or self.waves is None:
            return self.pupils
        keys = {name: (self.pupils or {}).get(name) for name in self.key}
        return {**keys, **self.waves}

    def with_columns(self, types: Types, *, waves: bool = False) -> "Schema":
        """The same with further columns."""
        pupils, years = self.pupils, self.waves
        if waves:
            years = {**(years or {}), **types}
        elif pupils is not None:
            pupils = {**pupils, **types}
        return Schema(key=self.key, pupils=pupils, waves=years, year=self.year)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What happened in a step, in pupils. Exact, and therefore shown nowhere."""

    kept: int
    unlinked: int = 0
    chosen: int = 0
    objections: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class State:
    """The tables after a step."""

    key: tuple[str, ...]
    pupils: str
    """One row per pupil: the row number, then the columns."""
    types: Mapping[str, str]
    """The pupils' columns, in order."""
    dtypes: Dtypes
    counts: Counts
    by_key: bool = False
    """Whether the pupils' order is that of their keys, not of their row numbers."""
    waves: str = ""
    """One row per pupil and year: the row number, the year, then the columns; pupils who were lost may be in it."""
    year: str = ""
    wave_types: Mapping[str, str] = field(default_factory=dict)
    wave_dtypes: Dtypes = field(default_factory=dict)
    years: tuple[int, ...] = ()
    """Years that were asked for; those that occur, where none were."""

    @property
    def order(self) -> str:
        """The order of the pupils, as SQL. Sorting waits until somebody looks: by then there are fewer."""
        return ", ".join(map(quoted, self.key)) if self.by_key else ROW

    @property
    def schema(self) -> Schema:
        """The same, for checks made before a step."""
        waves = self.wave_types if self.waves else None
        return Schema(key=self.key, pupils=self.types, waves=waves, year=self.year)

    @property
    def waves_query(self) -> str:
        """The years of those who are in the cohort, each with the pupil's key."""
        keys = ", ".join(f"p.{quoted(name)}" for name in self.key)
        columns = ", ".join(f"w.{quoted(name)}" for name in self.wave_types)
        return f"(SELECT w.{ROW}, {keys}, {columns} FROM {self.waves} w JOIN {self.pupils} p ON w.{ROW} = p.{ROW})"


class Action(Protocol):
    """One step: what it is in words, what it asks of the cohort before, and what it does."""

    @property
    def label(self) -> str:
        """Its name in the flow; empty for a step that no pupil can be lost at."""

    @property
    def plan(self) -> tuple[str, ...]:
        """What it does, a line each."""

    def check(self, before: Schema) -> Schema:
        """What can be said before anything is read: the columns afterwards, or an InputError."""

    def run(self, session: Session, before: State) -> State:
        """Do it."""


def names(columns: Sequence[str]) -> str:
    """`a, b and c`."""
    *others, last = columns
    return f"{', '.join(others)} and {last}" if others else last
