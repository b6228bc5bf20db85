"""A table as it was asked for: what to count, by what, how it is to leave. It can be made, and written as a call."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.columns import SHARES
from output_checks.measuring.statistics import statistics_named, table_title
from output_checks.measuring.table import tabulate
from output_checks.measuring.twins import twin_questions
from output_checks.measuring.units import Units
from output_checks.model.evidence import Flags, Output, OutputKind, Tabulation
from output_checks.model.perturbation import Method
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind, Statistic
from output_checks.readers import read_content
from output_checks.workflow.perturb import Noise, perturb
from output_checks.workflow.protect import protect

ROUNDED_TO = (5, 10, 100)
"""What counts may be rounded to."""
_BESIDE_ROUNDED = frozenset({item for item in Statistic if item.kind is Kind.PERCENTAGE} | SHARES)
"""What may stand beside rounded counts: where its decimals give the exact ones back, DEC1 says so."""


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
    base: Mapping[str, str] | None = None
    per: float = 1
    strata: str = ""
    clusters: str = ""
    protect: Method | str = ""
    """How counts are perturbed; empty where they are not. Suppression is `suppress`, merging is done to the data."""
    noise: Mapping[str, float] | None = None
    secret: bytes = field(default=b"", repr=False, compare=False)
    """What cell keys are made with; no argument of the call."""

    def outputs(self, data: pd.DataFrame, *, units: Units, policy: Policy) -> tuple[Output, ...]:
        """All tables that the request makes; of `release.table` it is one.

        Raises
        ------
        InputError
            As for `output`.
        """
        return (self.output(data, units=units, policy=policy),)

    def output(self, data: object, *, units: Units, policy: Policy, hide: Flags | None = None) -> Output:
        """The table, measured and protected as asked; its files are not there yet.

        With `suppress`, the cells of `hide` are hidden as well, whatever their verdict.

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
            base=self.base,
            per=self.per,
            strata=self.strata,
            clusters=self.clusters,
        )
        if self.suppress:
            tabulations = protect(tabulations, policy, hide=hide)
        if self.protect:
            asked = Noise.asked(Method(self.protect), to=self.round, noise=self.noise, policy=policy)
            tabulations = perturb(tabulations, asked, policy, secret=self.secret)
        elif self.round != 1 or type(self.round) is not int:
            tabulations = rounded(tabulations, self.round)
        minimum = policy.limits(units.levels[0]).get("minimum_contributors", 0.0)
        return Output(
            name=self.name,
            kind=OutputKind.TABLE,
            title=self.title or table_title(self.statistic, self.value, self.by),
            tabulations=tabulations,
            questions=(
                *edge_questions(data, by=self.by, units=units, minimum=minimum),
                *twin_questions(data, units=units),
            ),
            definition={"records": self.population} | self._described() | perturbation_words(tabulations),
        )

    def _described(self) -> dict[str, str]:
        """How the numbers were made, for the output control form, as far as it was asked for."""
        design = [
            f"{name} {column}" for name, column in (("strata", self.strata), ("clusters", self.clusters)) if column
        ]
        base = ", ".join(f"{name} = {category}" for name, category in (self.base or {}).items())
        words = {
            "counts rounded to": rounding_words(self.round) if self.round != 1 and not self.protect else "",
            "base": f"{base} is 100" if base else "",
            "rate per": f"{self.per:g}" if self.per != 1 else "",
            "sample drawn by": ", ".join(design),
        }
        return {key: word for key, word in words.items() if word}

    def call(self, data: str = "data") -> str:
        """The call that asks for it, with `data` for the frame: `release.table("t", data, by="sex")`."""
        arguments = [literal(self.name), data]
        for own in fields(self):
            value = getattr(self, own.name)
            if own.name == "by":
                arguments.append(f"by={literal(value[0] if len(value) == 1 else list(value))}")
            elif own.name not in {"name", "secret"} and value != own.default:
                arguments.append(f"{own.name}={literal(value)}")
        return f"release.table({', '.join(arguments)})"


def perturbation_words(tabulations: Sequence[Tabulation]) -> dict[str, str]:
    """How counts were perturbed, for the definition of an output; nothing where they were not."""
    made = next((item.perturbed for item in tabulations if item.perturbed is not None), None)
    return {} if made is None else {"counts are published": made.words}


def rounded(tabulations: Sequence[Tabulation], to: int) -> tuple[Tabulation, ...]:
    """The same counts, to be published as multiples of a number; each by itself, so totals need not add up.

    Raises
    ------
    InputError
        Counts are not rounded to that, or there is another statistic beside them than one share or percentage.
    """
    if type(to) is not int or to not in ROUNDED_TO:
        raise InputError(
            f"Counts are rounded to one of {', '.join(map(str, ROUNDED_TO))}.", remedy=f"round={ROUNDED_TO[0]}"
        )
    others = [item for item in tabulations if item.statistic is not Statistic.COUNT]
    if len(others) > 1 or any(item.statistic not in _BESIDE_ROUNDED for item in others):
        raise InputError(
            "Only a table of counts is rounded, or one of counts and one share or percentage: other numbers beside it "
            "give the exact counts back.",
            remedy="a table with statistic='count', and percentages made of its rounded counts",
        )
    return tuple(replace(item, rounded_to=to) if item.statistic is Statistic.COUNT else item for item in tabulations)


def rounding_words(to: int) -> str:
    """How counts are rounded, for whoever reads the table."""
    return f"{to}, each by itself, so that totals need not be the sums of their cells"


def readied(output: Output, files: Mapping[str, bytes], *, units: Units) -> Output:
    """An output with what its files tell, and the key columns of which none may leave."""
    keys = tuple(dict.fromkeys([*units.key_columns, *output.keys]))
    return replace(output, keys=keys, files=tuple(read_content(name, content) for name, content in files.items()))


def in_their_places(
    registered: Sequence[Output], made: Sequence[Output], *, instead_of: Collection[str] = ()
) -> list[Output]:
    """What a release holds once these are registered: each in the place of its name, new ones at the end.

    First come is first served, and what is registered again keeps its place. `instead_of` are names that go.
    """
    new = {output.name: output for output in made}
    kept = [
        new.get(output.name, output) for output in registered if output.name in new or output.name not in instead_of
    ]
    known = {output.name for output in kept}
    return [*kept, *(output for output in made if output.name not in known)]


def literal(value: object) -> str:
    """A text, a number or a list or dictionary of them as Python source, on one line, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
