"""From what a file holds to what it means, as SQL: padding off, keys whole, missing codes missing, numbers and dates.

Each expression fails with a message of ours (`error(...)`) where a value does not fit; DuckDB's own would quote it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nco_research.codebooks import Codebook, Variable, VariableType
from nco_research.codebooks.comparing import PhysicalType
from nco_research.keys import is_key, is_person_number
from nco_research.microdata.raw import RawColumn
from nco_research.sql import literal, quoted

MARK = "NCO"
"""Begins every message that `error(...)` gives: `NCO|number|WPOLEERJAAR`."""
_PADDING = " \t\u00a0"
_EXACT = 2**53
_PERSON_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class CleanColumn:
    """A column as it is kept, and how to get it from the file."""

    name: str
    """The name that it has in the codebook, else in the file."""
    in_file: str
    type: VariableType
    physical: PhysicalType
    """How the file stores it."""
    sql: str = ""
    """Empty once it is converted."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Dutch label by code; only of categories."""
    guessed: bool = False
    """No codebook describes it, so that what it holds must show whether it is numbers."""


def clean_columns(columns: Iterable[RawColumn], book: Codebook) -> tuple[CleanColumn, ...]:
    """How each column of a file is read, in the order of the file."""
    present = {item.name.casefold(): item for item in columns}
    return tuple(_clean(item, book, present) for item in present.values())


def _clean(column: RawColumn, book: Codebook, present: Mapping[str, RawColumn]) -> CleanColumn:
    variable = book.variable(column.name)
    kind = _type(column, variable)
    sql = {
        VariableType.KEY: _key,
        VariableType.CATEGORY: _code,
        VariableType.NUMBER: _number,
        VariableType.DATE: _date,
        VariableType.TEXT: _code,
    }[kind](column, variable)
    if variable is not None and variable.only_where:
        sql = _only_where(sql, variable, book, present)
    labels = {**column.labels, **(variable.labels if variable is not None else {})}
    return CleanColumn(
        name=variable.name if variable is not None else column.name,
        in_file=column.name,
        type=kind,
        physical=column.physical,
        sql=sql,
        labels=labels if kind is VariableType.CATEGORY else {},
        guessed=variable is None and kind is VariableType.TEXT,
    )


def _type(column: RawColumn, variable: Variable | None) -> VariableType:
    if is_key(column.name):  # whatever a codebook says: a key that becomes a number links nobody
        return VariableType.KEY
    if variable is not None:
        return variable.type
    if column.labels:
        return VariableType.CATEGORY
    kinds = {PhysicalType.NUMBER: VariableType.NUMBER, PhysicalType.DATE: VariableType.DATE}
    return kinds.get(column.physical, VariableType.TEXT)


def _code(column: RawColumn, variable: Variable | None) -> str:
    return _without_missing(_text(column), variable.missing if variable is not None else ())


def _text(column: RawColumn) -> str:
    """Text without padding, whole numbers without decimals, NULL where nothing is left."""
    name = quoted(column.name)
    if column.physical is PhysicalType.NUMBER:
        whole = f"{name} = trunc({name}) AND abs({name}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE CAST({name} AS VARCHAR) END"
    if column.physical is PhysicalType.DATE:
        return f"strftime(CAST({name} AS DATE), '%Y%m%d')"
    return f"nullif(trim(CAST({name} AS VARCHAR), {literal(_PADDING)}), '')"


def _key(column: RawColumn, variable: Variable | None) -> str:
    name, text = quoted(column.name), _text(column)
    if column.physical is PhysicalType.NUMBER:
        lost = f"{name} <> trunc({name}) OR abs({name}) > {_EXACT}"
        text = f"CASE WHEN {lost} THEN {_failure('key', column.name, name)} ELSE {text} END"
    if is_person_number(column.name):
        # What a spreadsheet made of a number loses its leading zeros.
        short = rf"regexp_full_match({text}, '\d{{1,{_PERSON_DIGITS - 1}}}')"
        text = f"CASE WHEN {short} THEN lpad({text}, {_PERSON_DIGITS}, '0') ELSE {text} END"
    return _without_missing(text, variable.missing if variable is not None else ())


def _number(column: RawColumn, variable: Variable | None) -> str:
    missing = variable.missing if variable is not None else frozenset[str]()
    name = quoted(column.name)
    if column.physical is PhysicalType.NUMBER:
        codes = sorted(number for code in missing if (number := _as_number(code)) is not None)
        value = f"CAST({name} AS DOUBLE)"
        # Stata and Arrow may hold NaN; a number that is missing is NULL.
        gone = [f"isnan({value})"] + ([f"{value} IN ({', '.join(map(repr, codes))})"] if codes else [])
        return f"CASE WHEN {' OR '.join(gone)} THEN NULL ELSE {value} END"
    text = _without_missing(_text(column), missing)
    value = f"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN coalesce(isfinite({value}), false) THEN {value} "
        f"ELSE {_failure('number', column.name, text)} END"
    )


def _date(column: RawColumn, variable: Variable | None) -> str:
    if column.physical is PhysicalType.DATE:
        return f"CAST({quoted(column.name)} AS DATE)"
    codes = variable.missing | variable.open_end if variable is not None else frozenset[str]()
    text = _without_missing(_text(column), codes)
    unknown = f"regexp_full_match({text}, '\\d{{4}}(00\\d\\d|\\d\\d00)|0000\\d{{4}}')"  # a month or day not known
    value = f"CAST(TRY_STRPTIME({text}, '%Y%m%d') AS DATE)"
    return (
        f"CASE WHEN {text} IS NULL OR {unknown} THEN NULL WHEN {value} IS NOT NULL AND length({text}) = 8 THEN {value} "
        f"ELSE {_failure('date', column.name, text)} END"
    )


def _only_where(sql: str, variable: Variable, book: Codebook, present: Mapping[str, RawColumn]) -> str:
    conditions = []
    for other, codes in variable.only_where.items():
        described = book.variable(other)
        names = described.names if described is not None else (other,)
        column = next((present[name.casefold()] for name in names if name.casefold() in present), None)
        if column is not None:
            conditions.append(f"{_text(column)} IN ({', '.join(_spellings(codes))})")
    return f"CASE WHEN {' AND '.join(conditions)} THEN {sql} END" if conditions else sql


def _spellings(codes: Iterable[str]) -> list[str]:
    """`01` is stored as `1` where the file keeps it as a number."""
    return [literal(code) for code in dict.fromkeys([*codes, *(code.lstrip("0") or "0" for code in codes)])]


def _without_missing(text: str, codes: Iterable[str]) -> str:
    listed = ", ".join(literal(code) for code in sorted({code for code in codes if code}))
    return f"CASE WHEN {text} IN ({listed}) THEN NULL ELSE {text} END" if listed else text


def _failure(kind: str, name: str, of: str) -> str:
    """An expression that fails; it depends on the column, or it would fail before a record is read."""
    return f"error({literal(f'{MARK}|{kind}|{name}|')} || left(CAST({of} AS VARCHAR), 0))"


def _as_number(code: str) -> float | None:
    return float(code.replace(",", ".")) if re.fullmatch(r"-?\d+([.,]\d+)?", code) else None
