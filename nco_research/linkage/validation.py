"""Judge what the rows of deliveries say, many files at a time, and keep the rows that can be used.

Objectors are dropped before anything is counted. Everything is worked out by the database, for whole batches of files:
a country has 6,500 of them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nco_research.linkage.delivery import Delivery, read_delivery
from nco_research.linkage.kinds import FIRST_LINES, Finding, Kind, Severity
from nco_research.linkage.objections import load_objections, read_objections
from nco_research.linkage.persons import NO_PEOPLE, load_persons
from nco_research.linkage.rules import BETWEEN_ROWS, BIT, CLEANED, DETAILS, ERRORS, JUDGED, RESULTS
from nco_research.linkage.wording import said
from nco_research.sql import connect

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A delivery, all that was found in it, and how much of it is left."""

    delivery: Delivery
    findings: tuple[Finding, ...]
    refused_rows: int = 0
    """Rows left out for an error; all rows where the file is refused. Objectors are not among them."""
    objected_rows: int = 0
    """Rows of pupils who objected. For CBS only: no report to a school has it."""
    objected_pupils: int = 0
    accepted_rows: int = 0

    @property
    def refused(self) -> bool:
        """Whether nothing of the delivery is used."""
        return self.delivery.refused

    def named(self, folder: Path) -> str:
        """Its path below the folder of deliveries, with `/` between its parts: two files may share a name."""
        return self.delivery.path.relative_to(folder).as_posix()

    @property
    def kinds_refused(self) -> tuple[Kind, ...]:
        """Why nothing of it is used; empty where it is not refused."""
        wrong = [item.kind for item in self.findings if item.kind.whole_file and item.kind.severity is Severity.ERROR]
        return tuple(wrong) if self.refused else ()

    @property
    def why_refused(self) -> str:
        """The same in words, in English."""
        return " ".join(said(kind, "en").problem for kind in self.kinds_refused)


def validate_delivery(path: Path, *, objections: Path | None = None, persons: Path | None = None) -> Checked:
    """Read and judge one delivery.

    A report to a school is made without objections: then it is the same whether or not somebody objected.

    Raises
    ------
    InputError
        The objections or the population file cannot be used. What is wrong with the delivery is a finding.
    """
    delivery = read_delivery(path)
    with connect() as connection:
        prepare(connection, persons=persons, objections=objections)
        return check_batch(connection, [delivery])[0]


def prepare(connection: "duckdb.DuckDBPyConnection", *, persons: Path | None, objections: Path | None) -> int:
    """Make the tables that `check_batch` and the linkage look things up in; returns the number of rows of persons."""
    rows = 0
    if persons is not None:
        rows = load_persons(connection, persons)
    else:
        connection.execute(NO_PEOPLE)
    load_objections(connection, read_objections(objections) if objections is not None else frozenset())
    return rows


def check_batch(
    connection: "duckdb.DuckDBPyConnection", deliveries: Sequence[Delivery], *, first_pupil: int = 0
) -> list[Checked]:
    """Judge deliveries together, in a database that was prepared.

    Leaves the table `accepted_pupils` (`pupil` counted from `first_pupil`, `file` as the place in `deliveries`, the
    cleaned details) and `accepted_rows` (`pupil` and what the tests say).
    """
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415

    readable = [(place, item) for place, item in enumerate(deliveries) if item.table is not None]
    if not readable:
        _nothing_accepted(connection)
        return [_checked(item, {}, None) for item in deliveries]
    tables = [
        item.table.append_column("file", pa.array(np.full(item.table.num_rows, place, dtype=np.int32)))
        for place, item in readable
        if item.table is not None
    ]
    files = pa.table(
        {
            "file": pa.array([place for place, _ in readable], pa.int32()),
            "file_brin": [item.brin for _, item in readable],
            "file_branch": [item.branch for _, item in readable],
            "school_year": pa.array([item.school_year for _, item in readable], pa.int32()),
        }
    )
    connection.register("delivered", pa.concat_tables(tables))
    connection.register("files", files)
    try:
        _judge(connection)
    finally:
        connection.unregister("delivered")
        connection.unregister("files")
    _split_accepted(connection, first_pupil)
    findings, counts = _findings(connection), _counts(connection)
    for table in ("cleaned", "judged"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    return [_checked(item, findings.get(place, {}), counts.get(place)) for place, item in enumerate(deliveries)]


def _judge(connection: "duckdb.DuckDBPyConnection") -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cleaned AS {CLEANED}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {JUDGED}")
    for kind, rows in BETWEEN_ROWS.items():
        found = f"(file, line) IN (SELECT (file, line) FROM ({rows}))"
        connection.execute(f"UPDATE judged SET mask = mask | {BIT[kind]} WHERE {found}")


def _split_accepted(connection: "duckdb.DuckDBPyConnection", first_pupil: int) -> None:
    """Pupils as delivered, each distinct set of details of a file once, and their rows."""
    accepted = f"judged WHERE mask & {ERRORS} = 0"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE accepted_pupils AS
        SELECT {int(first_pupil)} + row_number() OVER () - 1 AS pupil, * FROM (
            SELECT file, {DETAILS}, count(*) AS rows FROM {accepted} GROUP BY ALL ORDER BY ALL
        )
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE accepted_rows AS
        SELECT pupil, {RESULTS}
        FROM (FROM {accepted}) JOIN accepted_pupils USING (file, {DETAILS})
    """)


def _nothing_accepted(connection: "duckdb.DuckDBPyConnection") -> None:
    columns = ", ".join(f"{name} VARCHAR" for name in DETAILS.split(", "))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE accepted_pupils (pupil BIGINT, file INTEGER, {columns}, rows BIGINT)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE accepted_rows (pupil BIGINT, school_year INTEGER, brin VARCHAR, branch VARCHAR, "
        "domain VARCHAR, test VARCHAR, grade INTEGER, taken VARCHAR, score DOUBLE, level VARCHAR, series VARCHAR)"
    )


def _findings(connection: "duckdb.DuckDBPyConnection") -> dict[int, dict[Kind, Finding]]:
    """Per file and kind, how many rows and the first lines."""
    found: dict[int, dict[Kind, Finding]] = {}
    marked = connection.execute("SELECT file, line, mask FROM judged WHERE mask <> 0 ORDER BY file, line").fetchnumpy()
    files, lines, masks = (np.asarray(marked[name]) for name in ("file", "line", "mask"))
    bounds = [0, *(np.flatnonzero(np.diff(files)) + 1).tolist(), len(files)]
    for start, end in itertools.pairwise(bounds if len(files) else []):
        here = found.setdefault(int(files[start]), {})
        for kind, bit in BIT.items():
            having = lines[start:end][(masks[start:end] & bit) != 0]
            if len(having):
                here[kind] = Finding(kind=kind, rows=len(having), lines=tuple(map(int, having[:FIRST_LINES])))
    return found


def _counts(connection: "duckdb.DuckDBPyConnection") -> dict[int, tuple[int, int, int, int]]:
    """Per file: rows refused, accepted and of objectors, and objectors."""
    counted = connection.execute(f"""
        SELECT file, sum(refused)::BIGINT, sum(accepted)::BIGINT, sum(objected)::BIGINT, sum(objectors)::BIGINT FROM (
            SELECT file, count(*) FILTER (WHERE mask & {ERRORS} <> 0) AS refused,
                count(*) FILTER (WHERE mask & {ERRORS} = 0) AS accepted, 0 AS objected, 0 AS objectors
            FROM judged GROUP BY file
            UNION ALL
            SELECT file, 0, 0, count(*), count(DISTINCT (given_bsn, given_education, {DETAILS}))
            FROM cleaned WHERE objected GROUP BY file
        ) GROUP BY file
    """).fetchall()
    return {file: (refused, accepted, objected, objectors) for file, refused, accepted, objected, objectors in counted}


def _checked(delivery: Delivery, by_kind: dict[Kind, Finding], counts: tuple[int, int, int, int] | None) -> Checked:
    own = {item.kind: item for item in delivery.findings}
    findings = tuple((own | by_kind)[kind] for kind in Kind if kind in own or kind in by_kind)
    delivery = replace(delivery, table=None)
    if counts is None:
        return Checked(delivery=delivery, findings=findings, refused_rows=delivery.rows if delivery.refused else 0)
    refused, accepted, objected, objectors = counts
    unreadable = own[Kind.FIELDS].rows if Kind.FIELDS in own else 0
    return Checked(
        delivery=delivery,
        findings=findings,
        refused_rows=refused + unreadable,
        accepted_rows=accepted,
        objected_rows=objected,
        objected_pupils=objectors,
    )
