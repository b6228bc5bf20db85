"""The codebooks that come with the toolkit, and those of a team on top of them.

Each register is a file of `registers/`; how such a file is written, and how a team extends it, is on the page
`docs/how-to/extend-a-codebook.md`.
"""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from nco_research.codebooks.building import built
from nco_research.codebooks.model import Codebook, Variable
from nco_research.codebooks.statements import Statement, statements
from output_checks.errors import InputError

FOLDER = Path(__file__).parent / "registers"


def components() -> tuple[str, ...]:
    """The registers that come with the toolkit, sorted."""
    return tuple(sorted(_shipped()))


def codebook(component: str, *, extensions: Sequence[Path] = ()) -> Codebook:
    """What is known of a register.

    Parameters
    ----------
    component
        Its name, or a former one (PERSOONINK is INPATAB), in whatever case.
    extensions
        A team's own files, the later ones on top: each may describe a register, add variables, or say something else
        of a field. Files that say nothing of the register change nothing.

    Returns
    -------
    Codebook
        Without variables, and named as asked in capitals, where nobody describes the register.

    Raises
    ------
    InputError
        A file cannot be read, or is not what a codebook must be; file, table and field are named.
    """
    own = tuple(statement for path in extensions for statement in statements(_content(path), Path(path).name))
    return _codebook(_current(component.upper(), own), own)


def check_file(path: Path) -> tuple[Codebook, ...]:
    """The codebooks that a team's file makes, on top of those that come with the toolkit.

    Raises
    ------
    InputError
        As `codebook`.
    """
    own = statements(_content(path), path.name)
    return tuple(_codebook(name, own) for name in dict.fromkeys(_current(said.register, own) for said in own))


def digest(book: Codebook) -> str:
    """SHA-256, in hexadecimal, over all that changes what is read by a codebook.

    Texts for people (labels of variables, units, remarks, sources) are left out: mending one does not change any data.
    """
    content = {
        "component": book.component,
        "formerly": book.formerly,
        "year_means": book.year_means.name,
        "reference_day": str(book.reference_day),
        "key": book.key,
        "spell": [book.spell.start, book.spell.end] if book.spell else None,
        "variables": [_as_read(variable) for variable in book],
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode("ascii")).hexdigest()


def _as_read(variable: Variable) -> dict[str, object]:
    return {
        "name": variable.name,
        "formerly": variable.formerly,
        "type": variable.type.name,
        "labels": list(variable.labels.items()),
        "labels_en": list(variable.labels_en.items()),
        "missing": sorted(variable.missing),
        "written": sorted(variable.written.items()),
        "open_end": sorted(variable.open_end),
        "within": variable.within,
        "only_where": sorted((name, list(codes)) for name, codes in variable.only_where.items()),
        "years": variable.years,
        "special": variable.special.name if variable.special else None,
    }


@functools.cache
def _shipped() -> Mapping[str, Statement]:
    found = [
        said
        for path in sorted(FOLDER.glob("*.toml"))
        for said in statements(path.read_bytes(), f"registers/{path.name}")
    ]
    return {statement.register: statement for statement in found}


def _current(name: str, own: Sequence[Statement]) -> str:
    """The name that the register has today."""
    if name in _shipped():
        return name
    said = (*_shipped().values(), *own)
    return next((part.register for part in said if name in map(str.upper, part.fields.get("formerly", ()))), name)


def _codebook(name: str, own: Sequence[Statement]) -> Codebook:
    shipped = _shipped()
    parts = [shipped[name]] if name in shipped else []
    parts += [said for said in own if _current(said.register, own) == name]
    return _built(name, *parts) if parts else Codebook(component=name, label=name, label_nl=name)


@functools.lru_cache(maxsize=256)
def _built(name: str, *parts: Statement) -> Codebook:
    return built(name, parts)


def _content(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            f"The codebook {path} cannot be read ({error.strerror}).",
            remedy="the path of a .toml file; docs/how-to/extend-a-codebook.md shows one",
        ) from None
