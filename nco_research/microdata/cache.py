"""Converted files, kept so that each is converted once: found by content, made whole or not at all, without objectors.

One folder per file of microdata: `manifest.json`, `part-0.parquet` and so on, `sample.parquet`. The name of the folder
holds a digest of the file's content, of how the codebook reads it and of what may not be read, so that another content
is another folder. The cache is as confidential as the microdata itself.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nco_research.codebooks import Codebook, VariableType
from nco_research.codebooks.comparing import PhysicalType
from nco_research.codebooks.loading import digest as book_digest
from nco_research.guard.identifiers import Identifier
from nco_research.guard.objections import Objections
from nco_research.microdata import conversion
from nco_research.microdata.cleaning import CleanColumn, Misfit
from nco_research.microdata.files import ComponentFile, sha256_of
from nco_research.microdata.lock import alone, alone_if_free
from nco_research.microdata.objecting import expect_persons, remove_objectors
from nco_research.microdata.parts import count, parts
from output_checks.errors import InputError

_FORMAT = 3
_MANIFEST = "manifest.json"
_MAKING = ".making-"
_NOBODY = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A converted file."""

    folder: Path
    sha256: str
    """Of the file that it was converted from."""
    columns: tuple[CleanColumn, ...]
    refused: tuple[Identifier, ...]
    misfits: tuple[Misfit, ...]
    rows: int
    removed: int = field(repr=False)
    """Distinct persons who objected and were in the file."""
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """Columns of the file that were not read, because no basis is recorded; known to who asks, not kept."""

    @property
    def parts(self) -> list[Path]:
        return parts(self.folder)

    def column(self, name: str) -> CleanColumn | None:
        """The column that has that name here or in the file, in whatever case."""
        wanted = name.casefold()
        return next((item for item in self.columns if wanted in {item.name.casefold(), item.in_file.casefold()}), None)


@dataclass(frozen=True)
class Cache:
    """A folder of converted files, readable by its owner only."""

    folder: Path

    @classmethod
    def at(cls, folder: Path, *, data: Path) -> "Cache":
        """Open or make the cache in `folder`.

        Raises
        ------
        InputError
            It would be inside the folder with data, or cannot be made.
        """
        inside, around = folder.resolve(), data.resolve()
        if inside == around or around in inside.parents:
            raise InputError(
                f"The cache {folder} is inside the folder with data, where nothing is ever written.",
                remedy='cache = "..." in study.toml, or the environment variable NCO_CACHE: a folder elsewhere',
            )
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            why = error.strerror
            raise InputError(f"The cache {folder} cannot be made ({why}).", remedy="another folder") from None
        return cls(folder)

    def entry(
        self,
        file: ComponentFile,
        *,
        book: Codebook,
        extensions: Sequence[Path],
        left_out: Iterable[str],
        objections: Objections | None,
    ) -> Entry:
        """The converted file; converts it where that was not done yet, or not without these objectors.

        Raises
        ------
        InputError
            The file cannot be read, or the cache cannot be written. What was in the cache stays as it was.
        """
        left_out = sorted(left_out)
        listed = objections.digest if objections is not None else _NOBODY
        home = self.folder / book.component
        try:
            home.mkdir(exist_ok=True, mode=0o700)
            content = self._content(file)
            key = hashlib.sha256(json.dumps([_FORMAT, content, book_digest(book), left_out]).encode()).hexdigest()[:16]
            folder = home / f"{file.path.stem.replace(' ', '_')}-{key}"
            with alone(home / f".{folder.name}.lock"):
                entry = _read(folder, listed)
                if entry is None:
                    self._make(
                        file,
                        folder,
                        book=book,
                        extensions=extensions,
                        left_out=left_out,
                        objections=objections,
                        content=content,
                    )
                    entry = _read(folder, listed)
        except OSError as error:
            raise InputError(
                f"The cache {self.folder} cannot be written ({error.strerror}); nothing was kept.",
                remedy="free space, or another cache in study.toml",
            ) from None
        if entry is None:
            raise InputError(f"The cache in {folder} is damaged.", remedy="remove that folder, and try again")
        return entry

    def purge(self, objections: Objections) -> int:
        """Remove what was converted under another list of objections, of every register. Returns how many files.

        They are converted anew when they are asked for, without those who are on the list now. What a conversion left
        behind that was ended half-way goes as well: it may hold anybody.
        """
        for left in sorted(self.folder.glob(f"*/{_MAKING}*")):
            of = left.name.removeprefix(_MAKING).rpartition("-")[0]
            with alone_if_free(left.parent / f".{of}.lock") as free:
                if free:
                    shutil.rmtree(left, ignore_errors=True)
        folders = [path.parent for path in sorted(self.folder.glob(f"*/*/{_MANIFEST}"))]
        stale = [folder for folder in folders if _read(folder, objections.digest) is None]
        for folder in stale:
            _remove(folder)
        return len(stale)

    def _make(
        self,
        file: ComponentFile,
        folder: Path,
        *,
        book: Codebook,
        extensions: Sequence[Path],
        left_out: list[str],
        objections: Objections | None,
        content: str,
    ) -> None:
        for stale in folder.parent.glob(f"{_MAKING}{folder.name}-*"):  # of a process that was ended; we hold the lock
            shutil.rmtree(stale, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=f"{_MAKING}{folder.name}-", dir=folder.parent))
        try:
            made = conversion.convert(
                file.path, component=book.component, extensions=extensions, left_out=left_out, to=making
            )
            if self._content(file) != content:
                raise InputError(f"{file.path.name} changed while it was read.", remedy="wait until it is written")
            removed = 0
            if objections is not None:
                expect_persons(file.path, made.no_persons, objections)
                removed = remove_objectors(making, made.columns, objections)
            _write(
                making / _MANIFEST,
                {
                    "file": file.path.name,
                    "sha256": content,
                    "codebook": book_digest(book),
                    "columns": [_column(item) for item in made.columns],
                    "refused": [asdict(item) for item in made.refused],
                    "misfits": [asdict(item) for item in made.misfits],
                    "rows": count(making),
                    "objections": objections.digest if objections is not None else _NOBODY,
                    "removed": removed,
                    "notes": list(made.notes),
                },
            )
            _remove(folder)
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _content(self, file: ComponentFile) -> str:
        """SHA-256 of the file. Read once: while size and times of the file stay the same, its content does."""
        told = file.path.stat()
        state = [told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino]
        known = self.folder / ".seen"
        known.mkdir(exist_ok=True, mode=0o700)
        memo = known / f"{hashlib.sha256(str(file.path.resolve()).encode()).hexdigest()[:24]}.json"
        try:
            was = json.loads(memo.read_text(encoding="utf-8"))
            if was["state"] == state:
                return str(was["sha256"])
        except (OSError, ValueError, KeyError):
            pass  # not seen before
        content = sha256_of(file.path)
        _write(memo, {"state": state, "sha256": content})
        return content


def _read(folder: Path, objections: str) -> Entry | None:
    """What is in the folder; None where nothing is, or something under another list of objections."""
    try:
        told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        listed = told["objections"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if listed != objections:
        return None
    return Entry(
        folder=folder,
        sha256=told["sha256"],
        columns=tuple(
            CleanColumn(
                name=item["name"],
                in_file=item["in_file"],
                type=VariableType(item["type"]),
                physical=PhysicalType(item["physical"]),
                labels=item["labels"],
            )
            for item in told["columns"]
        ),
        refused=tuple(Identifier(**item) for item in told["refused"]),
        misfits=tuple(Misfit(**item) for item in told["misfits"]),
        rows=told["rows"],
        removed=told["removed"],
        notes=tuple(told["notes"]),
    )


def _column(item: CleanColumn) -> dict[str, object]:
    return {
        "name": item.name,
        "in_file": item.in_file,
        "type": item.type.value,
        "physical": item.physical.value,
        "labels": dict(item.labels),
    }


def _write(path: Path, content: object) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            json.dump(content, file, ensure_ascii=True)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Out of sight first, so that nobody opens half of it."""
    if folder.exists():
        gone = Path(tempfile.mkdtemp(prefix=f"{_MAKING}gone-", dir=folder.parent))
        folder.rename(gone / folder.name)
        shutil.rmtree(gone, ignore_errors=True)
