"""Value added: what a school adds to the scores that its pupils would be expected to get."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.columns import as_list, expect_columns, numbers
from output_checks.errors import InputError

CONSTANT = "(constant)"
SCHOOL_EFFECT = "school_effect"
QUARTER = "quarter"
QUARTERS = ("1 (lowest)", "2", "3", "4 (highest)")
_MINIMUM_SCHOOLS = 10
_MOST_CATEGORIES = 30

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueAdded:
    """A fitted value-added model."""

    fitted: Any
    """The result of linearmodels: coefficients, standard errors, tests."""
    data: pd.DataFrame
    """The records it was fitted on, all their columns, with the index (school, number of the pupil in the school)."""
    schools: pd.DataFrame
    """One row per school, lowest effect first: the school's key, pupils, effect, standard_error, reliability. For
    inside only: each row is about one school."""
    school_variance: float
    residual_variance: float
    left_out: int
    """Records without a score, a covariate or a school."""

    @property
    def intraclass_correlation(self) -> float:
        """Share of the unexplained variance that lies between schools, 0 to 1."""
        return self.school_variance / (self.school_variance + self.residual_variance)

    def with_effects(self) -> pd.DataFrame:
        """`data` with each pupil's `school_effect` and the `quarter` of the schools that it lies in.

        Quarters hold equal numbers of schools, by effect.
        """
        key = str(self.schools.columns[0])
        rank = np.arange(len(self.schools)) * len(QUARTERS) // len(self.schools)
        rank_of = pd.Series(rank, index=self.schools[key])
        effect_of = pd.Series(self.schools["effect"].to_numpy(), index=self.schools[key])
        frame = self.data.copy()
        frame[SCHOOL_EFFECT] = frame[key].map(effect_of).astype(float)
        codes = frame[key].map(rank_of).to_numpy(dtype=np.int64)
        frame[QUARTER] = pd.Categorical.from_codes(codes, pd.Index(QUARTERS), ordered=True)
        return frame


def value_added(
    frame: pd.DataFrame,
    *,
    outcome: str,
    prior: str | Sequence[str],
    covariates: Sequence[str] = (),
    school: str,
    pupil: str | Sequence[str],
) -> ValueAdded:
    """Fit a random-effects model of the outcome on prior scores and covariates, and estimate each school's effect.

    Parameters
    ----------
    frame
        One row per pupil. It is not changed. Records with a missing value in a column that is used are left out.
    outcome, prior
        Columns with the later score, and the earlier score or scores.
    covariates
        Columns with numbers, used as they are, or with text, categories or true and false: then one dummy per category
        but the first.
    school, pupil
        Key columns.

    Notes
    -----
    y_ij = x_ij'β + u_j + e_ij for pupil i in school j, with var(u) = σ²_u and var(e) = σ²_e, by feasible generalised
    least squares with the Swamy–Arora variance components (linearmodels `RandomEffects`; Swamy & Arora 1972,
    Econometrica 40). The two variances are not those of maximum likelihood, from which they differ by some per cent;
    coefficients hardly do.

    With n_j pupils and r_j their mean residual y − x'β, the school effect is λ_j r_j, shrunken by its reliability
    λ_j = n_j σ²_u / (n_j σ²_u + σ²_e). Its standard error, √(σ²_u (1 − λ_j)), is the comparative one, which treats β
    as known (Snijders & Bosker 2012, Multilevel Analysis, 2nd edition, section 4.8). Effects are in points of the
    outcome. A school effect describes the pupils of these schools; it is not proof of what a school causes.

    Raises
    ------
    InputError
        A column is absent or of the wrong kind, a covariate is constant or follows from others, there are too few
        schools or pupils, or a pupil occurs twice.
    """
    from linearmodels import RandomEffects  # noqa: PLC0415 - only researchers install it

    pupil_key, priors = as_list(pupil), as_list(prior)
    if school in pupil_key:
        raise InputError(f"{school!r} is given as the key of both pupils and schools.", remedy="two different keys")
    explanatory = list(dict.fromkeys([*priors, *covariates]))
    expect_columns(frame, [outcome, *explanatory, school, *pupil_key])
    if outcome in explanatory:
        raise InputError(f"{outcome!r} cannot explain itself.", remedy="leave it out of `prior` and `covariates`")
    for name in [outcome, *priors]:
        numbers(frame, name)
    used = frame.dropna(subset=[outcome, *explanatory, school, *pupil_key])
    _expect_single(used, pupil_key)
    design = _design(used, explanatory, keep_numeric=priors)
    _expect_enough(used, school=school, n_terms=design.shape[1])
    index = _index(used, school)
    data, design = used.set_axis(index, axis=0), design.set_axis(index, axis=0)
    _expect_independent(design)
    dependent = pd.DataFrame({outcome: numbers(used, outcome)}, index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        fitted = RandomEffects(dependent, design).fit()
    between = float(fitted.variance_decomposition["Effects"])
    within = float(fitted.variance_decomposition["Residual"])
    residual = dependent[outcome].to_numpy() - design.to_numpy() @ fitted.params.to_numpy()
    return ValueAdded(
        fitted=fitted,
        data=data,
        schools=_effects(data[school], residual, between=between, within=within),
        school_variance=between,
        residual_variance=within,
        left_out=len(frame) - len(used),
    )


def _effects(school: "pd.Series[Any]", residual: Floats, *, between: float, within: float) -> pd.DataFrame:
    grouped = pd.Series(residual).groupby(school.to_numpy())
    pupils, mean = grouped.size(), grouped.mean()
    reliability = pupils * between / (pupils * between + within)
    schools = pd.DataFrame(
        {
            "pupils": pupils,
            "effect": reliability * mean,
            "standard_error": np.sqrt(between * (1 - reliability)),
            "reliability": reliability,
        }
    )
    schools.index.name = school.name
    return schools.sort_values("effect", kind="stable").reset_index()


def _index(used: pd.DataFrame, school: str) -> pd.MultiIndex:
    """(school, number of the pupil in the school), under names that no column has: groupby refuses ambiguous ones."""
    number = used.groupby(school, sort=False, observed=True).cumcount() + 1
    names = ["(school)", "(number)"]
    return pd.MultiIndex.from_arrays([used[school].astype(str).to_numpy(), number.to_numpy()], names=names)


def _design(used: pd.DataFrame, explanatory: Sequence[str], *, keep_numeric: Sequence[str]) -> pd.DataFrame:
    """The constant, numbers as they are, and a dummy per category but the first."""
    columns: dict[str, Floats] = {CONSTANT: np.ones(len(used))}
    for name in explanatory:
        column = used[name]
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        if name in keep_numeric or is_number:
            columns[name] = numbers(used, name)
            if len(used) and np.ptp(columns[name]) == 0:
                raise _constant(name)
            continue
        categories = column.astype("category").cat.remove_unused_categories()
        levels = list(categories.cat.categories)
        if len(levels) > _MOST_CATEGORIES:
            raise InputError(
                f"{name!r} has {len(levels)} categories; as a covariate it may have {_MOST_CATEGORIES} at most.",
                remedy="merge categories, or leave it out",
            )
        if len(levels) < 2 and len(used):
            raise _constant(name)
        for position, level in enumerate(levels[1:], start=1):
            columns[f"{name}: {level}"] = np.asarray(categories.cat.codes == position, dtype=np.float64)
    return pd.DataFrame(columns, index=used.index)


def _constant(name: str) -> InputError:
    return InputError(f"{name!r} is the same for every pupil that is left.", remedy="leave it out of the covariates")


def _expect_single(used: pd.DataFrame, pupil: list[str]) -> None:
    repeated = int(used.duplicated(pupil, keep=False).sum())
    if repeated:
        raise InputError(
            f"{repeated} records share their {' and '.join(pupil)} with another; the model needs one per pupil.",
            remedy="choose one record per pupil, or give the key all its columns",
        )


def _expect_enough(used: pd.DataFrame, *, school: str, n_terms: int) -> None:
    n_schools = int(used[school].nunique())
    needed = max(_MINIMUM_SCHOOLS, n_terms + 2)
    if n_schools < needed:
        raise InputError(
            f"{n_schools} schools have complete records; a model with {n_terms} terms needs {needed}.",
            remedy="more schools, or fewer covariates",
        )
    if len(used) < n_schools + n_terms + 1:
        raise InputError(
            f"{len(used)} pupils in {n_schools} schools are too few to tell pupils from schools.",
            remedy="look at whether the school key tells schools apart, not pupils",
        )


def _expect_independent(design: pd.DataFrame) -> None:
    """Each column, scaled, must add something to the ones before it."""
    values = design.to_numpy()
    scaled = values / np.sqrt((values**2).sum(axis=0))
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    dependent = [str(name) for name, size in zip(design.columns, diagonal, strict=True) if size < 1e-9]
    if dependent:
        raise InputError(
            f"{dependent[0]!r} follows from the other columns of the model, so it has no coefficient of its own.",
            remedy="leave out one of the columns that say the same",
        )
