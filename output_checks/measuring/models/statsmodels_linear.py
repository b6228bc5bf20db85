"""Read statsmodels' linear models: OLS, WLS, GLS, QuantReg and MixedLM."""

from typing import Any

import numpy as np

from output_checks.measuring.models.fitted import NO_COLUMN, Fitted, as_floats, share_unexplained
from output_checks.measuring.models.statsmodels_parts import Parts, clusters_of, parts_of
from output_checks.model.evidence import Floats

_QUANTILES = (
    "A quantile regression passes through the values of as many records as it has coefficients: "
    "do enough pupils stand around each quantile?"
)


def read_linear(result: Any) -> Fitted:  # noqa: ANN401 - statsmodels has no types
    """OLS, WLS and GLS: within is the design as whitened by the weights or the covariance."""
    parts = parts_of(result)
    model = result.model
    residual = as_floats(model.wendog) - as_floats(model.wexog) @ parts.estimates
    weights = np.broadcast_to(as_floats(getattr(model, "weights", 1.0)), len(parts.outcome)).copy()
    return _fitted(result, parts, within=as_floats(model.wexog), residual=residual, weights=weights)


def read_quantile(result: Any) -> Fitted:  # noqa: ANN401
    parts = parts_of(result)
    residual = parts.outcome - parts.design @ parts.estimates
    return _fitted(
        result,
        parts,
        within=parts.design,
        residual=residual,
        weights=np.ones(len(residual)),
        questions=(_QUANTILES,),
    )


def read_mixed(result: Any) -> Fitted:  # noqa: ANN401
    """Fixed effects and the variances of random effects. The predictions for single groups are not read at all."""
    parts = parts_of(result)
    n_fixed = parts.design.shape[1]
    plain = getattr(result, "_results", result)  # the wrapper cannot label these where there are variance components
    residual = parts.outcome - parts.design @ parts.estimates[:n_fixed]
    variances = as_floats(result.params)[n_fixed:] * float(result.scale)  # statsmodels keeps them over the scale
    errors = np.concatenate([parts.standard_errors[:n_fixed], np.ravel(as_floats(plain.bse_re))])
    return _fitted(
        result,
        parts,
        within=parts.design,
        residual=residual,
        weights=np.ones(len(residual)),
        clusters=float(result.model.n_groups),
        estimates=np.concatenate([parts.estimates[:n_fixed], variances]),
        standard_errors=errors,
    )


def _fitted(
    result: Any,  # noqa: ANN401
    parts: Parts,
    *,
    within: Floats,
    residual: Floats,
    weights: Floats,
    clusters: float | None = None,
    estimates: Floats | None = None,
    standard_errors: Floats | None = None,
    questions: tuple[str, ...] = (),
) -> Fitted:
    columns = np.arange(len(parts.terms))
    columns[columns >= parts.design.shape[1]] = NO_COLUMN
    predicted = parts.design @ parts.estimates[: parts.design.shape[1]]
    return Fitted(
        package="statsmodels",
        description=parts.description,
        terms=parts.terms,
        estimates=parts.estimates if estimates is None else estimates,
        standard_errors=parts.standard_errors if standard_errors is None else standard_errors,
        columns=columns,
        names=parts.names,
        design=parts.design,
        within=within,
        outcome=parts.outcome,
        outcome_name=parts.outcome_name,
        residual=residual,
        unexplained=share_unexplained(parts.outcome, predicted, weights),
        weights=weights,
        rows=parts.rows,
        residual_degrees_of_freedom=float(result.df_resid),
        clusters=clusters_of(result) if clusters is None else clusters,
        questions=questions,
    )
