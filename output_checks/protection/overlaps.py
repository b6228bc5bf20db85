"""Cells of different tables that are the same people under other names, or the rest of one group without another.

The attacker knows how tables of the same records and variables add up. Here is what it cannot see from labels: a
selection, a regrouped variable or another data set may publish exactly the records that a table hides.
"""

from collections.abc import Sequence

import numpy as np

from output_checks.model.evidence import Cell, CellStatus, FactName, Flags, Floats, Tabulation

_MODULUS = 2.0**52


def published_elsewhere(tabulations: Sequence[Tabulation], *, width: float = 0.0) -> tuple[Tabulation, ...]:
    """The tables as an outsider can complete them: a hidden cell that other cells give away counts as published.

    The tables carry one number (counts, or totals of one variable) of any records. A hidden cell is given away by a
    published cell of exactly its records, and by two that are together, or one without the other, its records: these
    are recognised by fingerprint, again and again with what was found. With a `width` it is also given away by a cell
    with the same description, of data that shares units, that differs by less: valid scores are nearly all pupils.

    A table without fingerprints is completed by descriptions only.
    """
    members = [_members(item) for item in tabulations]
    completed = [
        _complete(item, item.hidden & _nearly_published(item, tabulations, width=width)) for item in tabulations
    ]
    while True:
        shown = [
            fingerprints[~item.hidden & ~np.isnan(fingerprints) & (fingerprints != 0)]
            for item, fingerprints in zip(completed, members, strict=True)
        ]
        published = np.unique(np.concatenate(shown))
        given = [
            item.hidden & _given(fingerprints, published, wanted=item.hidden)
            for item, fingerprints in zip(completed, members, strict=True)
        ]
        if not any(flags.any() for flags in given):
            return tuple(completed)
        completed = [_complete(item, flags) for item, flags in zip(completed, given, strict=True)]


def _nearly_published(tabulation: Tabulation, others: Sequence[Tabulation], *, width: float) -> Flags:
    """Which cells another table publishes under the same description, but for fewer than `width` records."""
    near = np.zeros(len(tabulation.cells), dtype=bool)
    groups = [_description(tabulation.by, cell) for cell in tabulation.cells]
    for other in others:
        same_records = (other.data, other.variable) == (tabulation.data, tabulation.variable)
        if same_records or not tabulation.may_share_units_with(other):
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


def _given(members: Floats, published: Floats, *, wanted: Flags) -> Flags:
    """Which of the wanted cells have a published fingerprint, or one that is the sum or difference of two."""
    given = np.isin(members, published)
    for cell in np.flatnonzero(wanted & ~given & ~np.isnan(members) & (members != 0)):
        whole = np.mod(published + members[cell], _MODULUS)  # a published cell with the hidden one added to it
        rest = np.mod(members[cell] - published, _MODULUS)  # what a published part leaves of the hidden one
        given[cell] = np.isin(whole, published).any() or np.isin(rest, published).any()
    return given


def _members(tabulation: Tabulation) -> Floats:
    fact = tabulation.fact(FactName.MEMBERS)
    return np.full(len(tabulation.cells), np.nan) if fact is None else fact.values


def _complete(tabulation: Tabulation, given: Flags) -> Tabulation:
    status = [CellStatus.PUBLISHED if flag else old for flag, old in zip(given, tabulation.status, strict=True)]
    return tabulation.with_status(tuple(status))
