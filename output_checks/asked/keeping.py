"""Outputs in a draft: judged beside one another, kept, explained and shown."""

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from output_checks.arguments import expect_name, expect_texts
from output_checks.errors import InputError
from output_checks.measuring.units import Units
from output_checks.model.evidence import Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport, Outcome
from output_checks.model.policy import Policy
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.rendering.html import release_html
from output_checks.rendering.words import VERDICTS
from output_checks.store.draft import load_outputs, remove_output, save_output
from output_checks.workflow.judge import judge
from output_checks.workflow.mending import Beside, MendingSearch, Search
from output_checks.workflow.remembering import remembered
from output_checks.workflow.tabling import TableRequest, in_their_places, readied


class Keeping(ABC):
    """What a release does with every output, whatever made it."""

    name: str
    folder: Path
    units: Units
    policy: Policy
    language: str
    ledger: Path | None
    _searches: dict[str, Search]
    """By output, what it takes to look for mendings, as long as this session lasts."""

    def explain(self, name: str, text: str) -> Registered:
        """Attach an explanation for the output checker. It never changes a verdict."""
        expect_texts(text=text)
        return self._amend(name, explanation=str(text))

    def request_exception(self, name: str, reason: str) -> Registered:
        """Ask that an output which fails be judged by people all the same. Recorded; a fail stays a fail.

        Raises
        ------
        InputError
            There is no reason, no such output, or it does not fail.
        """
        expect_texts(reason=reason)
        if not reason.strip():
            raise InputError("An exception needs a reason.", remedy="why it must be published as it is")
        self._expect_output(name)
        if self.check().of(name).outcome is not Outcome.FAIL:
            raise InputError(f"{name} does not fail, so it needs no exception.", remedy="release.explain(...)")
        return self._amend(name, exception_request=str(reason))

    def remove(self, name: str) -> None:
        """Take an output out of the draft.

        Raises
        ------
        InputError
            Another output draws it, or it is not there.
        """
        self._expect_output(name)
        drawn_by = [output.name for output in load_outputs(self.folder)[0] if output.draws == name]
        if drawn_by:
            raise InputError(
                f"{name} is drawn by {', '.join(drawn_by)}.", remedy=f"release.remove({drawn_by[0]!r}) first"
            )
        remove_output(self.folder, name)
        self._searches.pop(name, None)

    def check(self) -> CheckReport:
        """Judge everything registered so far, together."""
        outputs, contents = load_outputs(self.folder)
        return self._judge(outputs, contents)[1]

    def summary(self) -> pd.DataFrame:
        """One row per output: its kind, verdict and reason."""
        outputs, contents = load_outputs(self.folder)
        report = self._judge(outputs, contents)[1]
        rows = [
            (item.name, item.kind.value, VERDICTS[report.of(item.name).outcome], report.of(item.name).reason)
            for item in outputs
        ]
        return pd.DataFrame(rows, columns=["output", "kind", "verdict", "reason"])

    def _repr_html_(self) -> str:
        """In a notebook: what is in the release, each with its verdict, and what still falls short."""
        outputs, contents = load_outputs(self.folder)
        judged, report = self._judge(outputs, contents)
        asked = [output.name for output in judged if output.exception_request]
        return release_html(judged, report, title=self.name, language=self.language, asked=asked)

    def _judge(
        self, outputs: Sequence[Output], contents: Mapping[str, bytes]
    ) -> tuple[tuple[Output, ...], CheckReport]:
        """Judge outputs beside one another and what the project published before."""
        return judge(outputs, contents, self.policy, earlier=self._earlier())

    def _earlier(self) -> tuple[Output, ...]:
        """What left before, read again only where the ledger has come further."""
        return remembered(self.ledger, units=self.units.columns)

    def _beside(self) -> Beside:
        """What a change of an output would stand beside."""
        outputs, contents = load_outputs(self.folder)
        return Beside(outputs=outputs, contents=contents, earlier=self._earlier())

    def _register_cells(
        self,
        name: str,
        kind: OutputKind,
        title: str,
        tabulations: tuple[Tabulation, ...],
        *,
        questions: tuple[str, ...] = (),
        definition: Mapping[str, str] | None = None,
    ) -> Registered:
        output = output_of_cells(name, kind, title, tabulations, questions=questions, definition=definition)
        return self._register(output, {f"{output.name}.csv": table_csv(tabulations)})

    def _register(self, output: Output, files: Mapping[str, bytes]) -> Registered:
        """Judge the output beside what is registered already, and only then keep it."""
        (registered,) = self._register_all([(output, files)])
        return registered

    def _register_all(self, made: Sequence[tuple[Output, Mapping[str, bytes]]]) -> tuple[Registered, ...]:
        """Judge the outputs of one call beside one another and what is registered already, and only then keep them."""
        registered, contents = load_outputs(self.folder)
        outputs = [readied(output, files, units=self.units) for output, files in made]
        for _, files in made:
            contents = {**contents, **files}
        together, report = self._judge(in_their_places(registered, outputs), contents)
        judged = {output.name: output for output in together}
        for output, (_, files) in zip(outputs, made, strict=True):
            save_output(self.folder, output, files)
            self._searches.pop(output.name, None)
        return tuple(
            Registered(output=judged[output.name], report=report.of(output.name), files=files, language=self.language)
            for output, (_, files) in zip(outputs, made, strict=True)
        )

    def _searchable(self, tables: Sequence[Registered], request: TableRequest, data: object) -> tuple[Registered, ...]:
        """The tables of one call, with all it takes to look for mendings where they do not all pass."""
        if all(table.outcome is Outcome.PASS for table in tables):
            return tuple(tables)
        search = self._search_of(request, data, tuple(table.output for table in tables))
        return tuple(self._with_search(table, search) for table in tables)

    def _search_of(self, request: TableRequest, data: object, outputs: tuple[Output, ...]) -> MendingSearch:
        """All it takes to try changes of the tables of one call."""
        return MendingSearch(
            request=request,
            data=data,
            outputs=outputs,
            units=self.units,
            policy=self.policy,
            beside=self._beside,
        )

    def _with_search(self, registered: Registered, search: Search) -> Registered:
        """An output with what finds its mendings, which is kept as long as this session lasts."""
        self._searches[registered.output.name] = search
        return registered.with_search(search)

    def _amend(self, name: str, **changes: str) -> Registered:
        output, search = self._expect_output(name), self._searches.get(name)
        _, contents = load_outputs(self.folder)
        files = {content.name: contents[content.name] for content in output.files}
        registered = self._register(replace(output, **changes), files)  # type: ignore[arg-type]
        if search is not None:
            self._searches[name] = search
        return registered.with_search(search)

    def _expect_output(self, name: str) -> Output:
        outputs, _ = load_outputs(self.folder)
        found = next((output for output in outputs if output.name == name), None)
        if found is None:
            known = ", ".join(output.name for output in outputs) or "none yet"
            raise InputError(f"No output {name!r} is registered.", remedy=f"one of: {known}")
        return found


def output_of_cells(
    name: str,
    kind: OutputKind,
    title: str,
    tabulations: tuple[Tabulation, ...],
    *,
    questions: tuple[str, ...] = (),
    definition: Mapping[str, str] | None = None,
) -> Output:
    """Cells as an output, which says of which records they are and how they were made.

    Raises
    ------
    InputError
        It cannot have that name.
    """
    population = {"records": tabulations[0].population}
    return Output(
        name=expect_name(name),
        kind=kind,
        title=str(title),
        tabulations=tabulations,
        questions=questions,
        definition={**population, **(definition or {})},
    )
