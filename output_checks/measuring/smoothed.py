"""Smoothed percentiles: the mean of the eleven records around the place of a percentile, which is nobody's value."""

from dataclasses import dataclass

import numpy as np

from output_checks.measuring.inside import Facts, Inside
from output_checks.measuring.ordered import Ordered, same_value
from output_checks.measuring.positions import Around
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Kind, Statistic

SMOOTHED = frozenset(item for item in Statistic if item.kind is Kind.SMOOTHED_POSITION)
SMOOTHED_OVER = 11
"""Records that a smoothed percentile is the mean of: the one in the middle and five on either side."""


def smoothed_percentiles(inside: Inside) -> dict[Statistic, tuple[Floats, Facts]]:
    """Smoothed percentiles that are asked for, with the distinct units beyond the eleven, between them, and among them.

    Where more than half of the eleven have one value, such as zero, the mean is about the others: only these are taken
    for units that share it. What each of the eleven records brings is told as well, of the finest unit.
    """
    asked = sorted(SMOOTHED & set(inside.statistics), key=lambda item: item.position or 0.0)
    around = Around(inside)
    found: dict[Statistic, tuple[Floats, Facts]] = {}
    before: Floats | None = None
    for statistic in asked:
        band = _Band.of(inside.ordered, statistic.position or 0.0)
        facts = band.contributions(inside) | around.units_from(None, band.lowest, FactName.AT_OR_BELOW)
        facts |= around.units_from(band.highest, None, FactName.AT_OR_ABOVE)
        # Of two bands that overlap, those who are in the second only.
        until = band.lowest if before is None else np.where(band.lowest >= before, band.lowest, band.highest)
        facts |= around.between(before, until)
        facts |= around.units_from(band.lowest, band.highest, FactName.SHARING, without=band.common)
        found[statistic] = (band.mean, facts)
        before = band.highest
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Band:
    """Per cell the eleven records, or all of a cell that has fewer."""

    mean: Floats
    lowest: Floats
    highest: Floats
    common: Floats
    """The value that more than half of them have, but not all; NaN where there is none."""
    total: Floats
    largest: Floats
    second: Floats
    """Of absolute values."""

    @classmethod
    def of(cls, ordered: Ordered, share: float) -> "_Band":
        middle = np.floor(np.maximum(ordered.count - 1, 0) * share + 0.5 + 1e-9).astype(np.int64)
        first = np.clip(middle - SMOOTHED_OVER // 2, 0, np.maximum(ordered.count - SMOOTHED_OVER, 0))
        size = np.minimum(SMOOTHED_OVER, ordered.count)
        # Records × cells, NaN beyond those that there are.
        values = np.array([np.where(step < size, ordered.at(first + step), np.nan) for step in range(SMOOTHED_OVER)])
        halfway = ordered.at(first + size // 2)
        alike = np.sum(same_value(values, halfway), axis=0)
        sizes = np.sort(np.nan_to_num(np.abs(values), nan=0.0), axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(size > 0, np.nansum(values, axis=0) / size, np.nan)
        return cls(
            mean=mean,
            lowest=ordered.at(first),
            highest=ordered.at(first + np.maximum(size - 1, 0)),
            common=np.where((2 * alike > size) & (alike < size), halfway, np.nan),
            total=sizes.sum(axis=0),
            largest=sizes[-1],
            second=sizes[-2],
        )

    def contributions(self, inside: Inside) -> Facts:
        """Total and largest among the eleven; of coarser levels nothing, which are not what a neighbourhood is of.

        Nothing too where most have one value: then those who share the others are counted.
        """
        finest, *coarser = inside.records.units
        varied = np.isnan(self.common)
        facts: Facts = {
            (FactName.TOTAL, finest): np.where(varied, self.total, 0.0),
            (FactName.LARGEST, finest): np.where(varied, self.largest, 0.0),
            (FactName.SECOND_LARGEST, finest): np.where(varied, self.second, 0.0),
        }
        nothing = np.zeros(inside.n_cells)
        names = (FactName.TOTAL, FactName.LARGEST, FactName.SECOND_LARGEST)
        return facts | {(name, level): nothing for name in names for level in coarser}
