"""`make attack RELEASES=10000 SEED=1` attacks so many invented releases; `--only K` replays one and explains it."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks.attack.inventing import invent
from benchmarks.attack.leaving import leave
from benchmarks.attack.scoring import Score, score
from benchmarks.attack.telling import tell

_CHUNK = 20
_SHOWN = 20


def main() -> int:
    """Print the outcome; 1 where anything was recalculated, too narrow or wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=__doc__)
    parser.add_argument("--releases", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the series (default 1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="at the same time (default: all)")
    parser.add_argument("--first", type=int, default=0, help="number of the first release (default 0)")
    parser.add_argument("--only", type=int, default=None, metavar="K", help="replay release K and explain it")
    arguments = parser.parse_args()
    if arguments.only is not None:
        world = invent(arguments.seed, arguments.only)
        publication = leave(world)
        found = score(world, publication)
        print("\n".join(tell(world, publication, found)))
    else:
        found = attack(arguments.seed, arguments.first, arguments.releases, arguments.processes)
    print(last_line(found))
    return int(bool(found.broken or found.wrong))


def attack(seed: int, first: int, releases: int, processes: int) -> Score:
    """Attack releases `first` to `first + releases - 1` of a series, in several processes, telling how far it is."""
    chunks = [(seed, start, min(start + _CHUNK, first + releases)) for start in range(first, first + releases, _CHUNK)]
    whole, shown, begun = Score(), 0, time.monotonic()
    for number, found in _scores(chunks, processes):
        whole.releases += found.releases
        whole.hidden += found.hidden
        whole.tables += found.tables
        whole.unproven += found.unproven
        whole.broken += found.broken
        whole.wrong += found.wrong
        if (found.broken or found.wrong) and shown < _SHOWN:
            shown += 1
            what = Counter(item.what + (" by a contributor" if item.knower else "") for item in found.broken)
            print(f"\nrelease {number}: {dict(what)} {found.wrong[:1] or ''}: --seed {seed} --only {number}")
        _progress(whole.releases, releases, begun)
    print(file=sys.stderr)
    inside = sum(bool(item.knower) for item in whole.broken)
    print(f"tables that left {whole.tables}, known to a contributor only {inside}, bounds not proven {whole.unproven}")
    print(f"seconds {time.monotonic() - begun:.0f}, in {processes} processes")
    return whole


def _scores(chunks: list[tuple[int, int, int]], processes: int) -> Iterator[tuple[int, Score]]:
    if processes == 1:
        for chunk in chunks:
            yield from _run(chunk)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in as_completed([pool.submit(_run, chunk) for chunk in chunks]):
            yield from done.result()


def _run(chunk: tuple[int, int, int]) -> list[tuple[int, Score]]:
    seed, first, end = chunk
    return [(number, run(seed, number)) for number in range(first, end)]


def run(seed: int, number: int) -> Score:
    """Make one release and attack it."""
    world = invent(seed, number)
    return score(world, leave(world))


def last_line(found: Score) -> str:
    """What the proof is about."""
    return (
        f"releases {found.releases:,}, hidden cells {found.hidden:,}, "
        f"recalculated {found.count('recalculated')}, too narrow {found.count('too narrow')}"
    )


def _progress(done: int, of: int, begun: float) -> None:
    seconds = (time.monotonic() - begun) / done * (of - done)
    if sys.stderr.isatty() or done % 100 == 0 or done == of:
        end = "\r" if sys.stderr.isatty() else "\n"
        print(f"{done:,} of {of:,} releases, {seconds / 60:.0f} minutes left   ", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
