"""Suppression of tables of up to hundreds of thousands of cells: cells hidden, time, and an audit by another solver."""

import os
import time

import numpy as np
from scipy import optimize, sparse

from benchmarks import regions
from benchmarks.setting import most_memory
from output_checks.protection.compiled import COMPILES
from output_checks.protection.large import Suppression, suppress_large

_THRESHOLD = 5
_WIDTH = 4
_AUDITED = 12
_HOW = "" if COMPILES else ", not compiled"
_STORED = {
    # GaussSuppression 1.2.3 under R on another draw of the same kind of table, measured once: secondary cells for so
    # many sensitive ones, with singletons, and with intervals as well where that ended.
    "T1": "84 for 25 sensitive; 102 with intervals",
    "T2": "847 for 473; 884 with intervals in 474 s",
    "T3": "5,484 for 2,457 in 252 s",
    "T4": "10,227 for 11,421 in 382 s",
}


def run() -> str:
    """A Markdown table per size; NCO_BENCH_TABLES=T1,T5 chooses others (T5: 270,000 cells; T6: a million)."""
    names = os.environ.get("NCO_BENCH_TABLES", "T1,T2,T3,T4").split(",")
    suppress_table("T1")  # compiles
    lines = [
        f"**Suppression with proof: counts below {_THRESHOLD}, intervals of {_WIDTH}, singletons{_HOW}**",
        "",
        "| table | cells | sensitive | secondary | not proven | seconds | most memory | GaussSuppression (stored) |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    audit = ""
    for name in names:
        found, seconds = suppress_table(name)
        secret, hidden = found.wanted.sensitive, found.pattern.hidden
        memory = most_memory()
        lines.append(
            f"| {name} | {len(hidden):,} | {secret.sum():,} | {(hidden & ~secret & found.system.listed).sum():,} "
            f"| {len(found.pattern.unproven):,} | {seconds:.1f} "
            f"| {'not known' if memory is None else f'{memory:.1f} GB'} | {_STORED.get(name, '')} |"
        )
        if not found.proves():
            raise RuntimeError(f"The proof of {name} does not hold.")
        if name in {"T2", "T3"}:
            audit = audited(found, name)
    return "\n".join([*lines, "", *([audit, ""] if audit else []), _note()])


def _seconds() -> float:
    return float(os.environ.get("NCO_BENCH_SECONDS", "600"))


def _note() -> str:
    return (
        f"Not proven: within {_seconds():.0f} seconds by the clock (`NCO_BENCH_SECONDS`); `suppress` refuses such a "
        "pattern. Seconds are CPU time.\nThe stored figures are of other draws of the same kind of table, and those of "
        "T3 and T4 without intervals."
    )


def suppress_table(name: str) -> tuple[Suppression, float]:
    """The pattern for one table, and the CPU seconds it took."""
    tabulation, hierarchy = regions.table(regions.SIZES[name])
    sensitive = (tabulation.values > 0) & (tabulation.values < _THRESHOLD)
    start = time.process_time()
    found = suppress_large(
        [tabulation],
        sensitive=[sensitive],
        width=_WIDTH,
        insider_width=1,
        hierarchies=[] if hierarchy is None else [hierarchy],
        seconds=_seconds(),
    )
    return found, time.process_time() - start


def audited(found: Suppression, name: str) -> str:
    """Bounds of some sensitive cells by linear programming (HiGHS), which knows nothing of the proof."""
    hidden = np.flatnonzero(found.pattern.hidden)
    equations = found.system.matrix[:, hidden].astype(float)
    equations = equations[np.flatnonzero(np.diff(equations.indptr))]
    values = found.system.values[hidden]
    secret = np.flatnonzero(found.wanted.sensitive[hidden])
    chosen = np.random.default_rng(1).choice(secret, min(_AUDITED, len(secret)), replace=False)
    right, narrow = equations @ values, 0
    for cell in chosen:
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(hidden))
            aim[cell] = sign
            result = optimize.linprog(
                aim, A_eq=sparse.csr_array(equations), b_eq=right, bounds=(0, None), method="highs"
            )
            ends.append(np.inf if result.x is None else sign * result.fun)
        if result.x is not None and ends[1] - ends[0] < _WIDTH - 1e-6:
            narrow += 1
    return (
        f"Audit of {name} by linear programming: {len(chosen)} sensitive cells drawn, {narrow} narrower than {_WIDTH}."
    )
