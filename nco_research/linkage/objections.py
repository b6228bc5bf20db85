"""Who objected to the use of their data: dropped from a delivery before anything else is done with it.

A pupil is recognised by either number in whatever spelling and whichever column, by whatever other numbers stand with
it in the population file, and, where a delivered number says nothing, by sex, date of birth, postcode and house number.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stdnum.nl import bsn, onderwijsnummer

from nco_research.linkage.kinds import FIRST_LINES
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

_COLUMNS = ("BSN", "ONDERWIJSNUMMER")
_REMEDY = f"a csv file with ; between its columns {' and '.join(_COLUMNS)}, one line per person"


_OBJECTS = "(bsn IN (SELECT number FROM objecting_numbers) OR education IN (SELECT number FROM objecting_numbers))"
"""SQL: whether a row of the population is that of somebody who objected."""


def read_objections(path: Path) -> frozenset[tuple[str, ...]]:
    """The numbers of each person who objected, nine digits each; a person has one or two.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, or has a line in which no number, or a wrong one, stands. Such an
        objection could not be honoured, so nothing goes on without it.
    """
    lines = _lines(path)
    names = [name.strip().strip('"').upper() for name in lines[0]] if lines else []
    if any(names.count(name) != 1 for name in _COLUMNS):
        pseudonyms = " It has the pseudonyms that are used after linkage." if "RINPERSOON" in names else ""
        raise InputError(
            f"The objections {path.name} must have the columns {' and '.join(_COLUMNS)} once.{pseudonyms}",
            remedy=_REMEDY,
        )
    places = [names.index(name) for name in _COLUMNS]
    found: set[tuple[str, ...]] = set()
    wrong: list[int] = []
    for number, fields in enumerate(lines[1:], start=2):
        if not any(field.strip() for field in fields):
            continue
        persons = tuple(_plain(fields[place]) for place in places if place < len(fields) and fields[place].strip())
        if persons and all(bsn.is_valid(one) or onderwijsnummer.is_valid(one) for one in persons):
            found.add(persons)
        else:
            wrong.append(number)
    if wrong:
        listed = ", ".join(map(str, wrong[:FIRST_LINES])) + (", ..." if len(wrong) > FIRST_LINES else "")
        raise InputError(
            f"The objections {path.name} have lines without a valid number or with a wrong one: {listed}.",
            remedy="the right numbers on those lines: an objection that nobody can find would not be honoured",
        )
    return frozenset(found)


def load_objections(connection: "duckdb.DuckDBPyConnection", persons: frozenset[tuple[str, ...]]) -> None:
    """Make the tables that say who objected, of their numbers and of the table `people` where there is one.

    `objecting` (identity: as in `people`), `objecting_numbers` (number), `objecting_details` (sex, birth, postcode,
    house), and `not_objecting` (the same and number): numbers of others with the same details, such as a twin.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE objecting_numbers (number VARCHAR)")
    numbers = sorted({number for person in persons for number in person})
    if numbers:
        connection.execute("INSERT INTO objecting_numbers SELECT unnest(?::VARCHAR[])", [numbers])
        _add_connected(connection)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE objecting AS
        SELECT DISTINCT identity FROM people WHERE {_OBJECTS} AND identity <> ''
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE objecting_details AS
        SELECT DISTINCT sex, birth, postcode, house FROM people WHERE {_OBJECTS}
        AND sex <> '' AND birth <> '' AND postcode <> '' AND house <> ''
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE not_objecting AS
        WITH others AS (
            SELECT * FROM people SEMI JOIN objecting_details USING (sex, birth, postcode, house) WHERE NOT {_OBJECTS}
        )
        SELECT sex, birth, postcode, house, bsn AS number FROM others WHERE bsn <> ''
        UNION SELECT sex, birth, postcode, house, education FROM others WHERE education <> ''
    """)


def _add_connected(connection: "duckdb.DuckDBPyConnection") -> None:
    """Add the numbers that stand beside one of `objecting_numbers` in the population, until there are no more.

    Also where they seem to be those of two persons: whose a number is that two have, nobody knows.
    """
    added = True
    while added:
        ((added,),) = connection.execute(f"""
            INSERT INTO objecting_numbers
            SELECT DISTINCT number FROM (SELECT unnest([bsn, education]) AS number FROM people WHERE {_OBJECTS})
            WHERE number <> '' AND number NOT IN (SELECT number FROM objecting_numbers)
        """).fetchall()


def is_objector(row: str) -> str:
    """SQL: whether a row objected. It has `given_bsn`, `given_education` (digits as delivered), `bsn`, `education`.

    And sex, birth, postcode, house: those decide only where no number of another person stands beside them.
    """
    details = ", ".join(f"{row}.{name}" for name in ("sex", "birth", "postcode", "house"))
    return f"""(
        {row}.given_bsn IN (SELECT number FROM objecting_numbers)
        OR {row}.given_education IN (SELECT number FROM objecting_numbers)
        OR (({details}) IN (SELECT (sex, birth, postcode, house) FROM objecting_details)
            AND ({details}, {row}.bsn) NOT IN (SELECT (sex, birth, postcode, house, number) FROM not_objecting)
            AND ({details}, {row}.education) NOT IN (SELECT (sex, birth, postcode, house, number) FROM not_objecting))
    )"""


def _plain(number: str) -> str:
    """As `cleaning.digits` does it, of one number."""
    bare = number.replace("\xa0", " ").strip()
    for tail in (".00", ",00", ".0", ",0"):
        bare = bare.removesuffix(tail)
    kept = "".join(character for character in bare if character not in " .-'/")
    return kept.lstrip("0").zfill(9) if kept else ""


def _lines(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"The objections {path} cannot be read ({error.strerror}).", remedy=_REMEDY) from None
    if b"\0" in content:
        raise InputError(f"The objections {path.name} are not csv text.", remedy=_REMEDY)
    lines = content.removeprefix(codecs.BOM_UTF8).splitlines()
    return list(_split(line.decode("cp1252", errors="replace") for line in lines))


def _split(lines: Iterable[str]) -> Iterator[list[str]]:
    for line in lines:
        yield next(csv.reader([line], delimiter=";"), [])
