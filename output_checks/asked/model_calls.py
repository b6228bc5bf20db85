"""Models and tests on a release: what a statistical package fitted, judged by the units behind it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import pandas as pd

from output_checks.arguments import expect_decimals, expect_texts
from output_checks.measuring.models import model_questions, read_fitted, tabulate_model, tabulate_test
from output_checks.measuring.units import Units
from output_checks.model.evidence import OutputKind, Tabulation
from output_checks.registered import Registered


class ModelCalls(ABC):
    """What a release takes of statistical packages: results objects of fitted models, and of tests."""

    units: Units

    @abstractmethod
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
        """Judge these cells as an output, and keep it."""

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

        `fitted` is a results object of linearmodels, statsmodels or pyfixest. `data` is the frame that the model was
        fitted on, with the unit key columns and the same index. Residuals, predictions and estimated effects are
        values of single units: tabulate them over groups with `release.table`.

        Raises
        ------
        InputError
            The model is of a kind that is not known, or its observations are not in `data`.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population)
        model = read_fitted(fitted)
        tabulations = tabulate_model(model, data=data, units=self.units, decimals=decimals, population=population)
        return self._register_cells(
            name,
            OutputKind.MODEL,
            title or f"{model.description['estimator']} of {model.description['outcome']}",
            tabulations,
            questions=model_questions(model, data),
            definition=model.description,
        )

    def test(
        self,
        name: str,
        result: object,
        *,
        data: pd.DataFrame,
        by: Sequence[str] | str = (),
        value: Sequence[str] | str = (),
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register a test of scipy.stats: its statistic and p value, with the units behind each group.

        It is done again on `data`: `value` between the groups of `by`, two variables `by` crossed, or two columns of
        `value`.

        Raises
        ------
        InputError
            The test is of a kind that is not known, or these data have another statistic.
        """
        expect_texts(title=title, population=population)
        names = [[item] if isinstance(item, str) else list(item) for item in (by, value)]
        tabulations, described = tabulate_test(
            result, data=data, units=self.units, by=names[0], value=names[1], population=population
        )
        title = title or f"{described['test']} of {described['of']} by {described['by']}"
        return self._register_cells(name, OutputKind.MODEL, title, tabulations, definition=described)
