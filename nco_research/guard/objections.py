"""The persons who objected to the use of their data: whoever is on the list is removed, everywhere and every time."""

import csv
import functools
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nco_research.guard.identifiers import identifying_columns
from nco_research.keys import as_key
from output_checks.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

KIND, NUMBER = "RINPERSOONS", "RINPERSOON"
_KIND = re.compile(r"^[A-Z]$")
_NUMBER = re.compile(r"^(?!0{9}$)[0-9A-Za-z]{9}$")
_KEY = r"[A-Z](?!0{9})[0-9A-Za-z]{9}"
_WHOLE = re.compile(r"^(\d{1,9})[.,]0+$")
_ROUND, _FEW = 10, 10
_DIGEST_ROUNDS = 100_000

PersonKey = tuple[str, str]


@dataclass(frozen=True, repr=False)
class Objections:
    """Person numbers of those who objected. Prints a rounded count and nothing else."""

    persons: frozenset[PersonKey]
    """RINPERSOONS and RINPERSOON, the latter with its nine characters."""

    @classmethod
    def read(cls, path: Path) -> "Objections":
        """Read a csv file with the columns RINPERSOONS and RINPERSOON, in whatever case, parted by `;`.

        UTF-8 or cp1252. Padding is stripped and lost leading zeros are put back; other columns are not used. A list
        without records is a list: nobody objected.

        Raises
        ------
        InputError
            There is no such file, it lacks a key column, a line has no valid key (its number is named, never a value),
            or it has direct identifiers, as the list before linkage has.
        """
        (_, header), *lines = _rows(path)
        header = [name.strip().upper() for name in header]
        _refuse_identifying(header, [row for _, row in lines], path)
        positions = [_position(name, header, path) for name in (KIND, NUMBER)]
        return cls(frozenset(_keys(lines, positions, path)))

    def with_bridge(self, pairs: pd.DataFrame) -> "Objections":
        """The same persons, also under the other numbers that they have or had.

        Parameters
        ----------
        pairs
            Four columns, whatever their names: kind and number of one key, kind and number of another key of the same
            person. That is what vtvpersoontab links: S numbers, made before a person was found in the population
            register, to R numbers. Rows in which either key is absent count for nothing.

        Notes
        -----
        Links are followed in both directions and until nothing is added: S to R, and from that R to another S.

        Raises
        ------
        InputError
            `pairs` has another number of columns.
        """
        one, other = _linked(pairs)
        known = {kind + number for kind, number in self.persons}
        fresh = known
        while fresh:
            reached = {*one[other.isin(fresh)], *other[one.isin(fresh)]}
            fresh = reached - known
            known |= fresh
        return Objections(frozenset((key[0], key[1:]) for key in known))

    @functools.cached_property
    def digest(self) -> str:
        """Equal for equal lists, whatever their order.

        Slow to compute on purpose: of a short list, all possible person numbers could be tried against a fast one.
        """
        content = "".join(f"{kind}{number}\n" for kind, number in sorted(self.persons))
        made = hashlib.pbkdf2_hmac("sha256", content.encode("utf-8"), b"nco objections", _DIGEST_ROUNDS)
        return made.hex()

    @property
    def count_rounded(self) -> str:
        """How many, as it may be told: `about 40`, `fewer than 10`, `none`."""
        return rounded(len(self))

    def as_frame(self) -> pd.DataFrame:
        """Columns RINPERSOONS and RINPERSOON, sorted, text: for an anti-join."""
        return pd.DataFrame(sorted(self.persons), columns=[KIND, NUMBER], dtype=object)

    def as_arrow(self) -> "pa.Table":
        """The same as an Arrow table of two text columns, also where it is empty."""
        import pyarrow as pa  # noqa: PLC0415 - only researchers install it

        persons = sorted(self.persons)
        columns = ([person[place] for person in persons] for place in (0, 1))
        return pa.table(
            {name: pa.array(values, pa.string()) for name, values in zip((KIND, NUMBER), columns, strict=True)}
        )

    def __len__(self) -> int:
        return len(self.persons)

    def __repr__(self) -> str:
        return f"Objections({self.count_rounded})"


def rounded(count: int) -> str:
    """A number of persons as it may be told: to the nearest ten, and below ten not at all."""
    if count == 0:
        return "none"
    return f"about {_ROUND * round(count / _ROUND):,}" if count >= _FEW else f"fewer than {_FEW}"


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The list of objections {path} cannot be read ({error.strerror}).",
            remedy="the list, or one with only its line of column names where nobody objected",
        ) from None
    if b"\0" in content:
        raise InputError(f"{path.name} is not a csv file.", remedy="save it as csv (UTF-8)")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Each line that is not empty with its number; the line of column names first, also where there is none."""
    text = _text(path).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(text.split("\n"), delimiter=";")
    try:
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error:
        raise InputError(
            f"{path.name}, line {reader.line_num}: this is not csv with ';' between its fields.",
            remedy="mend that line",
        ) from None
    return rows or [(1, [])]


def _position(name: str, header: list[str], path: Path) -> int:
    if header.count(name) != 1:
        found = "twice" if name in header else "not"
        raise InputError(
            f"{path.name}: the column {name} must be in the list of objections once; it is {found} there.",
            remedy=f"a csv file that begins with the line {KIND};{NUMBER}",
        )
    return header.index(name)


def _refuse_identifying(header: list[str], rows: list[list[str]], path: Path) -> None:
    columns = {
        name or f"column {place + 1}": pd.Series([row[place] for row in rows if place < len(row)], dtype=object)
        for place, name in enumerate(header)
    }
    found = identifying_columns(columns)
    if found:
        listed = "; ".join(f"{item.column!r} holds {item.what}" for item in found)
        raise InputError(
            f"Direct identifiers in {path.name}: {listed}. Such a list is not used inside the research environment.",
            remedy=f"the list that CBS made of it, with {KIND};{NUMBER}",
        )


def _keys(lines: list[tuple[int, list[str]]], positions: list[int], path: Path) -> Iterator[PersonKey]:
    cells = [[row[place] if place < len(row) else "" for place in positions] for _, row in lines]
    kinds = [kind.strip().upper() for kind, _ in cells]
    numbers = mended(number for _, number in cells)
    for (line, _), kind, number in zip(lines, kinds, numbers, strict=True):
        if not _KIND.match(kind) or not _NUMBER.match(number):
            raise InputError(
                f"{path.name}, line {line}: there is no valid key. Expected {KIND} as one letter (R or S) and {NUMBER} "
                "with nine characters, or the digits that are left of them without leading zeros.",
                remedy="mend that line; a person who is not recognised cannot be removed",
            )
        yield kind, number


def mended(numbers: Iterable[str]) -> list[str]:
    """Person numbers as keys are mended wherever they are read; `123.0` is what a spreadsheet left of one."""
    texts = pd.Series([_WHOLE.sub(r"\1", number.strip()) for number in numbers], dtype=object)
    return [number or "" for number in as_key(texts, NUMBER)]


def _linked(pairs: pd.DataFrame) -> "tuple[pd.Series[str], pd.Series[str]]":
    """Two columns of keys, kind and number in one text, of the rows that have both."""
    if pairs.shape[1] != 4:
        raise InputError(
            f"A bridge has four columns: kind and number, twice; this has {pairs.shape[1]}.",
            remedy="frame[['RINPERSOONS', 'RINPERSOON', 'RINPERSOONS_to', 'RINPERSOON_to']]",
        )
    kinds, numbers = (
        [as_key(pairs.iloc[:, place], name).fillna("").astype(str) for place in places]
        for name, places in ((KIND, (0, 2)), (NUMBER, (1, 3)))
    )
    one, other = (kind.str.upper() + number for kind, number in zip(kinds, numbers, strict=True))
    valid = one.str.fullmatch(_KEY) & other.str.fullmatch(_KEY)
    return one[valid], other[valid]
