"""What a misspelt name was probably meant to be."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy: the one known name that looks like it, or all of them."""
    names = sorted(str(item) for item in known)
    close = difflib.get_close_matches(name, names, n=1)
    return repr(close[0]) if close else f"one of {', '.join(names)}"
