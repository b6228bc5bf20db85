"""Coarser categories, and records left out: changes to a frame that never touch the frame itself."""

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.grid import MISSING, categories
from output_checks.workflow.tabling import literal

_LONGEST_NAME = 60
_INTERVAL = re.compile(r"^[\[(]\s*([^,]+),\s*([^,]+?)\s*[\])]$")


class Edit(Protocol):
    """A change to the records that a table is made of."""

    def apply(self, data: pd.DataFrame) -> pd.DataFrame:
        """A changed frame; `data` stays as it is."""

    def source(self, data: str) -> str:
        """The same as Python source, for a frame of this name."""


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Categories of one variable put together. `groups` has the new name of each group, and the labels in it."""

    variable: str
    groups: Mapping[str, tuple[str, ...]]
    text: bool
    """Whether the column holds plain text, so that pandas' own `replace` does it."""

    def apply(self, data: pd.DataFrame) -> pd.DataFrame:
        column = data[self.variable]
        changed = data.copy(deep=False)
        changed[self.variable] = (
            column.replace(self._new_names()) if self.text else merge_categories(column, self.groups)
        )
        return changed

    def source(self, data: str) -> str:
        return f"{data}.assign({self.argument(data)})"

    def argument(self, data: str) -> str:
        """The same as an argument of pandas' `assign`: `track=data["track"].replace({...})`."""
        column = f"{data}[{literal(self.variable)}]"
        if self.text:
            new = f"{column}.replace({literal(self._new_names())})"
        else:
            new = f"release.merge_categories({column}, {literal(self.groups)})"
        plain = self.variable.isidentifier() and not keyword.iskeyword(self.variable)
        return f"{self.variable}={new}" if plain else f"**{{{literal(self.variable)}: {new}}}"

    def _new_names(self) -> dict[str, str]:
        return {label: name for name, labels in self.groups.items() for label in labels}


@dataclass(frozen=True, kw_only=True)
class Merges:
    """Categories of several variables put together."""

    each: tuple[Merge, ...]

    def apply(self, data: pd.DataFrame) -> pd.DataFrame:
        for merge in self.each:
            data = merge.apply(data)
        return data

    def source(self, data: str) -> str:
        return f"{data}.assign({', '.join(merge.argument(data) for merge in self.each)})"


@dataclass(frozen=True, kw_only=True)
class LeaveOut:
    """Records of some categories left out; of missing ones where there are no `values`."""

    variable: str
    values: tuple[str | int | float | bool, ...]

    def apply(self, data: pd.DataFrame) -> pd.DataFrame:
        column = data[self.variable]
        kept = ~column.isin(list(self.values)) if self.values else column.notna()
        return data[kept]

    def source(self, data: str) -> str:
        column = f"{data}[{literal(self.variable)}]"
        return f"{data}[~{column}.isin({literal(self.values)})]" if self.values else f"{data}[{column}.notna()]"


def merge_categories(column: "pd.Series[Any]", groups: Mapping[str, Sequence[str]]) -> "pd.Series[Any]":
    """The column with categories put together, in the order they had; whatever type it has, it is told by labels.

    Raises
    ------
    InputError
        A label does not occur, is in two groups, or a new name is that of another category.
    """
    name = str(column.name)
    codes, labels = categories(column, name)
    merged = [label for group in groups.values() for label in group]
    unknown = [label for label in merged if label not in labels or label == MISSING]
    if unknown or len(set(merged)) < len(merged):
        raise InputError(
            f"Each category to merge must be one of {name!r}, and in one group only.",
            remedy="labels as the table shows them",
        )
    new = {label: into for into, group in groups.items() for label in group}
    kept = dict.fromkeys(new.get(label, label) for label in labels if label != MISSING)
    if len(kept) != len([label for label in labels if label not in {*merged, MISSING}]) + len(groups):
        raise InputError(f"A merged category of {name!r} has the name of another one.", remedy="a name of its own")
    place = {label: position for position, label in enumerate(kept)}
    places = np.array([place.get(new.get(label, label), -1) for label in labels], dtype=np.int64)
    made = pd.Categorical.from_codes(places[codes], categories=pd.Index(list(kept)), ordered=is_ordered(column, labels))
    return pd.Series(made, index=column.index, name=column.name)


def is_ordered(column: "pd.Series[Any]", labels: Sequence[str]) -> bool:
    """Whether categories have an order, so that only neighbours can be merged: levels, numbers, dates, bins."""
    kind: Any = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return bool(kind.ordered) or not _is_named(kind.categories) or are_bins(labels)
    return not _is_named(column) or are_bins(labels)


def is_text(column: "pd.Series[Any]") -> bool:
    """Whether it holds plain text and nothing else, missing values apart."""
    if isinstance(column.dtype, pd.CategoricalDtype) or not _is_named(column) or column.dtype == bool:
        return False
    return all(isinstance(value, str) for value in column.dropna().unique())


def are_bins(labels: Sequence[str]) -> bool:
    """Whether all categories are intervals, as pandas.cut makes them or writes them."""
    known = [label for label in labels if label != MISSING]
    return bool(known) and all(_INTERVAL.match(label) for label in known)


def values_of(column: "pd.Series[Any]") -> dict[str, str | int | float | bool]:
    """Per label the value that it stands for, where that can be written as Python source."""
    found = {}
    for value in column.dropna().unique():
        plain = value.item() if isinstance(value, np.generic) else value
        if isinstance(plain, str | int | float | bool):
            found[str(value)] = plain
    return found


def merged_name(labels: Sequence[str], *, ordered: bool, taken: Sequence[str]) -> str:
    """A name for labels together: `(0, 20]`, `1–3`, `low to middle`, `pro or vmbo`.

    Numbers are put together without letters: `16 to 19` could be taken for the code of a school.
    """
    first, last = _INTERVAL.match(labels[0]), _INTERVAL.match(labels[-1])
    if ordered and first and last:
        name = f"{labels[0][0]}{first[1]}, {last[2]}{labels[-1][-1]}"
    elif ordered:
        between = "–" if _are_numbers(labels) else " to "
        name = f"{_short(labels[0])}{between}{_short(labels[-1])}"
    elif _are_numbers(labels):
        name = "/".join(labels)
    else:
        name = " or ".join([", ".join(map(_short, labels[:-1])), _short(labels[-1])])
    name = name if len(name) <= _LONGEST_NAME + 5 else "merged"
    other = name
    number = 2
    while other in taken:
        other, number = f"{name} ({number})", number + 1
    return other


def _are_numbers(labels: Sequence[str]) -> bool:
    return all(re.fullmatch(r"-?[\d.]+", label) for label in labels)


def _is_named(column: Any) -> bool:  # noqa: ANN401 - a Series or an Index
    """Names without an order of their own: texts, truth values, objects of any kind."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_string_dtype(column):
        return True
    return bool(pd.api.types.is_object_dtype(column))


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_NAME // 2 else f"{label[: _LONGEST_NAME // 2 - 1]}…"
