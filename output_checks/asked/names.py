"""What pandas calls a statistic and what the toolkit calls it: the one place where the two are set side by side."""

import builtins
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.statistics import statistics_named
from output_checks.model.evidence import Floats
from output_checks.model.statistic import Statistic

RECORDS = "size"
"""Counts records, with or without a value."""
_WORDS: dict[str, str] = {
    RECORDS: "count",
    "count": "count",
    "sum": "sum",
    "mean": "mean",
    "median": "median",
    "min": "minimum",
    "max": "maximum",
    "std": "standard deviation",
    "var": "standard deviation",
    "sem": "standard deviation",
    "skew": "skewness",
    "kurt": "kurtosis",
    "quantile": "median",  # pandas' default
}
"""Names of pandas, each with a word of the toolkit. A word that cannot be tabulated yet is an unknown statistic."""
_UNKNOWN = ("nunique", "prod", "any", "all", "first", "last")
"""Names of pandas that give a number by group which the toolkit cannot judge: a person has to."""
_FUNCTIONS: tuple[tuple[Callable[..., Any], str], ...] = (
    *((getattr(np, name), name) for name in ("sum", "mean", "median", "min", "max", "std", "var")),
    *((getattr(np, f"nan{name}"), name) for name in ("sum", "mean", "median", "min", "max", "std", "var")),
    *((getattr(builtins, name), name) for name in ("sum", "min", "max")),
    *((getattr(pd.Series, name), name) for name in _WORDS if name != RECORDS),
    *((getattr(pd.Series, name), name) for name in ("nunique", "prod", "any", "all")),
    (np.size, RECORDS),
    (len, RECORDS),
)


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """One statistic that was asked for. What it is called is checked against the numbers that pandas gives."""

    asked: str
    """As pandas calls it."""
    statistic: Statistic
    of_records: bool = False
    """True where records without a value count too."""

    def shown(self, measured: Floats, count: Floats) -> Iterator[tuple[Floats, str]]:
        """What pandas may show of measured numbers, each with a note on what the file has instead."""
        if self.statistic is not Statistic.STANDARD_DEVIATION:
            yield measured, ""
            return
        with np.errstate(invalid="ignore", divide="ignore"):
            by_n = np.where(count == 1, 0.0, measured * np.sqrt((count - 1) / count))
            for spread, divisor in ((measured, ""), (by_n, " by n, in the file by n - 1")):
                if self.asked == "var":
                    yield spread**2, f"variance{divisor}, in the file its root"
                elif self.asked == "sem":
                    yield spread / np.sqrt(count), f"standard error{divisor}, in the file the standard deviation"
                else:
                    yield spread, divisor and f"standard deviation{divisor}"

    @property
    def known(self) -> bool:
        return self.statistic is not Statistic.UNKNOWN


def aggregate(asked: object) -> Aggregate:
    """What a name or function asks for. Functions are known by identity, never by what they are called.

    Raises
    ------
    InputError
        A name that pandas does not have or that gives no number by group.
    """
    if callable(asked):
        name = next((name for function, name in _FUNCTIONS if function is asked), "")
        return _named(name) if name else Aggregate(asked=_own_name(asked), statistic=Statistic.UNKNOWN)
    if not isinstance(asked, str) or asked not in {*_WORDS, *_UNKNOWN}:
        words = ", ".join(repr(name) for name in _WORDS)
        raise InputError(
            f"{str(asked)!r} cannot be asked for by group.", remedy=f"one of {words}, or release.table(...)"
        )
    return _named(asked)


def function_source(function: object) -> str:
    """How a function that the toolkit knows is written in Python: `np.mean`, `sum`, `pd.Series.std`.

    Raises
    ------
    InputError
        It is not one of them.
    """
    known = next((known for known, _ in _FUNCTIONS if known is function), None)
    if known is None:
        raise InputError("A function of your own cannot be written here.", remedy='a name, such as "mean"')
    module = str(getattr(known, "__module__", ""))
    front = "np." if module.startswith("numpy") else "" if module == "builtins" else "pd.Series."
    return f"{front}{known.__name__}"


def percentile(share: float) -> Aggregate:
    """The statistic below which this share (0 to 1) of the values lies."""
    word = "median" if share == 0.5 else f"percentile {share * 100:g}"
    return Aggregate(asked=f"quantile {share:g}", statistic=_statistic(word))


def function_label(asked: object) -> Hashable:
    """What pandas puts above the numbers of a statistic in a list of several."""
    return str(getattr(asked, "__name__", asked))


def _named(name: str) -> Aggregate:
    return Aggregate(asked=name, statistic=_statistic(_WORDS.get(name, name)), of_records=name == RECORDS)


def _statistic(word: str) -> Statistic:
    try:
        (found, *others) = statistics_named(word)
    except InputError:
        return Statistic.UNKNOWN
    return Statistic.UNKNOWN if others else found


def _own_name(function: object) -> str:
    name = str(getattr(function, "__name__", ""))
    return name if name.isidentifier() else "a function of your own"
