"""Measure what a pandas call counted: tabulations that give the same numbers, each with the cell that it stands in.

Which records stand behind a number is worked out from the arguments of the call, and believed only where the tabulation
of those records has all the numbers that pandas gives.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from output_checks.asked.call import Call, Kept, Numbers
from output_checks.asked.places import cells_of_kind, places_of, totals_of, unknown_statistic, within
from output_checks.asked.populations import candidates, described
from output_checks.asked.records import Records, with_cells
from output_checks.errors import InputError
from output_checks.measuring.pairs import Codes
from output_checks.model.evidence import Cell, Flags, Floats, Tabulation
from output_checks.model.statistic import Statistic

_RELATIVE, _ABSOLUTE = 1e-7, 1e-9
_SINGLE = 1e3
"""How much further apart numbers in single precision may be."""
_REMEDY = "release.table(...), or a call without missing values in these columns (data.dropna(subset=[...]))"


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One table of a call: tabulations over the same cells and records, and where each cell stands in the result."""

    value: Hashable
    """The variable; None where records are counted."""
    asked: tuple[str, ...]
    """Names of its statistics, as pandas calls them."""
    kept: Kept
    tabulations: tuple[Tabulation, ...]
    rows: Codes = field(repr=False)
    columns: Codes = field(repr=False)
    places: Codes = field(repr=False)
    """Per number in the result, the cell it is of; -1 for one that no record can be in."""
    totals: Codes = field(repr=False)
    """Per number in the result, the cell of the total that it is a share of; -1 where it is none."""
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True, eq=False)
class _Group:
    """Cells of the same records, to become a part."""

    chosen: Flags
    kept: Kept
    kinds: list[Kept]
    tabulations: tuple[Tabulation, ...]
    notes: tuple[str, ...]


def measure(records: Records, *, decimals: int, population: str) -> tuple[Part, ...]:
    """The parts of a call: one for each variable, and more where pandas counts its totals over other records.

    Raises
    ------
    InputError
        A number of pandas is not that of any records the toolkit knows of, so it cannot be said what is behind it.
    """
    parts: list[Part] = []
    for numbers in _by_variable(records.call.numbers):
        parts += _Measuring(records=records, numbers=numbers, decimals=decimals, population=population).parts()
    return tuple(parts)


def _by_variable(numbers: Sequence[Numbers]) -> Iterator[list[Numbers]]:
    """Numbers to be measured together: the statistics of one variable. What is unknown is a table of its own."""
    known: dict[Hashable, list[Numbers]] = {}
    unknown = []
    for item in numbers:
        if item.aggregate.known:
            known.setdefault(None if item.aggregate.of_records else item.value, []).append(item)
        else:
            unknown.append([item])
    yield from known.values()
    yield from unknown


@dataclass(frozen=True, kw_only=True, eq=False)
class _Measuring:
    """The numbers of one variable, looked for among the records that pandas may have counted."""

    records: Records
    numbers: Sequence[Numbers]
    decimals: int
    population: str

    @property
    def call(self) -> Call:
        return self.records.call

    @property
    def value(self) -> Hashable:
        """The variable; None where records are counted, with or without a value."""
        first = self.numbers[0]
        return None if first.aggregate.of_records else first.value

    def parts(self) -> Iterator[Part]:
        groups: list[_Group] = []
        every = (True,) * len(self.call.keys)
        kinds = dict.fromkeys([every, *(kind for item in self.numbers for kind in item.kinds)])
        for kind in sorted(kinds, key=sum, reverse=True):
            for group in groups:
                notes = self._notes_where_it_joins(group, kind)
                if notes is not None:
                    group.kinds.append(kind)
                    group.notes = tuple(dict.fromkeys([*group.notes, *notes]))
                    break
            else:
                groups.append(self._found(kind))
        groups[0].kinds += [kind for kind in self.call.implied if kind not in groups[0].kinds]
        for group in groups:
            yield self._part(group)

    def _notes_where_it_joins(self, group: _Group, kind: Kept) -> tuple[str, ...] | None:
        """Notes on how cells of one kind are those of the records of a group; None where they are not."""
        if not within(kind, group.kept):
            return None
        doubtful = len(list(candidates(self.call, kind))) > 1
        return self._matches(group.tabulations, group.kept, kind, doubtful=doubtful)

    def _found(self, kind: Kept) -> _Group:
        """The records behind one kind of cells.

        Raises
        ------
        InputError
            No records give these numbers.
        """
        possible = list(candidates(self.call, kind))
        for chosen in possible:
            tabulations = self._tabulated(chosen, kind)
            notes = self._matches(tabulations, kind, kind, doubtful=len(possible) > 1)
            if notes is not None:
                return _Group(chosen=chosen, kept=kind, kinds=[kind], tabulations=tabulations, notes=notes)
        names = ", ".join(dict.fromkeys(item.aggregate.asked for item in self.numbers))
        where = "its totals" if not all(kind) else "its cells"
        raise InputError(f"It cannot be told which records pandas counted in {where} ({names}).", remedy=_REMEDY)

    @cached_property
    def _recounted(self) -> Mapping[Cell, float]:
        """Per cell, the records with a value that pandas says it counts: other statistics can be alike by chance."""
        found: dict[Cell, float] = {}
        for item in self.call.recounted() if self.call.recounted is not None else ():
            if item.value == self.numbers[0].value:
                found |= dict(zip(item.cells, np.nan_to_num(item.found).tolist(), strict=True))
        return found

    def _counted_alike(self, count: Tabulation, kept: Kept, kind: Kept) -> bool:
        """Whether a tabulation counts what pandas counts, in each cell of one kind that has a number."""
        if self.value is None or any(item.aggregate.statistic is Statistic.COUNT for item in self.numbers):
            return True  # a count is held against that of pandas itself
        for numbers in (item.of(kind) for item in self.numbers):
            places = places_of(numbers, count, kept)
            counted = np.where(places >= 0, count.values[places], 0.0)
            if counted.tolist() != [self._recounted.get(cell, 0.0) for cell in numbers.cells]:
                return False
        return True

    def _tabulated(self, chosen: Flags, kept: Kept) -> tuple[Tabulation, ...]:
        statistics = [item.aggregate.statistic for item in self.numbers if item.aggregate.known]
        return self.records.tabulated(
            self.value,
            statistics=list(dict.fromkeys(statistics)),
            chosen=chosen,
            kept=kept,
            margins=any(item.kinds[1:] for item in self.numbers) or bool(self.call.implied),
            decimals=self.decimals,
            population=described(self.population, self.call, chosen, kept),
        )

    def _matches(
        self, tabulations: Sequence[Tabulation], kept: Kept, kind: Kept, *, doubtful: bool
    ) -> tuple[str, ...] | None:
        """Whether these tabulations have the numbers of pandas in this kind of cells; notes on how, or None."""
        if doubtful and not self._counted_alike(tabulations[0], kept, kind):
            return None
        notes: list[str] = []
        count = tabulations[0].values
        unlisted = cells_of_kind(tabulations[0], kept, kind)
        told = np.zeros(len(count), dtype=bool)
        for item in self.numbers:
            numbers = item.of(kind)
            places = places_of(numbers, tabulations[0], kept)
            unlisted[places[places >= 0]] = False
            if not item.aggregate.known or not len(numbers.found):
                continue
            measured = next(one for one in tabulations if one.statistic is item.aggregate.statistic).values
            told |= np.nan_to_num(measured) != 0
            shown = item.aggregate.shown(measured, count)
            note = next((words for values, words in shown if self._same(numbers, places, values)), None)
            if note is None:
                return None
            notes += [note] if note else []
        # What pandas does not list in any statistic must not be there to be told.
        return None if (unlisted & told).any() else tuple(dict.fromkeys(notes))

    def _same(self, numbers: Numbers, places: Codes, measured: Floats) -> bool:
        column = None if self.value is None else self.call.values[self.value]
        expected = np.where(places >= 0, measured[places], np.nan)
        found = numbers.found
        scale, coarse = float(np.nanmax(np.abs(measured), initial=0.0, where=~np.isnan(measured))), 1.0
        if column is not None and numbers.aggregate.statistic is not Statistic.COUNT:
            values = column.to_numpy(dtype=float, na_value=np.nan)
            scale = max(scale, float(np.nanmax(np.abs(values), initial=0.0)))
            coarse = _SINGLE if getattr(column.dtype, "itemsize", 8) < 8 and column.dtype.kind in "fc" else 1.0
        nothing = np.isnan(expected) | ((expected == 0) & (numbers.aggregate.statistic is Statistic.COUNT))
        empty = np.isnan(found) | (found == 0) | np.isin(found, self.call.fills)
        same = np.isclose(found, expected, rtol=coarse * _RELATIVE, atol=coarse * _ABSOLUTE * scale)
        return bool(np.where(nothing, empty | same, same).all())

    def _part(self, group: _Group) -> Part:
        wanted = np.zeros(len(group.tabulations[0].cells), dtype=bool)
        for kind in group.kinds:
            wanted |= cells_of_kind(group.tabulations[0], group.kept, kind)
        tabulations = tuple(with_cells(item, wanted) for item in group.tabulations)
        chosen = [item.of(kind) for item in self.numbers for kind in group.kinds]
        places = [places_of(numbers, tabulations[0], group.kept) for numbers in chosen]
        unknown = [item for item in self.numbers if not item.aggregate.known]
        if unknown:
            tabulations = (
                tabulations[0],
                unknown_statistic(tabulations[0], chosen, places, value=str(unknown[0].value)),
            )
        return Part(
            value=self.value,
            asked=tuple(dict.fromkeys(item.aggregate.asked for item in self.numbers)),
            kept=group.kept,
            tabulations=tabulations,
            rows=np.concatenate([numbers.rows for numbers in chosen]),
            columns=np.concatenate([numbers.columns for numbers in chosen]),
            places=np.concatenate(places),
            totals=np.concatenate([totals_of(numbers, tabulations[0], self.call.implied) for numbers in chosen]),
            notes=group.notes,
        )
