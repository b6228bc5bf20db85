"""What reading costs: an SPSS file to the cache beside bare conversions, and a scan beside bare DuckDB."""

# ruff: noqa: S608 - our own names

import itertools
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
from pyarrow import parquet

from benchmarks.setting import records, working_folder
from benchmarks.timing import expect_same, ratios
from nco_research import open_microdata
from nco_research.sql import literal

RECORDS = records(1_000_000)
"""Of the SPSS file; the target is stated for 5,000,000, which takes two minutes to write."""
_CHUNK = 500_000
_PROCESSES = 2
_NAME = "BENCHTAB2014V1.sav"
_NUMBERS = [f"NUM{place}" for place in range(5)]
_FASTEST = "pyreadstat by hand in 2 processes, as lists: the fastest bare way"
_BARE = "DuckDB on the same Parquet"


def run() -> str:
    """Thirty columns: keys, codes, labelled categories, numbers with missing codes."""
    with working_folder() as folder:
        path = folder / f"data-{RECORDS}" / "BENCHTAB" / _NAME
        if not path.exists():
            path.parent.mkdir(parents=True)
            labels = {f"CAT{place}": {1.0: "een", 2.0: "twee", 3.0: "drie", 4.0: "vier"} for place in range(9)}
            pyreadstat.write_sav(_records(), str(path), variable_value_labels=labels)
        kept = folder / f"cache-{RECORDS}"
        return f"{_reading(path, folder, kept)}\n\n{_scanning(path, kept)}"


def _reading(path: Path, folder: Path, kept: Path) -> str:
    chunks, frame, halves = folder / "chunks.parquet", folder / "frame.parquet", folder / f"halves-{RECORDS}"
    halves.mkdir(exist_ok=True)
    calls = {
        "pyreadstat in chunks, one process, nothing cleaned": lambda: _in_chunks(path, chunks),
        "pyreadstat.read_file_multiprocessing, the whole file in memory": lambda: _at_once(path, frame),
        _FASTEST: lambda: _by_hand(path, halves),
        "open_microdata: cleaned, guarded, hashed": lambda: _ours(path, kept),
    }
    made = ratios(calls, floor=_FASTEST, title=f"SPSS to Parquet: {RECORDS:,} records, 30 columns")
    written = ([chunks], [frame], sorted(halves.glob("*.parquet")), _parts(kept))
    expect_same({name: _sums(paths) for name, paths in zip(calls, written, strict=True)})
    return made


def _scanning(path: Path, kept: Path) -> str:
    sums = ", ".join(f"sum(CAST(round(10 * {name}) AS BIGINT))" for name in _NUMBERS)
    listed = ", ".join(map(literal, _parts(kept)))

    def bare() -> Sequence[object]:
        with duckdb.connect() as connection:
            return connection.sql(f"SELECT {sums} FROM read_parquet([{listed}])").fetchall()

    def ours() -> Sequence[object]:
        data = open_microdata("BENCHTAB", years=[2014], columns=_NUMBERS, folder=path.parent.parent, cache=kept)
        with duckdb.connect() as connection:
            return data.relation(connection).aggregate(sums).fetchall()

    expect_same({"DuckDB": bare(), "open_microdata": ours()})
    return ratios(
        {_BARE: bare, "open_microdata, opened anew each time": ours},
        floor=_BARE,
        title=f"A scan of five columns: {RECORDS:,} records",
        repeats=15,
    )


def _ours(path: Path, cache: Path) -> None:
    shutil.rmtree(cache, ignore_errors=True)
    open_microdata("BENCHTAB", years=[2014], folder=path.parent.parent, cache=cache)


def _parts(cache: Path) -> list[Path]:
    return sorted(cache.glob("BENCHTAB/*/part-*.parquet"))


def _sums(paths: Sequence[Path]) -> list[object]:
    """Records, keys, codes, categories and numbers, summed as whole numbers so that their order does not matter."""
    numbers = [f"sum(CAST(round(10 * NUM{place}) AS BIGINT)), count(NUM{place})" for place in range(9)]
    codes = [f"sum(CAST(CODE{place} AS BIGINT)), sum(CAST(CAT{place} AS DOUBLE))" for place in range(9)]
    keys = ["count(*)", "sum(CAST(RINPERSOON AS BIGINT))", "count(RINPERSOONS)", "count(DISTINCT SCHOOL_crypt)"]
    listed = ", ".join(map(literal, paths))
    with duckdb.connect() as connection:
        (row,) = connection.sql(f"SELECT {', '.join(keys + codes + numbers)} FROM read_parquet([{listed}])").fetchall()
    return list(row)


def _in_chunks(path: Path, to: Path) -> None:
    writer = None
    for frame, _ in pyreadstat.read_file_in_chunks(pyreadstat.read_sav, str(path), chunksize=_CHUNK):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or parquet.ParquetWriter(to, table.schema, compression="zstd")
        writer.write_table(table.cast(writer.schema))
    if writer is not None:
        writer.close()


def _at_once(path: Path, to: Path) -> None:
    frame, _ = pyreadstat.read_file_multiprocessing(pyreadstat.read_sav, str(path), num_processes=_PROCESSES)
    parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), to, compression="zstd")


def _by_hand(path: Path, folder: Path) -> None:
    _, meta = pyreadstat.read_sav(str(path), metadataonly=True)
    bounds = [meta.number_rows * place // _PROCESSES for place in range(_PROCESSES + 1)]
    with ProcessPoolExecutor(_PROCESSES) as pool:
        ranges = list(itertools.pairwise(bounds))
        list(pool.map(_part, [path] * _PROCESSES, ranges, [folder / f"{first}.parquet" for first, _ in ranges]))


def _part(path: Path, rows: tuple[int, int], to: Path) -> None:
    writer = None
    for at in range(rows[0], rows[1], _CHUNK):
        limit = min(_CHUNK, rows[1] - at)
        content, _ = pyreadstat.read_sav(str(path), row_offset=at, row_limit=limit, output_format="dict")
        table = pa.table(content)
        writer = writer or parquet.ParquetWriter(to, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _records() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    numbers = np.char.zfill(rng.permutation(3 * RECORDS)[:RECORDS].astype("U9"), 9)
    columns: dict[str, object] = {"RINPERSOONS": np.full(RECORDS, "R"), "RINPERSOON": numbers}
    columns["SCHOOL_crypt"] = np.char.add("S", rng.integers(0, 6500, RECORDS).astype("U9"))
    for place in range(9):
        columns[f"CODE{place}"] = np.char.zfill(rng.integers(0, 12, RECORDS).astype("U2"), 2)
        columns[f"CAT{place}"] = rng.integers(1, 6, RECORDS).astype(float)
        noise = np.round(rng.normal(100, 15, RECORDS), 1)
        columns[f"NUM{place}"] = np.where(rng.random(RECORDS) < 0.02, np.nan, noise)
    return pd.DataFrame(columns)
