"""Which reader reads which results object."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.models import (
    linearmodels_iv,
    linearmodels_panel,
    pyfixest_results,
    statsmodels_chances,
    statsmodels_linear,
)
from output_checks.measuring.models.fitted import Fitted

Reader: TypeAlias = Callable[[Any], Fitted]

# By package, by the class of the model that the results keep (of pyfixest, which keeps none: of the results).
_READERS: Mapping[str, Mapping[str, Reader]] = {
    "linearmodels": {
        "PooledOLS": linearmodels_panel.read_panel,
        "RandomEffects": linearmodels_panel.read_panel,
        "PanelOLS": linearmodels_panel.read_panel,
        "BetweenOLS": linearmodels_panel.read_between,
        "FirstDifferenceOLS": linearmodels_panel.read_differences,
        "IV2SLS": linearmodels_iv.read_instrumental,
        "IVLIML": linearmodels_iv.read_instrumental,
        "IVGMM": linearmodels_iv.read_instrumental,
        "AbsorbingLS": linearmodels_iv.read_absorbing,
    },
    "statsmodels": {
        "OLS": statsmodels_linear.read_linear,
        "WLS": statsmodels_linear.read_linear,
        "GLS": statsmodels_linear.read_linear,
        "QuantReg": statsmodels_linear.read_quantile,
        "MixedLM": statsmodels_linear.read_mixed,
        "GLM": statsmodels_chances.read_glm,
        "Logit": statsmodels_chances.read_binary,
        "Probit": statsmodels_chances.read_binary,
        "MNLogit": statsmodels_chances.read_multinomial,
        "Poisson": statsmodels_chances.read_count,
        "NegativeBinomial": statsmodels_chances.read_count,
        "OrderedModel": statsmodels_chances.read_ordered,
        "PHReg": statsmodels_chances.read_hazard,
    },
    "pyfixest": {
        "Feols": pyfixest_results.read_fixest,
        "Feiv": pyfixest_results.read_fixest,
        "Fepois": pyfixest_results.read_fixest,
    },
}
_REGULARISED = "Regularized"


def read_fitted(result: object) -> Fitted:
    """Read the results object of a package that the toolkit knows: linearmodels, statsmodels or pyfixest.

    Raises
    ------
    InputError
        The object is of another kind, or holds values of single units (residuals, predictions, effects). It is not
        guessed at.
    """
    package = type(result).__module__.partition(".")[0]
    model = getattr(result, "model", None)
    kind = type(result if package == "pyfixest" else model).__name__
    reader = _READERS.get(package, {}).get(kind)
    if reader is not None and not type(result).__name__.startswith(_REGULARISED):
        try:
            return _expect_finite(reader(result))
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise InputError(
                f"The {kind} of {package} does not have what is expected of it ({type(error).__name__}).",
                remedy="the results as fit() returned them, by a version of the package that is known",
            ) from error
    if isinstance(result, pd.DataFrame | pd.Series | np.ndarray | Mapping | list | tuple):
        raise InputError(
            f"A {type(result).__name__} is not a fitted model. Residuals, predictions and estimated effects are values "
            "of single units and are not published.",
            remedy="the results object of the fit; or release.table(...) of those values over groups",
        )
    raise InputError(
        f"A {type(result).__module__}.{type(result).__qualname__} is not a model that can be measured yet.",
        remedy="the results object of " + "; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in _READERS.items()),
    )


def _expect_finite(fitted: Fitted) -> Fitted:
    """A model of infinite or missing values has been fitted on nobody knows what."""
    parts = (fitted.design, fitted.within, fitted.outcome, fitted.weights)
    if not len(fitted.design) or not all(np.isfinite(part).all() for part in parts):
        raise InputError(
            "The model has no observations, or infinite or missing values among them.",
            remedy="leave those records out before fitting, and say so in the population",
        )
    return fitted
