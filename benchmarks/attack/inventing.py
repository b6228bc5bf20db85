"""Invented pupils, their variables and selections, and tables that somebody asks for. From a seed, always the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.attack.public import Regrouping

EVERYBODY = "all records"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One table: of which population, by what, and how."""

    name: str
    population: str
    arguments: Mapping[str, Any]
    later: bool = False
    """Asked for a year later, when the first release is in the ledger."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Pupils, what anybody knows of their variables, and what is asked."""

    number: int
    pupils: pd.DataFrame
    variables: Mapping[str, tuple[str, ...]]
    regroupings: tuple[Regrouping, ...]
    selections: Mapping[str, Mapping[str, frozenset[str]]]
    asked: tuple[Asked, ...] = field(default_factory=tuple)

    def of(self, population: str) -> pd.DataFrame:
        """The pupils of a selection."""
        chosen = self.pupils
        for name, categories in self.selections[population].items():
            chosen = chosen[chosen[name].isin(categories)]
        return chosen


def invent(seed: int, number: int) -> World:
    """World `number` of a series."""
    rng = np.random.default_rng([seed, number])
    pupils, variables, regroupings = _pupils(rng)
    selections = _selections(rng, variables, regroupings)
    asked = _asked(rng, variables, regroupings, tuple(selections))
    return World(
        number=number,
        pupils=pupils,
        variables=variables,
        regroupings=regroupings,
        selections=selections,
        asked=asked,
    )


def _pupils(rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], tuple[Regrouping, ...]]:
    n = int(np.exp(rng.uniform(np.log(30), np.log(400))))
    schools = int(rng.integers(5, 31))
    school = rng.choice(schools, n, p=rng.dirichlet(np.full(schools, 3.0)))
    frame = pd.DataFrame({"pupil": [f"p{i:05d}" for i in range(n)], "school": [f"school{i:02d}" for i in school]})
    variables: dict[str, tuple[str, ...]] = {}
    regroupings: list[Regrouping] = []
    wanted = rng.permutation(["sex", "track", "origin", "board", "age"])[: int(rng.integers(2, 5))]
    for name in sorted(wanted.tolist()):
        size = 2 if name == "sex" else int(rng.integers(3, 7))
        categories = tuple(f"{name}{chr(97 + i)}" for i in range(size))
        shares = rng.dirichlet(np.full(size, 8.0 if name == "sex" else 0.9))
        if name == "board":
            frame[name] = np.array(categories)[rng.integers(0, size, schools)[school]]
        else:
            frame[name] = rng.choice(categories, n, p=shares)
        variables[name] = categories
        if size > 2 and rng.random() < 0.65:
            regroupings += _regroupings(rng, frame, name, categories)
    variables["stayed"] = ("yes", "no")
    frame["stayed"] = np.where(rng.random(n) < rng.uniform(0.01, 0.25), "no", "yes")
    variables["passed"] = ("1", "0")
    frame["passed"] = (rng.random(n) < rng.uniform(0.1, 0.9)).astype(int).astype(str)
    frame["score"] = np.clip(rng.normal(50, 12, n), 1, 99).round(1)
    if rng.random() < 0.4:
        frame.loc[rng.random(n) < rng.uniform(0.02, 0.35), "score"] = np.nan
    return frame, variables, tuple(regroupings)


def _regroupings(
    rng: np.random.Generator, frame: pd.DataFrame, name: str, categories: tuple[str, ...]
) -> list[Regrouping]:
    """One coarser variable, and now and then one above that."""
    found: list[Regrouping] = []
    while len(categories) > 2 and len(found) < 2:
        size = int(rng.integers(2, len(categories)))
        coarse = f"{name}_group" if not found else f"{name}_whole"
        taken = np.concatenate([np.arange(size), rng.integers(0, size, len(categories) - size)])
        groups = {one: f"{coarse}{taken[place]}" for place, one in enumerate(rng.permutation(categories).tolist())}
        frame[coarse] = frame[name].map(groups)
        found.append(Regrouping(name=coarse, of=name, groups=groups))
        name, categories = coarse, tuple(sorted(set(groups.values())))
        if rng.random() < 0.7:
            break
    return found


def _selections(
    rng: np.random.Generator, variables: Mapping[str, tuple[str, ...]], regroupings: tuple[Regrouping, ...]
) -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {EVERYBODY: {}}
    levels = {name: list(variables[name]) for name in variables if name not in {"stayed", "passed"}}
    levels |= {item.name: sorted(set(item.groups.values())) for item in regroupings}
    for _ in range(int(rng.integers(0, 3))):
        name = str(rng.choice(sorted(levels)))
        size = int(rng.integers(1, max(2, len(levels[name]))))
        chosen = frozenset(rng.choice(levels[name], size, replace=False).tolist())
        found[f"{name} in {', '.join(sorted(chosen))}"] = {name: chosen}
    if rng.random() < 0.5:
        found["those who stayed"] = {"stayed": frozenset({"yes"})}
    return found


def _asked(
    rng: np.random.Generator,
    variables: Mapping[str, tuple[str, ...]],
    regroupings: tuple[Regrouping, ...],
    populations: tuple[str, ...],
) -> tuple[Asked, ...]:
    names = [name for name in variables if name not in {"stayed", "passed"}]
    levels = {name: [name, *(item.name for item in regroupings if item.name.startswith(f"{name}_"))] for name in names}
    count = int(rng.integers(2, 6))
    later = int(rng.integers(1, count)) if rng.random() < 0.3 else count
    asked: list[Asked] = []
    for place in range(count):
        if place >= later and rng.random() < 0.5:  # the same table again, of those who are still there or of all
            again = asked[int(rng.integers(0, later))]
            population, arguments = str(rng.choice(populations)), dict(again.arguments)
        else:
            population = EVERYBODY if rng.random() < 0.6 else str(rng.choice(populations))
            arguments = _arguments(rng, names, levels)
        asked.append(Asked(name=f"t{place + 1}", population=population, arguments=arguments, later=place >= later))
    return tuple(asked)


def _arguments(rng: np.random.Generator, names: list[str], levels: Mapping[str, list[str]]) -> dict[str, Any]:
    size = min(len(names), int(rng.choice([1, 2, 3], p=[0.38, 0.52, 0.1])))
    chosen = [str(rng.choice(levels[name])) for name in rng.permutation(names)[:size].tolist()]
    extra = [level for name in names for level in levels[name] if level not in chosen]
    if extra and rng.random() < 0.08:  # a variable beside its own regrouping
        chosen.append(str(rng.choice(extra)))
    arguments: dict[str, Any] = {
        "by": chosen,
        "margins": bool(rng.random() < 0.6),
        "suppress": bool(rng.random() < 0.75),
    }
    what = rng.random()
    if what < 0.2:
        statistic = [["mean"], ["sum"], ["mean", "sum"]][int(rng.integers(0, 3))]
        arguments |= {"value": "score", "statistic": statistic}
    elif what < 0.35:
        arguments |= {"value": "passed", "statistic": "percentage", "category": "1"}
    elif what < 0.4:
        arguments |= {"round": 5}
    return arguments
