"""An outsider's arithmetic on one table that leaves, written apart from the toolkit's own attacker."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import linprog

TOTAL = "Total"


def determined(frame: pd.DataFrame, by: Sequence[str]) -> dict[str, str]:
    """Hidden cells whose count, or sum behind a mean, follows from the totals: the cell and which of the two.

    `frame` is what leaves, one row per cell, NaN where hidden. Counts are at least 0; sums may be anything.
    """
    cells = [tuple(map(str, row)) for row in frame[list(by)].to_numpy()]
    equations = _equations(cells, len(by))
    unknown = np.flatnonzero(frame["n"].isna())
    found: dict[str, str] = {}
    if not len(unknown) or not len(equations):
        return found
    of_unknown = equations[:, unknown]
    known = -equations @ frame["n"].fillna(0).to_numpy(dtype=float)
    rows_without = np.linalg.matrix_rank(of_unknown)
    for position, at in enumerate(unknown):
        name = " ".join(cells[at])
        wanted = np.zeros(len(unknown))
        wanted[position] = 1.0
        low, high = (_extreme(sign * wanted, of_unknown, known) * sign for sign in (1, -1))
        if high - low < 1:
            found[name] = "n"
        elif np.linalg.matrix_rank(np.vstack([of_unknown, wanted])) == rows_without:
            found[name] = "sum"
    return found


def _equations(cells: Sequence[tuple[str, ...]], variables: int) -> np.ndarray:
    """Each total less its parts is 0: one row per total and per variable that it is a total of."""
    position = {cell: at for at, cell in enumerate(cells)}
    rows = []
    for cell, axis in product(cells, range(variables)):
        if cell[axis] != TOTAL:
            continue
        parts = [other for other in cells if other[axis] != TOTAL and _same_but(cell, other, axis)]
        row = np.zeros(len(cells))
        row[position[cell]] = 1.0
        row[[position[part] for part in parts]] = -1.0
        rows.append(row)
    return np.array(rows).reshape(len(rows), len(cells))


def _same_but(cell: tuple[str, ...], other: tuple[str, ...], axis: int) -> bool:
    return cell[:axis] == other[:axis] and cell[axis + 1 :] == other[axis + 1 :]


def _extreme(objective: np.ndarray, equations: np.ndarray, known: np.ndarray) -> float:
    solved = linprog(objective, A_eq=equations, b_eq=known, bounds=(0, None))
    return float(solved.fun) if solved.status == 0 else -np.inf
