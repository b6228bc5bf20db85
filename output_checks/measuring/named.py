"""Names of categories that are keys of units: a row called after a pupil's pseudonym tells whose it is, hidden or not.

The names are set against the hashes of the keys where the data are. What is kept is whether a name is a key, not whose.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from output_checks.measuring.units import UNIT_SHIFT, UnitRows, hashes_of_keys
from output_checks.model.evidence import Cell, FactName, Floats
from output_checks.model.members import Members

_PIECES = re.compile(r"[\s:;,\[\]()=|/\"']+")
_FINER = re.compile(r"[-_.+*~#]+")
_LETTERS_AND_DIGITS = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).{4,}")
_LONG_NUMBER = re.compile(r"\d{6,}(\.0+)?")
_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*")
_WORD = re.compile(r"[^\W\d].{3,}")
_BITS = np.uint64(2**20 - 1)
_CERTAIN, _MAYBE = 1.0, 0.5


def named_by_keys(rows: UnitRows, cells: Sequence[Cell]) -> dict[tuple[FactName, str], Floats]:
    """Per unit level and cell, whether one of its names is a key of that level: 1 for certain, 0.5 maybe, 0 no.

    A code with letters and digits or a long number that is a key is no accident. A word may be a place and a school's
    name; a short number among words may be either. Short numbers among numbers (years, grades) are not looked at.
    """
    strength = _candidates(cells)
    texts = list(strength)
    hashes = hashes_of_keys(texts) if texts else np.array([], dtype=np.uint64)
    found = {}
    for level, columns in rows.keys.items():
        present = np.zeros(len(texts), dtype=bool)
        for column in columns if texts else ():
            present |= _among(hashes, column.hashes)
        keys = {text for text, is_key in zip(texts, present.tolist(), strict=True) if is_key}
        found[FactName.NAMED_BY_KEY, level] = _weights(cells, keys, strength) if keys else np.zeros(len(cells))
    return found


def names_members(texts: Sequence[str], members: Sequence[Members]) -> bool:
    """Whether a text that looks like a code is the key of a unit that is a member of some tabulation.

    Of levels with one key column only: keys of several columns are known together, as their hashes are.
    """
    strength = _candidates([(text,) for text in dict.fromkeys(texts) if text.strip()])
    codes = [piece for piece, weight in strength.items() if weight == _CERTAIN]
    if not codes:
        return False
    hashes = hashes_of_keys(codes) >> UNIT_SHIFT
    return any(bool(_among(hashes, keys).any()) for item in members for keys in item.units.values())


def _weights(cells: Sequence[Cell], keys: set[str], strength: Mapping[str, float]) -> Floats:
    """Per cell, how much it tells that some of its names are keys."""
    labels = {part for cell in cells for part in cell if part is not None}
    weights = {
        label: max((strength[piece] for piece in _pieces(label) if piece in keys), default=0.0) for label in labels
    }
    return np.array([max((weights[part] for part in cell if part is not None), default=0.0) for cell in cells])


def _candidates(cells: Sequence[Cell]) -> dict[str, float]:
    """The texts among the names of cells that may be keys, and how much it would tell if they were."""
    strength: dict[str, float] = {}
    for labels in map(dict.fromkeys, zip(*cells, strict=True)):
        names = [label for label in labels if label is not None]
        numbers = sum(bool(_NUMBER.fullmatch(name)) for name in names)
        for name in names:
            for piece in _pieces(name):
                if _LETTERS_AND_DIGITS.fullmatch(piece) or _LONG_NUMBER.fullmatch(piece):
                    strength[piece] = _CERTAIN
                elif _WORD.fullmatch(piece) or (piece == name and _NUMBER.fullmatch(name) and 2 * numbers < len(names)):
                    strength.setdefault(piece, _MAYBE)
    return strength


def _pieces(label: str) -> Iterator[str]:
    """A name and its parts, in small and in capital letters: of a model's term `school[T.s001]`, also `s001`."""
    parts = [label.strip(), *(part.removeprefix("T.") for part in _PIECES.split(label))]
    parts += [fine for part in parts for fine in (*_FINER.split(part), _FINER.sub("", part))]
    for part in dict.fromkeys(parts):
        if part:
            yield from dict.fromkeys((part, part.lower(), part.upper()))


def _among(few: npt.NDArray[np.uint64], many: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which of a few hashes are among many, without sorting these."""
    marked = np.zeros(int(_BITS) + 1, dtype=bool)
    marked[few & _BITS] = True
    near = many[marked[many & _BITS]]
    return np.asarray(pd.Index(few).isin(near), dtype=bool)
