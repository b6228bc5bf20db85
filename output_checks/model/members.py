"""Whose records are in which cell: what lets tables be set against each other whatever their cells are called."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from output_checks.errors import InputError

Hashes = npt.NDArray[np.uint64]


class Members:
    """One entry per record of a tabulation: whose it is, which cell it is counted in, and a mark of its value.

    No dataclass, so that it is never written with the evidence: it has a file of its own, and no part of it leaves.

    Parameters
    ----------
    units
        Per unit level, from the finest: per record a number that stands for its unit, the same in every data set with
        the same keys.
    cells
        Per record, the position of its cell in `Tabulation.cells`; only innermost cells, as who is in a total follows.
    marks
        Per record a number that is equal where the same unit has the same value; None where there is no value.
    repeated
        Whether the same record seems to be in several cells, as where rows were put under each other for overlapping
        groups. Records of several years of a pupil are not the same.

    Raises
    ------
    InputError
        The lengths differ, or there is no level.
    """

    __slots__ = ("cells", "marks", "repeated", "units")

    def __init__(
        self,
        *,
        units: Mapping[str, Hashes],
        cells: npt.NDArray[np.int32],
        marks: npt.NDArray[np.uint32] | None = None,
        repeated: bool = False,
    ) -> None:
        shapes = {array.shape for array in units.values()} | ({marks.shape} if marks is not None else set())
        if shapes != {cells.shape} or cells.ndim != 1:
            raise InputError(
                "Members need one unit per level and one cell per record.",
                remedy="build them with output_checks.measuring",
            )
        self.units = dict(units)
        self.cells = cells
        self.marks = marks
        self.repeated = repeated

    @property
    def finest(self) -> Hashes:
        """Per record, its finest unit."""
        return next(iter(self.units.values()))

    def within(self, chosen: npt.NDArray[np.bool_]) -> "Members":
        """Those of some of the cells, which are numbered anew."""
        kept = chosen[self.cells]
        renumbered = (np.cumsum(chosen) - 1).astype(np.int32)
        return Members(
            units={level: hashes[kept] for level, hashes in self.units.items()},
            cells=renumbered[self.cells[kept]],
            marks=None if self.marks is None else self.marks[kept],
            repeated=self.repeated,
        )

    def __len__(self) -> int:
        return len(self.cells)
