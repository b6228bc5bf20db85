"""Read pyfixest's Feols, Feiv and Fepois, which keep their data under numbered rows, and columns after effects."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models.effects import without_effects
from output_checks.measuring.models.fitted import Explains, Fitted, as_floats, share_unexplained
from output_checks.measuring.models.statsmodels_parts import distinct_names
from output_checks.measuring.units import Codes
from output_checks.model.evidence import Floats

_CONSTANT = {"Intercept", "(Intercept)", "1"}
_LEVEL = re.compile(r"^(?:C\((?P<of>[^,()]+)[^()]*\)\[(?:T\.)?(?P<level>.+)\]|(?P<name>[^:]+)::(?P<value>.+))$")
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class _Kept:
    """What a fitted model has kept, n observations and k columns."""

    data: pd.DataFrame
    terms: tuple[str, ...]
    design: Floats
    outcome: Floats
    mean: Floats
    """What the model predicts, effects included."""
    weights: Floats
    groups: list[Codes]
    """Each absorbed effect as a number per row."""
    instruments: Floats | None


def read_fixest(result: Any) -> Fitted:  # noqa: ANN401 - pyfixest's types are its own
    """One fitted model; its data must have been kept (`lean=False`, `store_data=True`).

    pyfixest numbers the rows it was given, so the data given with the model must be that frame, in that order.

    Raises
    ------
    InputError
        The data were not kept, records are aggregated, or a column cannot be worked out from them.
    """
    kept = _kept(result)
    poisson = type(result).__name__ == "Fepois"
    given, mean, groups = kept.weights, np.maximum(kept.mean, _LEAST_VARIANCE), kept.groups
    scale = given * mean if poisson else given
    left = kept.outcome - kept.mean
    columns = kept.design if kept.instruments is None else np.hstack([kept.design, kept.instruments])
    within = (without_effects(columns, groups, scale) if groups else columns) * np.sqrt(scale)[:, None]
    # What the effects explain is not published: the model's own part is set against what they leave.
    around = without_effects(kept.outcome[:, None], groups, given)[:, 0] if groups else kept.outcome
    return Fitted(
        package="pyfixest",
        description=_described(result),
        terms=kept.terms,
        estimates=as_floats(result.coef()),
        standard_errors=as_floats(result.se()),
        columns=np.arange(len(kept.terms)),
        names=kept.terms,
        design=kept.design,
        within=within,
        outcome=kept.outcome,
        outcome_name=str(result._depvar),
        explains=Explains.COUNT if poisson else Explains.NUMBER,
        residual=left * np.sqrt(given / mean if poisson else given),
        unexplained=share_unexplained(around, around - left, given),
        weights=given,
        rows=pd.Index(kept.data.index),
        by_number=True,
        residual_degrees_of_freedom=float(len(kept.data) - len(kept.terms) - _absorbed(groups)),
        effects=_absorbed(groups),
        instruments=kept.instruments,
        clusters=_clusters(result),
    )


def _kept(result: Any) -> _Kept:  # noqa: ANN401
    data = getattr(result, "_data", None)
    if not isinstance(data, pd.DataFrame) or not hasattr(result, "_X"):
        raise InputError(
            "The pyfixest model has not kept its data, so nobody can be counted.",
            remedy="the same call with lean=False and store_data=True",
        )
    weighted = getattr(result, "_has_weights", False)
    if getattr(result, "_weights_type", "aweights") == "fweights" and weighted:
        raise InputError(
            "Frequency weights stand for records that are not in the data.", remedy="one record per unit, no fweights"
        )
    n_rows = len(data)
    terms = distinct_names([str(name) for name in result._coefnames])
    # `_weights` of a Fepois are those of its last iteration; the researcher's are in `_weights_df`.
    weights = getattr(result, "_weights_df", None)
    if weights is None:
        weights = result._weights if weighted else np.ones(n_rows)
    return _Kept(
        data=data,
        terms=terms,
        design=np.column_stack([_column(name, data) for name in terms]) if terms else np.zeros((n_rows, 0)),
        outcome=as_floats(result._Y_untransformed).reshape(n_rows),
        mean=as_floats(result._Y_hat_response).reshape(n_rows),
        weights=as_floats(weights).reshape(n_rows),
        groups=_groups(getattr(result, "_fe", None), n_rows),
        instruments=_instruments(result, data),
    )


def _described(result: Any) -> dict[str, str]:  # noqa: ANN401
    return {
        "estimator": f"{type(result).__name__} (pyfixest)",
        "outcome": str(result._depvar),
        "effects": str(getattr(result, "_fixef", None) or "none"),
        "standard errors": str(getattr(result, "_vcov_type_detail", "unknown")).lower(),
    }


def _clusters(result: Any) -> float:  # noqa: ANN401
    """How many clusters the standard errors rest on; infinite without clusters, NaN where that is not kept."""
    if not getattr(result, "_is_clustered", False):
        return np.inf
    counts = list(getattr(result, "_G", None) or [])
    return float(min(counts)) if counts else np.nan


def _groups(effects: object, n_rows: int) -> list[Codes]:
    """Each absorbed effect as a number per row."""
    if effects is None:
        return []
    columns = np.asarray(effects).reshape(n_rows, -1)
    return [pd.factorize(column)[0] for column in columns.T]


def _absorbed(groups: list[Codes]) -> int:
    """Parameters of the effects, one less for each after the first."""
    return sum(int(group.max()) + 1 for group in groups) - max(len(groups) - 1, 0)


def _column(name: str, data: pd.DataFrame) -> Floats:
    """A column of the design before effects were removed, by its name: a variable, a level of one, or a product.

    Raises
    ------
    InputError
        The name is made in another way.
    """
    if name in _CONSTANT:
        return np.ones(len(data))
    if name in data.columns:
        return np.asarray(data[name].to_numpy(dtype=float, na_value=np.nan))
    match = _LEVEL.match(name)
    if match and (variable := match["of"] or match["name"]) in data.columns:
        wanted = match["level"] or match["value"]
        labels = data[variable].astype(str)
        is_level = (labels == wanted) | (labels == f"{wanted}.0") | (labels + ".0" == wanted)
        if is_level.any():
            return np.asarray(is_level, dtype=np.float64)
    parts = re.split(r"(?<!:):(?!:)", name)
    if len(parts) > 1:
        return np.asarray(np.prod([_column(part, data) for part in parts], axis=0))
    raise InputError(
        f"The column {name} of the pyfixest model cannot be worked out from its data.",
        remedy="make it a column of the frame first, and name it in the formula",
    )


def _instruments(result: Any, data: pd.DataFrame) -> Floats | None:  # noqa: ANN401
    """Excluded instruments of a Feiv, of those columns that have no coefficient of their own."""
    if not getattr(result, "_is_iv", False):
        return None
    own = {str(name) for name in result._coefnames}
    names = [str(name) for name in getattr(result, "_coefnames_z", None) or [] if str(name) not in own]
    return np.column_stack([_column(name, data) for name in names]) if names else None
