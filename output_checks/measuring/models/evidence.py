"""Measure a model: its coefficients, and the units that each of them rests on."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from output_checks.measuring.models.apart import Groups
from output_checks.measuring.models.fitted import Fitted
from output_checks.measuring.models.implicit import distinct
from output_checks.measuring.models.leverage import Leverage
from output_checks.measuring.models.resting import Resting
from output_checks.measuring.models.rows import used_rows
from output_checks.measuring.named import named_by_keys
from output_checks.measuring.units import Codes, Units, sum_of_hashes
from output_checks.model.evidence import CellStatus, Fact, FactName, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic

_NEGLIGIBLE = 1e-3


def tabulate_model(
    fitted: Fitted, *, data: pd.DataFrame, units: Units, decimals: int = 4, population: str = "all records"
) -> tuple[Tabulation, ...]:
    """Count (n), coefficient and standard error per term, with the units behind each.

    `data` holds the unit keys; its index has the label of every observation of the model exactly once. n counts
    records, not weights, and leaves out those whose weight is less than a thousandth of the mean.

    Raises
    ------
    InputError
        The observations cannot be found in `data`, so nobody can be counted.
    """
    return tabulate_terms(
        fitted,
        data=data,
        units=units,
        population=population,
        statistics=(
            (Statistic.COEFFICIENT, fitted.estimates, decimals),
            (Statistic.STANDARD_ERROR, fitted.standard_errors, decimals),
        ),
    )


def tabulate_terms(
    fitted: Fitted,
    *,
    data: pd.DataFrame,
    units: Units,
    population: str,
    statistics: Sequence[tuple[Statistic, Floats, int]],
    by: str = "term",
    together: bool = False,
) -> tuple[Tabulation, ...]:
    """Count, and then the statistics given (with their values and decimals), over the terms of a model.

    `together` where every term rests on all of the columns.
    """
    used = used_rows(fitted, data)
    rows = units.identify(used)
    facts = _Facts(fitted, rows.codes, together=together)
    counted = rows if facts.weighed.all() else units.identify(used[facts.weighed])
    members = float(sum_of_hashes(counted.hashes, np.zeros(len(counted.hashes), dtype=np.int64), 1)[0])
    cells = tuple((term,) for term in fitted.terms)
    fingerprint, sketch = counted.fingerprint, counted.sketch

    everyone = counted.members(np.zeros(len(counted.hashes), dtype=np.int32))

    def tabulation(statistic: Statistic, values: Floats, decimals: int, known: Sequence[Fact]) -> Tabulation:
        return Tabulation(
            statistic=statistic,
            by=(by,),
            cells=cells,
            values=values,
            status=(CellStatus.PUBLISHED,) * len(cells),
            decimals=decimals,
            facts=tuple(known),
            population=population,
            parts=False,
            data=fingerprint,
            sketch=sketch,
            members=everyone if statistic is Statistic.COUNT else None,
        )

    # The n of a model is one number that stands beside every term, so it has no lines to be a share of.
    whole = [
        *facts.behind(),
        facts.same(FactName.MEMBERS, members),
        facts.same(FactName.SHARE_OF_LINE, 0.0, by),
        *(facts.of_each(name, values, level) for (name, level), values in named_by_keys(rows, cells).items()),
    ]
    groups = Groups(fitted, facts.weighed, rows.hashes)
    resting = [
        *facts.behind(),
        *facts.resting(units.levels),
        facts.of_each(FactName.GROUP, groups.members()),
        facts.of_each(FactName.GROUP_SIGNATURE, groups.signatures()),
        *(facts.of_each(FactName.GROUP_UNITS, number, level) for level, number in groups.units(rows.codes).items()),
    ]
    count = tabulation(Statistic.COUNT, np.full(len(cells), float(facts.n_records)), 0, whole)
    return (count, *(tabulation(statistic, values, decimals, resting) for statistic, values, decimals in statistics))


class _Facts:
    """Facts per term, computed from the microdata."""

    def __init__(self, fitted: Fitted, codes: Mapping[str, Codes], *, together: bool) -> None:
        self.fitted = fitted
        self.together = together
        self.codes = codes
        # A record of next to no weight is in the data and not in the model: it stands behind nothing.
        self.weighed = fitted.weights > _NEGLIGIBLE * fitted.weights.mean()
        self.n_records = int(self.weighed.sum())
        self.n_left_out = len(fitted.weights) - self.n_records
        self.n_units = {level: distinct(code, self.weighed) for level, code in codes.items()}

    def same(self, name: FactName, number: float, of: str = "") -> Fact:
        return self.of_each(name, np.full(len(self.fitted.terms), float(number)), of)

    def of_each(self, name: FactName, values: Floats, of: str = "") -> Fact:
        return Fact(name=name, of=of, values=values, origin=Origin.COMPUTED)

    def behind(self) -> list[Fact]:
        return [
            self.same(FactName.RECORDS, self.n_records),
            *(self.same(FactName.CONTRIBUTORS, number, level) for level, number in self.n_units.items()),
        ]

    def resting(self, levels: Sequence[str]) -> list[Fact]:
        """What each coefficient rests on: units that are set apart, leverage, and what the model leaves over."""
        fitted = self.fitted
        n_observations = self.n_records if fitted.groups is None else len(np.unique(fitted.groups[self.weighed]))
        n_parameters = fitted.design.shape[1] if self.together else len(fitted.terms)
        resting = Resting.of(fitted, self.weighed)
        leverage = Leverage.of(fitted)
        finest = self.codes[levels[0]] if fitted.groups is None else fitted.groups
        found = [
            self.same(FactName.RESIDUAL_DEGREES_OF_FREEDOM, fitted.residual_degrees_of_freedom - self.n_left_out),
            self.same(FactName.PARAMETERS_PER_OBSERVATION, n_parameters / max(n_observations, 1)),
            self.same(FactName.LARGEST_LEVERAGE, leverage.largest(finest)),
            self.same(FactName.CLUSTERS, fitted.clusters),
            self.of_each(FactName.UNEXPLAINED, self._per_term(resting.unexplained())),
        ]
        for position, (level, code) in enumerate(self.codes.items()):
            one, two = leverage.concentration(code) if position else (leverage.largest(code),) * 2
            found.append(self.same(FactName.CONCENTRATION, one, level))
            found.append(self.same(FactName.CONCENTRATION_OF_TWO, two, level))
            rare, nearly = resting.units_behind(code[self.weighed])
            found.append(self.of_each(FactName.RARE_SIDE, self._per_term(rare), level))
            found.append(self.of_each(FactName.RARE_VALUE, self._per_term(nearly), level))
        return found

    def _per_term(self, columns: Floats) -> Floats:
        """Of each parameter what holds of its column; of one without a column, what stands last: what holds of all."""
        if self.together:
            return np.full(len(self.fitted.terms), columns.min())
        return np.asarray(columns[self.fitted.columns])
