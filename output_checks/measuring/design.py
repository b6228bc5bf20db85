"""Sampling errors under a survey design: strata, clusters and weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from output_checks.errors import InputError
from output_checks.measuring.columns import DESIGNED
from output_checks.measuring.inside import Design, Facts, Inside
from output_checks.measuring.pairs import distinct_units, number_by_cell, sums_by_cell
from output_checks.measuring.units import Codes, UnitRows
from output_checks.model.evidence import FactName, Floats
from output_checks.model.statistic import Statistic

_OF_MEAN = (
    Statistic.WEIGHTED_MEAN_STANDARD_ERROR,
    Statistic.WEIGHTED_MEAN_LOWER_95,
    Statistic.WEIGHTED_MEAN_UPPER_95,
)
_OF_SUM = (
    Statistic.WEIGHTED_SUM_STANDARD_ERROR,
    Statistic.WEIGHTED_SUM_LOWER_95,
    Statistic.WEIGHTED_SUM_UPPER_95,
)


def design_of(
    frame: pd.DataFrame, rows: UnitRows, *, strata: str, clusters: str, statistics: Sequence[Statistic]
) -> Design | None:
    """How the sample was drawn: one stratum unless `strata` is given, clusters of the coarsest unit level unless named.

    All records count as sample, those without a valid value too. None where no statistic asks for it.

    Raises
    ------
    InputError
        A column is not there, a record lacks its stratum or cluster, a cluster lies in several strata, a stratum has
        one cluster only, or no statistic needs a design.
    """
    if not set(statistics) & DESIGNED:
        for name, given in (("strata", strata), ("clusters", clusters)):
            if given:
                raise InputError(
                    f"`{name}` is given, and no statistic uses it.",
                    remedy="leave it out, or ask for 'weighted mean interval' or 'weighted sum interval'",
                )
        return None
    stratum = _coded(frame, strata, "strata") if strata else np.zeros(len(frame), dtype=np.int64)
    cluster = _coded(frame, clusters, "clusters") if clusters else list(rows.codes.values())[-1]
    cluster, _ = pd.factorize(cluster)
    in_strata = pd.DataFrame({"cluster": cluster, "stratum": stratum}).drop_duplicates()
    several = int((in_strata["cluster"].value_counts() > 1).sum())
    if several:
        raise InputError(
            f"{several} clusters are in more than one of the strata {strata!r}: which were drawn, and from what?",
            remedy="clusters= a column that names each cluster of each stratum otherwise",
        )
    sizes = np.bincount(in_strata["stratum"])
    lone = int((sizes == 1).sum())
    if lone:
        where = f"{lone} of the strata {strata!r} have" if strata else "The data have"
        raise InputError(
            f"{where} one cluster only, of which no sampling error can be told.",
            remedy="strata that are merged with others like them, or clusters that were drawn within it",
        )
    of_cluster = in_strata.sort_values("cluster")["stratum"].to_numpy()
    return Design(cluster=np.asarray(cluster), stratum_of=of_cluster, clusters_in=sizes.astype(float))


def sampling_errors(inside: Inside, weights: Floats) -> dict[Statistic, tuple[Floats, Facts]]:
    """Standard errors and 95 % limits of weighted means and sums that are asked for, with what stands behind them.

    Taylor linearisation with clusters taken as drawn with replacement within strata (Särndal, Swensson & Wretman 1992,
    5.5; Cochran 1977, 11.9): V = Σ_h n_h/(n_h−1) Σ_j (e_hj − ē_h)², where e_hj adds up w(y − mean)/Σw over a cluster's
    records in the cell (of a sum: wy), and is 0 for clusters of the stratum that have none there. Limits use Student's
    t with clusters less strata, of those that have records in the cell. NaN where that is below 1.
    """
    design, asked = inside.records.design, set(inside.statistics) & DESIGNED
    if design is None or not asked:
        return {}
    values, cell, n_cells = inside.records.values, inside.cell, inside.n_cells
    drawn = _InCells.of(inside, design)
    clusters = drawn.clusters
    degrees = np.where(clusters > 0, clusters - drawn.strata, np.inf)
    total = sums_by_cell(cell, weights, n_cells)
    amounts = sums_by_cell(cell, weights * values, n_cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = amounts / total
        residuals = weights * (values - mean[cell]) / total[cell]
    facts: Facts = {(FactName.CLUSTERS, ""): clusters, **degrees_of_freedom(inside, degrees)}
    found: dict[Statistic, tuple[Floats, Facts]] = {}
    for names, estimate, parts in ((_OF_MEAN, mean, residuals), (_OF_SUM, amounts, weights * values)):
        if asked & set(names):
            error = np.sqrt(drawn.variance(parts))
            error = np.where((degrees >= 1) & (clusters > 0), error, np.nan)
            half = stats.t.ppf(0.975, np.clip(degrees, 1, 1e9)) * error
            numbers = (error, estimate - half, estimate + half)
            found |= {name: (number, facts) for name, number in zip(names, numbers, strict=True) if name in asked}
    return found


def degrees_of_freedom(inside: Inside, degrees: Floats) -> Facts:
    """The degrees of freedom of a sampling error, of each unit level that may be clusters: all but the finest."""
    _, *coarser = inside.records.units
    return {
        (FactName.SAMPLING_DEGREES_OF_FREEDOM, level): degrees
        if level in coarser or not coarser
        else np.full(inside.n_cells, np.inf)
        for level in inside.records.units
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class _InCells:
    """Clusters in cells: each pair that occurs, with the stratum of the cluster."""

    pair: Codes
    """Per record, its pair."""
    cell: Codes
    stratum: Codes
    n_cells: int
    drawn: Floats
    """Clusters of each stratum, in all cells."""

    @classmethod
    def of(cls, inside: Inside, design: Design) -> "_InCells":
        n_clusters = len(design.stratum_of)
        pair, keys = pd.factorize(inside.cell.astype(np.int64) * n_clusters + design.cluster)
        keys = np.asarray(keys, dtype=np.int64)
        return cls(
            pair=np.asarray(pair),
            cell=keys // n_clusters,
            stratum=design.stratum_of[keys % n_clusters],
            n_cells=inside.n_cells,
            drawn=design.clusters_in,
        )

    @property
    def clusters(self) -> Floats:
        return number_by_cell(self.cell, self.n_cells)

    @property
    def strata(self) -> Floats:
        return distinct_units(self.cell, self.stratum, n_cells=self.n_cells)

    def variance(self, parts: Floats) -> Floats:
        """Per cell, how much the clusters' sums of what their records bring vary, stratum by stratum."""
        sums = np.bincount(self.pair, weights=parts, minlength=len(self.cell))
        n_strata = len(self.drawn)
        key, keys = pd.factorize(self.cell * n_strata + self.stratum)
        keys = np.asarray(keys, dtype=np.int64)
        of_stratum = np.bincount(key, weights=sums, minlength=len(keys))
        squares = np.bincount(key, weights=sums**2, minlength=len(keys))
        drawn = self.drawn[keys % n_strata]
        spread = np.maximum(squares - of_stratum**2 / drawn, 0.0) * drawn / (drawn - 1)
        return sums_by_cell(keys // n_strata, spread, self.n_cells)


def _coded(frame: pd.DataFrame, name: str, what: str) -> Codes:
    codes, _ = pd.factorize(frame[name])
    missing = int((codes < 0).sum())
    if missing:
        raise InputError(
            f"{missing} records have no value in the {what} {name!r}.",
            remedy="the stratum and the cluster that each record was drawn in",
        )
    return np.asarray(codes, dtype=np.int64)
