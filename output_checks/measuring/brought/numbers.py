"""Read texts as numbers: decimal commas, thousands, percent signs, and the marks that stand for a hidden number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SPACES = re.compile("[\\s\u00a0\u202f\u2009'\u2019]")
_FOOTNOTE = re.compile(r"(?<=\d)\s*(\*+|[†‡§¹²³]+|\[\w\]|\w\))$")
_UNIT = re.compile(
    r"(?<=\d)\s*(pupils?|leerling(en)?|students?|scholieren|personen|persons?|people|kinderen|children|records?)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"^[+-]?(\d+([.,]\d+)*|[.,]\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_BOTH = re.compile(r"^\s*([+-]?[\d.,\s]+?)\s*[(\[]\s*([+-]?[\d.,]+)\s*(%?)\s*[)\]]\s*$")
_BELOW = re.compile(r"^(<=?|≤|fewer than|less than|minder dan)\s*(\d{1,4})$", re.IGNORECASE)
_FROM_TO = re.compile(r"^(\d{1,4})\s*(?:-|–|to|t/m)\s*(\d{1,4})$")
_HIDDEN = {"x", ".", "..", "...", "…", "*", "**", "***", "-", "--", "–", "—", "s", "c", ":", "#", "?"}
_HIDDEN |= {
    "supp",
    "suppressed",
    "hidden",
    "geheim",
    "onderdrukt",
    "redacted",
    "confidential",
    "nan",
    "na",
    "n/a",
    "<na>",
}
DASHES = frozenset({"-", "--", "–", "—"})


@dataclass(frozen=True, kw_only=True)
class Number:
    """What one text shows: a number, or a mark for one that is hidden, which may say between what it lies."""

    value: float | None
    percent: bool = False
    decimals: int = 0
    low: float = 0.0
    high: float = float("inf")


def decimal_sign(texts: Iterable[str], *, european: bool = False) -> tuple[str, bool]:
    """The decimal sign of a file's numbers, and whether it is in doubt: 1.234 alone may be either."""
    votes, doubtful = {",": 0, ".": 0}, {",": 0, ".": 0}
    for text in texts:
        number = _SPACES.sub("", text.strip().removesuffix("%"))
        if not _PLAIN.match(number):
            continue
        signs = [sign for sign in number if sign in ",."]
        if len(set(signs)) == 2:
            votes[signs[-1]] += 1
        elif len(signs) > 1:
            votes["." if signs[0] == "," else ","] += 1
        elif signs and len(number.partition(signs[0])[2]) == 3 and number.lstrip("+-")[0] not in "0.,":
            doubtful[signs[0]] += 1
        elif signs:
            votes[signs[0]] += 1
    if votes[","] != votes["."]:
        return max(votes, key=lambda sign: votes[sign]), False
    if european:
        return ",", bool(doubtful[","])
    return ".", bool(doubtful["."])


def read_number(text: str, *, decimal: str) -> Number | None:
    """The number or mark in a text, None where it is something else. An empty text is a mark: nobody says what of."""
    plain = text.strip()
    if not plain or plain.casefold() in _HIDDEN:
        return Number(value=None)
    below = _BELOW.match(plain)
    if below:
        return Number(value=None, high=float(below[2]) - (below[1] not in {"<=", "≤"}))
    between = _FROM_TO.match(plain)
    if between and float(between[1]) < float(between[2]):
        return Number(value=None, low=float(between[1]), high=float(between[2]))
    plain = _UNIT.sub("", _FOOTNOTE.sub("", plain))
    percent = plain.endswith("%")
    plain = _SPACES.sub("", plain.removesuffix("%")).replace("\u2212", "-")
    if not _PLAIN.match(plain):
        return None
    thousands = "," if decimal == "." else "."
    if not re.match(rf"^[+-]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+({re.escape(decimal)}\d+)?$", plain):
        if thousands in plain and decimal not in plain and plain.count(thousands) == 1:
            decimal, thousands = thousands, decimal  # 12,5 among numbers with a point
        elif thousands in plain:
            return None
    plain = plain.replace(thousands, "").replace(decimal, ".")
    decimals = 0 if "e" in plain.lower() else len(plain.partition(".")[2])
    value = float(plain)
    return Number(value=value if abs(value) < 1e300 else None, percent=percent, decimals=decimals)


def split_pair(text: str) -> tuple[str, str] | None:
    """A count with its percentage in one text, as in `12 (45.1%)`; None for other texts."""
    both = _BOTH.match(text)
    return (both[1], f"{both[2]}{both[3]}") if both else None
