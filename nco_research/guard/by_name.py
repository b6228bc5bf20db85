"""What the name of a column says that it holds, whatever its values are."""

import re

import pandas as pd

from nco_research.guard.values import Values, plain_name, whole_line

_PERSON = (
    r"(?:achter|voor|roep|familie|geslachts|meisjes|eigen|volledige|persoons?|leerlinge?n?|kind|pupil|student|ouder|moeder"
    r"|vader|verzorger|voogd|leerkracht|docent|mentor|contactpersoon"
    r"|first|last|sur|given|full|family|middle|maiden|child|parent|mother|father|teacher|ll)"
)
_NAMES = {
    "a citizen service number": r"(?:^|_)(?:bsn(?:nr|nummer)?\d?|burgerservice(?:nummer|nr)|sofi(?:nummer|nr)?|pgn"
    r"|persoonsgebonden_?nummer)(?:_|$)|^bsn(?:kind|leerling|ouder|moeder|vader|ll)$|^(?:kind|leerling|ouder|moeder|vader)bsn$",
    "an education number": r"(?:^|_)onderwijs_?(?:nummer|nr)$|(?:^|_)education_?number$",
    "an administration number": r"(?:^|_)a_?nummer$|^gba_?nummer$",
    "a person's name": (
        rf"^(?:naa?m(?:en)?|name|{_PERSON}_?(?:naa?m(?:en)?|names?)\d?(?:_{_PERSON})?|(?:naam|name)_(?:of_)?{_PERSON}"
        r"|tussenvoegsels?|voorvoegsels?|voorletters?|initialen|initials|voornamen)$"
    ),
    "a school's name": r"^(?:school_?(?:naam|name)|naam_school|name_of_school)$",
    "an e-mail address or telephone number": (
        r"^(?:e_?mail(?:_?ad+res+)?|telefoon(?:_?nummer|_?nr)?|tel(?:ephone)?_?(?:nr|nummer|number)?|phone(?:_?number)?"
        r"|mobiel(?:_?nummer|_?nr)?|mobile(?:_?number)?|gsm(?:_?nummer|_?nr)?)"
        rf"(?:_?{_PERSON})?\d?$"
    ),
    "an address": (
        r"^(?:(?:woon|huis|post|thuis)?_?adres|straat(?:_?naam)?|straat_?(?:en_)?huis_?(?:nummer|nr)|(?:home_)?address"
        rf"|street(?:_?name)?)(?:_{_PERSON})?$"
    ),
    "a bank account number": (
        r"^(?:iban|rekening_?(?:nummer|nr)|bank_?(?:rekening|account)(?:_?(?:nummer|nr|number))?)$"
    ),
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _NAMES.items()}
_ABOUT_IT = re.compile(
    r"_(?:crypt|hash(?:ed)?|pseudo(?:niem|nym)?|aanwezig|bekend|geldig|ontbreekt|known|valid|present|missing|flag|yn|jn)$"
)

_BORN_WHO = rf"(?:_?(?:{_PERSON}|nr|num|txt|str|text|spss|sas|stata|excel|iso|raw|orig|\d))*"
_BIRTH_DATE = re.compile(
    r"(?:geb(?:oorte)?_?(?:datum|dat|date|dtm|dt|dag)|(?:^|_)gbd(?:at)?|(?:^|_)(?:datum|dat|dt|dag)_?geb|(?:^|_)dob|verjaardag"
    r"|(?:datum|dat|dt|dag)_?(?:van_?)?(?:de_?)?geboorte|(?:date|day)_?(?:of_?)?birth|birth_?(?:date|day|dte?))"
    rf"{_BORN_WHO}$"
)
"""Names that say nothing else than the day somebody was born."""
_BIRTH = re.compile(
    rf"{_BIRTH_DATE.pattern}|geb(?:oorte)?_?(?:datum|dat|dag)_|^geb(?:oorte)?$|geboren(?:_op)?$|(?:^|_)born(?:_on)?$"
    r"|(?:date|day)_?of_?birth|birth_?(?:date|day)"
)
"""Names of columns that may hold it."""
_MONTHS = r"(?:jan|feb|maa?r|mr|apr|ma[iy]|mei|ju[nl]|aug|sep|o[kc]t|nov|dec)[a-z]*\.?"
FULL_DATE = whole_line(
    r"(?:\d{4}[-/.]?\d{2}[-/.]?\d{2}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[-/. ]?{_MONTHS}[-/. ]?(?:\d{{4}}|\d{{2}})|{_MONTHS}[-/. ]\d{{1,2}},? \d{{4}})(?:[ T].*)?",
    flags=re.IGNORECASE,
)
_MOST, _NEARLY_ALL = 0.5, 0.9
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
_SHORT_DATE = whole_line(rf"\d{{2}}{_MONTH}(?:0[1-9]|[12]\d|3[01])|{_DAY}{_MONTH}\d{{2}}")
_YEAR_OR_MONTH = whole_line(rf"(?:18|19|20)\d{{2}}(?:[-/.]?{_MONTH})?|{_MONTH}[-/.](?:18|19|20)\d{{2}}")
_MOST_OF_NO_DAYS = 40
"""Days of the month, ages and answers are fewer; more different values under such a name are days, however written."""
_COUNTED_DAYS = (
    (7_000, 60_000),  # days since 1960, 1970 or 1900: SAS, Stata and R; Unix; Excel
    (3e8, 2.2e9),  # seconds since 1970 or 1960
    (1.1e10, 1.6e10),  # seconds since 1582, as SPSS counts: 1931 to 2089
    (3e11, 2.3e12),  # milliseconds since 1970 or 1960
    (3e17, 2.2e18),  # nanoseconds
)
_YES_OR_NO = frozenset(
    (
        *(
            "0",
            "1",
            "2",
            "ja",
            "nee",
            "j",
            "n",
            "yes",
            "no",
            "y",
            "true",
            "false",
            "t",
            "f",
            "wel",
            "niet",
            "waar",
            "onwaar",
        ),
        *("onbekend", "unknown"),
    )
)


def by_name(name: str, values: Values) -> str:
    """What the column holds, where its name says that it identifies somebody; else nothing.

    Names that end in _crypt or _hash, or say that a number is known or valid, are no identifiers by their name; nor are
    columns with nothing but yes and no: whether there is a telephone number is none.
    """
    words = plain_name(name)
    about_it = _ABOUT_IT.search(words) is not None
    if not about_it:
        what = next((what for what, pattern in _PATTERNS.items() if pattern.search(words)), "")
        if what and not _yes_or_no(values):
            return what
    if _BIRTH.search(words) and _holds_birth_dates(values):
        return "a full date of birth"
    if _BIRTH_DATE.search(words) and not about_it and _more_than_years(values):
        return "a full date of birth"
    return ""


def _yes_or_no(values: Values) -> bool:
    if pd.api.types.is_bool_dtype(values.column):
        return True
    return bool(values.texts) and all(text.casefold() in _YES_OR_NO for text in values.texts)


def _holds_birth_dates(values: Values) -> bool:
    """Whether most values are days: written out, also as six digits, or counted as programs count them."""
    if values.share(FULL_DATE) > _MOST:
        return True
    if values.share(_YEAR_OR_MONTH) > _MOST:
        return False
    if values.share(_SHORT_DATE) > _NEARLY_ALL:
        return True
    if values.numbers is None or not len(values.numbers):
        return False
    return any(
        bool(((values.numbers >= first) & (values.numbers <= last)).mean() > _MOST) for first, last in _COUNTED_DAYS
    )


def _more_than_years(values: Values) -> bool:
    """Whether there are more values than years, months, days of the month or answers could be."""
    others = len(values.texts) - values.count(_YEAR_OR_MONTH)
    return others > _MOST_OF_NO_DAYS and others > (1 - _NEARLY_ALL) * len(values.texts)
