"""Link delivered pupils to persons: by number, and otherwise by details, in a fixed order.

Each step takes only pupils that no step before it decided on, and decides: linked, ambiguous or conflicting. What is
ambiguous or conflicting is refused and goes to no later step. No link is ever guessed.
"""

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from nco_research.linkage import cleaning

if TYPE_CHECKING:
    import duckdb


class Step(Enum):
    """The steps, in their order."""

    BSN = "citizen service number"
    EDUCATION_NUMBER = "education number"
    DETAILS = "sex, date of birth, postcode and house number"


class Outcome(Enum):
    """What a step decides of a pupil."""

    LINKED = "linked"
    AMBIGUOUS = "ambiguous"
    """More than one person, or pupils of a delivery for one person who cannot both be that person: refused."""
    CONFLICTING = "conflicting"
    """The number is that of a person of the other sex with another date of birth: refused."""
    OBJECTED = "objected"
    """Linked to somebody who objected. None is expected, as `objections.is_objector` finds them before: it is the last
    barrier before anything is written."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """Pupils as delivered (each school and school year for itself), and their rows: one per test taken."""

    pupils: int = 0
    rows: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(pupils=self.pupils + other.pupils, rows=self.rows + other.rows)

    def __sub__(self, other: "Count") -> "Count":
        return Count(pupils=self.pupils - other.pupils, rows=self.rows - other.rows)


def total(counts: Iterable[Count]) -> Count:
    """All of them together."""
    return functools.reduce(operator.add, counts, Count())


@dataclass(frozen=True, kw_only=True)
class StepCounts:
    """What one step did."""

    step: Step
    linked: Count = Count()
    ambiguous: Count = Count()
    conflicting: Count = Count()
    left: Count = Count()
    """What no step had decided on after it."""


@dataclass(frozen=True, kw_only=True)
class Links:
    """How many were linked, at which step."""

    steps: tuple[StepCounts, ...]
    pupils: Count
    """All of whom something was to be decided."""
    objected: Count
    """Found to have objected only when they were linked; not among `pupils`."""


def link_pupils(connection: "duckdb.DuckDBPyConnection") -> Links:
    """Decide on every pupil of the relation `pupils`, by the tables `people` and `objecting`.

    Makes the table `decided`: `pupil`, `delivery`, `step`, `outcome` and `identity` (empty unless linked). `pupils` has
    `pupil`, `delivery`, the cleaned details (empty where not known) and `rows`. Works in the memory of the connection.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE decided "
        "(pupil BIGINT, delivery INTEGER, rows BIGINT, step VARCHAR, outcome VARCHAR, identity VARCHAR)"
    )
    for step, query in _STEPS.items():
        connection.execute(
            f"INSERT INTO decided SELECT pupil, delivery, rows, '{step.name}', outcome, "
            f"CASE WHEN outcome = 'LINKED' THEN identity ELSE '' END FROM ({query})"
        )
    connection.execute(
        "UPDATE decided SET outcome = 'OBJECTED', identity = '' WHERE identity IN (SELECT identity FROM objecting)"
    )
    return _counted(connection)


def _counted(connection: "duckdb.DuckDBPyConnection") -> Links:
    counted = {
        (step, outcome): Count(pupils=pupils, rows=rows)
        for step, outcome, pupils, rows in connection.execute(
            "SELECT step, outcome, count(*), sum(rows)::BIGINT FROM decided GROUP BY ALL"
        ).fetchall()
    }
    ((pupils, rows),) = connection.execute("SELECT count(*), coalesce(sum(rows), 0)::BIGINT FROM pupils").fetchall()
    objected = total(count for (_, outcome), count in counted.items() if outcome == Outcome.OBJECTED.name)
    left = everybody = Count(pupils=pupils, rows=rows) - objected
    made = []
    for step in Step:
        linked, ambiguous, conflicting = (
            counted.get((step.name, outcome.name), Count())
            for outcome in (Outcome.LINKED, Outcome.AMBIGUOUS, Outcome.CONFLICTING)
        )
        left = left - linked - ambiguous - conflicting
        made.append(StepCounts(step=step, linked=linked, ambiguous=ambiguous, conflicting=conflicting, left=left))
    return Links(steps=tuple(made), pupils=everybody, objected=objected)


def _by_number(column: str) -> str:
    """Pupils whose number is known. Rows of the register are one person where number, sex and birth date agree.

    Conflicting only where sex and birth date are both known and both differ: one of them may be a slip of the pen.
    Another pupil of the delivery may be that person already, by the other number; not if sex or birth date differ.
    """
    differs = (
        "q.sex <> '' AND p.sex <> '' AND q.sex <> p.sex AND q.birth <> '' AND p.birth <> '' AND q.birth <> p.birth"
    )
    return f"""
        WITH found AS MATERIALIZED (
            SELECT pupil, any_value(p.delivery) AS delivery, any_value(p.rows) AS rows, any_value(p.sex) AS sex,
                any_value(p.birth) AS birth, min(q.identity) AS identity,
                min(q.identity || q.sex || q.birth) <> max(q.identity || q.sex || q.birth) OR NOT bool_and(q.certain)
                    AS several,
                bool_and({differs}) AS differs
            FROM (FROM pupils ANTI JOIN decided USING (pupil)) AS p JOIN people AS q USING ({column})
            WHERE p.{column} <> ''
            GROUP BY pupil
        ),
        two_persons AS (
            SELECT delivery, identity FROM (
                SELECT delivery, identity, sex, birth FROM found WHERE NOT several AND NOT differs
                UNION ALL
                SELECT decided.delivery, identity, sex, birth FROM decided JOIN pupils USING (pupil)
                WHERE outcome = 'LINKED'
            ) GROUP BY ALL HAVING {cleaning.TWO_PERSONS}
        )
        SELECT pupil, found.delivery, found.rows, found.identity,
            CASE WHEN several THEN 'AMBIGUOUS' WHEN differs THEN 'CONFLICTING'
                WHEN two_persons.identity IS NOT NULL THEN 'AMBIGUOUS' ELSE 'LINKED' END AS outcome
        FROM found LEFT JOIN two_persons USING (delivery, identity)
    """


_BY_DETAILS = """
    WITH found AS (
        SELECT pupil, any_value(p.delivery) AS delivery, any_value(p.rows) AS rows, min(q.identity) AS identity,
            min(q.identity) <> max(q.identity) OR NOT bool_and(q.certain) AS several
        FROM (FROM pupils ANTI JOIN decided USING (pupil)) AS p
        JOIN people AS q USING (sex, birth, postcode, house)
        WHERE p.sex <> '' AND p.birth <> '' AND p.postcode <> '' AND p.house <> ''
        GROUP BY pupil HAVING max(q.identity) <> ''
    ),
    taken AS (
        SELECT delivery, identity, count(*) AS pupils FROM (
            SELECT delivery, identity FROM found WHERE NOT several
            UNION ALL SELECT delivery, identity FROM decided WHERE outcome = 'LINKED'
        ) GROUP BY ALL HAVING count(*) > 1
    )
    SELECT found.pupil, found.delivery, found.rows, found.identity,
        CASE WHEN several OR taken.pupils IS NOT NULL THEN 'AMBIGUOUS' ELSE 'LINKED' END AS outcome
    FROM found LEFT JOIN taken USING (delivery, identity)
"""

_STEPS: Mapping[Step, str] = {
    Step.BSN: _by_number("bsn"),
    Step.EDUCATION_NUMBER: _by_number("education"),
    Step.DETAILS: _BY_DETAILS,
}
