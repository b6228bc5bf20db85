"""Read CBS microdata: typed, labelled, the latest version recorded, refused where it identifies anybody."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nco_research.codebooks import Codebook, Differences, YearMeaning, codebook
from nco_research.codebooks.loading import digest as book_digest
from nco_research.columns import as_list, closest
from nco_research.guard.conditions import expect_own_columns
from nco_research.guard.identifiers import identifying_combinations
from nco_research.guard.objections import Objections, rounded
from nco_research.microdata import bridge
from nco_research.microdata.asking import Years, asked_study, cache_folder, data_folder, file_years
from nco_research.microdata.cache import Cache, Entry
from nco_research.microdata.cleaning import superseded
from nco_research.microdata.comparing import differences_of
from nco_research.microdata.conditions import expect_condition, mentioned
from nco_research.microdata.files import ComponentFile, Source, find_files, not_taken
from nco_research.microdata.objecting import Removed
from nco_research.microdata.parts import SAMPLE
from nco_research.microdata.raw import open_raw
from nco_research.microdata.scanning import Scan, frame_of, scan_sql
from nco_research.microdata.telling import lacking, left_out
from nco_research.recording import record_source
from nco_research.sql import connect
from nco_research.study import Study, expect_basis
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

YEAR, SCHOOL_YEAR = "year", "school_year"


@dataclass(frozen=True, kw_only=True, repr=False)
class Microdata:
    """Records of one component, and the files they come from. Read when they are first asked for.

    Prints the number of records in the files rounded to ten, and nobody's count.
    """

    component: str
    book: Codebook
    columns: tuple[str, ...]
    """The columns asked for, after `year`, and `school_year` where the file is about one."""
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    """What was left out or mended, in words."""
    objections: Removed
    """Persons removed because they objected, the most in any one file. It prints rounded."""
    _scan: Scan
    _files: tuple[ComponentFile, ...]
    _entries: tuple[Entry, ...]

    def __str__(self) -> str:
        files = ", ".join(f"{item.path} (version {item.version})" for item in self.sources)
        records = f"{rounded(sum(entry.rows for entry in self._entries))} records"
        return f"{self.component}: {records}{', before `where`,' if self._scan.where else ''} in {files}"

    __repr__ = __str__

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """All records in the order of the files. Keys are text; categories carry their labels; dates are dates."""
        with connect() as connection, self._still_there():
            return frame_of(connection, self._scan)

    def relation(self, connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
        """The same records for a database to scan, categories as their Dutch labels; nothing is read yet."""
        with self._still_there():
            return connection.sql(scan_sql(self._scan))

    @contextmanager
    def _still_there(self) -> Iterator[None]:
        import duckdb  # noqa: PLC0415

        gone = InputError(
            f"What {self.component} was converted to is not in the cache any more: the list of objections changed "
            "since it was opened, or the cache was emptied.",
            remedy="open_microdata once more",
        )
        if not all(entry.parts for entry in self._entries):
            raise gone
        try:
            yield
        except duckdb.IOException:
            raise gone from None

    @functools.cached_property
    def differences(self) -> dict[int, Differences]:
        """Per file year, what the file has that the codebook does not say, and the other way round."""
        pairs = zip(self._files, self._entries, strict=True)
        return {file.year: differences_of(entry, self.book, file) for file, entry in pairs}


def open_microdata(
    component: str,
    *,
    years: Years | None = None,
    school_years: Years | None = None,
    columns: str | Sequence[str] | None = None,
    where: str = "",
    codes: str | Sequence[str] = (),
    folder: str | Path | None = None,
    study: Study | str | Path | None = None,
    cache: str | Path | None = None,
) -> Microdata:
    """Open the latest version of a component for each of the years.

    Parameters
    ----------
    component
        Name of the component, which is also the name of its folder: `INSCHRWPOTAB`. Case does not matter.
    years
        Years in the file names. For INSCHRWPOTAB that is the year in which the school year starts; for CITOTAB the
        calendar year of the test.
    school_years
        In place of `years`: the years in which school years start, whatever the component's files are named after.
    columns
        Columns to read, in whatever case and by any name they had; they get the names as given here. All where left
        out.
    where
        Which records: an SQL condition on the component's columns, `"WPOLEERJAAR >= 7"`. It sees categories as their
        Dutch labels, also those that `codes` names: `"LVSDOMEIN = 'Begrijpend lezen'"`.
    codes
        Categories to give as codes in place of labels.
    folder
        The folder with all microdata, or one inside it; that of the study where left out. Nothing is written
        there.
    study
        The study file. Where left out, the nearest `study.toml` around the working directory, else around `folder`,
        if that is its data.
    cache
        Where converted files are kept; that of the study, or a folder of the user's, where left out.

    Notes
    -----
    Files are converted once (see docs/explanation/microdata.md). Who objected is removed then, and never kept.

    Raises
    ------
    InputError
        There is no such component, year or column, a file cannot be read, the data has direct identifiers, a special
        category is asked for without a basis, or the study does not declare this.
    """
    expect_own_columns(where, what=f"The condition on {component}")
    declared, told = asked_study(study, folder)
    columns, codes = None if columns is None else as_list(columns), as_list(codes)
    extensions = declared.codebooks if declared is not None else ()
    book = codebook(component, extensions=extensions)
    root = data_folder(folder, declared)
    files = find_files(
        [book.component, *book.formerly],
        years=file_years(book, years, school_years),
        folder=root,
        remark=book.remark,
    )
    if declared is not None:
        declared.expect_register(book.component, [file.year for file in files])
    kept = Cache.at(cache_folder(cache, declared), data=root)
    objections = declared.read_objections() if declared is not None else None
    if declared is not None and objections is not None:
        # The whole of the study's data, also where only a folder inside it is read.
        links = bridge.bridges([declared.data, root]) if len(objections) else []
        if len(objections) and not links:
            told.append(f"No VTVPERSOONTAB in {declared.data}: who objected is known by the numbers of the list only.")
        objections = bridge.linked(objections, links)
        kept.purge(objections)
    wanted = [*columns, *codes] if columns is not None else None
    convert = functools.partial(
        _entry,
        kept=kept,
        book=book,
        extensions=extensions,
        wanted=wanted,
        where=where,
        study=declared,
        objections=objections,
    )
    entries = tuple(convert(file) for file in files)
    names, notes = _names(book, files, entries, columns)
    coded = _coded(book, files, entries, codes)
    notes += [*_beside(book, files, root), *lacking(files, entries, [_found(book, name) for name in names])]
    notes += [*(left_out(entries, book, declared) if columns is None else ()), *told]
    _expect_no_combination(entries, book, [*names, *mentioned(where, _listed(entries))], files)
    scan = Scan(
        entries=entries,
        years=tuple(file.year for file in files),
        school_years=None
        if book.year_means is YearMeaning.STATE
        else tuple(book.year_means.school_year(file.year) for file in files),
        columns=tuple(names),
        found=tuple(_found(book, name) for name in names),
        codes=frozenset(name.casefold() for name in names if _found(book, name) in coded),
        where=where,
    )
    expect_condition(scan, book)
    pairs = zip(files, entries, strict=True)
    sources = tuple(file.source(root, sha256=entry.sha256) for file, entry in pairs)
    record_source(
        book.component,
        files=sources,
        columns=names,
        codebook=book_digest(book),
        objections=objections.digest if objections is not None else "",
        objections_count=objections.count_rounded if objections is not None else "",
        study=declared.digest if declared is not None else "",
        notes=notes,
    )
    return Microdata(
        component=book.component,
        book=book,
        columns=tuple(names),
        sources=sources,
        notes=tuple(notes),
        objections=Removed(max((entry.removed for entry in entries), default=0)),
        _scan=scan,
        _files=tuple(files),
        _entries=entries,
    )


def _entry(
    file: ComponentFile,
    *,
    kept: Cache,
    book: Codebook,
    extensions: Sequence[Path],
    wanted: Sequence[str] | None,
    where: str,
    study: Study | None,
    objections: Objections | None,
) -> Entry:
    basis = study.expect_basis if study is not None else expect_basis
    present = [item.name for item in open_raw(file.path).columns]
    if YEAR in {name.casefold() for name in present}:
        raise InputError(
            f"{file.path.name} has a column {YEAR!r} of its own, which would be overwritten.",
            remedy="a file in which it has another name",
        )
    # Who selects on a column learns as much of it as who reads it.
    conditions = mentioned(where, [*present, *(name for item in book for name in item.names)])
    basis(book, [*(wanted or ()), *conditions])
    without = [_spelt(book, name) for name in basis(book, None, present=present)]
    entry = kept.entry(file, book=book, extensions=extensions, left_out=without, objections=objections)
    asked = None if wanted is None else {_found(book, name) for name in [*wanted, *conditions]}
    told = [
        f"{file.path.name} has {former} and {later}, by the codebook one variable: {later} is given."
        for former, later in superseded(present, book).items()
        if asked is None or _found(book, later) in asked
    ]
    for item in entry.refused:
        if asked is None or _found(book, item.column) in asked:
            raise InputError(
                f"Direct identifiers in {file.path.name}: {item.column!r} holds {item.what}. "
                "Such data is not worked with.",
                remedy=f"columns=[...] without {item.column!r}, and have the file replaced by one with pseudonyms",
            )
    for misfit in entry.misfits:
        if asked is None or _found(book, misfit.column) in asked:
            raise InputError(
                f"{file.path.name}: {misfit.why}.",
                remedy=f"other columns; or say in a codebook of your own which codes of {misfit.column!r} are missing",
            )
    return replace(entry, notes=(*entry.notes, *told), left_out=tuple(without))


def _spelt(book: Codebook, name: str) -> str:
    variable = book.variable(name)
    return variable.name if variable is not None else name


def _found(book: Codebook, name: str) -> str:
    return _spelt(book, name).casefold()


def _names(
    book: Codebook, files: Sequence[ComponentFile], entries: Sequence[Entry], columns: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """The columns to give, and what is to be said of them."""
    notes = [note for entry in entries for note in entry.notes]
    if columns is None:
        united: dict[str, str] = {}
        for item in (item for entry in entries for item in entry.columns):
            united.setdefault(item.name.casefold(), item.name)
        columns = list(united.values())
    for name in columns:
        kinds: dict[str, list[str]] = {}
        for file, entry in zip(files, entries, strict=True):
            column = entry.column(_found(book, name))
            kinds.setdefault(column.type.value if column is not None else "", []).append(str(file.year))
        absent = kinds.pop("", [])
        if not kinds:
            raise _no_column(name, files, entries)
        if absent:
            notes.append(f"{name} is not in the file of {', '.join(absent)}, so it is missing there.")
        if len(kinds) > 1:
            differing = "; ".join(f"{kind} in {', '.join(years)}" for kind, years in kinds.items())
            notes.append(f"{name} is not of one type ({differing}); it is read as text.")
    return list(columns), notes


def _no_column(name: str, files: Sequence[ComponentFile], entries: Sequence[Entry]) -> InputError:
    known = [item.name for item in entries[0].columns]
    return InputError(f"{files[0].path.name} has no column {name!r}.", remedy=closest(name, known))


def _coded(
    book: Codebook, files: Sequence[ComponentFile], entries: Sequence[Entry], codes: Sequence[str]
) -> frozenset[str]:
    """The columns to give as codes, by the names that they have in the codebook or the files."""
    for name in codes:
        if all(entry.column(_found(book, name)) is None for entry in entries):
            raise _no_column(name, files, entries)
    return frozenset(_found(book, name) for name in codes)


def _beside(book: Codebook, files: Sequence[ComponentFile], root: Path) -> Iterator[str]:
    """What is to be said of files that may be newer, and were not taken."""
    for file in files:
        others = not_taken([book.component, *book.formerly], year=file.year, version=file.version, folder=root)
        if others:
            yield (
                f"{file.path.name} was taken; not {', '.join(others)}: it is no name that ends in one year, V and a "
                "number, in a format that can be read."
            )


def _expect_no_combination(
    entries: Sequence[Entry], book: Codebook, names: Sequence[str], files: Sequence[ComponentFile]
) -> None:
    """Columns that identify together, though none does alone, are not given together."""
    for file, entry in zip(files, entries, strict=True):
        sample = pd.read_parquet(entry.folder / SAMPLE)
        items = [item for name in names if (item := entry.column(_found(book, name))) is not None]
        present = list(dict.fromkeys(item.name for item in items))
        found = identifying_combinations(present, {name: sample[name] for name in present})
        if found:
            listed = "; ".join(f"{item.column!r} holds {item.what}" for item in found)
            others = ", ".join(repr(item.column) for item in found)
            raise InputError(
                f"Direct identifiers in {file.path.name}: {listed}. Such data is not worked with.",
                remedy=f"columns=[...] without {others}",
            )


def _listed(entries: Iterable[Entry]) -> Iterator[str]:
    yield from dict.fromkeys(item.name for entry in entries for item in entry.columns)
