"""A pandas call taken apart: what pandas gave, and which statistic of which records each of its numbers is."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from output_checks.asked.keys import Key
from output_checks.asked.names import Aggregate
from output_checks.errors import InputError
from output_checks.measuring.pairs import Codes
from output_checks.model.evidence import Cell, Flags, Floats

PANDAS: Any = pd
"""Pandas, called with whatever a researcher gives: its own checks say whether it can."""
Result: TypeAlias = "pd.DataFrame | pd.Series[Any]"
Kept: TypeAlias = tuple[bool, ...]
"""Per variable of a table: does it divide these cells, or are they summed over it?"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbers:
    """Numbers of a result that are one statistic of one variable; `rows` and `columns` say where they stand."""

    value: Hashable
    """Name of the variable; None where records are counted."""
    aggregate: Aggregate
    rows: Codes = field(repr=False)
    columns: Codes = field(repr=False)
    cells: tuple[Cell, ...] = field(repr=False)
    """One per number, over all variables of the table; None where it is summed over one."""
    found: Floats = field(repr=False)

    def of(self, kept: Kept) -> "Numbers":
        """Those of one kind of margin."""
        chosen = np.array([tuple(part is not None for part in cell) == kept for cell in self.cells], dtype=bool)
        return Numbers(
            value=self.value,
            aggregate=self.aggregate,
            rows=self.rows[chosen],
            columns=self.columns[chosen],
            cells=tuple(cell for cell, flag in zip(self.cells, chosen, strict=True) if flag),
            found=self.found[chosen],
        )

    @property
    def kinds(self) -> tuple[Kept, ...]:
        """The kinds of margins among them, the innermost cells first."""
        return tuple(sorted({tuple(part is not None for part in cell) for cell in self.cells}, reverse=True))


@dataclass(frozen=True, kw_only=True, eq=False)
class Call:
    """One call of pandas, ready to be measured. Records are numbered from 0, in all of its parts alike."""

    data: pd.DataFrame = field(repr=False)
    """The records, with the unit keys in columns or in the index."""
    keys: tuple[Key, ...]
    across: int = 0
    """How many of the keys, the last ones, divide the columns of the result."""
    values: Mapping[Hashable, "pd.Series[Any]"] = field(repr=False)
    numbers: tuple[Numbers, ...]
    recounted: "Callable[[], Sequence[Numbers]] | None" = field(default=None, repr=False)
    """Asks pandas for the numbers of records with a value in the same cells, where it is in doubt which it counts."""
    result: Result = field(repr=False)
    """What pandas gives."""
    dropna: bool = True
    """Whether pandas leaves out records without a category."""
    certain: bool = False
    """Whether `dropna` means what it says, whatever the version of pandas."""
    complete: Flags = field(repr=False)
    """Records that pandas keeps for the margins of a table: nothing that it looks at is missing."""
    fills: tuple[float, ...] = ()
    """Numbers that pandas puts where there is nothing."""
    implied: tuple[Kept, ...] = ()
    """Margins that the result gives away though it does not print them, such as the denominators of shares."""
    questions: tuple[str, ...] = ()
    flat: "pd.DataFrame | None" = field(default=None, repr=False)
    """What pandas gives where categories are to be columns of the result, not its index."""


@contextmanager
def asking_pandas(what: str) -> Iterator[None]:
    """Pandas may name values in its errors; ours do not.

    Raises
    ------
    InputError
        Pandas cannot do it.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever pandas raises
        raise InputError(
            f"pandas cannot make this table ({type(error).__name__}).", remedy=f"{what} on a few columns shows why"
        ) from None


def nobody_left() -> InputError:
    """What to raise where no record has all of the categories that pandas asks for."""
    return InputError("There are no records to tabulate.", remedy="look at the selection that made this data")


def plain_numbers(found: Any) -> Floats:  # noqa: ANN401 - a column of any kind
    """A column of a result as numbers; NaN where there is none.

    Raises
    ------
    InputError
        It holds texts, lists or dates: something else than one number a group.
    """
    column: pd.Series[Any] = pd.Series(found)
    if column.dtype == object and column.map(_is_number_or_missing).all():
        column = column.astype(float)
    if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        raise InputError(
            "A table needs one number for each group; this gives something else.",
            remedy='a statistic such as "mean", of columns that hold numbers',
        )
    numbers: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    return numbers


def _is_number_or_missing(item: Any) -> bool:  # noqa: ANN401 - whatever stands in a column
    if not pd.api.types.is_scalar(item):
        return False
    return bool(pd.isna(item)) or isinstance(item, bool | np.bool_) or pd.api.types.is_number(item)


def known_everywhere(columns: Sequence["pd.Series[Any]"], n_records: int) -> Flags:
    """Records in which none of the columns is missing."""
    known = np.ones(n_records, dtype=bool)
    for column in columns:
        known &= column.notna().to_numpy(dtype=bool)
    return known
