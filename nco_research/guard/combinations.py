"""Columns that identify together, though none of them does alone."""

import re
from collections.abc import Iterator, Mapping

from nco_research.guard.by_name import FULL_DATE
from nco_research.guard.values import Values, plain_name, whole_line

_MOST = 0.5
_PARTS_OF_BIRTH = {
    "day": re.compile(r"geb(?:oorte)?_?(?:dag|dd)(?:_?(?:moeder|vader|ma|pa))?$|birth_?day$|day_?of_?birth"),
    "month": re.compile(r"geb(?:oorte)?_?(?:jaar_?)?(?:maand|mnd|mm)|birth_?month|month_?of_?birth"),
    "year": re.compile(r"geb(?:oorte)?_?(?:jaar|jr|jj)|birth_?year|year_?of_?birth"),
}
_THE_FIRST = whole_line(r"0?1|0+|-+")
_FEWEST_FIRSTS = 20
"""Records: of a few, all may have been born on a first."""
_BIRTH_PLACE = re.compile(
    r"geb(?:oorte)?_?(?:plaats|gemeente|gem)(?:_|$)|birth_?(?:place|town|city|municipality)|(?:place|town|city)_?of_?birth"
)
_OTHER_DAY = re.compile(
    r"toets|test|afname|exam|schr|aanv|begin|start|eind|end|peil|ingang|adres|huis|overl|gratie|enrol|entry|exit|meting"
    r"|measur|survey|enquete|school|vanaf|tot|bron|mutatie|verwerk|record|diplom|uitstroom|instroom|uitval|vertrek|huw|trouw"
    r"|scheid|vestig|migr|advies|besluit|lever|opname|ontslag|wijzig|verblijf|gifte|geldig|aankomst|graduat|marri|wedding"
    r"|divorc|depart|arriv|leav|creat|modif|updat|valid"
)
# With a dash only where no school year (`2014-HV`) is written so.
_POSTCODE = whole_line(r"(?:[1-9]\d{3} ?|(?!19|20)[1-9]\d{3}[-_.])[A-Za-z]{2}")
_POSTCODE_DIGITS = whole_line(r"[1-9]\d{3}")
_POSTCODE_LETTERS = whole_line(r"[A-Z]{2}")
_FEWEST_LETTERS, _FEWEST_DIGITS = 30, 2
_YEAR = whole_line(r"(?:19|20)\d{2}")
_HOUSE = re.compile(
    r"huis_?(?:num|nr|no)|(?:^|_)h(?:s|uis)?_?(?:nr?|num|no)(?:_|$)|house_?(?:num|no|nr)|^(?:straat_?)?(?:nr|num|nummer)$"
)
_HOUSE_VALUE = whole_line(r"\d{1,5}(?:[ -]?(?:[A-Za-z]{1,3}|[IVX]+|bis|\d{1,2}))?")
_LETTERED = whole_line(r"\d{2,5}[ -]?(?:[A-Za-z]|bis|hs|rd|huis)")
_FEWEST_HOUSES, _SHARE_LETTERED = 20, 0.02

_DECIMALS = whole_line(r"-?\d+\.\d{3,}")
_ON_EARTH = ((50.7, 53.7), (3.2, 7.3))
"""Degrees north and east of the European Netherlands."""
_IN_METRES = ((0.0, 300_000.0), (300_000.0, 625_000.0))
"""The national grid (Rijksdriehoek), x and y."""
_METRES_NAMED = re.compile(
    r"^(?:(?:rd|gps)_?)?[xy](?:_?(?:rd|co|coord(?:inaat|inate)?))?$|^(?:rd|coord(?:inaat|inate)?)_?[xy]$"
)
_FEWEST_PLACES = 10
_NAMED_PLACE = re.compile(r"lat|lon|lng|breedte|lengte|coord|gps|wgs|(?:^|_)[xy](?:_|$)")
_MEASURED = re.compile(
    r"pct|perc|proc|aandeel|share|fractie|ratio|rate|gem(?:_|idd)|gem$|mean|avg|average|median|cijfer|grade|score|scale|schaal"
    r"|index|niveau|level|skill|vaardig|groei|growth|(?:^|_)(?:sd|se|std|var)(?:_|$)|tarief|prijs|bedrag|leeftijd|age(?:_|$)"
)
"""Names of what is no place, whatever its numbers: percentages and grades lie in the range of degrees."""


def combined(values: Mapping[str, Values]) -> Iterator[tuple[str, str]]:
    """Column and what it holds, for each that identifies somebody beside the others."""
    words = {name: plain_name(name) for name in values}
    yield from _addresses(values, words)
    yield from _births(values, words)
    yield from _places(values, words)


def _addresses(values: Mapping[str, Values], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Full postcode, in one column or two, beside the house number."""
    full = [name for name, held in values.items() if held.share(_POSTCODE) > _MOST]
    named = next((name for name, text in words.items() if _HOUSE.search(text) and _could_be_houses(values[name])), "")
    house = named or next((name for name, held in values.items() if full and _are_houses(held)), "")
    if not house:
        return
    if not full and any(map(_are_postcode_digits, values.values())):
        full = [name for name, held in values.items() if _are_postcode_letters(held)]
    for name in full:
        yield name, f"full postcodes, and {house!r} the house number"


def _could_be_houses(values: Values) -> bool:
    return not values.texts or values.share(_HOUSE_VALUE) > _MOST


def _are_houses(values: Values) -> bool:
    """House numbers by their letters: 12a, 7 hs. Classes (8b) have one digit."""
    if values.share(_HOUSE_VALUE) <= _MOST or len(values.texts) < _FEWEST_HOUSES:
        return False
    return values.share(_LETTERED) >= _SHARE_LETTERED


def _are_postcode_digits(values: Values) -> bool:
    if values.share(_POSTCODE_DIGITS) <= _MOST or len(values.texts) < _FEWEST_DIGITS:
        return False
    return values.share(_YEAR) <= _MOST


def _are_postcode_letters(values: Values) -> bool:
    return values.share(_POSTCODE_LETTERS) > _MOST and len(values.texts) >= _FEWEST_LETTERS


def _births(values: Mapping[str, Values], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The date of birth in three columns; or days of whatever beside the place of birth."""
    parts = {
        part: [name for name, text in words.items() if pattern.search(text)]
        for part, pattern in _PARTS_OF_BIRTH.items()
    }
    # CBS sets the day to 1 for everybody in most projects, so that it says nothing.
    days = [name for name in parts["day"] if not _is_the_first(values[name])]
    if days and parts["month"] and parts["year"]:
        yield days[0], "the day of birth, beside month and year"
    place = next((name for name, text in words.items() if _BIRTH_PLACE.search(text)), "")
    if not place:
        return
    for name, held in values.items():
        if not _OTHER_DAY.search(words[name]) and held.share(FULL_DATE) > _MOST:
            yield name, f"days, beside the place of birth {place!r}"


def _is_the_first(values: Values) -> bool:
    return len(values.column) >= _FEWEST_FIRSTS and values.share(_THE_FIRST) == 1


def _places(values: Mapping[str, Values], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Two columns of coordinates: degrees by their range and decimals, metres by their names and range."""
    precise = {
        name: held for name, held in values.items() if _could_be_place(words[name]) and held.share(_DECIMALS) > _MOST
    }
    metres = {name: held for name, held in values.items() if _METRES_NAMED.search(words[name])}
    for columns, ranges in ((precise, _ON_EARTH), (metres, _IN_METRES)):
        first, second = (
            next((name for name, held in columns.items() if _within(held, lowest, highest)), "")
            for lowest, highest in ranges
        )
        if first and second and first != second:
            yield first, f"places on a map, with {second!r}"


def _could_be_place(words: str) -> bool:
    return _NAMED_PLACE.search(words) is not None or _MEASURED.search(words) is None


def _within(values: Values, lowest: float, highest: float) -> bool:
    numbers = _as_numbers(values)
    inside = sum(lowest <= number <= highest for number in numbers)
    return inside >= _FEWEST_PLACES and inside > 0.9 * len(values.texts)


def _as_numbers(values: Values) -> list[float]:
    if values.numbers is not None:
        return [float(number) for number in values.numbers]
    texts = (text.replace(",", ".") for text in values.texts)
    return [float(text) for text in texts if re.fullmatch(r"-?\d+(?:\.\d+)?", text)]
