"""A pandas call as a request for tables, of which mendings are sought: the same call with a changed line."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from output_checks.asked.call import Call
from output_checks.asked.crosstab import share_words
from output_checks.asked.evidence import Part
from output_checks.asked.grouped import Grouping
from output_checks.asked.recipe import Columns, CrosstabRecipe, GroupRecipe, PivotRecipe, Recipe, Wanted
from output_checks.asked.registering import Wish, outputs_of
from output_checks.errors import InputError
from output_checks.measuring.statistics import statistics_named
from output_checks.measuring.units import Units
from output_checks.model.evidence import Output
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.workflow.tabling import TableRequest, literal


@dataclass(frozen=True, kw_only=True)
class AskedRequest(TableRequest):
    """A pandas call, by the names of `TableRequest` as far as changes need them."""

    recipe: Recipe = field(repr=False)

    def outputs(self, data: pd.DataFrame, *, units: Units, policy: Policy) -> tuple[Output, ...]:
        wish = Wish(
            name=self.name,
            suppress=self.suppress,
            decimals=self.decimals,
            round=self.round,
            title=self.title,
            population=self.population,
        )
        call = self.recipe.make(data, self._wanted)
        return tuple(output for _, output in outputs_of(call, wish, units=units, policy=policy))

    def call(self, data: str = "data") -> str:
        """The call with a changed line; nothing where there is no such call."""
        how = [
            f"{name}={literal(getattr(self, name))}"
            for name in ("suppress", "decimals", "round", "title", "population")
            if getattr(self, name) != getattr(Wish(name=""), name)
        ]
        try:
            return self.recipe.before + self.recipe.source(data, self.name, self._wanted, ", ".join(how))
        except InputError:
            return ""

    @property
    def _wanted(self) -> Wanted:
        return Wanted(by=self.by, statistics=statistics_named(self.statistic), margins=self.margins)


def request_of(recipe: Recipe, parts: tuple[Part, ...], wish: Wish) -> AskedRequest | None:
    """The request for these parts; None where one of their statistics is not known, which nothing mends."""
    items = [item for part in parts for item in part.tabulations[1:]]
    if any(item.statistic is Statistic.UNKNOWN for item in items):
        return None
    words = list(dict.fromkeys(item.statistic.value for item in items))
    try:
        statistics_named(words)
    except InputError:  # one that is asked for in other words, such as a percentile
        words = []
    return AskedRequest(
        name=wish.name,
        by=recipe.by,
        statistic=words or "count",
        margins=bool(recipe.given.get("margins", False)),
        suppress=wish.suppress,
        decimals=wish.decimals,
        round=wish.round,
        title=wish.title,
        population=wish.population,
        recipe=recipe,
    )


def crosstab_recipe(call: Call, data: pd.DataFrame, given: Mapping[str, Any]) -> Recipe | None:
    """The recipe of a crosstab; None where its arrays are of part of the records."""
    if len(call.data) != len(data):
        return None
    columns = Columns.of(call.data, call.keys, call.values)
    down = len(call.keys) - call.across
    shares = any(item.aggregate.statistic not in {Statistic.COUNT, Statistic.SUM} for item in call.numbers)
    return CrosstabRecipe(
        frame=columns.frame,
        before=columns.before,
        rows=columns.names[:down],
        across=columns.names[down : len(call.keys)],
        given={
            **given,
            "values": columns.names[-1] if call.values else None,
            "normalize": share_words(given["normalize"]) or False,
            "shares": bool(share_words(given["normalize"])) and shares,
        },
    )


def pivot_recipe(call: Call, data: pd.DataFrame, given: Mapping[str, Any]) -> Recipe:
    """The recipe of a pivot table. What it is of is named, as a frame with more columns has more to find."""
    columns = Columns.of(data, call.keys, {})
    down = len(call.keys) - call.across
    values: list[Hashable] = list(call.values)
    single = not pd.api.types.is_list_like(given["values"]) and given["values"] is not None
    named = {"values": given["values"] if single else values} | {
        name: given[name] for name in given if name != "values"
    }
    return PivotRecipe(
        frame=columns.frame,
        before=columns.before,
        rows=columns.names[:down],
        across=columns.names[down:],
        given=named,
    )


def group_recipe(
    call: Call, grouping: Grouping, method: str, functions: tuple[object, ...], named: Mapping[str, object]
) -> Recipe:
    """The recipe of grouped records. Without chosen columns, those that pandas found are chosen."""
    columns = Columns.of(grouping.data, call.keys, {})
    chosen = grouping.chosen
    if chosen is None and method != "size" and not named and not isinstance(next(iter(functions), None), Mapping):
        chosen = list(call.values)
    return GroupRecipe(
        frame=columns.frame,
        before=columns.before,
        rows=columns.names,
        given={
            "options": dict(grouping.options),
            "chosen": chosen,
            "flat": grouping.flat,
            "method": method,
            "functions": functions,
            "named": dict(named),
        },
    )
