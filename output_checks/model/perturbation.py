"""Numbers that leave in place of the true counts: how they were made, and which counts may stand behind each.

The numbers are kept, so that whoever judges them needs no secret and no solver to write the same file again.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Method(StrEnum):
    ROUND = "round"  # controlled rounding: to multiples, with totals that are the sums of their cells
    MIDPOINT = "midpoint"  # to the middle of an interval, each cell by itself
    CELL_KEY = "cell key"  # random noise that is the same for the same records, each cell by itself


@dataclass(frozen=True, kw_only=True, eq=False)
class Perturbation:
    """How counts were perturbed, and what came of it."""

    method: Method
    numbers: Floats = field(repr=False)
    """What is published of each cell."""
    base: int = 0
    """What was rounded to; 0 for the cell key."""
    variance: float = 0.0
    """Of the noise of the cell key."""
    deviation: int = 0
    """The most that the cell key adds or takes away."""
    at_stake: tuple[int, ...] = field(default=(), repr=False)
    """Positions of the cells that could not be published as they are. For inside only."""
    remark: str = ""
    """What had to be given up, for whoever reads the table; empty where nothing was."""

    def __post_init__(self) -> None:
        rounds = self.method is not Method.CELL_KEY
        if (rounds and self.base < 2) or (not rounds and (self.deviation < 1 or not self.variance > 0)):
            raise InputError(
                "Perturbed numbers need a base of 2 or more, or a variance and a largest deviation.",
                remedy="build them with output_checks.workflow.perturb",
            )

    @property
    def possible(self) -> tuple[Floats, Floats]:
        """Per cell the lowest and highest count that may stand behind its number, for somebody who knows the method.

        Of controlled rounding those that are certain to be possible: of every table whose counts all lie closer to its
        numbers than to other multiples, these numbers are the only nearest ones. Others may be possible too; nobody
        has to rely on that.
        """
        numbers = self.numbers
        if self.method is Method.CELL_KEY:
            # An empty cell stays empty, so a cell with a number is not empty.
            least = np.where(numbers > 0, np.maximum(numbers - self.deviation, 1.0), 0.0)
            return least, numbers + self.deviation
        if self.method is Method.ROUND:
            reach = (self.base - 1) // 2
            return np.maximum(numbers - reach, 0.0), numbers + reach
        above = (self.base + 1) // 2
        least = np.where(numbers > 0, numbers - above + 1, 0.0)
        return least, np.where(numbers > 0, least + self.base - 1, 0.0)

    def fits(self, values: Floats) -> Flags:
        """Per cell whether its number can be what the method makes of the true count."""
        if self.method is not Method.ROUND:
            low, high = self.possible
            return np.asarray((values >= low) & (values <= high))
        multiple = np.round(self.numbers / self.base) * self.base == self.numbers
        return np.asarray(multiple & ((np.abs(self.numbers - values) < self.base) | bool(self.remark)))

    @property
    def words(self) -> str:
        """How the numbers were made, for whoever reads the table."""
        if self.method is Method.ROUND:
            made = f"rounded to multiples of {self.base}, so that totals are the sums of their cells"
        elif self.method is Method.MIDPOINT:
            made = (
                f"the middle of intervals of {self.base} (1 to {self.base}, {self.base + 1} to {2 * self.base}, and so "
                "on; 0 is 0), each by itself, so that totals need not be the sums of their cells"
            )
        else:
            made = (
                f"with noise by cell keys, of variance {self.variance:g} and at most {self.deviation}, without bias; "
                "0 stays 0; each by itself, so that totals need not be the sums of their cells"
            )
        return f"{made}. {self.remark}" if self.remark else made


def midpoints(values: Floats, base: int) -> Floats:
    """The middle of the interval of `base` counts that each is in; 0 for 0. For 5: 1 to 5 are 3, 6 to 10 are 8."""
    interval = np.ceil(values / base)
    return np.asarray(np.where(values > 0, (interval - 1) * base + (base + 1) // 2, 0.0))
