"""Fitting a model again on a changed frame, from nothing but its results object and the data it was fitted on.

Models by formula of statsmodels can be fitted again. Whether it is the same model is not taken on trust: on the data
as they are it must give the same coefficients and standard errors. Of any other model changes are not tried.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from output_checks.model.evidence import Floats
from output_checks.workflow.tabling import literal

_CLASSES = {"OLS": "ols", "GLM": "glm", "Logit": "logit", "Probit": "probit", "Poisson": "poisson"}
_PLAIN = ("nonrobust", "HC0", "HC1", "HC2", "HC3")
_CLOSE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Refit:
    """How to fit it again, and how that is written."""

    formula: str
    fit: Callable[[str, pd.DataFrame], Any] = field(repr=False)
    """Fits a formula on a frame; raises whatever statsmodels raises."""
    written: Callable[[str], str] = field(repr=False)
    """The Python source that fits a formula on `data`."""


def refit_of(fitted: object, data: pd.DataFrame) -> Refit | None:
    """How to fit this model again; None where that gives other numbers, or is not known."""
    result: Any = fitted
    name = type(getattr(result, "model", None)).__name__
    formula = getattr(getattr(result, "model", None), "formula", None)
    if not type(result).__module__.startswith("statsmodels") or name not in _CLASSES or not isinstance(formula, str):
        return None
    clusters = _clusters(result, data)
    if result.cov_type not in _PLAIN and clusters is None:
        return None
    family = _family(result)
    refit = Refit(
        formula=formula,
        fit=lambda changed, frame: _fitted(result, changed, frame, family=family, clusters=clusters),
        written=lambda changed: _written(result, changed, family=family, clusters=clusters),
    )
    try:
        again = refit.fit(formula, data)
        same = _close(again.params, result.params) and _close(again.bse, result.bse)
    except Exception:  # noqa: BLE001 - whatever a statistical package raises: then it cannot be fitted again
        return None
    return refit if same else None


def _fitted(result: Any, formula: str, frame: pd.DataFrame, *, family: str, clusters: str | None) -> Any:  # noqa: ANN401
    given = {"family": type(result.model.family)()} if family else {}
    model = type(result.model).from_formula(formula, data=frame, **given)
    silent = {} if type(result.model).__name__ in {"OLS", "GLM"} else {"disp": 0}
    if clusters is None:
        return model.fit(cov_type=result.cov_type, **silent)
    return model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(frame[clusters])[0]}, **silent)


def _written(result: Any, formula: str, *, family: str, clusters: str | None) -> str:  # noqa: ANN401
    given = f", family=sm.families.{family}()" if family else ""
    how = "" if result.cov_type == "nonrobust" else f"cov_type={literal(result.cov_type)}"
    if clusters is not None:
        how = f'cov_type="cluster", cov_kwds={{"groups": data[{literal(clusters)}].factorize()[0]}}'
    kind = _CLASSES[type(result.model).__name__]
    return f"fitted = smf.{kind}({literal(formula)}, data=data{given}).fit({how})"


def _family(result: Any) -> str:  # noqa: ANN401 - statsmodels has no types
    return type(result.model.family).__name__ if type(result.model).__name__ == "GLM" else ""


def _clusters(result: Any, data: pd.DataFrame) -> str | None:  # noqa: ANN401 - statsmodels has no types
    """The column of the data that standard errors are clustered by; None where there is none."""
    groups = (getattr(result, "cov_kwds", None) or {}).get("groups")
    if result.cov_type != "cluster" or groups is None or np.ndim(groups) != 1 or len(groups) != len(data):
        return None
    codes = pd.factorize(np.asarray(groups))[0]
    for name in data.columns:
        if isinstance(name, str) and data[name].notna().all() and np.array_equal(pd.factorize(data[name])[0], codes):
            return name
    return None


def _close(one: object, other: object) -> bool:
    first, second = (np.asarray(numbers, dtype=float) for numbers in (one, other))
    same: Floats = np.isclose(first, second, rtol=_CLOSE, atol=_CLOSE) if first.shape == second.shape else np.zeros(1)
    return bool(same.all())
