"""A table as it was asked for: what to count, by what, how it is to leave. It can be made, and written as a call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.statistics import statistics_named, table_title
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import Units
from output_checks.model.evidence import Output, OutputKind, Tabulation
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.readers import read_content
from output_checks.workflow.protect import protect

ROUNDED_TO = (5, 10, 100)
"""What counts may be rounded to."""


@dataclass(frozen=True, kw_only=True)
class TableRequest:
    """The arguments of `Release.table`, by its names, with its defaults."""

    name: str
    by: tuple[str, ...]
    statistic: str | Sequence[str] = "count"
    value: str = ""
    second: str = ""
    weight: str = ""
    category: str = ""
    margins: bool = False
    suppress: bool = False
    decimals: int = 1
    round: int = 1
    title: str = ""
    population: str = "all records"

    def output(self, data: pd.DataFrame, *, units: Units, policy: Policy) -> Output:
        """The table, measured and protected as asked; its files are not there yet.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, a statistic is not known, or the table cannot be protected.
        """
        tabulations = tabulate(
            data,
            by=self.by,
            statistics=statistics_named(self.statistic),
            units=units,
            value=self.value,
            second=self.second,
            weight=self.weight,
            category=self.category,
            margins=self.margins,
            decimals=self.decimals,
            population=self.population,
        )
        if self.suppress:
            tabulations = protect(tabulations, policy)
        if self.round != 1 or type(self.round) is not int:
            tabulations = self._rounded(tabulations)
        minimum = policy.limits(units.levels[0]).get("minimum_contributors", 0.0)
        return Output(
            name=self.name,
            kind=OutputKind.TABLE,
            title=self.title or table_title(self.statistic, self.value, self.by),
            tabulations=tabulations,
            questions=edge_questions(data, by=self.by, units=units, minimum=minimum),
            definition={"records": self.population}
            | ({"counts rounded to": str(self.round)} if self.round != 1 else {}),
        )

    def _rounded(self, tabulations: Sequence[Tabulation]) -> tuple[Tabulation, ...]:
        if type(self.round) is not int or self.round not in ROUNDED_TO:
            raise InputError(
                f"Counts are rounded to one of {', '.join(map(str, ROUNDED_TO))}.", remedy=f"round={ROUNDED_TO[0]}"
            )
        if any(item.statistic is not Statistic.COUNT for item in tabulations):
            raise InputError(
                "Only a table of counts is rounded: a mean or percentage beside it gives the exact count back.",
                remedy="a table with statistic='count', and percentages made of its rounded counts",
            )
        return tuple(replace(item, rounded_to=self.round) for item in tabulations)

    def call(self, data: str = "data") -> str:
        """The call that asks for it, with `data` for the frame: `release.table("t", data, by="sex")`."""
        arguments = [literal(self.name), data]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "by":
                arguments.append(f"by={literal(value[0] if len(value) == 1 else list(value))}")
            elif field.name != "name" and value != field.default:
                arguments.append(f"{field.name}={literal(value)}")
        return f"release.table({', '.join(arguments)})"


def readied(output: Output, files: Mapping[str, bytes], *, units: Units) -> Output:
    """An output with what its files tell, and the key columns of which none may leave."""
    keys = tuple(dict.fromkeys([*units.key_columns, *output.keys]))
    return replace(output, keys=keys, files=tuple(read_content(name, content) for name, content in files.items()))


def literal(value: object) -> str:
    """A text, a number or a list or dictionary of them as Python source, on one line, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
