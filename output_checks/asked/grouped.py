"""pandas.DataFrame.groupby, taken apart: of which variable each column of its result is a statistic."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from output_checks.asked.call import Call, Result, asking_pandas
from output_checks.asked.keys import column_of, keys_of
from output_checks.asked.names import RECORDS, Aggregate, aggregate, percentile
from output_checks.asked.shapes import list_numbers
from output_checks.errors import InputError

_WHAT = "data.groupby(...) with the same arguments"
_Meanings: TypeAlias = list[tuple[Hashable, Aggregate]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grouping:
    """Records divided into groups, and the columns chosen of them."""

    data: pd.DataFrame = field(repr=False)
    by: object = None
    level: object = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What pandas' groupby takes beside: sort, observed, dropna, group_keys."""
    chosen: object = None
    """One column, or a list of several; None for all."""
    flat: bool = False
    """Categories become columns of the result (as_index=False)."""

    def call(self, method: str, *functions: object, **given: object) -> Call:
        """What a method of pandas' groupby gives for these arguments, and what its numbers are.

        Raises
        ------
        InputError
            A column is not there, the arguments ask for what cannot be measured, or pandas cannot do it.
        """
        keys = keys_of(self.data, self._asked())
        _expect_known(method, functions, given)
        result = self._of_pandas(method, functions, given)
        meanings = self._meanings(method, functions, given, result)
        table = result.to_frame() if isinstance(result, pd.Series) else result
        if not isinstance(table, pd.DataFrame) or table.shape[1] != len(meanings) or table.index.nlevels != len(keys):
            raise InputError("This gives something else than one number for each group.", remedy='"mean", "sum", ...')
        values = {value: column_of(self.data, value) for value, _ in meanings if value is not None}
        return Call(
            data=self.data,
            keys=keys,
            values=values,
            numbers=list_numbers(table, rows=keys, meanings=meanings),
            result=result,
            dropna=bool(self.options.get("dropna", True)),
            certain=True,
            complete=np.ones(len(self.data), dtype=bool),
            flat=self._flat(method, functions, given, result) if self.flat else None,
        )

    def _of_pandas(self, method: str, functions: Sequence[object], given: Mapping[str, object], **options: bool) -> Any:  # noqa: ANN401 - whatever pandas gives
        with asking_pandas(_WHAT):
            data: Any = self.data
            groups = data.groupby(self.by, level=self.level, **self.options, **options)
            groups = groups if self.chosen is None else groups[self.chosen]
            return getattr(groups, method)(*functions, **given)

    def _flat(
        self, method: str, functions: Sequence[object], given: Mapping[str, object], result: Result
    ) -> pd.DataFrame:
        """The result with categories as columns, which must be the same numbers."""
        flat = self._of_pandas(method, functions, given, as_index=False)
        columns = result.shape[1] if isinstance(result, pd.DataFrame) else 1
        if not isinstance(flat, pd.DataFrame) or flat.shape != (len(result), columns + result.index.nlevels):
            raise InputError("pandas has no columns for these groups.", remedy="as_index=True")
        return flat

    def _asked(self) -> list[Any]:
        if self.level is not None:
            levels: Sequence[Any] = self.level if isinstance(self.level, list | tuple) else [self.level]
            return [self.data.index.get_level_values(level) for level in levels]
        return list(self.by) if isinstance(self.by, list) else [self.by]

    def _meanings(
        self, method: str, functions: Sequence[object], given: Mapping[str, object], result: Result
    ) -> _Meanings:
        """Per column of the result, the variable and the statistic."""
        if method == RECORDS:
            return [(None, aggregate(RECORDS))]
        if method != "agg":
            asked = percentile(float(str(given.get("q", 0.5)))) if method == "quantile" else aggregate(method)
            return [(name, asked) for name in self._names(result)]
        if not functions:
            return [self._named(name, wanted) for name, wanted in given.items()]
        (function,) = functions
        if isinstance(function, Mapping):
            return [(value, aggregate(one)) for value, several in function.items() for one in _listed(several)]
        if isinstance(function, list | tuple):
            return [(name, aggregate(one)) for name in self._columns(result) for one in function]
        return [(name, aggregate(function)) for name in self._names(result)]

    def _named(self, name: str, wanted: object) -> tuple[Hashable, Aggregate]:
        """A named aggregation: `score=("test_score", "mean")`, or of one column `score="mean"`."""
        if isinstance(self.chosen, Hashable) and self.chosen is not None:
            return self.chosen, aggregate(wanted)
        column, function = _named_pair(wanted)
        if column is not None:
            return column, aggregate(function)
        raise InputError(f"{name} must name a column and a statistic.", remedy=f'{name}=("score", "mean")')

    def _names(self, result: Result) -> list[Hashable]:
        if isinstance(result, pd.Series):
            return [self.chosen if isinstance(self.chosen, Hashable) else result.name]
        return list(result.columns)

    def _columns(self, result: Result) -> list[Hashable]:
        """The variables of a list of statistics: the first of two levels, or the one that was chosen."""
        if isinstance(self.chosen, Hashable) and self.chosen is not None:
            return [self.chosen]
        return list(dict.fromkeys(result.columns.get_level_values(0))) if isinstance(result, pd.DataFrame) else []


def _named_pair(wanted: object) -> tuple[Hashable, object]:
    """The column and the statistic of a named aggregation, a pair or pandas' own; None where it is neither."""
    if isinstance(wanted, tuple) and len(wanted) == 2:
        return wanted
    if isinstance(wanted, pd.NamedAgg) and not getattr(wanted, "args", ()) and not getattr(wanted, "kwargs", {}):
        return wanted.column, wanted.aggfunc
    return None, None


def _expect_known(method: str, functions: Sequence[object], given: Mapping[str, object]) -> None:
    """Refuse what is no statistic before pandas does, with what to use instead."""
    named = [_named_pair(item)[1] or item for item in given.values()] if method == "agg" and not functions else []
    for function in [*functions, *named]:
        for several in function.values() if isinstance(function, Mapping) else [function]:
            for one in _listed(several):
                aggregate(one)


def _listed(asked: object) -> Sequence[object]:
    return asked if isinstance(asked, list | tuple) else [asked]
