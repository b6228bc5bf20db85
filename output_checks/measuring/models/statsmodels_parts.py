"""What all of statsmodels' results have in common, and where each keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models.fitted import as_floats
from output_checks.model.evidence import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """The common parts of a results object."""

    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    names: tuple[str, ...]
    design: Floats
    outcome: Floats
    outcome_name: str
    rows: "pd.Index[Any] | None"
    description: Mapping[str, str]


def parts_of(
    result: Any,  # noqa: ANN401 - statsmodels has no types
    *,
    terms: list[str] | None = None,
    estimates: Floats | None = None,
    standard_errors: Floats | None = None,
) -> Parts:
    """Terms, design, outcome and rows of a results object, whose parameters may be given in another order.

    Raises
    ------
    InputError
        It has no data of its own any more (`remove_data`, `save(remove_data=True)`).
    """
    model = result.model
    design, outcome = getattr(model, "exog", None), getattr(model, "endog", None)
    if design is None or outcome is None:
        raise InputError(
            "The model's data were removed from the results, so nobody can be counted.",
            remedy="the results as fit() returned them",
        )
    design = as_floats(design)
    design = design.reshape(len(design), -1)
    names = [str(name) for name in model.exog_names]
    estimates = as_floats(result.params) if estimates is None else estimates
    if terms is None:
        labels = getattr(result.params, "index", None)
        terms = names[: len(estimates)] if labels is None else [str(label) for label in labels]
    return Parts(
        terms=distinct_names(terms),
        estimates=estimates,
        standard_errors=as_floats(result.bse) if standard_errors is None else standard_errors,
        names=tuple(names[: design.shape[1]]),
        design=design,
        outcome=as_floats(outcome),
        outcome_name=str(model.endog_names),
        rows=rows_of(model),
        description=described(result),
    )


def rows_of(model: Any) -> "pd.Index[Any] | None":  # noqa: ANN401
    """Labels of the observations; None where the model was given plain arrays."""
    labels = getattr(model.data, "row_labels", None)
    return None if labels is None else pd.Index(labels)


def described(result: Any) -> dict[str, str]:  # noqa: ANN401
    """What was fitted, in words."""
    model = result.model
    words = {
        "estimator": f"{type(model).__name__} (statsmodels)",
        "outcome": str(model.endog_names),
        "standard errors": str(getattr(result, "cov_type", None) or "as the estimator has them").lower(),
    }
    family = getattr(model, "family", None)
    if family is not None:
        words["family"] = f"{type(family).__name__}, {type(family.link).__name__} link".lower()
    return words


def clusters_of(result: Any) -> float:  # noqa: ANN401
    """How many clusters the standard errors rest on; infinite without clusters, NaN where that is not kept."""
    if "cluster" not in str(getattr(result, "cov_type", "")).lower():
        return np.inf
    kept = getattr(result, "cov_kwds", None) or {}
    counts = kept.get("n_groups")
    if counts is None and kept.get("groups") is not None:
        groups = np.asarray(kept["groups"])
        counts = [len(np.unique(column)) for column in groups.reshape(len(groups), -1).T]
    found = np.atleast_1d(as_floats(np.nan if counts is None else counts))
    return float(found.min())


def distinct_names(names: list[str]) -> tuple[str, ...]:
    """Each name once; two columns of one name cannot be told apart in a table.

    Raises
    ------
    InputError
        A name occurs twice.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"The model has two terms called {twice[0]}.", remedy="a name of its own for each column")
    return tuple(names)
