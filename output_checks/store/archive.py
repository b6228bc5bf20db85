"""Zip archives as CBS expects them: flat, with plain file names, and the same bytes for the same content."""

import io
import zipfile
from collections.abc import Mapping

from output_checks.errors import InputError
from output_checks.store.files import expect_distinct_names, expect_safe_name

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_LARGEST = 500_000_000


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip archive without folders.

    Raises
    ------
    InputError
        A name is not a plain file name, or two differ only by case.
    """
    expect_distinct_names(files)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), files[name], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def unpack(content: bytes, *, source: str) -> dict[str, bytes]:
    """The files of an archive that `pack` made, by name.

    Raises
    ------
    InputError
        It is not a zip archive, is damaged, has folders, or unpacks to far too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LARGEST:
                raise InputError(f"{source} unpacks to more than 500 MB.", remedy="fewer or smaller outputs")
            return {expect_safe_name(item.filename): archive.read(item) for item in archive.infolist()}
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{source} is not a whole zip archive.", remedy="the file as it was submitted") from error
