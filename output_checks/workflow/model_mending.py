"""The smallest change that makes a model pass: a rare level merged or left out, or a term less.

Where the model can be fitted again, each change is tried: fitted, measured and judged beside what is registered. Where
it cannot, changes follow from the evidence, and are said not to be tried.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.grid import MISSING, categories
from output_checks.measuring.units import Codes, Units
from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.rendering.csv import table_csv
from output_checks.workflow.changes import ChangeKind, cost
from output_checks.workflow.mending import Beside, Mending, Mendings, harms, standing_in
from output_checks.workflow.recoding import Edit, LeaveOut, Merge, is_ordered, is_text, merged_name, values_of
from output_checks.workflow.refitting import Refit, refit_of
from output_checks.workflow.tabling import in_their_places, literal, readied

Make: TypeAlias = Callable[[object, pd.DataFrame, str], Output]
"""Measures a results object with a frame and a population in words."""
_MOST_TRIES = 24
_MOST_SHOWN = 3
_MOST_LEVELS = 12
_QUICK = 1_000_000
_FACTOR = re.compile(r"^(?:C\(\s*)?([^\W\d]\w*)(?:\s*[,)].*)?$")
_UNTRIED = "The model could not be fitted again here, so these follow from the evidence and were not tried."


@dataclass(frozen=True, kw_only=True)
class _LeaveLevel(LeaveOut):
    """Records of a level left out, and the level with them: else the model has a column of zeros for it."""

    def apply(self, data: pd.DataFrame) -> pd.DataFrame:
        left = super().apply(data)
        return left.assign(**{self.variable: left[self.variable].cat.remove_unused_categories()})

    def source(self, data: str) -> str:
        name = literal(self.variable)
        column = f"{data}[{name}].cat.remove_categories({literal(list(self.values))})"
        return f"{super().source(data)}.assign(**{{{name}: {column}}})"


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A frame or a formula that differs. `numbers` is what the model is known to publish less."""

    kind: ChangeKind
    what: str
    edit: Edit | None = None
    formula: str = ""
    population: str = ""
    numbers: int = 0
    records: float = 0.0


@dataclass(kw_only=True, eq=False)
class ModelSearch:
    """A model that does not pass, with all it takes to try changes. It lets go of the data once it has searched."""

    fitted: object = field(repr=False)
    data: pd.DataFrame | None = field(repr=False)
    output: Output
    report: OutputReport
    call: str
    """What follows `release.model(name, fitted, data=data` in the call."""
    population: str
    make: Make = field(repr=False)
    units: Units
    policy: Policy
    beside: Callable[[], Beside] = field(repr=False)
    _result: Mendings | None = None

    def for_display(self) -> Mendings:
        """What a notebook shows: of a large model, how to ask for changes."""
        terms = len(self.output.tabulations[0].cells)
        if self._result is None and self.data is not None and len(self.data) * terms > _QUICK:
            return Mendings(remark="For a table of this size changes are tried when you ask for .mendings.")
        return self.run()

    def run(self) -> Mendings:
        """Search, the first time; the same answer after that."""
        if self._result is None and self.data is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a model with a change may fit badly; then it is not a mending
                self._result = self._searched(self.data)
            self.data, self.fitted = None, None
        return self._result or Mendings()

    def _searched(self, data: pd.DataFrame) -> Mendings:
        refit = refit_of(self.fitted, data)
        changes = sorted(self._changes(data, refit), key=cost)
        if refit is None:
            likely = [self._untried(change) for change in changes if self._is_enough(change, data)]
            return Mendings(found=tuple(_one_of_each(likely)), remark=_UNTRIED if likely else "")
        registered = self.beside()
        standing = standing_in(registered, self.policy)
        tried = [self._tried(change, data, refit, registered, standing) for change in changes[:_MOST_TRIES]]
        for goal in (Outcome.PASS, Outcome.REVIEW):
            found = [mending for mending in tried if mending is not None and mending.outcome is goal]
            if found or self.report.outcome is Outcome.REVIEW:
                break
        remark = f"None of {len(tried)} changes that were tried makes it pass"
        passes = bool(found) and found[0].outcome is Outcome.PASS
        words = "" if passes else f"{remark}; these leave it to output checkers." if found else f"{remark}."
        return Mendings(found=tuple(_one_of_each(sorted(found, key=cost))), tries=len(tried), remark=words)

    def _tried(
        self, change: _Change, data: pd.DataFrame, refit: Refit, registered: Beside, standing: AbstractSet[str]
    ) -> Mending | None:
        """The change with what came of it; None where it cannot be fitted or measured."""
        try:
            frame = change.edit.apply(data) if change.edit else data
            again = refit.fit(change.formula or refit.formula, frame)
            made = self.make(again, frame, change.population or self.population)
        except Exception:  # noqa: BLE001 - whatever a statistical package raises: then it is no mending
            return None
        made = readied(made, {f"{made.name}.csv": table_csv(made.tabulations)}, units=self.units)
        contents = {made.files[0].name: table_csv(made.tabulations)}
        report = registered.judged(in_their_places(registered.outputs, [made]), contents, self.policy)
        outcome = Outcome.FAIL if harms(report, standing, apart_from=[made.name]) else report.of(made.name).outcome
        fewer = _numbers(self.output) - _numbers(made)
        return self._mending(change, outcome, refit.written(change.formula or refit.formula), numbers=fewer)

    def _untried(self, change: _Change) -> Mending:
        return self._mending(change, Outcome.REVIEW, "fitted = ...  # fit the model on it again", tried=False)

    def _mending(self, change: _Change, outcome: Outcome, fit: str, *, numbers: int = 0, tried: bool = True) -> Mending:
        population = f", population={literal(change.population)}" if change.population else ""
        lines = [f"data = {change.edit.source('data')}"] if change.edit else []
        lines += [fit, f"release.model({literal(self.output.name)}, fitted, data=data{self.call}{population})"]
        return Mending(
            what=change.what,
            call="\n".join(lines),
            kind=change.kind,
            outcome=outcome,
            numbers=numbers if tried else change.numbers,
            records=change.records,
            tried=tried,
        )

    def _changes(self, data: pd.DataFrame, refit: Refit | None) -> Iterator[_Change]:
        terms = [str(cell[0]) for cell in self.output.tabulations[0].cells]
        failing = [terms[at] for at in _failing_cells(self.report) if at < len(terms)]
        for name in dict.fromkeys(factor for term in terms for factor in _factors(term) if factor in data.columns):
            yield from self._of_levels(name, data)
        if refit is None:
            return
        for part in dict.fromkeys(re.sub(r"\[[^\]]*\]", "", term) for term in failing):
            if part not in {"Intercept", "const"}:
                fewer = sum(re.sub(r"\[[^\]]*\]", "", term) == part for term in terms)
                yield _Change(
                    kind=ChangeKind.VARIABLE,
                    what=f"Leave out the term {part}.",
                    formula=f"{refit.formula} - {part}",
                    numbers=fewer * len(self.output.tabulations),
                    records=float(len(data)),
                )

    def _of_levels(self, name: str, data: pd.DataFrame) -> Iterator[_Change]:
        """Rare levels of one variable merged with each other level, or left out. The levels of keys are not named."""
        if name in self.units.key_columns or list(data.columns).count(name) != 1:
            return
        codes, labels = categories(data[name], name)
        known = [label for label in labels if label != MISSING]
        if not 3 <= len(known) <= _MOST_LEVELS:
            return
        sizes = self._sizes(data, codes, labels)
        categorical = isinstance(data[name].dtype, pd.CategoricalDtype)
        ordered, text, values = is_ordered(data[name], labels), is_text(data[name]), values_of(data[name])
        records = {label: float((codes == at).sum()) for at, label in enumerate(labels)}
        for rare in [label for label in known if sizes[label]]:
            for other in known:
                near = abs(known.index(rare) - known.index(other)) == 1
                if other == rare or (ordered and not near):
                    continue
                pair = tuple(label for label in known if label in {rare, other})
                merged = merged_name(pair, ordered=ordered, taken=[label for label in known if label not in pair])
                yield _Change(
                    kind=ChangeKind.MERGE,
                    what=f"Merge “{pair[0]}” and “{pair[1]}” of {name}.",
                    edit=Merge(variable=name, groups={merged: pair}, text=text),
                    numbers=len(self.output.tabulations),
                    records=records[rare] + records[other],
                )
            if rare in values:
                yield _Change(
                    kind=ChangeKind.LEVEL,
                    what=f"Leave out the records with {name} “{rare}”.",
                    edit=(_LeaveLevel if categorical else LeaveOut)(variable=name, values=(values[rare],)),
                    population=f"{self.population} without {name} “{rare}”",
                    numbers=len(self.output.tabulations),
                    records=records[rare],
                )

    def _sizes(self, data: pd.DataFrame, codes: "Codes", labels: Sequence[str]) -> dict[str, bool]:
        """Per level whether fewer units of some level have it than the policy asks for."""
        few = dict.fromkeys(labels, False)
        for level in self.units.levels:
            minimum = self.policy.limits(level).get("minimum_contributors", 0.0)
            ids = data.groupby(list(self.units.columns[level]), dropna=False, sort=False).ngroup()
            counted = ids.groupby(codes).nunique()
            for at, number in counted.items():
                few[labels[int(str(at))]] |= number < minimum
        return few

    def _is_enough(self, change: _Change, data: pd.DataFrame) -> bool:
        """Whether no level that the change leaves or makes is rare."""
        if change.edit is None or not isinstance(change.edit, Merge | LeaveOut):
            return False
        try:
            frame = change.edit.apply(data)
            codes, labels = categories(frame[change.edit.variable], change.edit.variable)
        except InputError:
            return False
        return not any(self._sizes(frame, codes, labels).values())


def _failing_cells(report: OutputReport) -> list[int]:
    return sorted({cell for finding in report.reasons for cell in finding.cells})


def _factors(term: str) -> Iterator[str]:
    """The variables of a term: `track` and `sex` of `C(track)[T.pro]:sex[T.girl]`, or `track::pro`."""
    for part in re.split(r"(?<!:):(?!:)", re.sub(r"\[[^\]]*\]", "", term)):
        found = _FACTOR.match(part.split("::")[0].strip())
        if found:
            yield found[1]


def _numbers(output: Output) -> int:
    return sum(int((~item.hidden).sum()) for item in output.tabulations)


def _one_of_each(mendings: Sequence[Mending]) -> list[Mending]:
    """Of each kind of change the first."""
    return list({mending.kind: mending for mending in reversed(mendings)}.values())[::-1][:_MOST_SHOWN]
