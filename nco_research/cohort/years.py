"""The pupils' years as arrays, for comparing each with the year before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.cohort.cohort import Cohort
from nco_research.cohort.reading import waves_with_rows
from nco_research.cohort.renumbering import early_numbers
from nco_research.cohort.state import names
from output_checks.errors import InputError

NOT_KNOWN = "not known"
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Years:
    """One place per row of `cohort.waves`, in its order: by pupil, then by year."""

    frame: pd.DataFrame
    """The columns asked for."""
    pupil: Integers
    """Which pupil, counted from 0."""
    year: Integers
    name: str
    n_pupils: int
    in_data: Integers
    """Years in which at least one pupil has a row, in order."""
    early_notes: tuple[str, ...]
    """What to say of pupils who may go on under another number."""
    absent: Integers
    """Years between the first and the last, or asked for, in which nobody has one."""

    @classmethod
    def of(cls, cohort: Cohort, *, columns: Sequence[str] = ()) -> "Years":
        """The rows of a cohort that is followed over years.

        Raises
        ------
        InputError
            It is not followed, or there is no such column.
        """
        node = cohort._node  # of this package: nobody else needs pupils by number
        if node.schema.waves is None:
            raise InputError("The pupils are not followed over years.", remedy="cohort.follow(...)")
        name, state = node.state.year, node.state
        state.schema.expect(columns, waves=True)
        listed = list(dict.fromkeys([name, *columns]))
        frame, rows = waves_with_rows(node.session, state, columns=listed, step="progress")
        if frame.empty:
            raise InputError("No pupil has a row in any of the years.", remedy="look at cohort.flow")
        year = frame[name].to_numpy(dtype=np.int64)
        _, pupil = np.unique(rows, return_inverse=True)
        in_data = np.unique(year)
        wanted = np.union1d(np.asarray(state.years, dtype=np.int64), np.arange(in_data[0], in_data[-1] + 1))
        return cls(
            frame=frame,
            pupil=pupil.astype(np.int64),
            year=year,
            name=name,
            n_pupils=len(cohort),
            in_data=in_data,
            early_notes=early_numbers(node.session, state, step="progress"),
            absent=np.setdiff1d(wanted, in_data),
        )

    def before(self, values: Floats) -> Floats:
        """Each pupil's value in the year just before; NaN where there is no row of it."""
        follows = (np.diff(self.pupil) == 0) & (np.diff(self.year) == 1)
        return np.concatenate([[np.nan], np.where(follows, values[:-1], np.nan)])

    @property
    def place(self) -> Integers:
        """Which of the years in the data each row is of."""
        return np.searchsorted(self.in_data, self.year)

    @property
    def last(self) -> Flags:
        """The rows of the last year in the data."""
        flags: Flags = self.year == self.in_data[-1]
        return flags

    def grid(self) -> Flags:
        """Pupils with a row × years in the data: whether they have one."""
        present = np.zeros((int(self.pupil.max()) + 1, len(self.in_data)), dtype=bool)
        present[self.pupil, self.place] = True
        return present

    def pick(self, grid: Flags) -> Flags:
        """The value of a grid for each row."""
        picked: Flags = grid[self.pupil, self.place]
        return picked

    def table(self, columns: Mapping[str, Integers]) -> pd.DataFrame:
        """One row per year in the data."""
        return pd.DataFrame(dict(columns), index=pd.Index(self.in_data, name=self.name))

    def counted(self, found: Integers, kinds: Sequence[str]) -> pd.DataFrame:
        """Per year, the rows of each kind; -1 is not known."""
        columns = {kind: self._count(found == code) for code, kind in enumerate(kinds)}
        everyone = np.ones(len(found), dtype=bool)
        return self.table({"present": self._count(everyone), **columns, NOT_KNOWN: self._count(found < 0)})

    def _count(self, chosen: Flags) -> Integers:
        return np.bincount(self.place[chosen], minlength=len(self.in_data)).astype(np.int64)

    @property
    def absent_notes(self) -> tuple[str, ...]:
        """What to say of years that are not in the data."""
        if not len(self.absent):
            return ()
        listed = names([str(year) for year in self.absent])
        return (f"Nobody has a row in {listed}: that is missing data, and says nothing of any pupil.",)

    @property
    def gap_notes(self) -> tuple[str, ...]:
        """What to say of pupils with years between others in which they have no row."""
        gaps = (np.diff(self.pupil) == 0) & (np.diff(self.year) > 1)
        if not gaps.any():
            return ()
        return ("Some pupils have no row in a year between others; the year after such a gap is not known.",)
