"""Measure a model: its coefficients, and the units that each of them rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.units import Codes, Units
from output_checks.model.evidence import CellStatus, Fact, FactName, Floats, Origin, Tabulation
from output_checks.model.statistic import Statistic


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """What the evidence needs of a fitted model, whatever package fitted it."""

    package: str
    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    design: Floats
    """Observations × terms, the columns as they entered the model, effects not yet removed."""
    rows: "pd.Index[Any]"
    """Label in the researcher's data of each observation."""
    residual_degrees_of_freedom: float
    effects: int = 0
    """Absorbed effects: parameters that are estimated but not reported."""


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
    codes = units.codes(used)
    n_terms, n_rows = len(fitted.terms), len(used)
    cells = tuple((term,) for term in fitted.terms)
    parameters = n_terms + fitted.effects

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
        fact(FactName.PARAMETERS_PER_OBSERVATION, same_for_all(parameters / n_rows)),
        fact(FactName.LARGEST_LEVERAGE, same_for_all(_largest_leverage(fitted.design, codes[units.levels[0]]))),
        *(
            fact(FactName.RARE_SIDE, np.array([_rare_side(column, code) for column in fitted.design.T]), level)
            for level, code in codes.items()
        ),
    ]
    fingerprint = units.fingerprint(used)

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
            data=fingerprint,
        )

    # The n of a model is one number that stands beside every term, so it has no lines to be a share of.
    whole = [*behind, fact(FactName.SHARE_OF_LINE, same_for_all(0.0), "term")]
    return (
        tabulation(Statistic.COUNT, same_for_all(n_rows), 0, whole),
        tabulation(Statistic.COEFFICIENT, fitted.estimates, decimals, [*behind, *resting_on]),
        tabulation(Statistic.STANDARD_ERROR, fitted.standard_errors, decimals, [*behind, *resting_on]),
    )


def read_fitted(result: object) -> Fitted:
    """Read the results object of a package that the toolkit knows (linearmodels panel models, for now).

    Raises
    ------
    InputError
        The object is of another kind. It is not guessed at.
    """
    package = type(result).__module__.partition(".")[0]
    if package == "linearmodels" and hasattr(result, "model") and hasattr(result.model, "exog"):
        return _from_linearmodels(result)
    raise InputError(
        f"A {type(result).__module__}.{type(result).__qualname__} is not a model that can be measured yet.",
        remedy="a fitted linearmodels panel model (PooledOLS, RandomEffects, PanelOLS)",
    )


def _from_linearmodels(result: Any) -> Fitted:  # noqa: ANN401 - linearmodels has no types
    design = result.model.exog.dataframe
    dependent = result.model.dependent.dataframe
    kept = (design.notna().all(axis=1) & dependent.notna().all(axis=1)).to_numpy()
    return Fitted(
        package="linearmodels",
        terms=tuple(str(term) for term in result.params.index),
        estimates=result.params.to_numpy(dtype=float),
        standard_errors=result.std_errors.to_numpy(dtype=float),
        design=design.to_numpy(dtype=float)[kept],
        rows=design.index[kept],
        residual_degrees_of_freedom=float(result.df_resid),
        effects=max(0, round(float(result.nobs - result.df_resid)) - len(result.params)),
    )


def _used_rows(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """The rows of `data` in the order of the model's observations."""
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


def _rare_side(column: Floats, units: Codes) -> float:
    """Distinct units away from the column's most common value, or at it, whichever is fewer.

    A constant column sets nobody apart: all units stand behind it.
    """
    values, code, records = np.unique(column, return_inverse=True, return_counts=True)
    if len(values) == 1:
        return float(len(np.unique(units)))
    common = code == records.argmax()
    return float(min(len(np.unique(units[common])), len(np.unique(units[~common]))))


def _largest_leverage(design: Floats, units: Codes) -> float:
    """Largest sum over a unit's records of the hat matrix's diagonal, at most 1; see MOD4."""
    basis, _ = np.linalg.qr(design)
    leverage = np.bincount(units, weights=(basis**2).sum(axis=1))
    return float(min(leverage.max(), 1.0))
