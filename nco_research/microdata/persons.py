"""Which columns of a file hold persons, and what they hold as a key: one letter for its kind, nine characters.

Whoever objected is found by these keys alone. What is plainly the same key, written in another way, is mended; what is
none after that is counted, so that it can be refused where somebody objected.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nco_research.keys import AROUND, is_key, is_person_number, plain_key
from nco_research.sql import literal, quoted

_NAMED = re.compile(r"^(?P<before>.*?)rinpersoon(?P<kind>s?)(?P<after>.*)$")
_ALWAYS_KINDS = ("", "hkw", "ma", "pa", "vtv")
_OWN = ("rinpersoon", "rin", "rinnr", "rinnum", "rinnummer")
_NO_PERSONS = re.compile(r"^rin_?(?:obj|adres|vbo|pand|huish)", re.IGNORECASE)
_DIGITS = 9
_NUMBER = rf"[0-9A-Za-z]{{{_DIGITS}}}"
_KIND = "[A-Z]"
_NO_PART = rf"[\s{AROUND}]"
_WHOLE = rf"^(\d{{1,{_DIGITS}}})[.,]0+$"
_DIGITS_LEFT = rf"\d{{1,{_DIGITS}}}"
_FIRST = r"\1"
_EMPTY = r"(?i)[^0-9a-z]*(na|nan|nat|none|null)?[^0-9a-z]*"
_WORDS = {
    "in het bevolkingsregister": "R",
    "in the population register": "R",
    "niet in het bevolkingsregister": "S",
    "not in the population register": "S",
    "alleen een onderwijsnummer": "O",
    "an education number only": "O",
}


@dataclass(frozen=True, kw_only=True)
class PersonKey:
    """A column of person numbers, and the column with their kinds."""

    number: str
    kind: str | None = None
    """None where the file has the number only."""
    own: bool = False
    """Whose record it is; others are named in it, as a parent or the head of a household."""
    certain: bool = True
    """False of a column whose name begins with RIN and says no more: it may hold something else."""

    @property
    def columns(self) -> list[str]:
        return [name for name in (self.kind, self.number) if name is not None]


def person_keys(columns: Mapping[str, Sequence[str]]) -> tuple[PersonKey, ...]:
    """The columns that hold persons: `RINPERSOONSMa` and `RINPERSOONMa`, `RIN`, whatever their case and signs.

    `columns` are all names that each column of a file has or had; a codebook of a team may call a person number
    otherwise. A kind without its number is not given here.
    """
    kinds, numbers = _named(columns)
    keys = []
    for column, names in columns.items():
        kind = next((kinds[place] for place, name in numbers.items() if name == column and place in kinds), None)
        if column in numbers.values() or (column not in kinds.values() and any(map(is_person_number, names))):
            own = any(plain_key(name) in _OWN for name in names)
            keys.append(PersonKey(number=column, kind=kind, own=own))
        elif column not in kinds.values() and any(map(_may_be_person, names)):
            keys.append(PersonKey(number=column, certain=False))
    return tuple(keys)


def _may_be_person(name: str) -> bool:
    return plain_key(name).startswith("rin") and _NO_PERSONS.match(name) is None


def kinds_alone(columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """RINPERSOONS without RINPERSOON: the persons are in the file, under a name that nobody can know."""
    kinds, _ = _named(columns)
    own = kinds.get(("", ""))
    return () if own is None or any(key.own for key in person_keys(columns)) else (own,)


def _named(columns: Mapping[str, Sequence[str]]) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Kinds and numbers by what is before and behind RINPERSOON in their names."""
    kinds: dict[tuple[str, str], str] = {}
    numbers: dict[tuple[str, str], str] = {}
    matches = [
        (column, match)
        for column, names in columns.items()
        for name in names
        if is_key(name) and (match := _NAMED.match(plain_key(name)))
    ]
    for column, match in matches:
        if not match["kind"]:
            numbers.setdefault((match["before"], match["after"]), column)
    for column, match in matches:
        place = (match["before"], match["after"])
        if not match["kind"] or column in numbers.values():
            continue
        if place in numbers or match["after"] in _ALWAYS_KINDS:
            kinds.setdefault(place, column)
        else:  # RINPERSOONSPOUSE is a number
            numbers.setdefault((match["before"], "s" + match["after"]), column)
    return kinds, numbers


def number_sql(text: str) -> str:
    """A person number in its nine characters, of an expression that gives text; what is none stays as it is."""
    bare = f"regexp_replace({text}, {literal(_NO_PART)}, '', 'g')"
    whole = f"regexp_replace({bare}, {literal(_WHOLE)}, {literal(_FIRST)})"
    mended = (
        f"CASE WHEN {_is(bare, _EMPTY)} THEN NULL "
        f"WHEN {_is(whole, _DIGITS_LEFT)} THEN lpad({whole}, {_DIGITS}, '0') ELSE {bare} END"
    )
    # Most values are as they should be, so that mending costs little.
    return f"CASE WHEN {text} IS NULL OR {_is(text, _NUMBER)} THEN {text} ELSE {mended} END"


def kind_sql(text: str, labels: Iterable[tuple[str, str]]) -> str:
    """The letter of a kind, of an expression that gives text: a label in place of its code counts as the code."""
    bare = f"upper(trim({text}, {literal(' ' + AROUND)}))"
    words = " ".join(f"WHEN {literal(word)} THEN {literal(letter)}" for word, letter in _letters(labels).items())
    mended = f"CASE WHEN {_is(bare, _EMPTY)} THEN NULL ELSE CASE {bare} {words} ELSE {bare} END END"
    return f"CASE WHEN {text} IS NULL OR {_is(text, _KIND)} THEN {text} ELSE {mended} END"


def _letters(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Letter by word or number, all in capitals: `1` labelled `R` is R, and so is R's own label."""
    found = {word.upper(): letter for word, letter in _WORDS.items()}
    for code, label in labels:
        plain, said = code.strip().upper(), " ".join(label.split()).upper()
        if re.fullmatch(_KIND, plain):
            found.setdefault(said, plain)
        elif re.fullmatch(_KIND, said):
            found[plain] = said
        elif said in found:
            found[plain] = found[said]
    return found


def no_number(column: str) -> str:
    """Whether a cleaned column has something that is no person number."""
    return f"coalesce(NOT {_is(quoted(column), _NUMBER)}, false)"


def no_kind(column: str) -> str:
    """Whether a cleaned column has something that is no kind of person number."""
    return f"coalesce(NOT {_is(quoted(column), _KIND)}, false)"


def _is(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"
