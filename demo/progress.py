"""One line per step, with its time, and what it found below."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Progress:
    """Numbers the steps of a job as they run."""

    steps: int
    done: int = field(default=0, init=False)

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Announce a step, let it say what it found, and print how long it took."""
        self.done += 1
        print(f"\n[{self.done}/{self.steps}] {title}", flush=True)
        start = time.monotonic()
        yield _indented
        print(f"      done in {time.monotonic() - start:.1f} s", flush=True)


def _indented(text: str) -> None:
    for line in text.splitlines():
        print(f"      {line}", flush=True)
