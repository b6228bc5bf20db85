"""Files written whole or not at all, and file names that are safe on every system."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from output_checks.errors import InputError

_SAFE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,119}$")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def expect_safe_name(name: str) -> str:
    """The name, if it is a plain file name on Windows and elsewhere.

    Raises
    ------
    InputError
        It holds a folder, a drive, a reserved word or an unusual character.
    """
    if not _SAFE_NAME.match(name) or name.endswith((".", " ")) or name.partition(".")[0].lower() in _RESERVED:
        raise InputError("A file name is not a plain one.", remedy="letters, digits, '.', '-' and '_', without folders")
    return name


def expect_distinct_names(names: Collection[str]) -> None:
    """Raise InputError unless all are plain file names that stay apart where upper and lower case are the same."""
    if len({expect_safe_name(name).lower() for name in names}) < len(names):
        raise InputError("Two files have the same name but for upper and lower case.", remedy="different names")


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write one file: to a temporary file beside it, then rename, so that it is there whole or not at all.

    A `private` file is readable by its owner only, where the system knows such a thing.

    Raises
    ------
    InputError
        The file cannot be written (no such folder, no permission, a full disk); nothing is left behind.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise _cannot_write(path, error) from error


def write_folder_atomically(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files: into a temporary folder beside it, then rename. The folder must not exist yet.

    Raises
    ------
    InputError
        It exists, a name is not safe, two names differ only by case, or it cannot be written; nothing is left behind.
    """
    if folder.exists():
        raise InputError(f"{folder} exists already.", remedy="another folder")
    expect_distinct_names(files)
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".writing-", suffix=".tmp"))
        for name, content in files.items():
            with (temporary / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        temporary.chmod(0o755)
        temporary.rename(folder)
    except OSError as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        raise _cannot_write(folder, error) from error


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    InputError
        It is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}).", remedy="the path of an existing file you may read"
        ) from error


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be written ({error.strerror or type(error).__name__}); nothing was left behind.",
        remedy="another folder, or free some space",
    )
