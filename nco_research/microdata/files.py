"""Find the files of a CBS component, whose names follow no single pattern, and the latest version of each year."""

import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nco_research.microdata.raw import FORMATS
from output_checks.errors import InputError

# GBAPERSOON2023TABV1, INSCHRWPOTAB2014V4, VSLGWB2024TAB03V1, "140710 GBASCHEIDINGENMASSATAB 2013V1": the last year
# before the last V. And VSLPOSTCODEBUSV2024031: year, month and version behind the V.
_USUAL = re.compile(r"^(?P<before>.*)(?P<year>(?:19|20)\d{2})(?P<after>.*?)V(?P<version>\d{1,3})$", re.IGNORECASE)
_MONTHLY = re.compile(r"^(?P<before>.*)V(?P<year>(?:19|20)\d{2})(?P<after>\d{2})(?P<version>\d{1,2})$", re.IGNORECASE)
_TWO_YEARS = re.compile(r"(?:19|20)\d{2}[\s_-]?$")
_VERSION = re.compile(r"V[\s_-]?(\d{1,3})(?!\d)", re.IGNORECASE)
PACKED = (".gz", ".zip", ".7z", ".rar")
_OTHER_DATA = (*PACKED, ".xlsx", ".xls", ".txt", ".tsv", ".sas7bdat", ".rds", ".feather")
_DATE_IN_FRONT = re.compile(r"^\d{6,8}\s+")
_DEPTH = 3
_LIKELY = 3


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file that data was read from."""

    path: str
    """Relative to the folder that was searched, with `/` between its parts."""
    year: int
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ComponentFile:
    """A file of a component, as its name tells it."""

    path: Path
    table: str
    year: int
    version: int

    @classmethod
    def of(cls, path: Path) -> "ComponentFile | None":
        """Read the name; None where it is not one of a component's data files."""
        if path.suffix.lower() not in FORMATS:
            return None
        stem = _DATE_IN_FRONT.sub("", path.stem)
        match = _MONTHLY.match(stem) or _USUAL.match(stem)
        if match is None or _TWO_YEARS.search(match["before"]):  # of two years, nobody can know which is meant
            return None
        table = re.sub(r"[\s_-]+", "", match["before"] + match["after"]).upper()
        return cls(path=path, table=table, year=int(match["year"]), version=int(match["version"]))

    def source(self, folder: Path, *, sha256: str) -> Source:
        """What to record of this file, whose content has that digest."""
        return Source(
            path=self.path.relative_to(folder).as_posix(), year=self.year, version=self.version, sha256=sha256
        )


def sha256_of(path: Path) -> str:
    """Digest of a file's content; reads it once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_files(names: Sequence[str], *, years: Iterable[int], folder: Path, remark: str = "") -> list[ComponentFile]:
    """The latest version for each year, in the order of the years. Versions are compared as numbers: V10 is after V9.

    `names` are the component's name and those that it had in other years; what the `remark` says of a year is told
    where that year is absent.

    Raises
    ------
    InputError
        There is no such folder or component, a year is absent, a year has two different tables, or one version has two
        files with different content.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", remedy="the folder that holds the microdata")
    component = names[0]
    wanted = list(dict.fromkeys(years))
    if not wanted:
        raise InputError("No years were asked for.", remedy="years=[2014]")
    found = files_of(names, folder)
    if not found and not _homes(names, folder):
        known = sorted({path.name for path in _folders(folder) if path != folder and not path.name.isdigit()})
        raise InputError(
            f"There is no folder {component} in {folder}.",
            remedy=likely(component, known) if known else "the folder that holds the microdata",
        )
    present = sorted({file.year for file in found})
    absent = [year for year in wanted if year not in present]
    if absent:
        others = [name for year in absent for name in not_taken(names, year=year, version=0, folder=folder)]
        also = f" Not understood: {', '.join(others)}." if others else ""
        also += "".join(f" {said}" for said in _said_of(absent, remark))
        raise InputError(
            f"{component} has no file for {', '.join(map(str, absent))}; names like {component}2014V1.sav were "
            f"sought.{also}",
            remedy=f"years={present}" if present else "a folder with data files whose names end in V1, V2, ...",
        )
    return [_latest([file for file in found if file.year == year], names) for year in wanted]


def likely(name: str, known: Sequence[str]) -> str:
    """The few that are probably meant, and how many more there are."""
    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=_LIKELY) or sorted(folded)[:_LIKELY]
    more = len(folded) - len(close)
    shown = " or ".join(repr(folded[item]) for item in close)
    return f"{shown}; there {'is' if more == 1 else 'are'} {more} more" if more else shown


def _said_of(years: Iterable[int], remark: str) -> Iterator[str]:
    """The sentences of a remark that name one of the years."""
    for sentence in re.split(r"(?<=[.;])\s+", remark):
        if any(re.search(rf"(?<!\d){year}(?!\d)", sentence) for year in years):
            yield sentence if sentence.endswith(".") else f"{sentence}."


def _latest(files: list[ComponentFile], names: Sequence[str]) -> ComponentFile:
    tables = sorted({file.table for file in files})
    # The component's own name wins over others in its folder; several others are months or parts of a year.
    table = next((name.upper() for name in names if name.upper() in tables), tables[0])
    if len(tables) > 1 and table not in {name.upper() for name in names}:
        raise InputError(
            f"{names[0]} has several tables for {files[0].year}: {', '.join(tables)}.",
            remedy="a folder that holds only one of them",
        )
    newest = max(file.version for file in files if file.table == table)
    same = [file for file in files if file.table == table and file.version == newest]
    # Of one version in several formats, the one that carries labels and types.
    best = min(FORMATS.index(file.path.suffix.lower()) for file in same)
    alike = sorted((file for file in same if FORMATS.index(file.path.suffix.lower()) == best), key=lambda f: f.path)
    if len(alike) > 1 and len({sha256_of(file.path) for file in alike}) > 1:
        raise InputError(
            f"{names[0]} has version {newest} of {files[0].year} twice, with different content: "
            f"{', '.join(file.path.parent.name + '/' + file.path.name for file in alike)}.",
            remedy="ask CBS which is right, and keep that one only",
        )
    return alike[0]


def files_of(names: Sequence[str], folder: Path) -> list[ComponentFile]:
    """All files of a component in its folders, whatever their year and version; none where it has no folder."""
    return [file for path in _files(names, folder) if (file := ComponentFile.of(path))]


def _files(names: Sequence[str], folder: Path) -> Iterator[Path]:
    return (path for home in _homes(names, folder) for path in sorted(home.rglob("*")) if path.is_file())


def not_taken(names: Sequence[str], *, year: int, version: int, folder: Path) -> list[str]:
    """Names of files with data of that year that are not read, because nobody can tell which version they are.

    Earlier versions than the one taken do not count: what they are makes no difference.
    """
    found = []
    for path in _files(names, folder):
        if str(year) not in path.name or path.suffix.lower() not in (*FORMATS, *_OTHER_DATA) or ComponentFile.of(path):
            continue
        told = [int(number) for number in _VERSION.findall(path.stem)]
        if not told or told[-1] > version:
            found.append(path.name)
    return found


def files_about(word: str, folder: Path) -> list[Path]:
    """All files in folders whose names begin with the word, and those that have it in their own, of any kind."""
    found = []
    for path in _folders(folder):
        if path.name.casefold().startswith(word):
            found += [below for below in sorted(path.rglob("*")) if below.is_file()]
        else:
            found += [below for below in sorted(path.iterdir()) if word in below.name.casefold() and below.is_file()]
    return list(dict.fromkeys(found))


def _homes(names: Sequence[str], folder: Path) -> list[Path]:
    wanted = {name.casefold() for name in names}
    return [path for path in _folders(folder) if path.name.casefold() in wanted]


def _folders(folder: Path, depth: int = _DEPTH) -> Iterator[Path]:
    """The folder and those below it; not deeper, because the drive with all microdata is large."""
    yield folder
    if depth:
        with os.scandir(folder) as entries:
            below = sorted(entry.path for entry in entries if entry.is_dir())
        for path in below:
            yield from _folders(Path(path), depth - 1)
