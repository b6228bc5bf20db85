"""What a converted file says of itself, for comparison with its codebook: counts, and codes of categories."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from nco_research.codebooks import Codebook, ColumnFacts, Differences, VariableType, codebook, compare
from nco_research.microdata import conversion
from nco_research.microdata.cache import Entry
from nco_research.microdata.cleaning import CleanColumn
from nco_research.microdata.files import ComponentFile
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError


def differences_of(entry: Entry, book: Codebook, *, year: int) -> Differences:
    """What the file has that the codebook does not say, and the other way round."""
    facts = {item.in_file: _facts(entry, item, book) for item in entry.columns}
    return compare(book, year=year, columns=facts)


def compare_file(path: Path, *, component: str, extensions: Sequence[Path] = ()) -> Differences:
    """The same for any file, which is converted for this and not kept.

    Raises
    ------
    InputError
        The file's name has no year, or it cannot be read.
    """
    file = ComponentFile.of(path)
    if file is None:
        raise InputError(
            f"{path.name} has no year and version in its name.", remedy=f"a name like {component.upper()}2014V1.sav"
        )
    with tempfile.TemporaryDirectory(prefix="nco-") as temporary:
        folder = Path(temporary)
        made = conversion.convert(path, component=component, extensions=extensions, left_out=(), to=folder)
        entry = Entry(
            folder=folder,
            sha256="",
            columns=made.columns,
            refused=made.refused,
            misfits=made.misfits,
            rows=made.rows,
            removed=0,
            notes=made.notes,
        )
        return differences_of(entry, codebook(component, extensions=extensions), year=file.year)


def _facts(entry: Entry, column: CleanColumn, book: Codebook) -> ColumnFacts:
    paths = ", ".join(literal(part) for part in entry.parts)
    source, name = f"read_parquet([{paths}])", quoted(column.name)
    variable = book.variable(column.name)
    wrong = sum(item.count for item in entry.misfits if item.column == column.in_file)
    outside = "0"
    if variable is not None and variable.within is not None and column.type is VariableType.NUMBER:
        low, high = variable.within
        outside = f"count(*) FILTER ({name} NOT BETWEEN {low!r} AND {high!r})"
    with connect() as connection:
        (row,) = connection.execute(f"SELECT count(*) - count({name}), {outside} FROM {source}").fetchall()
        codes: dict[str, int] = {}
        if column.type is VariableType.CATEGORY:
            query = f"SELECT {name}, count(*) FROM {source} WHERE {name} IS NOT NULL GROUP BY ALL ORDER BY 1"
            codes = {str(code): int(times) for code, times in connection.execute(query).fetchall()}
    return ColumnFacts(
        name=column.in_file,
        physical=column.physical,
        codes=codes,
        n_records=entry.rows,
        n_missing=int(row[0]),
        n_outside_range=int(row[1]),
        n_not_numeric=wrong if column.type is VariableType.NUMBER else 0,
        n_not_date=wrong if column.type is VariableType.DATE else 0,
    )
