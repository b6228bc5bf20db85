"""The one unit of a hidden cell knows that cell: what else does it know, from all tables together?

Suppression sees to it within a table. Beside other tables, which give totals away that the table does not show, each
single contributor has to be tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from output_checks.model.evidence import FactName, Flags, Floats, Tabulation

Bounds: TypeAlias = tuple[Floats, Floats]
Attacker: TypeAlias = Callable[[Sequence[Tabulation], Sequence[Flags], Sequence[Floats]], Sequence[Bounds]]
"""From tables, the hidden cells that somebody knows, and how wide is wide enough per cell, to bounds per table."""

_FINGERPRINTS = 2**52
_MOST_HIDDEN = 400
"""Hidden cells beyond which nobody's own knowledge is tried: it takes a dozen attacks or more."""
_MOST_TRIED = 40
"""Contributors who are tried one by one; of more, cells must stand against many at once."""


def beside_insiders(
    items: Sequence[Tabulation], bounds: Sequence[Bounds], enough: Sequence[Floats], *, attacker: Attacker
) -> Sequence[Bounds]:
    """The same bounds, but for cells that a single contributor of another cell bounds more narrowly than `enough`.

    Cells of the same records are one cell: who is alone in it knows it, and tells nobody else.
    """
    items = [_filled(item) for item in items]
    cells = _hidden_cells(items)
    alone = sorted({records for records, single in cells.values() if single})
    if not alone or len(items) < 2 or len(cells) > _MOST_HIDDEN:
        return bounds
    found = [(low.copy(), high.copy()) for low, high in bounds]
    doubtful = _doubtful(items, cells, alone, enough, attacker)
    if not doubtful:
        return bounds
    wanted = [np.zeros(len(item.cells)) for item in items]
    for table, cell in doubtful:
        wanted[table][cell] = enough[table][cell]
    for owner in alone if len(alone) <= _MOST_TRIED else ():
        tried = attacker(items, _known(items, cells, {owner}), wanted)
        for table, cell in doubtful:
            if cells[table, cell][0] != owner:
                _narrow(found[table], tried[table], cell, enough[table][cell])
    if len(alone) > _MOST_TRIED:
        for table, cell in doubtful:
            others = set(alone) - {cells[table, cell][0]}
            _narrow(
                found[table], attacker(items, _known(items, cells, others), wanted)[table], cell, enough[table][cell]
            )
    return found


def _hidden_cells(items: Sequence[Tabulation]) -> dict[tuple[int, int], tuple[int, bool]]:
    """Per hidden cell the fingerprint of its records, and whether they are one unit's; none where that is unknown."""
    found = {}
    for table, item in enumerate(items):
        members = item.fact(FactName.MEMBERS)
        units = _units_in(item)
        if members is None or units is None:
            continue
        for cell in np.flatnonzero(item.hidden).tolist():
            if not np.isnan(members.values[cell]) and not np.isnan(item.values[cell]):
                found[table, cell] = (int(members.values[cell]), bool(units[cell] == 1))
    return found


def _units_in(item: Tabulation) -> Floats | None:
    """Finest units in each cell, NaN where unknown; of what left before only those in innermost cells are known."""
    fact = next((fact for fact in item.facts if fact.name is FactName.CONTRIBUTORS), None)
    units = None if fact is None else fact.values
    if item.members is None or (units is not None and not np.isnan(units[item.hidden]).any()):
        return units
    pairs = np.unique(np.stack([item.members.cells.astype(np.uint64), item.members.finest]), axis=1)
    inner = np.bincount(pairs[0].astype(np.int64), minlength=len(item.cells)).astype(float)
    found = np.where(_all_there(item), inner, np.nan)
    return found if units is None else np.where(np.isnan(units), found, units)


def _filled(item: Tabulation) -> Tabulation:
    """With the numbers of hidden innermost cells that left before, which are known from who is in them."""
    lost = np.isnan(item.values) & item.hidden
    if item.members is None or not lost.any():
        return item
    records = np.bincount(item.members.cells, minlength=len(item.cells)).astype(float)
    return replace(item, values=np.where(lost & _all_there(item), records, item.values))


def _all_there(item: Tabulation) -> Flags:
    """Innermost cells of which every record is among the members, as their fingerprints say."""
    known = item.fact(FactName.MEMBERS)
    if item.members is None or known is None:
        return np.zeros(len(item.cells), dtype=bool)
    sums = np.zeros(len(item.cells), dtype=np.uint64)
    np.add.at(sums, item.members.cells, item.members.finest)
    same = (sums % np.uint64(_FINGERPRINTS)).astype(float) == known.values
    return np.asarray(same & np.array([None not in cell for cell in item.cells]))


def _doubtful(
    items: Sequence[Tabulation],
    cells: dict[tuple[int, int], tuple[int, bool]],
    alone: Sequence[int],
    enough: Sequence[Floats],
    attacker: Attacker,
) -> set[tuple[int, int]]:
    """Cells that are not wide enough for somebody who knows many single cells at once; all others stand against each.

    Owners are numbered, and for each binary digit those with a one are taken together, and those with a zero: any two
    of them are apart at some digit.
    """
    number = {records: place for place, records in enumerate(alone)}
    wanted = {place for place in cells if enough[place[0]][place[1]] > 0}
    doubtful: set[tuple[int, int]] = set()
    sides = [set(alone)] if any(not cells[place][1] for place in wanted) else []
    sides += [
        {owner for owner in alone if (number[owner] >> digit & 1) == side}
        for digit in range(len(alone).bit_length())
        for side in (0, 1)
    ]
    for owners in sides:
        judged = {
            place
            for place in wanted - doubtful
            if owners and cells[place][0] not in owners and (cells[place][1] or len(owners) == len(alone))
        }
        if not judged:
            continue
        asked = [np.zeros(len(item.cells)) for item in items]
        for table, cell in judged:
            asked[table][cell] = enough[table][cell]
        tried = attacker(items, _known(items, cells, owners), asked)
        doubtful |= {
            (table, cell)
            for table, cell in judged
            if tried[table][1][cell] - tried[table][0][cell] < enough[table][cell]
        }
    return doubtful


def _known(
    items: Sequence[Tabulation], cells: dict[tuple[int, int], tuple[int, bool]], owners: set[int]
) -> list[Flags]:
    flags = [np.zeros(len(item.cells), dtype=bool) for item in items]
    for (table, cell), (records, single) in cells.items():
        flags[table][cell] = single and records in owners
    return flags


def _narrow(bounds: Bounds, tried: Bounds, cell: int, enough: float) -> None:
    """Take over what an insider proves of a cell where it is less than enough and less than what was known."""
    low, high = tried[0][cell], tried[1][cell]
    if high - low < min(enough, bounds[1][cell] - bounds[0][cell]):
        bounds[0][cell], bounds[1][cell] = low, high
