"""What stops a linkage from outside, said without what the database says of it: that may quote a record."""

import contextlib
import errno
from collections.abc import Iterator

from output_checks.errors import InputError

_NO_SPACE = (
    "no space left",
    "disk full",
    "file too large",
    "disk quota",
    "not enough space",
    "max_temp_directory_size",
)
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn errors of the system and of the database into InputError, without their values.

    Raises
    ------
    InputError
        The disk is full, memory does not suffice, or a file could not be read or written.
    """
    import duckdb  # noqa: PLC0415 - only researchers install it

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise _of_space(str(error)) or InputError(
            "The memory does not suffice.", remedy="a higher limit in the environment variable NCO_MEMORY_LIMIT, as 4GB"
        ) from None
    except (duckdb.IOException, duckdb.HTTPException) as error:
        raise _of_space(str(error)) or InputError(
            "A file could not be read or written by the database.", remedy="look at the disks and who may use them"
        ) from None
    except duckdb.Error as error:
        raise InputError(
            f"The database could not do it ({type(error).__name__}), which is a mistake in the toolkit.",
            remedy="report this line",
        ) from None
    except OSError as error:
        if error.errno in _FULL:
            raise _disk_full() from None
        raise InputError(
            f"A file could not be read or written ({error.strerror}).", remedy="look at the disks and who may use them"
        ) from None


def _of_space(message: str) -> InputError | None:
    return _disk_full() if any(words in message.lower() for words in _NO_SPACE) else None


def _disk_full() -> InputError:
    return InputError(
        "The disk is full. Nothing was written, and no intermediate file is left.",
        remedy="free space, or another folder for intermediate files (--work)",
    )
