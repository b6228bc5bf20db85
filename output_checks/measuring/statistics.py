"""The words a researcher may use for a statistic."""

import difflib
from collections.abc import Sequence

from output_checks.errors import InputError
from output_checks.model.statistic import Kind, Statistic

_WORDS: dict[str, tuple[Statistic, ...]] = {
    **{
        statistic.value: (statistic,)
        for statistic in Statistic
        if statistic.kind not in {Kind.COEFFICIENT, Kind.DENSITY, Kind.SURVIVAL, Kind.UNKNOWN}
        and not statistic.value.endswith(("lower 95", "upper 95"))
    },
    "mean interval": (Statistic.MEAN, Statistic.LOWER_95, Statistic.UPPER_95),
    "weighted mean interval": (
        Statistic.WEIGHTED_MEAN,
        Statistic.WEIGHTED_MEAN_LOWER_95,
        Statistic.WEIGHTED_MEAN_UPPER_95,
    ),
    "weighted sum interval": (
        Statistic.WEIGHTED_SUM,
        Statistic.WEIGHTED_SUM_LOWER_95,
        Statistic.WEIGHTED_SUM_UPPER_95,
    ),
    "quartiles": (Statistic.PERCENTILE_25, Statistic.MEDIAN, Statistic.PERCENTILE_75),
    "weighted quartiles": (
        Statistic.WEIGHTED_PERCENTILE_25,
        Statistic.WEIGHTED_MEDIAN,
        Statistic.WEIGHTED_PERCENTILE_75,
    ),
    "smoothed quartiles": (
        Statistic.SMOOTHED_PERCENTILE_25,
        Statistic.SMOOTHED_MEDIAN,
        Statistic.SMOOTHED_PERCENTILE_75,
    ),
    "boxplot": (
        Statistic.LOWER_WHISKER,
        Statistic.PERCENTILE_25,
        Statistic.MEDIAN,
        Statistic.PERCENTILE_75,
        Statistic.UPPER_WHISKER,
    ),
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
        if not isinstance(word, str) or word not in _WORDS:
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
