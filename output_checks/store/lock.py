"""One writer at a time in a folder that several people use."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from output_checks.errors import WorkflowError

_ABANDONED_AFTER = 60.0
_POLL = 0.05


@contextmanager
def one_writer(folder: Path, *, patience: float = 5.0) -> Iterator[None]:
    """Hold the folder's lock file while the block runs. A lock that was left behind a minute ago is taken over.

    Raises
    ------
    WorkflowError
        Somebody else is writing, and goes on for longer than `patience` seconds.
    """
    path = folder / ".lock"
    until = time.monotonic() + patience
    while not _taken(path):
        if time.monotonic() > until:
            raise WorkflowError(f"Somebody else is writing in {folder}.", remedy="the same command in a minute")
        time.sleep(_POLL)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _taken(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
            path.unlink(missing_ok=True)
    except OSError:
        pass  # nobody holds it, or it was released this moment
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except (FileExistsError, PermissionError):  # Windows says the latter while another process deletes the file
        return False
    return True
