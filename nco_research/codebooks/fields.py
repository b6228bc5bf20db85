"""The fields that a codebook file may have, what each must be, and how to write it where it is not."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, NoReturn

from nco_research.codebooks.model import Confidence, SpecialCategory, Spell, VariableType, YearMeaning
from nco_research.columns import closest
from output_checks.errors import InputError

_DAY = re.compile(r"^\d{2}-\d{2}$")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_LEAP_YEAR = 2000
_LANGUAGES = ("nl", "en")

Codes = dict[str, tuple[str, str]]
"""Dutch and English label per code; the English one may be empty."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a file something stands: errors name it."""

    file: str
    register: str = ""
    variable: str = ""
    field: str = ""

    def __str__(self) -> str:
        table = f"[{self.register}.{self.variable}]" if self.variable else f"[{self.register}]" if self.register else ""
        return " ".join(part for part in (f"{self.file}:", table, f"`{self.field}`" if self.field else "") if part)

    def refuse(self, problem: str, *, remedy: str) -> NoReturn:
        """Raise InputError: what was expected and found here, and what to write instead."""
        raise InputError(f"{self} {problem}", remedy=remedy) from None


def text(value: object, place: Place) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        place.refuse(f"must be text; found {_kind(value)}.", remedy=f'{place.field} = "..."')
    if not value.strip():
        place.refuse("is empty.", remedy="fill it in, or take the line out")
    return value


def texts(value: object, place: Place) -> tuple[str, ...]:
    """A list of texts, each once."""
    if not isinstance(value, list):
        place.refuse(f"must be a list of texts; found {_kind(value)}.", remedy=f'{place.field} = ["..."]')
    wrong = next((item for item in value if not isinstance(item, str)), None)
    if wrong is not None:
        place.refuse(
            f"must hold texts; found {_kind(wrong)}. Codes are text, so that 01 stays 01.",
            remedy=f'{place.field} = ["{wrong}"]' if isinstance(wrong, int) else f'{place.field} = ["..."]',
        )
    padded = next((item for item in value if item != item.strip() or not item), None)
    if padded is not None:
        place.refuse(
            f"holds {padded!r}; codes are compared without padding, and what is empty is missing anyway.",
            remedy=f'"{padded.strip()}"' if padded.strip() else "take it out",
        )
    if len(set(value)) < len(value):
        place.refuse("holds the same text twice.", remedy="take one of the two out")
    return tuple(value)


def codes(value: object, place: Place) -> Codes:
    """A table of labels: `"1" = "Man"`, or `"1" = {nl = "Man", en = "man"}`."""
    if not isinstance(value, dict):
        place.refuse(
            f"must be a table of codes; found {_kind(value)}.", remedy='codes = {"1" = {nl = "Man", en = "man"}}'
        )
    return {code.strip(): _labels(label, code, place) for code, label in value.items()}


def _labels(value: object, code: str, place: Place) -> tuple[str, str]:
    labels = {"nl": value} if isinstance(value, str) else value
    how = f'"{code}" = {{nl = "...", en = "..."}}'
    if not isinstance(labels, dict) or not all(isinstance(label, str) for label in labels.values()):
        place.refuse(f"must give code {code!r} a text, or one per language; found {_kind(value)}.", remedy=how)
    unknown = [language for language in labels if language not in _LANGUAGES]
    if unknown:
        place.refuse(f"gives code {code!r} a label in {unknown[0]!r}, which is not known.", remedy="nl or en")
    if not labels.get("nl", "").strip():
        place.refuse(f"gives code {code!r} no Dutch label, by which the codes of a file are compared.", remedy=how)
    return str(labels["nl"]), str(labels.get("en", ""))


def written(value: object, place: Place) -> dict[str, str]:
    """What files hold in place of a code, and the code."""
    how = 'written = { "no code list" = "00" }'
    if not isinstance(value, dict) or not value:
        place.refuse(f"must be a table of words and the codes that they mean; found {_kind(value)}.", remedy=how)
    for word, code in value.items():
        if not isinstance(code, str):
            place.refuse(f"must give {word!r} a code as text; found {_kind(code)}.", remedy=f'"{word}" = "{code}"')
        if not word.strip() or not code.strip():
            place.refuse("has words or a code that are empty; what is empty is missing anyway.", remedy=how)
    meant = {word.strip(): code.strip() for word, code in value.items()}
    again = next((word for word, code in meant.items() if code in meant), None)
    if again is not None:
        place.refuse(f"gives {again!r} a meaning that is itself words for a code.", remedy="the code itself")
    return meant


def number_range(value: object, place: Place) -> tuple[float, float]:
    """Lowest and highest value, both possible."""
    how = "within = [500, 550]"
    if not isinstance(value, list) or len(value) != 2 or not all(_is_number(item) for item in value):
        place.refuse("must be the lowest and the highest number, in a list.", remedy=how)
    low, high = float(value[0]), float(value[1])
    if not low <= high:
        place.refuse(f"is the wrong way round: {value[0]} is more than {value[1]}.", remedy=f"[{value[1]}, {value[0]}]")
    return low, high


def year(value: object, place: Place) -> int:
    """A year in the name of a file."""
    if not isinstance(value, int) or isinstance(value, bool) or not _FIRST_YEAR <= value <= _LAST_YEAR:
        place.refuse(f"must be a year; found {_kind(value)}.", remedy=f"{place.field} = 2014")
    return value


def years(value: object, place: Place) -> tuple[int, int]:
    """First and last of the years for which there is a variable each."""
    if not isinstance(value, list) or len(value) != 2:
        place.refuse("must be the first and the last year, in a list.", remedy="for_years = [2004, 2030]")
    first, last = (year(item, place) for item in value)
    if first > last:
        place.refuse(f"is the wrong way round: {first} is after {last}.", remedy=f"[{last}, {first}]")
    return first, last


def only_where(value: object, place: Place) -> dict[str, tuple[str, ...]]:
    """Another variable and its codes."""
    if not isinstance(value, dict) or not value:
        place.refuse(
            f"must be a table of another variable and its codes; found {_kind(value)}.",
            remedy='only_where = {WPOCODEEINDTOETS = ["01", "11"]}',
        )
    return {name: texts(given, place) for name, given in value.items()}


def spell(value: object, place: Place) -> Spell:
    """The columns with the first and the last day of a row."""
    how = 'spell = {start = "AANVINSCHR", end = "EINDINSCHR"}'
    if not isinstance(value, dict) or set(value) != {"start", "end"}:
        place.refuse("must name the columns `start` and `end`, and nothing else.", remedy=how)
    return Spell(start=text(value["start"], place), end=text(value["end"], place))


def reference_day(value: object, place: Place) -> dt.date:
    """A day of any year, as `"10-01"`: month and day."""
    how = 'reference_day = "10-01", which is 1 October'
    if not isinstance(value, str) or not _DAY.match(value):
        place.refuse("must be a month and a day.", remedy=how)
    try:
        return dt.date(_LEAP_YEAR, int(value[:2]), int(value[3:]))
    except ValueError:
        place.refuse(f"is no day: {value!r}.", remedy=how)


def _chosen(kind: type[Enum], written: Mapping[str, Enum]) -> Callable[[object, Place], Any]:
    def parse(value: object, place: Place) -> Any:  # noqa: ANN401 - an item of `kind`
        if not isinstance(value, str):
            place.refuse(f"must be text; found {_kind(value)}.", remedy=f'{place.field} = "{next(iter(written))}"')
        if value not in written:
            place.refuse(f"is {value!r}, which is none of {', '.join(written)}.", remedy=closest(value, list(written)))
        return written[value]

    parse.__doc__ = f"One of {kind.__name__}."
    return parse


def _by_name(kind: type[Enum]) -> dict[str, Enum]:
    return {item.name.lower(): item for item in kind}


Parser = Callable[[object, Place], Any]

FILE_FIELDS: Mapping[str, Parser] = MappingProxyType(
    {"source": text, "confidence": _chosen(Confidence, _by_name(Confidence))}
)
"""Above the tables: what holds for all that the file says."""

REGISTER_FIELDS: Mapping[str, Parser] = MappingProxyType(
    {
        "label": text,
        "label_nl": text,
        "unit": text,
        "year_means": _chosen(YearMeaning, _by_name(YearMeaning)),
        "reference_day": reference_day,
        "key": texts,
        "spell": spell,
        "formerly": texts,
        "remark": text,
        **FILE_FIELDS,
    }
)

VARIABLE_FIELDS: Mapping[str, Parser] = MappingProxyType(
    {
        "type": _chosen(VariableType, _by_name(VariableType)),
        "label": text,
        "label_nl": text,
        "unit": text,
        "codes": codes,
        "codes_of": text,
        "missing": texts,
        "written": written,
        "open_end": texts,
        "within": number_range,
        "only_where": only_where,
        "formerly": texts,
        "first_year": year,
        "last_year": year,
        "special": _chosen(SpecialCategory, _by_name(SpecialCategory)),
        "remark": text,
        "for_years": years,
        "replace": texts,
        **FILE_FIELDS,
    }
)

ADDED = ("codes", "missing", "written", "open_end", "formerly")
"""Fields of a variable to which a later file adds, unless it names them in `replace`."""


def parsed(table: Mapping[str, object], known: Mapping[str, Parser], place: Place) -> dict[str, Any]:
    """Every field of a table by its parser.

    Raises
    ------
    InputError
        A field is not known, or is not what it must be; file, table and field are named.
    """
    found: dict[str, Any] = {}
    for name, value in table.items():
        here = Place(file=place.file, register=place.register, variable=place.variable, field=name)
        if name not in known:
            here.refuse("is not known.", remedy=closest(name, list(known)))
        found[name] = known[name](value, here)
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - not NaN


def _kind(value: object) -> str:
    """What a value of a codebook file is; never of a record."""
    names: Sequence[tuple[type, str]] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a date or time")
