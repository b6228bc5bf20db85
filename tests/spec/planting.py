"""How further disclosures are planted, and further safe outputs kept: each a function that registers with a release."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.scoreboard import data as invented
from output_checks.release import Release


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One output, its name being the function's."""

    register: Callable[[Release], object]
    learns: str
    """What an outsider learns of it; empty for a safe one."""
    wrong: str = ""
    """Why the verdict on it is wrong now; empty where it is right."""

    @property
    def name(self) -> str:
        return self.register.__name__


MORE: list[Planted] = []
MORE_SAFE: list[Planted] = []


def planted(learns: str, *, wrong: str = "") -> Callable[[Callable[[Release], object]], Callable[[Release], object]]:
    """This output discloses something, and must not pass."""

    def keep(register: Callable[[Release], object]) -> Callable[[Release], object]:
        MORE.append(Planted(register=register, learns=learns, wrong=wrong))
        return register

    return keep


def safe(*, wrong: str = "") -> Callable[[Callable[[Release], object]], Callable[[Release], object]]:
    """This output discloses nothing, and must pass."""

    def keep(register: Callable[[Release], object]) -> Callable[[Release], object]:
        MORE_SAFE.append(Planted(register=register, learns="", wrong=wrong))
        return register

    return keep


def pupils(n: int = 1000) -> pd.DataFrame:
    """The scoreboard's pupils, with their sex and whether they passed (about half)."""
    data = invented.pupils(n)
    rng = np.random.default_rng(6)
    return data.assign(sex=rng.choice(["boy", "girl"], n), passed=(rng.random(n) < 0.5) * 1.0)


def cell(data: pd.DataFrame) -> pd.Index:
    return invented.a_cell(data)
