"""What a run can be told by the environment: how large, and where what it makes is kept."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent.parent


def records(usual: int) -> int:
    """How many records; NCO_BENCH_RECORDS, or what is usual for the benchmark."""
    return int(os.environ.get("NCO_BENCH_RECORDS", usual))


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder that is gone afterwards; or NCO_BENCH_FOLDER, where data that was made once is used again."""
    kept = os.environ.get("NCO_BENCH_FOLDER")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="nco-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def in_a_process(module: str, *, python: str = sys.executable, **told: object) -> dict[str, Any]:
    """What `module` answers when it is run by itself and told this, so that its memory can be measured."""
    done = subprocess.run(
        [python, "-m", module],
        input=json.dumps(told, default=str),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=_HERE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def most_memory() -> float | None:
    """The most memory that this process has had, in GB; None where the system does not say it (other than Linux)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1_000_000
