"""Generated calls of pandas: each can be made of pandas itself, of a release, and of pandas with a counter of units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.call import Call
from output_checks.asked.crosstab import crosstab_call
from output_checks.asked.grouped import Grouping
from output_checks.asked.pivot import pivot_call

KEYS = ("sex", "track", "region", "year")
VALUES = ("score", "income", "passed")
FUNCTIONS = {
    "mean": "mean",
    "sum": "sum",
    "count": "count",
    "std": "std",
    "min": "min",
    "max": "max",
    "median": "median",
    "size": len,
    "np.mean": np.mean,
    "np.sum": np.sum,
    "np.max": np.max,
    "np.std": np.std,
    "var": "var",
    "nunique": "nunique",
    "own": lambda numbers: float(numbers.notna().sum() * 2),
}


def records(rng: np.random.Generator, n: int, *, missing: float, text: str = "text", pupils: int = 0) -> pd.DataFrame:
    """Invented records of pupils in schools, each pupil with about two; categories of all kinds; values with gaps."""
    made = pd.DataFrame(
        {
            "pupil": rng.integers(0, pupils or max(n // 2, 1), n),
            "school": rng.integers(0, 5 if n < 100 else 60, n),
            "sex": rng.choice(["boy", "girl"], n),
            "track": rng.choice(["havo", "vmbo", "vwo"], n, p=[0.5, 0.4, 0.1]),
            "region": rng.choice(["north", "south", "east"], n),
            "year": rng.integers(2019, 2022, n),
            "score": rng.normal(50, 10, n).round(1),
            "income": rng.integers(1, 9, n) * 1000,
            "passed": rng.random(n) < 0.5,
        }
    )
    for name in ("track", "region", "score"):
        made[name] = made[name].where(rng.random(n) >= missing)
    if text == "categorical":
        made["track"] = pd.Categorical(made["track"], categories=["vwo", "havo", "vmbo", "pro"])
        made["sex"] = pd.Categorical(made["sex"], categories=["girl", "boy"], ordered=True)
    return made.assign(pupil=made["pupil"].map("p{:05d}".format), school=made["school"].map("s{:03d}".format))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call: `functions` is a name of FUNCTIONS, a list of them, or a mapping from values to either."""

    data: pd.DataFrame = field(repr=False)
    method: str
    given: Mapping[str, Any]
    functions: Any = None

    def of_pandas(self, change: Callable[[str], Any] | None = None) -> Any:
        """What pandas gives; with `change`, for other functions instead of those asked for."""
        asked = self._asked(change)
        if self.method == "crosstab":
            given = dict(self.given)
            if change is not None:
                given.pop("normalize", None)
                if asked is None:
                    given["values"], asked = self.data["income"], change("size")
            return pd.crosstab(**given, aggfunc=asked)
        if self.method == "pivot_table":
            return pd.pivot_table(self.data, **self.given, aggfunc=asked)
        given = dict(self.given)
        chosen = given.pop("chosen")
        groups = self.data.groupby(**given)
        groups = groups if chosen is None else groups[chosen]
        return groups.agg(asked)

    def call(self) -> Call:
        """The same call, taken apart."""
        asked = self._asked(None)
        if self.method == "crosstab":
            plain = {"values": None, "rownames": None, "colnames": None, "margins": False, "margins_name": "All"}
            rest = {"dropna": True, "normalize": False}
            return crosstab_call(**{**plain, **rest, **self.given}, aggfunc=asked, data=self.data)
        if self.method == "pivot_table":
            plain = {"values": None, "columns": None, "fill_value": None, "margins": False, "dropna": True}
            rest = {"margins_name": "All", "observed": None, "sort": True}
            return pivot_call(self.data, **{**plain, **rest, **self.given}, aggfunc=asked)
        given = dict(self.given)
        by, chosen = given.pop("by"), given.pop("chosen")
        return Grouping(data=self.data, by=by, options=given, chosen=chosen).call("agg", asked)

    def on(self, release: Any, name: str, **how: Any) -> Any:
        """The same call on a release."""
        asked = self._asked(None)
        if self.method == "crosstab":
            return release.crosstab(name, **self.given, aggfunc=asked, data=self.data, **how)
        if self.method == "pivot_table":
            return release.pivot_table(name, self.data, **self.given, aggfunc=asked, **how)
        given = dict(self.given)
        by, chosen = given.pop("by"), given.pop("chosen")
        groups = release.groupby(self.data, by, **given)
        groups = groups if chosen is None else groups[chosen]
        return groups.agg(asked, name=name, **how)

    def units(self) -> Any:
        """Distinct pupils and schools behind each number, as thousands and rest: pandas hands over the records."""

        def counter(name: str) -> Callable[["pd.Series[Any]"], float]:
            def count(numbers: "pd.Series[Any]") -> float:
                present = (numbers if name == "size" else numbers.dropna()).index
                return 1000.0 * len(set(self.data["pupil"][present])) + len(set(self.data["school"][present]))

            count.__name__ = str(getattr(FUNCTIONS[name], "__name__", FUNCTIONS[name]))
            return count

        return self.of_pandas(counter)

    def _asked(self, change: Callable[[str], Any] | None) -> Any:
        one = FUNCTIONS.__getitem__ if change is None else change

        def several(names: Any) -> Any:
            return [one(name) for name in names] if isinstance(names, list) else one(names)

        if isinstance(self.functions, dict):
            return {value: several(names) for value, names in self.functions.items()}
        return None if self.functions is None else several(self.functions)


def random_call(rng: np.random.Generator, data: pd.DataFrame, method: str, names: list[str]) -> Asked:
    """One call with arguments chosen at random, of the functions in `names`."""
    keys = list(rng.permutation(KEYS)[: rng.integers(1, 4)])

    def flag() -> bool:
        return bool(rng.random() < 0.5)

    several = list(rng.permutation(names)[: rng.integers(1, 4)])
    one = str(rng.choice(names))
    if method == "crosstab":
        keys = list(rng.permutation(KEYS)[: rng.integers(2, 4)])
        cut = int(rng.integers(1, len(keys)))
        given = {
            "index": [data[name] for name in keys[:cut]],
            "columns": [data[name] for name in keys[cut:]],
            "margins": flag(),
            "dropna": flag(),
        }
        if flag():
            share = rng.choice(["no", "index", "columns", "all"])
            return Asked(data=data, method=method, given=given | ({} if share == "no" else {"normalize": str(share)}))
        functions: Any = [str(name) for name in several] if flag() else one
        return Asked(
            data=data, method=method, given=given | {"values": data[str(rng.choice(VALUES))]}, functions=functions
        )
    values = [str(name) for name in rng.permutation(VALUES)[: rng.integers(1, 3)]]
    chosen: Any = values if flag() else values[0]
    functions = [str(name) for name in several] if flag() else one
    if flag() and isinstance(chosen, list):
        functions = {value: [str(name) for name in several] if flag() else one for value in values}
    if method == "pivot_table":
        cut = int(rng.integers(1, len(keys) + 1))
        given = {"values": chosen, "index": [str(k) for k in keys[:cut]], "margins": flag(), "dropna": flag()}
        given |= {"columns": [str(k) for k in keys[cut:]]} if keys[cut:] else {}
        given |= {"observed": flag(), "sort": flag()} | ({"fill_value": 0} if flag() else {})
        return Asked(data=data, method=method, given=given, functions=functions)
    given = {"by": [str(k) for k in keys], "observed": flag(), "dropna": flag(), "sort": flag()}
    return Asked(data=data, method=method, given=given | {"chosen": chosen}, functions=functions)
