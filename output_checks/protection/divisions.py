"""How tables divide their records: per variable or hierarchy of variables, a tree of categories under one total."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from output_checks.errors import InputError
from output_checks.model.evidence import Cell, Tabulation
from output_checks.protection.hierarchy import Hierarchy
from output_checks.protection.rows import Integers

TOTAL = 0
"""The node of all records; every division has it first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Division:
    """A tree of categories. Of node n: its `level` (0 the finest, the total has the highest) and its `parent`."""

    variables: tuple[str, ...]
    """The levels, the finest first; one for a plain variable."""
    nodes: dict[tuple[int, str], int]
    level: Integers
    parent: Integers

    @property
    def levels(self) -> int:
        """How many levels there are below the total."""
        return len(self.variables)

    def node(self, by: Sequence[str], cell: Cell) -> int:
        """The category that a cell is about: the finest that it names."""
        named = {name: part for name, part in zip(by, cell, strict=True) if part is not None}
        for number, name in enumerate(self.variables):
            if name in named:
                return self.nodes[number, named[name]]
        return TOTAL


def divisions_of(tabulations: Sequence[Tabulation], hierarchies: Sequence[Hierarchy] = ()) -> list[Division]:
    """The divisions of some tables, in order of the names of their finest variables.

    Raises
    ------
    InputError
        Two hierarchies share a variable, a label has no place in its hierarchy, or a cell is of two branches at once.
    """
    used = {name for tabulation in tabulations for name in tabulation.by}
    trees = [hierarchy for hierarchy in hierarchies if used & set(hierarchy.levels)]
    names = [name for tree in trees for name in tree.levels]
    if len(set(names)) < len(names):
        raise InputError(
            "Two hierarchies share a variable.", remedy="give one hierarchy with all its levels, the finest first"
        )
    found = [_tree(tabulations, tree) for tree in trees]
    found += [_plain(tabulations, name) for name in used - set(names)]
    return sorted(found, key=lambda division: division.variables)


def _labels(tabulations: Sequence[Tabulation], name: str) -> set[str]:
    labels: set[str] = set()
    for tabulation in tabulations:
        if name in tabulation.by:
            place = tabulation.by.index(name)
            labels.update(part for cell in tabulation.cells if (part := cell[place]) is not None)
    return labels


def _plain(tabulations: Sequence[Tabulation], name: str) -> Division:
    labels = sorted(_labels(tabulations, name))
    return Division(
        variables=(name,),
        nodes={(0, label): number + 1 for number, label in enumerate(labels)},
        level=np.array([1, *[0] * len(labels)], dtype=np.int64),
        parent=np.array([-1, *[TOTAL] * len(labels)], dtype=np.int64),
    )


def _tree(tabulations: Sequence[Tabulation], tree: Hierarchy) -> Division:
    above: dict[tuple[int, str], tuple[int, str] | None] = {}
    for number, name in enumerate(tree.levels):
        for label in _labels(tabulations, name):
            chain = [(number, label), *((tree.levels.index(n), part) for n, part in tree.above(name, label))]
            above.update(zip(chain, [*chain[1:], None], strict=True))
    order = sorted(above, key=lambda node: (-node[0], node[1]))
    nodes = {node: number + 1 for number, node in enumerate(order)}
    parents = [nodes[parent] if (parent := above[node]) is not None else TOTAL for node in order]
    _expect_branches(tabulations, tree)
    return Division(
        variables=tree.levels,
        nodes=nodes,
        level=np.array([len(tree.levels), *[number for number, _ in order]], dtype=np.int64),
        parent=np.array([-1, *parents], dtype=np.int64),
    )


def _expect_branches(tabulations: Sequence[Tabulation], tree: Hierarchy) -> None:
    """A cell that names two levels must name a label and what it belongs to."""
    for tabulation in tabulations:
        places = [
            (number, tabulation.by.index(name)) for number, name in enumerate(tree.levels) if name in tabulation.by
        ]
        for cell in tabulation.cells if len(places) > 1 else ():
            named = [(number, part) for number, place in places if (part := cell[place]) is not None]
            if not named:
                continue
            finest, label = named[0]
            over = dict(tree.above(tree.levels[finest], label))
            if any(over[tree.levels[number]] != part for number, part in named[1:]):
                raise InputError(
                    f"{tabulation.title} has a cell of two branches: its {tree.levels[finest]} belongs elsewhere.",
                    remedy="make the table and the hierarchy from the same year's division",
                )
