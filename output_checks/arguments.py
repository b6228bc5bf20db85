"""What a researcher may give with any output: its name, decimals, texts."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from output_checks.errors import InputError

_MOST_DECIMALS = 10
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,79}$")


def expect_name(name: str) -> str:
    """The name, if it can be one of an output and its file.

    Raises
    ------
    InputError
        It cannot.
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise InputError(
            "A name must be lower-case letters, digits, '-' and '_', at most 80, and start with a letter or digit.",
            remedy="a name like growth_by_group",
        )
    return str(name)


def expect_decimals(decimals: int) -> None:
    """Raise InputError unless numbers can be rounded to so many decimals."""
    if not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
        raise InputError(f"Decimals are a whole number from 0 to {_MOST_DECIMALS}.", remedy="decimals=1")


def expect_texts(**texts: object) -> None:
    """Raise InputError where one of these is no text."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise InputError(f"{name} must be text.", remedy=f'{name}="..."')


def plain(given: object) -> object:
    """A text as plain text, and those in a list: `numpy.str_`, which numpy's arrays are of, can be written nowhere."""
    if isinstance(given, str):
        return str(given)
    if isinstance(given, list | tuple):
        return [plain(item) for item in given]
    return given


def text_of(given: object) -> str:
    """A text as plain text; anything else as it is, for whoever knows what it must be."""
    text: str = plain(given)  # type: ignore[assignment]
    return text


def names_of(given: object, *, remedy: str) -> tuple[str, ...]:
    """One name or several, in a list, an array or an index, as plain texts.

    Raises
    ------
    InputError
        Something else than texts was given.
    """
    several = list(given) if isinstance(given, list | tuple | np.ndarray | pd.Index) else [given]
    if not all(isinstance(name, str) for name in several):
        raise InputError("Variables are named by text.", remedy=remedy)
    return tuple(str(name) for name in several)


def words_of(given: object) -> str | Sequence[str]:
    """What names statistics: a text, or several in a list; anything else as it is, for whoever knows the statistics."""
    listed = list(given) if isinstance(given, np.ndarray | pd.Index) else given
    words: str | Sequence[str] = plain(listed)  # type: ignore[assignment]
    return words
