"""The Parquet files of a converted file, its parts: write them anew, count and draw from them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nco_research.microdata.cleaning import CleanColumn
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

SAMPLE = "sample.parquet"
SAMPLED = 5_000
_WRITING = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"


def parts(folder: Path) -> list[Path]:
    """The Parquet files of a converted file, in the order of its records."""
    return sorted(folder.glob("part-*.parquet"))


def source_of(paths: Iterable[Path]) -> str:
    """What to select their records from. A folder around them that is called NAME=VALUE is no column."""
    return f"read_parquet([{', '.join(map(literal, paths))}], hive_partitioning = false)"


def count(folder: Path) -> int:
    """How many records there are."""
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    return sum(int(parquet.read_metadata(part).num_rows) for part in parts(folder))


def rewrite(folder: Path, select: Sequence[str], *, where: str = "", setup: str = "") -> None:
    """Write each part anew with other columns or fewer records, in the same order."""
    with connect(spill=folder) as connection:
        if setup:
            connection.execute(setup)
        for part in parts(folder):
            made = part.with_suffix(".new")
            condition = f" WHERE {where}" if where else ""
            copy(connection, f"SELECT {', '.join(select)} FROM {source_of([part])}{condition}", made)
            made.replace(part)


def write_sample(folder: Path) -> None:
    """Some thousand records drawn at random, in which combinations of columns are looked at when they are asked for.

    Of a column that is empty in most of them, values drawn from all that it has, beside whatever the others hold.
    """
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    with connect(spill=folder) as connection:
        source = source_of(parts(folder))
        drawing = f"USING SAMPLE reservoir({SAMPLED} ROWS) REPEATABLE (1)"
        table = connection.sql(f"SELECT * FROM {source} {drawing}").to_arrow_table()
        for place, name in enumerate(table.column_names):
            empty = table.column(place).null_count
            if table.num_rows < SAMPLED or empty <= SAMPLED // 2:
                continue
            known = f"(SELECT {quoted(name)} FROM {source} WHERE {quoted(name)} IS NOT NULL)"
            values = connection.sql(f"SELECT * FROM {known} {drawing}").to_arrow_table().column(0)
            filled = [*values.to_pylist(), *[None] * (table.num_rows - len(values))]
            table = table.set_column(place, name, pa.array(filled, table.schema.field(place).type))
    parquet.write_table(table, folder / SAMPLE)


def drawn_values(folder: Path, columns: Sequence[CleanColumn]) -> "dict[str, pd.Series[Any]]":
    """Distinct values of each column, drawn from the whole of the first part and of the last.

    Where those are few, all that there are: rare values would be missed, and all of a column that is nearly empty.
    """
    with connect(spill=folder) as connection:
        drawn = source_of(dict.fromkeys([parts(folder)[0], parts(folder)[-1]]))
        connection.execute(
            f"CREATE TEMP TABLE drawn AS SELECT * FROM {drawn} "
            f"USING SAMPLE reservoir({4 * SAMPLED} ROWS) REPEATABLE (1)"
        )
        more = count(folder) > 4 * SAMPLED
        samples = {}
        for item in columns:
            values = _distinct(connection, item.name, "drawn")
            if more and len(values) < SAMPLED:
                values = _distinct(connection, item.name, source_of(parts(folder)))
            samples[item.name] = values
    return samples


def _distinct(connection: "duckdb.DuckDBPyConnection", name: str, source: str) -> "pd.Series[Any]":
    column = quoted(name)
    query = f"SELECT DISTINCT {column} FROM {source} WHERE {column} IS NOT NULL ORDER BY hash({column}) LIMIT {SAMPLED}"
    values: pd.Series[Any] = connection.sql(query).df().iloc[:, 0]
    return values


def copy(connection: object, query: str, to: Path) -> None:
    """Write what a query gives to a Parquet file.

    Raises
    ------
    InputError
        There is no space left for it.
    """
    import duckdb  # noqa: PLC0415

    try:
        connection.execute(f"COPY ({query}) TO {literal(to)} {_WRITING}")  # type: ignore[attr-defined]
    except duckdb.IOException as error:
        told = str(error).lower()
        why = "no space left" if "no space" in told or "enospc" in told else type(error).__name__
        raise InputError(
            f"The cache in {to.parent.parent} cannot be written ({why}); nothing was kept.",
            remedy="free space, or another cache in study.toml",
        ) from None
