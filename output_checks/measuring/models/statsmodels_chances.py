"""Read statsmodels' models of chances, counts and durations: GLM, discrete models, OrderedModel and PHReg."""

from dataclasses import replace
from typing import Any

import numpy as np

from output_checks.errors import InputError
from output_checks.measuring.models.fitted import (
    NO_COLUMN,
    Explains,
    Fitted,
    as_floats,
    indicators,
    share_unexplained,
)
from output_checks.measuring.models.statsmodels_parts import Parts, clusters_of, parts_of
from output_checks.model.evidence import Floats

_LEAST_VARIANCE = 1e-12


def read_glm(result: Any) -> Fitted:  # noqa: ANN401 - statsmodels has no types
    """A GLM of any family: binomial outcomes are categories, Poisson and its kin counts, the others numbers.

    Raises
    ------
    InputError
        The outcome is a share of trials: then the records behind it are not in the data.
    """
    parts = parts_of(result)
    model, mean = result.model, as_floats(result.mu)
    family = type(model.family).__name__
    trials = getattr(model, "n_trials", None)
    if family == "Binomial" and (np.any(as_floats(1 if trials is None else trials) != 1) or _between(parts.outcome)):
        raise InputError(
            "A binomial model of shares or numbers of trials does not say who stands behind each.",
            remedy="one record per unit, with an outcome of 0 or 1",
        )
    explains = {
        "Binomial": Explains.CATEGORY,
        "Poisson": Explains.COUNT,
        "NegativeBinomial": Explains.COUNT,
    }.get(family, Explains.NUMBER)
    given = as_floats(model.freq_weights) * as_floats(model.var_weights)
    slope = as_floats(model.family.link.deriv(mean))
    variance = np.maximum(as_floats(model.family.variance(mean)), _LEAST_VARIANCE)
    scale = np.sqrt(given / (np.maximum(slope**2, _LEAST_VARIANCE) * variance))
    residual = (parts.outcome - mean) * np.sqrt(given / variance)
    return _fitted(result, parts, scale, mean, explains, weights=given, residual=residual)


def read_binary(result: Any) -> Fitted:  # noqa: ANN401
    """Logit and Probit."""
    parts = parts_of(result)
    chance = as_floats(result.predict())
    slope = as_floats(result.model.pdf(parts.design @ parts.estimates))
    scale = slope / np.sqrt(np.maximum(chance * (1 - chance), _LEAST_VARIANCE))
    return _fitted(result, parts, scale, chance, Explains.CATEGORY)


def read_count(result: Any) -> Fitted:  # noqa: ANN401
    """Poisson and NegativeBinomial; the dispersion is a parameter without a column."""
    parts = parts_of(result)
    mean = as_floats(result.predict())
    extra = parts.estimates[parts.design.shape[1] :]
    variance = np.maximum(mean + (extra[-1] if len(extra) else 0.0) * mean**2, _LEAST_VARIANCE)
    residual = (parts.outcome - mean) / np.sqrt(variance)
    return _fitted(result, parts, mean / np.sqrt(variance), mean, Explains.COUNT, residual=residual)


def read_ordered(result: Any) -> Fitted:  # noqa: ANN401
    """OrderedModel; its cut points tell the shares of the categories."""
    return _of_categories(result, parts_of(result), as_floats(result.predict()))


def read_multinomial(result: Any) -> Fitted:  # noqa: ANN401
    """MNLogit: a set of coefficients for every category but the first, each a term of its own."""
    others = [str(name) for name in list(result.model._ynames_map.values())[1:]]
    parts = parts_of(
        result,
        terms=[f"{name}, {other}" for other in others for name in result.model.exog_names],
        estimates=as_floats(result.params).T.ravel(),
        standard_errors=as_floats(result.bse).T.ravel(),
    )
    return _of_categories(result, parts, as_floats(result.predict()), repeats=len(others))


def read_hazard(result: Any) -> Fitted:  # noqa: ANN401
    """PHReg: the coefficients rest on those to whom it happened."""
    parts = parts_of(result)
    happened = (as_floats(result.model.status) != 0).astype(float)
    n_rows, n_columns = parts.design.shape
    return _fitted(
        result,
        replace(parts, outcome=happened, outcome_name=""),
        np.ones(n_rows),
        np.full(n_rows, np.nan),
        Explains.EVENT,
        left_over=float(happened.sum()) - n_columns,
        unexplained=1.0,
        centred=True,
    )


def _of_categories(result: Any, parts: Parts, chances: Floats, *, repeats: int = 1) -> Fitted:  # noqa: ANN401
    codes = parts.outcome.astype(np.int64)
    spread = np.sqrt(np.maximum(1 - (chances**2).sum(axis=1), 0.0))
    unexplained = share_unexplained(indicators(codes, chances.shape[1]), chances)
    return _fitted(result, parts, spread, chances, Explains.CATEGORY, unexplained=unexplained, repeats=repeats)


def _fitted(
    result: Any,  # noqa: ANN401
    parts: Parts,
    scale: Floats,
    predicted: Floats,
    explains: Explains,
    *,
    weights: Floats | None = None,
    residual: Floats | None = None,
    unexplained: float | None = None,
    left_over: float | None = None,
    repeats: int = 1,
    centred: bool = False,
) -> Fitted:
    n_columns = parts.design.shape[1]
    columns = np.tile(np.arange(n_columns), repeats)
    columns = np.concatenate([columns, np.full(len(parts.terms) - len(columns), NO_COLUMN)])
    design = parts.design - parts.design.mean(axis=0) if centred else parts.design
    share = share_unexplained(parts.outcome, predicted, weights) if unexplained is None else unexplained
    return Fitted(
        package="statsmodels",
        description=parts.description,
        terms=parts.terms,
        estimates=parts.estimates,
        standard_errors=parts.standard_errors,
        columns=columns,
        names=parts.names,
        design=parts.design,
        within=design * scale[:, None],
        outcome=parts.outcome,
        outcome_name="" if repeats > 1 or predicted.ndim > 1 else parts.outcome_name,
        explains=explains,
        residual=residual if explains in {Explains.NUMBER, Explains.COUNT} else None,
        unexplained=share,
        weights=np.ones(len(scale)) if weights is None else weights,
        rows=parts.rows,
        residual_degrees_of_freedom=float(result.df_resid) if left_over is None else left_over,
        clusters=clusters_of(result),
    )


def _between(outcome: Floats) -> bool:
    return bool(((outcome > 0) & (outcome < 1)).any())
