"""Read a csv file with one row per pupil, as people have them: `,` or `;`, decimal point or comma, UTF-8 or cp1252."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nco_research.columns import expect_columns
from nco_research.guard import refuse_identifiers
from output_checks.errors import InputError

_MISSING = {"", "NA", "NaN", "nan", "NULL"}
_MOST_CATEGORIES = 50
_SEPARATORS = (";", ",", "\t")


def read_pupils(
    path: str | Path, *, keys: Sequence[str] = (), categories: Sequence[str] = (), needed: Sequence[str] = ()
) -> pd.DataFrame:
    """Read the file; refuse it where it identifies anybody.

    Columns become numbers where every value is one. `keys` stay text, leading zeros kept; so do `categories` and other
    codes with leading zeros. Empty fields, `NA`, `NaN` and `NULL` are missing. Numbers may have a decimal comma where
    the fields are separated by `;`. All of `keys`, `categories` and `needed` must be in the file.

    Raises
    ------
    InputError
        The file does not exist, is not a csv file, lacks a column, has direct identifiers, or one of `categories` has
        more than 50 different values.
    """
    source = Path(path)
    text = _text(source)
    separator = _separator(text)
    try:
        frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError(
            f"{source.name} cannot be read as csv with {separator!r} between its fields ({type(error).__name__}).",
            remedy="one line of column names, and as many fields on every line",
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise InputError(f"{source.name} has more fields than column names.", remedy="a name for every column")
    frame.columns = pd.Index([str(name).strip() for name in frame.columns])
    expect_columns(frame, [*keys, *categories, *needed], source=source.name)
    if frame.empty:
        raise InputError(f"{source.name} has no records.", remedy="a file with one row per pupil")
    for name in frame.columns:
        texts = frame[name].str.strip()
        texts = texts.mask(texts.isin(_MISSING))
        frame[name] = texts if name in {*keys, *categories} else _numbers_where_all_are(texts, separator)
    refuse_identifiers(frame, source=source.name)
    for name in categories:
        if frame[name].nunique() > _MOST_CATEGORIES:
            raise InputError(
                f"{name!r} has {frame[name].nunique()} different values; a group has {_MOST_CATEGORIES} at most.",
                remedy="a column with categories, or merge them",
            )
    return frame


def _text(source: Path) -> str:
    if not source.is_file():
        raise InputError(f"There is no file {source}.", remedy="the path of a csv file")
    content = source.read_bytes()
    if b"\0" in content[:4096]:
        raise InputError(f"{source.name} is not a csv file.", remedy="save it as csv (UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """The candidate that splits the first line into most fields."""
    header = text.partition("\n")[0]
    counts = {separator: len(next(csv.reader([header], delimiter=separator), [])) for separator in _SEPARATORS}
    return max(counts, key=counts.__getitem__)


def _numbers_where_all_are(texts: "pd.Series[Any]", separator: str) -> "pd.Series[Any]":
    present = texts.dropna()
    if present.empty or present.str.match(r"^0\d").any():
        return texts
    plain = texts.str.replace(",", ".", regex=False) if separator != "," else texts
    values = pd.to_numeric(plain, errors="coerce")
    return values if values.notna().sum() == len(present) else texts
