"""Who objected under one number may be in the data under another: VTVPERSOONTAB links the two."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from nco_research.codebooks import codebook
from nco_research.guard.objections import Objections, rounded
from nco_research.microdata.cleaning import clean_columns, names_of
from nco_research.microdata.files import PACKED, files_about
from nco_research.microdata.persons import no_kind, no_number, person_keys
from nco_research.microdata.raw import FORMATS, open_raw
from nco_research.sql import connect, quoted
from output_checks.errors import InputError

_BRIDGE, _WORD = "VTVPERSOONTAB", "vtvpersoon"
_COLUMNS = ["kind", "number", "other kind", "other number"]


def bridges(folders: Iterable[Path]) -> list[Path]:
    """The bridge files in the folders and three levels below them, whatever they and their folders are called.

    Raises
    ------
    InputError
        There is no such folder, or there are bridge files and none that can be read.
    """
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(
                f"There is no folder {folder}, where the numbers that persons have beside those on the list of "
                "objections would be.",
                remedy='data = "..." in study.toml: the folder with the microdata',
            )
        found += files_about(_WORD, folder)
    readable = [path for path in found if path.suffix.lower() in FORMATS]
    packed = [path for path in found if path.suffix.lower() in PACKED]
    if packed and not readable:
        raise _not_understood(packed[0], "it is packed")
    return list(dict.fromkeys(path.resolve() for path in readable))


def extended(objections: Objections, folders: Iterable[Path]) -> Objections:
    """The same persons also under the numbers that bridge files in the folders link; unchanged where there are none.

    Raises
    ------
    InputError
        There is no such folder, or a bridge file that cannot be read: some who objected could not be found.
    """
    return linked(objections, bridges(folders)) if len(objections) else objections


def linked(objections: Objections, paths: Sequence[Path]) -> Objections:
    """The same with the bridge files given.

    Raises
    ------
    InputError
        A bridge file cannot be read or does not have two keys: some who objected could not be found.
    """
    if not len(objections) or not paths:
        return objections
    # All at once: a link in a later file may lead back into an earlier one.
    return objections.with_bridge(pd.concat([_pairs(path) for path in paths], ignore_index=True))


def _pairs(path: Path) -> pd.DataFrame:
    raw = open_raw(path)
    columns = {item.name: item for item in clean_columns(raw.columns, codebook(_BRIDGE))}
    keys = [key for key in person_keys(names_of(columns.values())) if key.kind is not None]
    names = [name for key in keys for name in key.columns]
    if len(names) != len(_COLUMNS):
        raise _not_understood(path, f"it must have two person numbers, each with its kind; it has {len(keys)}")
    with connect() as connection:
        failures: list[InputError] = []
        source = raw.register(connection, [columns[name].in_file for name in names], failures=failures)
        select = ", ".join(f"{columns[name].sql} AS {quoted(name)}" for name in names)
        unclear = [f"count(*) FILTER ({no_kind(key.kind or '')} OR {no_number(key.number)})" for key in keys]
        try:
            connection.execute(f"CREATE TEMP TABLE pairs AS SELECT {select} FROM {source}")
        except duckdb.Error as error:
            if failures:
                raise failures[0] from None
            raise _not_understood(path, f"its person numbers cannot be read ({type(error).__name__})") from None
        (counts,) = connection.execute(f"SELECT {', '.join(unclear)} FROM pairs").fetchall()
        frame: pd.DataFrame = connection.sql("SELECT * FROM pairs").df()
    for key, times in zip(keys, counts, strict=True):
        if times:
            raise _not_understood(path, f"of {key.number!r} and its kind, {rounded(times)} are no keys")
    return frame.set_axis(_COLUMNS, axis="columns")


def _not_understood(path: Path, why: str) -> InputError:
    return InputError(
        f"{path.name} links the numbers of persons, and {why}. Who objected under another number could not be found.",
        remedy="the file as CBS delivers it, with columns such as RINPERSOONS, RINPERSOON, RINPERSOONSVTV, "
        "RINPERSOONVTV",
    )
