"""Citizen service numbers and education numbers, told from pseudonyms by their check digits.

One in eleven random nine-digit numbers passes either test, so a column is taken for real numbers only where far more
pass than chance explains. The sum is that of python-stdnum (`stdnum.nl.bsn`), for all numbers of a column at once.
"""

import re

import numpy as np
import numpy.typing as npt
from scipy import special

from nco_research.guard.values import Values

_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
_EDUCATION_REMAINDER = 5
_EDUCATION_BEGINS = (1, 0)
_PASSES_BY_CHANCE = 1 / 11
_CHANCE = 1e-4
_CHANCE_OF_FEW = 1e-6
_FEW = 0.3
_SHARE = 0.15
"""Where 7 percent of the numbers are real and the others pseudonyms, about this share passes."""

_PARTED = r"\d{4}[ .\-/]\d{2}[ .\-/]\d{3}|\d{3}[ .\-/]\d{3}[ .\-/]\d{3}|\d{2}[ .\-/]\d{3}[ .\-/]\d{3}"
_NUMBER = re.compile(rf"(?<![\d+.,])0{{0,3}}(\d{{9}}|[1-9]\d{{7}}|{_PARTED})(?:[.,]0+)?(?![\d,])(?!\.\d)")
_NO_DIGIT = re.compile(r"\D")
_DAY = re.compile(r"0?(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")


def checked_numbers(values: Values) -> str:
    """`"citizen service numbers"` or `"education numbers"` where the values are those, else nothing.

    Numbers may stand among other words, have lost a leading zero, or be parted by dots, dashes or spaces. Eight digits
    that are a day (YYYYMMDD) do not count as a number that lost its zero.
    """
    digits = _digits(values)
    if not len(digits):
        return ""
    remainder = digits @ _WEIGHTS % 11
    alone = len(digits) > _FEW * len(values.texts)
    if _more_than_chance((remainder == 0) & digits.any(axis=1), alone=alone):
        return "citizen service numbers"
    begins = (digits[:, :2] == _EDUCATION_BEGINS).all(axis=1)
    if _more_than_chance(remainder[begins] == _EDUCATION_REMAINDER, alone=alone and bool(begins.mean() > _FEW)):
        return "education numbers"
    return ""


def _digits(values: Values) -> npt.NDArray[np.int64]:
    """One row of nine digits per number found."""
    found = (text if text.isdigit() else _NO_DIGIT.sub("", text) for text in _NUMBER.findall(values.lines))
    numbers = "".join(text.zfill(9) for text in found if not _DAY.match(text))
    return np.frombuffer(numbers.encode("ascii"), dtype=np.uint8).reshape(-1, 9).astype(np.int64) - ord("0")


def _more_than_chance(passes: npt.NDArray[np.bool_], *, alone: bool) -> bool:
    """Binomial test against one in eleven, and a share: among many numbers any small excess is significant.

    Numbers that are few among other values need stronger evidence: amounts have eight or nine digits now and then.
    """
    passing = int(passes.sum())
    if passing <= _SHARE * len(passes):
        return False
    by_chance = float(special.bdtrc(passing - 1, len(passes), _PASSES_BY_CHANCE))
    return by_chance < (_CHANCE if alone else _CHANCE_OF_FEW)
