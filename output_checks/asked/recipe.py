"""A pandas call as it can be written again: of named columns of one frame, so that a change to it can be tried.

What was given as an array becomes a column first, on a line of its own. What is written is what is tried.
"""

import keyword
import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd

from output_checks.asked.call import Call
from output_checks.asked.crosstab import crosstab_call
from output_checks.asked.grouped import Grouping
from output_checks.asked.keys import Key, column_of
from output_checks.asked.names import aggregate, function_source
from output_checks.asked.pivot import pivot_call
from output_checks.errors import InputError
from output_checks.model.statistic import Kind, Statistic
from output_checks.workflow.tabling import literal

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be different from the call as it was given, or the same."""

    by: tuple[str, ...]
    statistics: tuple[Statistic, ...]
    margins: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe(ABC):
    """A call of which all variables are columns of `frame`."""

    frame: pd.DataFrame = field(repr=False)
    before: str
    """Lines of Python that make `frame` of the researcher's `data`; empty where it is that."""
    rows: tuple[str, ...]
    across: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(repr=False)
    """All other arguments, by pandas' names."""

    @property
    def by(self) -> tuple[str, ...]:
        return (*self.rows, *self.across)

    @abstractmethod
    def make(self, data: pd.DataFrame, wanted: Wanted) -> Call:
        """Ask pandas.

        Raises
        ------
        InputError
            There is no such call.
        """

    @abstractmethod
    def source(self, data: str, name: str, wanted: Wanted, how: str) -> str:
        """The same as Python source; `how` is what comes after pandas' arguments."""


class CrosstabRecipe(Recipe):
    """`release.crosstab`; where one variable is left, groups."""

    def make(self, data: pd.DataFrame, wanted: Wanted) -> Call:
        rows, across, given = self._changed(wanted)
        if not rows or not across:
            return self._grouped(rows or across, given).make(data, wanted)
        return crosstab_call(rows, across, data=data, **given)

    def source(self, data: str, name: str, wanted: Wanted, how: str) -> str:
        rows, across, given = self._changed(wanted)
        if not rows or not across:
            return self._grouped(rows or across, given).source(data, name, wanted, how)
        usual: dict[str, Any] = {"values": None, "aggfunc": None, "rownames": None, "colnames": None, "margins": False}
        usual |= {"margins_name": "All", "dropna": True, "normalize": False}
        words = _words(given, usual)
        return _written("release.crosstab", literal(name), _one(rows), _one(across), f"data={data}", *words, how)

    def _changed(self, wanted: Wanted) -> tuple[list[str], list[str], dict[str, Any]]:
        rows, across = ([name for name in names if name in wanted.by] for names in (self.rows, self.across))
        given = {**self.given, "margins": self.given["margins"] and wanted.margins}
        for names, which in ((self.rows, "rownames"), (self.across, "colnames")):
            if given[which] is not None:
                given[which] = [own for own, name in zip(given[which], names, strict=True) if name in wanted.by]
        if given["aggfunc"] is not None:
            given["aggfunc"] = _kept(given["aggfunc"], wanted.statistics)
        shares = [statistic for statistic in wanted.statistics if statistic.kind is Kind.PERCENTAGE]
        if given["normalize"] is not False and self.given["shares"] and not shares:
            given["normalize"] = False
        del given["shares"]
        return rows, across, given

    def _grouped(self, rows: Sequence[str], given: Mapping[str, Any]) -> "GroupRecipe":
        if given["normalize"] is not False:
            raise InputError("Shares are of two variables.", remedy="normalize=False")
        counted = given["values"] is None
        return GroupRecipe(
            frame=self.frame,
            before=self.before,
            rows=tuple(rows),
            given={
                "options": {} if given["dropna"] else {"dropna": False},
                "chosen": given["values"],
                "flat": False,
                "method": "size" if counted else "agg",
                "functions": () if counted else (given["aggfunc"],),
                "named": {},
            },
        )


class PivotRecipe(Recipe):
    """`release.pivot_table`."""

    def make(self, data: pd.DataFrame, wanted: Wanted) -> Call:
        return pivot_call(data, **self._changed(wanted))

    def source(self, data: str, name: str, wanted: Wanted, how: str) -> str:
        usual: dict[str, Any] = {
            "values": None,
            "columns": None,
            "aggfunc": "mean",
            "fill_value": None,
            "margins": False,
        }
        usual |= {"dropna": True, "margins_name": "All", "observed": None, "sort": True}
        words = _words(self._changed(wanted), usual)
        return _written("release.pivot_table", literal(name), data, *words, how)

    def _changed(self, wanted: Wanted) -> dict[str, Any]:
        rows, across = ([name for name in names if name in wanted.by] for names in (self.rows, self.across))
        return {
            **self.given,
            "index": rows or across,
            "columns": across if rows and across else None,
            "aggfunc": _kept(self.given["aggfunc"], wanted.statistics),
            "margins": self.given["margins"] and wanted.margins,
        }


class GroupRecipe(Recipe):
    """`release.groupby(...)` and one method of it."""

    def make(self, data: pd.DataFrame, wanted: Wanted) -> Call:
        by = [name for name in self.rows if name in wanted.by]
        own = self.given
        groups = Grouping(data=data, by=by, options=own["options"], chosen=own["chosen"], flat=own["flat"])
        functions, named = self._functions(wanted)
        return groups.call(own["method"], *functions, **named)

    def source(self, data: str, name: str, wanted: Wanted, how: str) -> str:
        own = self.given
        by = [other for other in self.rows if other in wanted.by]
        options = _words({**own["options"], "as_index": not own["flat"]}, {"as_index": True})
        groups = _written("release.groupby", data, _one(by), *options)
        chosen = "" if own["chosen"] is None else f"[{_text(own['chosen'])}]"
        functions, named = self._functions(wanted)
        words = [*map(_text, functions), *_words(named, {})]
        if own["method"] == "agg":
            return _written(f"{groups}{chosen}.agg", *words, f"name={literal(name)}", how)
        return _written(f"{groups}{chosen}.{own['method']}", literal(name), *words, how)

    def _functions(self, wanted: Wanted) -> tuple[tuple[Any, ...], dict[str, Any]]:
        own = self.given
        if own["method"] != "agg":
            return own["functions"], own["named"]
        functions = tuple(_kept(function, wanted.statistics) for function in own["functions"])
        named = {name: asked for name, asked in own["named"].items() if _is_kept(_function(asked), wanted.statistics)}
        if own["named"] and not named:
            raise InputError("No statistic is left.", remedy="another table")
        return functions, named


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Variables of a call as columns of one frame, and the line that puts there what was given as arrays."""

    frame: pd.DataFrame = field(repr=False)
    before: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, data: pd.DataFrame, keys: Sequence[Key], values: Mapping[Hashable, "pd.Series[Any]"]) -> "Columns":
        """A column for each key, and each of these values, under a name of its own; the frame itself is not changed.

        Raises
        ------
        InputError
            The data has two columns of one name.
        """
        levels = [key.name for key in keys if key.name in data.index.names and key.name not in data.columns]
        frame = data.reset_index(levels) if levels else data
        lines = [f"data = data.reset_index({literal(levels)})"] if levels else []
        asked = [*((key.name, key.column) for key in keys), *((str(name), one) for name, one in values.items())]
        names: list[str] = []
        arrays: dict[str, Any] = {}
        for name, column in asked:
            if name in frame.columns and column_of(frame, name).equals(column):
                names.append(name)
                continue
            new = name
            while new in frame.columns or new in arrays:
                new += "_given"
            names.append(new)
            arrays[new] = column.array
        if arrays:
            frame = frame.assign(**{name: pd.Series(array, index=frame.index) for name, array in arrays.items()})
            made = ", ".join(_assigned(name) for name in arrays)
            named = " ".join(", ".join(arrays).split())  # a name may have a line of its own
            lines.append(f"data = data.assign({made})  # what you gave as {named}")
        return cls(frame=frame, before="".join(f"{line}\n" for line in lines), names=tuple(names))


def _assigned(name: str) -> str:
    plain = name.isidentifier() and not keyword.iskeyword(name)
    variable = re.sub(r"\W", "_", name)
    return f"{name}={variable}" if plain else f"**{{{literal(name)}: _{variable}}}"


def _kept(functions: Any, statistics: Sequence[Statistic]) -> Any:  # noqa: ANN401 - as pandas takes them
    """Of one function, a list or a mapping those that are to stay.

    Raises
    ------
    InputError
        None is left.
    """
    left: Any = functions
    if isinstance(functions, Mapping):
        several = {value: _kept_or_none(one, statistics) for value, one in functions.items()}
        left = {value: one for value, one in several.items() if one is not None}
    elif isinstance(functions, list | tuple):
        left = [function for function in functions if _is_kept(function, statistics)]
    elif not _is_kept(functions, statistics):
        left = None
    if not left:
        raise InputError("No statistic is left.", remedy="another table")
    return left


def _kept_or_none(functions: Any, statistics: Sequence[Statistic]) -> Any:  # noqa: ANN401 - as pandas takes them
    try:
        return _kept(functions, statistics)
    except InputError:
        return None


def _is_kept(function: object, statistics: Sequence[Statistic]) -> bool:
    own = aggregate(function).statistic
    return own is Statistic.COUNT or own in statistics


def _function(named: Any) -> object:  # noqa: ANN401 - a named aggregation, as pandas takes it
    if isinstance(named, pd.NamedAgg):
        return named.aggfunc
    return named[1] if isinstance(named, tuple) else named


def _words(given: Mapping[str, Any], usual: Mapping[str, Any]) -> list[str]:
    """Arguments by name; those that are as usual are not written."""
    return [f"{name}={_text(value)}" for name, value in given.items() if name not in usual or value != usual[name]]


def _text(value: Any) -> str:  # noqa: ANN401 - whatever an argument may be
    if callable(value):
        return function_source(value)
    if isinstance(value, pd.NamedAgg):
        return _text((value.column, value.aggfunc))
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, list):
        return _one(value) if len(value) > 1 else f"[{', '.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_text(one)}" for key, one in value.items()) + "}"
    return literal(value)


def _one(names: Sequence[Any]) -> str:
    """A name, or a list of several."""
    return _text(names[0]) if len(names) == 1 else f"[{', '.join(map(_text, names))}]"


def _written(function: str, *arguments: str) -> str:
    return f"{function}({', '.join(filter(None, arguments))})"
