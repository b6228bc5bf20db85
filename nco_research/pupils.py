"""Read a csv file with one row per pupil, as people have them: `,` or `;`, decimal point or comma, UTF-8 or cp1252."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from nco_research.codebooks import Codebook, Variable, check_file, codebook, components
from nco_research.columns import expect_columns
from nco_research.guard import refuse_identifiers
from nco_research.guard.objections import rounded
from nco_research.guard.objectors import without_objectors
from nco_research.microdata.bridge import extended
from nco_research.study import Study
from output_checks.errors import InputError

_MISSING = {"", "NA", "NaN", "nan", "NULL"}
_MOST_CATEGORIES = 50
_SEPARATORS = (";", ",", "\t")


def read_pupils(
    path: str | Path,
    *,
    keys: Sequence[str] = (),
    categories: Sequence[str] = (),
    needed: Sequence[str] = (),
    study: Study | str | Path | None = None,
) -> pd.DataFrame:
    """Read the file; refuse it where it identifies anybody.

    Columns become numbers where every value is one. `keys` stay text, leading zeros kept; so do `categories` and other
    codes with leading zeros. Empty fields, `NA`, `NaN` and `NULL` are missing. Numbers may have a decimal comma where
    the fields are separated by `;`. All of `keys`, `categories` and `needed` must be in the file.

    Within a study (`study`, or the nearest `study.toml` around the working directory) who objected is left out: by
    RINPERSOON, with RINPERSOONS where it is there, or by `keys` that are such numbers. So are columns of a special
    category without a basis; `frame.attrs["notes"]` says so.

    Raises
    ------
    InputError
        The file does not exist, is not a csv file, has a line with too few or too many fields, lacks a column or has
        one twice, has direct identifiers, or one of `categories` has more than 50 different values. The study has no
        basis for a column that was asked for, or its objections cannot be applied.
    """
    source = Path(path)
    text = _text(source)
    separator = _separator(text)
    frame = _fields(text, separator, source=source.name)
    expect_columns(frame, [*keys, *categories, *needed], source=source.name)
    declared = study if isinstance(study, Study) else Study.read(study) if study is not None else Study.nearest()
    notes: list[str] = []
    if declared is not None:
        frame, notes = _within(declared, frame, keys=keys, asked=[*keys, *categories, *needed], source=source)
    for name in frame.columns:
        if name not in {*keys, *categories}:
            frame[name] = _numbers_where_all_are(frame[name], separator)
    refuse_identifiers(frame, source=source.name)
    for name in categories:
        if frame[name].nunique() > _MOST_CATEGORIES:
            raise InputError(
                f"{name!r} has {frame[name].nunique()} different values; a group has {_MOST_CATEGORIES} at most.",
                remedy="a column with categories, or merge them",
            )
    if notes:
        frame.attrs["notes"] = notes
    return frame


def _within(
    study: Study, frame: pd.DataFrame, *, keys: Sequence[str], asked: Sequence[str], source: Path
) -> tuple[pd.DataFrame, list[str]]:
    """The frame as a study may read it, and what is to be said of that."""
    book = _described(study, list(frame.columns), component=source.stem)
    study.expect_basis(book, asked)
    left_out = study.expect_basis(book, None, present=list(frame.columns))
    notes = [f"{name} is left out: the study records no basis for it." for name in left_out]
    objections = study.read_objections()
    if objections is not None:
        everyone = extended(objections, [study.data])
        frame, removed = without_objectors(frame, everyone, keys=keys, source=source.name)
        notes += [f"Left out because they objected: {rounded(removed)}."] if removed else []
        if frame.empty:
            raise InputError(f"Nobody is left of {source.name}: all in it objected.", remedy="another file")
    return frame.drop(columns=list(left_out)), notes


def _described(study: Study, names: Sequence[str], *, component: str) -> Codebook:
    """A codebook of what the registers, and the study's own codebooks, say of columns with these names."""
    books = [codebook(register, extensions=study.codebooks) for register in components()]
    books += [book for path in study.codebooks for book in check_file(path)]
    found: dict[str, Variable] = {}
    for variable in (variable for name in names for book in books if (variable := book.variable(name)) is not None):
        if variable.special is not None:
            found.setdefault(variable.name.casefold(), variable)
    return Codebook(component=component, label=component, label_nl=component, variables=tuple(found.values()))


def _fields(text: str, separator: str, *, source: str) -> pd.DataFrame:
    """Columns of text, missing where empty; columns without name and values, as spreadsheets leave, are none."""
    header, n_records = _expect_lines(text, separator, source=source)
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        header=0,
        names=list(range(len(header))),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
    )
    if len(frame) != n_records:
        raise InputError(f"{source} cannot be read as csv: its lines are not its records.", remedy="save it anew")
    for place in range(len(header)):
        texts = frame[place].str.strip()
        frame[place] = texts.mask(texts.isin(_MISSING))
    places = [place for place, name in enumerate(header) if name or frame[place].notna().any()]
    if not all(header[place] for place in places):
        raise InputError(f"{source} has a column without a name.", remedy="a name for every column")
    return frame[places].set_axis([header[place] for place in places], axis="columns")


def _expect_lines(text: str, separator: str, *, source: str) -> tuple[list[str], int]:
    """The column names, and how many records there are; each on one line and with as many fields."""
    lines = _lines(text, separator, source=source)
    header = [name.strip() for name in next(lines, (1, []))[1]]
    if not any(header):
        raise InputError(f"{source} cannot be read as csv: it is empty.", remedy="one line of column names first")
    twice = [name for name, times in Counter(filter(None, header)).items() if times > 1]
    if twice:
        raise InputError(f"The column {twice[0]!r} occurs twice in {source}.", remedy="rename one of the two")
    n_records = 0
    for number, row in lines:
        if len(row) != len(header):
            raise InputError(
                f"{source}, line {number}: {len(header)} fields were expected, one per column name; it has {len(row)}.",
                remedy=f"copy the file anew if it was cut off; text with {separator!r} in it stands in double quotes",
            )
        n_records += 1
    if not n_records:
        raise InputError(f"{source} has no records.", remedy="a file with one row per pupil")
    return header, n_records


def _lines(text: str, separator: str, *, source: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        for row in reader:
            if any("\n" in field or "\r" in field for field in row):
                raise InputError(
                    f"{source}, line {reader.line_num}: a text in double quotes goes on over several lines.",
                    remedy="close the quote on its own line, or double it where it is part of the text",
                )
            if row:
                yield reader.line_num, row
    except csv.Error:
        raise InputError(
            f"{source}, line {reader.line_num}: this cannot be read as csv with {separator!r} between its fields.",
            remedy="one line of column names, and as many fields on every line",
        ) from None


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
