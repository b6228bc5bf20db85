"""Refuse data that says who somebody is, before anything is done with it.

Looks at column names and at values. Check digits alone mislead: a pseudonym (RINPERSOON) has nine digits too, and about
one in eleven random nine-digit numbers passes the test for a citizen service number. So a column is taken for real
numbers only where far more pass than chance explains. Errors name the column, never a value.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats
from stdnum.nl import bsn, onderwijsnummer

from output_checks.errors import InputError

_PASSES_BY_CHANCE = 1 / 11
_CHANCE = 1e-4
_SHARE = 0.3
_MOST = 0.5
_SAMPLE = 5000

_NAMES = {
    "a citizen service number": r"(^|_)(bsn|burgerservicenummer|sofi(nummer)?|pgn)(_|$)",
    "an education number": r"(^|_)onderwijs_?(nummer|nr)$",
    "a person's name": (
        r"^((achter|voor|roep|familie|volledige_)?naa?m(en)?|naam_(leerling|kind)|leerlingnaam"
        r"|name|(first|last|sur|given|full|family|pupil|student)_?name)$"
    ),
    "a school's name": r"^(school_?(naam|name)|naam_school|name_of_school)$",
    "an e-mail address or telephone number": r"^(e_?mail.*|telefoon.*|tel(ephone)?_?(nr|number)?|phone.*|mobiel.*)$",
    "an address": r"^(adres|straat(naam)?|address|street(_name)?)$",
}
_BIRTH = re.compile(r"geboorte_?(datum|dag$)|geb_?datum|(date|day)_?of_?birth|birth_?(date|day)|^dob$")
_BIRTH_PARTS = {"day": r"geboorte_?dag$|birth_?day$|day_?of_?birth", "month": r"geboorte_?maand|birth_?month"}
_BIRTH_YEAR = re.compile(r"geboorte_?jaar|birth_?year|year_?of_?birth")
_FULL_DATE = re.compile(r"^(\d{4}[-/.]?\d{2}[-/.]?\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([ T].*)?$")
_POSTCODE = re.compile(r"^[1-9]\d{3} ?[A-Za-z]{2}$")
_ADDRESS = re.compile(r"^[1-9]\d{3} ?[A-Za-z]{2}[ ,]+\d{1,5}\D{0,4}$")
_HOUSE_NUMBER = re.compile(r"^huis_?(nummer|nr)|^house_?(number|no|nr)")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_DIGITS = re.compile(r"^\d{8,9}$")


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """A column that says who somebody is, and what it holds."""

    column: str
    what: str


def refuse_identifiers(frame: pd.DataFrame, *, source: str = "the data") -> None:
    """Do nothing, unless `frame` has direct identifiers.

    Pseudonyms (RINPERSOON, names that end in _crypt) are not direct identifiers and pass.

    Raises
    ------
    InputError
        Columns hold citizen service numbers, education numbers, names, addresses or full dates of birth. Names the
        columns only.
    """
    found = tuple(identifiers(frame))
    if not found:
        return
    listed = "; ".join(f"{item.column!r} holds {item.what}" for item in found)
    others = "columns=[...] without " + ", ".join(repr(name) for name in dict.fromkeys(item.column for item in found))
    raise InputError(
        f"Direct identifiers in {source}: {listed}. Such data is not worked with.",
        remedy=f"{others}, and have the file replaced by one with pseudonyms",
    )


def identifiers(frame: pd.DataFrame) -> Iterator[Identifier]:
    """The columns of `frame` that identify people or schools directly, each once."""
    plain = {str(name): _plain(str(name)) for name in frame.columns}
    for position, (name, words) in enumerate(plain.items()):
        what = _by_name(words) or _by_values(frame.iloc[:, position])
        if what:
            yield Identifier(column=name, what=what)
        elif _BIRTH.search(words) and _mostly(_texts(frame.iloc[:, position]), _FULL_DATE):
            yield Identifier(column=name, what="a full date of birth")
    yield from _combinations(frame, plain)


def _by_name(words: str) -> str:
    return next((what for what, pattern in _NAMES.items() if re.search(pattern, words)), "")


def _by_values(column: "pd.Series[Any]") -> str:
    texts = _texts(column)
    if not texts:
        return ""
    for valid, what in ((bsn.is_valid, "citizen service numbers"), (onderwijsnummer.is_valid, "education numbers")):
        if _more_than_chance(texts, valid):
            return what
    if _mostly(texts, _EMAIL):
        return "e-mail addresses"
    if _mostly(texts, _ADDRESS):
        return "postcodes with house numbers"
    return ""


def _combinations(frame: pd.DataFrame, plain: dict[str, str]) -> Iterator[Identifier]:
    """Columns that identify together, though neither does alone."""
    house = next((name for name, words in plain.items() if _HOUSE_NUMBER.search(words)), None)
    if house is not None:
        for position, name in enumerate(plain):
            if _mostly(_texts(frame.iloc[:, position]), _POSTCODE):
                yield Identifier(column=name, what=f"full postcodes, and {house!r} the house number")
    parts = [
        next((name for name, words in plain.items() if re.search(pattern, words)), None)
        for pattern in _BIRTH_PARTS.values()
    ]
    if all(parts) and any(_BIRTH_YEAR.search(words) for words in plain.values()):
        yield Identifier(column=str(parts[0]), what="the day of birth, beside month and year")


def _more_than_chance(texts: list[str], valid: Callable[[str], bool]) -> bool:
    """Whether so many nine-digit numbers pass the check digit that they cannot be pseudonyms.

    Binomial test against one in eleven, and a share above 30 percent: many numbers make any small excess significant.
    """
    numbers = [text.zfill(9) for text in texts if _DIGITS.match(text)]
    if len(numbers) <= _SHARE * len(texts):
        return False
    passing = sum(map(valid, numbers))
    by_chance = float(stats.binom.sf(passing - 1, len(numbers), _PASSES_BY_CHANCE))
    return passing > _SHARE * len(numbers) and by_chance < _CHANCE


def _texts(column: "pd.Series[Any]") -> list[str]:
    """Distinct values as text; whole numbers without decimals. At most some thousands, spread over the column."""
    if pd.api.types.is_bool_dtype(column):
        return []
    values = column.dropna().drop_duplicates()
    if len(values) > _SAMPLE:
        # Drawn at random: every eleventh of a running number would pass the check digit, or none would.
        values = values.sample(_SAMPLE, random_state=0)
    if pd.api.types.is_float_dtype(values):
        whole = values[(values % 1 == 0) & (values.abs() < 1e15)]
        values = whole.astype("int64")
    return [text for text in (str(value).strip() for value in values) if text]


def _mostly(texts: list[str], pattern: re.Pattern[str]) -> bool:
    return bool(texts) and sum(pattern.match(text) is not None for text in texts) > _MOST * len(texts)


def _plain(name: str) -> str:
    """Lower case without accents, words joined by `_`: `Geboorte datum` and `geboorteDatum` become one."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", ascii_only)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
