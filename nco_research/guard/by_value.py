"""What the values of a column say that they are, whatever the column is called."""

import re
from collections.abc import Callable, Iterator

from nco_research.guard.check_digits import checked_numbers
from nco_research.guard.person_names import holds_names
from nco_research.guard.values import Values, whole_line

_MOST = 0.5
_SOME = 0.3
_RARE = 0.01
_FEWEST_CODES = 10

_EMAIL = re.compile(r"[^@\s;,<>()]+@[^@\s;,<>()]+\.[A-Za-z]{2,}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{0,3}\b")
_POSTCODE = re.compile(r"\b[1-9]\d{3}[ _.-]?[A-Za-z]{2}")
_POSTCODE_WITH_NUMBER = re.compile(
    r"^(?:[1-9]\d{3} ?|(?!19|20)[1-9]\d{3}[_.-])[A-Za-z]{2}[ ,.;:/_-]*\d{1,5}(?:[ -]?[A-Za-z0-9]{1,4})?$"
    r"|\d[^\n]{0,40}[ ,][1-9]\d{3}[ _.-]?[A-Za-z]{2}\b",
    re.MULTILINE,
)
_STREETS = ("straat", "laan", "weg", "plein", "gracht", "kade", "singel", "dreef", "steeg", "plantsoen", "dijk", "hof")
_STREET = rf"(?<!leer)(?:{'|'.join(_STREETS)})"  # a leerweg is a kind of school
_STREET_WITH_NUMBER = re.compile(rf"{_STREET},? \d{{1,5}}\b")
_STREET_ALONE = re.compile(rf"{_STREET}$", re.MULTILINE)
# With a sign that it is a number to call, or ten digits that begin with 06; nine digits that lost the zero are numbers.
_CALLED = whole_line(
    r"(?:(?:\+|00)31[ .()-]*0?[ .()-]*[1-9]|\(?0\d{2,3}\)?[ .-]+[1-9])(?:[ .-]?\d){6,8}"
    r"|06[ .-]*[1-58](?:[ .-]?\d){7}"
)
_AREAS = "1[035]|2[0346]|3[03568]|4[0356]|5[0358]|7[0-9]|85|88|6[1-58]"
_DIALLED = whole_line(rf"0(?:{_AREAS})\d{{7}}")
_DIALLED_SHARE = 0.6
"""Of random numbers that begin with a zero, two in five begin as those of a large town or a mobile telephone."""
_MOBILE = whole_line(r"0?6[1-58]\d{7}")
_MOBILE_SHARE, _MOBILE_FEWEST, _MOBILE_SPREAD = 0.8, 20, 10
_IP4 = whole_line(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_IP4_LARGE = whole_line(r".*\b(?:3[2-9]|[4-9]\d|1\d\d|2[0-5]\d)\b.*")
# Eight groups, or fewer with `::` between them; and the six pairs of a network card. Times (09:15:30:12) are neither.
_IP6 = whole_line(
    r"(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}"
    r"|(?=[\d:-]*[a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}",
    flags=re.IGNORECASE,
)
_PLATES = (
    *("LL-DD-DD", "DD-DD-LL", "DD-LL-DD", "LL-DD-LL", "LL-LL-DD", "DD-LL-LL", "DD-LLL-D", "D-LLL-DD", "LL-DDD-L"),
    *("L-DDD-LL", "LLL-DD-L", "L-DD-LLL", "D-LL-DDD", "DDD-LL-D"),
)
_PLATE = whole_line("|".join(plate.replace("L", "[A-Z]").replace("D", r"\d") for plate in _PLATES))
_PLATE_SHAPES = [whole_line(plate.replace("-", "").replace("L", "[A-Z]").replace("D", r"\d")) for plate in _PLATES]
_PLATE_SHARE, _PLATE_KINDS = 0.8, 3
_LETTERS = re.compile(r"[A-Z]{2,3}")
_TRACKS = frozenset(
    (
        *(
            "VWO",
            "HAV",
            "MAV",
            "HV",
            "VW",
            "MH",
            "VMB",
            "BBL",
            "KBL",
            "BB",
            "KB",
            "BK",
            "GL",
            "TL",
            "GTL",
            "GT",
            "KGT",
            "TGL",
        ),
        *("LWO", "PRO", "GYM", "ATH", "AT", "GY", "HTL", "VSO", "SBO", "SO", "PO", "VO", "BO"),
    )
)
_FEWEST_CLASSES, _MOST_TRACKS = 30, 10
_SIX_SIGNS = whole_line(r"[A-Z\d]{6}")
_NORTH, _EAST = r"5[0-3]\.\d{3,}", r"[3-7]\.\d{3,}"
_PLACE_ON_EARTH = whole_line(
    rf"[^\d\n]{{0,12}}(?:{_NORTH}°?[NnEe]?[ ,;]+{_EAST}|{_EAST}°?[NnEe]?[ ,;]+{_NORTH})[^\d\n]{{0,12}}"
)


def by_values(values: Values) -> str:
    """What the column holds, where that identifies somebody; else nothing."""
    if not values.texts:
        return ""
    found = checked_numbers(values)
    if found:
        return found
    if values.numbers is not None:
        return "telephone numbers" if _mobile_numbers(values) else ""
    return next((what for what, holds in _OF_TEXT if holds(values)), "")


def _emails(values: Values) -> bool:
    return "@" in values.lines and _some(_EMAIL.finditer(values.lines), of=values)


def _ibans(values: Values) -> bool:
    valid = (match for match in _IBAN.finditer(values.lines.upper()) if _is_iban(match[0].replace(" ", "")))
    return _some(valid, of=values)


def _is_iban(text: str) -> bool:
    """ISO 7064, modulo 97."""
    turned = text[4:] + text[:4]
    return 15 <= len(text) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _some(found: Iterator[re.Match[str]], *, of: Values) -> bool:
    """At least two, and one in a hundred: one among many labels is the helpdesk's."""
    count = sum(1 for _ in found)
    return count >= 2 and count > _RARE * len(of.texts)


def _addresses(values: Values) -> bool:
    if values.share(_POSTCODE) > _SOME and values.share(_POSTCODE_WITH_NUMBER) > _SOME:
        return True
    return _streets_among(values, _STREET_WITH_NUMBER) > _SOME


def _streets(values: Values) -> bool:
    return len(values.texts) >= _FEWEST_CODES and _streets_among(values, _STREET_ALONE) > _MOST


def _streets_among(values: Values, pattern: re.Pattern[str]) -> float:
    """The share of texts with a street. Most columns have hardly any of these words, which is seen in no time."""
    lines = values.lines.casefold()
    if sum(map(lines.count, _STREETS)) < _SOME * len(values.texts):
        return 0.0
    return sum(1 for _ in pattern.finditer(lines)) / len(values.texts)


def _telephones(values: Values) -> bool:
    if values.share(_CALLED) > _MOST or _mobile_numbers(values):
        return True
    return len(values.texts) >= _MOBILE_FEWEST and values.share(_DIALLED) > _DIALLED_SHARE


def _mobile_numbers(values: Values) -> bool:
    """Nine digits that begin as mobile numbers do, and spread as those: no running number in that range."""
    if values.share(_MOBILE) < _MOBILE_SHARE or len(values.texts) < _MOBILE_FEWEST:
        return False
    return len({text.lstrip("0")[:4] for text in values.texts}) >= _MOBILE_SPREAD


def _ip_addresses(values: Values) -> bool:
    """Versions and chapters have four parts as well, but small ones."""
    if values.share(_IP6) > _MOST:
        return True
    return values.share(_IP4) > _MOST and values.share(_IP4_LARGE) > _MOST


def _plates(values: Values) -> bool:
    """With dashes, or in at least three of the shapes that plates had: school numbers have one of them (12AB00)."""
    if len(values.texts) < _FEWEST_CODES:
        return False
    if "-" in values.lines and values.share(_PLATE) > _MOST:
        return not _classes(values)
    if values.share(_SIX_SIGNS) <= _PLATE_SHARE:
        return False
    shares = [share for shape in _PLATE_SHAPES if (share := values.share(shape))]
    return len(shares) >= _PLATE_KINDS and sum(shares) > _PLATE_SHARE


def _classes(values: Values) -> bool:
    """Labels of classes (3-VWO-02): the letters are those of a track, or the same few again and again."""
    letters = _LETTERS.findall(values.lines)
    if sum(found in _TRACKS for found in letters) > _MOST * len(letters):
        return True
    return len(values.texts) >= _FEWEST_CLASSES and len(set(letters)) <= _MOST_TRACKS


def _places(values: Values) -> bool:
    return values.share(_PLACE_ON_EARTH) > _MOST


_OF_TEXT: tuple[tuple[str, Callable[[Values], bool]], ...] = (
    ("e-mail addresses", _emails),
    ("bank account numbers", _ibans),
    ("postcodes with house numbers", _addresses),
    ("telephone numbers", _telephones),
    ("IP addresses", _ip_addresses),
    ("licence plates", _plates),
    ("places on a map", _places),
    ("streets", _streets),
    ("people's names", holds_names),
)
