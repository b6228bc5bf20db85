"""A survival table as it was asked for, and the smallest change that makes it pass: wider times, found by trying."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import takewhile

import numpy as np

from output_checks.errors import InputError
from output_checks.measuring.survival import Method, Spells, survival_questions, tabulate_survival
from output_checks.measuring.twins import twin_questions
from output_checks.measuring.units import Units
from output_checks.model.evidence import Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.model.policy import Policy
from output_checks.rendering.csv import table_csv
from output_checks.workflow.changes import ChangeKind
from output_checks.workflow.mending import Beside, Mending, Mendings, harms, standing_in
from output_checks.workflow.tabling import in_their_places, literal, readied
from output_checks.workflow.whole_groups import hide_whole_groups

_TIMES_WIDER = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100)
_QUICK = 200_000
"""Records up to which changes are tried while a notebook shows the table."""


@dataclass(frozen=True, kw_only=True)
class SurvivalRequest:
    """The arguments of `Release.survival`, by its names, with its defaults."""

    name: str
    duration: str
    event: str
    by: tuple[str, ...] = ()
    every: float | None = None
    breaks: tuple[float, ...] = ()
    method: str = "kaplan-meier"
    suppress: bool = False
    decimals: int = 3
    title: str = ""
    population: str = "all records"

    def output(self, data: object, *, units: Units, policy: Policy) -> Output:
        """The table, measured and protected as asked; its files are not there yet.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, the times make no table, or hiding would leave nothing.
        """
        if self.method not in set(Method):
            known = " or ".join(f"method={item.value!r}" for item in Method)
            raise InputError("That method is not known.", remedy=known)
        spells = Spells.of(data, duration=self.duration, event=self.event, by=self.by, units=units)
        tabulations = tabulate_survival(
            spells,
            by=self.by,
            units=units,
            every=self.every,
            breaks=self.breaks,
            method=Method(self.method),
            decimals=self.decimals,
            population=self.population,
        )
        if self.suppress:
            tabulations = hide_whole_groups(tabulations, policy)
        minimum = policy.limits(units.levels[0]).get("minimum_contributors", 0.0)
        asked = survival_questions(
            spells, tabulations, units=units, every=self.every, breaks=self.breaks, minimum=minimum
        )
        return Output(
            name=self.name,
            kind=OutputKind.TABLE,
            title=self.title or f"survival until {self.event} by {' × '.join([*self.by, self.duration])}",
            tabulations=tabulations,
            questions=(*asked, *twin_questions(data, units=units)),
            definition={"records": self.population, "estimate": Method(self.method).value, **self._columns()},
        )

    def _columns(self) -> Mapping[str, str]:
        return {"duration": self.duration, "event": self.event}

    def call(self) -> str:
        """The call that asks for it, with `data` for the records."""
        words = [literal(self.name), "data"]
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name != "name" and value != item.default:
                words.append(f"{item.name}={literal(value)}")
        return f"release.survival({', '.join(words)})"


@dataclass(frozen=True, kw_only=True)
class _Change:
    what: str
    kind: ChangeKind
    request: SurvivalRequest


@dataclass(kw_only=True, eq=False)
class SurvivalSearch:
    """A survival table that does not pass, with all it takes to try changes. It lets go of the data after that."""

    request: SurvivalRequest
    data: object = field(repr=False)
    output: Output
    outcome: Outcome
    units: Units
    policy: Policy
    beside: Callable[[], Beside] = field(repr=False)
    _result: Mendings | None = None

    def for_display(self) -> Mendings:
        """What a notebook shows: of many records, how to ask for changes."""
        if self._result is None and np.nanmax(self.output.tabulations[0].values, initial=0.0) > _QUICK:
            return Mendings(remark="For a table of this size changes are tried when you ask for .mendings.")
        return self.run()

    def run(self) -> Mendings:
        """Search, the first time; the same answer after that."""
        if self._result is None:
            self._result = self._searched()
            self.data = None
        return self._result

    def _searched(self) -> Mendings:
        found: dict[tuple[Outcome, ChangeKind], Mending] = {}
        tries = 0
        for change in self._changes():
            if (Outcome.PASS, change.kind) in found:
                continue
            mending = self._tried(change)
            tries += 1
            if mending is not None:
                found.setdefault((mending.outcome, change.kind), mending)
        goals = (Outcome.PASS, Outcome.REVIEW) if self.outcome is Outcome.FAIL else (Outcome.PASS,)
        best = next((goal for goal in goals if any(goal is outcome for outcome, _ in found)), None)
        kept = [mending for (outcome, _), mending in found.items() if outcome is best]
        if best is Outcome.PASS:
            return Mendings(found=tuple(sorted(kept, key=lambda item: item.numbers)), tries=tries)
        leave = "; these leave it to output checkers" if kept else ""
        remark = f"None of {tries} changes that were tried makes it pass{leave}."
        return Mendings(found=tuple(kept), tries=tries, remark=remark)

    def _changes(self) -> Iterator[_Change]:
        """Wider times, the narrowest first; whole groups hidden; a variable of the groups left out."""
        for every in self._widths():
            wider = replace(self.request, every=every, breaks=())
            yield _Change(what=f"times of {literal(every)} together", kind=ChangeKind.MERGE, request=wider)
        if self.request.by and not self.request.suppress:
            hidden = replace(self.request, suppress=True)
            yield _Change(what="hide groups with too few whole", kind=ChangeKind.SUPPRESS, request=hidden)
        for name in self.request.by:
            fewer = replace(self.request, by=tuple(other for other in self.request.by if other != name))
            yield _Change(what=f"leave {name} out", kind=ChangeKind.VARIABLE, request=fewer)

    def _widths(self) -> Iterator[float]:
        durations = self._durations
        longest, whole = float(durations.max(initial=0.0)), bool((durations % 1 == 0).all())
        # A round width to begin with; never one that is made of anybody's own duration.
        step = self.request.every or (1 if whole else 10.0 ** np.floor(np.log10(max(longest, 1e-9) / 20)))
        wide = (step * times for times in _TIMES_WIDER)
        for width in takewhile(lambda width: width < longest, wide):
            yield int(width) if float(width).is_integer() else float(width)

    @cached_property
    def _durations(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        request = self.request
        spells = Spells.of(self.data, duration=request.duration, event=request.event, by=request.by, units=self.units)
        return spells.durations

    def _tried(self, change: _Change) -> Mending | None:
        """The change with what came of it; None where it cannot be made, fails, or harms another output."""
        try:
            made = change.request.output(self.data, units=self.units, policy=self.policy)
        except InputError:
            return None
        file = {f"{made.name}.csv": table_csv(made.tabulations)}
        made = readied(made, file, units=self.units)
        registered = self.beside()
        report = registered.judged(in_their_places(registered.outputs, [made]), file, self.policy)
        standing = standing_in(registered, self.policy)
        outcome = report.of(made.name).outcome
        if outcome is Outcome.FAIL or harms(report, standing, apart_from=[made.name]):
            return None
        return Mending(
            what=change.what,
            call=change.request.call(),
            kind=change.kind,
            outcome=outcome,
            numbers=_shown(self.output) - _shown(made),
            records=0.0,
        )


def _shown(output: Output) -> int:
    return sum(int((~item.hidden).sum()) for item in output.tabulations)
