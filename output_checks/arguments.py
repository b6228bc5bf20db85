"""What a researcher may give with any output: its name, decimals, texts."""

import re

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
    return name


def expect_decimals(decimals: int) -> None:
    """Raise InputError unless numbers can be rounded to so many decimals."""
    if not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
        raise InputError(f"Decimals are a whole number from 0 to {_MOST_DECIMALS}.", remedy="decimals=1")


def expect_texts(**texts: object) -> None:
    """Raise InputError where one of these is no text."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise InputError(f"{name} must be text.", remedy=f'{name}="..."')
