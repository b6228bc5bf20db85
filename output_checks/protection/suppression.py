"""Secondary suppression: what else to hide so that nobody can work out the sensitive cells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, FactName, Flags, Floats, Tabulation
from output_checks.protection.attacker import attack
from output_checks.protection.equations import TiedInARingError, UnequalSumsError
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.large import suppress_large
from output_checks.protection.system import LinearSystem
from output_checks.protection.witnesses import Measure, Prover, Requirement

_LARGEST_STEP = 4
_DELETION_PROOFS = 5_000
_LARGEST_SMALL = 400
"""Cells up to which linear programming over the whole table hides least; beyond it takes too long."""
_LARGEST_ATTACKED = 2_000


def suppress(
    tabulations: Sequence[Tabulation],
    *,
    sensitive: Sequence[Flags],
    width: float,
    also: Sequence[Measure] = (),
    costs: Sequence[Floats] | None = None,
    singletons: Sequence[Flags] | None = None,
    hierarchies: Sequence[Hierarchy] = (),
    keep: Sequence[Flags] | None = None,
) -> tuple[tuple[CellStatus, ...], ...]:
    """Choose which cells to hide, so that every sensitive cell of a set of frequency tables stays uncertain.

    Parameters
    ----------
    tabulations
        Counts of the same records (equal `data` and `population`); a cell that two of them share is hidden in both.
        Cells that come in as primary suppressed stay so; any other status is decided afresh.
    sensitive
        Per tabulation and cell: must be hidden itself.
    width
        How far apart (upper − lower) the bounds of each sensitive count must stay for someone who knows all that is
        published and that counts are whole numbers of at least 0.
    also
        Further numbers that the same cells publish. A hidden cell hides all of them, each as uncertain as it asks.
    costs
        Per tabulation and cell, above 0: what hiding it costs. By default log(2 + count), in small tables far more for
        totals.
    singletons
        Per tabulation and cell: has a single contributor, who knows it and still may not bound another sensitive
        cell. By default from the facts on contributors of the finest unit level, else the counts of 1.
    hierarchies
        Which variables are levels of each other; their tables are protected as one system.
    keep
        Per tabulation and cell: must stay published, such as a total, or what an earlier release published.

    Returns
    -------
    Per tabulation, the status of each cell. The same input always gives the same pattern.

    Raises
    ------
    InputError
        Tables do not add up or disagree, or no choice of cells protects them as asked: nothing weaker is returned.

    Source: Handbook on Statistical Disclosure Control, 2nd edition, chapters on magnitude and frequency tables. Small
    tables: the choice by linear programming after Fischetti & Salazar-González (2000), made smaller by deletion. Large
    ones: `output_checks.protection.large`.
    """
    _expect_input(tabulations, sensitive=sensitive, width=width)
    marked = [flags | _came_in_hidden(tabulation) for tabulation, flags in zip(tabulations, sensitive, strict=True)]
    alone = _singletons(tabulations) if singletons is None else singletons
    start: Sequence[Flags] = marked
    if hierarchies or keep is not None or sum(len(flags) for flags in marked) > _LARGEST_SMALL:
        try:
            found = suppress_large(
                tabulations,
                sensitive=marked,
                width=width,
                costs=costs,
                singletons=alone,
                hierarchies=hierarchies,
                keep=keep,
            )
        except (TiedInARingError, UnequalSumsError):  # the way for small tables knows unlisted categories
            if hierarchies or keep is not None:
                raise
        else:
            found.expect_complete()
            start = [np.array([status is not CellStatus.PUBLISHED for status in own]) for own in found.statuses]
            if not also:
                if sum(map(len, marked)) <= _LARGEST_ATTACKED and not hierarchies:
                    _expect_attacker_agrees(
                        tabulations, found.statuses, secret=marked, measures=[_counts(tabulations, width)]
                    )
                return found.statuses
    if also and (hierarchies or keep is not None):
        raise InputError(
            "Sums and means cannot be protected together with hierarchies, or with cells that stay published.",
            remedy="one table per level, or counts only",
        )
    return _suppress_small(
        tabulations, marked=marked, start=start, width=width, also=also, costs=costs, singletons=alone
    )


def _counts(tabulations: Sequence[Tabulation], width: float) -> Measure:
    return Measure(
        values=[tabulation.values for tabulation in tabulations],
        width=[np.full(len(tabulation.cells), width) for tabulation in tabulations],
        whole_numbers=True,
    )


def _suppress_small(
    tabulations: Sequence[Tabulation],
    *,
    marked: Sequence[Flags],
    start: Sequence[Flags],
    width: float,
    also: Sequence[Measure],
    costs: Sequence[Floats] | None,
    singletons: Sequence[Flags],
) -> tuple[tuple[CellStatus, ...], ...]:
    """The same by linear programming over the whole table; `start` are the cells to hide at first."""
    system = LinearSystem.of(tabulations)
    counts = _counts(tabulations, width)
    secret = system.gather(marked) > 0
    alone = system.gather(singletons) > 0
    plan = _Plan(
        system=system,
        provers=[Prover.of(system, measure) for measure in (counts, *also)],
        costs=_default_costs(system, system.gather(counts.values)) if costs is None else system.gather(costs),
        secret=secret,
        requirements=_requirements(system, secret, alone & secret),
        hidden=secret | (system.gather(start) > 0),
    )
    plan.grow()
    plan.shrink()
    statuses = tuple(_statuses(secret[position], plan.hidden[position]) for position in system.positions)
    _expect_attacker_agrees(
        tabulations, statuses, secret=[secret[p] for p in system.positions], measures=(counts, *also)
    )
    return statuses


@dataclass(kw_only=True, eq=False)
class _Plan:
    """A pattern in the making."""

    system: LinearSystem
    provers: Sequence[Prover]
    costs: Floats
    secret: Flags
    requirements: Sequence[Requirement]
    hidden: Flags
    spent: int = 0
    """Proofs tried to publish cells again; a fixed number, so that the same table always gets the same pattern."""

    def grow(self) -> None:
        """Hide more until every requirement is proven."""
        for requirement in self.requirements:
            for prover in self.provers:
                self._meet(requirement, prover)

    def _meet(self, requirement: Requirement, prover: Prover) -> None:
        if prover.prove(requirement, self.hidden):
            return
        for step in range(_LARGEST_STEP):
            # Hidden cells are free to move, but not for nothing, or moves would wander.
            costs = np.where(self.hidden, self.costs.min() * 1e-3, self.costs)
            more = prover.cheapest(requirement, costs, step=step)
            if more is None:
                break
            self.hidden |= more
            if prover.prove(requirement, self.hidden):
                return
        raise InputError(
            "These tables cannot be protected as asked: even with every other cell hidden, a sensitive one stays "
            "within narrower bounds than required.",
            remedy="coarser categories, or leave the table out",
        )

    def shrink(self) -> None:
        """Publish again what no proof needs, the most valuable first."""
        candidates = np.flatnonzero(self.hidden & ~self.secret)
        for cell in sorted(candidates, key=lambda cell: (-self.costs[cell], cell)):
            if self._can_publish(int(cell)):
                self.hidden[cell] = False
                for prover in self.provers:
                    prover.moves = prover.moves[prover.moves[:, cell] == 0]

    def _can_publish(self, cell: int) -> bool:
        fewer = self.hidden.copy()
        fewer[cell] = False
        for prover in self.provers:
            for requirement in self.requirements:
                if prover.holds(requirement, without=cell):
                    continue
                self.spent += 1
                if self.spent > _DELETION_PROOFS:
                    return False
                if not prover.prove(replace(requirement, fixed=(*requirement.fixed, cell)), fewer):
                    return False
        return True


def _requirements(system: LinearSystem, secret: Flags, alone: Flags) -> list[Requirement]:
    """Each sensitive cell must stand against outsiders, and against each single contributor of another cell.

    Where one cell lies within the other and both have a single contributor, that is the same unit.
    """
    cells = [int(cell) for cell in np.flatnonzero(secret)]
    outsiders = [Requirement(cell=cell) for cell in cells]
    insiders = [
        Requirement(cell=cell, fixed=(int(owner),))
        for cell in cells
        for owner in np.flatnonzero(alone)
        if owner != cell and not (alone[cell] and _nested(system, cell, int(owner)))
    ]
    return [*outsiders, *insiders]


def _nested(system: LinearSystem, cell: int, other: int) -> bool:
    first, second = system.groups[cell], system.groups[other]
    return first <= second or second <= first


def _singletons(tabulations: Sequence[Tabulation]) -> list[Flags]:
    flags = []
    for tabulation in tabulations:
        contributors = next((fact.values for fact in tabulation.facts if fact.name is FactName.CONTRIBUTORS), None)
        flags.append((tabulation.values if contributors is None else contributors) == 1)
    return flags


def _default_costs(system: LinearSystem, counts: Floats) -> Floats:
    """log(2 + count) for an innermost cell; ten times dearer for each variable summed over.

    Empty cells cost as much as a total: readers may know that one is impossible, and then it hides nothing.
    """
    dearer = np.maximum(system.summed, counts == 0)
    return np.asarray(np.log(2.0 + counts) * 10.0**dearer, dtype=float)


def _came_in_hidden(tabulation: Tabulation) -> Flags:
    return np.array([status is CellStatus.PRIMARY_SUPPRESSED for status in tabulation.status], dtype=bool)


def _statuses(secret: Flags, hidden: Flags) -> tuple[CellStatus, ...]:
    return tuple(
        CellStatus.PRIMARY_SUPPRESSED if s else CellStatus.SECONDARY_SUPPRESSED if h else CellStatus.PUBLISHED
        for s, h in zip(secret, hidden, strict=True)
    )


def _expect_input(tabulations: Sequence[Tabulation], sensitive: Sequence[Flags], width: float) -> None:
    if not tabulations or [len(flags) for flags in sensitive] != [len(t.cells) for t in tabulations]:
        raise InputError(
            "Suppression needs at least one table, and for each a flag per cell: sensitive or not.",
            remedy="sensitive=[flags of the first table, ...]",
        )
    if not 0 < width < np.inf:
        raise InputError("The width of a protected interval must be above 0.", remedy="the policy's interval width")
    if any((tabulation.values < 0).any() or (tabulation.values % 1 != 0).any() for tabulation in tabulations):
        raise InputError(
            "Suppression works on counts, and found numbers that are negative or not whole.",
            remedy="pass the tables of counts, and other numbers as `also`",
        )


def _expect_attacker_agrees(
    tabulations: Sequence[Tabulation],
    statuses: Sequence[tuple[CellStatus, ...]],
    *,
    secret: Sequence[Flags],
    measures: Sequence[Measure],
) -> None:
    """The last word is the attacker's, who works from the published numbers alone."""
    for measure in measures:
        # In units of the width asked for, so that the digits the attacker sees are enough whatever the size.
        scale = 1.0 if measure.whole_numbers else max(float(np.median(np.concatenate(measure.width))), 1e-6)
        protected = [
            replace(tabulation, values=np.nan_to_num(values) / scale, status=status, decimals=0 if scale == 1.0 else 6)
            for tabulation, values, status in zip(tabulations, measure.values, statuses, strict=True)
        ]
        result = attack(protected, whole_numbers=measure.whole_numbers, lower=measure.lower)
        for (lowest, highest), width, flags in zip(result.bounds, measure.width, secret, strict=True):
            if (highest - lowest < width / scale * (1 - 1e-6) - 1e-5)[flags].any():
                raise InputError(
                    "The attacker, who checks every protected table, still bounds a sensitive cell too narrowly.",
                    remedy="list every cell of the tables, empty ones too, or choose coarser categories",
                )
