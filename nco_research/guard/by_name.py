"""What the name of a column says that it holds, whatever its values are."""

import re

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

_BIRTH = re.compile(
    r"geb(?:oorte)?_?(?:datum|dat|dag)(?:$|_)|geboren(?:_op)?$|(?:date|day)_?of_?birth|birth_?(?:date|day)|^dob$|^gbd(?:at)?$"
)
_MONTHS = r"(?:jan|feb|ma?r|apr|ma[iy]|mei|ju[nl]|aug|sep|o[kc]t|nov|dec)[a-z]*\.?"
FULL_DATE = whole_line(
    r"(?:\d{4}[-/.]?\d{2}[-/.]?\d{2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[-/. ]{_MONTHS}[-/. ](?:\d{{4}}|\d{{2}}))(?:[ T].*)?",
    flags=re.IGNORECASE,
)
_MOST = 0.5
_DAYS_OF_EXCEL = (15_000, 60_000)  # 1941 to 2064, counted from 1900
_SECONDS_OF_SPSS = (1.1e10, 1.6e10)  # 1931 to 2089, counted from 1582


def by_name(name: str, values: Values) -> str:
    """What the column holds, where its name says that it identifies somebody; else nothing.

    Names that end in _crypt or _hash, or say that a number is known or valid, are no identifiers by their name.
    """
    words = plain_name(name)
    if not _ABOUT_IT.search(words):
        what = next((what for what, pattern in _PATTERNS.items() if pattern.search(words)), "")
        if what:
            return what
    if _BIRTH.search(words) and holds_days(values):
        return "a full date of birth"
    return ""


def holds_days(values: Values) -> bool:
    """Whether most values are days: written out, or counted as Excel (days) and SPSS (seconds) do."""
    if values.share(FULL_DATE) > _MOST:
        return True
    if values.numbers is None or not len(values.numbers):
        return False
    return any(
        bool(((values.numbers >= first) & (values.numbers <= last)).mean() > _MOST)
        for first, last in (_DAYS_OF_EXCEL, _SECONDS_OF_SPSS)
    )
