"""The data of one step: a frame in memory or a register to scan, seen alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nco_research.codebooks import Codebook, VariableType, YearMeaning
from nco_research.cohort.expressions import Types
from nco_research.cohort.frames import Dtypes, Labels, dtypes_of, expect_names, sql_type, to_arrow
from nco_research.cohort.scannable import Scannable
from nco_research.cohort.session import ROW, Session, explained
from nco_research.columns import as_list, closest
from nco_research.guard import refuse_identifiers
from nco_research.sql import quoted
from output_checks.errors import InputError

YEARS = ("year", "school_year")
"""Columns that a register's data has before those asked for; taken by a link only where they are named."""
_SQL_TYPES = {
    VariableType.KEY: "VARCHAR",
    VariableType.CATEGORY: "VARCHAR",
    VariableType.TEXT: "VARCHAR",
    VariableType.NUMBER: "DOUBLE",
    VariableType.DATE: "DATE",
}
_FILES_IN_A_LINE = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """What one step reads. Nothing is read before `view`."""

    data: "pd.DataFrame | Scannable"
    types: Types
    dtypes: Dtypes
    describe: str
    years: tuple[str, ...] = ()
    """Which of its columns are the years that a register's data begins with."""

    @classmethod
    def of(cls, data: "pd.DataFrame | Scannable") -> "Source":
        """A frame, or anything scannable.

        Raises
        ------
        InputError
            It is neither, has columns that differ only in case, or a frame has direct identifiers.
        """
        if isinstance(data, pd.DataFrame):
            expect_names(data, source="the frame")
            refuse_identifiers(data, source="the frame")
            # A copy that shares what pandas can share: changing the frame afterwards does not change the cohort.
            own = data.reset_index(drop=True)
            types = {str(name): sql_type(own[name]) for name in own.columns}
            return cls(data=own, types=types, dtypes=dtypes_of(own), describe=f"a frame ({_listed(types)})")
        if not isinstance(data, Scannable):
            raise InputError(
                f"A {type(data).__name__} is neither a frame nor a register.",
                remedy="a pandas DataFrame, or what open_microdata gives",
            )
        book = book_of(data)
        types = _types_of(data.columns, book)
        return cls(
            data=data,
            types=types,
            dtypes=_labels_of(types, book),
            describe=_described(data),
            years=tuple(name for name in YEARS if name in types),
        )

    @property
    def book(self) -> Codebook | None:
        return None if isinstance(self.data, pd.DataFrame) else book_of(self.data)

    @property
    def register(self) -> str:
        """Its name; empty for a frame."""
        return "" if isinstance(self.data, pd.DataFrame) else self.data.component

    @property
    def objections(self) -> int:
        return 0 if isinstance(self.data, pd.DataFrame) else self.data.objections

    @property
    def notes(self) -> tuple[str, ...]:
        return () if isinstance(self.data, pd.DataFrame) else tuple(self.data.notes)

    def expect(self, names: Sequence[str], *, step: str) -> None:
        """Do nothing, unless a column is absent.

        Raises
        ------
        InputError
            Names the column, and the one that was probably meant.
        """
        for name in names:
            if name not in self.types:
                raise InputError(
                    f"There is no column {name!r} in the data of {step!r}.", remedy=closest(name, list(self.types))
                )

    def taken(
        self, columns: "str | Sequence[str] | Mapping[str, str] | None", *, without: Sequence[str], step: str
    ) -> dict[str, str]:
        """New name and own name of the columns to take: those asked for, or all but `without` and the years.

        Raises
        ------
        InputError
            A column is absent.
        """
        if columns is None:
            return {name: name for name in self.types if name not in without and name not in self.years}
        taken = dict(columns) if isinstance(columns, Mapping) else {name: name for name in as_list(columns)}
        self.expect(list(taken.values()), step=step)
        return {new: own for new, own in taken.items() if new not in without}

    def restored(self, taken: Mapping[str, str]) -> dict[str, Any]:
        """How the columns taken are to come back to pandas, by their new names."""
        return {new: self.dtypes[own] for new, own in taken.items() if own in self.dtypes}

    def view(self, session: Session, *, step: str, rows: bool = False) -> "View":
        """The data under a name to select from. A frame gets the numbers of its rows as a column, where asked.

        Raises
        ------
        InputError
            It cannot be read, or has other columns than it said.
        """
        if isinstance(self.data, pd.DataFrame):
            table = to_arrow(self.data, source=f"the data of {step!r}")
            if rows:
                table = table.append_column(ROW, _row_numbers(len(self.data)))
            name = session.keep(table, step=step)
            return View(name=name, types=session.types(f"FROM {name}", step=step), table=name)
        with explained(step):
            relation = self.data.relation(session.connection)
            types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        missing = [name for name in self.types if name not in types and name not in YEARS]
        if missing:
            raise InputError(
                f"The data of {step!r} has no column {missing[0]!r} after all.",
                remedy="open it again, and look at its columns",
            )
        return View(name=session.view(relation, step=step), types=types)


@dataclass(frozen=True, kw_only=True)
class View:
    """Where a step's data can be selected from, and the columns and SQL types that it turned out to have."""

    name: str
    types: Mapping[str, str]
    table: str = ""
    """The table that holds it meanwhile, if one does."""

    def present(self, taken: Mapping[str, str]) -> dict[str, str]:
        """What is there of the columns to take: a register need not have a school year."""
        return {new: own for new, own in taken.items() if own in self.types or own not in YEARS}


def book_of(data: Scannable) -> Codebook | None:
    """The codebook that a register has, if it has one."""
    book = getattr(data, "book", None)
    return book if isinstance(book, Codebook) else None


def _types_of(columns: Sequence[str], book: Codebook | None) -> dict[str, str | None]:
    years = ["year"] if book is not None and book.year_means is YearMeaning.STATE else list(YEARS)
    types: dict[str, str | None] = {name: "INTEGER" for name in years if name not in columns}
    for name in columns:
        variable = book.variable(name) if book is not None else None
        types[name] = "INTEGER" if name in YEARS else _SQL_TYPES.get(variable.type) if variable is not None else None
    return types


def _labels_of(types: Types, book: Codebook | None) -> dict[str, Labels]:
    if book is None:
        return {}
    variables = {name: book.variable(name) for name in types}
    return {
        name: Labels(order=tuple(dict.fromkeys(variable.labels.values())))
        for name, variable in variables.items()
        if variable is not None and variable.type is VariableType.CATEGORY
    }


def _described(data: Scannable) -> str:
    files = [f"{item.path} (version {item.version})" for item in data.sources]
    more = f" and {len(files) - _FILES_IN_A_LINE} more" if len(files) > _FILES_IN_A_LINE else ""
    return f"{data.component}: {', '.join(files[:_FILES_IN_A_LINE])}{more}" if files else data.component


def _listed(names: Mapping[str, object]) -> str:
    shown = list(names)[:8]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more columns" if len(names) > len(shown) else "")


def _row_numbers(length: int) -> Any:  # noqa: ANN401 - pyarrow is optional
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415 - only researchers install it

    return pa.array(np.arange(length, dtype=np.int64))


def selected(taken: Mapping[str, str], *, of: str) -> list[str]:
    """SQL that selects columns under their new names."""
    return [f"{of}.{quoted(own)} AS {quoted(new)}" for new, own in taken.items()]
