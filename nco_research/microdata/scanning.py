"""Scan converted files: years under one another, columns under the names asked for, labels in place of codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from nco_research.codebooks import VariableType
from nco_research.microdata.cache import Entry
from nco_research.microdata.cleaning import CleanColumn
from nco_research.microdata.parts import source_of
from nco_research.sql import literal, quoted

if TYPE_CHECKING:
    import duckdb

_SQL_TYPES = {VariableType.NUMBER: "DOUBLE", VariableType.DATE: "DATE"}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What to read: files, columns, records."""

    entries: tuple[Entry, ...]
    years: tuple[int, ...]
    school_years: tuple[int, ...] | None
    columns: tuple[str, ...]
    """Names to give."""
    found: tuple[str, ...]
    """Names that they have in the codebook or the files, case folded."""
    codes: frozenset[str]
    """Names of categories that stay codes, case folded."""
    where: str = ""


def scan_sql(scan: Scan, *, labelled: bool = True) -> str:
    """One query over all files. Categories are labels, or codes where not `labelled`; the condition sees labels."""
    return " UNION ALL ".join(_part(scan, place, labelled=labelled) for place in range(len(scan.entries)))


def frame_of(connection: "duckdb.DuckDBPyConnection", scan: Scan) -> pd.DataFrame:
    """The records as a frame, categories as such, their labels in the order of the codebook."""
    connection.execute("SET preserve_insertion_order = true")
    frames = []
    for place in range(len(scan.entries)):
        table = connection.sql(_part(scan, place, labelled=False)).to_arrow_table()
        frame = table.to_pandas(date_as_object=False)
        for name, found in zip(scan.columns, scan.found, strict=True):
            column = scan.entries[place].column(found)
            if column is not None and _kind(scan, found) is VariableType.CATEGORY:
                frame[name] = _labelled(frame[name], column if name.casefold() not in scan.codes else None)
        frames.append(frame)
    return _stacked(frames)


def _part(scan: Scan, place: int, *, labelled: bool) -> str:
    """The query over one file."""
    entry = scan.entries[place]
    outer = [f"{scan.years[place]}::INTEGER AS year"]
    if scan.school_years is not None:
        outer.append(f"{scan.school_years[place]}::INTEGER AS school_year")
    for name, found in zip(scan.columns, scan.found, strict=True):
        column = entry.column(found)
        kind = _SQL_TYPES.get(_kind(scan, found), "VARCHAR")
        if column is None:
            outer.append(f"CAST(NULL AS {kind}) AS {quoted(name)}")
            continue
        value = quoted(column.name)
        if column.labels and labelled and name.casefold() not in scan.codes:
            value = _label(column)
        elif _SQL_TYPES.get(column.type, "VARCHAR") != kind:
            value = _as_text(value, column.type)
        outer.append(f"{value} AS {quoted(name)}")
    source = source_of(entry.parts)
    condition = ""
    if scan.where:
        # The condition sees every column, under its own name and with its labels.
        inner = [f"{_label(item)} AS {quoted(item.name)}" for item in entry.columns if item.labels]
        replaced = f" REPLACE ({', '.join(inner)})" if inner else ""
        raw = [f"{quoted(item.name)} AS {quoted(_hidden(item))}" for item in entry.columns if item.labels]
        source = f"(SELECT *{replaced}{', ' if raw else ''}{', '.join(raw)} FROM {source})"
        for item in entry.columns:
            if item.labels:
                outer = [expression.replace(quoted(item.name), quoted(_hidden(item)), 1) for expression in outer]
        condition = f" WHERE (\n{scan.where}\n)"  # in lines of its own, so that a comment ends with it
    return f"SELECT {', '.join(outer)} FROM {source}{condition}"


def _as_text(value: str, kind: VariableType) -> str:
    """What one year has as numbers, where another has text; whole numbers without decimals, as codes are written."""
    if kind is not VariableType.NUMBER:
        return f"CAST({value} AS VARCHAR)"
    whole = f"{value} = trunc({value}) AND abs({value}) < 1e15"
    return f"CASE WHEN {whole} THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"


def _hidden(column: CleanColumn) -> str:
    return f"{column.name} (code)"


def _label(column: CleanColumn) -> str:
    """The label of a code; a code without one stays as it is."""
    value = quoted(column.name)
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(label)}" for code, label in column.labels.items())
    return f"CASE {value} {cases} ELSE {value} END"


def _kind(scan: Scan, found: str) -> VariableType:
    """The type over all years: text where the years differ."""
    kinds = {column.type for entry in scan.entries if (column := entry.column(found)) is not None}
    if len(kinds) == 1:
        return kinds.pop()
    return VariableType.CATEGORY if VariableType.CATEGORY in kinds else VariableType.TEXT


def _labelled(values: "pd.Series[Any]", column: CleanColumn | None) -> "pd.Series[Any]":
    """Codes as a category: labels in the order of the codebook, then codes without one in their own order."""
    present = sorted(values.dropna().unique())
    labels = dict(column.labels) if column is not None else {}
    order = [code for code in labels if code in set(present)] + [code for code in present if code not in labels]
    categories = list(dict.fromkeys(str(labels.get(code, code)) for code in order))
    coded = pd.Categorical(values, categories=order)
    if len(categories) == len(order):
        return pd.Series(coded.rename_categories(dict(zip(order, categories, strict=True))), index=values.index)
    return pd.Series(pd.Categorical(values.map(labels).fillna(values), categories=categories), index=values.index)


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Years under one another; categories of all years together, in the order in which they first occur."""
    if len(frames) == 1:
        return frames[0]
    for name in list(frames[0].columns):
        if any(isinstance(frame[name].dtype, pd.CategoricalDtype) for frame in frames):
            order = list(dict.fromkeys(label for frame in frames for label in _categories(frame[name])))
            for frame in frames:
                frame[name] = pd.Categorical(frame[name], categories=order)
    return pd.concat(frames, ignore_index=True)


def _categories(values: "pd.Series[Any]") -> Iterator[str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        yield from map(str, values.cat.categories)
    else:
        yield from sorted(map(str, values.dropna().unique()))
