"""The release ledger of a project: what left before, so that what leaves next can be set against it.

ledger.db      the entries, a chain that is only ever added to; what was published is encrypted
ledger.key     the key, without which the ledger cannot be read
ledger.head    how far it has come, by which a lost end is noticed

All three stay inside the environment, and are readable by their owner only.
"""

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import Output
from output_checks.store.codec import canonical_json, decode
from output_checks.store.files import expect_safe_name, read_file, sha256, write_atomically
from output_checks.store.ledger_chain import (
    BACKUP,
    About,
    Head,
    Row,
    chained,
    expect_reached,
    linked,
    read_head,
    write_head,
)
from output_checks.store.ledger_contents import first_members, identity_of, outputs_of, parts_of
from output_checks.store.ledger_entry import Entry, Left, Part
from output_checks.store.ledger_file import connected, has_schema, make_file, writing
from output_checks.store.ledger_secret import KEY_SIZE, Secret
from output_checks.store.ledger_units import Register

FILE, KEY, HEAD = "ledger.db", "ledger.key", "ledger.head"
_FORMAT = 1
_ENOUGH_UNITS = 20


@dataclass(frozen=True, kw_only=True)
class Appended:
    """What became of a release that was to be remembered."""

    entry: Entry
    added: bool
    """False where the ledger had exactly this release already."""
    strangers: bool = False
    """True where none of its units is in any earlier release: perhaps the keys are those of another project."""


class Ledger:
    """A project's ledger in its folder: `create` makes one, `open` goes on with one."""

    def __init__(self, folder: Path, *, about: About, start: str, secret: Secret) -> None:
        self.folder = folder
        self.about = about
        self.start = start
        """The hash with which the chain begins."""
        self.secret = secret

    @classmethod
    def create(cls, folder: Path, *, units: Mapping[str, Sequence[str]], time: str) -> "Ledger":
        """Make an empty ledger for a project with these unit levels, from the finest, each with its key columns.

        Raises
        ------
        InputError
            The folder exists, no units were given, or it cannot be written; then nothing is left behind.
        """
        if folder.exists():
            raise InputError(f"{folder} exists already.", remedy="a folder that does not exist yet")
        if not units or not all(units.values()):
            raise InputError("A ledger needs the units that releases are about.", remedy="--unit pupil=RINPERSOON")
        levels = tuple((level, tuple(columns)) for level, columns in units.items())
        about = About(format=_FORMAT, ledger=secrets.token_hex(16), units=levels, made=time)
        temporary = None
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".writing-", suffix=".tmp"))
            _write_empty(temporary, about)
            temporary.rename(folder)
        except OSError as error:
            raise InputError(f"{folder} cannot be written ({error.strerror}).", remedy="another folder") from error
        finally:
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Ledger":
        """The ledger in this folder.

        Raises
        ------
        InputError
            There is none, its key is not there, or it was made by another version.
        IntegrityError
            The key is not that of this ledger, or its beginning was changed.
        """
        if not (folder / FILE).is_file():
            raise InputError(f"There is no ledger in {folder}.", remedy="output-checks ledger create, or its folder")
        secret = Secret(_read_key(folder / KEY))
        with connected(folder / FILE) as connection:
            about_rows = connection.execute("SELECT says, hash FROM about").fetchall()
            found = [(as_bytes(says), as_text(own)) for says, own in about_rows]
        if len(found) != 1 or secret.keyed_hash(found[0][0]) != found[0][1]:
            raise IntegrityError(
                f"{folder / KEY} is not the key of this ledger, or its beginning was changed.", remedy=BACKUP
            )
        about = decode(found[0][0], About, source=f"{folder / FILE}")
        if about.format != _FORMAT:
            raise InputError(f"The ledger in {folder} is of another version.", remedy="the toolkit that made it")
        return cls(folder, about=about, start=found[0][1], secret=secret)

    @property
    def path(self) -> Path:
        return self.folder / FILE

    @property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Unit levels of the project from the finest, each with its key columns."""
        return dict(self.about.units)

    def expect_units(self, units: Mapping[str, Sequence[str]]) -> None:
        """Raise InputError where these are not the units of this project, so that nothing could be compared."""
        if {level: tuple(columns) for level, columns in units.items()} != self.units:
            raise InputError(
                f"The ledger in {self.folder} is of a project with other units or key columns.",
                remedy="the ledger of this project, or the units as its other releases name them",
            )

    def entries(self) -> tuple[Entry, ...]:
        """What every entry says of itself, in order.

        Raises
        ------
        IntegrityError
            An entry was changed, is missing, or was cut off.
        """
        with connected(self.path) as connection:
            return self._entries(connection)

    def entry_of(self, submission: str) -> Entry | None:
        """The entry of the submission with this hash, or None where it is not remembered."""
        return next((entry for entry in self.entries() if entry.submission == submission), None)

    def append(self, left: Left, *, units: Mapping[str, Sequence[str]] | None = None) -> Appended:
        """Remember a release; one that is remembered already is not added twice. `units` are those of the release.

        Raises
        ------
        InputError
            The ledger is of other units, or has a different release under that name or of that submission.
        IntegrityError
            The ledger is not whole; nothing is added.
        WorkflowError
            Somebody else is writing for longer than half a minute.
        """
        expect_safe_name(left.name)
        if units is not None:
            self.expect_units(units)
        elif first_members(left.outputs) is not None:
            raise InputError("Members without unit levels cannot be compared.", remedy="the units of the release")
        identity = self.secret.keyed_hash(identity_of(left))
        with connected(self.path) as connection:
            with writing(connection):
                if not has_schema(connection):
                    raise IntegrityError(f"{self.path} would not refuse changes any more.", remedy=BACKUP)
                entries = self._entries(connection)
                known = _known(entries, left, identity)
                if known is not None:
                    result = Appended(entry=known, added=False)
                else:
                    result = self._add(connection, entries, left, identity)
            self._note_head(connection)
        return result

    def read(self) -> Iterator[tuple[Entry, tuple[Output, ...]]]:
        """Every entry with its outputs as they were published: NaN where hidden, and members where they are known.

        They come one at a time, so that a long ledger need not be in memory; tables of equal records share the array of
        their finest units, while anybody holds it.

        Raises
        ------
        IntegrityError
            The ledger is not whole.
        """
        register = Register()
        for entry in self.entries():
            with connected(self.path) as connection:
                parts = self.parts(connection, entry)
            yield entry, outputs_of(parts, register, number=entry.number)

    def earlier(self, *, than: str = "") -> Iterator[Output]:
        """Every output that left before, each named `<release>/<output>`, in order.

        With `than`, the hash of a submission, only what the ledger met before that one: an old submission is judged as
        it was, and never beside itself.
        """
        for entry, outputs in self.read():
            if than and entry.submission == than:
                return
            for output in outputs:
                draws = f"{entry.name}/{output.draws}" if output.draws else ""
                yield replace(output, name=f"{entry.name}/{output.name}", draws=draws)

    def parts(self, connection: sqlite3.Connection, entry: Entry) -> dict[str, bytes]:
        """The parts of an entry by name, each compared with its hash and decrypted."""
        query = "SELECT content FROM parts WHERE entry = ? ORDER BY position"
        contents = [as_bytes(content) for (content,) in connection.execute(query, (entry.number,))]
        if [sha256(content) for content in contents] != [part.sha256 for part in entry.parts]:
            raise IntegrityError(f"Entry {entry.number} of the ledger was changed.", remedy=BACKUP)
        return {
            part.name: self.secret.decrypted(content, place=self._place(entry.number, part.name))
            for content, part in zip(contents, entry.parts, strict=True)
        }

    def _entries(self, connection: sqlite3.Connection) -> tuple[Entry, ...]:
        head = read_head(self.folder / HEAD)  # first: it may be behind what is read next, never ahead
        entries = chained(rows(connection), self.secret, start=self.start)
        expect_reached(entries, head, self.about, start=self.start)
        return entries

    def _add(self, connection: sqlite3.Connection, entries: Sequence[Entry], left: Left, identity: str) -> Appended:
        register = Register()
        for earlier in entries:
            outputs_of(self.parts(connection, earlier), register, number=earlier.number)
        strangers = self._are_strangers(left, register)
        entry = self._insert(connection, entries, left, identity, register)
        return Appended(entry=entry, added=True, strangers=strangers)

    def _insert(
        self, connection: sqlite3.Connection, entries: Sequence[Entry], left: Left, identity: str, register: Register
    ) -> Entry:
        """Write an entry, after a register that has met all entries before it."""
        number = len(entries) + 1
        contents = {
            name: self.secret.encrypted(part, place=self._place(number, name))
            for name, part in parts_of(left, register).items()
        }
        row, entry = linked(
            Entry(
                number=number,
                name=left.name,
                date=left.date,
                policy=left.policy,
                origin=left.origin,
                toolkit=left.toolkit,
                submission=left.submission,
                outputs=tuple(output.name for output in left.outputs),
                content=identity,
                parts=tuple(Part(name=name, sha256=sha256(part)) for name, part in contents.items()),
                previous=entries[-1].hash if entries else self.start,
            ),
            self.secret,
        )
        connection.execute("INSERT INTO entries (number, says, hash) VALUES (?, ?, ?)", (number, row.says, row.hash))
        connection.executemany(
            "INSERT INTO parts (entry, position, content) VALUES (?, ?, ?)",
            [(number, position, part) for position, part in enumerate(contents.values())],
        )
        return entry

    def _are_strangers(self, left: Left, register: Register) -> bool:
        """Whether there are units enough on both sides, and none on both."""
        level, measured = next(iter(self.units)), first_members(left.outputs)
        if measured is None or min(len(measured), register.size(level)) < _ENOUGH_UNITS:
            return False
        return register.known(level, measured.finest) == 0

    def _note_head(self, connection: sqlite3.Connection) -> None:
        """Write down how far the ledger has come, under its lock, so that the head never goes back."""
        with writing(connection):
            entries = self._entries(connection)
            if read_head(self.folder / HEAD).entries < len(entries):
                head = Head(ledger=self.about.ledger, entries=len(entries), hash=entries[-1].hash)
                write_head(self.folder / HEAD, head)

    def _place(self, number: int, name: str) -> str:
        return f"{self.about.ledger}/{number}/{name}"


def rows(connection: sqlite3.Connection) -> list[Row]:
    """Every entry as it stands in the file."""
    found = connection.execute("SELECT number, says, hash FROM entries ORDER BY number")
    return [Row(number=number, says=as_bytes(says), hash=as_text(own)) for number, says, own in found]


def as_bytes(value: object) -> bytes:
    """What a column of bytes holds; nothing where it was made to hold something else."""
    return value if isinstance(value, bytes) else b""


def as_text(value: object) -> str:
    """What a column of texts holds."""
    return as_bytes(value).decode("ascii", errors="replace")


def _write_empty(folder: Path, about: About) -> None:
    key, says = secrets.token_bytes(KEY_SIZE), canonical_json(asdict(about))
    start = Secret(key).keyed_hash(says)
    write_atomically(folder / KEY, key.hex().encode() + b"\n", private=True)
    make_file(folder / FILE)
    with connected(folder / FILE) as connection, writing(connection):
        connection.execute("INSERT INTO about (id, says, hash) VALUES (1, ?, ?)", (says, start))
    write_head(folder / HEAD, Head(ledger=about.ledger, entries=0, hash=start))


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(read_file(path).decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise InputError(f"{path} is not the key of a ledger.", remedy="the copy in a backup")
    return key


def _known(entries: Sequence[Entry], left: Left, identity: str) -> Entry | None:
    """The entry of this very release, or None where there is none of its name or submission.

    Raises
    ------
    InputError
        One of that name or submission is another.
    """
    for entry in entries:
        if entry.content == identity:
            return entry
        if entry.name.casefold() == left.name.casefold():
            raise InputError(
                f"The ledger has another release called {left.name} already, as number {entry.number}.",
                remedy=f"another name if it is another release; output-checks ledger show FOLDER {entry.number}",
            )
        if left.submission and entry.submission == left.submission:
            raise InputError(
                f"The ledger has this submission already, as number {entry.number}, with other outputs or under "
                "another name.",
                remedy=f"output-checks ledger show FOLDER {entry.number}",
            )
    return None


def may_others_read(path: Path) -> bool:
    """Whether anybody but its owner may read a file, where the system knows such a thing."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & 0o077)
