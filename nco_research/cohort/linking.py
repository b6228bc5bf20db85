"""Add the columns of another register to the pupils."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nco_research.cohort.expressions import ordering
from nco_research.cohort.flow import Rounded
from nco_research.cohort.matching import Match, Matched, Side, is_number, two_types
from nco_research.cohort.pairing import Half, compared, expect_direction, expect_kind_matched
from nco_research.cohort.session import ROW, Session
from nco_research.cohort.source import YEARS, Source, View
from nco_research.cohort.state import Counts, Schema, State, names
from nco_research.sql import quoted
from output_checks.errors import InputError

_FEWEST_LINKED = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """Match pupils to a register, and lose or keep those who are not in it."""

    label: str
    source: Source
    on: Mapping[str, str]
    taken: Mapping[str, str]
    required: bool
    prefer: str

    @property
    def plan(self) -> tuple[str, ...]:
        lost = "who is not in it is lost" if self.required else "who is not in it stays, with missing values"
        chosen = (f"where several rows match, the first by {self.prefer}",) if self.prefer else ()
        return (f"links {self.source.describe}", f"on {matched(self.on)}; {lost}", *chosen, takes(self.taken))

    def check(self, before: Schema) -> Schema:
        expect_direction(self.on, before.pupils, self.source.types, step=self.label)
        before.expect(list(self.on))
        self.source.expect(list(self.on.values()), step=self.label)
        if self.prefer:
            ordering(self.prefer, self.source.types, step=self.label)
        for left, right in self.on.items():
            kinds = (before.pupils or {}).get(left), self.source.types[right]
            if all(kinds) and is_number(kinds[0]) != is_number(kinds[1]):
                raise two_types(left, step=self.label)
        expect_kind_matched(self.on, self.taken, before.pupils, self.source.types, step=self.label)
        self._expect_years_new(before)
        before.expect_new(list(self.taken), step=self.label)
        return before.with_columns({new: self.source.types[own] for new, own in self.taken.items()})

    def _expect_years_new(self, before: Schema) -> None:
        """The frame of a register has its years, and so has a cohort that began with one."""
        both = [name for name in self.taken if name in YEARS and name in (before.pupils or ())]
        clashing = before.clashing(list(self.taken))
        if both:
            others = {new: own for new, own in self.taken.items() if new not in clashing}
            listed = list(others) if all(new == own for new, own in others.items()) else others
            raise InputError(
                f"The cohort has {names(list(map(repr, clashing)))} already, and so has the data of {self.label!r}.",
                remedy=f"leave out what is there twice, columns={listed}, or rename it; a register adds its years only "
                "where they are named, its frame always",
            )

    def run(self, session: Session, before: State) -> State:
        self.check(before.schema)
        view = self.source.view(session, step=self.label)
        remarks = self._compared(session, before, view)
        taken = view.present(self.taken)
        found, remark = self._matched(session, before, view)
        table = found.table
        if self.prefer:
            table = session.table(self._joined(before, found, taken), step=self.label)
            session.drop(found.table)
        notes = (*((remark,) if remark else ()), *remarks, *keyless(session, view, self.on, step=self.label))
        if view.table:
            session.drop(view.table)
        kept = found.rows if self.required else before.counts.kept
        return replace(
            before,
            pupils=table,
            types={**before.types, **{new: view.types[own] for new, own in taken.items()}},
            dtypes={**before.dtypes, **self.source.restored(taken)},
            counts=Counts(
                kept=kept,
                unlinked=kept - found.rows,
                chosen=found.chosen,
                objections=self.source.objections,
                notes=notes,
            ),
        )

    def _compared(self, session: Session, before: State, view: View) -> tuple[str, ...]:
        """What to say of the person numbers that are matched on."""
        side = Half(query=before.pupils, types=before.types, name="the cohort")
        register = Half(query=view.name, types=view.types, name=f"the data of {self.label!r}")
        return compared(session, side, register, self.on, step=self.label)

    def _matched(self, session: Session, before: State, view: View) -> tuple[Matched, str]:
        """Who is in it, and what to say if keys seem to be written differently, or to be wrong."""
        match = Match(
            step=self.label,
            on=self.on,
            taken=view.present(self.taken),
            prefer=ordering(self.prefer, self.source.types, step=self.label) if self.prefer else (),
            spells=self.source.book is not None and self.source.book.spell is not None,
        )
        side = Side(query=before.pupils, types=before.types, ids=(ROW,))
        if self.prefer:
            found = match.run(session, side, view)
        else:
            found = match.widen(session, side, view, required=self.required)
        remark = match.otherwise_written(session, side, view, rows=before.counts.kept, linked=found.rows)
        if self.required and not found.rows and remark:
            raise InputError(f"Nobody is left at the step {self.label!r}: {remark}.", remedy="write the keys alike")
        return found, remark or self._strange(found.rows, before.counts.kept)

    def _strange(self, linked: int, pupils: int) -> str:
        """What to say where those who are not in it stay, and hardly anybody is."""
        if self.required or linked >= _FEWEST_LINKED * pupils:
            return ""
        who = "nearly nobody" if linked else "nobody"
        return f"{who} is in it: {matched(self.on)} is probably the wrong key"

    def _joined(self, before: State, found: Matched, taken: Mapping[str, str]) -> str:
        columns = "".join(f", m.{quoted(name)}" for name in taken)
        how = "JOIN" if self.required else "LEFT JOIN"
        return f"SELECT p.*{columns} FROM {before.pupils} p {how} {found.table} m ON p.{ROW} = m.{ROW}"


def keyless(session: Session, view: View, on: Mapping[str, str], *, step: str) -> tuple[str, ...]:
    """What to say of rows that cannot match because they have no key."""
    missing = " OR ".join(f"{quoted(name)} IS NULL" for name in on.values())
    count = session.number(f"SELECT count(*) FROM {view.name} WHERE {missing}", step=step)
    return (f"{Rounded.of(count)} rows without {names(list(on.values()))} left aside",) if count else ()


def matched(on: Mapping[str, str]) -> str:
    """`RINPERSOON`, or `RINPERSOONMa as RINPERSOON` where the register has another name."""
    return names([left if left == right else f"{left} as {right}" for left, right in on.items()])


def takes(taken: Mapping[str, str]) -> str:
    """The columns that a step adds, in words."""
    if not taken:
        return "takes no columns"
    return f"takes {names([new if new == own else f'{own} as {new}' for new, own in taken.items()])}"
