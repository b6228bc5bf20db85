"""From what a file holds to what it means, as SQL: padding off, keys whole, missing codes missing, numbers and dates.

Each expression fails with a message of ours (`error(...)`) where a value does not fit; DuckDB's own would quote it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nco_research.codebooks import Codebook, Variable, VariableType
from nco_research.codebooks.comparing import PhysicalType
from nco_research.keys import is_key
from nco_research.microdata.parquet_types import DOUBLE
from nco_research.microdata.persons import PersonKey, kind_sql, number_sql, person_keys
from nco_research.microdata.raw import RawColumn
from nco_research.sql import literal, quoted

MARK = "NCO"
"""Begins every message that `error(...)` gives: `NCO|number|WPOLEERJAAR`."""
_PADDING = " \t\u00a0"
_WHOLE, _FIRST = r"^(\d+)[.,]0+$", r"\1"
DAY = "day"
"""The kind of failure that is none: a month or day that is not known, for which there is another reading."""


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """A column that does not hold what it should; it is kept as if empty."""

    column: str
    """Its name in the file."""
    why: str
    count: int
    """How many values do not fit; 0 for a key, of which all are suspect."""


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
    names: tuple[str, ...] = ()
    """All names that it has or had; none once it is converted."""
    otherwise: str = ""
    """Of the first and last day of spells: how to read it where a month or day turns out not to be known."""


def clean_columns(columns: Iterable[RawColumn], book: Codebook) -> tuple[CleanColumn, ...]:
    """How each column of a file is read, in the order of the file; without those that `superseded` names."""
    present = {item.name.casefold(): item for item in columns}
    gone = superseded((item.name for item in present.values()), book)
    kept = [item for item in present.values() if item.name not in gone]
    persons = person_keys({item.name: _names(item, book) for item in kept})
    return tuple(_clean(item, book, present, persons) for item in kept)


def names_of(columns: Iterable[CleanColumn]) -> dict[str, tuple[str, ...]]:
    """All names of each column, by the one that it is kept under: what `person_keys` looks at."""
    return {item.name: item.names for item in columns}


def _names(column: RawColumn, book: Codebook) -> tuple[str, ...]:
    variable = book.variable(column.name)
    return tuple(dict.fromkeys([*(variable.names if variable is not None else ()), column.name]))


def superseded(names: Iterable[str], book: Codebook) -> dict[str, str]:
    """Of the columns of a file, those that are there under a later name too, by which they are read instead."""
    present = {name.casefold(): name for name in names}
    found = {}
    for folded, name in present.items():
        variable = book.variable(name)
        known = [item.casefold() for item in variable.names] if variable is not None else [folded]
        first = next(item for item in known if item in present)
        if first != folded:
            found[name] = present[first]
    return found


def _clean(
    column: RawColumn, book: Codebook, present: Mapping[str, RawColumn], persons: Iterable[PersonKey]
) -> CleanColumn:
    variable = book.variable(column.name)
    kind = _type(column, variable, persons)
    otherwise = ""
    if kind is VariableType.KEY:
        sql = _key(column, variable, persons)
    elif kind is VariableType.DATE:
        sql, otherwise = _day(column, variable, book)
    else:
        sql = _number(column, variable) if kind is VariableType.NUMBER else _code(column, variable)
    if variable is not None and variable.only_where:
        sql = _only_where(sql, variable, book, present)
    labels = {**column.labels, **(_with_short_codes(variable.labels) if variable is not None else {})}
    return CleanColumn(
        name=variable.name if variable is not None else column.name,
        in_file=column.name,
        type=kind,
        physical=column.physical,
        sql=sql,
        labels=labels if kind is VariableType.CATEGORY else {},
        guessed=variable is None and kind is VariableType.TEXT and not column.long,
        names=_names(column, book),
        otherwise=otherwise,
    )


def _type(column: RawColumn, variable: Variable | None, persons: Iterable[PersonKey]) -> VariableType:
    # Whatever a codebook says: a key that becomes a number links nobody.
    if is_key(column.name) or any(column.name in key.columns for key in persons if key.certain):
        return VariableType.KEY
    if variable is not None:
        return variable.type
    if column.labels:
        return VariableType.CATEGORY
    if column.long:  # as numbers, different ones would become the same
        return VariableType.TEXT
    kinds = {PhysicalType.NUMBER: VariableType.NUMBER, PhysicalType.DATE: VariableType.DATE}
    return kinds.get(column.physical, VariableType.TEXT)


def _with_short_codes(labels: Mapping[str, str]) -> dict[str, str]:
    """`1` means what `01` does, where it means nothing else: a file that keeps codes as numbers has no zeros."""
    spelt = {}
    for code, label in labels.items():
        spelt[code] = label
        short = _short(code)
        if short not in labels:
            spelt[short] = label
    return spelt


def with_words(column: CleanColumn, values: Iterable[object]) -> CleanColumn:
    """The same with labels for values that are plainly one of its codes: its label in another case, more zeros."""
    if not column.labels:
        return column
    labels = dict(column.labels)
    known = {label.casefold(): label for label in column.labels.values()}
    shorts: dict[str, set[str]] = {}
    for code, label in column.labels.items():
        shorts.setdefault(_short(code), set()).add(label)
    for value in map(str, values):
        meant = {known[value.casefold()]} if value.casefold() in known else shorts.get(_short(value), set())
        if value not in labels and len(meant) == 1:
            labels[value] = next(iter(meant))
    return replace(column, labels=labels)


def _short(code: str) -> str:
    return (code.lstrip("0") or "0") if code.isdigit() else code


def _code(column: RawColumn, variable: Variable | None) -> str:
    codes = variable.missing if variable is not None else frozenset[str]()
    text = _as_code(_text(column), variable)
    if variable is not None and variable.type is VariableType.CATEGORY and column.physical is PhysicalType.TEXT:
        # What went through numbers is 8.0 where the code is 8; few values have any sign between digits.
        whole = f"regexp_replace({text}, {literal(_WHOLE)}, {literal(_FIRST)})"
        text = f"CASE WHEN contains({text}, '.') OR contains({text}, ',') THEN {whole} ELSE {text} END"
    return _without_missing(text, _as_stored(codes, column, variable))


def _as_stored(codes: frozenset[str], column: RawColumn, variable: Variable | None) -> frozenset[str]:
    """The codes as well without the zeros that a number loses: `0000` is 0 there, unless 0 has a label of its own."""
    if column.physical is not PhysicalType.NUMBER:
        return codes
    labels = variable.labels if variable is not None else {}
    return codes | {short for code in codes if (short := _short(code)) not in labels}


def _text(column: RawColumn) -> str:
    """Text without padding, whole numbers without decimals, NULL where nothing is left."""
    name = quoted(column.name)
    if column.physical is PhysicalType.NUMBER:
        whole = f"{name} = trunc({name}) AND {name} BETWEEN -999999999999999 AND 999999999999999"
        gone = f"WHEN isnan(CAST({name} AS DOUBLE)) THEN NULL " if column.exact <= DOUBLE else ""
        return f"CASE {gone}WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE CAST({name} AS VARCHAR) END"
    if column.physical is PhysicalType.DATE:
        return f"strftime(CAST({name} AS DATE), '%Y%m%d')"
    value = f"CAST({name} AS VARCHAR)"
    # Trimming several signs is slow, and most values have none of them.
    padded = " OR ".join(f"contains({value}, {literal(sign)})" for sign in _PADDING)
    return f"nullif(CASE WHEN {padded} THEN trim({value}, {literal(_PADDING)}) ELSE {value} END, '')"


def _as_code(text: str, variable: Variable | None) -> str:
    """The code where the file holds the words that stand for it."""
    if variable is None or not variable.written:
        return text
    codes = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in variable.written.items())
    return f"CASE {text} {codes} ELSE {text} END"


def _key(column: RawColumn, variable: Variable | None, persons: Iterable[PersonKey]) -> str:
    name, text = quoted(column.name), _text(column)
    if column.physical is PhysicalType.NUMBER:
        lost = f"{name} <> trunc({name})"
        if column.exact <= DOUBLE:
            lost = f"NOT isnan(CAST({name} AS DOUBLE)) AND ({lost} OR abs({name}) > {column.exact})"
        text = f"CASE WHEN {lost} THEN {_failure('key', column.name, name)} ELSE {text} END"
    missing = variable.missing if variable is not None else frozenset[str]()
    text = _without_missing(_as_code(text, variable), missing)
    if any(column.name == key.number and key.certain for key in persons):
        text = _without_missing(number_sql(text), missing)
    elif column.name.casefold().startswith("rinpersoons") or any(column.name == key.kind for key in persons):
        labels = [*column.labels.items()]
        if variable is not None:
            labels += [*variable.labels.items(), *variable.labels_en.items()]
        text = _without_missing(kind_sql(text, labels), missing)
    return text


def _number(column: RawColumn, variable: Variable | None) -> str:
    missing = variable.missing if variable is not None else frozenset[str]()
    codes = sorted(number for code in missing if (number := _as_number(code)) is not None)
    if column.physical is PhysicalType.NUMBER:
        value = f"CAST({quoted(column.name)} AS DOUBLE)"
        # Stata and Arrow may hold NaN; a number that is missing is NULL.
        return f"CASE WHEN isnan({value}){_or_one_of(value, codes)} THEN NULL ELSE {value} END"
    text = _without_missing(_text(column), missing)
    value = f"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)"
    # What another program wrote as text may have decimals: 9999999999,0 is missing too.
    return (
        f"CASE WHEN {text} IS NULL{_or_one_of(value, codes)} THEN NULL "
        f"WHEN coalesce(isfinite({value}), false) THEN {value} "
        f"ELSE {_failure('number', column.name, text)} END"
    )


def _or_one_of(value: str, codes: Iterable[float]) -> str:
    listed = ", ".join(map(repr, codes))
    return f" OR {value} IN ({listed})" if listed else ""


def _day(column: RawColumn, variable: Variable | None, book: Codebook) -> tuple[str, str]:
    """A date; and how else to read it where it is a day of spells of which the month or day is not known."""
    if column.zoned:
        name = quoted(column.name)
        return (
            f"CASE WHEN {name} IS NOT NULL THEN {_failure('zone', column.name, name)} ELSE CAST(NULL AS DATE) END",
            "",
        )
    if column.physical is PhysicalType.DATE:
        return f"CAST({quoted(column.name)} AS DATE)", ""
    codes = variable.missing | variable.open_end if variable is not None else frozenset[str]()
    text = _without_missing(_text(column), _as_stored(codes, column, variable))
    value = f"CASE WHEN length({text}) = 8 THEN CAST(TRY_STRPTIME({text}, '%Y%m%d') AS DATE) END"
    wrong = _failure("date", column.name, text)
    edge = _edge(text, variable, book)
    if not edge:
        gone = _looks(text, r"\d{4}(00\d\d|\d\d00)|0000\d{4}")  # a month or day not known
        return f"CASE WHEN {text} IS NULL OR {gone} THEN NULL ELSE coalesce({value}, {wrong}) END", ""
    empty = f"{text} IS NULL OR {_looks(text, '0000[0-9]{4}')}"
    unknown = f"CASE WHEN {edge} IS NOT NULL THEN {_failure(DAY, column.name, text)} ELSE {wrong} END"
    return (
        f"CASE WHEN {empty} THEN NULL ELSE coalesce({value}, {unknown}) END",
        f"CASE WHEN {empty} THEN NULL ELSE coalesce({value}, {edge}, {wrong}) END",
    )


def _edge(text: str, variable: Variable | None, book: Codebook) -> str:
    """The first day that a spell may have begun, or the last that it may have ended; empty for other dates.

    A spell with an end of which only the year is known did end: without a last day it would go on for good.
    """
    if variable is None or book.spell is None or variable.name not in {book.spell.start, book.spell.end}:
        return ""
    last = variable.name == book.spell.end
    month = f"CAST(TRY_STRPTIME(left({text}, 6) || '01', '%Y%m%d') AS DATE)"
    year = f"CAST(TRY_STRPTIME(left({text}, 4) || '{'1231' if last else '0101'}', '%Y%m%d') AS DATE)"
    return (
        f"CASE WHEN {_looks(text, '[0-9]{4}00[0-9]{2}')} THEN {year} "
        f"WHEN {_looks(text, '[0-9]{6}00')} THEN {f'last_day({month})' if last else month} END"
    )


def _looks(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"


def _only_where(sql: str, variable: Variable, book: Codebook, present: Mapping[str, RawColumn]) -> str:
    conditions = []
    for other, codes in variable.only_where.items():
        described = book.variable(other)
        names = described.names if described is not None else (other,)
        column = next((present[name.casefold()] for name in names if name.casefold() in present), None)
        if column is not None:
            conditions.append(f"{_as_code(_text(column), described)} IN ({', '.join(_spellings(codes))})")
    return f"CASE WHEN {' AND '.join(conditions)} THEN {sql} END" if conditions else sql


def _spellings(codes: Iterable[str]) -> list[str]:
    """`01` is stored as `1` where the file keeps it as a number."""
    return [literal(code) for code in dict.fromkeys([*codes, *map(_short, codes)])]


def _without_missing(text: str, codes: Iterable[str]) -> str:
    listed = ", ".join(literal(code) for code in sorted({code for code in codes if code}))
    return f"CASE WHEN {text} IN ({listed}) THEN NULL ELSE {text} END" if listed else text


def _failure(kind: str, name: str, of: str) -> str:
    """An expression that fails; it depends on the column, or it would fail before a record is read."""
    return f"error({literal(f'{MARK}|{kind}|{name}|')} || left(CAST({of} AS VARCHAR), 0))"


def _as_number(code: str) -> float | None:
    return float(code.replace(",", ".")) if re.fullmatch(r"-?\d+([.,]\d+)?", code) else None
