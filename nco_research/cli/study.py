"""`nco study`: begin a study file, and see what one declares."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from nco_research.codebooks import Codebook, check_file, codebook, components
from nco_research.naming import slug
from nco_research.study import STUDY_FILE, Study, not_described
from nco_research.study.basis import ACCEPTED
from nco_research.study.sections import written_years
from output_checks.errors import InputError

_TEMPLATE = """\
# What this study reads, for what purpose, and how what leaves it is judged.
# Fill in purpose and data; take away the `# ` of what you need. Then: nco study check
# Paths are relative to this file.

name = "{name}"
purpose = ""  # what is to be found out, and for whom
data = ""  # the folder with microdata; nothing is ever written there
# cache = ".nco-cache"  # where converted microdata is kept; outside the data folder
# policy = "cbs-export"  # or a file of your own that is stricter: "project.toml"

# Who objected (csv: RINPERSOONS;RINPERSOON). Once declared, nothing is read without it.
# objections = "objections.csv"

# Codebooks of your own, for what the toolkit's do not describe.
# codebooks = ["codebook.toml"]

# Variables that the study itself calls sensitive; they are named in the record of every run.
# sensitive = ["INPPERSBRUT"]

# Whom the policy protects, from the finest level to the coarsest, each with its key column or columns.
[units]
pupil = ["RINPERSOONS", "RINPERSOON"]
school = "WPOBRIN_crypt"

# The registers that the purpose needs, and the years in the names of their files. Once one is declared, no other is
# read.
# [registers]
# INSCHRWPOTAB = ["2014-2020"]
# GBAPERSOONTAB = [2020]

# Health, religion and ethnicity are read on a recorded basis only: kind "consent", or for ethnicity also "law".
# [[basis]]
# category = "ethnicity"
# kind = "law"
# reference = "the document, its date and version"
# date = 2026-01-31
# variables = ["GBAGENERATIE"]
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `nco study new` and `nco study check`."""
    study = subparsers.add_parser(
        "study",
        help="begin a study file, or check one",
        description="A study file (study.toml) declares what a study reads, on what basis, and how it is judged.",
    )
    commands = study.add_subparsers(title="commands", metavar="COMMAND", required=True)

    new = commands.add_parser(
        "new",
        help="write a study file to fill in",
        description="Write a study.toml with an explanation of each key. One that is there is never overwritten.",
        epilog="example: nco study new growth-2026",
    )
    new.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the folder of the study; made where it does not exist"
    )
    new.set_defaults(run=_new)

    check = commands.add_parser(
        "check",
        help="check a study file, and say what may be read",
        description="Check a study file and all that it names: what may be read, on what basis, and how many objected.",
        epilog="example: nco study check growth-2026/study.toml --json",
    )
    check.add_argument("file", type=Path, nargs="?", metavar="FILE", help="default: the nearest study.toml")
    check.add_argument("--json", action="store_true", help="print as JSON")
    check.set_defaults(run=_check)


def _new(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    file = folder / STUDY_FILE
    if file.exists():
        raise InputError(f"{file} exists already.", remedy=f"nco study check {file}, or another folder")
    unfinished = folder / f".{STUDY_FILE}.writing"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = _TEMPLATE.format(name=slug(folder.absolute().name))
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror}).", remedy="another folder") from None
    _show(f"Written: {file}", f"Fill in purpose and data, then: nco study check {file}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    study = Study.read(arguments.file) if arguments.file else Study.nearest()
    if study is None:
        raise InputError(f"There is no {STUDY_FILE} in this folder or in one around it.", remedy="nco study new FOLDER")
    with tempfile.TemporaryDirectory() as folder:
        policy = study.release(folder).policy  # fails where the policy or the unit levels cannot be used
    own = {book.component for path in study.codebooks for book in check_file(path)}
    books = [codebook(name, extensions=study.codebooks) for name in sorted({*components(), *own})]
    objections = study.read_objections()
    found = {
        "file": str(study.path),
        "digest": study.digest,
        "name": study.name,
        "purpose": study.purpose,
        "data": str(study.data),
        "data_is_there": study.data.is_dir(),
        "cache": str(study.cache),
        "policy": f"{policy.label}, version {policy.version}",
        "units": {level: list(columns) for level, columns in study.units.items()},
        "registers": {name: list(years) for name, years in study.registers.items()},
        "special": {category.value: _bases_of(study, category.value, books) for category in ACCEPTED},
        "sensitive": list(study.sensitive),
        "codebooks": [str(path) for path in study.codebooks],
        "objections": objections.count_rounded if objections is not None else None,
    }
    _show(json.dumps(found, indent=2, ensure_ascii=True) if arguments.json else "\n".join(_told(found)))
    return 0


def _bases_of(study: Study, category: str, books: list[Codebook]) -> list[dict[str, Any]]:
    return [
        {
            "kind": basis.kind.value,
            "reference": basis.reference,
            "date": basis.date.isoformat(),
            "variables": list(basis.variables),
            "not_described": list(not_described(basis, books, file=study.path)),
        }
        for basis in study.bases
        if basis.category.value == category
    ]


def _told(found: dict[str, Any]) -> list[str]:
    absent = "" if found["data_is_there"] else "  (not there now)"
    lines = [
        f"{found['name']}: {found['purpose']}",
        "",
        f"data        {found['data']}{absent}",
        f"cache       {found['cache']}",
        f"policy      {found['policy']}",
        f"units       {_of_units(found['units'])}",
    ]
    for name, years in found["registers"].items():
        lines.append(f"register    {name} {written_years(years)}")
    if not found["registers"]:
        lines.append("registers   any: none is declared")
    for category, bases in found["special"].items():
        if not bases:
            lines.append(f"{category:<12}may not be read: no basis is recorded")
        for basis in bases:
            what = ", ".join(basis["variables"]) or "all variables"
            lines.append(f"{category:<12}{what}; {basis['kind']}: {basis['reference']} ({basis['date']})")
            if basis["not_described"]:
                lines.append(f"{'':<12}no codebook says that of {', '.join(basis['not_described'])}: is it spelt so?")
    lines.append(f"sensitive   {', '.join(found['sensitive']) or 'none declared'}")
    lines.append(f"codebooks   {', '.join(found['codebooks']) or 'those of the toolkit'}")
    lines.append(f"objections  {_of_objections(found['objections'])}")
    return lines


def _of_units(units: dict[str, list[str]]) -> str:
    return "; ".join(f"{level}: {', '.join(columns)}" for level, columns in units.items())


def _of_objections(count: str | None) -> str:
    return "no list is declared" if count is None else f"{count} on the list"


def _show(*lines: str) -> None:
    for line in lines:
        print(line)
