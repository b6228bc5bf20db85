"""A folder that only its owner can open, that one process has at a time, and that does not outlive its use.

A process that is killed cannot clean up. The next one that asks for the folder finds it, sees that nobody holds its
lock any more (the system lets go of it when a process ends, however it ends), and removes it first.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from nco_research.locking import take_lock
from output_checks.errors import InputError

WORK = ".nco-linkage"
"""Name of the folder that intermediate files are in."""
STAGING = ".nco-linkage-output"
"""Name of the folder in which output waits until all of it is there."""
DECIDED = "decided.json"
"""A folder with this file is not removed: what it says is to be finished first."""
_LOCK = "lock"


@contextlib.contextmanager
def private_folder(folder: Path, *, rescue: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """The folder, empty, for as long as the block runs.

    What an earlier run left behind when it was killed is removed; where it has the file DECIDED, `rescue` is called
    with it before. A block that fails after it wrote that file leaves the folder to the next run.

    Raises
    ------
    InputError
        Another process is using it, or it cannot be made.
    """
    try:
        _remove_stale(folder, rescue)
        folder.mkdir(mode=0o700)
        lock = _hold(folder)
    except OSError as error:
        raise InputError(
            f"A private folder cannot be made in {folder.parent} ({error.strerror}).",
            remedy="a folder that you may write in",
        ) from None
    try:
        yield folder
    finally:
        _let_go(folder, lock)


def _remove_stale(folder: Path, rescue: Callable[[Path], None] | None) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"{folder} is not a folder that a linkage made.", remedy="look at it, and move it away")
    if not folder.exists():
        return
    lock = _hold(folder)
    try:
        if rescue is not None and (folder / DECIDED).exists():
            rescue(folder)
    finally:
        _let_go(folder, lock)


def _let_go(folder: Path, lock: BinaryIO) -> None:
    if (folder / DECIDED).exists():
        lock.close()
    else:
        _remove(folder, lock)


def _remove(folder: Path, lock: BinaryIO) -> None:
    """Remove it with all that is in it. What cannot be removed is an error: it may identify people."""
    if os.name == "nt":  # Windows does not remove what is open
        lock.close()
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise InputError(
            f"{folder} holds intermediate files and could not be removed ({error.strerror}).",
            remedy="remove it by hand, now",
        ) from None
    finally:
        lock.close()


def _hold(folder: Path) -> BinaryIO:
    lock = (folder / _LOCK).open("ab")
    # Somebody may have removed the folder and made it again between the opening and the locking.
    if (
        not _locked(lock)
        or not (folder / _LOCK).exists()
        or not os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK).stat())
    ):
        lock.close()
        raise InputError(
            f"Another linkage is working in {folder.parent}.", remedy="wait until it has ended, or another folder"
        )
    return lock


def _locked(lock: BinaryIO) -> bool:
    """Where the disk knows no locks, two linkages could work in one folder, so that none does."""
    try:
        return take_lock(lock.fileno())
    except OSError:
        return False
