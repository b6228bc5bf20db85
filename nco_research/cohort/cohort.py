"""A cohort: which pupils, followed over which years, and who was lost at which step."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nco_research.cohort.dating import At, as_asked
from nco_research.cohort.deriving import Change, Express
from nco_research.cohort.flow import Flow
from nco_research.cohort.following import Follow
from nco_research.cohort.linking import Link
from nco_research.cohort.node import Node
from nco_research.cohort.panel import panel
from nco_research.cohort.reading import pupils_with_rows, waves_with_rows
from nco_research.cohort.releasing import register_flow
from nco_research.cohort.scannable import Scannable
from nco_research.cohort.selecting import Where
from nco_research.cohort.session import Session
from nco_research.cohort.source import Source
from nco_research.cohort.starting import Start
from nco_research.columns import as_list
from nco_research.microdata.spells import Several
from output_checks.errors import InputError

if TYPE_CHECKING:
    from output_checks import Registered, Release

Names = str | Sequence[str]
Columns = Names | Mapping[str, str] | None
"""Columns to take; or new names for them, `{"municipality": "gem2023"}`; None for all."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Cohort:
    """Pupils, one row each, how they were selected, and their years. Every step returns a new cohort.

    >>> cohort = Cohort.starting("in grade 8", enrolments, key=PERSON, where="WPOLEERJAAR = 8")
    >>> cohort = cohort.link("in the population register", persons, on=PERSON)
    >>> cohort = cohort.where("sex known", "GBAGESLACHT IS NOT NULL")
    >>> cohort = cohort.follow("enrolled later", enrolments_of_ten_years, columns=["WPOLEERJAAR", "WPOBRIN_crypt"])
    >>> print(cohort.plan)

    Nothing is read before its pupils are asked for: `frame`, `waves`, `panel`, `flow`, `len` or its printed form. Then
    each step runs once, in DuckDB, and is kept for all cohorts that share it. What can be refused before that is.
    """

    key: tuple[str, ...]
    school: tuple[str, ...] = ()
    _node: Node

    @classmethod
    def starting(
        cls,
        label: str,
        source: "pd.DataFrame | Scannable",
        *,
        key: Names,
        where: str = "",
        columns: Columns = None,
        school: Names = (),
        spill: Path | None = None,
    ) -> "Cohort":
        """Start with one row per pupil, in the order of a frame, or of the key where a register is read.

        Parameters
        ----------
        label
            What the flow calls this step.
        source
            A frame, or what `open_microdata` gives.
        key
            The columns that tell pupils apart.
        where
            Which rows of the source: an SQL condition on its columns.
        columns
            Columns to keep, the key besides; all where left out.
        school
            The columns that tell schools apart, so that the flow counts them too.
        spill
            A folder for what does not fit in memory while the cohort lives; the system's own where left out.

        Raises
        ------
        InputError
            A key column is absent or has missing keys, keys occur more than once, pupils are known by their number
            alone though its kind (RINPERSOONS) differs, or there are no rows.
        """
        keys = as_list(key)
        if not keys:
            raise InputError("A cohort needs a key.", remedy='key=["RINPERSOONS", "RINPERSOON"]')
        read = Source.of(source)
        read.expect(keys, step=label)
        everything = {name: name for name in read.types}
        own = {name: name for name in keys}
        taken = everything if columns is None else own | read.taken(columns, without=keys, step=label)
        schools = as_list(school)
        action = Start(label=label, source=read, key=tuple(keys), where=where, taken=taken)
        node = Node.first(action, session=Session(spill=spill), key=tuple(keys))
        node.schema.expect(schools)
        return cls(key=tuple(keys), school=tuple(schools), _node=node)

    @property
    def frame(self) -> pd.DataFrame:
        """The pupils as a frame of your own; changing it does not change the cohort."""
        return pupils_with_rows(self._node.session, self._node.state, step="frame")[0]

    @property
    def waves(self) -> pd.DataFrame:
        """One row per pupil and year in which the pupil was found: the key, the year, and the columns followed.

        Raises
        ------
        InputError
            The pupils are not followed over years.
        """
        self._expect_followed()
        return waves_with_rows(self._node.session, self._node.state, step="waves")[0]

    @property
    def flow(self) -> Flow:
        """How many pupils each step kept and lost, rounded."""
        return Flow(steps=tuple(node.step(self.school) for node in self._node.path if node.action.label))

    @property
    def plan(self) -> str:
        """What is read, kept and linked, on what, as numbered text. Asking for it reads nothing."""
        lines = []
        for number, node in enumerate(self._node.path, start=1):
            lines += [f"{number:>2}. {node.action.label or 'columns'}", *(f"    {line}" for line in node.action.plan)]
        return "\n".join(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the registers that were read say of themselves: what was left out or mended there."""
        return tuple(dict.fromkeys(note for node in self._node.path for note in node.notes))

    def panel(self, year: str | None = None, *, pupils: Names = ()) -> pd.DataFrame:
        """The years of the pupils as linearmodels wants them: sorted, by pupil (one text or number) and year.

        `year` is the column to take the year from: `school_year` where there is one, else the year followed. `pupils`
        are columns of the pupils to repeat in each of their years. Text columns become categories.

        Raises
        ------
        InputError
            The pupils are not followed over years, or a column is absent or occurs twice.
        """
        self._expect_followed()
        return panel(self._node.session, self._node.state, year=year, pupils=as_list(pupils))

    def __len__(self) -> int:
        return self._node.state.counts.kept

    def __repr__(self) -> str:
        flow = self.flow
        return f"Cohort of {flow.steps[-1].kept} pupils, rounded\n{flow}"

    def where(
        self, label: str, condition: "str | pd.Series[Any] | Callable[[pd.DataFrame], pd.Series[Any]]"
    ) -> "Cohort":
        """Keep the pupils for whom the condition is true. A missing value counts as not true.

        The condition is SQL over the cohort's columns, `"WPOLEERJAAR = 8 AND WPOTYPEPO = 'bo'"`, or a function that
        gives one answer per row of the pupils' frame.

        Raises
        ------
        InputError
            The condition cannot be read, names a column that is not there, is not true or false for each pupil, or
            keeps nobody.
        """
        return self._after(Where(label=label, condition=condition))

    def link(
        self,
        label: str,
        source: "pd.DataFrame | Scannable",
        *,
        on: Names | Mapping[str, str],
        required: bool = True,
        columns: Columns = None,
        prefer: str = "",
    ) -> "Cohort":
        """Add the columns of another register, matched on the columns `on`.

        Parameters
        ----------
        label
            What the flow calls this step.
        source
            A frame, or what `open_microdata` gives. Its columns `year` and `school_year` are added where they are
            named only.
        on
            Columns to match on; `{"RINPERSOONSMa": "RINPERSOONS", "RINPERSOONMa": "RINPERSOON"}` where the register
            calls them otherwise. A person number is matched together with its kind (RINPERSOONS) where that differs.
        required
            Whether pupils who are not in it are lost at this step. Otherwise they stay, with missing values, and the
            flow says how many they are.
        columns
            Columns to add, or new names for them; all where left out.
        prefer
            Which row where several match: the first in the order of these columns, `"GBADATUM DESC"`. Without it that
            is refused. The flow says for how many pupils it made a choice.

        Raises
        ------
        InputError
            A column is absent, several rows match a pupil and none is preferred, keys are not of one type or written
            so differently that nobody matches, person numbers lost their leading zeros or are matched without their
            kind though it differs, a column exists on both sides, or nobody is left.
        """
        read = Source.of(source)
        pairs = _pairs(on)
        taken = read.taken(columns, without=list(pairs.values()), step=label)
        return self._after(Link(label=label, source=read, on=pairs, taken=taken, required=required, prefer=prefer))

    def follow(
        self,
        label: str,
        source: "pd.DataFrame | Scannable",
        *,
        on: Names | Mapping[str, str] | None = None,
        year: str = "year",
        years: Sequence[int] | None = None,
        columns: Columns = None,
        prefer: str = "",
    ) -> "Cohort":
        """Follow the pupils over the years in a register: adds `waves`, one row per pupil and year.

        Nobody is lost. The first register followed says in which years a pupil is there; further ones add columns to
        those years, and the flow says how many of their rows lie outside.

        Parameters
        ----------
        label
            What the flow calls this step.
        source
            A frame, or what `open_microdata` gives for several years.
        on
            Columns to match on besides the year; the cohort's key where left out. For a further register, any columns
            of the pupils' years: `"WPOBRIN_crypt"` for what is known of schools by year.
        year
            The register's column with the year: `school_year` where registers count years differently.
        years
            Years to follow; all that occur where left out.
        columns
            Columns to take, or new names for them; all where left out.
        prefer
            Which row where a pupil has several in a year, as in `link`.

        Raises
        ------
        InputError
            A column is absent, several rows match a pupil in one year and none is preferred, keys are not of one
            type or not whole (as in `link`), or a column exists on both sides.
        """
        read = Source.of(source)
        pairs = _pairs(self.key if on is None else on)
        without = [*pairs.values(), year]
        taken = read.taken(columns, without=without, step=label)
        if columns is None and self._node.schema.waves is None:
            taken |= {name: name for name in read.years if name not in without}
        asked = tuple(sorted(set(years))) if years is not None else ()
        if years is not None and not asked:
            raise InputError("No years were asked for.", remedy="years=range(2014, 2020)")
        return self._after(
            Follow(label=label, source=read, on=pairs, year=year, years=asked, taken=taken, prefer=prefer)
        )

    def at(
        self,
        label: str,
        spells: "pd.DataFrame | Scannable",
        *,
        date: dt.date | str,
        columns: Columns,
        start: str | None = None,
        end: str | None = None,
        on: Names | Mapping[str, str] | None = None,
        several: Several | str = Several.REFUSE,
    ) -> "Cohort":
        """Add the values that hold on a reference date, from a register of spells (addresses, households).

        Parameters
        ----------
        label
            What the flow calls this step.
        spells
            A register with a first and a last day per row, both included; a missing last day has not come yet.
        date
            A date for all pupils, as text too (`"2016-10-01"`); `"10-01"`, month first: 1 October of each year in
            which they are followed; or the name of a column with dates. The plan and the flow say the day in words.
        columns
            Columns to take, or new names for them.
        start, end
            The columns with the first and the last day; those of the register's codebook where left out.
        on
            Columns to match on; the cohort's key where left out.
        several
            Where spells with different values hold on one date: `refuse`, or take the one with the `latest start`.

        Raises
        ------
        InputError
            A column is absent or not a date, the pupils are not followed over years but a day of each year is asked
            for, or several spells hold whose values differ.
        """
        read = Source.of(spells)
        spell = read.book.spell if read.book is not None else None
        first, last = start or (spell.start if spell else ""), end or (spell.end if spell else "")
        if not first or not last:
            raise InputError(f"Which days the spells of {label!r} hold is not known.", remedy='start="...", end="..."')
        pairs = _pairs(self.key if on is None else on)
        taken = read.taken(columns, without=(), step=label)
        if columns is None:
            unwanted = {*pairs.values(), first, last}
            taken = {new: own for new, own in taken.items() if own not in unwanted}
        action = At(
            label=label,
            source=read,
            date=as_asked(date),
            on=pairs,
            start=first,
            end=last,
            taken=taken,
            several=_way(several),
        )
        return self._after(action)

    def with_columns(
        self, change: Callable[[pd.DataFrame], pd.DataFrame] | None = None, /, **expressions: str
    ) -> "Cohort":
        """The same pupils with other columns: derived, renamed or left out.

        Either a function of the pupils' frame that returns the frame with other columns, or an SQL expression over a
        pupil's own columns for each new one: `with_columns(age="2014 - GBAGEBOORTEJAAR")`.

        Raises
        ------
        InputError
            `change` gives other pupils, or leaves out their key: that would be a step that the flow does not show. An
            expression cannot be read or worked out.
        """
        cohort = self
        if change is not None:
            cohort = cohort._after(Change(change=change))
        return cohort._after(Express(expressions=expressions)) if expressions else cohort

    def register_flow(self, release: "Release", *, name: str = "flow", figure: bool = True) -> "Registered":
        """Register the flow as an output: the starting pupils by the step at which they were lost, protected.

        Small losses are hidden, and as many others as it takes that nobody can work them out. With `figure`, a drawing
        of what the table publishes is registered besides, as `<name>_figure`. The release's unit keys must be columns
        of the starting pupils. Returns the table.

        Raises
        ------
        InputError
            A unit key is not a column of the starting pupils, or the table cannot be protected.
        """
        return register_flow(self._node, release, name=name, figure=figure)

    def _after(self, action: Any) -> "Cohort":  # noqa: ANN401 - any step
        return type(self)(key=self.key, school=self.school, _node=self._node.then(action))

    def _expect_followed(self) -> None:
        if self._node.schema.waves is None:
            raise InputError("The pupils are not followed over years.", remedy="cohort.follow(...)")


def _way(several: Several | str) -> Several:
    try:
        return Several(several)
    except ValueError:
        raise InputError(
            f"There is no way {several!r} to treat several spells.",
            remedy=" or ".join(f'several="{way.value}"' for way in Several),
        ) from None


def _pairs(on: Names | Mapping[str, str]) -> dict[str, str]:
    pairs = dict(on) if isinstance(on, Mapping) else {name: name for name in as_list(on)}
    if not pairs:
        raise InputError("There is nothing to match on.", remedy='on=["RINPERSOONS", "RINPERSOON"]')
    return pairs
