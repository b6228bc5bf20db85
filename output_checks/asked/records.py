"""The records behind a call, as the toolkit measures them: tabulated by the categories that pandas used."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.call import Call, Kept
from output_checks.asked.keys import Key, column_of, expect_different_names
from output_checks.errors import InputError
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.pairs import Codes
from output_checks.measuring.table import tabulate
from output_checks.measuring.twins import twin_questions
from output_checks.measuring.units import Units
from output_checks.model.evidence import Fact, Flags, Tabulation
from output_checks.model.statistic import Statistic

_UNIT = "\0key of {level} {number}"
"""Name under which a key column goes along, so that a variable may have the column's own name."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """The records of a call with their units."""

    call: Call = field(repr=False)
    units: Units
    units_inside: Units
    """The same levels, by columns of `frame`."""
    frame: pd.DataFrame = field(repr=False)
    """Key columns of the units, one row per record."""

    @classmethod
    def of(cls, call: Call, units: Units) -> "Records":
        """Look up the unit keys.

        Raises
        ------
        InputError
            A key column is not there, a variable is named twice, or a key is asked for as a variable.
        """
        expect_different_names(call.keys)
        for item in call.numbers:
            if item.value in units.key_columns and item.aggregate.statistic is not Statistic.COUNT:
                raise InputError(
                    f"{item.value!r} is a key, of which there are only counts.",
                    remedy='values by name; to count units, "size" of data.drop_duplicates([key, group])',
                )
        inside: dict[str, tuple[str, ...]] = {}
        columns: dict[str, object] = {}
        for level, names in units.columns.items():
            inside[level] = tuple(_UNIT.format(level=level, number=number) for number in range(len(names)))
            columns |= dict(zip(inside[level], (_unit_column(call.data, level, name) for name in names), strict=True))
        frame = pd.DataFrame(columns, index=range(len(call.data)))
        return cls(call=call, units=units, units_inside=Units(columns=inside), frame=frame)

    def tabulated(
        self,
        value: Hashable,
        *,
        statistics: Sequence[Statistic],
        chosen: Flags,
        kept: Kept,
        margins: bool,
        decimals: int,
        population: str,
    ) -> tuple[Tabulation, ...]:
        """Tabulations of a value of the chosen records by the variables that are kept; count first.

        Where only valid values are counted of a variable that holds no numbers, the records that have one are.
        """
        keys = [key for key, keep in zip(self.call.keys, kept, strict=True) if keep]
        column = None if value is None else self.call.values[value]
        named = {*self.units.key_columns, *(key.name for key in self.call.keys)}
        only_counted = value in named or (column is not None and not _holds_numbers(column))
        if column is not None and only_counted and set(statistics) <= {Statistic.COUNT}:
            present = column.notna().to_numpy(dtype=bool)
            population = population if present[chosen].all() else f"{population} with a {value}"
            chosen, column = chosen & present, None
        if not chosen.any():
            raise InputError("There are no records to tabulate.", remedy="look at the selection that made this data")
        parts: dict[str, object] = {key.name: _coded(key) for key in keys}
        name = "" if column is None else self._name_of(value)
        if column is not None:
            parts[name] = column
        data = pd.concat([self.frame, pd.DataFrame(parts, index=self.frame.index)], axis=1).loc[chosen]
        try:
            return tabulate(
                data,
                by=[key.name for key in keys],
                statistics=statistics,
                units=self.units_inside,
                value=name,
                margins=margins,
                decimals=decimals,
                population=population,
                whole=self.call.data.loc[chosen],
            )
        except InputError:
            self.units.identify(self.call.data.loc[chosen])  # an error about keys names them as the researcher does
            raise

    def questions(self, chosen: Flags, *, minimum: float) -> tuple[str, ...]:
        """Questions about categories that tell the lowest or highest value of somebody, as for any table."""
        taken = {*self.units.key_columns, *(key.name for key in self.call.keys)}
        numbers = {
            str(name): self.call.data[name].array
            for name in self.call.data.columns[~self.call.data.columns.duplicated()]
            if str(name) not in taken and pd.api.types.is_numeric_dtype(self.call.data[name])
        }
        given = {self._name_of(name): column for name, column in self.call.values.items() if _holds_numbers(column)}
        columns = numbers | given | {key.name: key.column for key in self.call.keys}
        data = pd.concat([self.frame, pd.DataFrame(columns, index=self.frame.index)], axis=1).loc[chosen]
        by = [key.name for key in self.call.keys]
        doubled = twin_questions(self.call.data.loc[chosen], units=self.units)
        return (*edge_questions(data, by=by, units=self.units_inside, minimum=minimum), *doubled)

    def key_columns(self, chosen: Flags) -> tuple[str, ...]:
        """Names of the unit keys, and of variables whose categories tell units apart one by one under another name."""
        codes = self.units_inside.identify(self.frame.loc[chosen]).codes.values()
        same = [key.name for key in self.call.keys if any(_one_by_one(key.codes[chosen], code) for code in codes)]
        return tuple(dict.fromkeys([*self.units.key_columns, *same]))

    def _name_of(self, value: Hashable) -> str:
        name = str(value)
        if name in {key.name for key in self.call.keys}:
            raise InputError(
                f"{name!r} is what divides the table and what is measured.", remedy="release.table, or another value"
            )
        return name


def with_cells(item: Tabulation, chosen: Flags) -> Tabulation:
    """A tabulation of some of its cells."""
    if chosen.all():
        return item
    facts = tuple(
        Fact(name=fact.name, of=fact.of, values=fact.values[chosen], origin=fact.origin) for fact in item.facts
    )
    return replace(
        item,
        cells=tuple(cell for cell, flag in zip(item.cells, chosen, strict=True) if flag),
        values=item.values[chosen],
        status=tuple(status for status, flag in zip(item.status, chosen, strict=True) if flag),
        facts=facts,
        members=None if item.members is None else item.members.within(chosen),
    )


def _coded(key: Key) -> "pd.Categorical[Any]":
    codes: Any = key.codes
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(key.texts)))


def _holds_numbers(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _unit_column(data: pd.DataFrame, level: str, name: str) -> object:
    try:
        return column_of(data, name).array
    except InputError as error:
        raise InputError(f"The key of the unit level {level!r}: {error.problem}", remedy=error.remedy) from None


def _one_by_one(codes: Codes, units: Codes) -> bool:
    """Whether each category is one unit, and each unit one category."""
    if (codes < 0).any() or np.count_nonzero(np.bincount(codes)) != np.count_nonzero(np.bincount(units)):
        return False
    pairs = np.unique(codes * (int(units.max()) + 1) + units)
    return len(pairs) == np.count_nonzero(np.bincount(codes))
