"""Conditions on microdata: which columns they name, and whether what they compare categories with can be there.

Categories are compared by their Dutch labels. With a code in a condition nobody would be found, and no record is an
answer too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nco_research.codebooks import Codebook, VariableType
from nco_research.columns import closest
from nco_research.guard.conditions import parsed_as_sql, parts_of
from nco_research.microdata.cleaning import CleanColumn
from nco_research.microdata.parts import source_of
from nco_research.microdata.scanning import Scan, scan_sql
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError

_EQUALS = ("COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM")
_MOST_LISTED = 15


def mentioned(where: str, names: Iterable[str]) -> list[str]:
    """The columns that a condition names."""
    return [
        name for name in dict.fromkeys(names) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", where, re.IGNORECASE)
    ]


def expect_condition(scan: Scan, book: Codebook) -> None:
    """Do nothing, unless the condition of a scan cannot be read or compares a category with what it never is.

    Raises
    ------
    InputError
        Names the column that is not there, or says which label is meant. What the condition compares with is not told,
        unless it is a code of the codebook or the file.
    """
    if not scan.where:
        return
    import duckdb  # noqa: PLC0415

    parsed = parsed_as_sql(scan.where) or {}
    try:
        with connect() as connection:
            connection.sql(scan_sql(scan)).columns  # noqa: B018 - binds the condition
    except duckdb.Error:
        raise _unread(scan, book, parsed) from None
    for column, value in _compared(parsed):
        _expect_value(scan, book, column, value)


def _unread(scan: Scan, book: Codebook, parsed: dict[str, Any]) -> InputError:
    known = list(dict.fromkeys(item.name for entry in scan.entries for item in entry.columns))
    listed = f'an SQL condition on its columns, "WPOLEERJAAR >= 7"; columns: {", ".join(known)}'
    folded = {name.casefold() for name in (*known, *scan.columns, "year", "school_year")}
    wrong = next((name for name in _columns(parsed) if name.casefold() not in folded), None)
    if wrong is None:
        why = _absent(scan, parsed) or "what it does with its columns cannot be done with them, or not in SQL"
        return InputError(f"The condition on {book.component} cannot be read: {why}.", remedy=listed)
    current = book.variable(wrong)
    meant = repr(current.name) if current is not None and current.name in known else closest(wrong, known)
    return InputError(
        f"The condition on {book.component} cannot be read: there is no column {wrong!r}.",
        remedy=f"{meant}; {listed}" if meant.startswith("'") else listed,
    )


def _absent(scan: Scan, parsed: dict[str, Any]) -> str:
    """Which column of the condition the file of a year lacks; empty for none."""
    for name in _columns(parsed):
        years = [str(year) for year, entry in zip(scan.years, scan.entries, strict=True) if entry.column(name) is None]
        if 0 < len(years) < len(scan.years):
            return f"{name!r} is not in the file of {', '.join(years)}"
    return ""


def _expect_value(scan: Scan, book: Codebook, name: str, value: str) -> None:
    columns = [item for entry in scan.entries if (item := entry.column(name)) is not None]
    if not any(item.labels for item in columns) or any(item.type is not VariableType.CATEGORY for item in columns):
        return
    labels = {label for item in columns for label in item.labels.values()}
    if value in labels:
        return
    shown = columns[0].name
    meant = _meant(book, columns, value)
    if meant:
        # A code, or a word of the codebook: no value of a record.
        raise InputError(
            f"The condition on {book.component} compares {shown!r} with {value!r}. Categories are compared by their "
            f"Dutch labels, and this one is {meant!r}.",
            remedy=f"{shown} = {literal(meant)}",
        )
    if not _occurs(scan, name, value):
        raise InputError(
            f"The condition on {book.component} compares {shown!r} with something that it never is. Categories are "
            "compared by their Dutch labels.",
            remedy=f"one of {_listed(labels)}",
        )


def _meant(book: Codebook, columns: Iterable[CleanColumn], value: str) -> str:
    """The label of which the value is the code, the English label, or the same in another case; empty for none."""
    folded = value.strip().casefold()
    columns = list(columns)
    found = [item.labels[value] for item in columns if value in item.labels]
    variable = book.variable(columns[0].name)
    english: Mapping[str, str] = variable.labels_en if variable is not None else {}
    for item in columns:
        for code, label in item.labels.items():
            if folded in {code.casefold(), label.casefold(), english.get(code, "").casefold()}:
                found.append(label)
    return found[0] if found else ""


def _occurs(scan: Scan, name: str, value: str) -> bool:
    """Whether a file has it, as a code without a label."""
    with connect() as connection:
        for entry in scan.entries:
            column = entry.column(name)
            if column is not None:
                query = f"SELECT 1 FROM {source_of(entry.parts)} WHERE {quoted(column.name)} = {literal(value)} LIMIT 1"
                if connection.execute(query).fetchall():
                    return True
    return False


def _listed(labels: Iterable[str]) -> str:
    ordered = sorted(labels)
    more = len(ordered) - _MOST_LISTED
    return ", ".join(map(literal, ordered[:_MOST_LISTED])) + (f", and {more} more" if more > 0 else "")


def _compared(parsed: object) -> Iterator[tuple[str, str]]:
    """Each column and literal that are compared: `a = 'x'`, `'x' <> a`, `a IN ('x', 'y')`."""
    for part in parts_of(parsed):
        if part.get("type") in _EQUALS:
            sides = [part.get("left"), part.get("right")]
        elif part.get("type") in ("COMPARE_IN", "COMPARE_NOT_IN"):
            sides = list(part.get("children", ()))
        else:
            continue
        names = [name for side in sides if (name := _column(side)) is not None]
        values = [value for side in sides if (value := _value(side)) is not None]
        yield from ((name, value) for name in names for value in values)


def _columns(parsed: object) -> Iterator[str]:
    return (name for part in parts_of(parsed) if (name := _column(part)) is not None)


def _column(part: object) -> str | None:
    if not isinstance(part, dict) or part.get("class") != "COLUMN_REF":
        return None
    return str(part["column_names"][-1])


def _value(part: object) -> str | None:
    """A literal as text; None for a NULL and for what is none. DuckDB 1 and 2 write it differently."""
    if not isinstance(part, dict) or part.get("class") != "CONSTANT":
        return None
    told = part.get("literal") or part.get("value") or {}
    value = told.get("text") if told.get("kind") in {"STRING", "INTEGER"} else told.get("value")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
