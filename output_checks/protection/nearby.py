"""Cells near a cell: those that a small move through it could pass."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from output_checks.model.evidence import Floats
from output_checks.protection.equations import SumEquations
from output_checks.protection.rows import Flags, Integers

_LARGEST_BOX = 4_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearby:
    """Finds cells by their place in every division."""

    places: Integers
    codes: Integers
    cell_of_code: Integers
    sizes: tuple[int, ...]
    near: tuple[tuple[Integers, ...], ...]
    """Per division and node: its parent, its siblings and its children."""
    rows: Any
    columns: Any

    @classmethod
    def of(cls, system: SumEquations) -> "Nearby":
        sizes = tuple(len(parent) for parent in system.parents)
        return cls(
            places=system.places,
            codes=system.codes,
            cell_of_code=system.cell_of_code,
            sizes=sizes,
            near=tuple(_near(parent) for parent in system.parents),
            rows=system.matrix.tocsr(),
            columns=system.matrix.tocsc(),
        )

    def box(self, cell: int, *, partners: int, further: int, price: Floats) -> Integers:
        """Cells with the cell's own categories or cheap neighbours of them, in all combinations.

        Per division the `partners` nearest categories with the lowest price (infinite: not to be touched), and so many
        of the next ones `further` on.
        """
        own = self.places[cell]
        choices = []
        for division, nodes in enumerate(self.near):
            first = self._cheapest(own, division, nodes[own[division]], partners, price)
            beyond = [nodes[node] for node in first] if further else []
            next_ones = np.setdiff1d(np.concatenate(beyond), [*first, own[division]]) if beyond else first[:0]
            second = self._cheapest(own, division, next_ones, further, price)
            choices.append(np.unique(np.concatenate([[own[division]], first, second]).astype(np.int64)))
        if np.prod([float(len(choice)) for choice in choices]) > _LARGEST_BOX:
            return np.array([cell], dtype=np.int64)
        codes = np.zeros(1, dtype=np.int64)
        for size, choice in zip(self.sizes, choices, strict=True):
            codes = (codes[:, np.newaxis] * size + choice).ravel()
        found = self._cells(codes)
        return found[np.isfinite(price[found]) | (found == cell)]

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

    def _cells(self, codes: Integers) -> Integers:
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.unique(self.cell_of_code[at[self.codes[at] == codes]])

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


def _near(parent: Integers) -> tuple[Integers, ...]:
    children: list[list[int]] = [[] for _ in parent]
    for node, above in enumerate(parent):
        if above >= 0:
            children[above].append(node)
    return tuple(
        np.array([*([above] if above >= 0 else []), *(children[above] if above >= 0 else []), *children[node]], dtype=np.int64)
        for node, above in enumerate(parent)
    )
