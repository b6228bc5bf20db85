"""Compile number-crunching functions where numba is installed (the extra `fast`); without it they run as plain Python.

Both ways give the same answers. Plain Python is some hundred times slower, which small tables do not notice.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])

COMPILES = find_spec("numba") is not None
"""Whether functions are compiled here."""


def compiled(function: _Function) -> _Function:
    """The function, compiled on its first call where that can be done, and kept for the next run beside its source."""
    if not COMPILES:
        return function
    import numba  # noqa: PLC0415 - optional, and slow to import

    try:
        made: Any = numba.njit(cache=True)(function)
    except RuntimeError:  # no folder to keep it in can be written
        made = numba.njit(function)
    return cast("_Function", made)
