"""What remembering costs: reading all that a project released before, and adding one release more.

Each way runs in a process of its own, so that the most memory it had is its own: `python -m benchmarks.ledger`.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from benchmarks.setting import in_a_process, most_memory, records, working_folder
from benchmarks.timing import table
from output_checks.model.evidence import CellStatus, Output, OutputKind, Tabulation
from output_checks.model.members import Members
from output_checks.model.statistic import Statistic
from output_checks.store.ledger import HEAD, Ledger
from output_checks.store.ledger_chain import Head, write_head
from output_checks.store.ledger_checking import check_ledger
from output_checks.store.ledger_contents import identity_of
from output_checks.store.ledger_entry import Entry, Left
from output_checks.store.ledger_file import connected, writing
from output_checks.store.ledger_units import Register

RECORDS = records(1_000_000)
"""Pupils of each release, one record each."""
RELEASES = 100
CELLS = 2_000
_Hashes: TypeAlias = npt.NDArray[np.uint64]
_SCHOOLS = 8_000
_CLASSIFICATIONS = 10
"""The releases take turns in dividing the pupils in so many ways; in the next turn, one in a hundred has moved."""
_UNITS = {"pupil": ("pupil",), "school": ("school",)}
_READ = "read all earlier releases, one at a time"
_AGAINST = "read them and tell each pupil of a new release by its history of cells"
_HELD = "read them and hold them all in memory"
_ADD = "add one release more"
_CHECK = "ledger check: every hash, and every entry read"
_BYTES = "read the file's bytes, nothing else"


def run(repeats: int = 3) -> str:
    """From the ledger's file to outputs with members."""
    with working_folder() as folder:
        made = folder / f"ledger-{RECORDS}"
        if not made.exists():
            in_a_process("benchmarks.ledger", way="make", folder=made)
        seconds: dict[str, list[float]] = {}
        peaks: dict[str, float | None] = {}
        size = 0
        for _ in range(repeats):
            for way, name in _NAMES.items():
                told = in_a_process("benchmarks.ledger", way=way, folder=made)
                seconds.setdefault(name, []).append(told["seconds"])
                peaks[name] = told["peak"]
                size = told["size"]
        return table(
            {name: statistics.median(taken) for name, taken in seconds.items()},
            floor=_BYTES,
            peaks=peaks,
            title=f"A ledger of {RELEASES} releases, each counts and means in {CELLS:,} cells of {RECORDS:,} pupils in "
            f"changed versions: {size / 1_000_000:.0f} MB",
        )


def _make(folder: Path) -> None:
    """The same entries as by adding one after the other, which would read all that was added for each."""
    ledger = Ledger.create(folder, units=_UNITS, time="2026-01-01")
    register = Register()
    entries: list[Entry] = []
    for left in _releases(RELEASES):
        with connected(ledger.path) as connection, writing(connection):
            identity = ledger.secret.keyed_hash(identity_of(left))
            entries.append(ledger._insert(connection, entries, left, identity, register))
    write_head(folder / HEAD, Head(ledger=ledger.about.ledger, entries=len(entries), hash=entries[-1].hash))


def _releases(n: int, *, first: int = 0) -> Iterator[Left]:
    """Versions of one register: each lacks other pupils, and some went to another school or got another score."""
    rng = np.random.default_rng(1)
    pupils = rng.integers(0, 2**52, RECORDS + n, dtype=np.uint64)
    schools = rng.integers(0, 2**52, _SCHOOLS, dtype=np.uint64)
    own, scores = rng.integers(0, _SCHOOLS, len(pupils)), rng.integers(0, 2**32, len(pupils), dtype=np.uint64)
    ways = [rng.integers(0, CELLS, len(pupils)) for _ in range(_CLASSIFICATIONS)]
    for number in range(first + n):
        moved = rng.integers(0, len(pupils), len(pupils) // 100)
        own[moved] = rng.integers(0, _SCHOOLS, len(moved))
        scores[moved] = rng.integers(0, 2**32, len(moved), dtype=np.uint64)
        way = ways[number % _CLASSIFICATIONS]
        way[moved] = rng.integers(0, CELLS, len(moved))
        if number >= first:
            there = np.delete(np.arange(len(pupils)), rng.choice(len(pupils), n, replace=False))
            yield _release(number, pupils[there], schools[own[there]], way[there], scores[there])


def _release(number: int, pupils: _Hashes, schools: _Hashes, cells: npt.NDArray[np.int64], scores: _Hashes) -> Left:
    members = Members(
        units={"pupil": pupils, "school": schools}, cells=cells.astype(np.int32), marks=scores.astype(np.uint32)
    )
    counts = np.bincount(cells, minlength=CELLS).astype(float)
    names = tuple((str(number % _CLASSIFICATIONS), f"category {cell}") for cell in range(CELLS))
    tabulations = tuple(
        Tabulation(
            statistic=statistic,
            variable="score",
            by=("way", "category"),
            cells=names,
            values=values,
            status=(CellStatus.PUBLISHED,) * CELLS,
            members=members if statistic is Statistic.COUNT else None,
        )
        for statistic, values in ((Statistic.COUNT, counts), (Statistic.MEAN, counts / 7))
    )
    output = Output(name="counts", kind=OutputKind.TABLE, title="counts", tabulations=tabulations)
    return Left(
        name=f"release-{number}",
        date="2026-01-01",
        policy="cbs-export",
        origin="sealed",
        outputs=(output,),
        submission=f"{number}",
    )


def _read(ledger: Ledger) -> None:
    for output in ledger.earlier():
        expect_members(output)


def _against(ledger: Ledger, release: Left) -> None:
    """What setting tables against each other begins with: whose cells were ever the same."""
    members = release.outputs[0].tabulations[0].members
    if members is None:
        raise RuntimeError("The new release has no members.")
    units = np.sort(members.finest)
    history = np.zeros(len(units), dtype=np.uint64)
    for number, output in enumerate(ledger.earlier()):
        earlier = expect_members(output)
        place = np.minimum(np.searchsorted(units, earlier.finest), len(units) - 1)
        met = units[place] == earlier.finest
        own = (earlier.cells[met].astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15 + 2 * number)
        np.add.at(history, place[met], own ^ (own >> np.uint64(31)))
    if len(np.unique(history)) < len(history) // 2:
        raise RuntimeError("The histories are too much alike.")


def _held(ledger: Ledger) -> None:
    for output in list(ledger.earlier()):
        expect_members(output)


def expect_members(output: Output) -> Members:
    """The members of an output that came back; RuntimeError unless they are all there."""
    members = output.tabulations[0].members
    if members is None or len(members) != RECORDS:
        raise RuntimeError(f"{output.name} is not what was remembered.")
    return members


def _add(ledger: Ledger, release: Left) -> None:
    if ledger.append(release, units=_UNITS).entry.name != release.name:
        raise RuntimeError("Another release was added.")


def _check(ledger: Ledger) -> None:
    if check_ledger(ledger).problems:
        raise RuntimeError("The ledger is not whole.")


_NAMES = {"bytes": _BYTES, "read": _READ, "against": _AGAINST, "held": _HELD, "check": _CHECK, "add": _ADD}


def _main() -> None:
    told = json.load(sys.stdin)
    folder = Path(told["folder"])
    if told["way"] == "make":
        _make(folder)
        json.dump({}, sys.stdout)
        return
    ledger = Ledger.open(folder)
    size = ledger.path.stat().st_size
    ways: dict[str, Callable[[], object]] = {
        "bytes": ledger.path.read_bytes,
        "read": lambda: _read(ledger),
        "held": lambda: _held(ledger),
        "check": lambda: _check(ledger),
    }
    if told["way"] in {"add", "against"}:
        (release,) = _releases(1, first=len(ledger.entries()))
        ways |= {"add": lambda: _add(ledger, release), "against": lambda: _against(ledger, release)}
    start = time.perf_counter()
    ways[told["way"]]()
    seconds = time.perf_counter() - start
    json.dump({"seconds": seconds, "size": size, "peak": most_memory()}, sys.stdout)


if __name__ == "__main__":
    _main()
