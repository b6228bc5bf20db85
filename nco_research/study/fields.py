"""The keys of a study file: what each must be. Each raises InputError, naming file and key, where it is not."""

import re
from pathlib import Path
from typing import Any

from nco_research.study.basis import Basis
from nco_research.study.sections import Section
from output_checks.errors import InputError

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,79}$")


def study_name(section: Section) -> str:
    """The name, as a release can have it."""
    name = section.text("name", example="growth-2026")
    if not _NAME.match(name):
        raise InputError(
            f"{section.file}: `name` must be lower-case letters, digits, '-' and '_', at most 80, and start with a "
            f"letter or digit; found {name!r}.",
            remedy='name = "growth-2026"',
        )
    return name


def folder(section: Section, key: str, name: str) -> Path:
    """A folder that is there, or may come to be."""
    path = _placed(section, name)
    if path.exists() and not path.is_dir():
        raise InputError(f"{section.file}: `{key}` must be a folder; {path} is a file.", remedy="the folder it is in")
    return path


def existing_file(section: Section, key: str, name: str) -> Path:
    """A file that must be there: without it the study would do something else than it declares."""
    path = _placed(section, name)
    if not path.is_file():
        raise InputError(
            f"{section.file}: `{key}` names {name!r}, and there is no file {path}.",
            remedy=f"a path relative to {section.file.parent}, or take the line out where the study has none",
        )
    return path


def _placed(section: Section, name: str) -> Path:
    return (section.file.parent / Path(name).expanduser()).resolve()


def expect_apart(section: Section, data: Path, cache: Path) -> None:
    """Do nothing, unless one of the two folders is in the other."""
    if cache.is_relative_to(data) or data.is_relative_to(cache):
        how = "inside" if cache.is_relative_to(data) else "around"
        raise InputError(
            f"{section.file}: `cache` is {how} the data folder ({cache}); nothing is ever written there.",
            remedy='cache = "a folder elsewhere, inside the environment"',
        )


def units(section: Section) -> dict[str, tuple[str, ...]]:
    """Unit levels from the finest to the coarsest, as `Release` takes them."""
    given = _table(section, "units", 'pupil = ["RINPERSOONS", "RINPERSOON"]')
    levels = Section(file=section.file, values=given, keys=list(given), place="[units]")
    if not given:
        raise InputError(
            f"{section.file}: `units` must have a level at least, each with its key column or columns.",
            remedy='units.pupil = ["RINPERSOONS", "RINPERSOON"]',
        )
    return {
        level: (levels.text(level, example="WPOBRIN_crypt"),)
        if isinstance(value, str)
        else _some(levels, level, example='["RINPERSOONS", "RINPERSOON"]')
        for level, value in given.items()
    }


def _some(section: Section, key: str, *, example: str) -> tuple[str, ...]:
    texts = section.texts(key, example=example)
    if not texts:
        section.refuse(key, "a column or several", [], example)
    return texts


def registers(section: Section) -> dict[str, tuple[int, ...]]:
    """Registers by their names in capitals, with the years that they may be read for."""
    given = _table(section, "registers", 'INSCHRWPOTAB = ["2014-2020"]')
    named = Section(file=section.file, values=given, keys=list(given), place="[registers]")
    folded = [name.casefold() for name in given]
    twice = next((name for name in given if folded.count(name.casefold()) > 1), "")
    if twice:
        raise InputError(f"{section.file}: [registers]: {twice} is there twice.", remedy="one line with all its years")
    return {name.upper(): named.years(name) for name in given}


def bases(section: Section) -> tuple[Basis, ...]:
    """Every `[[basis]]`, in the order of the file."""
    given = section.values.get("basis", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        section.refuse("basis", "written as [[basis]], with two brackets", given, '[{category = "health", ...}]')
    return tuple(Basis.of(section.file, number, values) for number, values in enumerate(given, start=1))


def _table(section: Section, key: str, example: str) -> dict[str, Any]:
    given = section.values.get(key, {})
    if not isinstance(given, dict):
        section.refuse(key, f"a table under [{key}]", given, f"{{{example}}}")
    return given
