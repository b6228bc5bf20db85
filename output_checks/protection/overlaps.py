"""Cells of different tables that are the same people under other names, or the rest of one group without another.

The attacker knows how tables of the same records and variables add up. Here is what it cannot see from labels: a
selection, a regrouped variable or another data set may publish exactly the records that a table hides.
"""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np

from output_checks.model.evidence import Cell, CellStatus, FactName, Flags, Floats, Tabulation

_MODULUS = 2.0**52
_Shown: TypeAlias = tuple[Hashable, frozenset[str], Floats]
"""Published fingerprints: of which records, by which variables their cells are divided."""


def published_elsewhere(
    tabulations: Sequence[Tabulation], records: Sequence[Hashable], *, width: float = 0.0
) -> tuple[Tabulation, ...]:
    """The tables as an outsider can complete them: a hidden cell that other cells give away counts as published.

    The tables carry one number (counts, or totals of one variable) of any records; `records` is equal for tables of the
    same ones. A hidden cell is given away by a published cell of exactly its records, and by two that are together, or
    one without the other, its records: these are recognised by fingerprint, again and again with what was found. At
    least one of them must be of other records or of another variable; all else is for the attacker, who sees from
    labels how cells add up, and does not mistake an unknown zero for knowledge.

    With a `width` a hidden cell is also given away by a cell with the same description, of data that shares units, that
    differs by less: valid scores are nearly all pupils.
    """
    members = [_members(item) for item in tabulations]
    completed = [
        _complete(item, item.hidden & _nearly_published(place, tabulations, records, width=width))
        for place, item in enumerate(tabulations)
    ]
    while True:
        shown = [
            _shown(item, fingerprints, of) for item, fingerprints, of in zip(completed, members, records, strict=True)
        ]
        everything = np.unique(np.concatenate([fingerprint for table in shown for _, _, fingerprint in table]))
        given = [
            item.hidden & _given(fingerprints, everything, _foreign(item, of, shown), wanted=item.hidden)
            for item, fingerprints, of in zip(completed, members, records, strict=True)
        ]
        if not any(flags.any() for flags in given):
            return tuple(completed)
        completed = [_complete(item, flags) for item, flags in zip(completed, given, strict=True)]


def _shown(item: Tabulation, fingerprints: Floats, of: Hashable) -> list[_Shown]:
    """The fingerprints that a table publishes, by the variables that its cells are divided by."""
    usable = ~item.hidden & ~np.isnan(fingerprints) & (fingerprints != 0)
    divided = [frozenset(name for name, _ in _description(item.by, cell)) for cell in item.cells]
    return [
        (of, names, fingerprints[usable & np.array([own == names for own in divided], dtype=bool)])
        for names in dict.fromkeys(divided)
    ]


def _foreign(item: Tabulation, of: Hashable, shown: Sequence[Sequence[_Shown]]) -> Floats:
    """Published fingerprints that the attacker cannot relate to this table by their labels."""
    parts = [
        fingerprints
        for table in shown
        for other, names, fingerprints in table
        if other != of or not names <= frozenset(item.by)
    ]
    return np.unique(np.concatenate(parts)) if parts else np.array([])


def _nearly_published(
    place: int, tabulations: Sequence[Tabulation], records: Sequence[Hashable], *, width: float
) -> Flags:
    """Which cells another table publishes under the same description, but for fewer than `width` records."""
    tabulation = tabulations[place]
    near = np.zeros(len(tabulation.cells), dtype=bool)
    groups = [_description(tabulation.by, cell) for cell in tabulation.cells]
    for other, of in zip(tabulations, records, strict=True):
        if of == records[place] or not tabulation.may_share_units_with(other):
            continue  # of the same records the attacker knows more than this
        shown = {
            _description(other.by, cell): other.values[position]
            for position, cell in enumerate(other.cells)
            if not other.hidden[position]
        }
        for position, group in enumerate(groups):
            near[position] |= group in shown and abs(shown[group] - tabulation.values[position]) < width
    return near


def _description(by: Sequence[str], cell: Cell) -> frozenset[tuple[str, str]]:
    return frozenset((name, part) for name, part in zip(by, cell, strict=True) if part is not None)


def _given(members: Floats, everything: Floats, foreign: Floats, *, wanted: Flags) -> Flags:
    """Which of the wanted cells have a foreign fingerprint, or one that is the sum or difference of two published."""
    given = np.isin(members, foreign)
    for cell in np.flatnonzero(wanted & ~given & ~np.isnan(members) & (members != 0)):
        own = members[cell]
        # foreign + other = own; foreign - other = own; other - foreign = own
        ways = (own - foreign, foreign - own, foreign + own)
        given[cell] = any(np.isin(np.mod(way, _MODULUS), everything).any() for way in ways)
    return given


def _members(tabulation: Tabulation) -> Floats:
    fact = tabulation.fact(FactName.MEMBERS)
    return np.full(len(tabulation.cells), np.nan) if fact is None else fact.values


def _complete(tabulation: Tabulation, given: Flags) -> Tabulation:
    status = [CellStatus.PUBLISHED if flag else old for flag, old in zip(given, tabulation.status, strict=True)]
    return tabulation.with_status(tuple(status))
