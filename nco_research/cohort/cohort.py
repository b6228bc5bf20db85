"""A cohort: which pupils, and who was lost at which step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nco_research.cohort.flow import Flow, Step
from nco_research.columns import as_list, expect_columns
from output_checks.errors import InputError

_ROW = "(row)"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Cohort:
    """Pupils, one row each, and how they were selected. Every step returns a new cohort.

    >>> cohort = Cohort.starting("enrolled in grade 8", enrolments, key=["RINPERSOONS", "RINPERSOON"])
    >>> cohort = cohort.link("with a test", tests, on=["RINPERSOONS", "RINPERSOON"])
    >>> cohort = cohort.where("not repeating", lambda pupils: pupils["repeated_grade"] == "0")
    """

    key: tuple[str, ...]
    _frame: pd.DataFrame
    flow: Flow

    @classmethod
    def starting(cls, label: str, frame: pd.DataFrame, *, key: str | Sequence[str]) -> "Cohort":
        """Start with one row per pupil.

        Raises
        ------
        InputError
            A key column is absent or has missing keys, keys occur more than once, or there are no rows.
        """
        keys = as_list(key)
        if not keys:
            raise InputError("A cohort needs a key.", remedy='key=["RINPERSOONS", "RINPERSOON"]')
        expect_columns(frame, keys)
        missing = int(frame[keys].isna().any(axis=1).sum())
        if missing:
            raise InputError(
                f"{missing} rows have no {' and '.join(keys)}.", remedy="leave those rows out before starting"
            )
        repeated = int(frame.duplicated(keys, keep=False).sum())
        if repeated:
            raise InputError(
                f"{repeated} rows share their {' and '.join(keys)} with another row; a cohort has one row per pupil.",
                remedy="choose one row per pupil first, or give the key all its columns",
            )
        return cls._after(frame.reset_index(drop=True), key=tuple(keys), flow=Flow(), label=label)

    @property
    def frame(self) -> pd.DataFrame:
        """The pupils as a frame of your own; changing it does not change the cohort."""
        return self._frame.copy()

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"Cohort of {len(self):,} pupils\n{self.flow}"

    def where(self, label: str, mask: "pd.Series[Any] | Callable[[pd.DataFrame], pd.Series[Any]]") -> "Cohort":
        """Keep the pupils for whom `mask` is true. A missing value counts as not true.

        Raises
        ------
        InputError
            The mask is not true or false for each pupil, or keeps nobody.
        """
        chosen = mask(self.frame) if callable(mask) else mask
        if not isinstance(chosen, pd.Series) or not chosen.index.equals(self._frame.index):
            raise InputError(
                f"The condition of {label!r} does not have one answer per pupil of the cohort.",
                remedy='lambda pupils: pupils["grade"] == 8',
            )
        if not pd.api.types.is_bool_dtype(chosen.dropna().infer_objects()) and len(chosen.dropna()):
            raise InputError(
                f"The condition of {label!r} is not true or false.", remedy='lambda pupils: pupils["grade"] == 8'
            )
        kept = chosen.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        return self._after(self._frame[kept].reset_index(drop=True), key=self.key, flow=self.flow, label=label)

    def link(self, label: str, frame: pd.DataFrame, *, on: str | Sequence[str], required: bool = True) -> "Cohort":
        """Add the columns of another register, matched on the columns `on`.

        With `required`, pupils who are not in `frame` are lost at this step. Otherwise they stay, with missing values,
        and the flow says how many they are.

        Raises
        ------
        InputError
            A column is absent, `frame` has a key more than once, keys are not of one type, a column exists on both
            sides, or nobody is left.
        """
        keys = as_list(on)
        expect_columns(self._frame, keys, source="the cohort")
        expect_columns(frame, keys, source=f"the data of {label!r}")
        other = frame.dropna(subset=keys)
        _expect_linkable(self._frame, other, keys=keys, label=label)
        # Rows without a key would match one another; on the right they were dropped above.
        position = self._frame[keys].merge(other[keys].assign(**{_ROW: range(len(other))}), on=keys, how="left")[_ROW]
        linked = position.notna().to_numpy()
        merged = self._frame.merge(other, on=keys, how="left", validate="many_to_one")
        if required:
            merged = merged[linked].reset_index(drop=True)
        unlinked = 0 if required else int((~linked).sum())
        return self._after(merged, key=self.key, flow=self.flow, label=label, unlinked=unlinked)

    def with_columns(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> "Cohort":
        """The same pupils with other columns: derived, renamed or left out.

        Raises
        ------
        InputError
            `change` gives other pupils, or leaves out their key: that would be a step that the flow does not show.
        """
        frame = change(self.frame)
        keys = list(self.key)
        expect_columns(frame, keys, source="what with_columns was given")
        if len(frame) != len(self) or not (frame[keys].to_numpy() == self._frame[keys].to_numpy()).all():
            raise InputError("with_columns may not add, drop or reorder pupils.", remedy="where(...) for a selection")
        return type(self)(key=self.key, _frame=frame.reset_index(drop=True), flow=self.flow)

    @classmethod
    def _after(
        cls, frame: pd.DataFrame, *, key: tuple[str, ...], flow: Flow, label: str, unlinked: int = 0
    ) -> "Cohort":
        before = flow.steps[-1].kept if flow.steps else len(frame)
        if frame.empty:
            raise InputError(
                f"Nobody is left: all {before:,} pupils were lost at the step {label!r}.",
                remedy="compare the keys and codes on both sides of that step",
            )
        step = Step(label=label, kept=len(frame), lost=before - len(frame), unlinked=unlinked)
        return cls(key=key, _frame=frame, flow=Flow(steps=(*flow.steps, step)))


def _expect_linkable(left: pd.DataFrame, right: pd.DataFrame, *, keys: list[str], label: str) -> None:
    repeated = int(right.duplicated(keys, keep=False).sum())
    if repeated:
        raise InputError(
            f"{repeated} rows in the data of {label!r} share their {' and '.join(keys)}, so pupils would be doubled.",
            remedy="keep one row per key there, or link on more columns",
        )
    for key in keys:
        if pd.api.types.is_numeric_dtype(left[key]) != pd.api.types.is_numeric_dtype(right[key]):
            raise InputError(
                f"{key!r} is text on one side of {label!r} and a number on the other.",
                remedy="read keys as text, with open_microdata or dtype=str",
            )
    both = [str(name) for name in right.columns if name in left.columns and name not in keys]
    if both:
        raise InputError(
            f"{', '.join(map(repr, both))} is in the cohort already and in the data of {label!r} too.",
            remedy="leave it out or rename it on one side",
        )
