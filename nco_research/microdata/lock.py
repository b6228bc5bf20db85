"""One process at a time at one thing. The system releases the lock when its holder ends, however it ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from nco_research.locking import take_lock

_POLL = 0.1


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file while the block runs; wait for whoever holds it.

    Where a network drive knows no locks, nothing is held: what the block makes must be renamed into place, so that two
    who make the same do no harm.
    """
    with path.open("ab") as file:
        while not _held(file):
            time.sleep(_POLL)
        yield


@contextmanager
def alone_if_free(path: Path) -> Iterator[bool]:
    """The same without waiting: whether nobody else holds the lock file while the block runs."""
    with path.open("ab") as file:
        yield _held(file)


def _held(file: BinaryIO) -> bool:
    try:
        return take_lock(file.fileno())
    except OSError:
        return True
