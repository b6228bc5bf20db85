"""Recognise linking keys and direct identifiers, by the name of a column and by its values.

Check digits alone mislead: about one in eleven random nine-digit numbers passes the test for a citizen service number,
and the CBS person number (RINPERSOON) has no check digit. So any nine digits count as a key here, and a column is named
where most of its values look like one.
"""

import re
from collections.abc import Mapping, Sequence

from stdnum.nl import brin, bsn, postcode

_KEY_NAMES = re.compile(
    r"""^(
        rin.* | .*_?crypt | brin.* | .*brin(vest)? | beid | be_?id | huishoudnr | soortobjectnummer | (rin)?objectnummer
        | bsn | burgerservicenummer | onderwijs(nummer|nr).* | sofinummer | pgn | leerling(nummer|nr)
        | gbageboorte(datum|dag|maand) | geboortedatum | date_?of_?birth | birth_?date
        | (achter|voor|roep)?naam | sur_?name | first_?name | last_?name | e?-?mail(_?adres)? | telefoon.* | phone.*
        | postcode6? | postal_?code | huisnummer | house_?number
        | pupil | student | person | persoon | leerling
        | (pupil|student|person|leerling|school)_?(id|nr|no|code|key)
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_NINE_DIGITS = re.compile(r"^\d{9}$")
_EIGHT_DIGITS = re.compile(r"^\d{8}$")  # a citizen service number that lost its leading zero
_POSTCODE = re.compile(r"^\d{4} ?[A-Z]{2}$")
_BRIN = re.compile(r"^\d{2}[A-Za-z]{2}(\d{2})?$")  # "16 to 19" is none, though stdnum would take the blanks out
_NUMBER = re.compile(r"^[-+]?[\d.,\s]+%?$")
_MOST = 0.5


def key_columns(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Names of the columns that look like a linking key or a direct identifier."""
    return tuple(name for name, texts in columns.items() if _KEY_NAMES.match(name.strip()) or _mostly_keys(texts))


def looks_like_key(text: str) -> bool:
    """Whether one value looks like a pseudonym, citizen service number, school code or full postcode."""
    return bool(
        _NINE_DIGITS.match(text)
        or (_EIGHT_DIGITS.match(text) and bsn.is_valid(text))
        or (_BRIN.match(text) and brin.is_valid(text))
        or (_POSTCODE.match(text) and postcode.is_valid(text))
    )


def holds_key(text: str) -> bool:
    """Whether any word of a text looks like a key, as in a comment or a heading."""
    return any(map(looks_like_key, re.findall(r"\w+", text))) or looks_like_key(text.strip())


def keys_in(texts: Sequence[str]) -> bool:
    """Whether some of the names in a column look like keys. Where all are numbers, nine digits may be an amount."""
    distinct = {text.strip() for text in texts if text.strip()}
    return any(map(holds_key, distinct)) and not all(map(_NUMBER.match, distinct))


def _mostly_keys(texts: Sequence[str]) -> bool:
    distinct = {text.strip() for text in texts if text.strip()}
    return sum(map(looks_like_key, distinct)) > _MOST * len(distinct)
