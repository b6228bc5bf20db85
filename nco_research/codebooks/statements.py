"""What one codebook file says, field by field, before it is put together with what other files say."""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nco_research.codebooks.fields import FILE_FIELDS, REGISTER_FIELDS, VARIABLE_FIELDS, Place, parsed
from nco_research.codebooks.model import Confidence
from output_checks.errors import InputError

YEAR = "{year}"
"""In the name and labels of a variable of which there is one for each year."""

_TWICE = re.compile(r"declare|overwrite", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Statement:
    """What a file says of one register: only what stands in it. The same bytes give the same statement."""

    file: str
    register: str
    """In capitals."""
    source: str
    confidence: Confidence | None
    fields: Mapping[str, Any]
    variables: Mapping[str, Mapping[str, Any]]
    """The fields given for each variable, by its name as written."""

    def place(self, variable: str = "", field: str = "") -> Place:
        """Where it is said."""
        return Place(file=self.file, register=self.register, variable=variable, field=field)


@functools.lru_cache(maxsize=64)
def statements(content: bytes, file: str) -> tuple[Statement, ...]:
    """The registers of a file, in their order.

    Parameters
    ----------
    content
        TOML in UTF-8: `source` and `confidence` of all that it says, then a table per register, `[INSCHRWPOTAB]`, and
        one per variable, `[INSCHRWPOTAB.WPOLEERJAAR]`.
    file
        Its name, for errors, and as the source where the file names none.

    Raises
    ------
    InputError
        It is not UTF-8 or not TOML, has a field that is not known or not what it must be, or has a register or variable
        twice.
    """
    table = _toml(content, file)
    above = {name: value for name, value in table.items() if name in FILE_FIELDS or not isinstance(value, dict)}
    common = parsed(above, FILE_FIELDS, Place(file=file))
    registers = {name: value for name, value in table.items() if name not in above}
    _expect_once(registers, Place(file=file), "register")
    return tuple(_statement(name, value, file, common) for name, value in registers.items())


def _toml(content: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8.", remedy="save it as UTF-8 in the editor") from None
    except tomllib.TOMLDecodeError as error:
        twice = bool(_TWICE.search(str(error)))
        raise InputError(
            f"{file}: something is there twice: {error}." if twice else f"{file} is not valid TOML: {error}.",
            remedy="one table per variable, and one line per field" if twice else "mend that line; text is in quotes",
        ) from None


def _statement(name: str, table: Mapping[str, Any], file: str, common: Mapping[str, Any]) -> Statement:
    place = Place(file=file, register=name)
    variables = {key: value for key, value in table.items() if isinstance(value, dict) and key not in REGISTER_FIELDS}
    fields = parsed({key: value for key, value in table.items() if key not in variables}, REGISTER_FIELDS, place)
    said = {**common, **fields}
    said_of = dict(pair for key, value in variables.items() for pair in _variables(key, value, place))
    _expect_once(said_of, place, "variable")
    return Statement(
        file=file,
        register=name.upper(),
        source=said.get("source", f"file {file}"),
        confidence=said.get("confidence"),
        fields=fields,
        variables=said_of,
    )


def _variables(name: str, table: Mapping[str, Any], place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """The variable of a table, or one for each year."""
    here = Place(file=place.file, register=place.register, variable=name)
    fields = parsed(table, VARIABLE_FIELDS, here)
    _expect_one_meaning(fields, here)
    span = fields.pop("for_years", None)
    if (span is None) == (YEAR in name):
        here.refuse(
            f"has {YEAR} in its name and no years."
            if span is None
            else f"is for several years, without {YEAR} in its name.",
            remedy=f'["gem{YEAR}"] with for_years = [2004, 2030]',
        )
    if span is None:
        yield name, fields
        return
    for year in range(span[0], span[1] + 1):
        texts = {key: value.replace(YEAR, str(year)) for key, value in fields.items() if isinstance(value, str)}
        yield name.replace(YEAR, str(year)), {"first_year": year, **fields, **texts}


def _expect_one_meaning(fields: Mapping[str, Any], place: Place) -> None:
    """Do nothing, unless a code is said to mean two things."""
    said = [
        ("labelled", set(fields.get("codes", {}))),
        ("called missing", set(fields.get("missing", ()))),
        ("called an open end", set(fields.get("open_end", ()))),
        ("said to be written for another", set(fields.get("written", ()))),
    ]
    for number, (one, these) in enumerate(said):
        for other, those in said[number + 1 :]:
            for code in sorted(these & those):
                place.refuse(f"has the code {code!r} both {one} and {other}.", remedy="take it out of one of the two")


def _expect_once(names: Mapping[str, object], place: Place, what: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        before = seen.setdefault(name.casefold(), name)
        if before != name:
            place.refuse(f"has the {what} {name} twice, the first time as {before}.", remedy=f"one table {before}")
