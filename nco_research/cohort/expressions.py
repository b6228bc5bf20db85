"""SQL conditions and expressions over columns: checked when they are written, before anything is read."""

import contextlib
import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nco_research.columns import closest
from nco_research.guard import expect_own_columns
from nco_research.sql import connect, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

_UNKNOWN = re.compile(r'Referenced column "([^"]*)" not found|does not have a column named "([^"]*)"')
_FUNCTION = re.compile(r"Function with name \"?([^\s\"]+)\"? does not exist")
_UNREPEATABLE = re.compile(
    r"\b(random|setseed|uuid|uuidv\d|gen_random_uuid|now|today|current_date|current_timestamp|current_time|"
    r"get_current_timestamp|get_current_time|current_localtime|current_localtimestamp|localtimestamp|"
    r"transaction_timestamp|nextval)\b",
    re.IGNORECASE,
)
_TEXTS = re.compile(r"'(?:[^']|'')*'")
_ORDER = re.compile(r"^\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<plain>\w+))(?:\s+(?P<way>ASC|DESC))?\s*$", re.IGNORECASE)

Types = Mapping[str, str | None]
"""Columns and their SQL types; None where the type is not known yet."""


def expect_condition(text: str, types: Types, *, step: str) -> None:
    """Do nothing, unless the condition cannot be read as SQL over these columns.

    Raises
    ------
    InputError
        It is not SQL, names a column that is not there, selects from other data, gives another answer at another time,
        or is not true or false.
    """
    _expect_own(text, step=step)
    found = _bound(f"({text})", types, step=step)
    if all(types.values()) and found != "BOOLEAN":
        raise InputError(f"The condition of {step!r} is not true or false.", remedy="WPOLEERJAAR = 8")


def expression_type(text: str, types: Types, *, step: str) -> str | None:
    """The SQL type of an expression over these columns; None where it depends on types not known yet.

    Raises
    ------
    InputError
        As for a condition.
    """
    _expect_own(text, step=step)
    found = _bound(f"({text})", types, step=step)
    return found if all(types.values()) else None


def ordering(text: str, columns: Mapping[str, object], *, step: str) -> list[tuple[str, str]]:
    """`"GBADATUM DESC, NR"` as pairs of a column and ASC or DESC.

    Raises
    ------
    InputError
        It is not a list of columns, or a column is not there.
    """
    pairs = []
    for part in text.split(","):
        match = _ORDER.match(part)
        if match is None:
            raise InputError(f"What {step!r} prefers is not a list of columns.", remedy='prefer="GBADATUM DESC"')
        name = match["quoted"] or match["plain"]
        known = {item.casefold(): item for item in columns}
        if name.casefold() not in known:
            raise InputError(f"There is no column {name!r} in the data of {step!r}.", remedy=closest(name, [*columns]))
        pairs.append((known[name.casefold()], (match["way"] or "ASC").upper()))
    return pairs


def kept_type(sql: str) -> str | None:
    """The type to keep an expression's numbers in, so that they come back as plain numbers; None for as it is."""
    if sql.startswith("DECIMAL") or sql in {"HUGEINT", "UHUGEINT"}:
        return "DOUBLE"
    return None


def _expect_own(text: str, *, step: str) -> None:
    """Do nothing, unless it is about more than the columns as they are."""
    expect_own_columns(text, what=repr(step))
    found = _UNREPEATABLE.search(_TEXTS.sub("''", text))
    if found:
        raise InputError(
            f"{found.group(1)!r} in {step!r} gives another answer each time, so the cohort could not be made again.",
            remedy="a fixed date, or a column",
        )


def _bound(expression: str, types: Types, *, step: str) -> str:
    columns = ", ".join(
        f"CAST(NULL AS {kind}) AS {quoted(name)}" if kind else f"NULL AS {quoted(name)}" for name, kind in types.items()
    )
    # In WHERE as well: a sum over all pupils could be selected, but is no condition on one of them.
    with contextlib.closing(_scratch().cursor()) as connection, _in_words(expression, types, step=step):
        connection.sql(f"SELECT 1 FROM (SELECT {columns}) WHERE {expression} IS NOT NULL").columns  # noqa: B018 - binds
        return str(connection.sql(f"SELECT {expression} FROM (SELECT {columns})").types[0])


@functools.cache
def _scratch() -> "duckdb.DuckDBPyConnection":
    """A database without any data, to bind expressions in."""
    return connect()


@contextlib.contextmanager
def _in_words(expression: str, types: Types, *, step: str) -> Iterator[None]:
    import duckdb  # noqa: PLC0415 - only researchers install it

    try:
        yield
    except duckdb.Error as error:
        said = str(error)
        unknown, function = _UNKNOWN.search(said), _FUNCTION.search(said)
        if unknown:
            name = unknown.group(1) or unknown.group(2)
            remedy = closest(name, list(types))
            if f'"{name}"' in expression:
                remedy += "; text stands in single quotes, 'bo'"
            raise InputError(f"There is no column {name!r} in the data of {step!r}.", remedy=remedy) from None
        if function:
            raise InputError(
                f"There is no function {function.group(1)!r}, which {step!r} uses.", remedy="a function of DuckDB"
            ) from None
        if isinstance(error, duckdb.ParserException):
            raise InputError(
                f"{step!r} cannot be read as SQL.",
                remedy="WPOLEERJAAR = 8 AND WPOTYPEPO = 'bo'; a column named like a word of SQL in double quotes",
            ) from None
        raise InputError(
            f"{step!r} cannot be worked out from the columns as they are ({type(error).__name__}).",
            remedy="compare numbers with numbers, text with text in single quotes, and each pupil with itself only",
        ) from None
