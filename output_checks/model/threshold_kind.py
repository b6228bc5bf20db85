"""What a kind of threshold means whatever its value: its unit, the side that passes, the way that is stricter."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias


class Stricter(StrEnum):
    """Which way a project policy may move a threshold."""

    HIGHER = "higher"
    LOWER = "lower"


Passing: TypeAlias = Literal["at or above", "at or below", "above", "below", "not a limit itself"]
"""The side of a threshold that passes; `at or` where being exactly on it passes too."""


@dataclass(frozen=True, kw_only=True)
class ThresholdKind:
    """What a threshold means, whatever its value. Those `per_unit` are set for each protected unit level."""

    meaning: str
    unit: str
    passes: Passing
    stricter: Stricter
    per_unit: bool = False
    otherwise: str = "fails"
    """What happens on the side that does not pass."""
    least: float = 0.0
    most: float = math.inf
    """The values that a policy may set, both included."""
    whole: bool = False
    """Whether only whole numbers make sense."""

    def side(self, value: float | None = None) -> str:
        """In words, which side passes, and whether being exactly on it does: `exactly 10 passes, less fails`."""
        on_it = "exactly on it" if value is None else f"exactly {value:g}"
        match self.passes:
            case "at or above":
                return f"{on_it} passes, less {self.otherwise}"
            case "at or below":
                return f"{on_it} passes, more {self.otherwise}"
            case "above":
                return f"{on_it} {self.otherwise}, more passes"
            case "below":
                return f"{on_it} {self.otherwise}, less passes"
            case "not a limit itself":
                return "not a limit itself: it says how another is read"

    def is_looser(self, value: float, than: float) -> bool:
        """Whether a project that sets `value` would loosen a threshold of `than`."""
        return value < than if self.stricter is Stricter.HIGHER else value > than

    def allows(self, value: float) -> bool:
        """Whether a policy can mean this value: within bounds, whole where that matters, no share for a percentage."""
        if not math.isfinite(value) or not self.least <= value <= self.most:
            return False
        looks_like_share = self.unit.startswith("percent") and 0 < value < 1
        return not looks_like_share and (not self.whole or value == int(value))

    @property
    def expected(self) -> str:
        """The values that a policy may set, in words."""
        most = f" to {self.most:g}" if self.most < math.inf else " or more"
        percent = ", as a percentage: 10, not 0.1" if self.unit.startswith("percent") else ""
        return f"a {'whole ' if self.whole else ''}number, {self.least:g}{most}{percent}"
