"""The certificate of a linkage: what was destroyed, what remains, and how many were linked. It holds no values.

It names deliveries, and so schools, with their numbers of rows. So it is kept with CBS's own files, never with the
output: there it would tell which school has which pseudonym.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nco_research.linkage.counts import Counts
from nco_research.linkage.counts import as_text as counts_as_text
from nco_research.linkage.destruction import FileFacts, marked
from nco_research.linkage.private import WORK
from nco_research.linkage.writing import identifying_columns_of
from nco_research.microdata.files import sha256_of
from nco_research.sql import connect
from output_checks.errors import InputError, IntegrityError

if TYPE_CHECKING:
    import duckdb

_LISTED = 20
_READABLE = (".parquet", ".csv")


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What is sealed. Folders are relative to the certificate's own, where they can be."""

    made: str
    """Time, in UTC."""
    version: str
    """Of nco-research."""
    deliveries: str
    output: str
    work: str
    """The folder that intermediate files were in."""
    destroyed: tuple[FileFacts, ...]
    remains: tuple[FileFacts, ...]
    written: tuple[FileFacts, ...]
    counts: Counts
    key_apart: bool
    """The key was not in or below a folder with deliveries, persons, objections, output or this certificate, and not
    among intermediate files."""
    format: int = 1
    seal: str = ""
    """sha256 of everything else. It shows a change by mistake; who can write here can also seal anew."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A certificate of which all was found true."""

    certificate: Certificate
    deliveries_left: int
    """Files that the certificate says remain, and that are still there."""


def sealed(certificate: Certificate) -> Certificate:
    """The same with the seal that belongs to it."""
    return replace(certificate, seal=_seal_of(certificate))


def encode(certificate: Certificate) -> bytes:
    """As it is stored: JSON in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(certificate), indent=1) + b"\n"


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file.

    Raises
    ------
    InputError
        There is no such file.
    IntegrityError
        It is not a certificate, or was changed since it was sealed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"The certificate {path} cannot be read ({error.strerror}).", remedy="its path") from None
    try:
        certificate = msgspec.json.decode(content, type=Certificate)
    except msgspec.DecodeError:
        certificate = None
    if certificate is None or encode(certificate) != content or _seal_of(certificate) != certificate.seal:
        raise IntegrityError(
            f"{path.name} is not a certificate as it was sealed.", remedy="the file as the linkage wrote it"
        )
    return certificate


def verify_certificate(path: Path) -> Verified:
    """Check that a certificate is intact, and that what it says is still so.

    What was destroyed is gone; every output is there, unchanged; and no csv or parquet file in the folder of the output
    has a column that identifies.

    Raises
    ------
    InputError
        There is no such file.
    IntegrityError
        It was changed, or something is not as it says. All that is wrong is named.
    """
    certificate = read_certificate(path)
    wrong = list(_wrong(certificate, path.parent))
    if wrong:
        listed = "; ".join(wrong[:_LISTED]) + ("; ..." if len(wrong) > _LISTED else "")
        raise IntegrityError(
            f"{path.name} is intact, but not all is as it says: {listed}.", remedy="find out what happened to them"
        )
    folder = path.parent / certificate.deliveries
    left = sum((folder / item.name).exists() for item in certificate.remains if item.what == "delivery")
    return Verified(certificate=certificate, deliveries_left=left)


def _wrong(certificate: Certificate, home: Path) -> Iterator[str]:
    for item in certificate.destroyed:
        if item.what == "delivery":
            place = home / certificate.deliveries / item.name
            if place.exists() or marked(place).exists():
                yield f"{item.name} was destroyed, and is there"
    if (home / certificate.work / WORK).exists():
        yield "the folder of intermediate files is there"
    output = home / certificate.output
    for item in certificate.written:
        place = output / item.name
        if not place.is_file():
            yield f"{item.name} was written, and is not there"
        elif sha256_of(place) != item.sha256:
            yield f"{item.name} is not as it was written"
    with connect() as connection:
        for place in sorted(output.iterdir()) if output.is_dir() else ():
            if place.suffix.lower() in _READABLE:
                yield from _identifying(connection, place)


def _identifying(connection: "duckdb.DuckDBPyConnection", place: Path) -> Iterator[str]:
    try:
        for column in identifying_columns_of(connection, place):
            yield f"{place.name} has the identifying column {column}"
    except InputError:
        yield f"{place.name} cannot be read, so nobody knows what is in it"


def as_text(certificate: Certificate) -> str:
    """The certificate to be read by people."""
    destroyed, refused = certificate.destroyed, [item for item in certificate.remains if item.how]
    remains = tuple(item for item in certificate.remains if not item.how)
    lines = [
        "Certificate of linkage and destruction",
        "",
        f"made {certificate.made} by nco-research {certificate.version}",
        f"the key was kept apart from all data: {'yes' if certificate.key_apart else 'no'}",
        "",
        counts_as_text(certificate.counts).rstrip(),
        "",
        *_listed("Written, with pseudonyms only", certificate.written),
        *_listed("Destroyed", destroyed),
        *_refused(refused),
        *_listed("Remains, and identifies people", remains),
        "Names, sizes and hashes of every file are in the .json beside this text.",
        f"seal (sha256 of the content): {certificate.seal}",
    ]
    return "\n".join(lines) + "\n"


def relative_to(path: Path, home: Path) -> str:
    """How to get from one folder to another; the whole path where that cannot be said (another drive)."""
    try:
        return Path(os.path.relpath(path.resolve(), home.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def now() -> str:
    """The time, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seal_of(certificate: Certificate) -> str:
    content = msgspec.json.encode(replace(certificate, seal=""), order="sorted")
    return hashlib.sha256(content).hexdigest()


def _refused(files: Sequence[FileFacts]) -> list[str]:
    """All of them: each is a school that has to deliver again."""
    if not files:
        return []
    lines = [f"{item.name} ({item.rows:,} rows): {item.how}" for item in files]
    return [f"Not used, and remains: {len(files):,} files", *(f"  {line}" for line in lines), ""]


def _listed(heading: str, files: tuple[FileFacts, ...]) -> list[str]:
    if not files:
        return [f"{heading}: nothing", ""]
    size = sum(item.size for item in files)
    lines = [f"{heading}: {len(files):,} files, {size:,} bytes"]
    lines += [
        f"  {item.name} ({item.what}, {item.size:,} bytes{f', {item.rows:,} rows' if item.rows else ''}"
        f"{f'; {item.how}' if item.how else ''})"
        for item in files[:_LISTED]
    ]
    lines += [f"  and {len(files) - _LISTED:,} more"] if len(files) > _LISTED else []
    return [*lines, ""]
