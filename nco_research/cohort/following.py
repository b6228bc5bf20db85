"""Follow the pupils over the years in a register."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nco_research.cohort.expressions import ordering
from nco_research.cohort.flow import Rounded
from nco_research.cohort.linking import keyless, matched, takes
from nco_research.cohort.matching import Match, Matched, Side, is_number
from nco_research.cohort.pairing import Half, compared, expect_direction
from nco_research.cohort.renumbering import early_numbers
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.source import Source, View
from nco_research.cohort.state import Counts, Schema, State, names
from nco_research.sql import quoted
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Follow:
    """Rows of a register for each pupil and year. The first register followed says in which years a pupil is there."""

    label: str
    source: Source
    on: Mapping[str, str]
    year: str
    years: tuple[int, ...]
    taken: Mapping[str, str]
    prefer: str

    @property
    def plan(self) -> tuple[str, ...]:
        asked = f" {_ranges(self.years)}" if self.years else ""
        chosen = (f"where several rows match in a year, the first by {self.prefer}",) if self.prefer else ()
        return (
            f"follows the pupils in {self.source.describe}",
            f"on {matched(self.on)}, in each {self.year}{asked}; everybody stays",
            *chosen,
            takes(self.taken),
        )

    def check(self, before: Schema) -> Schema:
        expect_direction(self.on, before.of(waves=True), self.source.types, step=self.label)
        self.source.expect([*self.on.values(), self.year], step=self.label)
        if self.prefer:
            ordering(self.prefer, self.source.types, step=self.label)
        if before.waves is None and set(self.on) != set(before.key):
            raise InputError(
                f"The first register followed is matched on the cohort's key, {names(before.key)}.",
                remedy=f"on={list(before.key)}",
            )
        first = before.waves is None
        if not first:
            before.expect(list(self.on), waves=True)
            before.expect_new(list(self.taken), step=self.label, waves=True)
        year = self.year if first else before.year
        types = {**({year: "INTEGER"} if first else {}), **{n: self.source.types[own] for n, own in self.taken.items()}}
        return replace(before.with_columns(types, waves=True), year=year)

    def run(self, session: Session, before: State) -> State:
        self.check(before.schema)
        view = self.source.view(session, step=self.label)
        if not is_number(view.types.get(self.year, "")):
            raise InputError(
                f"{self.year!r} of the data of {self.label!r} is not a number.", remedy='year="the column with years"'
            )
        self._expect_whole(session, view)
        remarks = self._compared(session, before, view)
        found, remark = self._matched(session, before, view)
        linked = session.number(f"SELECT count(DISTINCT {ROW}) FROM {found.table}", step=self.label)
        settle = self._added if before.waves else self._new
        state, settled = settle(session, before, view, found)
        counts = Counts(
            kept=before.counts.kept,
            unlinked=before.counts.kept - linked,
            chosen=found.chosen,
            objections=self.source.objections,
            notes=(*remark, *remarks, *settled, *keyless(session, view, self.on, step=self.label)),
        )
        if view.table:
            session.drop(view.table)
        return replace(state, counts=counts)

    def _compared(self, session: Session, before: State, view: View) -> tuple[str, ...]:
        """What to say of the person numbers that are matched on, and of pupils who may have two."""
        own = set(self.on) == set(before.key)
        types = before.types if own else {**{name: before.types[name] for name in before.key}, **before.wave_types}
        side = Half(query=before.pupils if own else before.waves_query, types=types, name="the cohort")
        register = Half(query=view.name, types=view.types, name=f"the data of {self.label!r}")
        said = compared(session, side, register, self.on, step=self.label)
        return said if before.waves else (*said, *early_numbers(session, before, step=self.label))

    def _expect_whole(self, session: Session, view: View) -> None:
        year = quoted(self.year)
        if "INT" not in view.types[self.year] and session.number(
            f"SELECT count(*) FROM {view.name} WHERE {year} <> trunc({year})", step=self.label
        ):
            raise InputError(
                f"{self.year!r} of the data of {self.label!r} holds numbers that are no whole years.",
                remedy='year="the column with years"',
            )

    def _matched(self, session: Session, before: State, view: View) -> tuple[Matched, tuple[str, ...]]:
        """The register's rows by pupil and year, and what to say if keys seem to be written differently."""
        sql = f"CAST(r.{quoted(self.year)} AS INTEGER)"
        where = f"r.{quoted(self.year)} IS NOT NULL"
        if self.years:
            where += f" AND {sql} IN ({', '.join(map(str, self.years))})"
        match = Match(
            step=self.label,
            on=self.on,
            taken=view.present(self.taken),
            prefer=ordering(self.prefer, self.source.types, step=self.label) if self.prefer else (),
            where=where,
        )
        if set(self.on) != set(before.key):
            types = {**{name: before.types[name] for name in before.key}, **before.wave_types}
            side = Side(query=before.waves_query, types=types, ids=(ROW, before.year))
            return replace(match, on={**self.on, before.year: self.year}).run(session, side, view), ()
        side = Side(query=before.pupils, types=before.types, ids=(ROW,))
        found = replace(match, extra_ids={before.year or self.year: sql}).run(session, side, view)
        linked = session.number(f"SELECT count(DISTINCT {ROW}) FROM {found.table}", step=self.label)
        remark = match.otherwise_written(session, side, view, rows=before.counts.kept, linked=linked)
        return found, (remark,) if remark else ()

    def _new(self, session: Session, before: State, view: View, found: Matched) -> tuple[State, tuple[str, ...]]:
        """The years that were found, for a cohort that had none."""
        taken = view.present(self.taken)
        table = session.arrow(f"SELECT DISTINCT {quoted(self.year)} AS y FROM {found.table}", step=self.label)
        occurring = sorted(int(value) for value in table.column("y").to_pylist())
        wanted = self.years or range(occurring[0], occurring[-1] + 1) if self.years or occurring else ()
        absent = [str(item) for item in wanted if item not in occurring]
        state = replace(
            before,
            waves=found.table,
            year=self.year,
            years=self.years or tuple(occurring),
            wave_types={self.year: "INTEGER", **{new: view.types[own] for new, own in taken.items()}},
            wave_dtypes=self.source.restored(taken),
        )
        return state, (f"nobody has a row in {names(absent)}",) if absent else ()

    def _added(self, session: Session, before: State, view: View, found: Matched) -> tuple[State, tuple[str, ...]]:
        """The years that there were, with what was found added; what lies in other years is counted."""
        taken = view.present(self.taken)
        on = f"w.{ROW} = m.{ROW} AND w.{quoted(before.year)} = m.{quoted(before.year)}"
        outside = session.number(
            f"SELECT count(*) FROM {found.table} m ANTI JOIN {before.waves} w ON {on}", step=self.label
        )
        columns = "".join(f", m.{quoted(name)}" for name in taken)
        table = session.table(
            f"SELECT w.*{columns} FROM {before.waves} w LEFT JOIN {found.table} m ON {on}", step=self.label
        )
        session.drop(found.table)
        state = replace(
            before,
            waves=table,
            wave_types={**before.wave_types, **{new: view.types[own] for new, own in taken.items()}},
            wave_dtypes={**before.wave_dtypes, **self.source.restored(taken)},
        )
        said = f"{Rounded.of(outside)} rows in years in which the pupil is not followed left aside"
        return state, (said,) if outside else ()


def _ranges(years: tuple[int, ...]) -> str:
    """`from 2014 to 2019`, or each year where some between are left out."""
    first, last = min(years), max(years)
    if len(years) > 1 and len(years) == last - first + 1:
        return f"from {first} to {last}"
    return names([str(year) for year in years])
