"""What a researcher gets back from a pandas call: what pandas gave, without the numbers that may not leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from output_checks.asked.call import PANDAS, Call, Result
from output_checks.asked.evidence import Part
from output_checks.asked.keys import Key
from output_checks.errors import InputError
from output_checks.model.evidence import Flags, Tabulation
from output_checks.model.finding import Outcome, most_cautious
from output_checks.registered import Registered
from output_checks.workflow.mending import Mendings

_MOST_ROWS, _MOST_COLUMNS = 60, 20
"""Of what a notebook draws, whatever the options of pandas are."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer:
    """A pandas call that was registered: its result, and the tables that leave, each with its verdict.

    A call with several variables is a table for each, as every variable has its own missing values and so its own n.
    """

    tables: tuple[Registered, ...]
    """What leaves, one output for each variable."""
    _call: Call = field(repr=False)
    _parts: tuple[Part, ...] = field(repr=False)

    @property
    def result(self) -> Result:
        """What pandas gives; NaN instead of every number that fails a rule or is hidden.

        Where nothing is, it is what pandas gives to the last digit; with `round`, the rounded counts. It is for looking
        at: what leaves is `frame`.
        """
        flags = self._withheld()
        result, flat = self._call.result, self._call.flat
        if not flags.any() and not self._is_rounded:
            return (result if flat is None else flat).copy()
        result = _with_rounded(result, self._parts, self.tables) if self._is_rounded else result
        result = result.mask(flags if isinstance(result, pd.DataFrame) else flags[:, 0])
        result = _with_unlisted(result, self._call, self._parts, self.tables)
        if flat is None:
            return result
        table = (result.to_frame() if isinstance(result, pd.Series) else result).reset_index()
        return table.set_axis(flat.columns, axis=1)

    @property
    def frame(self) -> pd.DataFrame:
        """What would leave, one row per cell; NaN where suppressed.

        Raises
        ------
        InputError
            The call is of several variables; then there is a frame in each of `tables`.
        """
        if len(self.tables) > 1:
            raise InputError("There is a table for each variable.", remedy="[table.frame for table in answer.tables]")
        return self.tables[0].frame

    @property
    def outcome(self) -> Outcome:
        """The gravest verdict on its tables."""
        return most_cautious(table.outcome for table in self.tables)

    @property
    def reason(self) -> str:
        """The reasons of the tables that decide the verdict."""
        deciding = [table for table in self.tables if table.outcome is self.outcome]
        several = len(self.tables) > 1
        return " ".join(f"{table.output.name}: {table.reason}" if several else table.reason for table in deciding)

    @property
    def mendings(self) -> Mendings:
        """The smallest changes to the call that make all of its tables pass, each tried: `.found[0].call`."""
        search = next((table.search for table in self.tables if table.search is not None), None)
        return Mendings() if search is None else search.run()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.tables))

    def _repr_html_(self) -> str:
        shown = self.result
        frame = shown.to_frame() if isinstance(shown, pd.Series) else shown
        with pd.option_context("display.max_rows", _MOST_ROWS, "display.max_columns", _MOST_COLUMNS):
            given = PANDAS.DataFrame._repr_html_(frame) or ""
        last = len(self.tables) - 1
        # Mendings are those of the call, so one table shows them: the first that does not pass.
        advising = next((at for at, table in enumerate(self.tables) if table.search is not None), last)
        return "".join(
            table.html(advise=at == advising, given=given if at == last else "") for at, table in enumerate(self.tables)
        )

    @property
    def _is_rounded(self) -> bool:
        return any(item.rounded_to != 1 for table in self.tables for item in table.output.tabulations)

    def _withheld(self) -> Flags:
        """Which numbers of the result fail a rule, or are hidden to protect others."""
        result = self._call.result
        flags = np.zeros((len(result), result.shape[1] if isinstance(result, pd.DataFrame) else 1), dtype=bool)
        for part, table in zip(self._parts, self.tables, strict=True):
            cells = withheld_cells(table)
            shown = (part.rows >= 0) & (part.columns >= 0)
            withheld = (part.places >= 0) & cells[part.places]
            withheld |= (part.totals >= 0) & cells[part.totals]  # a share and its count tell the total
            withheld = shown & (cells.all() | withheld)
            flags[part.rows[withheld], part.columns[withheld]] = True
        return flags


def withheld_cells(table: Registered) -> Flags:
    """Cells of a registered table that are hidden or fail; all of them where the table fails as a whole."""
    first: Tabulation = table.output.tabulations[0]
    withheld = first.hidden
    for finding in table.report.findings:
        if finding.outcome is Outcome.FAIL:
            withheld[list(finding.cells) if finding.cells else slice(None)] = True
    return withheld


def _with_rounded(result: Result, parts: Sequence[Part], tables: Sequence[Registered]) -> Result:
    """The result with counts as they leave; what pandas has for a cell that nobody is in stays."""
    frame = result.to_frame() if isinstance(result, pd.Series) else result
    numbers = frame.to_numpy(dtype=float, na_value=np.nan).copy()
    for part, table in zip(parts, tables, strict=True):
        published = table.output.tabulations[0].published
        shown = (part.rows >= 0) & (part.columns >= 0) & (part.places >= 0)
        numbers[part.rows[shown], part.columns[shown]] = published[part.places[shown]]
    made = pd.DataFrame(numbers, index=frame.index, columns=frame.columns)
    whole = made if made.isna().to_numpy().any() else made.astype(np.int64)
    return pd.Series(whole.iloc[:, 0], name=result.name) if isinstance(result, pd.Series) else whole


def _with_unlisted(result: Result, call: Call, parts: Sequence[Part], tables: Sequence[Registered]) -> Result:
    """The result with hidden combinations that pandas leaves out because nobody is in them: else it would tell so."""
    missing: dict[tuple[object, ...], None] = {}
    for part, table in zip(parts, tables, strict=True):
        first = table.output.tabulations[0]
        listed = set(part.places.tolist())
        for place in np.flatnonzero(first.hidden):
            if int(place) not in listed and None not in first.cells[place] and all(part.kept):
                cell = first.cells[place]
                missing[tuple(key.original(str(text)) for key, text in zip(call.keys, cell, strict=True))] = None
    if not missing:
        return result
    down = len(call.keys) - call.across
    result = result.reindex(_extended(result.index, [cell[:down] for cell in missing], call.keys[:down]))
    if call.across and isinstance(result, pd.DataFrame):
        prefixes = dict.fromkeys(_tuple(label)[: result.columns.nlevels - call.across] for label in result.columns)
        labels = [(*prefix, *cell[down:]) for prefix in prefixes for cell in missing]
        result = result.reindex(columns=_extended(result.columns, labels, call.keys[down:]))
    return result


def _extended(index: "pd.Index[Any]", labels: Sequence[tuple[object, ...]], keys: Sequence[Key]) -> "pd.Index[Any]":
    """An index with these labels as well, at the end."""
    known = {_named(_tuple(label), keys) for label in index}
    new = {_named(label, keys): label for label in labels if _named(label, keys) not in known}
    if not new:
        return index
    if index.nlevels == 1:
        return pd.Index([*index, *(label[0] for label in new.values())], name=index.name)
    return pd.MultiIndex.from_tuples([*index, *new.values()], names=index.names)


def _named(label: tuple[object, ...], keys: Sequence[Key]) -> tuple[object, ...]:
    """A label with its categories as text, so that a missing one is equal to itself."""
    front = len(label) - len(keys)
    return (*label[:front], *(key.text(part) for key, part in zip(keys, label[front:], strict=True)))


def _tuple(label: object) -> tuple[object, ...]:
    return label if isinstance(label, tuple) else (label,)
