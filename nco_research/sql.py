"""DuckDB: connections that stay within their memory, and text that is quoted once and in one place."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_MEMORY = "NCO_MEMORY_LIMIT"
_DEFAULT_MEMORY = "2GB"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text or number as an SQL literal; anything else by its text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def connect(*, spill: Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A new in-memory database that spills to disk rather than grow past its limit.

    The limit is 2 GB, or what the environment variable NCO_MEMORY_LIMIT says. `spill` is the folder that what does not
    fit is kept in while the connection lives: a folder of the study's cache, never one with data.
    """
    import duckdb  # noqa: PLC0415 - only researchers install it

    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = {literal(os.environ.get(_MEMORY, _DEFAULT_MEMORY))}")
    with contextlib.suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets; it is off there
        connection.execute("SET enable_progress_bar = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET temp_directory = {literal(spill or Path(tempfile.gettempdir()) / 'nco-spill')}")
    return connection
