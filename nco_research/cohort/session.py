"""The database behind a cohort and all cohorts made from it: opened when the first step runs, gone with the last."""

import functools
import itertools
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nco_research.sql import connect
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROW = "__nco_row"
"""The hidden column that says which starting pupil a row is about; rows keep its order."""


class Session:
    """A connection with numbered temporary tables. What does not fit in memory spills to a folder of its own."""

    def __init__(self, *, spill: Path | None = None) -> None:
        self._spill = spill
        self._numbers = itertools.count(1)
        self._relations: list[object] = []

    @functools.cached_property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        folder = tempfile.TemporaryDirectory(prefix="nco-cohort-", dir=self._spill, ignore_cleanup_errors=True)
        connection = connect(spill=Path(folder.name))
        # Every table has row numbers, so that nothing rests on the order in which rows are kept.
        connection.execute("SET preserve_insertion_order = false")
        weakref.finalize(self, _close, connection, folder)
        return connection

    def name(self) -> str:
        """A name that no other table or view of this session has."""
        return f"nco_{next(self._numbers)}"

    def table(self, query: str, *, step: str) -> str:
        """Run a query once and keep its rows; returns the name of the table.

        Raises
        ------
        InputError
            It cannot be run; says in which step and why, and never quotes a value.
        """
        name = self.name()
        with explained(step):
            self.connection.execute(f"CREATE TEMP TABLE {name} AS {query}").fetchall()
        return name

    def view(self, relation: "duckdb.DuckDBPyRelation", *, step: str) -> str:
        """A name for a relation."""
        name = self.name()
        with explained(step):
            relation.create_view(name)
        self._relations.append(relation)  # it may hold what the view looks at
        return name

    def keep(self, table: "pa.Table", *, step: str) -> str:
        """An Arrow table as a table of this session; returns its name."""
        view = self.name()
        self.connection.register(view, table)
        try:
            return self.table(f"SELECT * FROM {view}", step=step)
        finally:
            self.connection.unregister(view)

    def drop(self, *tables: str) -> None:
        """Forget tables that no later step needs."""
        for name in dict.fromkeys(tables):
            self.connection.execute(f"DROP TABLE IF EXISTS {name}").fetchall()

    def drop_column(self, table: str, column: str) -> None:
        """Forget a column that only a count needed; what the others hold is not copied."""
        self.connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}").fetchall()

    def numbers(self, query: str, *, step: str) -> tuple[int, ...]:
        """The first row of a query that counts; 0 where it counts nothing."""
        with explained(step):
            (row,) = self.connection.execute(query).fetchall()
            return tuple(int(value or 0) for value in row)

    def number(self, query: str, *, step: str) -> int:
        """The one number that a query gives."""
        return self.numbers(query, step=step)[0]

    def arrow(self, query: str, *, step: str) -> "pa.Table":
        """The rows of a query."""
        with explained(step):
            return self.connection.sql(query).to_arrow_table()

    def types(self, query: str, *, step: str) -> dict[str, str]:
        """The columns of a query and their SQL types; reads nothing."""
        with explained(step):
            relation = self.connection.sql(query)
            return dict(zip(relation.columns, map(str, relation.types), strict=True))


@contextmanager
def explained(step: str) -> Iterator[None]:
    """Turn what DuckDB says, which may quote a record, into what a person can act on."""
    import duckdb  # noqa: PLC0415 - only researchers install it

    try:
        yield
    except duckdb.Error as error:
        problem, remedy = _in_words(error)
        raise InputError(f"The step {step!r} stopped: {problem} ({type(error).__name__}).", remedy=remedy) from None


def _in_words(error: "duckdb.Error") -> tuple[str, str]:
    import duckdb  # noqa: PLC0415

    if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
        return "a value is not of the type that it is compared with or turned into", "compare text with text: '8'"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "memory and the disk for what does not fit are full", "fewer columns, or a higher NCO_MEMORY_LIMIT"
    if isinstance(error, duckdb.IOException):
        return "a file cannot be read or written", "look whether the data and the disk are still there"
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
        return "its columns or conditions do not fit the data", "compare them with cohort.plan"
    return "the database cannot do it", "a simpler step; look at cohort.plan"


def _close(connection: Any, folder: "tempfile.TemporaryDirectory[str]") -> None:  # noqa: ANN401
    connection.close()
    folder.cleanup()
