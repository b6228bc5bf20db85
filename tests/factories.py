"""Short builders with sensible defaults, so that a test shows only what it is about."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from output_checks.measuring.units import Units
from output_checks.model.evidence import CellStatus, Fact, FactName, Origin, Output, OutputKind, Tabulation
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.policies import load_policy

UNITS = Units.of({"pupil": "pupil", "school": "school"})


def policy(**limits: float) -> Policy:
    """The policy `cbs-export`, tightened where a test asks for it; `pupil__minimum_contributors=12` per unit."""
    changes = {".".join(reversed(key.split("__"))): value for key, value in limits.items()}
    return load_policy("cbs-export").tightened(changes, name="test", source="test")


def tabulation(
    counts: Sequence[float],
    *,
    facts: Mapping[FactName | tuple[FactName, str], Sequence[float]] | None = None,
    statistic: Statistic = Statistic.COUNT,
    hidden: Sequence[int] = (),
    origin: Origin = Origin.COMPUTED,
    by: tuple[str, ...] = ("group",),
) -> Tabulation:
    """Cells a, b, c, ... with the facts given and no others."""
    status = [CellStatus.PRIMARY_SUPPRESSED if i in hidden else CellStatus.PUBLISHED for i in range(len(counts))]
    built = []
    for key, values in (facts or {}).items():
        name, of = key if isinstance(key, tuple) else (key, "")
        built.append(Fact(name=name, of=of, values=np.asarray(values, dtype=float), origin=origin))
    return Tabulation(
        statistic=statistic,
        by=by,
        cells=tuple((chr(ord("a") + i), *["z"] * (len(by) - 1)) for i in range(len(counts))),
        values=np.asarray(counts, dtype=float),
        status=tuple(status),
        facts=tuple(built),
    )


def output(*tabulations: Tabulation, name: str = "out", kind: OutputKind = OutputKind.TABLE) -> Output:
    return Output(name=name, kind=kind, title=name, tabulations=tabulations)


def pupils(n: int = 400, *, schools: int = 10, seed: int = 1) -> pd.DataFrame:
    """Invented pupils, one row each: pupil, school, track (three), sex (two), score."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "pupil": [f"p{i:05d}" for i in range(n)],
            "school": [f"s{i % schools:03d}" for i in range(n)],
            "track": rng.choice(["havo", "vmbo", "vwo"], n),
            "sex": rng.choice(["boy", "girl"], n),
            "score": rng.normal(50, 10, n).round(1),
        }
    )
