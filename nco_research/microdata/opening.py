"""Read CBS microdata: typed, labelled, the latest version recorded, refused where it identifies anybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nco_research.codebooks import Codebook, VariableType, codebook
from nco_research.columns import closest
from nco_research.microdata.files import ComponentFile, Source, find_files
from nco_research.guard import refuse_identifiers
from nco_research.keys import as_key, is_key
from output_checks.errors import InputError

YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Microdata:
    """Records of one component, and the files they came from."""

    component: str
    frame: pd.DataFrame
    """A column `year` (of the file), and the columns asked for. Keys are text; categories carry their labels."""
    sources: tuple[Source, ...]

    def __str__(self) -> str:
        files = ", ".join(f"{item.path} (version {item.version})" for item in self.sources)
        return f"{self.component}: {len(self.frame):,} records from {files}"


def open_microdata(
    component: str, *, years: Iterable[int], columns: Sequence[str] | None = None, folder: str | Path
) -> Microdata:
    """Read the latest version of a component for each of the years.

    Parameters
    ----------
    component
        Name of the component, which is also the name of its folder: `INSCHRWPOTAB`. Case does not matter.
    years
        Years in the file names. For INSCHRWPOTAB that is the year in which the school year starts.
    columns
        Columns to read, in whatever case; they get the names as given here. All columns where left out.
    folder
        The folder with all microdata, or one inside it. Nothing is ever written there.

    Notes
    -----
    SPSS files (.sav) and csv files (`;`, decimal comma, cp1252) are read. Keys (RIN…, …_crypt, BRIN…, HUISHOUDNR) are
    text with leading zeros. Codes are stripped of padding. Codes that mean that nothing is known, as the toolkit's
    codebook has them, become missing.

    Raises
    ------
    InputError
        There is no such component, year or column, a file cannot be read, or the data has direct identifiers.
    """
    root = Path(folder)
    files = find_files(component, years=years, folder=root)
    book = codebook(component)
    parts = [_read(file, book, columns) for file in files]
    names = list(columns) if columns is not None else _united_names(parts, book)
    frames = [part.rename(columns=_spelling(part, names)).reindex(columns=names) for part in parts]
    frame = _stacked(frames)
    frame.insert(0, YEAR, [file.year for file, part in zip(files, frames, strict=True) for _ in range(len(part))])
    refuse_identifiers(frame, source=book.component)
    return Microdata(component=book.component, frame=frame, sources=tuple(file.source(root) for file in files))


def _read(file: ComponentFile, book: Codebook, columns: Sequence[str] | None) -> pd.DataFrame:
    """One file, its columns named as in the file; categories as text, so that years can be put together."""
    is_spss = file.path.suffix.lower() == ".sav"
    raw, labels = _read_spss(file.path, columns) if is_spss else _read_csv(file.path, columns)
    if YEAR in {str(name).casefold() for name in raw.columns}:
        raise InputError(
            f"{file.path.name} has a column {YEAR!r} of its own, which would be overwritten.",
            remedy="columns=[...] without it",
        )
    return pd.DataFrame({name: _typed(raw[name], str(name), book, labels.get(str(name), {})) for name in raw.columns})


def _typed(column: "pd.Series[Any]", name: str, book: Codebook, labels: dict[str, str]) -> "pd.Series[Any]":
    variable = book.variable(name)
    if is_key(name) or (variable is not None and variable.type is VariableType.KEY):
        return as_key(column, name)
    texts = _codes(column)
    texts = texts.mask(texts == "")
    if variable is not None:
        texts = texts.mask(texts.isin(variable.missing))
        labels = labels or dict(variable.labels)
    if variable is not None and variable.type is VariableType.NUMBER:
        return _as_numbers(texts, name)
    if labels:
        labelled = texts.map(labels).fillna(texts)
        order = [label for label in dict.fromkeys(labels.values()) if (labelled == label).any()]
        others = sorted(set(labelled.dropna()) - set(order))
        return pd.Series(pd.Categorical(labelled, categories=[*order, *others]), index=column.index, name=name)
    if variable is not None and variable.type is VariableType.CATEGORY:
        return texts.astype("category")
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    return texts


def _codes(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Values as text without padding; whole numbers without decimals; missing stays missing."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("string").str.strip().astype(object).where(column.notna())


def _as_numbers(texts: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    values = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
    wrong = int((values.isna() & texts.notna()).sum())
    if wrong:
        raise InputError(
            f"{name!r} must hold numbers; {wrong} of its values are not, and the codebook does not call them missing.",
            remedy="add the code to `missing` of that variable in nco_research/codebook.py",
        )
    return values.astype(float)


def _read_spss(path: Path, columns: Sequence[str] | None) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """The columns, and per column the label of each code."""
    _, header = _spss(path, metadataonly=True)
    frame, meta = _spss(path, usecols=_in_file(columns, header.column_names, path))
    labels = {
        name: {_code(value): str(label) for value, label in values.items()}
        for name, values in meta.variable_value_labels.items()
    }
    return frame, labels


def _spss(path: Path, **options: Any) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401
    """Read with the encoding that the file declares; where its bytes do not fit that, as Windows wrote them."""
    import pyreadstat  # noqa: PLC0415 - only researchers install it

    problem: Exception
    for encoding in (None, "WINDOWS-1252"):
        try:
            frame, meta = pyreadstat.read_sav(str(path), encoding=encoding, **options)
        except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
            problem = error
        else:
            return pd.DataFrame(frame), meta
    raise InputError(
        f"{path.name} cannot be read as an SPSS file ({type(problem).__name__}).",
        remedy="copy the file anew; it may be cut off",
    ) from None


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _read_csv(path: Path, columns: Sequence[str] | None) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    def read(**options: Any) -> pd.DataFrame:  # noqa: ANN401
        try:
            frame: pd.DataFrame = pd.read_csv(
                path, sep=";", encoding="cp1252", dtype=str, keep_default_na=False, **options
            )
        except (ValueError, pd.errors.ParserError) as error:
            raise InputError(
                f"{path.name} cannot be read as csv with ';' in cp1252 ({type(error).__name__}).",
                remedy="look at its first line, and copy the file anew",
            ) from None
        return frame

    names = [str(name) for name in read(nrows=0).columns]
    frame = read(usecols=_in_file(columns, names, path))
    frame = frame.mask(frame == "")
    return pd.DataFrame({str(name): _numbers_where_all_are(frame[name]) for name in frame.columns}), {}


def _numbers_where_all_are(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Text to numbers where every value is one, keys and codes with leading zeros excepted."""
    texts = column.dropna().str.strip()
    if is_key(str(column.name)) or texts.str.match(r"^0\d").any() or texts.empty:
        return column
    values = pd.to_numeric(column.str.strip().str.replace(",", ".", regex=False), errors="coerce")
    return values if values.notna().sum() == len(texts) else column


def _in_file(columns: Sequence[str] | None, names: Sequence[str], path: Path) -> list[str]:
    """The file's spelling of the columns asked for."""
    if columns is None:
        return list(names)
    folded = {name.casefold(): name for name in names}
    for column in columns:
        if column.casefold() not in folded:
            raise InputError(f"{path.name} has no column {column!r}.", remedy=closest(column, names))
    return [folded[column.casefold()] for column in columns]


def _united_names(parts: Sequence[pd.DataFrame], book: Codebook) -> list[str]:
    """Every column of every year once, whatever its case; spelt as in the codebook, else as in the first year."""
    names: dict[str, str] = {}
    for part in parts:
        for name in map(str, part.columns):
            variable = book.variable(name)
            names.setdefault(name.casefold(), variable.name if variable else name)
    return list(names.values())


def _spelling(part: pd.DataFrame, names: Sequence[str]) -> dict[str, str]:
    folded = {name.casefold(): name for name in names}
    return {str(name): folded[str(name).casefold()] for name in part.columns}


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Years under one another; a column that is categorical in one is categorical in all, labels in order of years."""
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)
    order: dict[str, dict[str, None]] = {}
    for frame in frames:
        for name in frame.columns:
            if isinstance(frame[name].dtype, pd.CategoricalDtype):
                order.setdefault(str(name), {}).update(dict.fromkeys(map(str, frame[name].cat.categories)))
    plain = [frame.astype(dict.fromkeys(order, object)) for frame in frames]
    stacked = pd.concat(plain, ignore_index=True)
    for name, labels in order.items():
        values = stacked[name].map(str, na_action="ignore")
        others = [label for label in values.dropna().unique() if label not in labels]
        stacked[name] = pd.Categorical(values, categories=[*labels, *others])
    return stacked
