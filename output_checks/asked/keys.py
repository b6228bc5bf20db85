"""The categories that divide a table: columns of the data, or arrays that are aligned with it."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.pairs import Codes
from output_checks.measuring.table import MISSING
from output_checks.model.evidence import Flags

_OWN_COLUMN = "a column made beforehand: data = data.assign(band=...), then its name"


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """One variable that divides records into categories, each with its text in the table."""

    name: str
    column: "pd.Series[Any]" = field(repr=False)
    """One category per record, as it was given; in the order of the records, numbered from 0."""
    codes: Codes = field(repr=False)
    """Which of `texts` each record has; -1 where it has none."""
    texts: tuple[str, ...] = field(repr=False)
    originals: "pd.Index[Any]" = field(repr=False)
    """The category that each of `texts` stands for."""
    labels: Mapping[Hashable, str] = field(repr=False)

    @classmethod
    def of(cls, name: object, column: "pd.Series[Any]") -> "Key":
        """Number the categories of a column in their own order, as tables do.

        Raises
        ------
        InputError
            Categories cannot be told apart as text, or are no categories at all.
        """
        try:
            category = column.astype("category").cat.remove_unused_categories()
        except (TypeError, ValueError):
            raise InputError(f"{name!r} holds no categories.", remedy="one category per record") from None
        originals = pd.Index(category.cat.categories)
        texts = tuple(str(item) for item in originals)
        labels = dict(zip(originals, texts, strict=True))
        if len(set(texts)) < len(texts) or len(labels) < len(texts):
            raise InputError(
                f"The categories of {name!r} must differ as text.", remedy="categories of one type, such as text"
            )
        codes = np.asarray(category.cat.codes, dtype=np.int64)
        return cls(name=str(name), column=column, codes=codes, texts=texts, originals=originals, labels=labels)

    @property
    def known(self) -> Flags:
        """True for records that have a category."""
        return np.asarray(self.codes >= 0)

    def text(self, value: Any) -> str:  # noqa: ANN401 - whatever a category may be
        """The text of a category as it stands in the table; of one that no record has, a text that no cell has."""
        if pd.isna(value):
            return MISSING
        return self.labels.get(value, f"\0{value}")

    def original(self, text: str) -> object:
        return np.nan if text == MISSING else self.originals[self.texts.index(text)]

    def taken(self, places: Codes) -> "Key":
        """The same for some of the records."""
        return replace(self, column=self.column.iloc[places].reset_index(drop=True), codes=self.codes[places])


def keys_of(data: pd.DataFrame, asked: Sequence[object]) -> tuple[Key, ...]:
    """What `by`, `index` or `columns` name, of pandas' groupby or pivot_table: a Series is aligned by its index.

    Raises
    ------
    InputError
        A name is not there, an array is not as long as the data, or it is a function, a mapping or a Grouper, whose
        records cannot be told beforehand.
    """
    return tuple(_key(data, item, position) for position, item in enumerate(asked, 1))


def as_list(asked: object) -> list[Any]:
    """One or several, as pandas takes `index`, `columns` and `by`; nothing where there is none."""
    if asked is None:
        return []
    if isinstance(asked, list | tuple):
        return list(asked)
    return [asked]


def expect_different_names(keys: Sequence[Key]) -> None:
    names = [key.name for key in keys]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"A table names {twice[0]!r} twice.", remedy="each variable once, by a name of its own")


def _key(data: pd.DataFrame, asked: Any, position: int) -> Key:  # noqa: ANN401 - whatever was asked for
    if isinstance(asked, pd.Grouper | Mapping) or callable(asked):
        raise InputError("Records cannot be grouped by a function, a mapping or a Grouper here.", remedy=_OWN_COLUMN)
    if isinstance(asked, pd.Series):
        try:
            aligned = asked if asked.index.equals(data.index) else asked.reindex(data.index)
        except ValueError:
            raise InputError(
                f"{asked.name!r} has an index that is not the data's.", remedy="an index without repeated labels"
            ) from None
        return Key.of(_name(asked.name, position), aligned.reset_index(drop=True))
    if isinstance(asked, np.ndarray | pd.Index | pd.api.extensions.ExtensionArray | list):
        if len(asked) != len(data) or getattr(asked, "ndim", 1) != 1:
            raise InputError("An array to group by needs one category per record.", remedy="a column of the data")
        return Key.of(_name(getattr(asked, "name", None), position), pd.Series(asked).reset_index(drop=True))
    return Key.of(asked, column_of(data, asked))


def column_of(data: pd.DataFrame, name: object) -> "pd.Series[Any]":
    """A column, or a level of the index, by its name; numbered from 0.

    Raises
    ------
    InputError
        There is none of that name, or there are two.
    """
    if isinstance(name, Hashable) and name in data.columns:
        column: Any = data[name]
        if isinstance(column, pd.DataFrame):
            raise InputError(f"The data has two columns called {str(name)!r}.", remedy="rename one of them")
        found: pd.Series[Any] = column.reset_index(drop=True)
        return found
    if isinstance(name, Hashable) and name is not None and name in data.index.names:
        return pd.Series(data.index.get_level_values(data.index.names.index(name)))
    raise InputError(
        f"There is no column {str(name)!r} in the data.", remedy=f"one of {', '.join(map(str, data.columns[:20]))}"
    )


def _name(name: object, position: int) -> str:
    return f"group_{position}" if name is None else str(name)


def texts_of(keys: Sequence[Key], index: "pd.Index[Any]") -> Iterator[tuple[str, ...]]:
    """Per label of an index, the text of its category of each key; the last levels are the keys."""
    skipped = index.nlevels - len(keys)
    columns = [[key.text(value) for value in index.get_level_values(skipped + level)] for level, key in enumerate(keys)]
    return zip(*columns, strict=True) if columns else iter([()] * len(index))
