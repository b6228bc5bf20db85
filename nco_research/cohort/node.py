"""The steps of a cohort as a chain: each runs once, when it is needed, and is kept for all that come after it."""

import functools
from dataclasses import dataclass

from nco_research.cohort.flow import Rounded, Step
from nco_research.cohort.session import Session
from nco_research.cohort.source import Source
from nco_research.cohort.state import Action, Counts, Schema, State
from nco_research.sql import quoted
from output_checks.errors import InputError

_NOBODY = State(key=(), pupils="", types={}, dtypes={}, counts=Counts(kept=0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One step after others."""

    session: Session
    action: Action
    schema: Schema
    """The columns afterwards, as far as they are known without reading."""
    before: "Node | None" = None

    @classmethod
    def first(cls, action: Action, *, session: Session, key: tuple[str, ...]) -> "Node":
        """The start of a chain; refuses what can be refused without reading."""
        return cls(session=session, action=action, schema=action.check(Schema(key=key, pupils={})))

    def then(self, action: Action) -> "Node":
        """A further step; refuses what can be refused without reading."""
        return Node(session=self.session, action=action, schema=action.check(self.schema), before=self)

    @functools.cached_property
    def state(self) -> State:
        """Its tables. The first time, this runs the step and those before it.

        Raises
        ------
        InputError
            The step cannot be run, or nobody is left.
        """
        state = self.action.run(self.session, self.before.state if self.before else _NOBODY)
        if not state.counts.kept:
            lost = self.before.state.counts.kept if self.before else 0
            raise InputError(
                f"Nobody is left: all pupils ({Rounded.of(lost)}) were lost at the step {self.action.label!r}."
                if lost
                else f"Nobody is left: no row was read at the step {self.action.label!r}.",
                remedy="compare the keys and codes on both sides of that step",
            )
        return state

    @functools.cached_property
    def path(self) -> tuple["Node", ...]:
        """The steps up to here, from the first."""
        return (*(self.before.path if self.before else ()), self)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the step's register says of itself."""
        source = getattr(self.action, "source", None)
        if not isinstance(source, Source):
            return ()
        return tuple(f"{self.action.label}: {note}" for note in source.notes)

    def step(self, school: tuple[str, ...]) -> Step:
        """What happened, rounded."""
        counts = self.state.counts
        lost = self.before.state.counts.kept - counts.kept if self.before else 0
        source = getattr(self.action, "source", None)
        return Step(
            label=self.action.label,
            kept=Rounded.of(counts.kept),
            lost=Rounded.of(lost),
            unlinked=Rounded.of(counts.unlinked),
            chosen=Rounded.of(counts.chosen),
            objections=Rounded.of(counts.objections),
            register=source.register if isinstance(source, Source) else "",
            schools=self._schools(school),
            notes=counts.notes,
        )

    def _schools(self, school: tuple[str, ...]) -> Rounded | None:
        if not school or any(name not in self.state.types for name in school):
            return None
        columns = ", ".join(map(quoted, school))
        query = f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {self.state.pupils} WHERE {_known(school)})"
        return Rounded.of(self.session.number(query, step=self.action.label))


def _known(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
