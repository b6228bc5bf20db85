"""What is asked for when microdata is opened: which years, by which study, from which folder, kept where."""

import os
import re
from collections.abc import Iterable
from numbers import Integral
from pathlib import Path

from nco_research.codebooks import Codebook, YearMeaning
from nco_research.study import STUDY_FILE, Study
from output_checks.errors import InputError

_CACHE = "NCO_CACHE"
_DIGITS = re.compile(r"\d{4}")
Years = int | str | Iterable[int | str]


def asked_study(study: Study | str | Path | None, folder: str | Path | None) -> tuple[Study | None, list[str]]:
    """The study that reads, and what is to be said of how it was found.

    Where none is given, it is that of the working directory, or the one around the folder whose data that folder is:
    who objected is written there, wherever a notebook runs.

    Raises
    ------
    InputError
        There is one, and it is not valid.
    """
    if study is not None:
        return (study if isinstance(study, Study) else Study.read(study)), []
    found = Study.nearest()
    if found is not None or folder is None:
        return found, []
    around = Study.around(folder)
    if around is not None:
        return around, [f"{around.path} is the study: this folder is its data."]
    return None, [f"No {STUDY_FILE} was found, so that nobody who objected was left out."]


def data_folder(folder: str | Path | None, study: Study | None) -> Path:
    """Where the microdata is.

    Raises
    ------
    InputError
        Neither a folder nor a study says so.
    """
    if folder is not None:
        return Path(folder)
    if study is None:
        raise InputError("There is no folder with microdata.", remedy='folder="..."; or a study.toml (nco study new)')
    return study.data


def cache_folder(cache: str | Path | None, study: Study | None) -> Path:
    """Where converted files are kept: as given, that of the study, or a folder of the user's."""
    if cache is not None:
        return Path(cache)
    if study is not None:
        return study.cache
    if os.environ.get(_CACHE):
        return Path(os.environ[_CACHE])
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "nco-research"


def file_years(book: Codebook, years: Years | None, school_years: Years | None) -> list[int]:
    """The years in the names of the files.

    Raises
    ------
    InputError
        Both or none are given, one is no year, or the register is not about school years.
    """
    if (years is None) == (school_years is None):
        raise InputError("Either years or school_years must be given.", remedy="years=[2014]")
    if years is not None:
        return _listed(years, "years")
    if book.year_means is YearMeaning.STATE:
        raise InputError(
            f"Files of {book.component} are not about a school year.", remedy="years=[...], as in the file names"
        )
    asked = () if school_years is None else school_years
    return [book.year_means.file_year(year) for year in _listed(asked, "school_years")]


def _listed(years: Years, what: str) -> list[int]:
    """Years as numbers: `2016` and `["2016"]` are plain enough."""
    given = [years] if isinstance(years, int | str) or not isinstance(years, Iterable) else list(years)
    return [_year(year, what) for year in given]


def _year(year: object, what: str) -> int:
    if isinstance(year, str) and _DIGITS.fullmatch(year):
        return int(year)
    if type(year) is not bool and isinstance(year, Integral):
        return int(year)
    raise InputError(
        f"{what} must be years of four digits, or several of those; found something else.",
        remedy=f"{what}=[2016], or {what}=range(2014, 2021)",
    )
