"""Check a ledger: everything in it is computed anew, and nothing is mended."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from output_checks.errors import ExplainedError
from output_checks.store.ledger import FILE, HEAD, KEY, Ledger, may_others_read, rows
from output_checks.store.ledger_chain import chained, expect_reached, read_head
from output_checks.store.ledger_contents import outputs_of
from output_checks.store.ledger_entry import Entry
from output_checks.store.ledger_file import connected, has_schema, is_sound
from output_checks.store.ledger_units import Register


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What checking a ledger came to: what is wrong, and what is worth knowing though it is not."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def check_ledger(ledger: Ledger) -> Checked:
    """The chain, every byte of every entry, whether it can be read, its end, and who may read the files.

    After the first entry that is broken or missing nothing is looked at, as each builds on those before it.
    """
    problems: list[str] = []
    notes: list[str] = []
    entries: tuple[Entry, ...] = ()
    try:
        with connected(ledger.path) as connection:
            problems += _of_database(connection)
            entries = chained(rows(connection), ledger.secret, start=ledger.start)
            problems += _of_parts(ledger, connection, entries)
        head = read_head(ledger.folder / HEAD)
        expect_reached(entries, head, ledger.about, start=ledger.start)
        if head.entries < len(entries):
            notes.append(
                f"{len(entries) - head.entries} entries are newer than {HEAD}, as where a run was stopped half-way. "
                "The next release brings it up to date."
            )
    except ExplainedError as error:
        problems.append(error.problem)
    for name in (FILE, KEY, HEAD):
        if may_others_read(ledger.folder / name):
            problems.append(f"{name} may be read by others than its owner.")
    return Checked(entries=entries, problems=tuple(dict.fromkeys(problems)), notes=tuple(notes))


def _of_database(connection: sqlite3.Connection) -> list[str]:
    problems = []
    if not is_sound(connection):
        problems.append("The database is damaged.")
    if not has_schema(connection):
        problems.append("The database has other tables than a ledger, or lacks what refuses changes to them.")
    return problems


def _of_parts(ledger: Ledger, connection: sqlite3.Connection, entries: Sequence[Entry]) -> list[str]:
    register = Register()
    for entry in entries:
        try:
            outputs_of(ledger.parts(connection, entry), register, number=entry.number)
        except ExplainedError as error:
            return [error.problem]
    (found,) = connection.execute("SELECT count(*) FROM parts").fetchone()
    if found != sum(len(entry.parts) for entry in entries):
        return ["The database holds parts that belong to no entry."]
    return []
