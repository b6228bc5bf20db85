"""Models and tests on a release: what a statistical package fitted, judged by the units behind it."""

from collections.abc import Sequence

import pandas as pd

from output_checks.arguments import expect_decimals, expect_texts
from output_checks.asked.keeping import Keeping, output_of_cells
from output_checks.errors import InputError
from output_checks.measuring.models import (
    is_learned,
    model_questions,
    read_fitted,
    tabulate_learned,
    tabulate_model,
    tabulate_test,
)
from output_checks.measuring.twins import twin_questions
from output_checks.model.evidence import Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.workflow.model_mending import ModelSearch
from output_checks.workflow.tabling import literal


class ModelCalls(Keeping):
    """What a release takes of statistical packages: results objects of fitted models, and of tests."""

    def model(
        self,
        name: str,
        fitted: object,
        *,
        data: pd.DataFrame,
        outcome: str = "",
        decimals: int = 4,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register a fitted model: its coefficients and standard errors, with the units each rests on.

        `fitted` is a results object of linearmodels, statsmodels or pyfixest. `data` is the frame that the model was
        fitted on, with the unit key columns and the same index. Residuals, predictions and estimated effects are
        values of single units: tabulate them over groups with `release.table`.

        A DecisionTreeClassifier or DecisionTreeRegressor of scikit-learn becomes the table of its leaves by `outcome`,
        the column that it explains; a KMeans that of its clusters. Both are fitted on a frame: `fit(data[columns])`.

        Raises
        ------
        InputError
            The model is of a kind that is not known, or its observations are not in `data`.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population, outcome=outcome)
        if is_learned(fitted):
            return self._learned(
                name, fitted, data=data, outcome=outcome, decimals=decimals, title=title, population=population
            )
        if outcome:
            raise InputError("This model knows what it explains.", remedy="leave `outcome` out")

        def made(results: object, frame: pd.DataFrame, records: str) -> Output:
            model = read_fitted(results)
            return output_of_cells(
                name,
                OutputKind.MODEL,
                title or f"{model.description['estimator']} of {model.description['outcome']}",
                tabulate_model(model, data=frame, units=self.units, decimals=decimals, population=records),
                questions=(*model_questions(model, frame), *twin_questions(frame, units=self.units)),
                definition=model.description,
            )

        output = made(fitted, data, str(population))
        registered = self._register(output, {f"{output.name}.csv": table_csv(output.tabulations)})
        if registered.outcome is Outcome.PASS:
            return registered
        how = {"decimals": decimals, "title": title, "population": population}
        usual = {"decimals": 4, "title": "", "population": "all records"}
        words = [f", {word}={literal(given)}" for word, given in how.items() if given != usual[word]]
        search = ModelSearch(
            fitted=fitted,
            data=data,
            output=registered.output,
            report=registered.report,
            call="".join(word for word in words if not word.startswith(", population")),
            population=str(population),
            make=made,
            units=self.units,
            policy=self.policy,
            beside=self._beside,
        )
        return self._with_search(registered, search)

    def _learned(
        self,
        name: str,
        fitted: object,
        *,
        data: pd.DataFrame,
        outcome: str,
        decimals: int,
        title: str,
        population: str,
    ) -> Registered:
        """A tree or clusters of scikit-learn, as a table."""
        found = tabulate_learned(
            fitted,
            data=data,
            outcome=outcome,
            units=self.units,
            minimum={level: self.policy.limits(level)["minimum_contributors"] for level in self.policy.units},
            decimals=decimals,
            population=population,
        )
        return self._register_cells(
            name,
            OutputKind.MODEL,
            title or found.title,
            found.tabulations,
            questions=(*found.questions, *twin_questions(data, units=self.units)),
            definition=found.description,
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
        return self._register_cells(
            name,
            OutputKind.MODEL,
            title,
            tabulations,
            questions=twin_questions(data, units=self.units),
            definition=described,
        )
