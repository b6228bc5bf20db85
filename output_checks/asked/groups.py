"""What `release.groupby(...)` gives: groups whose every statistic is registered."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, TypedDict, Unpack

from output_checks.asked.answer import Answer
from output_checks.asked.call import Call
from output_checks.asked.grouped import Grouping
from output_checks.asked.recipe import Recipe
from output_checks.asked.requests import group_recipe
from output_checks.errors import InputError


class How(TypedDict, total=False):
    """How a table is registered, as in `release.table`."""

    suppress: bool
    decimals: int
    round: int
    title: str
    population: str


Register: TypeAlias = Callable[[Call, str, How, Callable[[], Recipe | None]], Answer]
"""Registers a call under a name; the last makes its recipe, where it is needed."""


class Grouped:
    """Grouped records of a release. Every method takes the name of the table first, then what pandas' method takes."""

    def __init__(self, grouping: Grouping, register: Register) -> None:
        self._grouping = grouping
        self._register = register

    def __getitem__(self, columns: object) -> "Grouped":
        """The same groups with one column, or with a list of several."""
        several = isinstance(columns, list)
        names = columns if isinstance(columns, list) else [columns]
        absent = [name for name in names if name not in self._grouping.data.columns]
        if absent or not names or (isinstance(columns, tuple) and not several):
            known = ", ".join(map(str, self._grouping.data.columns[:20]))
            raise InputError("There is no such column in the data.", remedy=f"one, or a list, of {known}")
        return Grouped(replace(self._grouping, chosen=columns), self._register)

    def __getattr__(self, column: str) -> "Grouped":
        """A column by its name, as in `release.groupby(pupils, "track").score`."""
        if not column.startswith("_") and column in self._grouping.data.columns:
            return self[column]
        raise AttributeError(
            f"Groups of a release have no {column!r}. Try: agg, size, count, sum, mean, median, std, var, min, max, "
            "nunique or quantile; anything else by release.table, or by agg with a function, which needs review."
        )

    def _made(self, name: str, how: How, method: str, *functions: object, **named: object) -> Answer:
        """Ask pandas, and register what it gives."""
        call = self._grouping.call(method, *functions, **named)
        return self._register(call, name, how, lambda: group_recipe(call, self._grouping, method, functions, named))

    def agg(
        self,
        func: object = None,
        *,
        name: str,
        suppress: bool = False,
        decimals: int = 1,
        round: int = 1,  # noqa: A002 - as pandas calls it
        title: str = "",
        population: str = "all records",
        **named: object,
    ) -> Answer:
        """Register statistics by name, function, list or mapping, or named: `score=("test_score", "mean")`.

        Functions of pandas, numpy and Python that the toolkit knows are judged as what they are. Any other is an
        unknown statistic, which needs review.

        Raises
        ------
        InputError
            A statistic is not one number a group, or it cannot be told which records are behind it.
        """
        if func is None and not named:
            raise InputError("Which statistics?", remedy='"mean", ["mean", "std"] or {"score": "mean"}')
        how: How = {
            "suppress": suppress,
            "decimals": decimals,
            "round": round,
            "title": title,
            "population": population,
        }
        functions = () if func is None else (func,)
        return self._made(name, how, "agg", *functions, **named)

    aggregate = agg

    def size(self, name: str, **how: Unpack[How]) -> Answer:
        """Register the number of records of each group."""
        return self._made(name, how, "size")

    def count(self, name: str, **how: Unpack[How]) -> Answer:
        """Register the number of records of each group that have a value."""
        return self._made(name, how, "count")

    def nunique(self, name: str, **how: Unpack[How]) -> Answer:
        """Register the number of different values in each group. It needs review."""
        return self._made(name, how, "nunique")

    def sum(self, name: str, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the sum of each group."""
        return self._made(name, how, "sum", **_numeric(numeric_only=numeric_only))

    def mean(self, name: str, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the mean of each group."""
        return self._made(name, how, "mean", **_numeric(numeric_only=numeric_only))

    def median(self, name: str, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the median of each group."""
        return self._made(name, how, "median", **_numeric(numeric_only=numeric_only))

    def min(self, name: str, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the lowest value of each group, which is somebody's."""
        return self._made(name, how, "min", **_numeric(numeric_only=numeric_only))

    def max(self, name: str, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the highest value of each group, which is somebody's."""
        return self._made(name, how, "max", **_numeric(numeric_only=numeric_only))

    def std(self, name: str, *, ddof: int = 1, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the standard deviation of each group."""
        given = {"ddof": ddof, **_numeric(numeric_only=numeric_only)}
        return self._made(name, how, "std", **given)

    def var(self, name: str, *, ddof: int = 1, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the variance of each group."""
        given = {"ddof": ddof, **_numeric(numeric_only=numeric_only)}
        return self._made(name, how, "var", **given)

    def quantile(self, name: str, q: float = 0.5, *, numeric_only: bool = False, **how: Unpack[How]) -> Answer:
        """Register the value below which a share `q` of each group lies."""
        if not isinstance(q, int | float):
            raise InputError("One quantile at a time.", remedy="q=0.25, and a call for each")
        return self._made(name, how, "quantile", q=q, **_numeric(numeric_only=numeric_only))


def _numeric(*, numeric_only: bool) -> dict[str, bool]:
    return {"numeric_only": True} if numeric_only else {}
