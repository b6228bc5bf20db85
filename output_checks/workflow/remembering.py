"""Remember in the project's ledger what leaves, before it leaves; and notice what left and is not remembered."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from output_checks.errors import InputError, IntegrityError
from output_checks.model.evidence import Output
from output_checks.model.policy import Policy
from output_checks.model.review import Act
from output_checks.store.audit import AuditEvent, append_event, read_trail
from output_checks.store.files import read_file, sha256
from output_checks.store.ledger import Appended, Ledger
from output_checks.store.ledger_entry import Left
from output_checks.store.submission import MANIFEST, TRAIL, Manifest, Stored
from output_checks.workflow.bare_tables import with_numbers_of_files

REMEMBER = "remember"
"""What the trail of a submission calls it; no act of people, so it changes no state."""


_REMEMBERED: dict[Hashable, tuple[Output, ...]] = {}


@dataclass(frozen=True, kw_only=True)
class Astray:
    """A submission of which the trail and the ledger do not say the same."""

    submission: str
    problem: str


def ledger_of(manifest: Manifest, given: Path | None) -> Ledger | None:
    """The ledger to remember a submission in: the one given, or else the one that its author used; None if neither.

    Raises
    ------
    InputError
        It is not there, or is that of a project with other units.
    IntegrityError
        Its key or its beginning was changed.
    """
    folder = given or (Path(manifest.ledger) if manifest.ledger else None)
    if folder is None:
        return None
    ledger = Ledger.open(folder)
    ledger.expect_units(manifest.units)
    return ledger


def earlier_outputs(folder: Path | None, *, units: Mapping[str, Sequence[str]], than: str = "") -> Iterator[Output]:
    """What left before, to be judged beside what leaves next, one output at a time; nothing without a ledger.

    With `than`, the hash of a submission, only what the ledger met before that one.

    Raises
    ------
    InputError
        There is no ledger in the folder, or it is of a project with other units.
    IntegrityError
        It is not whole.
    """
    if folder is not None:
        ledger = Ledger.open(folder)
        ledger.expect_units(units)
        yield from ledger.earlier(than=than)


def remembered(folder: Path | None, *, units: Mapping[str, Sequence[str]], than: str = "") -> tuple[Output, ...]:
    """All of `earlier_outputs`, kept in memory until the ledger has come further.

    Raises
    ------
    InputError
        There is no ledger in the folder, or it is of a project with other units.
    IntegrityError
        It is not whole.
    """
    if folder is None:
        return ()
    entries = Ledger.open(folder).entries()
    place = (str(folder.resolve()), entries[-1].hash if entries else "", than, tuple(units.items()))
    if place not in _REMEMBERED:
        _REMEMBERED.clear()  # one ledger at a time: its members fill the memory
        _REMEMBERED[place] = tuple(earlier_outputs(folder, units=units, than=than))
    return _REMEMBERED[place]


def remember(
    ledger: Ledger,
    stored: Stored,
    approved: Sequence[Output],
    contents: Mapping[str, bytes],
    *,
    name: str,
    policy: Policy,
    toolkit: str,
    actor: str,
    time: str,
) -> Appended:
    """Add the approved outputs of a submission, with the files in `contents`, to the ledger, and note it in the trail.

    Done before anything is written outside: what is remembered and was not released after all costs little, what is
    released and forgotten may cost a pupil's secret. Doing it again, as after a crash, adds nothing.

    Raises
    ------
    InputError
        The ledger is of other units, or has another release of that name.
    IntegrityError
        The ledger is not whole, or lacks an entry that the trail of another submission beside this one has of it, as
        an older copy does; nothing is added.
    """
    left = Left(
        name=name,
        date=time,
        policy=policy.label,
        origin="sealed",
        outputs=tuple(with_numbers_of_files(output, contents) for output in approved),
        submission=stored.sha256,
        toolkit=toolkit,
    )
    _expect_not_older(ledger, stored.folder.parent)
    appended = ledger.append(left, units=stored.manifest.units)
    trail, noted = stored.folder / TRAIL, f"{ledger.about.ledger} {appended.entry.hash}"
    if not any((event.act, event.details) == (REMEMBER, noted) for event in read_trail(trail)):
        append_event(trail, time=time, actor=actor, act=REMEMBER, details=noted)
    return appended


def astray(ledger: Ledger, folder: Path) -> tuple[Astray, ...]:
    """Submissions in a folder that were released and are not remembered, or the other way round.

    Raises
    ------
    InputError
        There is no such folder.
    IntegrityError
        A trail or the ledger is broken.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", remedy="the folder where submissions are kept")
    entries = ledger.entries()
    hashes, known = {entry.hash for entry in entries}, {entry.submission for entry in entries}
    found = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        problem = _problem(manifest.parent, ledger, hashes, is_known=sha256(read_file(manifest)) in known)
        if problem:
            found.append(Astray(submission=manifest.parent.name, problem=problem))
    return tuple(found)


def _problem(folder: Path, ledger: Ledger, hashes: set[str], *, is_known: bool) -> str:
    events = read_trail(folder / TRAIL)
    released = any(event.act == Act.RELEASE for event in events)
    if _noted(events, ledger) - hashes:
        return "was remembered in an entry that this ledger does not have"
    if released and not is_known:
        return "was released and is not in this ledger"
    if is_known and not released:
        return "is in this ledger and was not released, as where a run was stopped half-way: release it again"
    return ""


def _noted(events: Sequence[AuditEvent], ledger: Ledger) -> set[str]:
    """Hashes of entries of this ledger that a trail speaks of."""
    noted = [event.details.partition(" ") for event in events if event.act == REMEMBER]
    return {own for which, _, own in noted if which == ledger.about.ledger}


def _expect_not_older(ledger: Ledger, folder: Path) -> None:
    """Raise IntegrityError where trails beside speak of entries that the ledger lacks, as an older copy of it does."""
    hashes = {entry.hash for entry in ledger.entries()}
    for trail in sorted(folder.glob(f"*/{TRAIL}")):
        try:
            lacking = _noted(read_trail(trail), ledger) - hashes
        except IntegrityError:
            continue  # it is another submission's, and told wherever that one is opened
        if lacking:
            raise IntegrityError(
                f"The ledger lacks the entry that {trail.parent.name} was remembered in: it is an older copy.",
                remedy="the ledger as it was left by the last release",
            )
