"""The front door for researchers: register outputs, see each verdict at once, submit what may leave."""

import datetime as dt
import getpass
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from output_checks.arguments import expect_decimals, expect_name, expect_texts
from output_checks.asked.calls import PandasCalls
from output_checks.asked.model_calls import ModelCalls
from output_checks.errors import InputError
from output_checks.measuring.figure import unexplained
from output_checks.measuring.units import UnitColumns, Units
from output_checks.model.evidence import Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport, Outcome
from output_checks.model.policy import Policy
from output_checks.policies import expect_sound, load_policy
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.rendering.words import VERDICTS
from output_checks.store.draft import Draft, load_outputs, open_draft, read_draft, remove_output, save_output
from output_checks.workflow.judge import judge
from output_checks.workflow.mending import Beside
from output_checks.workflow.recoding import merge_categories
from output_checks.workflow.submit import submit
from output_checks.workflow.tabling import TableRequest, readied


class Release(PandasCalls, ModelCalls):
    """A draft release: outputs registered so far, kept in a folder inside the environment.

    Parameters
    ----------
    name
        Lower-case letters, digits, `-` and `_`.
    folder
        Where the draft is kept. Opening the same folder again continues the same draft.
    units
        Unit levels from the finest to the coarsest, each with its key column or columns:
        `{"pupil": ["RINPERSOONS", "RINPERSOON"], "school": "WPOBRIN_crypt"}`.
    policy
        Name of a policy that comes with the package, or the path of a policy file.
    dataset
        The dataset, or datasets, that the outputs are made from, where the policy has stricter limits for them.
    author
        Who submits; taken from the session where it is not given. The author never reviews.

    Raises
    ------
    InputError
        The name cannot be used, no units were given, or the folder holds a draft of another release.
    PolicyError
        The policy does not exist, is not valid, is looser than the one it was tightened from, or says nothing of the
        dataset.
    """

    def __init__(
        self,
        name: str,
        *,
        folder: str | Path,
        units: UnitColumns,
        policy: str | Path = "cbs-export",
        dataset: str | Sequence[str] = (),
        author: str = "",
    ) -> None:
        self.name = expect_name(name)
        self.folder = Path(folder)
        self.units = Units.of(units)
        self.policy = load_policy(policy).for_dataset(*_names_of(dataset))
        expect_sound(self.policy)
        _expect_known_levels(self.units, self.policy)
        self.author = author or _this_user()
        own_file = Path(policy).suffix == ".toml"
        open_draft(
            self.folder,
            Draft(
                name=self.name,
                author=self.author,
                policy=str(Path(policy).resolve() if own_file else policy),
                units=self.units.columns,
                datasets=self.policy.for_datasets,
            ),
        )

    @classmethod
    def open(cls, folder: str | Path) -> "Release":
        """Go on with the draft in this folder.

        Raises
        ------
        InputError
            There is no draft in it.
        """
        draft = read_draft(Path(folder))
        return cls(
            draft.name,
            folder=folder,
            units=draft.units,
            policy=draft.policy,
            dataset=draft.datasets,
            author=draft.author,
        )

    def table(
        self,
        name: str,
        data: pd.DataFrame,
        *,
        by: Sequence[str] | str,
        statistic: str | Sequence[str] = "count",
        value: str = "",
        second: str = "",
        weight: str = "",
        category: str = "",
        margins: bool = False,
        suppress: bool = False,
        decimals: int = 1,
        round: int = 1,  # noqa: A002 - as pandas calls it
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Tabulate `data` and register the table: counts, and other statistics of `value`, by categories.

        `second` is the denominator of a ratio or the other variable of a correlation, `weight` a column of weights for
        weighted statistics, and `category` the one category of `value` that a share or percentage is of.

        With `suppress=True`, cells that fail a rule are hidden, and as many others as it takes that nobody can work
        them out. With `round=5` (or 10, or 100) counts are published as multiples of it; the verdict is that on the
        exact counts, as rounding alone protects no one whom another table counts. The file that leaves is `<name>.csv`.

        `data` needs the unit key columns; it is not changed. It may also be a polars frame, a pyarrow table or a DuckDB
        relation, of which only the columns that are needed are read.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, a statistic is not known, or the table cannot be protected.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population)
        if not isinstance(by, str | list | tuple):
            raise InputError("Variables are named by text.", remedy='by=["sex", "track"]')
        request = TableRequest(
            name=expect_name(name),
            by=(by,) if isinstance(by, str) else tuple(by),
            statistic=statistic,
            value=value,
            second=second,
            weight=weight,
            category=category,
            margins=margins,
            suppress=suppress,
            decimals=decimals,
            round=round,
            title=title,
            population=population,
        )
        output = request.output(data, units=self.units, policy=self.policy)
        registered = self._register(output, {f"{name}.csv": table_csv(output.tabulations)})
        return registered.with_search(request, data, units=self.units, policy=self.policy, beside=self._beside(name))

    @staticmethod
    def merge_categories(column: "pd.Series[Any]", groups: Mapping[str, Sequence[str]]) -> "pd.Series[Any]":
        """The column with categories put together: `{"(0, 20]": ["(0, 10]", "(10, 20]"]}`. It keeps their order.

        For bins, levels and numbers; categories that are plain text can be merged with pandas' own `replace`.

        Raises
        ------
        InputError
            A category does not occur, is in two groups, or a new name is that of another category.
        """
        return merge_categories(column, groups)

    def figure(self, name: str, figure: Any, *, of: str, title: str = "") -> Registered:  # noqa: ANN401 - matplotlib
        """Register a matplotlib figure that draws the registered table `of`; it is judged as that table.

        Every number it draws must be published in the table; what is not becomes a question for the output checker.
        The file that leaves is `<name>.png`, a picture and nothing else.

        Raises
        ------
        InputError
            There is no such table, or `figure` is not a matplotlib figure.
        """
        if not hasattr(figure, "savefig"):
            raise InputError(
                f"A {type(figure).__name__} is not a matplotlib figure.", remedy="matplotlib.figure.Figure"
            )
        expect_texts(title=title)
        table = self._expect_output(of)
        if name == of:
            raise InputError("A figure needs a name other than its table's.", remedy=f"{name}_figure")
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
        output = Output(
            name=expect_name(name),
            kind=OutputKind.FIGURE,
            title=title,
            tabulations=table.tabulations,
            draws=of,
            questions=tuple(dict.fromkeys((*table.questions, *unexplained(figure, table.tabulations)))),
        )
        return self._register(output, {f"{name}.png": picture.getvalue()})

    def file(self, name: str, path: str | Path, *, title: str = "", explanation: str = "") -> Registered:
        """Register a file made elsewhere. Only what can be seen in it is known, so at best it needs review.

        Raises
        ------
        InputError
            The file does not exist.
        """
        expect_texts(title=title, explanation=explanation)
        source = Path(path)
        if not source.is_file():
            raise InputError(f"There is no file {source}.", remedy="the path of an existing file")
        output = Output(name=expect_name(name), kind=OutputKind.FILE, title=title, explanation=explanation)
        return self._register(output, {f"{name}{source.suffix.lower()}": source.read_bytes()})

    def explain(self, name: str, text: str) -> Registered:
        """Attach an explanation for the output checker. It never changes a verdict."""
        return self._amend(name, explanation=text)

    def request_exception(self, name: str, reason: str) -> Registered:
        """Ask that an output which fails be judged by people all the same. Recorded; a fail stays a fail.

        Raises
        ------
        InputError
            There is no reason, no such output, or it does not fail.
        """
        if not reason.strip():
            raise InputError("An exception needs a reason.", remedy="why it must be published as it is")
        self._expect_output(name)
        if self.check().of(name).outcome is not Outcome.FAIL:
            raise InputError(f"{name} does not fail, so it needs no exception.", remedy="release.explain(...)")
        return self._amend(name, exception_request=reason)

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

    def check(self) -> CheckReport:
        """Judge everything registered so far, together."""
        outputs, contents = load_outputs(self.folder)
        return judge(outputs, contents, self.policy)[1]

    def summary(self) -> pd.DataFrame:
        """One row per output: its kind, verdict and reason."""
        outputs, contents = load_outputs(self.folder)
        report = judge(outputs, contents, self.policy)[1]
        rows = [
            (item.name, item.kind.value, VERDICTS[report.of(item.name).outcome], report.of(item.name).reason)
            for item in outputs
        ]
        return pd.DataFrame(rows, columns=["output", "kind", "verdict", "reason"])

    def submit(self, folder: str | Path) -> Path:
        """Write the submission: the export zip that would leave, and the evidence for the output checker apart from it.

        Outputs that fail and have no exception request are withheld: the checker sees that they were refused and why,
        their files are not in the zip. Returns the submission's folder.

        Raises
        ------
        InputError
            Nothing is left to submit, or the folder cannot be written; then nothing is written at all.
        PolicyError
            Output checkers here take no submissions under this policy.
        """
        outputs, contents = load_outputs(self.folder)
        return submit(
            outputs,
            contents,
            name=self.name,
            author=self.author,
            policy=self.policy,
            units=self.units.columns,
            folder=Path(folder),
            now=dt.datetime.now(dt.UTC),
        )

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
        population = {"records": tabulations[0].population}
        output = Output(
            name=expect_name(name),
            kind=kind,
            title=title,
            tabulations=tabulations,
            questions=questions,
            definition={**population, **(definition or {})},
        )
        return self._register(output, {f"{name}.csv": table_csv(tabulations)})

    def _register(self, output: Output, files: Mapping[str, bytes]) -> Registered:
        """Judge the output beside what is registered already, and only then keep it."""
        others, contents = load_outputs(self.folder)
        kept = [other for other in others if other.name != output.name]
        output = readied(output, files, units=self.units)
        judged, report = judge([*kept, output], {**contents, **files}, self.policy)
        save_output(self.folder, output, files)
        return Registered(output=judged[-1], report=report.of(output.name), files=files)

    def _beside(self, name: str) -> Callable[[], Beside]:
        """Reads what is registered under other names, when it is called."""

        def read() -> Beside:
            outputs, contents = load_outputs(self.folder)
            return [output for output in outputs if output.name != name], contents

        return read

    def _amend(self, name: str, **changes: str) -> Registered:
        output = self._expect_output(name)
        _, contents = load_outputs(self.folder)
        files = {content.name: contents[content.name] for content in output.files}
        return self._register(replace(output, **changes), files)  # type: ignore[arg-type]

    def _expect_output(self, name: str) -> Output:
        outputs, _ = load_outputs(self.folder)
        found = next((output for output in outputs if output.name == name), None)
        if found is None:
            known = ", ".join(output.name for output in outputs) or "none yet"
            raise InputError(f"No output {name!r} is registered.", remedy=f"one of: {known}")
        return found


def _expect_known_levels(units: Units, policy: Policy) -> None:
    """A level under another name would be counted and judged by no rule. One that is left out makes rules say so.

    Levels above all of the policy's, such as school boards, are evidence for the output checker.
    """
    unknown = [level for level in units.levels if level not in policy.units]
    if unknown and units.levels[: len(policy.units)] != policy.units:
        raise InputError(
            f"The policy {policy.name} protects {', '.join(policy.units)}; units has {', '.join(unknown)}.",
            remedy=f"units={{{policy.units[0]!r}: ...}}",
        )


def _names_of(dataset: str | Sequence[str]) -> Sequence[str]:
    names = [dataset] if isinstance(dataset, str) else dataset
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise InputError("Datasets are named by text.", remedy='dataset="INPATAB", or a list of names')
    return names


def _this_user() -> str:
    """Who is signed in; "unknown" where the system does not say, as in a bare container."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
