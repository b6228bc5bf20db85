"""Read what a statistical package fitted: only what the evidence needs of it, the same for every package."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import Floats

_PANEL_MODELS = {"PooledOLS", "RandomEffects", "PanelOLS"}
_SETTLED = 1e-8
_MOST_SWEEPS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """What the evidence needs of a fitted model, whatever package fitted it."""

    package: str
    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    design: Floats
    """Observations × terms, the columns as they entered the model, effects not yet removed."""
    outcome: Floats
    """What the model explains, one value per observation."""
    within: Floats
    """The design as the estimator weighs it: effects removed, times the square roots of the weights."""
    weights: Floats
    """One per observation; the same for all where the model has none."""
    rows: "pd.Index[Any]"
    """Label in the researcher's data of each observation."""
    residual_degrees_of_freedom: float
    description: Mapping[str, str]
    """What was fitted, in words: estimator, outcome, effects, standard errors."""
    effects: int = 0
    """Absorbed effects: parameters that are estimated but not reported."""


def read_fitted(result: object) -> Fitted:
    """Read the results object of a package that the toolkit knows (linearmodels panel models, for now).

    Raises
    ------
    InputError
        The object is of another kind. It is not guessed at.
    """
    package = type(result).__module__.partition(".")[0]
    if package == "linearmodels" and type(getattr(result, "model", None)).__name__ in _PANEL_MODELS:
        if getattr(getattr(result, "model", None), "other_effects", False):
            raise InputError(
                "A model with effects other than of entities and time cannot be measured yet.",
                remedy="entity_effects and time_effects, or dummies",
            )
        return _from_linearmodels(result)
    raise InputError(
        f"A {type(result).__module__}.{type(result).__qualname__} is not a model that can be measured yet.",
        remedy=f"a fitted linearmodels panel model ({', '.join(sorted(_PANEL_MODELS))})",
    )


def _from_linearmodels(result: Any) -> Fitted:  # noqa: ANN401 - linearmodels has no types
    design = result.model.exog.dataframe
    dependent = result.model.dependent.dataframe
    kept = (design.notna().all(axis=1) & dependent.notna().all(axis=1)).to_numpy()
    values = design.to_numpy(dtype=float)[kept]
    weights = np.asarray(result.model.weights.dataframe, dtype=float)[kept, 0]
    rows = design.index[kept]
    effects = [
        word for word in ("entity_effects", "time_effects", "other_effects") if getattr(result.model, word, False)
    ]
    return Fitted(
        package="linearmodels",
        description={
            "estimator": f"{type(result.model).__name__} (linearmodels)",
            "outcome": str(dependent.columns[0]),
            "effects": ", ".join(word.replace("_", " ") for word in effects) or "none",
            "standard errors": str(getattr(result, "_cov_type", "unknown")).lower(),
        },
        terms=tuple(str(term) for term in result.params.index),
        estimates=result.params.to_numpy(dtype=float),
        standard_errors=result.std_errors.to_numpy(dtype=float),
        design=values,
        within=_without_effects(values, rows, result.model) * np.sqrt(weights)[:, None],
        weights=weights,
        outcome=dependent.to_numpy(dtype=float)[kept, 0],
        rows=rows,
        residual_degrees_of_freedom=float(result.df_resid),
        effects=max(0, round(float(result.nobs - result.df_resid)) - len(result.params)),
    )


def _without_effects(design: Floats, rows: "pd.Index[Any]", model: Any) -> Floats:  # noqa: ANN401 - linearmodels
    """The design after entity and time effects: what still varies around their means, in turn until it settles."""
    levels = [level for level, word in enumerate(("entity_effects", "time_effects")) if getattr(model, word, False)]
    groups = [pd.factorize(rows.get_level_values(level))[0] for level in levels]
    within = design.copy()
    for _ in range(_MOST_SWEEPS):
        before = within.copy()
        for group in groups:
            sizes = np.bincount(group)
            for column in range(within.shape[1]):
                within[:, column] -= (np.bincount(group, weights=within[:, column]) / sizes)[group]
        if len(groups) < 2 or np.abs(within - before).max(initial=0.0) < _SETTLED:
            break
    return within
