"""What a condition or expression in SQL may reach: the columns that it is over, and nothing else."""

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nco_research.sql import connect
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb


def expect_own_columns(text: str, *, what: str) -> None:
    """Do nothing, unless the text is more than one expression over columns.

    A subquery or a table function could read any file, past the checks for identifiers, objections and bases. The text
    is taken apart as DuckDB does and not run; whether there are such columns is left to whoever binds it.

    Parameters
    ----------
    text
        A condition or an expression: `"WPOLEERJAAR = 8"`; empty where there is none.
    what
        What the text belongs to, for the error.

    Raises
    ------
    InputError
        The text is no SQL, has a subquery, or further parts of a query after its expression. It is not quoted.
    """
    if not text.strip():
        return
    parsed = parsed_as_sql(text)
    if parsed is None:
        raise InputError(
            f"{what} cannot be read as SQL.",
            remedy="WPOLEERJAAR = 8 AND WPOTYPEPO = 'bo'; a column named like a word of SQL in double quotes",
        )
    if _around(parsed) != _around(parsed_as_sql("NULL")) or any(map(_is_query, parts_of(parsed))):
        raise InputError(
            f"{what} is more than an expression: it selects from something.",
            remedy="a condition on its own columns, WPOLEERJAAR = 8 AND WPOTYPEPO = 'bo'; other data is linked",
        )


def parsed_as_sql(text: str) -> dict[str, Any] | None:
    """What DuckDB makes of the text as the one thing selected; None where that is no SQL."""
    query = f"SELECT (\n{text}\n)"  # in lines of its own, so that a comment ends with it
    with contextlib.closing(_scratch().cursor()) as connection:
        (row,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()
    found: dict[str, Any] = json.loads(row[0])
    # What is SQL, but nothing that is only selected (PIVOT, DROP), has no statements here, and so is no expression.
    return None if found.get("error_type") == "parser" else found


def _around(parsed: dict[str, Any] | None) -> object:
    """All of a query but what it selects: equal for all that select one expression from nothing."""
    statements = parsed.get("statements", []) if parsed is not None else []
    return [
        {name: value for name, value in statement["node"].items() if name != "select_list"}
        | {"selected": len(statement["node"].get("select_list", ()))}
        for statement in statements
    ]


def parts_of(parsed: object) -> Iterator[dict[str, Any]]:
    """Each part of the parsed text that has a kind, itself included."""
    if isinstance(parsed, dict):
        yield parsed
        for value in parsed.values():
            yield from parts_of(value)
    elif isinstance(parsed, list):
        for value in parsed:
            yield from parts_of(value)


def _is_query(part: dict[str, Any]) -> bool:
    return part.get("class") == "SUBQUERY" or "subquery" in part


@functools.cache
def _scratch() -> "duckdb.DuckDBPyConnection":
    """A database without any data, to take texts apart in."""
    return connect()
