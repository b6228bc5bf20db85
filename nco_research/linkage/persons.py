"""The population file that pupils are linked to: who is known by which number, and by which details."""

from pathlib import Path
from typing import TYPE_CHECKING

from nco_research.linkage import cleaning
from nco_research.linkage.layout import IN_REGISTER, OUTSIDE_REGISTER, REGISTERED
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb


def load_persons(connection: "duckdb.DuckDBPyConnection", path: Path) -> int:
    """Make the table `people` of a parquet file; returns its number of rows.

    Columns of `people`: `identity` (RINPERSOONS and the number that RINPERSOON is made of), `bsn`, `education`, `sex`,
    `birth`, `postcode`, `house`, all text, empty where not known. A person may have several rows, as with former
    addresses. Rows without any number cannot get a person number and are left out.

    Raises
    ------
    InputError
        The file cannot be read, lacks columns, or has no person with a number.
    """
    columns = {name.upper(): name for name in _columns(connection, path)}
    absent = [name for name in REGISTERED if name not in columns]
    if absent:
        raise InputError(
            f"The population file {path.name} lacks the columns {', '.join(absent)}.",
            remedy=f"a parquet file with {', '.join(REGISTERED)}",
        )
    texts = ", ".join(
        f"coalesce({cleaning.text(f'CAST({quoted(columns[name])} AS VARCHAR)')}, '') AS {name}" for name in REGISTERED
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE people AS
        WITH texts AS (SELECT {texts} FROM read_parquet({literal(path)})),
        cleaned AS (
            SELECT
                {cleaning.digits("BSN")} AS bsn,
                {cleaning.digits("ONDERWIJSNUMMER")} AS education,
                {cleaning.sex("GESLACHT")} AS sex,
                {cleaning.date("GEBOORTEDATUM")} AS birth,
                {cleaning.postcode("POSTCODE")} AS postcode,
                {cleaning.house_number("HUISNUMMER")} AS house
            FROM texts
        )
        SELECT
            CASE WHEN bsn <> '' THEN {literal(IN_REGISTER)} || bsn ELSE {literal(OUTSIDE_REGISTER)} || education END
                AS identity,
            *
        FROM cleaned
        WHERE length(bsn) IN (0, 9) AND length(education) IN (0, 9) AND bsn || education <> ''
    """)
    ((rows,),) = connection.execute("SELECT count(*) FROM people").fetchall()
    if not rows:
        raise InputError(
            f"Nobody in the population file {path.name} has a number of nine digits.",
            remedy="the population file with BSN and ONDERWIJSNUMMER",
        )
    return int(rows)


def _columns(connection: "duckdb.DuckDBPyConnection", path: Path) -> list[str]:
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
    return [str(row[0]) for row in described]
