"""The value on a reference date: from spells to the pupils, or to each of their years."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nco_research.cohort.expressions import Types
from nco_research.cohort.flow import Rounded
from nco_research.cohort.linking import keyless, matched, takes
from nco_research.cohort.matching import Match, Side, is_number, two_types
from nco_research.cohort.pairing import Half, compared, expect_direction
from nco_research.cohort.session import ROW, Session, explained
from nco_research.cohort.source import Source, View
from nco_research.cohort.state import Counts, Schema, State
from nco_research.microdata.spells import AtDate, Several, at_date
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

_MONTH_DAY = re.compile(r"^(\d{2})-(\d{2})$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_LIKE_A_DATE = re.compile(r"^\d{1,4}([-/. ]\d{1,2})*[-/. ]\d{1,4}$")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE, _YEAR = "__nco_date", "__nco_year"
_COMMON_YEAR = 2023


@dataclass(frozen=True, kw_only=True, eq=False)
class At:
    """Take columns from the spell that holds on a date; who has none keeps missing values."""

    label: str
    source: Source
    date: "dt.date | str"
    on: Mapping[str, str]
    start: str
    end: str
    taken: Mapping[str, str]
    several: Several

    @property
    def plan(self) -> tuple[str, ...]:
        chosen = (
            ("where several spells hold, the one that started last",) if self.several is Several.LATEST_START else ()
        )
        return (
            f"takes the spell of {self.source.describe} that holds on {self._day}",
            f"on {matched(self.on)}, from {self.start} to {self.end}, both included; everybody stays",
            *chosen,
            takes(self.taken),
        )

    @property
    def _day(self) -> str:
        if isinstance(self.date, dt.date):
            return self.date.isoformat()
        found = month_day(self.date)
        if found is None:
            return f"the day in {self.date}"
        return f"{in_words(found)} of each year followed"

    @property
    def _said_day(self) -> tuple[str, ...]:
        """For the flow: who writes the day before the month sees another day there."""
        found = month_day(self.date) if isinstance(self.date, str) else None
        return (f"on {in_words(found)} of each year",) if found else ()

    def check(self, before: Schema) -> Schema:
        waves = self._about_waves(before)
        expect_direction(self.on, before.of(waves=waves), self.source.types, step=self.label)
        before.expect(list(self.on), waves=waves)
        if isinstance(self.date, str) and month_day(self.date) is None:
            before.expect([self.date], waves=waves)
        self.source.expect([*self.on.values(), self.start, self.end], step=self.label)
        known = before.of(waves=waves) or {}
        self._expect_date(known)
        for left, right in self.on.items():
            kinds = known.get(left), self.source.types[right]
            if all(kinds) and is_number(kinds[0]) != is_number(kinds[1]):
                raise two_types(left, step=self.label)
        before.expect_new(list(self.taken), step=self.label, waves=waves)
        return before.with_columns({n: self.source.types[own] for n, own in self.taken.items()}, waves=waves)

    def _expect_date(self, known: Types) -> None:
        kind = known.get(self.date) if isinstance(self.date, str) else None
        if kind is not None and not kind.startswith(("DATE", "TIMESTAMP")):
            raise InputError(
                f"{self.date!r} of the cohort is not a date.", remedy="a column of dates, or datetime.date(2014, 10, 1)"
            )

    def _about_waves(self, before: Schema) -> bool:
        if isinstance(self.date, dt.date):
            return False
        if month_day(self.date) is not None:
            if before.waves is None:
                raise InputError(
                    f"{self.label!r} asks for a day of each year, but the pupils are not followed over years.",
                    remedy="follow(...) first, or date=datetime.date(2014, 10, 1)",
                )
            return True
        return before.waves is not None and self.date in before.waves

    def run(self, session: Session, before: State) -> State:
        self.check(before.schema)
        waves = self._about_waves(before.schema)
        view = self.source.view(session, step=self.label)
        remarks = self._compared(session, before, view, waves=waves)
        asked = self._dates(before, waves=waves)
        found = self._found(session, view, asked, ids=[ROW, _YEAR] if waves else [ROW])
        rows = session.number(f"SELECT count(*) FROM {asked}", step=self.label) if waves else before.counts.kept
        state = self._joined(session, before, view, found, waves=waves)
        notes = (
            *self._said_day,
            *remarks,
            *(self._notes_on_years(rows, found) if waves else ()),
            *self._notes(found),
            *self._written(session, view, asked, rows=rows, found=found.found),
            *keyless(session, view, self.on, step=self.label),
        )
        session.drop(found.table, *([view.table] if view.table else []))
        counts = Counts(
            kept=before.counts.kept,
            unlinked=0 if waves else rows - found.found,
            chosen=0 if waves else found.chosen,
            objections=self.source.objections,
            notes=notes,
        )
        return replace(state, counts=counts)

    def _compared(self, session: Session, before: State, view: View, *, waves: bool) -> tuple[str, ...]:
        types = {**{name: before.types[name] for name in before.key}, **before.wave_types} if waves else before.types
        side = Half(query=before.waves_query if waves else before.pupils, types=types, name="the cohort")
        register = Half(query=view.name, types=view.types, name=f"the data of {self.label!r}")
        return compared(session, side, register, self.on, step=self.label)

    def _found(self, session: Session, view: View, asked: str, *, ids: list[str]) -> AtDate:
        with explained(self.label):
            return at_date(
                session.connection,
                session.connection.sql(f"FROM {view.name}"),
                key=list(self.on.values()),
                start=self.start,
                end=self.end,
                dates=session.connection.sql(f"FROM {asked}"),
                date=_DATE,
                ids=ids,
                columns=list(dict.fromkeys(view.present(self.taken).values())),
                several=self.several,
                source=f"the data of {self.label!r}",
            )

    def _dates(self, before: State, *, waves: bool) -> str:
        """The days asked for: the row, the key under the names it has in the spells, and the day."""
        found = month_day(self.date) if isinstance(self.date, str) else None
        if isinstance(self.date, dt.date):
            day = f"CAST({literal(self.date.isoformat())} AS DATE)"
        elif found is not None:
            day = f"make_date({quoted(before.year)}, {found[0]}, {found[1]})"
        else:
            day = quoted(self.date)
        keys = [f"{quoted(left)} AS {quoted(right)}" for left, right in self.on.items()]
        ids = [ROW, f"{quoted(before.year)} AS {_YEAR}"] if waves else [ROW]
        source = before.waves_query if waves else before.pupils
        return f"(SELECT {', '.join([*ids, *keys])}, {day} AS {_DATE} FROM {source})"

    def _joined(self, session: Session, before: State, view: View, found: AtDate, *, waves: bool) -> State:
        taken = view.present(self.taken)
        columns = "".join(f", f.{quoted(own)} AS {quoted(new)}" for new, own in taken.items())
        types = {new: view.types[own] for new, own in taken.items()}
        dtypes = self.source.restored(taken)
        if not waves:
            query = f"SELECT p.*{columns} FROM {before.pupils} p LEFT JOIN {found.table} f ON p.{ROW} = f.{ROW}"
            table = session.table(query, step=self.label)
            return replace(before, pupils=table, types={**before.types, **types}, dtypes={**before.dtypes, **dtypes})
        query = (
            f"SELECT w.*{columns} FROM {before.waves} w LEFT JOIN {found.table} f "
            f"ON w.{ROW} = f.{ROW} AND w.{quoted(before.year)} = f.{_YEAR}"
        )
        table = session.table(query, step=self.label)
        return replace(
            before,
            waves=table,
            wave_types={**before.wave_types, **types},
            wave_dtypes={**before.wave_dtypes, **dtypes},
        )

    def _notes_on_years(self, rows: int, found: AtDate) -> tuple[str, ...]:
        notes = []
        if rows > found.found:
            notes.append(f"no spell in {Rounded.of(rows - found.found)} of the pupils' years")
        if found.chosen:
            notes.append(f"the latest of several spells chosen in {Rounded.of(found.chosen)} of the pupils' years")
        return tuple(notes)

    def _notes(self, found: AtDate) -> tuple[str, ...]:
        notes = []
        if found.upside_down:
            notes.append(f"{Rounded.of(found.upside_down)} spells that end before they start left aside")
        if found.undated:
            notes.append(f"{Rounded.of(found.undated)} spells without a first day left aside")
        return tuple(notes)

    def _written(self, session: Session, view: View, asked: str, *, rows: int, found: int) -> tuple[str, ...]:
        on = {name: name for name in self.on.values()}
        side = Side(query=asked, types=session.types(f"FROM {asked}", step=self.label), ids=(ROW,))
        match = Match(step=self.label, on=on, taken={})
        remark = match.otherwise_written(session, side, view, rows=rows, linked=found)
        return (remark,) if remark else ()


def month_day(text: str) -> tuple[int, int] | None:
    """`"10-01"` as month and day, the first of October; None where it is the name of a column.

    Raises
    ------
    InputError
        There is no such day, or not in each year.
    """
    match = _MONTH_DAY.match(text)
    if match is None:
        return None
    found = int(match[1]), int(match[2])
    try:
        dt.date(_COMMON_YEAR, *found)
    except ValueError:
        raise InputError(
            f"{text} is not a month and a day of each year, the month first.", remedy='date="10-01" for 1 October'
        ) from None
    return found


def in_words(day: tuple[int, int]) -> str:
    """`1 October`, whatever language the computer speaks."""
    month, number = day
    return f"{number} {_MONTHS[month - 1]}"


def as_asked(date: "dt.date | str") -> "dt.date | str":
    """A date, `"10-01"` or the name of a column; a date written as text becomes one.

    Raises
    ------
    InputError
        It is written as a date or a day, but in another way.
    """
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date) or not _LIKE_A_DATE.match(date) or _MONTH_DAY.match(date):
        return date
    try:
        if _ISO.match(date):
            return dt.date.fromisoformat(date)
    except ValueError:
        pass
    raise InputError(
        f"{date} is not a date as this is asked for.",
        remedy='date="2016-10-01" for all pupils, date="10-01" (month, day) for 1 October of each year',
    )
