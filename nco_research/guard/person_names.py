"""Columns of people's names, told from labels, places and courses by what the names look like together."""

import re
import unicodedata
from itertools import pairwise

from nco_research.guard.known_names import GIVEN_NAMES, SURNAMES
from nco_research.guard.values import Values

_LOOKED_AT = 1_000
_LONGEST = 60
_WORDED = re.compile(r"[^\W\d_]+(?:[ '.,()\-]+[^\W\d_]*)*")
_TITLE = re.compile(r"^(?:(?:dhr|mevr|mw|dr|drs|ir|ing|prof|mr|mrs|ms|herr|frau|univ)\b[. ]*)+", re.IGNORECASE)
_LOOK_ALIKES = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "’": "'"})

_WORD = r"[A-Z][a-z']+(?:[A-Z][a-z]+)?"
_NAME = rf"{_WORD}(?:[ -]{_WORD})*"
_PARTICLE = r"(?:van|von|de|den|der|ten|ter|te|het|'t|in|op|el|al|ben|da|dos|du|la|le)"
_INITIALS = r"(?:[A-Z]\. ?){1,5}"
_INITIALLED = re.compile(rf"{_INITIALS}(?:{_PARTICLE} )*{_NAME}|{_NAME},? {_INITIALS}(?: ?{_PARTICLE})*")
_WITHOUT_DOTS = re.compile(rf"([A-Z]){{1,4}} (?:{_PARTICLE} )*{_NAME}")
# `de Vries`, `VAN DEN BERG`, `Berg, van den`; but not `van Nederlandse herkomst`, `van 5 tot 10`, `Den Haag`.
_WITH_PARTICLE = re.compile(
    rf"(?!(?:het|in|op|la|le|al) )(?:{_PARTICLE} ){{1,3}}{_NAME}"
    r"|VAN (?:(?:DE|DEN|DER|HET|'T) )?[A-Z'-]{3,}(?:[ -][A-Z'-]{3,})?"
    rf"|{_NAME},? (?:van|von|de|den|der|ten|ter)(?: (?:de|den|der|het|'t))?"
)
_PEOPLE = re.compile(rf"{_WORD}(?: {_PARTICLE})*(?:[ -]{_NAME})+")

_FEWEST, _FEWEST_KNOWN = 5, 4
_SHARE_KNOWN = 0.15
"""Of full names. About half of them begin with a name of the list; of streets and districts, few in a hundred."""
_FEWEST_SINGLE, _SHARE_SINGLE = 8, 0.05
"""Of given names or surnames alone: the rarer a name, the more of the different ones."""
_FEWEST_IN_CLASS, _SHARE_IN_CLASS = 5, 0.3
_FEWEST_INITIALLED, _SHARE_INITIALLED = 9, 0.5
"""More than the answers of a questionnaire: `A. Nooit`, `B. Soms`."""
_FEWEST_LETTERS, _SHARE_WITHOUT_DOTS = 6, 0.8
"""Courses begin with a letter as well (`B Verpleegkunde`, `M Geneeskunde`), but with few different ones."""
_SHARE_WITH_PARTICLE = 0.1
_FEWEST_PEOPLE, _SHARE_PEOPLE = 100, 0.9
_FEWEST_KNOWN_PEOPLE, _SHARE_KNOWN_PEOPLE = 2, 0.01
"""Of words in capitals, which the names of studies have as well (`Computer Science`)."""


def holds_names(values: Values) -> bool:
    """Whether the values are names of people: full names, with initials, or given names or surnames alone.

    Judged by the different values together, so one name among labels stays unseen. Names in other than Latin letters
    are not recognised.
    """
    texts = values.texts[:_LOOKED_AT]
    worded = [_plain(text) for text in texts if len(text) <= _LONGEST and _WORDED.fullmatch(text)]
    if len(worded) < _FEWEST or 2 * len(worded) < len(texts):
        return False
    return (
        _begin_with_known(worded, of=len(texts))
        or _are_known(worded, of=len(texts))
        or _written_as_names(worded, of=len(texts))
    )


def _begin_with_known(texts: list[str], *, of: int) -> bool:
    """Full names: a known given name in front, or behind a comma."""
    parted = (text.casefold().replace(",", " , ").split() for text in texts)
    firsts = [_first(words) for words in parted if len(words) > 1]
    known = [first for first in firsts if first in GIVEN_NAMES]
    return len(known) >= max(_FEWEST, _SHARE_KNOWN * of) and len(set(known)) >= _FEWEST_KNOWN


def _first(words: list[str]) -> str:
    behind = next((after for before, after in pairwise(words) if before == ","), words[0])
    return behind.partition("-")[0]


def _are_known(texts: list[str], *, of: int) -> bool:
    """Given names or surnames alone."""
    folded = {text.casefold() for text in texts}
    for known in (GIVEN_NAMES, SURNAMES):
        count = len(folded & known)
        if count >= max(_FEWEST_SINGLE, _SHARE_SINGLE * of) or count >= max(_FEWEST_IN_CLASS, _SHARE_IN_CLASS * of):
            return True
    return False


def _written_as_names(texts: list[str], *, of: int) -> bool:
    for pattern, fewest, share in (
        (_INITIALLED, _FEWEST_INITIALLED, _SHARE_INITIALLED),
        (_WITH_PARTICLE, _FEWEST, _SHARE_WITH_PARTICLE),
    ):
        if sum(pattern.fullmatch(text) is not None for text in texts) >= max(fewest, share * of):
            return True
    people = [text.casefold() for text in texts if _PEOPLE.fullmatch(text)]
    if len(people) >= max(_FEWEST_PEOPLE, _SHARE_PEOPLE * of):
        known = sum(map(_has_known, people))
        if known >= max(_FEWEST_KNOWN_PEOPLE, _SHARE_KNOWN_PEOPLE * of):
            return True
    lettered = [match[1] for text in texts if (match := _WITHOUT_DOTS.fullmatch(text))]
    return len(set(lettered)) >= _FEWEST_LETTERS and len(lettered) >= _SHARE_WITHOUT_DOTS * of


def _has_known(text: str) -> bool:
    first, _, others = text.partition(" ")
    return first.partition("-")[0] in GIVEN_NAMES or others in SURNAMES


def _plain(text: str) -> str:
    """Without accents and titles."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LOOK_ALIKES)).encode("ascii", "ignore").decode("ascii")
    return _TITLE.sub("", text)
