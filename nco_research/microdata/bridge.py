"""Who objected under one number may be in the data under another: VTVPERSOONTAB links the two."""

from pathlib import Path

import pandas as pd

from nco_research.codebooks import codebook
from nco_research.guard.objections import Objections
from nco_research.microdata.cleaning import clean_columns
from nco_research.microdata.files import ComponentFile
from nco_research.microdata.objecting import person_keys
from nco_research.microdata.raw import open_raw
from nco_research.sql import connect, quoted

_BRIDGE = "VTVPERSOONTAB"
_COLUMNS = ["kind", "number", "other kind", "other number"]


def extended(objections: Objections, folder: Path) -> Objections:
    """The same persons also under the numbers that the bridge files in `folder` link; unchanged without any."""
    if not len(objections):
        return objections
    homes = [path for depth in ("*", "*/*", "*/*/*") for path in folder.glob(depth) if path.name.upper() == _BRIDGE]
    files = [
        path
        for home in homes
        for path in sorted(home.rglob("*"))
        if path.is_file() and ComponentFile.of(path) is not None
    ]
    if not files:
        return objections
    # All at once: a link in a later file may lead back into an earlier one.
    return objections.with_bridge(pd.concat([_pairs(path) for path in files], ignore_index=True))


def _pairs(path: Path) -> pd.DataFrame:
    raw = open_raw(path)
    columns = {item.in_file: item for item in clean_columns(raw.columns, codebook(_BRIDGE))}
    keys = [key for key in person_keys(columns) if key[0] is not None][:2]
    names = [name for key in keys for name in key if name is not None]
    if len(names) != len(_COLUMNS):
        return pd.DataFrame(columns=_COLUMNS, dtype=object)
    with connect() as connection:
        source = raw.register(connection, names)
        select = ", ".join(f"{columns[name].sql} AS {quoted(name)}" for name in names)
        frame: pd.DataFrame = connection.sql(f"SELECT {select} FROM {source}").df()
    return frame.set_axis(_COLUMNS, axis="columns")
