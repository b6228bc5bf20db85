"""Read linearmodels' models with instruments (IV2SLS, IVLIML, IVGMM) and with absorbed effects (AbsorbingLS)."""

from typing import Any

import numpy as np
import pandas as pd

from output_checks.measuring.models.fitted import Fitted, as_floats, share_unexplained

_LEAST = 1e-300


def read_instrumental(result: Any) -> Fitted:  # noqa: ANN401 - linearmodels has no types
    """Exogenous and endogenous columns have coefficients; the instruments decide on those of the endogenous ones."""
    model = result.model
    weights = as_floats(model.weights.ndarray)[:, 0]
    exogenous, endogenous = model.exog.pandas, model.endog.pandas
    frame = pd.concat([exogenous, endogenous], axis=1).loc[:, list(result.params.index)]
    design = frame.to_numpy(dtype=float)
    instruments = as_floats(model.instruments.ndarray)
    instruments = instruments.reshape(len(design), -1)
    outcome = as_floats(model.dependent.ndarray)[:, 0]
    estimates = as_floats(result.params)
    root = np.sqrt(weights)
    return Fitted(
        package="linearmodels",
        description=_described(result),
        terms=tuple(str(term) for term in result.params.index),
        estimates=estimates,
        standard_errors=as_floats(result.std_errors),
        columns=np.arange(len(estimates)),
        names=tuple(str(name) for name in frame.columns),
        design=design,
        # The first stage is fitted on the instruments: leverage on them and on the columns themselves.
        within=np.hstack([design, instruments]) * root[:, None],
        outcome=outcome,
        outcome_name=str(model.dependent.cols[0]),
        residual=(outcome - design @ estimates) * root,
        unexplained=share_unexplained(outcome, design @ estimates, weights),
        weights=weights,
        rows=pd.Index(frame.index),
        residual_degrees_of_freedom=float(result.df_resid),
        instruments=instruments if instruments.shape[1] else None,
        clusters=_clusters(result),
    )


def read_absorbing(result: Any) -> Fitted:  # noqa: ANN401
    """AbsorbingLS: within is the design after all that was absorbed, as linearmodels keeps it."""
    model = result.model
    weights = as_floats(model.weights.ndarray)[:, 0]
    frame = model.exog.pandas
    kept = [str(term) for term in result.params.index]
    within = model.absorbed_exog
    left = as_floats(model.absorbed_dependent)[:, 0]
    estimates = as_floats(result.params)
    # What is absorbed is scaled by the root of the weights already.
    scaled = as_floats(within)[:, [list(map(str, within.columns)).index(term) for term in kept]]
    residual = left - scaled @ estimates
    outcome = as_floats(model.dependent.ndarray)[:, 0]
    return Fitted(
        package="linearmodels",
        description=_described(result) | {"effects": "absorbed"},
        terms=tuple(kept),
        estimates=estimates,
        standard_errors=as_floats(result.std_errors),
        columns=np.arange(len(estimates)),
        names=tuple(kept),
        design=frame.loc[:, kept].to_numpy(dtype=float),
        within=scaled,
        outcome=outcome,
        outcome_name=str(model.dependent.cols[0]),
        residual=residual,
        unexplained=float((residual**2).sum()) / max(float((left**2).sum()), _LEAST),
        weights=weights,
        rows=pd.Index(frame.index),
        residual_degrees_of_freedom=float(result.df_resid),
        effects=max(1, round(float(result.nobs - result.df_resid)) - len(kept)),
        clusters=_clusters(result),
    )


def _described(result: Any) -> dict[str, str]:  # noqa: ANN401
    return {
        "estimator": f"{type(result.model).__name__} (linearmodels)",
        "outcome": str(result.model.dependent.cols[0]),
        "effects": "none",
        "standard errors": str(getattr(result, "cov_type", "unknown")).lower(),
    }


def _clusters(result: Any) -> float:  # noqa: ANN401
    """How many clusters the standard errors rest on, by the configuration of the covariance."""
    if "cluster" not in str(getattr(result, "cov_type", "")).lower():
        return np.inf
    clusters = (getattr(result, "cov_config", None) or {}).get("clusters")
    if clusters is None:
        return np.nan
    columns = np.asarray(clusters)
    return float(min(len(np.unique(column)) for column in columns.reshape(len(columns), -1).T))
