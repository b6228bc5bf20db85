"""Hidden cells that published ones make up: whatever the cells are called, and however many it takes.

Cells are rows over atoms. A hidden cell is given away where its row is a combination of published rows, exactly; the
attacker, who reads labels, does not see that of cells of other records or under other names.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from output_checks.errors import InputError
from output_checks.model.atoms import Atoms, Rows
from output_checks.model.combinations import in_span, known_combination
from output_checks.model.evidence import Cell, Floats, Tabulation
from output_checks.rules.groups import totals_of

_LARGEST = 2_000
"""Published rows of which combinations are sought; with more, only those that share units with a hidden cell."""


class TooManyGroupsError(InputError):
    """Nobody could tell whether published cells make up a hidden one."""


def made_up(tables: Sequence[Tabulation]) -> list[Floats]:
    """Per table, the number of each hidden cell that is a combination of published ones; NaN for all others.

    Tables that have no members take no part. A combination of many cells over few atoms is taken for a coincidence: it
    would hold of any numbers so few. A hidden cell that nobody is in counts as one that somebody may be in.

    Raises
    ------
    TooManyGroupsError
        There are too many groups to look at all combinations.
    """
    known = [np.full(len(item.cells), np.nan) for item in tables]
    having = [number for number, item in enumerate(tables) if item.members is not None]
    if len(having) < 2 or not any(tables[number].hidden.any() for number in having):
        return known
    chosen = [tables[number] for number in having]
    inner = with_phantoms(chosen)
    totals = [
        total
        for number, (item, own) in enumerate(zip(chosen, inner, strict=True))
        for total in totals_of(number, item, own)
    ]
    shown = sparse.vstack([total.rows[np.flatnonzero(total.published)] for total in totals], format="csr")
    numbers = np.nan_to_num(np.concatenate([total.values[total.published] for total in totals]))
    for number, item, own in zip(having, chosen, inner, strict=True):
        hidden = np.flatnonzero(item.hidden)
        known[number][hidden] = _combinations(shown, numbers, (parts_of(item) @ own)[hidden])
    return known


def with_phantoms(tables: Sequence[Tabulation]) -> list[Rows]:
    """Innermost cells over atoms, with a further column for each hidden one that nobody is in: a unit that might be."""
    atoms = Atoms.of(
        [item.members for item in tables if item.members is not None], n_cells=[len(item.cells) for item in tables]
    )
    ghosts: list[list[Rows]] = [[] for _ in tables]
    for number, (item, rows) in enumerate(zip(tables, atoms.inner, strict=True)):
        nobody = item.hidden & (np.asarray(abs(rows).sum(axis=1)).ravel() == 0)
        for place in [place for place in np.flatnonzero(nobody).tolist() if None not in item.cells[place]]:
            like = _like(item, place, rows)
            for other, (table, own) in enumerate(zip(tables, atoms.inner, strict=True)):
                column = own[:, [like]]
                ghosts[other].append(
                    _at(place, column) if other == number else _moved(table, column, item.by, item.cells[place])
                )
    return [
        sparse.hstack([own, *added], format="csr") if added else own
        for own, added in zip(atoms.inner, ghosts, strict=True)
    ]


def _like(item: Tabulation, place: int, rows: Rows) -> int:
    """An atom of the cell that is most like this one and has somebody in it."""
    filled = np.flatnonzero(np.diff(rows.indptr))
    shared = [
        sum(one == other for one, other in zip(item.cells[cell], item.cells[place], strict=True)) for cell in filled
    ]
    return int(rows[[filled[int(np.argmax(shared))]]].indices[0])


def _moved(table: Tabulation, column: Rows, by: Sequence[str], cell: Cell) -> Rows:
    """The cells in another table of a unit that is as this atom, but for the categories of a cell.

    A unit that is in several cells of that table stays in all of them.
    """
    found = column.nonzero()[0]
    if len(found) != 1:
        return column
    labels = dict(zip(by, cell, strict=True))
    own = table.cells[int(found[0])]
    wanted = tuple(labels.get(name, part) for name, part in zip(table.by, own, strict=True))
    return _at(table.cells.index(wanted), column) if wanted in table.cells else column


def _at(place: int, column: Rows) -> Rows:
    """A column with 1 in one place."""
    return sparse.csr_array(([1.0], ([place], [0])), shape=column.shape)


def parts_of(item: Tabulation) -> Rows:
    """Cells × cells: 1 where the innermost cell of the column is in the cell of the row."""
    places: list[tuple[int, int]] = []
    totals: dict[tuple[int, ...], dict[tuple[str | None, ...], int]] = {}
    for place, cell in enumerate(item.cells):
        kept = tuple(position for position, part in enumerate(cell) if part is not None)
        totals.setdefault(kept, {})[tuple(cell[position] for position in kept)] = place
    for place, cell in enumerate(item.cells):
        if None not in cell:
            for kept, cells in totals.items():
                total = cells.get(tuple(cell[position] for position in kept))
                if total is not None:
                    places.append((total, place))
    rows, columns = zip(*places, strict=True) if places else ((), ())
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(item.cells),) * 2)


def _combinations(shown: Rows, numbers: Floats, asked: Rows) -> Floats:
    """Of each row asked for the number that a known combination of those shown gives; NaN without one."""
    found = np.full(asked.shape[0], np.nan)
    if shown.shape[0] > _LARGEST:
        touched = np.flatnonzero(np.asarray(abs(asked).sum(axis=0)).ravel())
        near = np.flatnonzero(np.asarray(abs(shown[:, touched]).sum(axis=1)).ravel())
        shown, numbers = shown[near], numbers[near]
    if not asked.shape[0] or not shown.shape[0]:
        return found
    if shown.shape[0] > _LARGEST:
        raise TooManyGroupsError(
            f"More than {_LARGEST:,} published groups share units with a hidden one.",
            remedy="fewer or coarser tables in one release",
        )
    somebody = np.asarray(abs(asked).sum(axis=1)).ravel() > 0
    for place in np.flatnonzero(in_span(shown, asked) & somebody):
        weights = known_combination(shown, asked[[place]])
        if weights is not None:
            found[place] = weights @ numbers
    return found
