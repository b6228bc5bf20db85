"""The smallest change that really makes a table pass, found by trying it.

Every change is made to the data and the call, tabulated and judged as the researcher's own call would be, beside all
that is registered. So what is said to pass does pass. The search counts its tries and looks at no clock: the same
table gets the same answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.sources import Source
from output_checks.measuring.units import Units
from output_checks.model.evidence import Output, Tabulation
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport, most_cautious
from output_checks.model.policy import Policy
from output_checks.model.statistic import Statistic
from output_checks.rendering.csv import table_csv
from output_checks.rules import CELL_RULES
from output_checks.workflow.changes import Change, ChangeKind, Failing, Table, changes, cost, following
from output_checks.workflow.judge import judge
from output_checks.workflow.larger_merges import merge_more
from output_checks.workflow.tabling import TableRequest, in_their_places, readied

_MOST_SHOWN = 3
_MOST_TRIES = 40
_FEWEST_TRIES = 4
_WORK = 20_000_000
_WORK_OF_A_CELL = 400
_QUICK = 4_000_000
"""As much work for one try as can be done while a notebook shows the table."""
_MOST_CELLS_TO_HIDE = 500
_FIRST_OF_TWO = (ChangeKind.STATISTIC, ChangeKind.MARGINS, ChangeKind.VARIABLE)
"""Changes after which another one is tried, where no single one is enough."""
_OF_SHOWN_CELLS = frozenset(rule.code for rule in CELL_RULES if not rule.judges_hidden) | {"KND1"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """What a change is judged beside: all that is registered, in its order, its files, and what left before."""

    outputs: Sequence[Output]
    contents: Mapping[str, bytes]
    earlier: Sequence[Output] = ()

    def judged(self, outputs: Sequence[Output], contents: Mapping[str, bytes], policy: Policy) -> CheckReport:
        """The report on these outputs; `contents` are the files that are not registered."""
        return judge(outputs, {**self.contents, **contents}, policy, earlier=self.earlier)[1]


@dataclass(frozen=True, kw_only=True)
class Mending:
    """A change that was tried, and what came of it."""

    what: str
    """In a sentence, which names variables and categories and nothing else."""
    call: str
    """The call that does it; `data` is the frame that the table was made of."""
    kind: ChangeKind
    outcome: Outcome
    numbers: int
    """Published numbers that the table has less."""
    records: float = field(repr=False)
    """Records of which the table says less than before. For inside only."""
    tried: bool = True
    """False where it follows from the evidence alone; then the outcome is that of what nobody tried: review."""


@dataclass(frozen=True, kw_only=True)
class Mendings:
    """What mends a table: at most one change of each kind and at most three, the smallest loss first."""

    found: tuple[Mending, ...] = ()
    tries: int = 0
    remark: str = ""
    """Why nothing was found, or that the search was stopped; empty where there is nothing to say."""


def outcome_words(mending: Mending) -> str:
    """`tried: passes; 3 numbers fewer`. The records it costs are not told: they are counts behind cells."""
    if not mending.tried:
        return "not tried"
    verdict = "passes" if mending.outcome is Outcome.PASS else "does not fail, needs review"
    if mending.numbers <= 0:
        return f"tried: {verdict}; no number fewer"
    return f"tried: {verdict}; {mending.numbers} {'number' if mending.numbers == 1 else 'numbers'} fewer"


_AS_PANDAS = "In these calls data is a pandas frame with the columns that you gave."


class Search(Protocol):
    """What finds mendings, of whatever kind of output."""

    def for_display(self) -> Mendings:
        """What a notebook shows: the mendings, or that it takes long to find them."""

    def run(self) -> Mendings:
        """Search, the first time; the same answer after that."""


@dataclass(kw_only=True, eq=False)
class MendingSearch:
    """Tables of one call that do not all pass, with all it takes to try changes.

    It lets go of the data once it has searched.
    """

    request: TableRequest
    data: object
    outputs: tuple[Output, ...]
    """What the call makes: of `release.table` one table, of a pandas call one for each variable."""
    units: Units
    policy: Policy
    beside: Callable[[], Beside]
    """Reads what is registered when the search begins, in its order, these tables among it."""
    _result: Mendings | None = None

    def for_display(self) -> Mendings:
        """What a notebook shows: of a table that is too large to try changes at once, how to ask for them."""
        if self._result is None and _work(*self._size()) > _QUICK:
            return Mendings(remark="For a table of this size changes are tried when you ask for .mendings.")
        return self.run()

    def run(self) -> Mendings:
        """Search, the first time; the same answer after that."""
        if self._result is None:
            held, self.data = self.data, None
            if isinstance(held, pd.DataFrame):
                self._result = _search(self, held)
            else:
                found = _search(self, as_pandas(held, self.request, self.units))
                remark = " ".join(filter(None, [found.remark, _AS_PANDAS if found.found else ""]))
                self._result = replace(found, remark=remark)
        return self._result

    def _size(self) -> tuple[int, int]:
        """Records and cells that a try takes. A frame of another library is as large as its counts say."""
        counts = [item.tabulations[0] for item in self.outputs]
        inner = sum(float(np.nansum(count.values)) for count in counts)
        records = len(self.data) if isinstance(self.data, pd.DataFrame) else int(inner)
        return records, sum(len(count.cells) for count in counts)


def as_pandas(data: object, request: TableRequest, units: Units) -> pd.DataFrame:
    """The columns that the table is made of, as the measuring reads them."""
    names = [*request.by, request.value, request.second, request.weight, request.strata, request.clusters]
    names += [*(request.base or {}), *units.key_columns]
    return Source.of(data).read(list(dict.fromkeys(filter(None, names))))


def standing_in(registered: Beside, policy: Policy) -> AbstractSet[str]:
    """Names of the outputs that do not fail."""
    report = registered.judged(registered.outputs, {}, policy)
    return {one.output for one in report.outputs if one.outcome is not Outcome.FAIL}


def harms(report: CheckReport, standing: AbstractSet[str], *, apart_from: Sequence[str]) -> bool:
    """Whether another output fails that did not before: a change that gives it away mends nothing."""
    failing = {one.output for one in report.outputs if one.outcome is Outcome.FAIL}
    return bool(failing & standing - set(apart_from))


def most_tries(records: int, cells: int) -> int:
    """How many changes are tried: fewer for large data, as each try tabulates all of it."""
    return max(_FEWEST_TRIES, min(_MOST_TRIES, _WORK // _work(records, cells)))


def _work(records: int, cells: int) -> int:
    return records + _WORK_OF_A_CELL * cells


def _search(asked: MendingSearch, data: pd.DataFrame) -> Mendings:
    registered = asked.beside()
    trials = Trials(asked=asked, data=data, registered=registered, standing=standing_in(registered, asked.policy))
    trials.left = most_tries(len(data), sum(len(output.tabulations[0].cells) for output in asked.outputs))
    same = trials.make(asked.request, data)
    if not _are_alike(same, asked.outputs):
        return Mendings(remark="The data are no longer what the table was made of, so nothing was tried.")
    alone, outcome = trials.judge(same)
    if outcome is Outcome.PASS:
        return Mendings()
    goals = (Outcome.PASS, Outcome.REVIEW) if outcome is Outcome.FAIL else (Outcome.PASS,)
    found: list[Mending] = []
    for goal in goals:
        found = found or _mendings(trials, asked.request, same, alone, goal)
    return Mendings(found=tuple(found[:_MOST_SHOWN]), tries=trials.tries, remark=_remark(trials, found))


def _remark(trials: "Trials", found: Sequence[Mending]) -> str:
    """What to say where nothing makes it pass."""
    if found and found[0].outcome is Outcome.PASS:
        return ""
    leave = "; these leave it to output checkers" if found else ""
    stopped = " No more were tried, because of the size of the data." if trials.left == 0 else ""
    return f"None of {trials.tries} changes that were tried makes it pass{leave}.{stopped}"


def _mendings(
    trials: "Trials",
    request: TableRequest,
    outputs: Sequence[Output],
    alone: Sequence[OutputReport],
    goal: Outcome,
    *,
    after: Change | None = None,
) -> list[Mending]:
    """Of each kind of change, the cheapest one that gets the tables there; `after` another one that does not.

    Changes are thought of for the first table with cells that are wrong, with those of the tables over the same cells.
    """
    every = [[item for item in report.findings if is_wrong(item, goal)] for report in alone]
    first = next((output for output, wrong in zip(outputs, every, strict=True) if wrong), outputs[0])
    alike = [output.tabulations[0].cells == first.tabulations[0].cells for output in outputs]
    cells = _cells([item for wrong, flag in zip(every, alike, strict=True) if flag for item in wrong])
    table = Table(request=request, output=first, data=trials.data, keys=(*trials.asked.units.key_columns, *first.keys))
    failing = _failing(zip(outputs, every, strict=True))

    def attempt(change: Change) -> Mending | None:
        return trials.try_out(change if after is None else following(after, change), goal)

    single = list(changes(table, cells, failing))
    if len(table.output.tabulations[0].cells) > _MOST_CELLS_TO_HIDE:
        single = [change for change in single if change.kind is not ChangeKind.SUPPRESS]
    found: dict[ChangeKind, Mending] = {}
    for change in single:
        if change.kind not in found and (mending := attempt(change)) is not None:
            found[change.kind] = mending
    if ChangeKind.MERGE not in found:
        larger = [mending for name in table.request.by if (mending := merge_more(table, cells, name, attempt))]
        if larger:
            found[ChangeKind.MERGE] = min(larger, key=cost)
    if after is None and not set(found) - {ChangeKind.SUPPRESS}:
        for change in (change for change in single if change.kind in _FIRST_OF_TWO):
            if reduced := trials.make(change.request, table.data):
                more = _mendings(trials, change.request, reduced, trials.judge(reduced)[0], goal, after=change)
                found |= {mending.kind: mending for mending in more if mending.kind not in found}
    return sorted(found.values(), key=cost)


def _failing(judged: Iterable[tuple[Output, Sequence[Finding]]]) -> Failing:
    """Statistics that do not pass in cells where the count does, and in how many such cells."""
    found: dict[Statistic, int] = {}
    for output, wrong in judged:
        cells: dict[Statistic, set[int]] = {}
        for item in wrong:
            if item.tabulation is not None:
                cells.setdefault(output.tabulations[item.tabulation].statistic, set()).update(item.cells)
        of_count = cells.pop(Statistic.COUNT, set())
        for statistic, own in cells.items():
            if own - of_count:
                found[statistic] = found.get(statistic, 0) + len(own - of_count)
    return found


@dataclass(kw_only=True, eq=False)
class Trials:
    """Trying changes, and counting how often."""

    asked: MendingSearch
    data: pd.DataFrame
    registered: Beside
    standing: AbstractSet[str]
    """Names of what does not fail now: a change must leave that so."""
    left: int = 0
    tries: int = 0
    known: dict[str, Mending | None] = field(default_factory=dict)

    def try_out(self, change: Change, goal: Outcome) -> Mending | None:
        """The change, if it gets the table there: passing, or at least not failing."""
        call = change.call
        if call and call not in self.known and self.left > 0:
            self.left -= 1
            self.tries += 1
            self.known[call] = self._mending(change, call)
        mending = self.known.get(call)
        return mending if mending is not None and mending.outcome in {Outcome.PASS, goal} else None

    def make(self, request: TableRequest, data: pd.DataFrame) -> tuple[Output, ...]:
        """The tables, or none where they cannot be made."""
        units = self.asked.units
        try:
            made = request.outputs(data, units=units, policy=self.asked.policy)
        except InputError:
            return ()
        return tuple(readied(one, {f"{one.name}.csv": table_csv(one.tabulations)}, units=units) for one in made)

    def judge(self, outputs: Sequence[Output]) -> tuple[list[OutputReport], Outcome]:
        """The report on each table alone, and the gravest verdict beside one another and what is registered."""
        own = {output.name for output in self.asked.outputs}
        together = in_their_places(self.registered.outputs, outputs, instead_of=own)
        contents = {one.files[0].name: table_csv(one.tabulations) for one in outputs}
        alone = [judge([one], contents, self.asked.policy)[1].of(one.name) for one in outputs]
        outcome = most_cautious(report.outcome for report in alone)
        if outcome is Outcome.FAIL or (len(together) == 1 and not self.registered.earlier):
            return alone, outcome
        report = self.registered.judged(together, contents, self.asked.policy)
        if harms(report, self.standing, apart_from=[one.name for one in outputs]):
            return alone, Outcome.FAIL
        return alone, most_cautious(report.of(one.name).outcome for one in outputs)

    def _mending(self, change: Change, call: str) -> Mending | None:
        try:
            made = self.make(change.request, change.frame(self.data))
        except InputError:
            return None
        if not made or not any(map(says_something, made)):
            return None
        return Mending(
            what=change.what,
            call=call,
            kind=change.kind,
            outcome=self.judge(made)[1],
            numbers=sum(map(_shown, self.asked.outputs)) - sum(map(_shown, made)),
            records=change.records,
        )


def is_wrong(finding: Finding, goal: Outcome) -> bool:
    """Whether a finding on shown cells stands between the table and the verdict that is wanted."""
    grave = {Outcome.FAIL, Outcome.REVIEW} if goal is Outcome.PASS else {Outcome.FAIL}
    return finding.outcome in grave and finding.rule in _OF_SHOWN_CELLS and finding.tabulation is not None


def _cells(findings: Sequence[Finding]) -> list[int]:
    return sorted({cell for finding in findings for cell in finding.cells})


def _shown(output: Output) -> int:
    return sum(int((~item.hidden).sum()) for item in output.tabulations)


def says_something(output: Output) -> bool:
    """Whether any number is left that is not a total, and not of an empty cell."""
    count = output.tabulations[0]
    inner = np.array([None not in cell for cell in count.cells])
    return bool((inner & ~count.hidden & (count.values > 0)).any())


def _are_alike(made: Sequence[Output], outputs: Sequence[Output]) -> bool:
    return len(made) == len(outputs) and all(
        _are_equal(one.tabulations, other.tabulations) for one, other in zip(made, outputs, strict=True)
    )


def _are_equal(first: Sequence[Tabulation], second: Sequence[Tabulation]) -> bool:
    return len(first) == len(second) and all(
        one.cells == other.cells and one.data == other.data and np.array_equal(one.values, other.values, equal_nan=True)
        for one, other in zip(first, second, strict=True)
    )
