"""What an outsider knows of some tables: the published numbers, and that every total is the sum of its cells.

Used by the attacker only. It is written without `system`, so that a mistake in one is not a mistake in both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from output_checks.errors import InputError
from output_checks.model.evidence import Cell, FactName, Flags, Floats, Tabulation

Indices: TypeAlias = npt.NDArray[np.int64]

TOLERANCE = 1e-6
_LARGEST_JOINT_TABLE = 50_000
_REST = "(others)"  # all categories of a variable that no table lists


class ContradictionError(Exception):
    """No table agrees with all that is known, read in this way."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How an outsider completes the tables: which variables have unlisted categories; are unlisted cells empty?"""

    with_rest: frozenset[str]
    unlisted_empty: bool


def readings(tabulations: Sequence[Tabulation]) -> Iterator[Reading]:
    """From the one that tells an outsider most to the one that tells least."""
    shown_with_total: set[str] = set()
    labels: dict[str, set[str]] = {}
    for tabulation in tabulations:
        for name, column in zip(tabulation.by, zip(*tabulation.cells, strict=True), strict=False):
            labels.setdefault(name, set()).update(label for label in column if label is not None)
            if None in column and set(column) != {None}:
                shown_with_total.add(name)
    loose = frozenset(set(labels) - shown_with_total)
    # One category without its total is a selection, of which everyone knows that there is more.
    selected = frozenset(name for name in loose if len(labels[name]) == 1)
    options = [(selected, True), (loose, True), (selected, False), (loose, False)]
    for with_rest, unlisted_empty in dict.fromkeys(options):
        yield Reading(with_rest=with_rest, unlisted_empty=unlisted_empty)


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """Every cell that can be thought of (listed or not), what is known of it, and which sums it is part of.

    `equations @ values == 0`: each row is a cell less the cells it is the sum of, along one variable.
    """

    variables: tuple[str, ...]
    keys: tuple[Cell, ...]
    index: Mapping[Cell, int]
    positions: tuple[Indices, ...]
    low: Floats
    high: Floats
    shown: Flags
    equations: Any
    parents: Indices
    """Per equation: the cell that is the sum."""
    along: tuple[str, ...]
    """Per equation: the variable."""
    lower: float
    whole: bool
    complete: bool

    @classmethod
    def of(
        cls,
        tabulations: Sequence[Tabulation],
        reading: Reading,
        *,
        whole: bool,
        lower: float,
        own: Sequence[Flags] | None,
    ) -> "Knowledge":
        variables = tuple(dict.fromkeys(name for tabulation in tabulations for name in tabulation.by))
        listed = [[_key(tabulation.by, cell, variables) for cell in tabulation.cells] for tabulation in tabulations]
        labels: list[list[str]] = []
        for place, name in enumerate(variables):
            found = sorted({part for keys in listed for key in keys if (part := key[place]) is not None})
            labels.append(found + [_REST] * (name in reading.with_rest))
        kinds, complete = _kinds({_kind(key) for keys in listed for key in keys}, labels)
        index: dict[Cell, int] = {}
        for kind in kinds:
            options = [[*own_labels, None] if used else [None] for own_labels, used in zip(labels, kind, strict=True)]
            for key in product(*options):
                index.setdefault(key, len(index))
        low, high = np.full(len(index), lower), np.full(len(index), np.inf)
        if reading.unlisted_empty:
            empty = [index[key] for key in _unlisted(listed)]
            low[empty] = high[empty] = 0.0
        shown = np.zeros(len(index), dtype=bool)
        for number, (tabulation, keys) in enumerate(zip(tabulations, listed, strict=True)):
            places = [index[key] for key in keys]
            known, half = public_numbers(tabulation, whole=whole)
            if own is not None:
                known = np.where(own[number], np.nan_to_num(tabulation.values), known)
                half = np.where(own[number], 0.0, half)
            for place, value, margin in zip(places, known, half, strict=True):
                if not np.isnan(value):
                    low[place], high[place] = max(low[place], value - margin), min(high[place], value + margin)
                    shown[place] = True
            for name, bound, narrower in (
                (FactName.LOWEST_BEHIND, low, np.maximum),
                (FactName.HIGHEST_BEHIND, high, np.minimum),
            ):
                if (fact := tabulation.fact(name)) is not None:
                    narrower.at(bound, places, fact.values)
        if (low > high + TOLERANCE * np.maximum(1.0, np.abs(high))).any():
            raise ContradictionError(": a cell has two values, or a negative one")
        high = np.maximum(low, high)
        equations, parents, along = _equations(kinds, labels, index, variables)
        return cls(
            variables=variables,
            keys=tuple(index),
            index=index,
            positions=tuple(np.array([index[key] for key in keys], dtype=np.int64) for keys in listed),
            low=low,
            high=high,
            shown=shown,
            equations=equations,
            parents=parents,
            along=along,
            lower=lower,
            whole=whole,
            complete=complete,
        )

    def label(self, node: int) -> str:
        parts = [f"{name}={part}" for name, part in zip(self.variables, self.keys[node], strict=True) if part]
        return ", ".join(parts) or "the total"

    def line(self, equation: int) -> str:
        return f"{self.label(int(self.parents[equation]))} along {self.along[equation]}"


def _key(by: Sequence[str], cell: Cell, variables: Sequence[str]) -> Cell:
    parts = dict(zip(by, cell, strict=True))
    return tuple(parts.get(name) for name in variables)


def _kind(key: Cell) -> tuple[bool, ...]:
    return tuple(part is not None for part in key)


def public_numbers(tabulation: Tabulation, *, whole: bool) -> tuple[Floats, Floats]:
    """What is published of each cell, NaN where hidden, and how far from the truth rounding may have taken it."""
    published = np.where(~tabulation.hidden & np.isnan(tabulation.published), 0.0, tabulation.published)
    exact = whole and tabulation.decimals >= 0
    known = published[~np.isnan(published)]
    if exact and (known != np.round(known)).any():
        raise InputError(
            f"{tabulation.title} was attacked as whole numbers, but publishes fractions.", remedy="whole_numbers=False"
        )
    half = np.full(len(published), 0.0 if exact else 0.5 * 10.0**-tabulation.decimals)
    if not whole:  # no number is more exact than a float
        half = np.maximum(half, 1e-9 * np.abs(np.nan_to_num(published)))
    # An empty cell is known to add nothing, without rounding.
    half[~tabulation.hidden & np.isnan(tabulation.published)] = 0.0
    return published, half


def _unlisted(listed: Sequence[Sequence[Cell]]) -> set[Cell]:
    """Combinations of the categories a table uses that no table has a cell for."""
    missing: set[Cell] = set()
    everything = {key for keys in listed for key in keys}
    for keys in listed:
        own = [sorted({part for part in column if part is not None}) for column in zip(*keys, strict=True)]
        for kind in {_kind(key) for key in keys}:
            options = [labels if used else [None] for labels, used in zip(own, kind, strict=True)]
            missing.update(key for key in product(*options) if key not in everything)
    return missing


def _kinds(kinds: set[tuple[bool, ...]], labels: Sequence[Sequence[str]]) -> tuple[list[tuple[bool, ...]], bool]:
    """The largest sets of variables to combine in full, and whether that loses nothing.

    Two tables agree when they agree on the cells they share, and so do tables that overlap like the branches of a
    tree. In a ring that is not enough: then all variables are combined, if there is room.
    """
    sets = [frozenset(np.flatnonzero(kind).tolist()) for kind in kinds]
    largest = [names for names in sets if not any(names < other for other in sets)]
    joint = frozenset().union(*largest)
    complete = True
    if not _is_tree(largest):
        complete = float(np.prod([len(labels[name]) + 1.0 for name in joint])) <= _LARGEST_JOINT_TABLE
        largest = [joint] if complete else largest
    chosen = [tuple(place in names for place in range(len(labels))) for names in largest]
    return sorted(chosen), complete


def _is_tree(sets: Sequence[frozenset[int]]) -> bool:
    """Repeat: forget variables that occur once, and sets within another. A tree, and only a tree, leaves one set."""
    left = list(sets)
    while len(left) > 1:
        before = list(left)
        left = [frozenset(v for v in names if sum(v in other for other in left) > 1) for names in left]
        left = [
            names
            for place, names in enumerate(left)
            if not any(names < other or (names == other and place > at) for at, other in enumerate(left))
        ]
        if left == before:
            return False
    return True


def _equations(
    kinds: Sequence[tuple[bool, ...]],
    labels: Sequence[Sequence[str]],
    index: Mapping[Cell, int],
    variables: Sequence[str],
) -> tuple[Any, Indices, tuple[str, ...]]:
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    parents: list[int] = []
    along: list[str] = []
    for key, node in index.items():
        for place, part in enumerate(key):
            deeper = tuple(used or at == place for at, used in enumerate(_kind(key)))
            if part is not None or not any(
                all(k or not d for d, k in zip(deeper, kind, strict=True)) for kind in kinds
            ):
                continue
            children = [index[*key[:place], label, *key[place + 1 :]] for label in labels[place]]
            rows += [len(parents)] * (1 + len(children))
            columns += [node, *children]
            signs += [1.0] + [-1.0] * len(children)
            parents.append(node)
            along.append(variables[place])
    matrix = sparse.csr_array((signs, (rows, columns)), shape=(len(parents), len(index)))
    return matrix, np.array(parents, dtype=np.int64), tuple(along)
