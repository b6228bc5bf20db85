"""Locks that the system releases when their holder ends, however it ends."""

import sys


def take_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; false where another process has it. Closing the file lets go of it.

    Raises
    ------
    OSError
        The disk knows no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere only

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
