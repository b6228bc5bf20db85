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

from nco_research.codebooks import Codebook, VariableType, codebook
from nco_research.guard.identifiers import Identifier, identifying_columns
from nco_research.guard.objections import rounded
from nco_research.microdata.cleaning import DAY, MARK, CleanColumn, Misfit, clean_columns, with_words
from nco_research.microdata.objecting import persons_refused, without_persons
from nco_research.microdata.parquet_types import MOST_DIGITS
from nco_research.microdata.parts import SAMPLED, copy, count, drawn_values, parts, rewrite, source_of, write_sample
from nco_research.microdata.raw import RawFile, open_raw
from nco_research.microdata.schools import school_numbers
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError

_ROWS_FOR_A_PROCESS = 250_000


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
    no_persons: tuple[Misfit, ...] = ()
    """Columns with persons that cannot all be told: whoever objected could be among them."""


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
    notes = list(raw.notes)
    while True:
        found_misfit = _write(raw, columns, component, extensions, to)
        if found_misfit is None:
            break
        kind, name = found_misfit
        column = next(item for item in columns if item.in_file == name)
        if kind == DAY:
            sql = column.otherwise
            notes.append(_edges(path, column, book))
        else:
            sql = "CAST(NULL AS VARCHAR)"
            misfits.append(_misfit(raw, kind, column))
        columns = [replace(item, sql=sql) if item.in_file == name else item for item in columns]
        _empty(to)
    if _state(path) != before:
        raise InputError(f"{path.name} changed while it was read.", remedy="wait until it is written, then try again")
    no_persons = without_persons(to, columns, refused, misfits)
    notes += [f"{path.name}: {item.why}. They stay as they are." for item in no_persons if item.count]
    columns = _with_guessed_numbers(to, columns)
    drawn = drawn_values(to, columns)
    found = (*identifying_columns(drawn), *school_numbers(columns, drawn, book))
    no_persons += persons_refused(columns, found)
    if found:
        columns = [item for item in columns if item.name not in {one.column for one in found}]
        rewrite(to, [quoted(item.name) for item in columns])
    write_sample(to)
    return Converted(
        columns=tuple(with_words(item, drawn[item.name]) for item in columns),
        refused=(*refused, *found),
        misfits=tuple(misfits),
        rows=count(to),
        notes=tuple(notes),
        no_persons=tuple(no_persons),
    )


def _refused_by_name(columns: Iterable[CleanColumn]) -> tuple[Identifier, ...]:
    import pandas as pd  # noqa: PLC0415

    return identifying_columns({item.in_file: pd.Series([], dtype=object) for item in columns})


def _with_guessed_numbers(folder: Path, columns: list[CleanColumn]) -> list[CleanColumn]:
    """Text that nobody described is numbers where every value is one; leading zeros make it codes."""
    guessed = [item.name for item in columns if item.guessed]
    with connect(spill=folder) as connection:
        source = source_of(parts(folder))
        # Some thousand records show of most text that it is none, so that not all of it need be looked at.
        candidates = _numbers_among(guessed, connection, f"(FROM {source} LIMIT {SAMPLED})", where_empty=True)
        numeric = _numbers_among(candidates, connection, source, where_empty=False)
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


def _numbers_among(names: Sequence[str], connection: object, source: str, *, where_empty: bool) -> list[str]:
    """The columns of text that hold numbers only; `where_empty` says whether those that hold nothing are among them."""
    if not names:
        return []
    checks = []
    for name in map(quoted, names):
        number = f"coalesce(isfinite(TRY_CAST(replace({name}, ',', '.') AS DOUBLE)), false)"
        code = f"regexp_matches({name}, '^0[0-9]')"  # not `~`, which DuckDB 1 takes to match the whole text
        # Different numbers of that many digits could become the same.
        long = f"regexp_matches({name}, '^[-+]?[0-9]{{{MOST_DIGITS + 1},}}([.,]0*)?$')"
        checks.append(
            f"coalesce(bool_and({number} AND NOT {code} AND NOT {long}) FILTER ({name} IS NOT NULL), "
            f"{literal(where_empty)})"
        )
    (row,) = connection.execute(f"SELECT {', '.join(checks)} FROM {source}").fetchall()  # type: ignore[attr-defined]
    return [name for name, holds in zip(names, row, strict=True) if holds]


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
            "otherwise": [item.in_file for item in columns if item.otherwise and item.sql == item.otherwise],
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
            copy(connection, f"SELECT {expressions} FROM {source}", to)
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
            replace(item, sql="CAST(NULL AS VARCHAR)")
            if item.in_file in job["empty"]
            else replace(item, sql=item.otherwise)
            if item.in_file in job["otherwise"]
            else item
            for item in clean_columns(raw.columns, book)
            if item.in_file in {*job["columns"], *job["empty"]}
        ]
        misfit = write_part(raw, columns, Path(job["to"]), rows=range(*job["rows"]), threads=1)
        answer: dict[str, object] = {"misfit": misfit}
    except InputError as error:
        answer = {"problem": error.problem, "remedy": error.remedy}
    json.dump(answer, sys.stdout)


def _edges(path: Path, column: CleanColumn, book: Codebook) -> str:
    last = book.spell is not None and column.name == book.spell.end
    return (
        f"{path.name}: where the month or day of {column.name!r} is not known, it is the {'last' if last else 'first'} "
        "of that year or month."
    )


def _misfit(raw: RawFile, kind: str, column: CleanColumn) -> Misfit:
    """What a column should hold and how many of its values do not; counted, and never shown."""
    if kind == "key":
        why = f"The key {column.name!r} is stored as numbers that are not whole or have lost digits"
        return Misfit(column=column.in_file, why=why, count=0)
    if kind == "zone":
        why = f"{column.name!r} holds moments with a time zone, whose day depends on where they are read"
        return Misfit(column=column.in_file, why=why, count=0)
    wanted = {"number": "numbers", "date": "dates written YYYYMMDD"}[kind]
    wrong = _count_misfits(raw, column)
    why = (
        f"{column.name!r} must hold {wanted}; {rounded(wrong)} of its values are not, and the codebook does not call "
        "them missing"
    )
    return Misfit(column=column.in_file, why=why, count=wrong)


def _count_misfits(raw: RawFile, column: CleanColumn) -> int:
    """Asks for the same, with a value of its own kind that occurs nowhere else in place of the failure."""
    outlier = "DATE '0001-01-01'" if column.type is VariableType.DATE else "CAST('infinity' AS DOUBLE)"
    sql = column.otherwise or column.sql
    begin = sql.index(f"error('{MARK}|")
    end = sql.index(", 0))", begin) + len(", 0))")
    counting = f"{sql[:begin]}{outlier}{sql[end:]}"
    with connect() as connection:
        needed = [item.name for item in raw.columns if quoted(item.name) in sql]
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
