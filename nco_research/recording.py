"""What was read: kept for this process, and written down where a run asks for it.

`nco run` names a file in the environment variable NCO_RECORD; every source that the notebook reads becomes one line of
it, also those that a process of the notebook's own reads. `RunBegun` puts them together with what was run.
"""

import contextlib
import datetime as dt
import hashlib
import json
import os
import platform
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from nco_research.locking import take_lock
from output_checks.errors import InputError

RECORD = "NCO_RECORD"
_POLL = 0.01
_TOOLKIT = "nco-research"


class File(Protocol):
    """A file as a reader describes it; `microdata.Source` is one."""

    @property
    def path(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """One file that records came from."""

    path: str
    """Relative to the folder with data, with `/` between its parts."""
    year: int
    version: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class SourceRead:
    """One reading of a register or a file of pupils."""

    component: str
    files: tuple[FileRead, ...]
    columns: tuple[str, ...] = ()
    codebook: str = ""
    """Digest of the codebook that it was read with."""
    objections: str = ""
    """Digest of the list of objections; empty where there is none."""
    objections_count: str = ""
    """How many are on the list, rounded: `about 40`."""
    study: str = ""
    """Digest of the study file that was in force; empty where there was none."""
    notes: tuple[str, ...] = ()
    """What was left out or mended, in words."""


_read: list[SourceRead] = []


def record_source(
    component: str,
    *,
    files: Iterable[File],
    columns: Iterable[str] = (),
    codebook: str = "",
    objections: str = "",
    objections_count: str = "",
    study: str = "",
    notes: Iterable[str] = (),
) -> None:
    """Remember that this was read, and write it down where a run asks for it. The parameters are those of `SourceRead`.

    Raises
    ------
    InputError
        The record of the run cannot be written: what nobody can trace is not read.
    """
    source = SourceRead(
        component=component,
        files=tuple(
            FileRead(path=file.path, year=file.year, version=file.version, sha256=file.sha256) for file in files
        ),
        columns=tuple(columns),
        codebook=codebook,
        objections=objections,
        objections_count=objections_count,
        study=study,
        notes=tuple(notes),
    )
    _read.append(source)
    place = os.environ.get(RECORD)
    if place:
        _append(Path(place), json.dumps(asdict(source), ensure_ascii=True))


def sources() -> tuple[SourceRead, ...]:
    """What this process has read so far, each once, in the order in which it was read first."""
    return tuple(dict.fromkeys(_read))


def read_record(path: Path) -> list[dict[str, Any]]:
    """The sources in a run's record, each once, in the order in which they were read first."""
    if not path.is_file():
        return []
    lines = dict.fromkeys(line for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [json.loads(line) for line in lines]


@dataclass(frozen=True, kw_only=True)
class RunBegun:
    """What is known of a run when it begins."""

    template: str
    template_sha256: str
    parameters: Mapping[str, object]
    """As they were given."""
    study: Mapping[str, str] | None
    """Name, place, digest and content of the study file in force; None where there was none."""
    started: dt.datetime

    @classmethod
    def of(cls, notebook: Path, *, parameters: Mapping[str, object], study: Mapping[str, str] | None) -> "RunBegun":
        """A run of that notebook, which begins now."""
        return cls(
            template=notebook.stem,
            template_sha256=hashlib.sha256(notebook.read_bytes()).hexdigest(),
            parameters=dict(parameters),
            study=study,
            started=dt.datetime.now(dt.UTC),
        )

    def ended(self, sources: list[dict[str, Any]]) -> dict[str, Any]:
        """The content of `run.json` for a run that ends now and read these sources."""
        return {
            "template": self.template,
            "template_sha256": self.template_sha256,
            "parameters": dict(self.parameters),
            "study": dict(self.study) if self.study is not None else "none",
            "started": self.started.isoformat(timespec="seconds"),
            "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "sources": sources,
            "toolkit": metadata.version(_TOOLKIT),
            "python": platform.python_version(),
            "system": platform.platform(),
            "packages": _package_versions(),
        }


def _package_versions() -> dict[str, str]:
    """Of the packages that the toolkit says it needs, those that are here."""
    needed = (re.match(r"[\w.-]+", requirement) for requirement in metadata.requires(_TOOLKIT) or ())
    found = {}
    for name in sorted({match[0].lower() for match in needed if match}):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _append(path: Path, line: str) -> None:
    """Add one line. Processes that do so at once wait for each other, so that no line is cut in two."""
    try:
        with path.open("ab", buffering=0) as file:
            _wait_for(file.fileno())
            file.write(line.encode("ascii") + b"\n")
    except OSError as error:
        raise InputError(
            f"The record of this run cannot be written ({error.strerror}).",
            remedy="nco run again; see that the disk has room",
        ) from None


def _wait_for(descriptor: int) -> None:
    """Until nobody else has the file. Where the disk knows no locks, adding a line at once has to do."""
    with contextlib.suppress(OSError):
        while not take_lock(descriptor):
            time.sleep(_POLL)
