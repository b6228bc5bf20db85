"""Suppression of large tables, of linked ones and of hierarchies: from tables to one system and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from output_checks.errors import InputError
from output_checks.model.evidence import CellStatus, Flags, Floats, Tabulation
from output_checks.protection.equations import SumEquations
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.protecting import Protected, Wanted, protect_cells
from output_checks.protection.rows import Integers


@dataclass(frozen=True, kw_only=True, eq=False)
class Suppression:
    """A pattern for some tables, with its proof."""

    statuses: tuple[tuple[CellStatus, ...], ...]
    """Per tabulation and cell."""
    system: SumEquations
    wanted: Wanted
    pattern: Protected

    @property
    def complete(self) -> bool:
        """Whether every width asked for is proven; if not, people have to look at it."""
        return self.pattern.complete

    def proves(self) -> bool:
        """Whether the alternative tables hold and are far enough apart, by sparse products that trust no search."""
        need = np.where(self.wanted.sensitive, self.wanted.need, 0)
        need[self.pattern.unproven] = 0
        return self.pattern.proof.holds(
            self.system.matrix,
            values=np.round(self.system.values).astype(np.int64),
            lowest=self.wanted.lowest,
            need=need,
        )

    def expect_complete(self) -> None:
        """Do nothing, unless something is not proven.

        Raises
        ------
        InputError
            Some cell stays within narrower bounds than required, or no proof was found in time.
        """
        if self.complete:
            return
        cells = len(np.union1d(self.pattern.unproven, self.pattern.impossible))
        raise InputError(
            f"These tables cannot be protected as asked: {max(cells, 1)} sensitive cell(s) stay within narrower bounds "
            "than required, for an outsider or for the single contributor of another cell.",
            remedy="these three ways would do: coarser categories; fewer tables or margins, or fewer cells that must "
            "stay published; rounding instead of suppression",
        )


def suppress_large(
    tabulations: Sequence[Tabulation],
    *,
    sensitive: Sequence[Flags],
    width: float,
    insider_width: float | None = None,
    costs: Sequence[Floats] | None = None,
    singletons: Sequence[Flags] | None = None,
    hierarchies: Sequence[Hierarchy] = (),
    keep: Sequence[Flags] | None = None,
    zeros_known: bool = False,
    smallest_sum: int = 0,
    seconds: float = np.inf,
    seed: int = 1,
) -> Suppression:
    """Choose the cells to hide in frequency tables, with alternative tables as proof.

    Parameters
    ----------
    tabulations, sensitive, width, costs, singletons, hierarchies, keep
        As for `suppress`. Empty cells are never hidden, unless they are sensitive.
    insider_width
        How far apart the bounds must stay for the single contributor of another cell; by default as for outsiders, and
        1 is enough against exact recalculation.
    zeros_known
        Whether outsiders know that no empty cell is hidden, so that every hidden one is at least 1.
    smallest_sum
        What the hidden cells of a line must sum to at least, where all others of the line are published.
    seconds
        How long to look for proofs. Afterwards the pattern is the best that was proven, and not `complete`.

    Raises
    ------
    InputError
        Tables do not add up, disagree, or a cell that must stay published is sensitive.
    """
    system = SumEquations.of(tabulations, hierarchies=hierarchies)
    values = np.round(system.values).astype(np.int64)
    secret = _gathered(system, sensitive) > 0
    kept = np.zeros(len(values), dtype=np.bool_) if keep is None else _gathered(system, keep) > 0
    if (kept & secret).any():
        raise InputError(
            f"{int((kept & secret).sum())} cell(s) that must stay published are sensitive.",
            remedy="leave them out of `keep`, or use coarser categories",
        )
    price = np.log(2.0 + values) if costs is None else _gathered(system, costs)
    need = np.full(len(values), int(np.ceil(width - 1e-9)), dtype=np.int64)
    inside = need if insider_width is None else np.full(len(values), int(np.ceil(insider_width - 1e-9)), dtype=np.int64)
    alone = (values == 1) if singletons is None else _gathered(system, singletons) > 0
    wanted = Wanted(
        sensitive=secret,
        need=need,
        insider_need=inside,
        lowest=np.where(secret & (values == 0), 0, int(zeros_known)) * (values > 0),
        costs=np.where(kept, np.inf, np.where(price > 0, price, 1.0)),
        alone=alone & secret,
        smallest_sum=smallest_sum,
    )
    pattern = protect_cells(system, wanted, seconds=seconds, seed=seed)
    return Suppression(
        statuses=tuple(_statuses(secret[own], pattern.hidden[own]) for own in system.positions),
        system=system,
        wanted=wanted,
        pattern=pattern,
    )


def _gathered(system: SumEquations, per_tabulation: Sequence[Any]) -> Floats:
    """One number per cell; where tables share a cell, the largest."""
    found = np.zeros(len(system.values))
    for position, numbers in zip(system.positions, per_tabulation, strict=True):
        np.maximum.at(found, position, np.asarray(numbers, dtype=float))
    return found


def _statuses(secret: Flags, hidden: Flags) -> tuple[CellStatus, ...]:
    marks: Integers = np.where(secret, 2, np.where(hidden, 1, 0))
    names = (CellStatus.PUBLISHED, CellStatus.SECONDARY_SUPPRESSED, CellStatus.PRIMARY_SUPPRESSED)
    return tuple(names[mark] for mark in marks)
