"""Cells near a cell: those that a small move through it could pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from output_checks.model.evidence import Floats
from output_checks.protection.equations import SumEquations
from output_checks.protection.rows import Flags, Integers

_MOST_PARTNERS = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearby:
    """Finds cells by their place in every division."""

    places: Integers
    codes: Integers
    cell_of_code: Integers
    sizes: tuple[int, ...]
    below: tuple[tuple[Integers, ...], ...]
    """Per division and node: its children."""
    beside: tuple[tuple[Integers, ...], ...]
    """Per division and node: its parent and its siblings."""
    rows: Any
    columns: Any

    @classmethod
    def of(cls, system: SumEquations) -> "Nearby":
        below = tuple(_below(parent) for parent in system.parents)
        sizes = tuple(len(parent) for parent in system.parents)
        return cls(
            places=system.places,
            codes=system.codes,
            cell_of_code=system.cell_of_code,
            sizes=sizes,
            below=below,
            beside=tuple(_beside(parent, own) for parent, own in zip(system.parents, below, strict=True)),
            rows=system.matrix.tocsr(),
            columns=system.matrix.tocsc(),
        )

    def box(self, cell: int, *, most: int, further: int, price: Floats) -> Integers:
        """About `most` cells with the cell's own categories or cheap neighbours of them, in all combinations.

        Per division as many siblings (or the parent), the cheapest first, as there is room for (an infinite price: not
        to be touched), so many of the next ones `further` on, and what these need below and beside them to move.
        """
        own = self.places[cell]
        for partners in range(_MOST_PARTNERS, 0, -1):
            choices = [self._chosen(own, division, partners, further, price) for division in range(len(self.sizes))]
            if np.prod([float(len(choice)) for choice in choices]) <= most:
                break
        codes = np.zeros(1, dtype=np.int64)
        for size, choice in zip(self.sizes, choices, strict=True):
            codes = (codes[:, np.newaxis] * size + choice).ravel()
        found = self._cells(codes)
        return np.asarray(found[np.isfinite(price[found]) | (found == cell)], dtype=np.int64)

    def _chosen(self, own: Integers, division: int, partners: int, further: int, price: Floats) -> Integers:
        chosen = {int(own[division])}
        chosen.update(self._cheapest(own, division, self.beside[division][own[division]], partners, price).tolist())
        if further:
            beyond = {int(n) for node in chosen for n in self.beside[division][node]} - chosen
            found = self._cheapest(own, division, np.array(sorted(beyond), dtype=np.int64), further, price)
            chosen.update(found.tolist())
        self._close(chosen, own, division, price)
        return np.array(sorted(chosen), dtype=np.int64)

    def hidden_around(self, cell: int, *, hidden: Flags, most: int) -> Integers:
        """Up to `most` hidden cells that share an equation with the cell, or with one that does, and so on."""
        found, seen, lines, at = [cell], {cell}, set(), 0
        while at < len(found) and len(found) < most:
            start, end = self.columns.indptr[found[at] : found[at] + 2]
            at += 1
            for line in self.columns.indices[start:end]:
                if line in lines:
                    continue
                lines.add(line)
                for other in self.rows.indices[self.rows.indptr[line] : self.rows.indptr[line + 1]]:
                    if hidden[other] and other not in seen:
                        seen.add(int(other))
                        found.append(int(other))
        return np.array(found, dtype=np.int64)

    def _close(self, chosen: set[int], own: Integers, division: int, price: Floats) -> None:
        """Add the cheapest categories that let every chosen one move: one below it, and one beside it or above."""
        waiting = sorted(chosen)
        while waiting:
            node = waiting.pop()
            for ways in (self.below[division][node], self.beside[division][node]):
                if len(ways) and not chosen & set(ways.tolist()):
                    more = self._cheapest(own, division, ways, 1, price)
                    chosen.update(more.tolist())
                    waiting += more.tolist()

    def _cells(self, codes: Integers) -> Integers:
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.asarray(np.unique(self.cell_of_code[at[self.codes[at] == codes]]), dtype=np.int64)

    def _cheapest(self, own: Integers, division: int, nodes: Integers, most: int, price: Floats) -> Integers:
        """Of some categories, those for which the cell beside ours is cheapest."""
        if not most or not len(nodes):
            return nodes[:0]
        step = int(np.prod([*self.sizes[division + 1 :], 1], dtype=np.int64))
        code = int(np.ravel_multi_index(tuple(own), self.sizes))
        wanted = code + (nodes - own[division]) * step
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        costs = np.where(self.codes[at] == wanted, price[self.cell_of_code[at]], np.inf)
        order = np.argsort(costs, kind="stable")[:most]
        return nodes[order[np.isfinite(costs[order])]]


def _below(parent: Integers) -> tuple[Integers, ...]:
    """The children of each node."""
    children: list[list[int]] = [[] for _ in parent]
    for node, above in enumerate(parent):
        if above >= 0:
            children[above].append(node)
    return tuple(np.array(own, dtype=np.int64) for own in children)


def _beside(parent: Integers, below: Sequence[Integers]) -> tuple[Integers, ...]:
    """The parent and the siblings of each node."""
    return tuple(
        np.array([above, *below[above][below[above] != node]] if above >= 0 else [], dtype=np.int64)
        for node, above in enumerate(parent)
    )
