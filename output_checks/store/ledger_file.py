"""The file of a ledger: a SQLite database that takes new entries and refuses to change or remove any.

It keeps a rollback journal and no write-ahead log: what a killed process left half-way is undone by whoever opens the
file next, a quiet ledger is one file that can be copied, and network drives need no shared memory for it. The lock is
that of SQLite, which the system releases when its holder dies.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from output_checks.errors import InputError, IntegrityError, WorkflowError

_PATIENCE = 30.0
"""Seconds to wait for another writer."""
_SYNCHRONOUS = "EXTRA"
"""What is written is on the disk, its folder's listing included, before anybody is told that it is."""
SCHEMA = """
CREATE TABLE about (id INTEGER PRIMARY KEY CHECK (id = 1), says BLOB NOT NULL, hash TEXT NOT NULL);
CREATE TABLE entries (number INTEGER PRIMARY KEY, says BLOB NOT NULL, hash TEXT NOT NULL);
CREATE TABLE parts (
    entry INTEGER NOT NULL, position INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (entry, position)
);
CREATE TRIGGER about_once BEFORE INSERT ON about
    WHEN EXISTS (SELECT 1 FROM about)
    BEGIN SELECT RAISE(ABORT, 'a ledger begins once'); END;
CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
    WHEN NEW.number <> (SELECT count(*) + 1 FROM entries)
    BEGIN SELECT RAISE(ABORT, 'entries are added at the end'); END;
CREATE TRIGGER parts_in_order BEFORE INSERT ON parts
    WHEN NEW.entry <> (SELECT count(*) FROM entries)
        OR NEW.position <> (SELECT count(*) FROM parts WHERE entry = NEW.entry)
    BEGIN SELECT RAISE(ABORT, 'parts are added to the last entry'); END;
CREATE TRIGGER about_never_update BEFORE UPDATE ON about
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER about_never_delete BEFORE DELETE ON about
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER entries_never_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER entries_never_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER parts_never_update BEFORE UPDATE ON parts
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER parts_never_delete BEFORE DELETE ON parts
    BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
"""


def make_file(path: Path) -> None:
    """Make an empty ledger file that only its owner may read and write."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with connected(path) as connection:
        connection.executescript(SCHEMA)


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a ledger file that exists; what goes wrong is told without what the file holds.

    Raises
    ------
    InputError
        It cannot be opened or written, or the disk is full.
    WorkflowError
        Somebody else is writing, and goes on for longer than half a minute.
    IntegrityError
        It is damaged, or refuses a change.
    """
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE)) as connection:
            connection.text_factory = bytes  # as texts that were damaged are no texts
            connection.execute(f"PRAGMA synchronous = {_SYNCHRONOUS}")
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except sqlite3.Error as error:
        raise _explained(path, error) from None


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the lock of the only writer; what was written inside is there whole afterwards, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def has_schema(connection: sqlite3.Connection) -> bool:
    """Whether the file has exactly the tables of a ledger, with what refuses changes to them."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.text_factory = bytes
        fresh.executescript(SCHEMA)
        return set(fresh.execute(query)) == set(connection.execute(query))


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the database itself is whole, as SQLite tells."""
    return [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] == [b"ok"]


def _explained(path: Path, error: sqlite3.Error) -> InputError | WorkflowError | IntegrityError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return WorkflowError(f"Somebody else is writing in {path}.", remedy="the same command in a minute")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY", "SQLITE_AUTH")):
        return InputError(f"{path} cannot be opened or written.", remedy="an account that may read and write it")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_TOOBIG", "SQLITE_NOMEM")):
        return InputError(f"{path} cannot be written; nothing was added.", remedy="free some space, and again")
    return IntegrityError(f"{path} is damaged, or no ledger.", remedy="the copy in a backup; do not edit the ledger")
