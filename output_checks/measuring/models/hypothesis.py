"""Tests of hypotheses: a test statistic is a model of its groups, and rests on the units behind them.

A results object of scipy.stats holds a statistic and a p value, and not the records they came from. So the same test is
done again on the data given with it; only where that gives the same statistic are those the records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

from output_checks.errors import InputError
from output_checks.measuring.models.evidence import tabulate_terms
from output_checks.measuring.models.fitted import NO_COLUMN, Fitted, as_floats, indicators, share_unexplained
from output_checks.measuring.units import Units
from output_checks.model.evidence import Floats, Tabulation
from output_checks.model.statistic import Statistic

_CLOSE = 1e-6
Groups: TypeAlias = Sequence[Floats]


@dataclass(frozen=True, kw_only=True)
class _Test:
    """What a test compares, and the ways scipy has of doing it."""

    variants: tuple[Callable[..., Any], ...]
    ranks: bool = False
    """Whether it looks at the order of the values only."""


_OF_GROUPS: Mapping[str, _Test] = {
    "TtestResult": _Test(variants=(stats.ttest_ind, lambda *groups: stats.ttest_ind(*groups, equal_var=False))),
    "F_onewayResult": _Test(variants=(stats.f_oneway,)),
    "KruskalResult": _Test(variants=(stats.kruskal,), ranks=True),
    "MannwhitneyuResult": _Test(variants=(stats.mannwhitneyu,), ranks=True),
    "KstestResult": _Test(variants=(stats.ks_2samp,), ranks=True),
    "LeveneResult": _Test(variants=(stats.levene, lambda *groups: stats.levene(*groups, center="mean"))),
    "BartlettResult": _Test(variants=(stats.bartlett,)),
}
_OF_PAIRS: Mapping[str, _Test] = {
    "TtestResult": _Test(variants=(stats.ttest_rel,)),
    "PearsonRResult": _Test(variants=(stats.pearsonr,)),
    "SignificanceResult": _Test(variants=(stats.spearmanr, stats.kendalltau), ranks=True),
    "WilcoxonResult": _Test(variants=(stats.wilcoxon,), ranks=True),
}
_CROSSED = "Chi2ContingencyResult"
_TWO = 2


def tabulate_test(
    result: object,
    *,
    data: pd.DataFrame,
    units: Units,
    by: Sequence[str] = (),
    value: Sequence[str] = (),
    decimals: int = 4,
    population: str = "all records",
) -> tuple[tuple[Tabulation, ...], dict[str, str]]:
    """Count (n), test statistic and p value, with the units behind each group; and in words what was tested.

    `by` and `value` say what was compared: `value` between the groups of `by`, two variables `by` crossed, or two
    `value`s of each record. Records with a missing value take no part.

    Raises
    ------
    InputError
        The object is of another kind, or the same test of these data has another statistic.
    """
    kind = type(result).__name__
    known = {*_OF_GROUPS, *_OF_PAIRS, _CROSSED}
    if type(result).__module__.partition(".")[0] != "scipy" or kind not in known:
        raise InputError(
            f"A {type(result).__module__}.{kind} is not a test that can be measured yet.",
            remedy=f"a result of scipy.stats: {', '.join(sorted(known))}",
        )
    kept = _complete(data, [*by, *value])
    described = {"test": kind, "of": ", ".join(value) or "counts", "by": ", ".join(by) or "none"}
    fitted = _as_model(result, kind, data.iloc[kept], kept, by=by, value=value, description=described)
    tabulations = tabulate_terms(
        fitted,
        data=data,
        units=units,
        population=population,
        statistics=(
            (Statistic.TEST_STATISTIC, as_floats([result.statistic]), decimals),  # type: ignore[attr-defined]
            (Statistic.P_VALUE, as_floats([result.pvalue]), decimals),  # type: ignore[attr-defined]
        ),
        by="test",
        together=True,
    )
    return tabulations, described


def _complete(data: pd.DataFrame, names: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Positions of the records with a value in every column."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(f"The data must be a pandas DataFrame, not a {type(data).__name__}.", remedy="the frame")
    absent = [name for name in names if name not in data.columns]
    if absent or not names:
        raise InputError(
            f"The column {absent[0]!r} is not in the data." if absent else "Nothing says what was compared.",
            remedy='by="sex", value="score"; by=["sex", "track"]; or value=["before", "after"]',
        )
    kept = np.flatnonzero(data[list(names)].notna().all(axis=1).to_numpy())
    if not len(kept):
        raise InputError("No record has a value in every column.", remedy="data with values")
    return kept


def _as_model(
    result: Any,  # noqa: ANN401 - a results object of scipy, which has no types
    kind: str,
    data: pd.DataFrame,
    kept: "np.ndarray[Any, Any]",
    *,
    by: Sequence[str],
    value: Sequence[str],
    description: Mapping[str, str],
) -> Fitted:
    """The test as a regression: of values on groups, of one variable on another, or of differences on nothing."""
    if kind == _CROSSED and len(by) == _TWO and not value:
        design, outcome, others = _crossed(result, data, by)
    elif kind in _OF_GROUPS and len(by) == 1 and len(value) == 1:
        design, outcome, others = _of_groups(result, _OF_GROUPS[kind], data, by[0], value[0])
    elif kind in _OF_PAIRS and not by and len(value) == _TWO:
        design, outcome, others = _of_pairs(result, _OF_PAIRS[kind], data, value)
    else:
        raise InputError(
            f"A {kind} does not compare that: {len(by)} in `by` and {len(value)} in `value`.",
            remedy='by="sex", value="score"; by=["sex", "track"] for chi-square; value=["before", "after"] for pairs',
        )
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0]
    predicted = design @ coefficients
    return Fitted(
        package="scipy",
        description=description,
        terms=("test",),
        estimates=as_floats([result.statistic]),
        standard_errors=np.array([np.nan]),
        columns=np.array([NO_COLUMN]),
        names=("",) * design.shape[1],
        design=design,
        within=design,
        outcome=outcome,
        outcome_name="",
        residual=outcome - predicted,
        unexplained=share_unexplained(outcome, predicted),
        weights=np.ones(len(design)),
        rows=pd.Index(kept),
        by_number=True,
        residual_degrees_of_freedom=float(len(design) - design.shape[1]),
        instruments=others,
    )


def _crossed(result: Any, data: pd.DataFrame, by: Sequence[str]) -> tuple[Floats, Floats, Floats | None]:  # noqa: ANN401
    """A chi-square of two by two gives its four counts back, beside the margins; a larger one only has margins."""
    table = pd.crosstab(data[by[0]], data[by[1]]).to_numpy()
    variants = [stats.chi2_contingency(table, correction=correction) for correction in (True, False)]
    _expect_the_same(result, [variant.statistic for variant in variants])
    codes = [pd.factorize(data[name])[0] for name in by]
    first, second = sorted(codes, key=lambda code: int(code.max()))
    groups = indicators(first, int(first.max()) + 1)
    return groups, second.astype(float), indicators(second, int(second.max()) + 1)


def _of_groups(
    result: Any,  # noqa: ANN401
    test: _Test,
    data: pd.DataFrame,
    by: str,
    value: str,
) -> tuple[Floats, Floats, Floats | None]:
    values = data[value].to_numpy(dtype=float)
    codes, labels = pd.factorize(data[by])
    groups = [values[codes == code] for code in range(len(labels))]
    ways = (groups, groups[::-1]) if len(groups) == _TWO else (groups,)
    _expect_the_same(result, [_statistic(variant, way) for variant in test.variants for way in ways])
    return indicators(codes, len(labels)), stats.rankdata(values) if test.ranks else values, None


def _of_pairs(
    result: Any,  # noqa: ANN401
    test: _Test,
    data: pd.DataFrame,
    value: Sequence[str],
) -> tuple[Floats, Floats, Floats | None]:
    first, second = (data[name].to_numpy(dtype=float) for name in value)
    ways = ([first, second], [second, first])
    _expect_the_same(result, [_statistic(variant, way) for variant in test.variants for way in ways])
    ones = np.ones((len(first), 1))
    if type(result).__name__ in {"TtestResult", "WilcoxonResult"}:
        return ones, second - first, None
    if test.ranks:
        first, second = stats.rankdata(first), stats.rankdata(second)
    return np.column_stack([ones, first]), second, None


def _statistic(variant: Callable[..., Any], samples: Groups) -> float:
    """NaN where the test cannot be done on these samples."""
    try:
        return float(variant(*samples).statistic)
    except (TypeError, ValueError):
        return float("nan")


def _expect_the_same(result: Any, found: Sequence[float]) -> None:  # noqa: ANN401
    """The statistic of the result must be one of those found by doing the test again."""
    statistic = float(result.statistic)
    if not any(np.isclose(statistic, again, rtol=_CLOSE, atol=_CLOSE) for again in found):
        raise InputError(
            "The same test of these data has another statistic, so they are not the records behind it.",
            remedy="the frame, `by` and `value` of the test; without options that change the statistic",
        )
