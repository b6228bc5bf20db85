"""The audit trail: what was done to a submission, by whom and when; each line holds the hash of the one before."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from output_checks.errors import IntegrityError
from output_checks.store.codec import canonical_json
from output_checks.store.files import sha256, write_atomically

_START = "0" * 64


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One act. `details` names things (files, hashes), never values from the data."""

    time: str
    actor: str
    act: str
    details: str
    previous: str

    @property
    def line(self) -> bytes:
        return canonical_json(asdict(self))


def read_trail(path: Path) -> tuple[AuditEvent, ...]:
    """All events, after checking that none was changed, removed from the middle or put in between.

    Raises
    ------
    IntegrityError
        The chain is broken, or its last line was cut off.
    """
    content = path.read_bytes() if path.is_file() else b""
    events, previous = [], _START
    for number, line in enumerate(content.split(b"\n")[:-1] if content.endswith(b"\n") or not content else [b"cut"], 1):
        try:
            event = AuditEvent(**json.loads(line))
        except (ValueError, TypeError):
            event = None
        if event is None or event.previous != previous or event.line != line:
            raise IntegrityError(
                f"The audit trail {path} is broken at line {number}.",
                remedy="the copy in a backup; do not edit the trail",
            )
        events.append(event)
        previous = sha256(line)
    return tuple(events)


def append_event(path: Path, *, time: str, actor: str, act: str, details: str = "") -> None:
    """Add one event to the end of a trail that is whole.

    Raises
    ------
    IntegrityError
        The trail is broken; nothing is added.
    InputError
        It cannot be written.
    """
    write_atomically(path, extend(read_trail(path), time=time, actor=actor, act=act, details=details))


def extend(events: Sequence[AuditEvent], *, time: str, actor: str, act: str, details: str = "") -> bytes:
    """The bytes of a trail with one event more."""
    previous = sha256(events[-1].line) if events else _START
    event = AuditEvent(time=time, actor=actor, act=act, details=details, previous=previous)
    return b"".join(item.line + b"\n" for item in (*events, event))
