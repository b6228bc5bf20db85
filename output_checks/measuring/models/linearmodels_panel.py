"""Read linearmodels' panel models: pooled, random and fixed effects, between means, first differences."""

from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.models.effects import without_effects
from output_checks.measuring.models.fitted import Fitted, as_floats
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_EFFECTS = ("entity_effects", "time_effects", "other_effects")


def read_panel(result: Any) -> Fitted:  # noqa: ANN401 - linearmodels has no types
    """PooledOLS, RandomEffects and PanelOLS, with effects of entities, time and others."""
    design, outcome, weights, rows = _complete(result.model)
    groups = _groups(result.model, rows)
    both = without_effects(np.column_stack([design, outcome]), groups, weights) if groups else None
    within, explained = (design, outcome) if both is None else (both[:, :-1], both[:, -1])
    return _fitted(result, design=design, outcome=outcome, weights=weights, rows=rows, within=within, left=explained)


def read_between(result: Any) -> Fitted:  # noqa: ANN401
    """BetweenOLS: an observation is the mean of an entity; each of its records has an equal part in it."""
    design, outcome, weights, rows = _complete(result.model)
    entity, _ = pd.factorize(rows.get_level_values(0))
    share = weights / np.bincount(entity, weights=weights)[entity]

    def means(values: Floats) -> Floats:
        return np.column_stack([np.bincount(entity, weights=share * column)[entity] for column in values.T])

    # linearmodels weighs an entity by the sum of its weights, and without weights all entities alike.
    spread = share if (weights == 1).all() else weights
    averages, explained = means(design), means(outcome[:, None])[:, 0]
    return _fitted(
        result,
        design=averages,
        outcome=explained,
        weights=spread,
        rows=rows,
        within=averages,
        left=explained,
        groups=entity,
        names=("",) * design.shape[1],
    )


def read_differences(result: Any) -> Fitted:  # noqa: ANN401
    """FirstDifferenceOLS: an observation is the change since the entity's record in the period before it."""
    model = result.model
    changes = model.exog.first_difference().dataframe
    explained = model.dependent.first_difference().dataframe
    rows = changes.index.intersection(explained.index, sort=False)
    later = as_floats(model.weights.dataframe.loc[rows])[:, 0]
    earlier = later - as_floats(model.weights.first_difference().dataframe.loc[rows])[:, 0]
    design, outcome = as_floats(changes.loc[rows]), as_floats(explained.loc[rows])[:, 0]
    return _fitted(
        result,
        design=design,
        outcome=outcome,
        weights=2 / (1 / later + 1 / earlier),
        rows=rows,
        within=design,
        left=outcome,
        names=("",) * design.shape[1],
    )


def _complete(model: Any) -> tuple[Floats, Floats, Floats, "pd.Index[Any]"]:  # noqa: ANN401
    """Design, outcome, weights and labels of the observations without a missing value."""
    design, dependent = model.exog.dataframe, model.dependent.dataframe
    kept = (design.notna().all(axis=1) & dependent.notna().all(axis=1)).to_numpy()
    return (
        design.to_numpy(dtype=float)[kept],
        dependent.to_numpy(dtype=float)[kept, 0],
        as_floats(model.weights.dataframe)[kept, 0],
        design.index[kept],
    )


def _groups(model: Any, rows: "pd.Index[Any]") -> list[Codes]:  # noqa: ANN401
    levels = [level for level, word in enumerate(_EFFECTS[:2]) if getattr(model, word, False)]
    groups = [pd.factorize(rows.get_level_values(level))[0] for level in levels]
    if getattr(model, "other_effects", False):
        others = model._other_effect_cats.dataframe.loc[rows]
        groups += [pd.factorize(others[name])[0] for name in others.columns]
    return groups


def _clusters(result: Any) -> float:  # noqa: ANN401
    """How many clusters the standard errors rest on: kept by the estimator of the covariance only."""
    if "cluster" not in str(getattr(result, "_cov_type", "")).lower():
        return np.inf
    clusters = getattr(getattr(getattr(result, "_deferred_cov", None), "__self__", None), "_clusters", None)
    if clusters is None:
        return np.nan
    columns = np.asarray(clusters)
    return float(min(len(np.unique(column)) for column in columns.reshape(len(columns), -1).T))


def _fitted(
    result: Any,  # noqa: ANN401
    *,
    design: Floats,
    outcome: Floats,
    weights: Floats,
    rows: "pd.Index[Any]",
    within: Floats,
    left: Floats,
    groups: Codes | None = None,
    names: tuple[str, ...] | None = None,
) -> Fitted:
    """`within` and `left` are design and outcome after effects, before weights."""
    model, root = result.model, np.sqrt(weights)
    estimates = as_floats(result.params)
    terms = tuple(str(term) for term in result.params.index)
    kept = [list(model.exog.vars).index(term) for term in result.params.index]  # those absorbed may have been dropped
    residual = (left - within[:, kept] @ estimates) * root
    centre = np.average(left, weights=weights)
    total = float((((left - centre) * root) ** 2).sum())
    effects = [word.replace("_", " ") for word in _EFFECTS if getattr(model, word, False)]
    return Fitted(
        package="linearmodels",
        description={
            "estimator": f"{type(model).__name__} (linearmodels)",
            "outcome": str(model.dependent.dataframe.columns[0]),
            "effects": ", ".join(effects) or "none",
            "standard errors": str(getattr(result, "_cov_type", "unknown")).lower(),
        },
        terms=terms,
        estimates=estimates,
        standard_errors=as_floats(result.std_errors),
        columns=np.arange(len(terms)),
        names=terms if names is None else tuple(names[column] for column in kept),
        design=design[:, kept],
        within=within[:, kept] * root[:, None],
        outcome=outcome,
        outcome_name=str(model.dependent.dataframe.columns[0]) if names is None else "",
        residual=residual,
        unexplained=float((residual**2).sum()) / total if total > 0 else 0.0,
        weights=weights,
        rows=rows,
        residual_degrees_of_freedom=float(result.df_resid),
        effects=max(0, round(float(result.nobs - result.df_resid)) - len(terms)),
        groups=groups,
        clusters=_clusters(result),
    )
