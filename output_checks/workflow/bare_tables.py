"""A table of which nothing is left but the file: categories, published numbers, and what was suppressed."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np

from output_checks.errors import InputError
from output_checks.model.evidence import Cell, CellStatus, Floats, Output, Tabulation
from output_checks.model.statistic import Kind, Statistic
from output_checks.readers.tables import TextTable, UnreadableError, read_csv_table, read_excel_table
from output_checks.store.files import sha256

_HIDDEN = {"x", "c", "*", ".", "..", "…", ":"}
"""How suppressed cells are written. A dash is not among them: some write it for nothing at all."""
_TOTALS = {"total", "totaal"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_MOST_DECIMALS = 12
_BY_HEADING = {item.column: item for item in Statistic if item is not Statistic.UNKNOWN}


@dataclass(frozen=True, kw_only=True)
class BareTable:
    """What whoever imports a table says of it, where its headings do not."""

    statistics: Mapping[str, str] = field(default_factory=dict)
    """By heading, what the column is: `count`, or `mean of score`. Headings as this toolkit writes them need none."""
    population: str = "not known"
    total: str = ""
    """What a total is called, other than Total or Totaal."""
    decimal: str = "."


def is_table(name: str) -> bool:
    """Whether a file of this name can be read as a table."""
    return PurePath(name).suffix.lower() in {".csv", ".tsv", ".xlsx"}


def read_bare_table(name: str, content: bytes, table: BareTable) -> tuple[Tabulation, ...]:
    """One tabulation per column of numbers, counts first; the other columns are the variables it is by.

    Raises
    ------
    InputError
        It is no csv or Excel table, has no column of a known statistic, or a column that cannot be understood.
    """
    found = _read(name, content)
    unknown = sorted(set(table.statistics) - set(found.columns))
    if unknown:
        raise InputError(f"{name} has no column {unknown[0]!r}.", remedy=f"one of {', '.join(found.columns)}")
    known = {heading: _statistic(heading, table) for heading in found.columns}
    columns = {heading: known_as for heading, known_as in known.items() if known_as is not None}
    if not columns:
        raise InputError(
            f"{name} has no column of which it is known what its numbers are.",
            remedy='--column "HEADING=count", or --column "HEADING=mean of VARIABLE"',
        )
    by = tuple(heading for heading in found.columns if heading not in columns)
    cells = tuple(_cell([found.columns[heading][row] for heading in by], table) for row in range(found.rows))
    tabulations = []
    for heading in sorted(columns, key=lambda heading: columns[heading][0] is not Statistic.COUNT):
        statistic, variable = columns[heading]
        where = f"The column {heading!r} of {name}"
        texts = found.columns[heading]
        values = _numbers(texts, where, decimal=table.decimal, whole=statistic.kind is Kind.FREQUENCY)
        tabulations.append(
            Tabulation(
                statistic=statistic,
                variable=variable,
                by=by,
                cells=cells,
                values=values,
                status=tuple(CellStatus.PRIMARY_SUPPRESSED if _hides(t) else CellStatus.PUBLISHED for t in texts),
                decimals=max((_decimals(_plain(text, table.decimal)) for text in texts), default=0),
                population=table.population,
                data=f"file {sha256(content)[:16]}",  # nobody knows whose records they are, so they are like no other's
            )
        )
    return tuple(tabulations)


def with_numbers_of_files(output: Output, contents: Mapping[str, bytes]) -> Output:
    """An output that was not measured, with the numbers in its files where they can be told; others as they are."""
    if output.tabulations:
        return output
    found: list[Tabulation] = []
    for item in output.files:
        if is_table(item.name) and item.name in contents:
            with suppress(InputError):
                found += read_bare_table(item.name, contents[item.name], BareTable())
    return replace(output, tabulations=tuple(found))


def _read(name: str, content: bytes) -> TextTable:
    if not is_table(name):
        raise InputError(f"{name} is not a csv or Excel file.", remedy="a .csv, .tsv or .xlsx file")
    try:
        found = read_excel_table(content) if name.lower().endswith(".xlsx") else read_csv_table(content)
    except UnreadableError as error:
        raise InputError(f"{name} cannot be read: {error}.", remedy="the table as it was published") from None
    if not found.rows or {len(column) for column in found.columns.values()} != {found.rows}:
        raise InputError(f"{name} is not one table of one sheet.", remedy="a file for each table")
    return found


def _statistic(heading: str, table: BareTable) -> tuple[Statistic, str] | None:
    """What a column is, and of which variable; None for one of categories."""
    if heading in table.statistics:
        name, _, variable = table.statistics[heading].partition(" of ")
        try:
            return Statistic(name.strip()), variable.strip()
        except ValueError:
            raise InputError(
                f"{name!r} is not a statistic.", remedy=f"one of {', '.join(item.value for item in Statistic)}"
            ) from None
    longest = sorted(_BY_HEADING, key=len, reverse=True)
    own = next((known for known in longest if heading == known or heading.startswith(f"{known}_")), None)
    return None if own is None else (_BY_HEADING[own], heading.removeprefix(own).removeprefix("_"))


def _cell(labels: Sequence[str], table: BareTable) -> Cell:
    totals = _TOTALS | {table.total.casefold()} - {""}
    return tuple(None if label.strip().casefold() in totals else label.strip() for label in labels)


def _numbers(texts: Sequence[str], where: str, *, decimal: str, whole: bool) -> Floats:
    """The published numbers, NaN where there is none."""
    plain = [_plain(text, decimal) for text in texts]
    if not all(not text or _NUMBER.fullmatch(text) for text in plain):
        raise InputError(
            f"{where} has texts that are no numbers.",
            remedy="x where suppressed, nothing where there is no value, --decimal , for decimal commas; or, if these "
            "are categories, another heading",
        )
    values = np.array([float(text) if text else np.nan for text in plain])
    if whole and not all(value >= 0 and value == int(value) for value in values[~np.isnan(values)]):
        raise InputError(f"{where} has counts that are no whole numbers.", remedy="the counts as they were published")
    return values


def _hides(text: str) -> bool:
    return text.strip().casefold() in _HIDDEN


def _plain(text: str, decimal: str) -> str:
    """A number as Python writes it, nothing where it is hidden: `1 234.5` and, with decimal commas, `1.234,5`."""
    text = "" if _hides(text) else re.sub(r"\s", "", text)
    return text.replace(".", "").replace(",", ".") if decimal == "," else text


def _decimals(text: str) -> int:
    """How many decimals are printed of a number."""
    mantissa, _, exponent = text.lower().partition("e")
    return min(max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0), _MOST_DECIMALS)
