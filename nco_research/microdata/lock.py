"""One process at a time at one thing. The system releases the lock when its holder ends, however it ends."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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


def _held(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
