"""Who objected under one number may be in the data under another: VTVPERSOONTAB links the two."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from nco_research.codebooks import codebook
from nco_research.guard.objections import Objections
from nco_research.microdata.cleaning import clean_columns
from nco_research.microdata.files import files_of
from nco_research.microdata.objecting import person_keys
from nco_research.microdata.raw import open_raw
from nco_research.sql import connect, quoted
from output_checks.errors import InputError

_BRIDGE = "VTVPERSOONTAB"
_COLUMNS = ["kind", "number", "other kind", "other number"]


def extended(objections: Objections, folders: Iterable[Path]) -> Objections:
    """The same persons also under the numbers that bridge files in the folders link; unchanged where there are none.

    Raises
    ------
    InputError
        There is a bridge file, and it does not have two keys: some who objected could not be found.
    """
    if not len(objections):
        return objections
    paths = dict.fromkeys(file.path.resolve() for folder in folders for file in files_of([_BRIDGE], folder))
    if not paths:
        return objections
    # All at once: a link in a later file may lead back into an earlier one.
    return objections.with_bridge(pd.concat([_pairs(path) for path in paths], ignore_index=True))


def _pairs(path: Path) -> pd.DataFrame:
    raw = open_raw(path)
    columns = {item.in_file: item for item in clean_columns(raw.columns, codebook(_BRIDGE))}
    names = [name for kind, number in person_keys(columns) if kind is not None for name in (kind, number)]
    if len(names) != len(_COLUMNS):
        raise InputError(
            f"{path.name} must have two person numbers, each with its kind; it has {len(names) // 2}. Who objected "
            "under another number could not be found.",
            remedy="the file as CBS delivers it, with columns such as RINPERSOONS, RINPERSOON, RINPERSOONSVTV, "
            "RINPERSOONVTV",
        )
    with connect() as connection:
        source = raw.register(connection, names)
        select = ", ".join(f"{columns[name].sql} AS {quoted(name)}" for name in names)
        frame: pd.DataFrame = connection.sql(f"SELECT {select} FROM {source}").df()
    return frame.set_axis(_COLUMNS, axis="columns")
