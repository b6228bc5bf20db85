"""Life tables: how many are at risk, have the event and are lost sight of at every time, and the curve that follows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from output_checks.measuring.grid import Grid
from output_checks.measuring.inside import Facts
from output_checks.measuring.pairs import Pairs, number_by_cell
from output_checks.measuring.units import Codes, UnitRows, sum_of_hashes
from output_checks.model.evidence import FactName, Flags, Floats
from output_checks.model.members import Members

_Z = 1.959963984540054
"""97.5th percentile of the normal distribution."""
MOST_AT_RISK = 10_000_000
"""Records over all of the times at which they are at risk, up to which it is kept who they are."""
_MODULO = np.uint64(2**52 - 1)


class Method(StrEnum):
    """How those who are lost sight of during a time count in it."""

    KAPLAN_MEIER = "kaplan-meier"  # as at risk until its end
    LIFE_TABLE = "life-table"  # as at risk for half of it


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """What is estimated in each of g × t cells; NaN where nobody is at risk."""

    survival: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def of(cls, at_risk: Floats, events: Floats, censored: Floats, *, method: Method) -> "Curve":
        """Kaplan and Meier's product of 1 − d/n over the times so far, with a 95 % interval on the log −log scale.

        n is the number at risk at the beginning of a time (less half of the censored, for a life table), d those with
        the event. The variance of the logarithm is Greenwood's sum of d / (n (n − d)). There is no interval where the
        survival is 0 or 1.

        Sources: Kaplan & Meier 1958, JASA 53; Kalbfleisch & Prentice 2002, section 1.4; Cutler & Ederer 1958.
        """
        exposed = at_risk - censored / 2 if method is Method.LIFE_TABLE else at_risk
        with np.errstate(divide="ignore", invalid="ignore"):
            stays = np.where(exposed > 0, 1.0 - events / exposed, 1.0)
            terms = np.where(exposed > 0, events / (exposed * (exposed - events)), 0.0)
            survival = np.cumprod(stays, axis=1)
            spread = _Z * np.sqrt(np.cumsum(terms, axis=1)) / np.log(survival)
            inner = (survival > 0) & (survival < 1) & (at_risk > 0)
            ends = [np.where(inner, survival ** np.exp(sign * spread), np.nan) for sign in (-1, 1)]
        known = np.where(at_risk > 0, survival, np.nan)
        # The logarithm is below 0, so that of the two powers the one with the minus is the lower end.
        return cls(survival=known, lower=ends[0], upper=ends[1])


class LifeTable:
    """g groups × t times: how many records and units end when and how, and who is still at risk."""

    def __init__(self, *, grid: Grid, rows: UnitRows, happened: Flags, n_times: int) -> None:
        self.grid = grid
        self.rows = rows
        self.happened = happened
        self.cell = grid.members(grid.margins[0])
        self.shape = (len(grid.cells) // n_times, n_times)
        events, censored = (self._records(chosen) for chosen in (happened, ~happened))
        self.counts = (_still(events + censored), events, censored)
        """At risk, with the event, censored: each g × t."""

    def _records(self, chosen: Flags) -> Floats:
        return number_by_cell(self.cell[chosen], len(self.grid.cells)).reshape(self.shape)

    def identity(self, chosen: Flags) -> dict[str, Any]:
        """What relates the counts of some of the records to those of other tables."""
        frame_rows = self.rows.hashes[chosen]
        own = UnitRows(codes={}, hashes=frame_rows)
        return {
            "data": own.fingerprint,
            "sketch": own.sketch,
            "members": self.rows.members(self.cell[chosen], chosen=chosen),
        }

    def facts_of_ended(self, chosen: Flags) -> Facts:
        """Facts of those who ended one way, per cell: distinct units, shares of their lines, fingerprints."""
        size = len(self.grid.cells)
        cell = self.cell[chosen]
        units = {level: Pairs.of(cell, codes[chosen], n_cells=size).units for level, codes in self.rows.codes.items()}
        finest = next(iter(units))
        facts: Facts = {
            (FactName.RECORDS, ""): number_by_cell(cell, size),
            (FactName.MEMBERS, ""): sum_of_hashes(self.rows.hashes[chosen], cell, size),
            (FactName.RECORDS_PER_UNIT, ""): np.full(size, self._most_records(finest)),
        }
        for level, number in units.items():
            facts[FactName.CONTRIBUTORS, level] = number
        for position, name in enumerate(self.grid.by[:-1]):
            facts[FactName.SHARE_OF_LINE, name] = self.grid.share_of_line(units[finest], position)
        facts[FactName.SHARE_OF_LINE, self.grid.by[-1]] = self._share_of_group(units[finest], chosen, finest)
        return facts

    def _share_of_group(self, units: Floats, chosen: Flags, finest: str) -> Floats:
        """A cell's units as a share of all in its group; of events also of those who were still at risk.

        Where a whole group ended one way, and others did not, that is known of each of its members: their share is 1.
        The last at risk having the event is asked about instead: a curve that reaches 0 has them always.
        """
        units, at_risk = units.reshape(self.shape), self.at_risk(finest)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(at_risk > 0, units / at_risk[:, :1], 0.0)
            of_risk = np.where(at_risk > 0, units / at_risk, 0.0)
        if chosen is self.happened:
            share = np.where(of_risk < 1, np.maximum(share, of_risk), share)
        if not chosen.all():
            of_group = self._records(chosen).sum(axis=1) == self.counts[0][:, 0]
            share = np.where(of_group[:, np.newaxis] & (units > 0), 1.0, share)
        return np.asarray(share.ravel())

    def facts_at_risk(self) -> Facts:
        """Facts of those who are at risk, per cell: the units that the estimates up to then rest on.

        They have no share of a line: who is at risk is counted again when it ends, and judged there.
        """
        finest = next(iter(self.rows.codes))
        ending = sum_of_hashes(self.rows.hashes, self.cell, len(self.grid.cells)).astype(np.uint64).reshape(self.shape)
        members = np.cumsum(ending[:, ::-1], axis=1, dtype=np.uint64)[:, ::-1] & _MODULO
        size = len(self.grid.cells)
        facts: Facts = {
            (FactName.RECORDS, ""): self.counts[0].ravel(),
            (FactName.MEMBERS, ""): members.astype(np.float64).ravel(),
            (FactName.RECORDS_PER_UNIT, ""): np.full(size, self._most_records(finest)),
        }
        for level in self.rows.codes:
            facts[FactName.CONTRIBUTORS, level] = self.at_risk(level).ravel()
        return facts | {(FactName.SHARE_OF_LINE, name): np.zeros(size) for name in self.grid.by}

    def members_at_risk(self) -> Members | None:
        """Who is at risk at which time, so that two sets of them can be subtracted; None where they are too many.

        Every record is in the cells of all times up to its end. It is not repeated for that: each is in a cell once.
        """
        times = self.cell % self.shape[1] + 1
        if int(times.sum(dtype=np.int64)) > MOST_AT_RISK:
            return None
        rows = np.repeat(np.arange(len(times)), times)
        starts = np.cumsum(times) - times
        back = np.arange(len(rows)) - np.repeat(starts, times)
        cells = self.cell[rows] - back.astype(np.int32)
        own = self.rows.members(self.cell)
        return Members(units={level: hashes[rows] for level, hashes in own.units.items()}, cells=cells.astype(np.int32))

    def at_risk(self, level: str) -> Floats:
        """Distinct units of a level that have a record still at risk: those whose last one ends then or later."""
        codes = self.rows.codes[level]
        n_groups, n_times = self.shape
        group, time = self.cell // n_times, self.cell % n_times
        pair, own = np.unique(group.astype(np.int64) * (int(codes.max()) + 1) + codes, return_inverse=True)
        last = np.zeros(len(pair), dtype=np.int64)
        np.maximum.at(last, own, time)
        ends = number_by_cell(pair // (int(codes.max()) + 1) * n_times + last, n_groups * n_times)
        return _still(ends.reshape(self.shape))

    def _most_records(self, finest: str) -> float:
        codes: Codes = self.rows.codes[finest]
        return 1.0 if finest in self.rows.unique else float(np.bincount(codes).max(initial=1))


def _still(ending: Floats) -> Floats:
    """Per group and time, what ends then or later."""
    return np.asarray(np.cumsum(ending[:, ::-1], axis=1)[:, ::-1])
