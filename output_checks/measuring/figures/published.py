"""What a figure may draw: the numbers, pairs of numbers and categories that its table publishes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np

from output_checks.measuring.table import TOTAL
from output_checks.model.evidence import Cell, Flags, Floats, Tabulation

_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?")
_BIN = re.compile(r"^[\[(]\s*(-?[\d.]+(?:e-?\d+)?),\s*(-?[\d.]+(?:e-?\d+)?)\s*[\])]$")
_MOST_COMPARED = 20_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Published:
    """A table as a figure may draw it. Numbers are as they leave, rounded; hidden ones are not among them."""

    cells: tuple[Cell, ...]
    columns: tuple[Floats, ...]
    """Per statistic its number in each cell, NaN where there is none."""

    @classmethod
    def of(cls, tabulations: Sequence[Tabulation]) -> "Published":
        """The cells of a table with all that is published of each."""
        return cls(cells=tabulations[0].cells, columns=tuple(item.published for item in tabulations))

    @property
    def n_cells(self) -> int:
        return len(self.cells)

    @cached_property
    def numbers(self) -> Floats:
        """Every number, and 0, from which bars begin."""
        numbers = np.concatenate(self.columns)
        return np.append(numbers[~np.isnan(numbers)], 0.0)

    @cached_property
    def words(self) -> frozenset[str]:
        """Categories."""
        return frozenset(self._cells_of)

    @cached_property
    def places(self) -> Floats:
        """Categories that are numbers, and both ends of those that are bins; in order."""
        return np.array(sorted(self._words_at))

    def has(self, values: Floats) -> Flags:
        """Which of these are published numbers."""
        return among(values, self.numbers)

    def has_places(self, values: Floats) -> Flags:
        """Which of these are categories that are numbers."""
        return among(values, self.places)

    def at(self, words: frozenset[str]) -> Floats:
        """The numbers of cells with any of these categories, and of totals; and 0."""
        cells = sorted({cell for word in (*words, TOTAL) for cell in self._cells_of.get(word, [])})
        numbers = np.concatenate([column[cells] for column in self.columns])
        return np.append(numbers[~np.isnan(numbers)], 0.0)

    def words_at(self, place: float) -> frozenset[str]:
        """Categories that are this number, or that are bins with it as an end."""
        return frozenset(self._words_at[place])

    def has_pairs(self, points: Floats) -> bool:
        """Whether each point is two numbers of one cell: its mean of one variable and of another."""
        explained = np.zeros(len(points), dtype=bool)
        if len(points) * self.n_cells > _MOST_COMPARED:
            return False
        for first, second in permutations(self.columns, 2):
            explained |= (_close(points[:, :1], first[None, :]) & _close(points[:, 1:], second[None, :])).any(axis=1)
        return bool(explained.all())

    @cached_property
    def _cells_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, cell in enumerate(self.cells):
            for part in set(cell):
                found.setdefault(TOTAL if part is None else part, []).append(number)
        return found

    @cached_property
    def _words_at(self) -> dict[float, set[str]]:
        found: dict[float, set[str]] = {}
        for word in self.words:
            for end in _ends(word):
                found.setdefault(end, set()).add(word)
        return found


def without_word(text: str, word: str) -> str:
    """A text less a category, where it stands there as such: 2019, but not the 1 in 12 or in 0.1."""
    if not word or word not in text:
        return text
    return re.sub(rf"(?<!\d)(?<!\d[.,]){re.escape(word)}(?!\d|[.,]\d)", " ", text)


def among(values: Floats, known: Floats) -> Flags:
    """Which values are among some numbers, but for the noise of reckoning."""
    if not len(known):
        return np.zeros(np.shape(values), dtype=bool)
    known = np.unique(known)
    at = np.searchsorted(known, values)
    below, above = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    return _close(values, below) | _close(values, above)


def _close(values: Floats, known: Floats) -> Flags:
    return np.isclose(values, known, rtol=1e-9, atol=1e-9)


def _ends(word: str) -> Iterator[float]:
    """The number that a category is, or both ends of a bin."""
    if _NUMBER.fullmatch(word):
        yield float(word.replace("−", "-").replace(",", "."))
    elif found := _BIN.match(word):
        yield from (float(found[1]), float(found[2]))
