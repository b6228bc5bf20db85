"""What was to stay hidden, set against what the attack found. This side knows the pupils; the attack does not."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks.attack.attacker import Attack
from benchmarks.attack.bounds import ContradictionError, Interval
from benchmarks.attack.inventing import World
from benchmarks.attack.public import Cell, Publication
from benchmarks.attack.unknowns import Flags, Group

FEWEST = {"pupil": 10, "school": 3}
"""The policy `cbs-export`, from its page."""
WIDTH, PERCENT = 10, 10
_SURE = 1.0
"""An interval of a total that is no wider tells it."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Something that was not to be known, what is known of it, and from what."""

    what: str
    """"recalculated" or "too narrow"."""
    where: str
    low: float
    high: float
    truth: float
    why: tuple[str, ...]
    knower: str = ""
    """Whoever knows it beside what left: nobody in particular, or the one pupil of a hidden cell."""


@dataclass(kw_only=True)
class Score:
    """Of one release or of many."""

    releases: int = 0
    hidden: int = 0
    tables: int = 0
    broken: list[Broken] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Where the attack claims what is not so: a mistake in the attack or in what left."""
    unproven: int = 0

    def count(self, what: str) -> int:
        return Counter(item.what for item in self.broken)[what]


def score(world: World, publication: Publication) -> Score:
    """Attack a publication and set what is found against the truth."""
    found = Score(releases=1, tables=len(publication.tables))
    if not publication.tables:
        return found
    attack = Attack(publication)
    truth = _Truth(world, publication)
    try:
        secret = [group for group in attack.hidden if group.cell is not None and truth.is_sensitive(group.cell)]
        found.hidden = len(secret)
        _hidden_counts(found, attack, truth, secret)
        _hidden_totals(found, attack, truth, secret, publication)
    except ContradictionError as error:
        found.wrong.append(f"what left contradicts itself: {error}")
    told = {item.where for item in found.broken}
    for known in attack.small_groups(FEWEST["pupil"]):
        if known.group.label in told:
            continue
        exactly = Interval(low=known.number, high=known.number)
        found.broken.append(_broken(known.group.label, exactly, known.number, known.why))
    return found


def _hidden_counts(found: Score, attack: Attack, truth: "_Truth", secret: list[Group]) -> None:
    """For anybody, and for the one pupil of each other hidden cell who has the sensitive cells to himself."""
    members = [truth.members(group.cell) for group in secret if group.cell]
    numbers = [float(flags.sum()) for flags in members]
    alone = [place for place, number in enumerate(numbers) if number == 1]
    for place, group in enumerate(secret):
        # Who is in one cell knows by that that he is in the other, or is the only one in it.
        others = [secret[own] for own in alone if own != place and (members[own] & ~members[place]).any()]
        for own in (None, *others):
            known = [] if own is None else [(own, 1.0)]
            interval = attack.bounds(group, enough=WIDTH, known=known)
            found.unproven += not interval.proven
            if not interval.ample and not interval.low <= numbers[place] <= interval.high:
                found.wrong.append(f"{group.label} is not within its bounds {interval.low:g} to {interval.high:g}")
            if interval.width < WIDTH:
                why, knower = attack.reasons(group, known=known), own.label if own is not None else ""
                found.broken.append(_broken(group.label, interval, numbers[place], why, knower=knower))
                break


def _broken(
    where: str, interval: Interval, truth: float, why: tuple[str, ...], *, closest: float = 0.0, knower: str = ""
) -> Broken:
    return Broken(
        what="recalculated" if interval.width <= closest else "too narrow",
        where=where,
        low=interval.low,
        high=interval.high,
        truth=truth,
        why=why,
        knower=knower,
    )


def _hidden_totals(
    found: Score, attack: Attack, truth: "_Truth", secret: list[Group], publication: Publication
) -> None:
    tables = {table.name: table for table in publication.tables}
    for value in sorted({table.value for table in publication.tables if table.value and not table.category}):
        totals = attack.totals(value)
        for group in secret:
            if group.cell is None or tables[group.cell.table].value != value:
                continue
            total = truth.total(group.cell, value)
            interval = totals.bounds(group)
            if not interval.low - 1e-3 <= total <= interval.high + 1e-3:
                found.wrong.append(f"{group.label}: the total of {value} is not within its bounds")
            if interval.width < PERCENT / 100 * abs(total) * (1 - 1e-6):
                where, why = f"{group.label}, total of {value}", totals.reasons(group)
                found.broken.append(_broken(where, interval, total, why, closest=_SURE))


class _Truth:
    """Who is in which cell."""

    def __init__(self, world: World, publication: Publication) -> None:
        self._world = world
        self._tables = {table.name: table for table in publication.tables}
        self._columns = {name: world.pupils[name].to_numpy() for name in world.pupils}
        self._having: dict[tuple[str, str], Flags] = {}

    def _flags(self, name: str, category: str) -> Flags:
        if (name, category) not in self._having:
            self._having[name, category] = np.asarray(self._columns[name] == category, dtype=bool)
        return self._having[name, category]

    def members(self, cell: Cell) -> Flags:
        """Per pupil, whether he is in the cell."""
        table = self._tables[cell.table]
        flags = np.ones(len(self._world.pupils), dtype=bool)
        for name, categories in self._world.selections[table.population].items():
            flags &= np.any([self._flags(name, category) for category in categories], axis=0)
        if table.value and not table.category:
            flags &= ~np.isnan(self._columns[table.value].astype(float))
        for name, category in zip(cell.by, cell.categories, strict=True):
            if category is not None:
                flags &= self._flags(name, category)
        return flags

    def total(self, cell: Cell, value: str) -> float:
        return float(self._columns[value][self.members(cell)].sum())

    def is_sensitive(self, cell: Cell) -> bool:
        """Whether it has so few pupils or schools that it must not be published."""
        members = self.members(cell)
        return bool(members.any()) and any(
            len(set(self._columns[unit][members])) < fewest for unit, fewest in FEWEST.items()
        )
