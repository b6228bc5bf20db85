"""The moment from which a linkage counts, and what follows it.

Everything is prepared first; then one file, DECIDED, says what is to be done, and from then on it is done whatever
happens: by this run or, where it is killed, by the next. Before that file is there, nothing has its final name.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from nco_research.linkage.certificate import Certificate, as_text, encode, now, sealed
from nco_research.linkage.destruction import GONE, OVERWRITTEN, FileFacts, destroy, marked
from nco_research.linkage.private import DECIDED
from nco_research.microdata.files import sha256_of
from output_checks.errors import IntegrityError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done, decided and not yet done."""

    certificate: Certificate
    """As it will be, but for the deliveries destroyed, the time and the seal."""
    certificate_path: str
    moves: Mapping[str, str]
    """Final name of each file that waits."""
    deliveries: str
    to_destroy: tuple[FileFacts, ...] = ()
    """Below the folder `deliveries`."""


def decide(staging: Path, plan: Plan) -> None:
    """Write the plan, whole or not at all, once the files that wait are on the disk and not only on their way to it."""
    for waiting in plan.moves:
        with (staging / waiting).open("r+b") as file:
            os.fsync(file.fileno())
    unfinished = staging / "deciding.json"
    write(unfinished, msgspec.json.encode(plan))
    unfinished.replace(staging / DECIDED)


def finish(staging: Path) -> Path:
    """Do what was decided, also where half of it was done before; returns where the certificate is.

    Raises
    ------
    IntegrityError
        The plan was changed.
    InputError
        A file could not be destroyed. The plan stays, and is finished by the next run.
    """
    try:
        plan = msgspec.json.decode((staging / DECIDED).read_bytes(), type=Plan)
    except msgspec.DecodeError:
        raise IntegrityError(f"{staging / DECIDED} was changed.", remedy="look at that folder by hand") from None
    for waiting, final in plan.moves.items():
        if (staging / waiting).exists():
            (staging / waiting).replace(staging.parent / final)
    folder = Path(plan.deliveries)
    outcomes = dict(_outcomes(folder, plan.to_destroy))
    destroy(folder / item.name for item, how in outcomes.items() if how)
    certificate = sealed(
        replace(
            plan.certificate,
            made=now(),
            destroyed=(
                *plan.certificate.destroyed,
                *(replace(item, how=how) for item, how in outcomes.items() if how),
            ),
            remains=(*plan.certificate.remains, *(item for item, how in outcomes.items() if not how)),
        )
    )
    path = Path(plan.certificate_path)
    write(path.with_suffix(".txt"), as_text(certificate).encode("utf-8"))
    write(path, encode(certificate))
    (staging / DECIDED).unlink()
    return path


def _outcomes(folder: Path, files: tuple[FileFacts, ...]) -> Iterator[tuple[FileFacts, str]]:
    """How each file is destroyed; empty for one that is not what was linked any more, and so remains."""
    for item in files:
        path = folder / item.name
        if marked(path).exists():
            yield item, OVERWRITTEN
        elif not path.exists():
            yield item, GONE
        else:
            yield item, OVERWRITTEN if sha256_of(path) == item.sha256 else ""


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place first, so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.writing")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
