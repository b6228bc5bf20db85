"""The words a researcher may use for a statistic."""

import difflib
from collections.abc import Sequence

from output_checks.errors import InputError
from output_checks.model.statistic import Statistic

_TABULATED = (
    Statistic.COUNT,
    Statistic.SUM,
    Statistic.MEAN,
    Statistic.STANDARD_DEVIATION,
    Statistic.MEDIAN,
    Statistic.MINIMUM,
    Statistic.MAXIMUM,
)
_WORDS: dict[str, tuple[Statistic, ...]] = {
    **{statistic.value: (statistic,) for statistic in _TABULATED},
    "mean interval": (Statistic.MEAN, Statistic.LOWER_95, Statistic.UPPER_95),
}


def statistics_named(words: str | Sequence[str]) -> tuple[Statistic, ...]:
    """The statistics meant by `"mean"`, or by `["mean interval", "standard deviation"]`; each once, in that order.

    Raises
    ------
    InputError
        A word the toolkit cannot place, or a function. It is not guessed at.
    """
    if callable(words):
        raise InputError("A statistic is asked for by name, not by a function.", remedy=f"one of {', '.join(_WORDS)}")
    found: list[Statistic] = []
    for word in words if isinstance(words, list | tuple) else [words]:
        if word not in _WORDS:
            close = difflib.get_close_matches(str(word), _WORDS, n=1)
            raise InputError(
                f"{str(word)!r} is not a statistic that can be tabulated.",
                remedy=repr(close[0]) if close else f"one of {', '.join(_WORDS)}",
            )
        found += _WORDS[word]
    return tuple(dict.fromkeys(found))


def table_title(words: str | Sequence[str], value: str, by: str | Sequence[str]) -> str:
    """A title for a table of these statistics: `mean interval of score by sex × track`."""
    statistics = words if isinstance(words, str) else ", ".join(words)
    groups = by if isinstance(by, str) else " × ".join(by)
    return statistics + (f" of {value}" if value else "") + (f" by {groups}" if groups else "")
