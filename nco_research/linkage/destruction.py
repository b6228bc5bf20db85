"""Destroy files: overwritten, then removed. And what to record of a file that is destroyed or that remains."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from output_checks.errors import InputError

_CHUNK = 1 << 20
_AT_ONCE = 8
_MARK = ".being-destroyed"

OVERWRITTEN = "overwritten once with zeros, then removed"
REFUSED = "refused"
GONE = "no longer there when an interrupted run was finished"


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """A file, as a certificate names it: nothing of what is in it but its form."""

    name: str
    """Path below the folder that it stood in, with `/` between its parts."""
    what: str
    """`delivery`, `intermediate`, `population file`, `objections` or `output`."""
    size: int
    sha256: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    how: str = ""
    """How it was destroyed; of a delivery that remains because it was refused, why; empty for others that remain."""


def destroy(paths: Iterable[Path]) -> None:
    """Overwrite each file once with zeros, as far as the disk, and remove it.

    First it gets another name, so that a run that is stopped here and finished later sees what was being destroyed.
    Solid-state disks and file systems that copy on write may keep the old blocks: there, only an encrypted disk helps.

    Raises
    ------
    InputError
        A file cannot be overwritten or removed.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # each waits for the disk
        for _ in pool.map(_destroy_one, paths):
            pass


def marked(path: Path) -> Path:
    """The name that a file has while it is being destroyed."""
    return path.with_name(path.name + _MARK)


def _destroy_one(path: Path) -> None:
    mark = marked(path)
    try:
        if path.exists():
            path.replace(mark)
        if mark.exists():
            _overwrite(mark)
            mark.unlink()
    except OSError as error:
        raise InputError(
            f"{path.name} could not be destroyed ({error.strerror}).",
            remedy="the same command again, when it may be written to and nobody has it open",
        ) from None


def _overwrite(path: Path) -> None:
    left = path.stat().st_size
    zeros = bytes(min(_CHUNK, left))
    with path.open("r+b", buffering=0) as file:
        while left > 0:
            left -= file.write(zeros[: min(_CHUNK, left)])
        os.fsync(file.fileno())
