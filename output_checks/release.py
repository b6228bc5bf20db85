"""The front door for researchers: register outputs, see each verdict at once, submit what may leave."""

import datetime as dt
import getpass
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from output_checks.arguments import expect_decimals, expect_name, expect_texts, names_of, text_of, words_of
from output_checks.asked.calls import PandasCalls
from output_checks.asked.comparing import ComparingCalls
from output_checks.asked.drawing import DrawingCalls
from output_checks.asked.event_calls import EventCalls
from output_checks.asked.keeping import Keeping
from output_checks.asked.model_calls import ModelCalls
from output_checks.errors import InputError
from output_checks.measuring.figures import unexplained
from output_checks.measuring.units import UnitColumns, Units
from output_checks.model.evidence import Output, OutputKind
from output_checks.model.policy import Policy
from output_checks.policies import expect_sound, load_policy
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.rendering.words import expect_language
from output_checks.store.draft import Draft, load_outputs, open_draft, read_draft
from output_checks.store.ledger import Ledger
from output_checks.store.noise_secret import noise_secret
from output_checks.workflow.bringing import answers
from output_checks.workflow.mending import Search
from output_checks.workflow.protect_beside import protected_beside
from output_checks.workflow.protections import PERTURBING, Protection, merged_table, protection_asked
from output_checks.workflow.recoding import merge_categories
from output_checks.workflow.submit import submit
from output_checks.workflow.tabling import TableRequest


class Release(PandasCalls, ModelCalls, DrawingCalls, EventCalls, ComparingCalls, Keeping):
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
    language
        Of what a notebook shows: `"en"` or `"nl"`; where it is not given, what the environment variable
        `OUTPUT_CHECKS_LANGUAGE` says. What leaves, and what output checkers see, is in English.
    ledger
        Folder of the project's ledger of what left before, made with `output-checks ledger create`. The draft
        remembers which.

    Raises
    ------
    InputError
        The name cannot be used, no units were given, the folder holds a draft of another release, or the ledger is not
        there or of other units.
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
        ledger: str | Path | None = None,
        language: str = "",
    ) -> None:
        self.name = expect_name(name)
        self.folder = Path(folder)
        self.units = Units.of(units)
        self.policy = load_policy(policy).for_dataset(*_names_of(dataset))
        expect_sound(self.policy)
        _expect_known_levels(self.units, self.policy)
        self.author = author or _this_user()
        named = _expect_ledger(ledger, self.units)
        self.language = expect_language(language or os.environ.get("OUTPUT_CHECKS_LANGUAGE", "") or "en")
        self._searches: dict[str, Search] = {}
        own_file = Path(policy).suffix == ".toml"
        draft = open_draft(
            self.folder,
            Draft(
                name=self.name,
                author=self.author,
                policy=str(Path(policy).resolve() if own_file else policy),
                units=self.units.columns,
                datasets=self.policy.for_datasets,
                ledger=str(named or ""),
            ),
        )
        self.ledger = named or _expect_ledger(draft.ledger or None, self.units)

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
            ledger=draft.ledger or None,
        )

    def table(
        self,
        name: str,
        data: Any,  # noqa: ANN401 - pandas, polars, pyarrow or DuckDB, of which only pandas must be installed
        *,
        by: Sequence[str] | str,
        statistic: str | Sequence[str] = "count",
        value: str = "",
        second: str = "",
        weight: str = "",
        category: str = "",
        margins: bool = False,
        suppress: bool = False,
        protect: str = "",
        noise: Mapping[str, float] | None = None,
        decimals: int = 1,
        round: int = 1,  # noqa: A002 - as pandas calls it
        title: str = "",
        population: str = "all records",
        base: Mapping[str, str] | None = None,
        per: float = 1,
        strata: str = "",
        clusters: str = "",
    ) -> Registered:
        """Tabulate `data` and register the table: counts, and other statistics of `value`, by categories.

        `second` is the denominator of a ratio or the other variable of a correlation, `weight` a column of weights for
        weighted statistics, and `category` the one category of `value` that a share or percentage is of.

        `base={"year": "2019"}` is what an index is 100 for, `per=1000` makes a rate one per thousand, and `strata` and
        `clusters` are the columns by which a sample was drawn, for intervals of weighted statistics.

        With `suppress=True`, cells that fail a rule are hidden, and as many others as it takes that nobody can work
        them out, from the table or from what is registered or left before. With `round=5` (or 10, or 100) counts are
        published as multiples of it; the verdict is that on the exact counts, as rounding alone protects no one whom
        another table counts. The file that leaves is `<name>.csv`.

        `protect` chooses another protection: `"suppress"` is `suppress=True`; `"merge"` merges the categories that cost
        least and make the table pass; `"round"` rounds counts to `round=25` so that totals still add up; `"midpoint"`
        publishes the middle of intervals of `round=11`; `"cell key"` adds noise, `noise={"variance": 10, "deviation":
        20}`, the same for the same records in every table. The verdict on these is that on what can be narrowed down
        from all that is published. Where `round` or `noise` is left out, it is what the policy's width takes.

        `data` needs the unit key columns; it is not changed. It may also be a polars frame, a pyarrow table or a DuckDB
        relation, of which only the columns that are needed are read.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, a statistic is not known, or the table cannot be protected.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population)
        chosen = protection_asked(protect, suppress=suppress)
        request = TableRequest(
            name=expect_name(name),
            by=names_of(by, remedy='by=["sex", "track"]'),
            statistic=words_of(statistic),
            value=text_of(value),
            second=text_of(second),
            weight=text_of(weight),
            category=text_of(category),
            margins=margins,
            suppress=chosen is Protection.SUPPRESS or suppress,
            decimals=decimals,
            round=round,
            title=str(title),
            population=str(population),
            base=base,
            per=per,
            strata=text_of(strata),
            clusters=text_of(clusters),
            protect=chosen.value if chosen in PERTURBING else "",
            noise=noise,
            secret=noise_secret(self.folder, self.ledger) if chosen is Protection.CELL_KEY else b"",
        )
        output = request.output(data, units=self.units, policy=self.policy)
        if request.suppress:
            output = protected_beside(
                output,
                lambda hide: request.output(data, units=self.units, policy=self.policy, hide=hide),
                beside=self._beside(),
                units=self.units,
                policy=self.policy,
            )
        if chosen is Protection.MERGE:
            output, data = merged_table(self._search_of(request, data, (output,)))
        registered = self._register(output, {f"{output.name}.csv": table_csv(output.tabulations)})
        (table,) = self._searchable([registered], request, data)
        return table

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

    def file(
        self,
        name: str,
        path: str | Path,
        *,
        counts: str = "",
        n: str = "",
        title: str = "",
        explanation: str = "",
    ) -> Registered:
        """Register a file made elsewhere. Only what can be seen in it is known, so at best it needs review.

        Of a csv, tsv or xlsx file the tables are taken apart: small counts that it shows, and hidden ones that follow
        from its totals, fail. `counts` answers what is counted (a unit level, such as `pupil`) and `n` names the column
        that holds the number behind each row. Answers are recorded, and never lighten a verdict.

        Raises
        ------
        InputError
            The file does not exist, `counts` is no unit level, or `n` is no column of numbers in it.
        """
        expect_texts(title=title, explanation=explanation)
        source = Path(path)
        if not source.is_file():
            raise InputError(f"There is no file {source}.", remedy="the path of an existing file")
        output = Output(
            name=expect_name(name),
            kind=OutputKind.FILE,
            title=str(title),
            explanation=str(explanation),
            stated=answers(counts, n, source=source, levels=self.units.levels),
        )
        return self._register(output, {f"{name}{source.suffix.lower()}": source.read_bytes()})

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
            ledger=str(self.ledger or ""),
        )


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


def _expect_ledger(folder: str | Path | None, units: Units) -> Path | None:
    """The absolute folder of a ledger that is there and of these units."""
    if folder is None:
        return None
    found = Path(folder).resolve()
    Ledger.open(found).expect_units(units.columns)
    return found


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
