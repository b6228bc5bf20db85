"""Write what was linked as LVSNCO: pseudonyms only, in an order that tells nothing about the deliveries."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nco_research.guard import identifiers
from nco_research.linkage.layout import LVSNCO
from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.sql import literal, quoted
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

FORMATS = ("parquet", "csv")
_OUTPUT = re.compile(r"^LVSNCO(?P<year>\d{4})V(?P<version>\d+)\.\w+$", re.IGNORECASE)
_AT_ONCE = 500_000
_SAMPLE = 20_000
_EVERYTHING = ", ".join(quoted(name) for name in LVSNCO)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file of one school year."""

    path: Path
    school_year: int
    rows: int
    persons: int
    schools: int


def next_version(folder: Path, school_year: int) -> int:
    """One more than the highest version of that school year in the folder, whatever its format; else 1."""
    names = [_OUTPUT.match(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return 1 + max((int(name["version"]) for name in names if name and int(name["year"]) == school_year), default=0)


def output_name(school_year: int, version: int, format_: str) -> str:
    """`LVSNCO2021V1.parquet`."""
    return f"LVSNCO{school_year}V{version}.{format_}"


def version_of(path: Path) -> int:
    """The version of an output by its name: 2 for `LVSNCO2021V2.parquet`; 0 where it is no output's name."""
    found = _OUTPUT.match(path.name)
    return int(found["version"]) if found else 0


def make_pseudonyms(connection: "duckdb.DuckDBPyConnection", key: Pseudonymiser) -> None:
    """Make the tables `persons_as` (identity, kind, number) and `schools_as` (brin, school) of what was linked."""
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

    connection.execute("CREATE OR REPLACE TEMP TABLE persons_as (identity VARCHAR, kind VARCHAR, number VARCHAR)")
    linked = connection.execute(
        "SELECT DISTINCT identity FROM decided WHERE outcome = 'LINKED' ORDER BY identity"
    ).fetchnumpy()["identity"]
    for start in range(0, len(linked), _AT_ONCE):
        part = np.asarray(linked[start : start + _AT_ONCE]).astype("U10")
        numbers = np.array([identity[1:] for identity in part.tolist()], dtype=np.int64)
        made = {"identity": pa.array(part), "number": pa.array(key.persons(numbers), pa.string())}
        connection.register("made", pa.table(made))
        connection.execute("INSERT INTO persons_as SELECT identity, identity[1], number FROM made")
        connection.unregister("made")
    schools = [row[0] for row in connection.execute("SELECT DISTINCT brin FROM rows ORDER BY brin").fetchall()]
    made = {"brin": pa.array(schools, pa.string()), "school": pa.array(key.schools(schools), pa.string())}
    connection.register("made", pa.table(made))
    connection.execute("CREATE OR REPLACE TEMP TABLE schools_as AS SELECT * FROM made")
    connection.unregister("made")


def write_school_year(connection: "duckdb.DuckDBPyConnection", path: Path, *, school_year: int) -> Written:
    """Write one school year to a file whose format its suffix says; csv as CBS has it (`;`, decimal comma).

    Raises
    ------
    InputError
        The file that was written has a column that identifies. It is removed.
    """
    as_csv = path.suffix == ".csv"
    score = "replace(CAST(score AS VARCHAR), '.', ',')" if as_csv else "score"
    linked = f"""
        SELECT kind AS RINPERSOONS, number AS RINPERSOON, school AS LVSBRIN_crypt, branch AS LVSBRINVEST,
            domain AS LVSDOMEIN, test AS LVSTOETS, grade AS LVSLEERJAAR, taken AS LVSAFNAMEDATUM,
            {score} AS LVSSCORE, level AS LVSNIVEAU, series AS LVSREEKS
        FROM rows JOIN decided USING (pupil) JOIN persons_as USING (identity) JOIN schools_as USING (brin)
        WHERE school_year = {int(school_year)} AND outcome = 'LINKED'
    """
    options = "FORMAT csv, DELIMITER ';', HEADER" if as_csv else "FORMAT parquet, COMPRESSION zstd"
    connection.execute(f"COPY (SELECT * FROM ({linked}) ORDER BY {_EVERYTHING}) TO {literal(path)} ({options})")
    expect_no_identifiers(connection, path)
    source = _scan(path)
    counts = connection.execute(
        f"SELECT count(*), count(DISTINCT RINPERSOONS || RINPERSOON), count(DISTINCT LVSBRIN_crypt || LVSBRINVEST) "
        f"FROM {source}"
    ).fetchall()
    rows, persons, schools = counts[0]
    return Written(path=path, school_year=school_year, rows=rows, persons=persons, schools=schools)


def repeated_tests(connection: "duckdb.DuckDBPyConnection", paths: Iterable[Path]) -> int:
    """Rows beyond the first of a person, domain and test within a school year: as a rule of two schools."""
    total = 0
    for path in paths:
        counts = connection.execute(
            "SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n "
            f"FROM {_scan(path)} GROUP BY RINPERSOONS, RINPERSOON, LVSDOMEIN, LVSTOETS HAVING count(*) > 1)"
        ).fetchall()
        total += int(counts[0][0])
    return total


def identifying_columns_of(connection: "duckdb.DuckDBPyConnection", path: Path) -> Mapping[str, str]:
    """The columns of a parquet or csv file that identify directly, and what they hold. Looks at names and at a sample.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    import duckdb  # noqa: PLC0415 - only researchers install it

    try:
        frame = connection.execute(
            f"SELECT * FROM {_scan(path)} USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)"
        ).df()
    except duckdb.Error:
        raise InputError(f"{path.name} cannot be read.", remedy="the file as it was written") from None
    return {item.column: item.what for item in identifiers(frame)}


def expect_no_identifiers(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Remove the file and raise InputError if a column of it identifies, or is not one of LVSNCO."""
    found = identifying_columns_of(connection, path)
    if found:
        path.unlink()
        listed = "; ".join(f"{column} holds {what}" for column, what in found.items())
        raise InputError(
            f"What was to be written identifies ({listed}), so it was not written.",
            remedy="look at that column of the deliveries",
        )


def _scan(path: Path) -> str:
    if path.suffix.lower() == ".parquet":
        return f"read_parquet({literal(path)})"
    return f"read_csv({literal(path)}, delim = ';', header = true, all_varchar = true)"
