"""Measure a model: its coefficients, and the units that each of them rests on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.fitted import Fitted
from output_checks.measuring.units import Codes, Units, sum_of_hashes
from output_checks.model.evidence import CellStatus, Fact, FactName, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic

_EXACT_FIT = 1e-9
_STILL = 1e-8


def tabulate_model(
    fitted: Fitted, *, data: pd.DataFrame, units: Units, decimals: int = 4, population: str = "all records"
) -> tuple[Tabulation, ...]:
    """Count (n), coefficient and standard error per term, with the units behind each.

    `data` holds the unit keys; its index has the label of every observation of the model exactly once.

    Raises
    ------
    InputError
        The observations cannot be found in `data`, so nobody can be counted.
    """
    used = _used_rows(fitted, data)
    rows = units.identify(used)
    codes = rows.codes
    n_terms, n_rows = len(fitted.terms), len(used)
    cells = tuple((term,) for term in fitted.terms)

    def fact(name: FactName, values: Floats, of: str = "") -> Fact:
        return Fact(name=name, of=of, values=values, origin=Origin.COMPUTED)

    def same_for_all(number: float) -> Floats:
        return np.full(n_terms, float(number))

    behind = [
        fact(FactName.RECORDS, same_for_all(n_rows)),
        *(fact(FactName.CONTRIBUTORS, same_for_all(len(np.unique(code))), level) for level, code in codes.items()),
    ]
    resting_on = [
        fact(FactName.RESIDUAL_DEGREES_OF_FREEDOM, same_for_all(fitted.residual_degrees_of_freedom)),
        fact(FactName.PARAMETERS_PER_OBSERVATION, same_for_all(n_terms / n_rows)),
        fact(FactName.LARGEST_LEVERAGE, same_for_all(_largest_leverage(fitted, codes[units.levels[0]]))),
        *(fact(FactName.RARE_SIDE, _rare_sides(fitted, code), level) for level, code in codes.items()),
    ]
    members = float(sum_of_hashes(rows.hashes, np.zeros(n_rows, dtype=np.int64), 1)[0])
    fingerprint, sketch = rows.fingerprint, rows.sketch

    def tabulation(statistic: Statistic, values: Floats, decimals: int, facts: Sequence[Fact]) -> Tabulation:
        return Tabulation(
            statistic=statistic,
            by=("term",),
            cells=cells,
            values=values,
            status=(CellStatus.PUBLISHED,) * n_terms,
            decimals=decimals,
            facts=tuple(facts),
            population=population,
            parts=False,
            data=fingerprint,
            sketch=sketch,
        )

    # The n of a model is one number that stands beside every term, so it has no lines to be a share of.
    whole = [
        *behind,
        fact(FactName.MEMBERS, same_for_all(members)),
        fact(FactName.SHARE_OF_LINE, same_for_all(0.0), "term"),
    ]
    return (
        tabulation(Statistic.COUNT, same_for_all(n_rows), 0, whole),
        tabulation(Statistic.COEFFICIENT, fitted.estimates, decimals, [*behind, *resting_on]),
        tabulation(Statistic.STANDARD_ERROR, fitted.standard_errors, decimals, [*behind, *resting_on]),
    )


def _used_rows(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """The rows of `data` in the order of the model's observations."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(
            f"The data must be a pandas DataFrame, not a {type(data).__name__}.",
            remedy="the frame the model was fitted on",
        )
    if not data.index.is_unique:
        raise InputError(
            "The data given with the model must have one row per observation; its index repeats labels.",
            remedy="data.set_index([entity, time]), the same index the model was fitted with",
        )
    positions = data.index.get_indexer(fitted.rows) if data.index.nlevels == fitted.rows.nlevels else np.array([-1])
    if (positions < 0).any():
        raise InputError(
            "The model's observations cannot be found in the data given with it: the indexes differ.",
            remedy="pass the frame the model was fitted on, with the unit key columns in it",
        )
    return data.iloc[positions]


def _rare_sides(fitted: Fitted, units: Codes) -> Floats:
    """Per term, the units that its column sets apart, or the outcome does where those are fewer.

    Every coefficient of a model that explains who is among three pupils describes those three. Where effects are
    absorbed, a column sets apart whoever still varies. A saturated model gives the mean of each combination of its
    columns, the reference group too; where the outcome has two values as well, the coefficients are shares.
    """
    outcome = min(_rare_side(fitted.outcome, units), _rarest_group(fitted, units))
    shares = all(len(np.unique(column)) <= 2 for column in [*fitted.design.T, fitted.outcome])
    rare = []
    for column, within in zip(fitted.design.T, fitted.within.T, strict=True):
        sides = [_rare_side(column, units), outcome]
        if fitted.effects and np.ptp(column) > 0:
            sides.append(float(len(np.unique(units[np.abs(within) > _STILL * max(np.abs(column).max(), 1.0)]))))
        if shares and len(np.unique(column)) == 2 and len(np.unique(fitted.outcome)) == 2:
            sides.append(_rarest_combination(column, fitted.outcome, units))
        rare.append(min(sides))
    return np.array(rare)


def _rarest_group(fitted: Fitted, units: Codes) -> float:
    """Distinct units in the rarest group whose mean a saturated model gives; infinite where the model is not saturated.

    With an outcome of two values, in the rarer outcome of any group.
    """
    rows, group = np.unique(fitted.design, axis=0, return_inverse=True)
    if len(rows) > fitted.design.shape[1]:
        return np.inf
    values, outcome = np.unique(fitted.outcome, return_inverse=True)
    parts = np.ravel(group) * 2 + outcome if len(values) == 2 else np.ravel(group)
    n_parts = len(rows) * (2 if len(values) == 2 else 1)
    pairs = np.unique(np.column_stack([parts, units]), axis=0)
    return float(np.bincount(pairs[:, 0], minlength=n_parts).min())


def _rarest_combination(column: Floats, outcome: Floats, units: Codes) -> float:
    """Distinct units in the rarest of the four cells of two two-valued variables."""
    return float(
        min(
            len(np.unique(units[(column == one) & (outcome == other)]))
            for one in np.unique(column)
            for other in np.unique(outcome)
        )
    )


def _rare_side(column: Floats, units: Codes) -> float:
    """Distinct units away from the column's most common value; of a two-valued column, at either, whichever is fewer.

    A constant column sets nobody apart: all units stand behind it.
    """
    values, code, records = np.unique(column, return_inverse=True, return_counts=True)
    if len(values) == 1:
        return float(len(np.unique(units)))
    common = code == records.argmax()
    away = float(len(np.unique(units[~common])))
    return min(away, float(len(np.unique(units[common])))) if len(values) == 2 else away


def _largest_leverage(fitted: Fitted, units: Codes) -> float:
    """Largest sum over a unit's records of their leverage in design and outcome together, at most 1; see MOD4."""
    basis, triangle = np.linalg.qr(fitted.within)
    outcome = fitted.outcome * np.sqrt(fitted.weights)
    # Columns that the effects have absorbed leave nothing but rounding.
    basis = basis[:, np.abs(np.diag(triangle)) > _STILL * max(np.abs(triangle).max(initial=0.0), 1e-300)]
    residual = outcome - basis @ (basis.T @ outcome)
    squares = (basis**2).sum(axis=1)
    if np.linalg.norm(residual) > _EXACT_FIT * np.linalg.norm(outcome):
        squares += residual**2 / (residual**2).sum()
    return float(min(np.bincount(units, weights=squares).max(), 1.0))
