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
    for known in attack.small_groups(FEWEST["pupil"]):
        found.broken.append(
            Broken(
                what="recalculated",
                where=known.group.label,
                low=known.number,
                high=known.number,
                truth=known.number,
                why=known.why,
            )
        )
    return found


def _hidden_counts(found: Score, attack: Attack, truth: "_Truth", secret: list[Group]) -> None:
    members = [truth.members(group.cell) for group in secret if group.cell]
    numbers = [float(flags.sum()) for flags in members]
    alone = [place for place, number in enumerate(numbers) if number == 1]
    for place, group in enumerate(secret):
        interval = attack.bounds(group, enough=WIDTH)
        _judge(found, group, interval, numbers[place], lambda group=group: attack.reasons(group))
        if interval.width < WIDTH:
            continue
        for own in alone:
            if own == place or not (members[own] & ~members[place]).any():
                continue  # who is in one cell knows by that that he is in the other, or is the only one in it
            known = [(secret[own], 1.0)]
            beside = attack.bounds(group, enough=WIDTH, known=known)
            reasons = lambda group=group, known=known: attack.reasons(group, known=known)  # noqa: E731
            if _judge(found, group, beside, numbers[place], reasons, knower=secret[own].label):
                break


def _judge(found, group, interval: Interval, number: float, reasons, *, knower: str = "") -> bool:
    if not interval.low - 1e-6 <= number <= interval.high + 1e-6 and not interval.ample:
        found.wrong.append(f"{group.label} is {number:g}, and the attack says {interval.low:g} to {interval.high:g}")
    found.unproven += not interval.proven
    if interval.width >= WIDTH:
        return False
    found.broken.append(
        Broken(
            what="recalculated" if interval.width == 0 else "too narrow",
            where=group.label,
            low=interval.low,
            high=interval.high,
            truth=number,
            why=reasons(),
            knower=knower,
        )
    )
    return True


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
                found.broken.append(
                    Broken(
                        what="recalculated" if interval.width < 1 else "too narrow",
                        where=f"{group.label}, total of {value}",
                        low=interval.low,
                        high=interval.high,
                        truth=total,
                        why=totals.reasons(group),
                    )
                )


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
