"""What a converted file says of itself, for comparison with its codebook: counts, and codes of categories."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from nco_research.codebooks import Codebook, ColumnFacts, Differences, VariableType, codebook, compare
from nco_research.microdata import conversion
from nco_research.microdata.bridge import extended
from nco_research.microdata.cache import Cache, Entry
from nco_research.microdata.cleaning import CleanColumn
from nco_research.microdata.files import ComponentFile
from nco_research.microdata.lock import alone
from nco_research.microdata.objecting import expect_persons, remove_objectors
from nco_research.microdata.parts import count, source_of
from nco_research.microdata.raw import open_raw
from nco_research.sql import connect, quoted
from nco_research.study import Study, expect_basis
from output_checks.errors import InputError


def differences_of(entry: Entry, book: Codebook, file: ComponentFile) -> Differences:
    """What the file has that the codebook does not say, and the other way round. `entry` is what it was converted to.

    Raises
    ------
    InputError
        The file cannot be read any more.
    """
    labels = {item.name: item.labels for item in open_raw(file.path).columns}
    facts = {item.in_file: _facts(entry, item, book, labels.get(item.in_file, {})) for item in entry.columns}
    repeated = _repeated(entry, book)
    return compare(book, year=file.year, columns=facts, n_repeated=repeated, left_out=entry.left_out)


def compare_file(
    path: Path, *, component: str, extensions: Sequence[Path] = (), study: Study | None = None
) -> Differences:
    """The same for any file, which is converted for this and not kept.

    Of a study, who objected does not count, and special categories without a basis are not looked at.

    Raises
    ------
    InputError
        The file's name has no year, it cannot be read, or who objected cannot be told.
    """
    file = ComponentFile.of(path)
    if file is None:
        raise InputError(
            f"{path.name} has no year and version in its name.", remedy=f"a name like {component.upper()}2014V1.sav"
        )
    extensions = (*(study.codebooks if study is not None else ()), *extensions)
    book = codebook(component, extensions=extensions)
    basis = study.expect_basis if study is not None else expect_basis
    left_out = basis(book, None, present=[item.name for item in open_raw(path).columns])
    objections = study.read_objections() if study is not None else None
    if study is not None and objections is not None:
        objections = extended(objections, [study.data])
    with ExitStack() as leaving:
        near = _near(study)
        if near is not None:  # whoever finds it free removes what is in it
            leaving.enter_context(alone(near / ".compared.lock"))
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix=".making-compared-", dir=near)))
        made = conversion.convert(path, component=component, extensions=extensions, left_out=left_out, to=folder)
        if objections is not None:
            expect_persons(path, made.no_persons, objections)
            remove_objectors(folder, made.columns, objections)
        entry = Entry(
            folder=folder,
            sha256="",
            columns=made.columns,
            refused=made.refused,
            misfits=made.misfits,
            rows=count(folder),
            removed=0,
            notes=made.notes,
            left_out=tuple(left_out),
        )
        return differences_of(entry, book, file)


def _near(study: Study | None) -> Path | None:
    """A folder of the study's cache, from which the next who reads removes what a killed process leaves."""
    if study is None:
        return None
    folder = Cache.at(study.cache, data=study.data).folder / "compared"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _repeated(entry: Entry, book: Codebook) -> int:
    """How many records share their key with another. None where a column of it is absent; records without it do not."""
    columns = [entry.column(name) for name in book.key]
    names = [quoted(item.name) for item in columns if item is not None]
    if not names or len(names) < len(columns):
        return 0
    whole = " AND ".join(f"{name} IS NOT NULL" for name in names)
    with connect() as connection:
        (row,) = connection.execute(
            f"SELECT coalesce(sum(times), 0) FROM (SELECT count(*) AS times FROM {_records(entry)} WHERE {whole} "
            f"GROUP BY {', '.join(names)} HAVING count(*) > 1)"
        ).fetchall()
    return int(row[0])


def _records(entry: Entry) -> str:
    return source_of(entry.parts)


def _facts(entry: Entry, column: CleanColumn, book: Codebook, labels: Mapping[str, str]) -> ColumnFacts:
    source, name = _records(entry), quoted(column.name)
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
        labels=labels,
        codes=codes,
        n_records=entry.rows,
        n_missing=int(row[0]),
        n_outside_range=int(row[1]),
        n_not_numeric=wrong if column.type is VariableType.NUMBER else 0,
        n_not_date=wrong if column.type is VariableType.DATE else 0,
    )
