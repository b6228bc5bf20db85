"""Convert a data file to typed Parquet, once: in batches, guarded before it is kept, large ones in two processes.

A process of its own is started as `python -m nco_research.microdata.conversion`, so that it works the same in a
notebook, a script and on Windows.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from nco_research.codebooks import VariableType, codebook
from nco_research.guard.identifiers import Identifier, identifying_columns
from nco_research.microdata.cleaning import MARK, CleanColumn, clean_columns
from nco_research.microdata.raw import RawFile, open_raw
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError

SAMPLE = "sample.parquet"
_SAMPLED = 5_000
_ROWS_FOR_A_PROCESS = 250_000
_WRITING = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A column that does not hold what it should; it is kept as if empty."""

    column: str
    """Its name in the file."""
    why: str
    count: int
    """How many values do not fit; 0 for a key, of which all are suspect."""


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What became of a file."""

    columns: tuple[CleanColumn, ...]
    """What is kept of it."""
    refused: tuple[Identifier, ...]
    """Columns that identify somebody directly. They are not kept."""
    misfits: tuple[Misfit, ...]
    rows: int
    notes: tuple[str, ...]


def convert(path: Path, *, component: str, extensions: Sequence[Path], left_out: Iterable[str], to: Path) -> Converted:
    """Write the records of `path` into the folder `to` as part-0.parquet, part-1.parquet and so on, and a sample.

    `left_out` are names of columns that may not be read. The folder is private to this conversion; whoever called
    renames it when all is well, and removes it when not.

    Raises
    ------
    InputError
        The file cannot be read, changes meanwhile, or the disk is full.
    """
    before = _state(path)
    raw = open_raw(path)
    book = codebook(component, extensions=extensions)
    absent = {name.casefold() for name in left_out}
    columns = [item for item in clean_columns(raw.columns, book) if item.name.casefold() not in absent]
    refused = _refused_by_name(columns)
    columns = [item for item in columns if item.in_file not in {found.column for found in refused}]
    misfits: list[Misfit] = []
    while True:
        found_misfit = _write(raw, columns, component, extensions, to)
        if found_misfit is None:
            break
        kind, name = found_misfit
        misfits.append(_misfit(raw, kind, next(item for item in columns if item.in_file == name)))
        columns = [replace(item, sql="CAST(NULL AS VARCHAR)") if item.in_file == name else item for item in columns]
        _empty(to)
    if _state(path) != before:
        raise InputError(f"{path.name} changed while it was read.", remedy="wait until it is written, then try again")
    columns = _with_guessed_numbers(to, columns)
    found = _refused_by_value(to, columns)
    if found:
        columns = [item for item in columns if item.name not in {one.column for one in found}]
        rewrite(to, [quoted(item.name) for item in columns])
    write_sample(to)
    return Converted(
        columns=tuple(columns),
        refused=(*refused, *found),
        misfits=tuple(misfits),
        rows=count(to),
        notes=raw.notes,
    )


def parts(folder: Path) -> list[Path]:
    """The Parquet files of a converted file, in the order of its records."""
    return sorted(folder.glob("part-*.parquet"))


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
            _copy(connection, f"SELECT {', '.join(select)} FROM read_parquet({literal(part)}){condition}", made)
            made.replace(part)


def write_sample(folder: Path) -> None:
    """Some thousand records drawn at random, in which combinations of columns are looked at when they are asked for."""
    with connect(spill=folder) as connection:
        listed = ", ".join(literal(part) for part in parts(folder))
        query = f"SELECT * FROM read_parquet([{listed}]) USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE (1)"
        _copy(connection, query, folder / SAMPLE)


def _refused_by_name(columns: Iterable[CleanColumn]) -> tuple[Identifier, ...]:
    import pandas as pd  # noqa: PLC0415

    return identifying_columns({item.in_file: pd.Series([], dtype=object) for item in columns})


def _refused_by_value(folder: Path, columns: Sequence[CleanColumn]) -> tuple[Identifier, ...]:
    """Looks at distinct values drawn from the whole of the first part and of the last."""
    samples = {}
    with connect(spill=folder) as connection:
        listed = ", ".join(literal(part) for part in {parts(folder)[0], parts(folder)[-1]})
        connection.execute(
            f"CREATE TEMP TABLE drawn AS SELECT * FROM read_parquet([{listed}]) "
            f"USING SAMPLE reservoir({4 * _SAMPLED} ROWS) REPEATABLE (1)"
        )
        for item in columns:
            name = quoted(item.name)
            query = f"SELECT DISTINCT {name} FROM drawn WHERE {name} IS NOT NULL ORDER BY hash({name}) LIMIT {_SAMPLED}"
            samples[item.name] = connection.sql(query).df().iloc[:, 0]
    return identifying_columns(samples)


def _with_guessed_numbers(folder: Path, columns: list[CleanColumn]) -> list[CleanColumn]:
    """Text that nobody described is numbers where every value is one; leading zeros make it codes."""
    guessed = [item for item in columns if item.guessed]
    if not guessed:
        return columns
    checks = []
    for item in guessed:
        name = quoted(item.name)
        number = f"coalesce(isfinite(TRY_CAST(replace({name}, ',', '.') AS DOUBLE)), false)"
        checks.append(f"count({name}) > 0 AND bool_and({name} IS NULL OR ({number} AND NOT {name} ~ '^0[0-9]'))")
        checks[-1] = f"coalesce({checks[-1]}, false)"
    with connect(spill=folder) as connection:
        listed = ", ".join(literal(part) for part in parts(folder))
        (row,) = connection.execute(f"SELECT {', '.join(checks)} FROM read_parquet([{listed}])").fetchall()
    numeric = {item.name for item, holds in zip(guessed, row, strict=True) if holds}
    if numeric:
        rewrite(
            folder,
            [
                f"CAST(replace({quoted(item.name)}, ',', '.') AS DOUBLE) AS {quoted(item.name)}"
                if item.name in numeric
                else quoted(item.name)
                for item in columns
            ],
        )
    return [replace(item, type=VariableType.NUMBER) if item.name in numeric else item for item in columns]


def _write(
    raw: RawFile, columns: Sequence[CleanColumn], component: str, extensions: Sequence[Path], to: Path
) -> tuple[str, str] | None:
    """Write all parts. Returns the kind of misfit and the column, where a value does not fit."""
    if not columns:
        raise InputError(f"{raw.path.name} has no column that may be read.", remedy="ask who looks after the data")
    ranges = _ranges(raw)
    if len(ranges) == 1:
        return write_part(raw, columns, to / "part-0.parquet", rows=None)
    jobs = [
        {
            "path": str(raw.path),
            "component": component,
            "extensions": [str(path) for path in extensions],
            "columns": [item.in_file for item in columns if not item.sql.startswith("CAST(NULL")],
            "empty": [item.in_file for item in columns if item.sql.startswith("CAST(NULL")],
            "rows": [rows.start, rows.stop],
            "to": str(to / f"part-{number}.parquet"),
        }
        for number, rows in enumerate(ranges)
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return next((misfit for misfit in pool.map(_in_a_process, jobs) if misfit is not None), None)


def write_part(
    raw: RawFile, columns: Sequence[CleanColumn], to: Path, *, rows: range | None, threads: int = 2
) -> tuple[str, str] | None:
    """Write records to one Parquet file. Returns the kind of misfit and the column, where a value does not fit."""
    import duckdb  # noqa: PLC0415

    with connect(spill=to.parent) as connection:
        connection.execute(f"SET threads = {threads}")
        needed = {item.in_file for item in columns} | _mentioned(raw, columns)
        failures: list[InputError] = []
        names = [item.name for item in raw.columns if item.name in needed]
        source = raw.register(connection, names, rows, failures=failures)
        expressions = ", ".join(f"{item.sql} AS {quoted(item.name)}" for item in columns)
        try:
            _copy(connection, f"SELECT {expressions} FROM {source}", to)
        except duckdb.Error as error:
            if failures:
                raise failures[0] from None
            mark, _, rest = str(error).partition(f"{MARK}|")
            if rest and mark:
                kind, name, *_ = rest.split("|")
                return kind, name
            raise InputError(
                f"{raw.path.name} cannot be converted ({type(error).__name__}).",
                remedy="copy the file anew; it may be cut off or still growing",
            ) from None
    return None


def _mentioned(raw: RawFile, columns: Sequence[CleanColumn]) -> set[str]:
    """Columns that an expression needs beside its own."""
    return {item.name for item in raw.columns if any(quoted(item.name) in column.sql for column in columns)}


def _copy(connection: object, query: str, to: Path) -> None:
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


def _ranges(raw: RawFile) -> list[range]:
    processes = min(os.cpu_count() or 1, 4)
    if not raw.in_ranges or raw.rows is None or raw.rows < _ROWS_FOR_A_PROCESS or processes == 1:
        return [range(raw.rows or 0)]
    step = -(-raw.rows // processes)
    return [range(start, min(start + step, raw.rows)) for start in range(0, raw.rows, step)]


def _in_a_process(job: dict[str, object]) -> tuple[str, str] | None:
    done = subprocess.run(
        [sys.executable, "-m", "nco_research.microdata.conversion"],
        input=json.dumps(job),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise InputError(
            f"A process that read {Path(str(job['path'])).name} stopped (exit code {done.returncode}).",
            remedy="try again; it may have run out of memory or been ended",
        ) from None
    if "problem" in answer:
        raise InputError(answer["problem"], remedy=answer["remedy"])
    return tuple(answer["misfit"]) if answer["misfit"] else None


def _main() -> None:
    job = json.load(sys.stdin)
    try:
        raw = open_raw(Path(job["path"]))
        book = codebook(job["component"], extensions=[Path(path) for path in job["extensions"]])
        columns = [
            replace(item, sql="CAST(NULL AS VARCHAR)") if item.in_file in job["empty"] else item
            for item in clean_columns(raw.columns, book)
            if item.in_file in {*job["columns"], *job["empty"]}
        ]
        misfit = write_part(raw, columns, Path(job["to"]), rows=range(*job["rows"]), threads=1)
        answer: dict[str, object] = {"misfit": misfit}
    except InputError as error:
        answer = {"problem": error.problem, "remedy": error.remedy}
    json.dump(answer, sys.stdout)


def _misfit(raw: RawFile, kind: str, column: CleanColumn) -> Misfit:
    """What a column should hold and how many of its values do not; counted, and never shown."""
    if kind == "key":
        why = f"The key {column.name!r} is stored as numbers that are not whole or have lost digits"
        return Misfit(column=column.in_file, why=why, count=0)
    wanted = {"number": "numbers", "date": "dates written YYYYMMDD"}[kind]
    wrong = _count_misfits(raw, column)
    why = (
        f"{column.name!r} must hold {wanted}; {wrong:,} of its values are not, and the codebook does not call them "
        "missing"
    )
    return Misfit(column=column.in_file, why=why, count=wrong)


def _count_misfits(raw: RawFile, column: CleanColumn) -> int:
    """Asks for the same, with a value of its own kind that occurs nowhere else in place of the failure."""
    outlier = "DATE '0001-01-01'" if column.type is VariableType.DATE else "CAST('infinity' AS DOUBLE)"
    begin = column.sql.index(f"error('{MARK}|")
    end = column.sql.index(", 0))", begin) + len(", 0))")
    counting = f"{column.sql[:begin]}{outlier}{column.sql[end:]}"
    with connect() as connection:
        needed = [item.name for item in raw.columns if quoted(item.name) in column.sql]
        source = raw.register(connection, needed)
        rows = connection.execute(f"SELECT count(*) FROM {source} WHERE ({counting}) = {outlier}").fetchall()
    return int(rows[0][0])


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()


def _state(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_size, told.st_mtime_ns


if __name__ == "__main__":
    _main()
