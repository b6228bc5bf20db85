"""Binned scatters: means of two variables in bins of one of them that hold equally many records."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring import columns
from output_checks.measuring.grid import categories
from output_checks.measuring.sources import Source
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Codes, Units
from output_checks.model.evidence import FactName, Floats, Tabulation
from output_checks.model.statistic import Statistic


def tabulate_bins(
    data: Any,  # noqa: ANN401 - whatever `Source` reads
    *,
    x: str,
    y: str,
    by: Sequence[str],
    bins: int,
    units: Units,
    decimals: int,
    population: str = "all records",
) -> tuple[Tabulation, ...]:
    """The count, the mean of `x` and the mean of `y` in bins of `x`, within each combination of categories of `by`.

    Bins are numbered, as their edges would be values of single records. Records with equal `x` are in one bin, so bins
    hold equally many only as far as that allows. Records that lack either variable are in none.

    Raises
    ------
    InputError
        A column is absent or of the wrong kind, or the bins cannot be made.
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or not 2 <= bins <= 1000:
        raise InputError("Bins are a whole number from 2 to 1000.", remedy="bins=20")
    taken = {f"{x}_bin", "n", f"mean_{x}", f"mean_{y}"} & set(by)
    if x == y or taken:
        raise InputError(
            f"A variable of `by` cannot be called {min(taken)!r}, which is a heading of the table."
            if taken
            else "The two variables are the same.",
            remedy="rename that column" if taken else 'x="hours", y="score"',
        )
    columns.expect_arguments(by=by, value=x, second=y, weight="", category="", statistics=[Statistic.CORRELATION])
    source = Source.of(data)
    needed = [*by, x, y]
    frame = source.read([*needed, *units.key_columns] if source.library != "pandas" else needed)
    first, second = columns.numbers(frame, x), columns.numbers(frame, y)
    both = ~np.isnan(first) & ~np.isnan(second)
    if not both.any():
        raise InputError(f"No record has a valid value of both {x!r} and {y!r}.", remedy="look at the selection")
    frame, first = frame[both], first[both]
    numbers = _bins(first, _groups(frame, by), bins)
    labels = [str(number) for number in range(1, int(numbers.max()) + 2)]
    kept = [*dict.fromkeys([*by, x, y, *(name for name in units.key_columns if name in frame.columns)])]
    frame = frame[kept].assign(
        **{f"{x}_bin": pd.Categorical([labels[number] for number in numbers.tolist()], categories=labels, ordered=True)}
    )
    count, mean_x = tabulate(
        frame,
        by=[*by, f"{x}_bin"],
        statistics=[Statistic.MEAN],
        units=units,
        value=x,
        decimals=decimals,
        population=population,
    )
    _, mean_y = tabulate(
        frame,
        by=[*by, f"{x}_bin"],
        statistics=[Statistic.MEAN],
        units=units,
        value=y,
        decimals=decimals,
        population=population,
    )
    return count, _of_bins(mean_x), mean_y


def _of_bins(mean: Tabulation) -> Tabulation:
    """The means of the variable that makes the bins. One value in a bin is no secret of those in it: it is the bin.

    That all of a group are in one bin is judged by its count (CLS1).
    """
    fact = mean.fact(FactName.DISTINCT_VALUES)
    if fact is None:
        return mean
    return mean.with_facts(replace(fact, values=np.where(fact.values == 1, np.inf, fact.values)))


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> Codes:
    """A number per record that is equal for records of the same combination of categories."""
    group = np.zeros(len(frame), dtype=np.int64)
    for name in by:
        codes, labels = categories(frame[name], name)
        group = group * len(labels) + codes
    return group


def _bins(values: Floats, group: Codes, bins: int) -> Codes:
    """Per record its bin within its group, from 0: by the place in order that records of its value have on average."""
    ranks = pd.Series(values).groupby(group).rank(method="average").to_numpy()
    sizes = pd.Series(values).groupby(group).transform("size").to_numpy()
    wanted = np.minimum(((ranks - 0.5) / sizes * bins).astype(np.int64), bins - 1)
    # Ties may leave bins empty; the others are numbered on.
    return np.asarray(pd.Series(wanted).groupby(group).rank(method="dense").to_numpy() - 1, dtype=np.int64)
