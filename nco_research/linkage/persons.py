"""The population file that pupils are linked to: who is known by which number, and by which details.

A number counts only where it passes its check, and a person is one identity however many rows and numbers they have.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nco_research.linkage import cleaning
from nco_research.linkage.layout import IN_REGISTER, OUTSIDE_REGISTER, REGISTERED
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

NO_PEOPLE = """
    CREATE OR REPLACE TEMP TABLE people (identity VARCHAR, certain BOOLEAN, bsn VARCHAR, education VARCHAR, sex VARCHAR,
    birth VARCHAR, postcode VARCHAR, house VARCHAR)
"""
"""The table that `load_persons` makes, without anybody."""

_EXPECTED: Mapping[str, tuple[str, str]] = {
    "BSN": ("bsn", "citizen service numbers that pass their check"),
    "ONDERWIJSNUMMER": ("education", "education numbers that pass their check, and empty for others"),
    "GESLACHT": ("sex", "M and V"),
    "GEBOORTEDATUM": ("birth", "dates, or text as 20120131"),
    "POSTCODE": ("postcode", "text as 1234AB"),
    "HUISNUMMER": ("house", "house numbers"),
}
_NUMBERS = ("BSN", "ONDERWIJSNUMMER")
_GIVEN = ", ".join(
    [
        *(
            f"t_{name} <> '' AND NOT {cleaning.is_no_number(f't_{name}')} AS given_{name}"
            for name in ("bsn", "education")
        ),
        *(f"t_{name} <> '' AS given_{name}" for name in ("sex", "birth", "postcode", "house")),
        "t_sex",
    ]
)
"""Whether anything stands there, whatever it is; and what stands for the sex."""
_MOST = 0.5
"""A column of which a larger share than this cannot be used is not what its name says."""


def load_persons(connection: "duckdb.DuckDBPyConnection", path: Path) -> int:
    """Make the table `people` of a parquet file; returns its number of rows with an identity.

    Columns of `people`: `identity` (RINPERSOONS and the number that RINPERSOON is made of), `certain`, `bsn`,
    `education`, `sex`, `birth`, `postcode`, `house`; text but for `certain`, empty where not known. A person may have
    several rows, as with former addresses.

    A row without a BSN is that of the person whose BSN stands with its education number elsewhere; where those are
    several, it is there once for each. `certain` is false where a number that the identity rests on stands with two
    sexes or two dates of birth. Rows without any number have no identity: nobody is linked to them, but they show that
    there is somebody else with the same details.

    Raises
    ------
    InputError
        The file cannot be read, lacks columns, has a column that mostly cannot be used, or has no person with a number.
    """
    columns = _columns(connection, path)
    absent = [name for name in REGISTERED if name not in columns]
    if absent:
        raise InputError(
            f"The population file {path.name} lacks the columns {', '.join(absent)}.",
            remedy=f"a parquet file with {', '.join(REGISTERED)}",
        )
    texts = ", ".join(f"{columns[name]} AS t_{_EXPECTED[name][0]}" for name in REGISTERED)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE registered AS
        WITH texts AS (SELECT {texts} FROM read_parquet({literal(path)})),
        digits AS (
            SELECT *, {cleaning.digits("t_bsn")} AS d_bsn, {cleaning.digits("t_education")} AS d_education FROM texts
        )
        SELECT
            CASE WHEN {cleaning.passes_as_bsn("d_bsn")} THEN d_bsn ELSE '' END AS bsn,
            CASE WHEN {cleaning.passes_as_education_number("d_education")} THEN d_education ELSE '' END AS education,
            {cleaning.sex("t_sex")} AS sex,
            {cleaning.date("t_birth")} AS birth,
            {cleaning.postcode("t_postcode")} AS postcode,
            {cleaning.house_number("t_house")} AS house,
            {_GIVEN}
        FROM digits
    """)
    _expect_usable(connection, path)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE people AS {_IDENTIFIED}")
    connection.execute("DROP TABLE registered")
    ((rows,),) = connection.execute("SELECT count(*) FROM people WHERE identity <> ''").fetchall()
    if not rows:
        raise InputError(
            f"Nobody in the population file {path.name} has a number that passes its check.",
            remedy="the population file with BSN and ONDERWIJSNUMMER",
        )
    return int(rows)


def _of_two_persons(number: str) -> str:
    """Numbers that stand with two sexes or dates of birth. Most numbers stand once, and cost little in this way."""
    return f"""
        SELECT {number} AS number FROM registered
        WHERE {number} IN (SELECT {number} FROM registered WHERE {number} <> '' GROUP BY {number} HAVING count(*) > 1)
        GROUP BY {number} HAVING {cleaning.TWO_PERSONS}
    """


_IDENTIFIED = f"""
    WITH several AS ({_of_two_persons("bsn")} UNION ALL {_of_two_persons("education")}),
    owners AS (SELECT DISTINCT education, bsn AS owner FROM registered WHERE bsn <> '' AND education <> ''),
    owned AS (
        SELECT registered.*, coalesce(owner, bsn) AS citizen
        FROM registered LEFT JOIN owners ON owners.education = CASE WHEN bsn = '' THEN registered.education END
    )
    SELECT
        CASE WHEN citizen <> '' THEN {literal(IN_REGISTER)} || citizen
            WHEN education <> '' THEN {literal(OUTSIDE_REGISTER)} || education ELSE '' END AS identity,
        citizen NOT IN (SELECT number FROM several)
            AND (bsn <> '' OR education NOT IN (SELECT number FROM several)) AS certain,
        bsn, education, sex, birth, postcode, house
    FROM owned
"""


def _expect_usable(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Raise InputError where a column is not what it should be: its checks would be off for everybody, unseen."""
    parts = [
        f"count(*) FILTER (given_{cleaned}), count(*) FILTER ({cleaned} <> '')" for cleaned, _ in _EXPECTED.values()
    ]
    (counted,) = connection.execute(
        f"SELECT count(*), {cleaning.boys_are_j('t_sex')}, {', '.join(parts)} FROM registered"
    ).fetchall()
    (rows, boys_are_j), counts = counted[:2], iter(counted[2:])
    wrong = []
    for name, given, usable in zip(_EXPECTED, counts, counts, strict=True):
        none = rows and not usable and name not in _NUMBERS
        if none or given - usable > _MOST * given or (name == "GESLACHT" and boys_are_j):
            wrong.append(name)
    if wrong:
        raise InputError(
            f"Most of what the population file {path.name} has in {', '.join(wrong)} cannot be used.",
            remedy="; ".join(f"{name}: {_EXPECTED[name][1]}" for name in wrong),
        )


def _columns(connection: "duckdb.DuckDBPyConnection", path: Path) -> dict[str, str]:
    """The columns that there are, by their names in upper case, as SQL that makes text of them."""
    import duckdb  # noqa: PLC0415 - only researchers install it

    if not path.is_file():
        raise InputError(f"There is no population file {path}.", remedy="the parquet file with all persons")
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
    except duckdb.Error:
        raise InputError(
            f"The population file {path.name} cannot be read as parquet: it is another kind of file, or cut off.",
            remedy="the file as it was made",
        ) from None
    return dict(_as_texts((str(row[0]), str(row[1])) for row in described))


def _as_texts(columns: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, kind in columns:
        value = quoted(name)
        text = f"CAST({value} AS VARCHAR)"
        if kind in {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}:
            text = f"strftime(CAST(CAST({value} AS TIMESTAMP) AS DATE), '%Y%m%d')"
        elif kind in {"FLOAT", "DOUBLE"} or kind.startswith("DECIMAL"):  # of whole numbers, where some were absent
            text = (
                f"CASE WHEN {value} = trunc({value}) THEN CAST(TRY_CAST({value} AS BIGINT) AS VARCHAR) ELSE {text} END"
            )
        yield name.upper(), f"coalesce({cleaning.text(text)}, '')"
