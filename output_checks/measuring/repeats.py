"""Records that were put under each other, once for every group they are in: is a table made of such a frame?

A table by overlapping groups is made by repeating records under another label. A panel repeats units too, but not
records: a pupil has another year, class or score each time.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from output_checks.measuring.units import Codes
from output_checks.model.members import Hashes

_SAMPLE = 20_000
_MOST = 0.5
"""Share of the repetitions that have to be of the same record. Some of a panel may be alike by chance."""


def seems_repeated(records: pd.DataFrame, *, units: Hashes, cells: Codes, by: Sequence[str]) -> bool:
    """Whether units have the same record in several cells, but for the categories that divide the table.

    `units` and `cells` have one number per record. Looked for in a sample of some twenty thousand records: those of
    the units with the lowest hashes.
    """
    limit = np.uint64(min(2**52, 2**52 * _SAMPLE // max(len(units), 1)))
    (sampled,) = np.nonzero(units <= limit)
    sampled = sampled[np.argsort(units[sampled], kind="stable")]
    again = np.flatnonzero((units[sampled][1:] == units[sampled][:-1]) & (cells[sampled][1:] != cells[sampled][:-1]))
    if not len(again):
        return False
    same = np.ones(len(again), dtype=bool)
    first, second = sampled[again], sampled[again + 1]
    for position, name in enumerate(records.columns):
        if name in by:
            continue
        column = records.iloc[:, position]
        one, other = column.iloc[first], column.iloc[second]
        equal = one.to_numpy(dtype=object) == other.to_numpy(dtype=object)
        missing = one.isna().to_numpy() & other.isna().to_numpy()
        same &= np.asarray(missing | (equal & ~one.isna().to_numpy()), dtype=bool)
    return bool(same.mean() >= _MOST)
