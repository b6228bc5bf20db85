"""Look at the first rows of every file of microdata for columns that identify."""

from pathlib import Path

import pandas as pd
import pyreadstat
from pyarrow import parquet

from nco_research.guard import identifiers

_ROWS = 10_000


def search(folder: Path) -> tuple[int, list[str]]:
    """How many files there are, and a line for each column that identifies."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    found = [
        f"{path.name}: {item.column} holds {item.what}" for path in paths for item in identifiers(_first_rows(path))
    ]
    return len(paths), found


def _first_rows(path: Path) -> pd.DataFrame:
    if path.suffix.lower() == ".sav":
        frame: pd.DataFrame = pyreadstat.read_sav(str(path), row_limit=_ROWS)[0]
        return frame
    if path.suffix.lower() == ".csv":
        return pd.read_csv(path, sep=";", decimal=",", dtype=str, encoding="cp1252", nrows=_ROWS)
    first: pd.DataFrame = next(parquet.ParquetFile(path).iter_batches(batch_size=_ROWS)).to_pandas()
    return first
