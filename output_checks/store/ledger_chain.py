"""The chain of a ledger's entries: each holds the hash of the one before, and a file beside says how far it reached."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from output_checks.errors import InputError, IntegrityError
from output_checks.store.codec import canonical_json, decode, encode
from output_checks.store.files import read_file, write_atomically
from output_checks.store.ledger_entry import Entry
from output_checks.store.ledger_secret import Secret

BACKUP = "the copy in a backup; do not edit the ledger"


@dataclass(frozen=True, kw_only=True)
class About:
    """Which ledger this is. The chain begins with its hash."""

    format: int
    ledger: str
    """Random, so that no part of one ledger fits another."""
    units: tuple[tuple[str, tuple[str, ...]], ...]
    """Unit levels from the finest, each with its key columns: those of the project."""
    made: str


@dataclass(frozen=True, kw_only=True)
class Head:
    """How far a ledger had come when it was last written, kept beside it so that a lost end is noticed."""

    ledger: str
    entries: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry as it stands in the file."""

    number: int
    says: bytes
    hash: str


def linked(entry: Entry, secret: Secret) -> tuple[Row, Entry]:
    """An entry as a row, and the entry with its hash."""
    says = canonical_json({name: value for name, value in asdict(entry).items() if name != "hash"})
    row = Row(number=entry.number, says=says, hash=secret.keyed_hash(says))
    return row, replace(entry, hash=row.hash)


def chained(rows: Iterable[Row], secret: Secret, *, start: str) -> tuple[Entry, ...]:
    """The entries of a whole chain.

    Raises
    ------
    IntegrityError
        An entry was changed, or is missing; the first is named.
    """
    entries: list[Entry] = []
    previous = start
    for expected, row in enumerate(rows, 1):
        if row.number != expected:
            raise IntegrityError(f"Entry {expected} of the ledger is missing.", remedy=BACKUP)
        entry = _entry(row) if secret.keyed_hash(row.says) == row.hash else None
        if entry is None or (entry.number, entry.previous) != (expected, previous):
            raise IntegrityError(f"Entry {expected} of the ledger was changed.", remedy=BACKUP)
        entries.append(entry)
        previous = row.hash
    return tuple(entries)


def _entry(row: Row) -> Entry | None:
    try:
        return replace(decode(row.says, Entry, source="an entry of the ledger"), hash=row.hash)
    except InputError:
        return None


def read_head(path: Path) -> Head:
    """How far the ledger had come.

    Raises
    ------
    IntegrityError
        The file is gone or damaged, so that nobody can tell whether the end of the ledger is.
    """
    try:
        return decode(read_file(path), Head, source=f"{path}")
    except InputError:
        raise IntegrityError(
            f"{path} is gone or damaged, so a lost end of the ledger would not be noticed.", remedy=BACKUP
        ) from None


def write_head(path: Path, head: Head) -> None:
    write_atomically(path, encode(head), private=True)


def expect_reached(entries: Sequence[Entry], head: Head, about: About, *, start: str) -> None:
    """Raise IntegrityError where the ledger is another one than the head is of, or has lost entries at its end."""
    if head.ledger != about.ledger:
        raise IntegrityError("The head beside the ledger is that of another ledger.", remedy=BACKUP)
    if len(entries) < head.entries:
        lost = head.entries - len(entries)
        raise IntegrityError(
            f"The ledger has {len(entries)} entries where it had {head.entries}: the last {lost} were cut off.",
            remedy=BACKUP,
        )
    if head.hash != (entries[head.entries - 1].hash if head.entries else start):
        raise IntegrityError(f"Entry {head.entries} of the ledger is not the one that was written.", remedy=BACKUP)
