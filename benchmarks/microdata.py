"""What reading costs: an SPSS file to the cache beside bare conversion, and a scan beside bare DuckDB."""

import os
import shutil
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
from pyarrow import parquet

from benchmarks.timing import ratios
from nco_research import open_microdata

RECORDS = int(os.environ.get("NCO_BENCH_RECORDS", "1000000"))
"""Of the SPSS file; the target is stated for 5,000,000, which takes two minutes to write."""
_CHUNK = 500_000
_NAME = "BENCHTAB2014V1.sav"


def run() -> str:
    """Thirty columns: keys, codes, labelled categories, numbers with missing codes."""
    folder = Path(tempfile.mkdtemp(prefix="nco-bench-"))
    try:
        path = folder / "data" / "BENCHTAB" / _NAME
        path.parent.mkdir(parents=True)
        labels = {f"CAT{place}": {1.0: "een", 2.0: "twee", 3.0: "drie", 4.0: "vier"} for place in range(9)}
        pyreadstat.write_sav(_records(), str(path), variable_value_labels=labels)
        bare = folder / "bare.parquet"
        times = iter(range(1000))

        def ours(cache: Path) -> None:
            open_microdata("BENCHTAB", years=[2014], folder=folder / "data", cache=cache)

        reading = ratios(
            {
                "pyreadstat in chunks to parquet, nothing cleaned": lambda: _bare(path, bare),
                "open_microdata: cleaned, guarded, hashed": lambda: ours(folder / f"cache{next(times)}"),
            },
            floor="pyreadstat in chunks to parquet, nothing cleaned",
            title=f"SPSS to a cache: {RECORDS:,} records, 30 columns",
        )
        kept = folder / "cache"
        ours(kept)
        parts = sorted(str(part) for part in kept.glob("BENCHTAB/*/part-*.parquet"))
        numbers = [f"NUM{place}" for place in range(5)]
        sums = ", ".join(f"sum({name})" for name in numbers)

        def scanned() -> None:
            data = open_microdata("BENCHTAB", years=[2014], columns=numbers, folder=folder / "data", cache=kept)
            with duckdb.connect() as connection:
                data.relation(connection).aggregate(sums).fetchall()

        scanning = ratios(
            {
                "DuckDB on the same parquet": lambda: (
                    duckdb.connect()
                    .sql(
                        f"SELECT {sums} FROM read_parquet({parts})"  # noqa: S608 - our own names
                    )
                    .fetchall()
                ),
                "open_microdata, opened anew each time": scanned,
            },
            floor="DuckDB on the same parquet",
            title=f"A scan of five columns: {RECORDS:,} records",
        )
        return f"{reading}\n\n{scanning}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bare(path: Path, to: Path) -> None:
    writer = None
    for frame, _ in pyreadstat.read_file_in_chunks(pyreadstat.read_sav, str(path), chunksize=_CHUNK):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or parquet.ParquetWriter(to, table.schema, compression="zstd")
        writer.write_table(table.cast(writer.schema))
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
