"""pandas.pivot_table, taken apart."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.call import PANDAS, Call, Numbers, asking_pandas, known_everywhere
from output_checks.asked.keys import Key, as_list, column_of, keys_of
from output_checks.asked.names import Aggregate, aggregate, function_label
from output_checks.asked.shapes import Meaning, Prefix, table_numbers
from output_checks.errors import InputError

_WHAT = "pd.pivot_table with the same arguments"


def pivot_call(
    data: pd.DataFrame,
    *,
    values: object,
    index: object,
    columns: object,
    aggfunc: object,
    fill_value: float | None,
    margins: bool,
    dropna: bool,
    margins_name: str,
    observed: bool | None,
    sort: bool,
) -> Call:
    """What `pandas.pivot_table` gives for these arguments, and what its numbers are.

    Raises
    ------
    InputError
        A column is not there, the arguments ask for what cannot be measured, or pandas cannot do it.
    """
    rows, across = as_list(index), as_list(columns)
    if not rows:
        raise InputError("A pivot table needs an index.", remedy='index="sex"; answer.result.T has it in the columns')
    keys = keys_of(data, [*rows, *across])
    wanted = _values(data, values, [*rows, *across], aggfunc)
    given: dict[str, Any] = {"values": values, "index": index, "columns": columns, "fill_value": fill_value}
    given |= {"margins": margins, "dropna": dropna, "margins_name": margins_name, "sort": sort}
    given |= {} if observed is None else {"observed": observed}
    pivot = _Pivot(data=data, keys=keys, down=len(rows), values=wanted, given=given)
    result, numbers = pivot.result_and_numbers(aggfunc)
    return Call(
        data=data,
        keys=keys,
        across=len(across),
        values={name: column_of(data, name) for name in wanted},
        numbers=tuple(numbers),
        recounted=lambda: pivot.result_and_numbers("count")[1],
        result=result,
        dropna=dropna,
        complete=_complete(data, values, [*rows, *across], wanted),
        fills=(float(fill_value),) if isinstance(fill_value, int | float) else (),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pivot:
    """The arguments of a call, whatever its statistic."""

    data: pd.DataFrame = field(repr=False)
    keys: Sequence[Key]
    down: int
    """How many of the keys divide the rows."""
    values: Sequence[Hashable]
    given: Mapping[str, Any] = field(repr=False)

    def result_and_numbers(self, aggfunc: object) -> tuple[pd.DataFrame, list[Numbers]]:
        """What pandas gives, and what each number is; of several statistics, pandas puts the tables side by side."""
        functions = aggfunc if isinstance(aggfunc, list) else [aggfunc]
        meanings = [_meaning(function, self.values) for function in functions]
        result = self._of_pandas(aggfunc)
        tables = [self._of_pandas(function) for function in functions] if isinstance(aggfunc, list) else [result]
        if not isinstance(result, pd.DataFrame) or sum(table.shape[1] for table in tables) != result.shape[1]:
            raise InputError("There are no values to tabulate.", remedy='values="score", or release.crosstab(...)')
        numbers: list[Numbers] = []
        start = 0
        for meaning, table in zip(meanings, tables, strict=True):
            part = result.iloc[:, start : start + table.shape[1]]
            found = table_numbers(
                part.droplevel(0, axis=1) if isinstance(aggfunc, list) else part,
                rows=self.keys[: self.down],
                across=self.keys[self.down :],
                margins_name=self.given["margins_name"] if self.given["margins"] else "",
                meaning=meaning,
            )
            numbers += [replace(item, columns=item.columns + start) for item in found]
            start += table.shape[1]
        return result, numbers

    def _of_pandas(self, aggfunc: object) -> pd.DataFrame:
        with asking_pandas(_WHAT):
            table: pd.DataFrame = PANDAS.pivot_table(self.data, aggfunc=aggfunc, **self.given)
        return table


def _values(data: pd.DataFrame, values: Any, keys: Sequence[object], aggfunc: object) -> list[Hashable]:  # noqa: ANN401
    """The variables that are tabulated, as pandas finds them: those named, or all that do not divide the table."""
    if values is None:
        names = [name for name in data.columns if not any(isinstance(key, str) and key == name for key in keys)]
    else:
        names = list(values) if pd.api.types.is_list_like(values) else [values]
    if isinstance(aggfunc, dict):
        absent = [name for name in aggfunc if name not in names]
        names = [name for name in names if name in aggfunc] + absent
    for name in names:
        column_of(data, name)
    return list(dict.fromkeys(names))


def _meaning(function: object, values: Sequence[Hashable]) -> Meaning:
    """What the labels above the categories say: a variable, or a statistic of it where there are several of each."""
    if isinstance(function, Mapping):
        several = {value: _by_label(asked) for value, asked in function.items()}
    else:
        one = aggregate(function)

    def meaning(prefix: Prefix) -> tuple[Hashable, Aggregate]:
        if not isinstance(function, Mapping):
            return (prefix[0] if prefix else values[0]), one
        value = prefix[0] if prefix and prefix[0] in several else values[0]
        labels = several[value]
        return value, labels[prefix[-1]] if prefix and prefix[-1] in labels else next(iter(labels.values()))

    return meaning


def _by_label(asked: object) -> dict[Hashable, Aggregate]:
    """Statistics by the label that pandas gives them.

    Raises
    ------
    InputError
        Two have the same label.
    """
    functions = asked if isinstance(asked, list | tuple) else [asked]
    labels = {function_label(function): aggregate(function) for function in functions}
    if len(labels) < len(functions):
        raise InputError("Two statistics of one variable have the same name.", remedy="one call for each")
    return labels


def _complete(
    data: pd.DataFrame, values: object, keys: Sequence[object], wanted: Sequence[Hashable]
) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Records that pandas keeps for margins: nothing missing in the columns that it was given."""
    named = [key for key in keys if isinstance(key, Hashable) and key in data.columns]
    names = list(data.columns) if values is None else [*named, *wanted]
    return known_everywhere([column_of(data, name) for name in dict.fromkeys(names)], len(data))
