"""What a figure may draw: the numbers, pairs of numbers and categories that its table publishes."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from output_checks.measuring.table import TOTAL
from output_checks.model.evidence import Flags, Floats, Tabulation

_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?")
_BIN = re.compile(r"^[\[(]\s*(-?[\d.]+(?:e-?\d+)?),\s*(-?[\d.]+(?:e-?\d+)?)\s*[\])]$")
_MOST_COMPARED = 20_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Published:
    """A table as a figure may draw it. Numbers are as they leave, rounded; hidden ones are not among them."""

    numbers: Floats
    """Every number, and 0, from which bars begin."""
    columns: tuple[Floats, ...]
    """Per statistic its number in each cell, NaN where there is none."""
    words: frozenset[str]
    """Categories."""
    places: Floats
    """Categories that are numbers, and both ends of those that are bins; in order."""
    n_cells: int

    @classmethod
    def of(cls, tabulations: Sequence[Tabulation]) -> "Published":
        columns = tuple(item.published for item in tabulations)
        numbers = np.concatenate(columns)
        words = frozenset(
            TOTAL if part is None else part for item in tabulations for cell in item.cells for part in cell
        )
        return cls(
            numbers=np.append(numbers[~np.isnan(numbers)], 0.0),
            columns=columns,
            words=words,
            places=np.array(sorted(set(_numbers_of(words)))),
            n_cells=len(tabulations[0].cells),
        )

    def has(self, values: Floats) -> Flags:
        """Which of these are published numbers."""
        return _among(values, self.numbers)

    def has_places(self, values: Floats) -> Flags:
        """Which of these are categories that are numbers."""
        return _among(values, self.places)

    def has_pairs(self, points: Floats) -> bool:
        """Whether each point is two numbers of one cell: its mean of one variable and of another."""
        explained = np.zeros(len(points), dtype=bool)
        if len(points) * self.n_cells > _MOST_COMPARED:
            return False
        for first, second in permutations([np.append(column, np.nan) for column in self.columns], 2):
            explained |= (_close(points[:, :1], first[None, :]) & _close(points[:, 1:], second[None, :])).any(axis=1)
        return bool(explained.all())


def _among(values: Floats, known: Floats) -> Flags:
    """Which values are among some numbers, but for the noise of reckoning."""
    if not len(known):
        return np.zeros(np.shape(values), dtype=bool)
    known = np.unique(known)
    at = np.searchsorted(known, values)
    below, above = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    return _close(values, below) | _close(values, above)


def _close(values: Floats, known: Floats) -> Flags:
    return np.isclose(values, known, rtol=1e-9, atol=1e-9)


def _numbers_of(words: Collection[str]) -> Iterator[float]:
    for word in words:
        if _NUMBER.fullmatch(word):
            yield float(word.replace("−", "-").replace(",", "."))
        elif found := _BIN.match(word):
            yield from (float(found[1]), float(found[2]))
