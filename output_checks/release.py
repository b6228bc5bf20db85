"""The front door for researchers: register outputs, see each verdict at once, submit what may leave."""

import datetime as dt
import getpass
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from output_checks.errors import InputError
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.figure import unexplained
from output_checks.measuring.fitted import read_fitted
from output_checks.measuring.model import tabulate_model
from output_checks.measuring.statistics import statistics_named, table_title
from output_checks.measuring.table import tabulate
from output_checks.measuring.units import UnitColumns, Units
from output_checks.model.evidence import Output, OutputKind, Tabulation
from output_checks.model.finding import CheckReport, Outcome
from output_checks.model.policy import Policy
from output_checks.policies import expect_accepted, load_policy
from output_checks.readers import read_content
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.rendering.words import VERDICTS
from output_checks.store.draft import Draft, load_outputs, open_draft, read_draft, remove_output, save_output
from output_checks.workflow.judge import judge
from output_checks.workflow.protect import protect
from output_checks.workflow.submit import submit

_MOST_DECIMALS = 10
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,79}$")


class Release:
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
    author
        Who submits; taken from the session where it is not given. The author never reviews.

    Raises
    ------
    InputError
        The name cannot be used, no units were given, or the folder holds a draft of another release.
    PolicyError
        The policy does not exist, is not valid, or is one that output checkers do not accept.
    """

    def __init__(
        self,
        name: str,
        *,
        folder: str | Path,
        units: UnitColumns,
        policy: str | Path = "cbs-export",
        author: str = "",
    ) -> None:
        self.name = _expect_name(name)
        self.folder = Path(folder)
        self.units = Units.of(units)
        self.policy = load_policy(policy)
        expect_accepted(self.policy)
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
        return cls(draft.name, folder=folder, units=draft.units, policy=draft.policy, author=draft.author)

    def table(
        self,
        name: str,
        data: pd.DataFrame,
        *,
        by: Sequence[str] | str,
        statistic: str | Sequence[str] = "count",
        value: str = "",
        margins: bool = False,
        suppress: bool = False,
        decimals: int = 1,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Tabulate `data` and register the table: counts, and other statistics of `value`, by categories.

        With `suppress=True`, cells that fail a rule are hidden, and as many others as it takes that nobody can work
        them out. `data` needs the unit key columns; it is not changed. The file that leaves is `<name>.csv`.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, a statistic is not known, or the table cannot be protected.
        """
        _expect_decimals(decimals)
        _expect_texts(title=title, population=population)
        if not isinstance(by, str | list | tuple):
            raise InputError("Variables are named by text.", remedy='by=["sex", "track"]')
        variables = [by] if isinstance(by, str) else list(by)
        tabulations = tabulate(
            data,
            by=variables,
            statistics=statistics_named(statistic),
            units=self.units,
            value=value,
            margins=margins,
            decimals=decimals,
            population=population,
        )
        if suppress:
            tabulations = protect(tabulations, self.policy)
        minimum = self.policy.limits(self.units.levels[0]).get("minimum_contributors", 0.0)
        return self._register_cells(
            name,
            OutputKind.TABLE,
            title or table_title(statistic, value, by),
            tabulations,
            questions=edge_questions(data, by=variables, units=self.units, minimum=minimum),
        )

    def model(
        self,
        name: str,
        fitted: object,
        *,
        data: pd.DataFrame,
        decimals: int = 4,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register a fitted model: its coefficients and standard errors, with the units each rests on.

        `data` is the frame that the model was fitted on, with the unit key columns and the same index.

        Raises
        ------
        InputError
            The model is of a kind that is not known, or its observations are not in `data`.
        """
        _expect_decimals(decimals)
        _expect_texts(title=title, population=population)
        model = read_fitted(fitted)
        tabulations = tabulate_model(model, data=data, units=self.units, decimals=decimals, population=population)
        title = title or f"{model.description['estimator']} of {model.description['outcome']}"
        return self._register_cells(name, OutputKind.MODEL, title, tabulations, definition=model.description)

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
        _expect_texts(title=title)
        table = self._expect_output(of)
        if name == of:
            raise InputError("A figure needs a name other than its table's.", remedy=f"{name}_figure")
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
        output = Output(
            name=_expect_name(name),
            kind=OutputKind.FIGURE,
            title=title,
            tabulations=table.tabulations,
            draws=of,
            questions=unexplained(figure, table.tabulations),
        )
        return self._register(output, {f"{name}.png": picture.getvalue()})

    def file(self, name: str, path: str | Path, *, title: str = "", explanation: str = "") -> Registered:
        """Register a file made elsewhere. Only what can be seen in it is known, so at best it needs review.

        Raises
        ------
        InputError
            The file does not exist.
        """
        _expect_texts(title=title, explanation=explanation)
        source = Path(path)
        if not source.is_file():
            raise InputError(f"There is no file {source}.", remedy="the path of an existing file")
        output = Output(name=_expect_name(name), kind=OutputKind.FILE, title=title, explanation=explanation)
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
            name=_expect_name(name),
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
        output = replace(
            output,
            keys=self.units.key_columns,
            files=tuple(read_content(name, content) for name, content in files.items()),
        )
        judged, report = judge([*kept, output], {**contents, **files}, self.policy)
        save_output(self.folder, output, files)
        return Registered(output=judged[-1], report=report.of(output.name), files=files)

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


def _expect_decimals(decimals: int) -> None:
    if not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
        raise InputError(f"Decimals are a whole number from 0 to {_MOST_DECIMALS}.", remedy="decimals=1")


def _expect_texts(**texts: object) -> None:
    for name, text in texts.items():
        if not isinstance(text, str):
            raise InputError(f"{name} must be text.", remedy=f'{name}="..."')


def _expect_known_levels(units: Units, policy: Policy) -> None:
    """A level under another name would be counted and judged by no rule. One that is left out makes rules say so."""
    unknown = [level for level in units.levels if level not in policy.units]
    if unknown:
        raise InputError(
            f"The policy {policy.name} protects {', '.join(policy.units)}; units has {', '.join(unknown)}.",
            remedy=f"units={{{policy.units[0]!r}: ...}}",
        )


def _this_user() -> str:
    """Who is signed in; "unknown" where the system does not say, as in a bare container."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _expect_name(name: str) -> str:
    if not _NAME.match(name):
        raise InputError(
            "A name must be lower-case letters, digits, '-' and '_', at most 80, and start with a letter or digit.",
            remedy="a name like growth_by_group",
        )
    return name
