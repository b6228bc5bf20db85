"""Match rows of a register to rows of a cohort: at most one each, and never silently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nco_research.cohort.flow import Rounded
from nco_research.cohort.session import Session
from nco_research.cohort.source import View, selected
from nco_research.cohort.state import names
from nco_research.sql import quoted
from output_checks.errors import InputError

_SUSPICIOUS_SHARE = 0.5
_WORTH_SAYING = 0.05
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL")
_LINKED = "__nco_linked"
_OF_A_DAY = 'take what holds on one day, cohort.at(..., date="2016-10-01", columns=[...]), as each row is a spell; or '


@dataclass(frozen=True, kw_only=True)
class Side:
    """The cohort's side of a match."""

    query: str
    """A table or a query in brackets."""
    types: Mapping[str, str]
    ids: tuple[str, ...]
    """Columns that tell its rows apart. The pupil's row number comes first."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """At most one row of the register for each row of the cohort.

    `run` gives the ids and the columns taken; `widen` all columns of the cohort, and those who did not match if they
    are kept.
    """

    table: str
    rows: int
    """How many matched."""
    chosen: int
    """Pupils for whom there were rows that differ, so that one was chosen."""
    doubled: int = 0


@dataclass(frozen=True, kw_only=True)
class Match:
    """What to match on, what to take, and which row where several match."""

    step: str
    on: Mapping[str, str]
    """The cohort's column and the register's."""
    taken: Mapping[str, str]
    prefer: Sequence[tuple[str, str]] = ()
    extra_ids: Mapping[str, str] | None = None
    """The register's own part of the id, as SQL over `r`: the year, where pupils are followed."""
    where: str = ""
    spells: bool = False
    """Whether each row of the register holds from one day to another."""

    def run(self, session: Session, side: Side, view: View) -> Matched:
        """Match.

        Raises
        ------
        InputError
            A key is text on one side and a number on the other, several rows match and none is preferred, or the
            preference does not decide.
        """
        self._expect_types(side, view)
        joined = session.table(self._joined(side, view), step=self.step)
        ids = self._ids(side)
        listed = ", ".join(ids)
        rows, distinct = session.numbers(
            f"SELECT (SELECT count(*) FROM {joined}), "
            f"(SELECT count(*) FROM (SELECT {listed} FROM {joined} GROUP BY {listed}))",
            step=self.step,
        )
        if rows == distinct:
            return Matched(table=joined, rows=rows, chosen=0)
        if not self.prefer:
            raise self._several(session, side, view, joined)
        return self._best(session, joined, ids)

    def widen(self, session: Session, side: Side, view: View, *, required: bool) -> Matched:
        """The pupils with the columns taken, in one join: where no row is preferred, so that none may match twice.

        `side` is the table of pupils, known by their row number alone. Without `required`, who matches nothing stays.

        Raises
        ------
        InputError
            A key is text on one side and a number on the other, or several rows match.
        """
        self._expect_types(side, view)
        linked = f"r.{quoted(next(iter(self.on.values())))} IS NOT NULL AS {_LINKED}"
        columns = ", ".join(["l.*", *selected(self.taken, of="r"), linked])
        table = session.table(
            f"SELECT {columns} FROM {side.query} l {'JOIN' if required else 'LEFT JOIN'} {view.name} r "
            f"ON {self._condition()}",
            step=self.step,
        )
        (row,) = side.ids
        last = session.number(f"SELECT max({quoted(row)}) FROM {side.query}", step=self.step)
        # A bit per pupil counts ten million of them at once; grouping takes as long as the join.
        rows, distinct, found = session.numbers(
            f"SELECT count(*), bit_count(bitstring_agg({quoted(row)}, 0, {last})), count(*) FILTER ({_LINKED}) "
            f"FROM {table}",
            step=self.step,
        )
        if rows != distinct:
            problem = self._several(session, side, view, table)
            session.drop(table)
            raise problem
        session.drop_column(table, _LINKED)
        return Matched(table=table, rows=found, chosen=0)

    def _ids(self, side: Side) -> list[str]:
        return [*map(quoted, side.ids), *map(quoted, self.extra_ids or ())]

    def _joined(self, side: Side, view: View) -> str:
        ids = [f"l.{quoted(name)}" for name in side.ids]
        ids += [f"{sql} AS {quoted(name)}" for name, sql in (self.extra_ids or {}).items()]
        order = [f"r.{quoted(name)} AS {_preferred(place)}" for place, (name, _) in enumerate(self.prefer)]
        columns = ", ".join([*ids, *selected(self.taken, of="r"), *order])
        return f"SELECT {columns} FROM {side.query} l JOIN {view.name} r ON {self._condition()}{self._filter()}"

    def _condition(self, wrap: str = "{}") -> str:
        return " AND ".join(
            f"{wrap.format('l.' + quoted(left))} = {wrap.format('r.' + quoted(right))}"
            for left, right in self.on.items()
        )

    def _filter(self) -> str:
        return f" WHERE {self.where}" if self.where else ""

    def _best(self, session: Session, joined: str, ids: list[str]) -> Matched:
        listed = ", ".join(ids)
        order = ", ".join(f"{_preferred(place)} {way} NULLS LAST" for place, (_, way) in enumerate(self.prefer))
        hidden = ", ".join(_preferred(place) for place in range(len(self.prefer)))
        unlike = session.table(f"SELECT DISTINCT * FROM {joined}", step=self.step)
        # Rows that differ only in what they are ordered by give the same columns: no choice was made.
        differing = f"SELECT DISTINCT * EXCLUDE ({hidden}) FROM {unlike}"
        chosen = session.number(
            f"SELECT count(DISTINCT {ids[0]}) FROM "
            f"(SELECT {listed} FROM ({differing}) GROUP BY {listed} HAVING count(*) > 1)",
            step=self.step,
        )
        best = session.table(
            f"SELECT DISTINCT * EXCLUDE ({hidden}) FROM {unlike} "
            f"QUALIFY rank() OVER (PARTITION BY {listed} ORDER BY {order}) = 1",
            step=self.step,
        )
        tied = session.number(
            f"SELECT count(DISTINCT {ids[0]}) FROM (SELECT {listed} FROM {best} GROUP BY {listed} HAVING count(*) > 1)",
            step=self.step,
        )
        session.drop(joined, unlike)
        if tied:
            columns = names([name for name, _ in self.prefer])
            raise InputError(
                f"{Rounded.of(tied)} pupils have several rows in the data of {self.step!r} that are alike in "
                f"{columns}, so that it does not decide which to keep.",
                remedy='name a further column: prefer="GBADATUM DESC, NUMBER"',
            )
        rows = session.number(f"SELECT count(*) FROM {best}", step=self.step)
        return Matched(table=best, rows=rows, chosen=chosen)

    def _several(self, session: Session, side: Side, view: View, joined: str) -> InputError:
        ids = ", ".join(self._ids(side))
        first = quoted(side.ids[0])
        pupils = session.number(
            f"SELECT count(DISTINCT {first}) FROM (SELECT {ids} FROM {joined} GROUP BY {ids} HAVING count(*) > 1)",
            step=self.step,
        )
        keys = [f"r.{quoted(name)}" for name in self.on.values()] + list((self.extra_ids or {}).values())
        places = ", ".join(str(place + 1) for place in range(len(keys)))
        rows = session.number(
            f"SELECT sum(n) FROM (SELECT {', '.join(keys)}, count(*) AS n FROM {view.name} r SEMI JOIN {side.query} l "
            f"ON {self._condition()}{self._filter()} GROUP BY {places} HAVING n > 1)",
            step=self.step,
        )
        shared = names([*self.on.values(), *(self.extra_ids or ())])
        return InputError(
            f"{Rounded.of(rows)} rows in the data of {self.step!r} share their {shared} with another, so that "
            f"{Rounded.of(pupils)} pupils would be doubled.",
            remedy=(_OF_A_DAY if self.spells else "")
            + 'keep one row per key there, match on more columns, or say which: prefer="GBADATUM DESC"',
        )

    def _expect_types(self, side: Side, view: View) -> None:
        for left, right in self.on.items():
            if right not in view.types:
                raise InputError(f"There is no column {right!r} in the data of {self.step!r}.", remedy="other columns")
            if is_number(side.types[left]) != is_number(view.types[right]):
                raise two_types(left, step=self.step)

    def otherwise_written(self, session: Session, side: Side, view: View, *, rows: int, linked: int) -> str:
        """What to say where less than half match, and more would if their keys were written alike; else nothing."""
        texts = all(side.types[left] == "VARCHAR" and view.types[right] == "VARCHAR" for left, right in self.on.items())
        if not texts or linked >= _SUSPICIOUS_SHARE * rows:
            return ""
        exact, could = (
            session.number(f"SELECT count(*) FROM {side.query} l SEMI JOIN {view.name} r ON {on}", step=self.step)
            for on in (self._condition(), self._condition("ltrim(trim({}), '0')"))
        )
        more = could - exact
        if more <= 0 or (exact and more < _WORTH_SAYING * rows):
            return ""
        return (
            f"{Rounded.of(more)} more would match without spaces and leading zeros: "
            f"{names(list(self.on))} is written differently on the two sides"
        )


def is_number(sql: str | None) -> bool:
    """Whether a column of that SQL type holds numbers."""
    return sql is not None and any(word in sql for word in _NUMBERS)


def two_types(name: str, *, step: str) -> InputError:
    """A key that is text on one side and a number on the other."""
    return InputError(
        f"{name!r} is text on one side of {step!r} and a number on the other.",
        remedy="read keys as text, with open_microdata or dtype=str",
    )


def _preferred(place: int) -> str:
    return f"__nco_prefer_{place}"
