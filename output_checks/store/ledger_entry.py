"""What a ledger keeps of a release: what it is called, what was published of it, and what differencing needs beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.model.evidence import Fact, FactName, FileContent, Output, Tabulation

_OF_ALL_CELLS = frozenset(
    {
        FactName.MEMBERS,  # to recognise the same records whatever their cells are called; it follows from membership
        FactName.ALL_MEMBERS,  # the same, of those without a value too
        FactName.GROUP,  # of models: nearly the same group behind a term of another model
        FactName.GROUP_SIGNATURE,
        FactName.GROUP_UNITS,
        FactName.BASE,  # which cell an index is an index of
    }
)
_OF_PUBLISHED_CELLS = frozenset(
    {
        FactName.ALL_RECORDS,  # of how many records a mean is, those without a value too
        FactName.CONTRIBUTORS,  # by how many units a group differs from the same group elsewhere
        FactName.WEIGHT,  # what a weighted mean or ratio is multiplied with to have its total
        FactName.TOTAL,  # whether anybody contributes less than nothing, which bounds what is hidden
    }
)


@dataclass(frozen=True, kw_only=True)
class Left:
    """A release that left, or leaves now. `outputs` are those that were approved, and no others."""

    name: str
    date: str
    """Day or time, as ISO 8601 writes them."""
    policy: str
    """Its label; empty where nobody knows."""
    origin: str
    """How the ledger came by it: sealed, or imported from what."""
    outputs: tuple[Output, ...]
    submission: str = ""
    """The submission's hash; empty for tables that never were one."""
    toolkit: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of an entry: what it is called, and the hash of its bytes as they are kept."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What an entry says of itself, in the clear; what was published is in its parts."""

    number: int
    name: str
    date: str
    policy: str
    origin: str
    toolkit: str
    submission: str
    outputs: tuple[str, ...]
    content: str
    """Keyed hash of what was published and of whom, by which the same release is known again."""
    parts: tuple[Part, ...]
    previous: str
    hash: str = ""
    """Keyed hash of all the rest, the one before included."""


def needed(outputs: Sequence[Output]) -> tuple[Output, ...]:
    """The outputs less all that later comparisons do not need, members apart.

    Gone are the true values behind what was published, hidden cells included, all facts but those named in this module,
    questions, explanations, names of key columns, and what reading the files told.
    """
    return tuple(
        Output(
            name=output.name,
            kind=output.kind,
            title=output.title,
            draws=output.draws,
            files=tuple(FileContent(name=item.name, sha256=item.sha256, size=item.size) for item in output.files),
            tabulations=tuple(_needed_of(item) for item in output.tabulations),
        )
        for output in outputs
    )


def _needed_of(item: Tabulation) -> Tabulation:
    hidden = item.hidden
    kept = [fact for fact in item.facts if fact.name in _OF_ALL_CELLS]
    kept += [
        replace(fact, values=np.where(hidden, np.nan, fact.values))
        for fact in item.facts
        if fact.name in _OF_PUBLISHED_CELLS
    ]
    return replace(item, values=item.published, facts=tuple(_in_order(kept, item.facts)), members=None)


def _in_order(kept: Sequence[Fact], facts: Sequence[Fact]) -> Sequence[Fact]:
    place: Mapping[tuple[FactName, str], int] = {(fact.name, fact.of): number for number, fact in enumerate(facts)}
    return sorted(kept, key=lambda fact: place[fact.name, fact.of])
