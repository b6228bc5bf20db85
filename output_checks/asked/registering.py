"""From a pandas call to outputs: measure its parts, protect them, and put a name on each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from output_checks.asked.call import Call, nobody_left
from output_checks.asked.evidence import Part, measure
from output_checks.asked.populations import inner_records
from output_checks.asked.records import Records
from output_checks.errors import InputError
from output_checks.measuring.percentages import hidden_in_totals
from output_checks.measuring.statistics import table_title
from output_checks.measuring.units import Units
from output_checks.model.evidence import Cell, CellStatus, Output, OutputKind
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind, Statistic
from output_checks.workflow.protect import protect
from output_checks.workflow.tabling import rounded, rounding_words

PART_OF = "part of"
ASKED = "statistics"
_LONGEST = 80
_Description: TypeAlias = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How the tables of a call are to be registered."""

    name: str
    suppress: bool = False
    decimals: int = 1
    round: int = 1
    title: str = ""
    population: str = "all records"


def outputs_of(call: Call, wish: Wish, *, units: Units, policy: Policy) -> tuple[tuple[Part, Output], ...]:
    """The parts of a call, each with the output that it becomes.

    Raises
    ------
    InputError
        The records behind a number cannot be told or counted, or a table cannot be protected as asked.
    """
    records = Records.of(call, units)
    chosen = inner_records(call)
    if not chosen.any():
        raise nobody_left()
    parts = measure(records, decimals=wish.decimals, population=wish.population)
    if not parts:
        raise InputError("pandas gives a table without cells.", remedy="look at the selection that made this data")
    if wish.suppress:
        parts = _protected(parts, policy)
    if wish.round != 1 or type(wish.round) is not int:
        if call.implied:
            raise InputError("Shares are not rounded like counts.", remedy="round without normalize")
        parts = tuple(replace(part, tabulations=rounded(part.tabulations, wish.round)) for part in parts)
    minimum = policy.limits(units.levels[0]).get("minimum_contributors", 0.0)
    questions = (*call.questions, *records.questions(chosen, minimum=minimum))
    keys = records.key_columns(chosen)
    return tuple(
        (part, _output(call, part, wish, name=name, several=len(parts) > 1, questions=questions, keys=keys))
        for part, name in zip(parts, _names(call, parts, wish.name), strict=True)
    )


def _output(
    call: Call, part: Part, wish: Wish, *, name: str, several: bool, questions: tuple[str, ...], keys: tuple[str, ...]
) -> Output:
    asked, value = ", ".join(part.asked), "" if part.value is None else str(part.value)
    by = [key.name for key, keep in zip(call.keys, part.kept, strict=True) if keep]
    statistics = [item.statistic for item in part.tabulations[1:] or part.tabulations]
    words = [asked if statistic is Statistic.UNKNOWN else statistic.value for statistic in statistics]
    title = table_title(words, value, by)
    if wish.title:
        title = f"{wish.title} ({title})" if several else wish.title
    definition = {"records": part.tabulations[0].population, ASKED: "; ".join([asked, *part.notes])}
    definition |= {} if wish.round == 1 else {"counts rounded to": rounding_words(wish.round)}
    return Output(
        name=name,
        kind=OutputKind.TABLE,
        title=title,
        tabulations=part.tabulations,
        questions=questions,
        keys=keys,
        definition=definition | ({PART_OF: wish.name} if several else {}),
    )


def _protected(parts: Sequence[Part], policy: Policy) -> tuple[Part, ...]:
    """Each part protected. Cells of the same description are hidden in all of them, so that none gives another's away.

    Pandas may count the totals of one variable over other records than its cells, and other variables over others
    again: the same groups then stand in several parts with nearly the same numbers. Hiding more never weakens a proof.
    """
    hidden = [replace(part, tabulations=protect(part.tabulations, policy)) for part in parts]
    gravest: dict[_Description, CellStatus] = {}
    for part in hidden:
        first = part.tabulations[0]
        for cell, status in zip(first.cells, first.status, strict=True):
            described = _described(first.by, cell)
            gravest[described] = _most_hidden([status, gravest.get(described, status)])
    for at, part in enumerate(hidden):
        first = part.tabulations[0]
        statuses = tuple(gravest[_described(first.by, cell)] for cell in first.cells)
        hidden[at] = replace(part, tabulations=tuple(item.with_status(statuses) for item in part.tabulations))
    return tuple(map(_without_telling_percentages, hidden))


def _described(by: Sequence[str], cell: Cell) -> _Description:
    """The variables and categories that a cell is of; what it is summed over says nothing."""
    return frozenset((name, label) for name, label in zip(by, cell, strict=True) if label is not None)


def _without_telling_percentages(part: Part) -> Part:
    """Without percentages where a hidden total would follow from them: counts leave, of which shares can be made."""
    shares = [item for item in part.tabulations if item.kind is Kind.PERCENTAGE]
    if not any((hidden_in_totals(item).values[~item.hidden] > 0).any() for item in shares):
        return part
    kept = tuple(item for item in part.tabulations if item.kind is not Kind.PERCENTAGE)
    note = "percentages are left out of the file, as a hidden total would follow from them"
    return replace(part, tabulations=kept, notes=(*part.notes, note))


def _most_hidden(statuses: Sequence[CellStatus]) -> CellStatus:
    order = (CellStatus.PUBLISHED, CellStatus.SECONDARY_SUPPRESSED, CellStatus.PRIMARY_SUPPRESSED)
    return max(statuses, key=order.index)


def _names(call: Call, parts: Sequence[Part], name: str) -> tuple[str, ...]:
    """A name for each part: of the call itself where it is one table, else with the variable and what sets it apart."""
    if len(parts) == 1:
        return (name,)
    names: list[str] = []
    for part in parts:
        words = ["records" if part.value is None else _slug(str(part.value))]
        if any(not item.facts or item.statistic.value == "unknown" for item in part.tabulations):
            words += map(_slug, part.asked)
        if not all(part.kept):
            kept = [_slug(key.name) for key, keep in zip(call.keys, part.kept, strict=True) if keep]
            words += ["by", *kept] if kept else ["total"]
        suffix = "-" + "_".join(words)
        chosen = name[: _LONGEST - len(suffix) - 3] + suffix[: _LONGEST - 4]
        number = int(np.sum([other == chosen or other.rpartition("-")[0] == chosen for other in names]))
        names.append(f"{chosen}-{number + 1}" if number else chosen)
    return tuple(names)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:30] or "x"
