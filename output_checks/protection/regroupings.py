"""Variables that regroup others: which are they, told by whose records each category holds.

`level` may merge the categories of `track` without anybody having said so. Once every table by track has the level of
each track beside it, the attacker sees how the two add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import TypeAlias

import numpy as np

from output_checks.model.evidence import CellStatus, FactName, Tabulation

_MODULUS = 2**52
_MOST_CATEGORIES = 14
"""Of the finer variable: every set of its categories is tried."""
_Fingerprints: TypeAlias = Mapping[str, int]


def with_coarser_variables(tabulations: Sequence[Tabulation]) -> tuple[Tabulation, ...]:
    """Tables of the same records, each with a further variable where another table regroups one of its own.

    Where a table has both, a cell of a category outside of its group is one that nobody can be in: hidden or not, it is
    known to be empty. Cells keep their number and order. Tables without fingerprints are left as they are.
    """
    known: dict[str, _Fingerprints] = {}
    for item in tabulations:
        for name, fingerprints in _categories(item).items():
            known.setdefault(name, fingerprints)
    coarser: dict[str, dict[str, Mapping[str, str]]] = {}
    for fine, coarse in permutations(known, 2):
        groups = _regrouping(known[fine], known[coarse])
        if groups:
            coarser.setdefault(fine, {})[coarse] = groups
    return tuple(_extended(item, coarser) for item in tabulations)


def _categories(item: Tabulation) -> dict[str, _Fingerprints]:
    """Per variable of a table, the fingerprint of each category: that of all its innermost cells together."""
    members = item.fact(FactName.MEMBERS)
    if members is None:
        return {}
    found: dict[str, dict[str, int]] = {name: {} for name in item.by}
    for cell, value in zip(item.cells, members.values, strict=True):
        if None in cell or np.isnan(value):
            continue
        for name, label in zip(item.by, cell, strict=True):
            if label is not None:
                found[name][label] = (found[name].get(label, 0) + int(value)) % _MODULUS
    return dict(found)


def _regrouping(fine: _Fingerprints, coarse: _Fingerprints) -> Mapping[str, str]:
    """For each finer category the coarser one that it is part of; nothing where it is no regrouping."""
    labels = [label for label, value in fine.items() if value]
    groups = {label: value for label, value in coarse.items() if value}
    if not 1 < len(groups) <= len(labels) <= _MOST_CATEGORIES:
        return {}
    sums = np.zeros(1, dtype=np.int64)
    for label in labels:  # every set of categories, numbered by the bits of those in it
        sums = np.concatenate([sums, (sums + fine[label]) % _MODULUS])
    found: dict[str, str] = {}
    for group, value in groups.items():
        (sets,) = np.nonzero(sums == value)
        if len(sets) != 1:
            return {}
        found |= {label: group for bit, label in enumerate(labels) if int(sets[0]) >> bit & 1}
    return found if len(found) == len(labels) else {}


def _extended(item: Tabulation, coarser: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Tabulation:
    by, cells = item.by, item.cells
    for position, name in enumerate(item.by):
        for coarse, groups in coarser.get(name, {}).items():
            # An empty category belongs nowhere, and adds nothing wherever it is put.
            anywhere = next(iter(groups.values()))
            if coarse not in by:
                by = (*by, coarse)
                cells = tuple(
                    (*cell, None if cell[position] is None else groups.get(str(cell[position]), anywhere))
                    for cell in cells
                )
            elif coarse in item.by:
                item = _without_impossible(item, position, item.by.index(coarse), groups)
    return replace(item, by=by, cells=cells)


def _without_impossible(item: Tabulation, fine: int, coarse: int, groups: Mapping[str, str]) -> Tabulation:
    """With every cell shown as empty of which the finer category is not part of the coarser one."""
    both = [(cell[fine], cell[coarse]) for cell in item.cells]
    impossible = np.array([None not in pair and groups.get(str(pair[0]), pair[1]) != pair[1] for pair in both])
    if not impossible.any():
        return item
    status = (CellStatus.PUBLISHED if flag else old for flag, old in zip(impossible, item.status, strict=True))
    return replace(item, values=np.where(impossible, 0.0, item.values)).with_status(tuple(status))
