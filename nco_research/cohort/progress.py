"""How pupils fare over the years: who stays, who repeats a grade, changes school, or takes another group's test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nco_research.cohort.cohort import Cohort
from nco_research.cohort.flow import Rounded
from nco_research.cohort.years import Integers, Years
from nco_research.columns import as_list, numbers

_TEST = r"^\s*[A-Za-z][A-Za-z ]*(\d)\s*$"
"""A test's level ends in the group that it was made for: `M7`, or as its label says it, `Midden groep 7`."""
LOWER, REPEATED, MOVED_UP, SKIPPED = "lower", "repeated", "moved up", "skipped"
SAME, CHANGED, WITHIN_BOARD, OTHER_BOARD = "same school", "changed", "within the board", "to another board"


@dataclass(frozen=True, kw_only=True, repr=False)
class Progress:
    """What was found. For inside: the summary holds small numbers, and nobody has judged it.

    Prints as a table of years with numbers rounded to ten, which is for inside too.
    """

    columns: pd.DataFrame
    """One row per row of `cohort.waves`, in its order and with its index: `cohort.waves.join(progress.columns)`."""
    summary: pd.DataFrame
    """One row per year, indexed by it; numbers of pupils."""
    notes: tuple[str, ...] = ()
    """What could not be told, and why."""

    def __str__(self) -> str:
        rounded = self.summary.map(lambda number: str(Rounded.of(int(number))))
        return "\n".join(["Pupils by year, rounded to ten", rounded.to_string(), *self.notes])

    __repr__ = __str__


def retention(cohort: Cohort) -> Progress:
    """Per year: pupils in the cohort, present, entered, left, returned, and lost for good.

    A pupil is present in the years in which the first register followed has a row. `left` were present in the year
    before in the data and are not now; `returned` are present again after years in which they were not; `entered` are
    present for the first time; `lost for good` are those of `left` who do not return in the data. Pupils who go on
    under another number (RINPERSOONS S, later R) seem lost: the notes say how many may. Present = present before −
    left + returned + entered. Years that nobody has a row in are not in the data: they are named in the notes
    and skipped.

    Columns: `entered`, `returned`, `leaves` (not present in the next year in the data; missing in the last).
    """
    years = Years.of(cohort)
    present = years.grid()
    seen = np.maximum.accumulate(present, axis=1)
    later = np.maximum.accumulate(present[:, ::-1], axis=1)[:, ::-1]
    before = np.column_stack([np.zeros(len(present), dtype=bool), present[:, :-1]])
    seen_before = np.column_stack([np.zeros(len(present), dtype=bool), seen[:, :-1]])
    left = before & ~present
    entered, returned = present & ~seen_before, present & seen_before & ~before
    summary = years.table(
        {
            "in the cohort": np.full(present.shape[1], years.n_pupils),
            "present": present.sum(axis=0),
            "entered": entered.sum(axis=0),
            "left": left.sum(axis=0),
            "returned": returned.sum(axis=0),
            "lost for good": (left & ~later).sum(axis=0),
        }
    )
    leaves = pd.array(years.pick(np.column_stack([left[:, 1:], np.zeros(len(present), dtype=bool)])), dtype="boolean")
    leaves[years.last] = pd.NA
    columns = pd.DataFrame({"entered": years.pick(entered), "returned": years.pick(returned), "leaves": leaves})
    notes = (*years.absent_notes, *(f"{note}." for note in years.early_notes))
    return Progress(columns=columns, summary=summary, notes=notes)


def repetition(cohort: Cohort, *, grade: str) -> Progress:
    """Per pupil and year, the grade compared with that of the year before: lower, repeated, moved up or skipped.

    Only a row in the year just before tells. A pupil's first year, a year after a gap (of the pupil or of the data) and
    a missing grade are `not known`: in the same grade two years later is no repetition of one year.

    Columns: `grade_before`, `grade_step` (an ordered category, missing where not known).

    Raises
    ------
    InputError
        There is no such column, or it does not hold numbers.
    """
    years = Years.of(cohort, columns=[grade])
    now = numbers(years.frame, grade)
    before = years.before(now)
    change = now - before
    kinds = [LOWER, REPEATED, MOVED_UP, SKIPPED]
    with np.errstate(invalid="ignore"):
        found = np.select([change < 0, change == 0, (change > 0) & (change <= 1), change > 1], [0, 1, 2, 3], default=-1)
    return Progress(
        columns=pd.DataFrame({"grade_before": before, "grade_step": _category(found, kinds, ordered=True)}),
        summary=years.counted(found, kinds),
        notes=(*years.absent_notes, *years.gap_notes),
    )


def school_changes(cohort: Cohort, *, school: str | Sequence[str], board: str = "") -> Progress:
    """Per pupil and year, whether the school is that of the year before; with `board`, whether the board is.

    Only a row in the year just before tells, and only where the school, and after a change the board, are known in
    both years. Columns: `school_change`, a category, missing where not known.

    Raises
    ------
    InputError
        There is no such column.
    """
    schools = as_list(school)
    years = Years.of(cohort, columns=[*schools, *([board] if board else [])])
    same = _same(years, schools)
    kinds = [SAME, WITHIN_BOARD, OTHER_BOARD] if board else [SAME, CHANGED]
    if board:
        same_board = _same(years, [board])
        found = np.select([same == 1, (same == 0) & (same_board == 1), (same == 0) & (same_board == 0)], [0, 1, 2], -1)
    else:
        found = np.select([same == 1, same == 0], [0, 1], default=-1)
    return Progress(
        columns=pd.DataFrame({"school_change": _category(found, kinds)}),
        summary=years.counted(found, kinds),
        notes=(*years.absent_notes, *years.gap_notes),
    )


def off_level(cohort: Cohort, *, level: str = "LVSTOETS", grade: str = "LVSLEERJAAR") -> Progress:
    """Per pupil and year, the group that the test was made for, less the group that the pupil is in.

    A test's level is a letter and a group, or the label of that: M7 is `Midden groep 7`. An M7 taken by a pupil in
    group 8 is below level, −1. Columns: `test_group`, `off_level` (in groups, 0 on level; missing where not known).

    Raises
    ------
    InputError
        There is no such column, or the grade does not hold numbers.
    """
    years = Years.of(cohort, columns=[level, grade])
    # Matched on the few levels that there are, not on each row.
    texts = years.frame[level].astype("category")
    groups = texts.cat.categories.astype(str).str.extract(_TEST, expand=False)
    known = np.append(pd.to_numeric(pd.Series(groups), errors="coerce").to_numpy(dtype=float), np.nan)
    made_for = known[texts.cat.codes.to_numpy()]
    distance = made_for - numbers(years.frame, grade)
    kinds = ["below level", "on level", "above level"]
    with np.errstate(invalid="ignore"):
        found = np.select([distance < 0, distance == 0, distance > 0], [0, 1, 2], default=-1)
    return Progress(
        columns=pd.DataFrame({"test_group": made_for, "off_level": distance}),
        summary=years.counted(found, kinds),
        notes=years.absent_notes,
    )


def _category(found: Integers, kinds: Sequence[str], *, ordered: bool = False) -> "pd.Categorical[Any]":
    """Kinds by number; -1 is missing."""
    return pd.Categorical.from_codes(found, dtype=pd.CategoricalDtype(list(kinds), ordered=ordered))


def _same(years: Years, columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """1 where all columns are those of the year before, 0 where one is not, NaN where that cannot be told."""
    codes = [_codes(years.frame[name]) for name in columns]
    befores = [years.before(code) for code in codes]
    same = np.all([code == before for code, before in zip(codes, befores, strict=True)], axis=0)
    unknown = np.any([np.isnan(code) | np.isnan(before) for code, before in zip(codes, befores, strict=True)], axis=0)
    return np.where(unknown, np.nan, same.astype(float))


def _codes(column: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    codes, _ = pd.factorize(column)
    return np.where(codes < 0, np.nan, codes.astype(float))
