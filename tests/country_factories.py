"""A small country, made once for all tests that look at one."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd
import pyreadstat

from nco_research.synthetic import Country, Plan, synthesize

PERSON = ["RINPERSOONS", "RINPERSOON"]
PLAN = Plan(pupils=3_000, schools=24, first_year=2013, years=10, seed=7)


@cache
def small_country() -> Country:
    """3,000 pupils in 24 schools for ten years. Never write into it."""
    return synthesize(PLAN, to=Path(mkdtemp(prefix="nco-country-")) / "country")


def as_written(path: Path) -> pd.DataFrame:
    """A file of microdata by other means than the toolkit's: text as it stands in the file."""
    if path.suffix.lower() == ".sav":
        frame: pd.DataFrame = pyreadstat.read_sav(str(path))[0]
        return frame
    if path.suffix == ".csv":
        return pd.read_csv(path, sep=";", decimal=",", dtype=str, encoding="cp1252", keep_default_na=False)
    return pd.read_parquet(path)


def latest(folder: Path, stem: str, year: int) -> Path:
    """The file of a year with the highest version, found by hand."""
    found = {
        int(path.stem.rsplit("V", 1)[1]): path
        for path in folder.rglob("*")
        if path.is_file() and path.stem.upper().startswith(f"{stem}{year}".upper())
    }
    return found[max(found)]
