"""pandas.crosstab, taken apart."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.arrays import VALUES, aligned, array_of, arrays_of, names_of
from output_checks.asked.call import PANDAS, Call, Kept, Numbers, asking_pandas, known_everywhere
from output_checks.asked.keys import Key
from output_checks.asked.names import RECORDS, Aggregate, aggregate
from output_checks.asked.shapes import Meaning, Prefix, table_numbers
from output_checks.errors import InputError
from output_checks.model.statistic import Statistic

_WHAT = "pd.crosstab with the same arguments"
_ADDABLE = (RECORDS, "count", "sum")


def crosstab_call(
    index: object,
    columns: object,
    *,
    data: pd.DataFrame | None,
    values: object,
    rownames: Sequence[str] | None,
    colnames: Sequence[str] | None,
    aggfunc: object,
    margins: bool,
    margins_name: str,
    dropna: bool,
    normalize: object,
) -> Call:
    """What `pandas.crosstab` gives for these arguments, and what its numbers are.

    Raises
    ------
    InputError
        There is no data to count units in, arguments do not fit it, or pandas cannot do it.
    """
    if not isinstance(data, pd.DataFrame):
        raise InputError("Without the data nobody can be counted.", remedy="data=pupils, with the unit keys in it")
    if (values is None) != (aggfunc is None):
        raise InputError("Values need a statistic, and a statistic needs values.", remedy='values=..., aggfunc="mean"')
    if isinstance(aggfunc, dict):
        raise InputError("A crosstab has one variable.", remedy='aggfunc=["mean", "std"], or release.pivot_table(...)')
    rows, across = arrays_of(index, data), arrays_of(columns, data)
    amounts = None if values is None else array_of(values, data)
    frame, places, questions = aligned([*rows, *across], amounts, data)
    names = [*names_of(rows, rownames, "row"), *names_of(across, colnames, "col")]
    keys = tuple(Key.of(name, frame[at].reset_index(drop=True)) for at, name in enumerate(names))
    value = None if amounts is None else str(getattr(amounts, "name", None) or "value")
    given = {"values": amounts, "rownames": rownames, "colnames": colnames}
    given |= {"margins": margins, "margins_name": margins_name, "dropna": dropna}
    crosstab = _Crosstab(rows=rows, across=across, keys=keys, value=value, given=given)
    numbers, result = crosstab.numbers_and_result(aggfunc, _share(normalize, crosstab.aggregates(aggfunc)))
    return Call(
        data=data.iloc[places],
        keys=keys,
        across=len(across),
        values={} if value is None else {value: frame[VALUES].reset_index(drop=True)},
        numbers=tuple(numbers),
        recounted=lambda: crosstab.numbers("count", crosstab.of_pandas("count")),
        result=result,
        dropna=dropna,
        complete=known_everywhere([frame[name] for name in frame.columns], len(frame)),
        fills=(0.0,),
        implied=_denominators(_share(normalize, crosstab.aggregates(aggfunc)), len(rows), len(across)),
        questions=questions,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Crosstab:
    """The arguments of a call, whatever its statistic."""

    rows: Sequence[Any] = field(repr=False)
    across: Sequence[Any] = field(repr=False)
    keys: Sequence[Key]
    value: str | None
    given: Mapping[str, Any] = field(repr=False)

    def of_pandas(self, aggfunc: object, *, normalize: object = False) -> pd.DataFrame:
        with asking_pandas(_WHAT):
            table: pd.DataFrame = PANDAS.crosstab(
                self.rows, self.across, aggfunc=aggfunc, normalize=normalize, **self.given
            )
        return table

    def aggregates(self, aggfunc: object) -> list[Aggregate]:
        if self.value is None:
            return [aggregate(RECORDS)]
        return [aggregate(function) for function in (aggfunc if isinstance(aggfunc, list) else [aggfunc])]

    def numbers(self, aggfunc: object, table: pd.DataFrame) -> list[Numbers]:
        """What each number of a table is; of several statistics, pandas puts the tables side by side."""
        if not isinstance(aggfunc, list):
            (asked,) = self.aggregates(aggfunc)
            return self._found(table, asked)
        numbers: list[Numbers] = []
        start = 0
        for function, asked in zip(aggfunc, self.aggregates(aggfunc), strict=True):
            width = self.of_pandas(function).shape[1]
            found = self._found(table.iloc[:, start : start + width], asked)
            numbers += [replace(item, columns=item.columns + start) for item in found]
            start += width
        return numbers

    def numbers_and_result(self, aggfunc: object, share: str) -> tuple[list[Numbers], pd.DataFrame]:
        """The numbers behind what pandas gives, and that; shares are held against percentages where there are any."""
        table = self.of_pandas(aggfunc)
        numbers = self.numbers(aggfunc, table)
        if not numbers:
            raise InputError("pandas gives a table without cells.", remedy=f"{_WHAT} shows it")
        if not share:
            return numbers, table
        result = self.of_pandas(aggfunc, normalize=share)
        percent = _percent(share, numbers[0].aggregate, rows=len(self.rows), across=len(self.across))
        shown = [] if percent is None else self._found(result * 100, percent)
        return [*(_where_shown(item, table, result) for item in numbers), *shown], result

    def _found(self, table: pd.DataFrame, asked: Aggregate) -> list[Numbers]:
        down = len(self.rows)
        margins_name = self.given["margins_name"] if self.given["margins"] else ""
        meaning = _always(self.value, asked)
        rows, across = self.keys[:down], self.keys[down:]
        return list(table_numbers(table, rows=rows, across=across, margins_name=margins_name, meaning=meaning))


def _always(value: Hashable, asked: Aggregate) -> Meaning:
    def meaning(prefix: Prefix) -> tuple[Hashable, Aggregate]:  # noqa: ARG001
        return value, asked

    return meaning


def _share(normalize: Any, asked: Sequence[Aggregate]) -> str:  # noqa: ANN401 - text, number or flag
    """Of what the numbers are shares: index, columns or all; nothing where they are none."""
    if normalize is False or normalize is None:
        return ""
    share = share_words(normalize)
    if share not in {"index", "columns", "all"}:
        raise InputError("Shares are of the index, the columns or all.", remedy='normalize="index"')
    if len(asked) != 1 or asked[0].asked not in _ADDABLE:
        raise InputError("Only counts and sums have shares.", remedy='normalize=False, or aggfunc="sum"')
    return share


def share_words(normalize: Any) -> str:  # noqa: ANN401 - text, number or flag
    """`normalize` in the words that pandas has for it; nothing where it is none of them."""
    words = {0: "index", 1: "columns"} if not isinstance(normalize, bool) else {True: "all"}
    return normalize if isinstance(normalize, str) else words.get(normalize, "")


def _percent(share: str, asked: Aggregate, *, rows: int, across: int) -> Aggregate | None:
    """The percentage that shares of counts are, where a table has one: of the line along a single variable, or of all.

    Percentages take their place in the file beside the counts. Shares of sums do not: sums and their totals leave.
    """
    if asked.statistic is not Statistic.COUNT:
        return None
    single = {"index": across == 1, "columns": rows == 1, "all": True}
    statistics = {
        "index": Statistic.PERCENT_OF_ROW,
        "columns": Statistic.PERCENT_OF_COLUMN,
        "all": Statistic.PERCENT_OF_TOTAL,
    }
    return replace(asked, asked=f"share of {share}", statistic=statistics[share]) if single[share] else None


def _denominators(share: str, rows: int, across: int) -> tuple[Kept, ...]:
    """The totals that shares are of: whoever sees shares and counts knows them."""
    kinds = {
        "index": (True,) * rows + (False,) * across,
        "columns": (False,) * rows + (True,) * across,
        "all": (False,) * (rows + across),
    }
    return (kinds[share],) if share else ()


def _where_shown(item: Numbers, table: pd.DataFrame, result: pd.DataFrame) -> Numbers:
    """The same numbers, at the places of their shares; -1 for those that have none, the denominators."""
    rows, columns = result.index.get_indexer(table.index), result.columns.get_indexer(table.columns)
    return replace(item, rows=np.asarray(rows)[item.rows], columns=np.asarray(columns)[item.columns])
