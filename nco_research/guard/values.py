"""The distinct values of a column as text, however they are stored."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_ROWS = 200_000
_DISTINCT = 2_000
_LARGEST_WHOLE = 1e15
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def distinct(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """The different values of a column, without missing ones.

    Of more than 200,000 values a random sample is looked at; where that has few different ones, all are, as rare values
    would be missed. Of a categorical all categories count, also those that no record has any more: they would be handed
    on with it.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(column.cat.categories)
    if len(column) <= _ROWS:
        return _unique(column.dropna())
    # Missing values first: of a column that is nearly empty, a sample of the records would hold nothing.
    known = np.flatnonzero(column.notna().to_numpy())
    if len(known) <= _ROWS:
        return _unique(column.iloc[known])
    # Drawn at random: every eleventh of a running number would pass the check digit, or none would.
    drawn = _unique(column.iloc[known[np.random.default_rng(0).integers(0, len(known), _ROWS)]])
    return drawn if len(drawn) > _DISTINCT else _unique(column).dropna()


def _unique(present: "pd.Series[Any]") -> "pd.Series[Any]":
    try:
        return present.drop_duplicates()
    except TypeError:  # lists and the like, which have no hash
        return present.map(str).drop_duplicates()


@dataclass(frozen=True, eq=False)
class Values:
    """Distinct values of one column, at most 2,000, drawn at random where there are more."""

    column: "pd.Series[Any]"

    @functools.cached_property
    def sample(self) -> "pd.Series[Any]":
        if pd.api.types.is_bool_dtype(self.column):
            return pd.Series(dtype=object)
        values = distinct(self.column)
        if len(values) > _DISTINCT:
            values = values.iloc[np.random.default_rng(0).permutation(len(values))[:_DISTINCT]]
        return values

    @functools.cached_property
    def numbers(self) -> npt.NDArray[np.float64] | None:
        """The values as numbers; None where the column holds anything else."""
        if not pd.api.types.is_numeric_dtype(self.sample):
            return None
        return np.asarray(self.sample.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)

    @functools.cached_property
    def texts(self) -> list[str]:
        """The values as text: whole numbers without decimals, no padding, look-alikes of letters and digits mended."""
        if pd.api.types.is_float_dtype(self.sample):
            return [_number(value) for value in self.sample.to_numpy(dtype=float, na_value=np.nan).tolist()]
        return [text for text in map(_text, self.sample.tolist()) if text]

    @functools.cached_property
    def lines(self) -> str:
        """All texts, one a line: a pattern is sought in all of them at once."""
        return "\n".join(self.texts)

    def count(self, pattern: re.Pattern[str]) -> int:
        """How many texts match; the pattern must be one of whole lines (`^…$`, MULTILINE)."""
        return sum(1 for _ in pattern.finditer(self.lines))

    def share(self, pattern: re.Pattern[str]) -> float:
        """Which share of the texts matches, 0 where there are none."""
        return self.count(pattern) / len(self.texts) if self.texts else 0.0


def whole_line(pattern: str, *, flags: int = 0) -> re.Pattern[str]:
    """A pattern for `Values.count`."""
    return re.compile(rf"^(?:{pattern})$", re.MULTILINE | flags)


def plain_name(name: str) -> str:
    """Lower case without accents, words joined by `_`: `Geboorte datum` and `geboorteDatum` become one."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", ascii_only)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_WHOLE else str(value)


def _text(value: object) -> str:
    text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(text.split())
