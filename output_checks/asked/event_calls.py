"""Outputs that follow units through time: survival tables and flows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.arguments import expect_decimals, expect_name, expect_texts, names_of, text_of
from output_checks.asked.keeping import Keeping
from output_checks.errors import InputError
from output_checks.measuring.flows import expect_one_record_each, flow_tables
from output_checks.model.finding import Outcome, most_cautious
from output_checks.registered import Registered
from output_checks.rendering.csv import table_csv
from output_checks.workflow.protect_together import protect_together
from output_checks.workflow.surviving import SurvivalRequest, SurvivalSearch
from output_checks.workflow.tabling import TableRequest


@dataclass(frozen=True, kw_only=True, repr=False)
class Flows:
    """The tables that a flow consists of, each registered with its own verdict."""

    tables: tuple[Registered, ...]

    @property
    def outcome(self) -> Outcome:
        """The gravest verdict on its tables."""
        return most_cautious(table.outcome for table in self.tables)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.tables))

    def _repr_html_(self) -> str:
        return "\n".join(table._repr_html_() for table in self.tables)


class EventCalls(Keeping):
    """Survival tables and flows of a release."""

    def survival(
        self,
        name: str,
        data: object,
        *,
        duration: str,
        event: str,
        by: Sequence[str] | str = (),
        every: float | None = None,
        breaks: Sequence[float] = (),
        method: str = "kaplan-meier",
        suppress: bool = False,
        decimals: int = 3,
        title: str = "",
        population: str = "all records",
    ) -> Registered:
        """Register a survival table: events, censored, at risk, and survival with its 95 % interval, by group and time.

        `duration` is how long each record lasts and `event` 1 where it ended with the event, 0 where it was lost sight
        of. The curve and the numbers at risk tell exactly how many ended between two times, so those are the counts
        that are judged. Where they are few, `every=3` takes three times together; `breaks=[3, 6, 12]` are your own.

        With `suppress=True` a group with any such time is hidden whole: the gap in a curve can be worked out.
        `method="life-table"` counts the censored as at risk for half of their time (the actuarial estimate). The
        estimate is made of the counts in the table.

        Raises
        ------
        InputError
            A column is absent or of the wrong kind, durations or events are missing, the times make no table, or
            hiding would leave nothing.
        """
        expect_decimals(decimals)
        expect_texts(title=title, population=population, duration=duration, event=event, method=method)
        if not isinstance(breaks, list | tuple | np.ndarray):
            raise InputError("Breaks are numbers in a list.", remedy="breaks=[3, 6, 12]")
        request = SurvivalRequest(
            name=expect_name(name),
            duration=text_of(duration),
            event=text_of(event),
            by=names_of(by, remedy='by=["sex", "track"]'),
            every=every,
            breaks=tuple(np.asarray(breaks).tolist()),
            method=text_of(method),
            suppress=suppress,
            decimals=decimals,
            title=str(title),
            population=str(population),
        )
        output = request.output(data, units=self.units, policy=self.policy)
        (registered,) = self._register_all([(output, {f"{output.name}.csv": table_csv(output.tabulations)})])
        if registered.outcome is Outcome.PASS:
            return registered
        search = SurvivalSearch(
            request=request,
            data=data,
            output=registered.output,
            outcome=registered.outcome,
            units=self.units,
            policy=self.policy,
            beside=self._beside,
        )
        return self._with_search(registered, search)

    def flows(
        self,
        name: str,
        data: object,
        *,
        steps: Sequence[str],
        by: Sequence[str] | str = (),
        paths: bool = False,
        suppress: bool = False,
        decimals: int = 1,
        round: int = 1,  # noqa: A002 - as pandas calls it
        population: str = "all records",
    ) -> Flows:
        """Register what a flow (Sankey) diagram draws: counts from each category to each of the next step, with totals.

        `steps=["advice", "track_3", "diploma"]` makes two tables, `<name>_1` and `<name>_2`, each with the percentage
        of a category that went to each next one. `paths=True` adds `<name>_paths`, whole paths with all of their
        totals. The tables are of the same records, one for each unit, and share their margins: what they give away
        together is judged, and `suppress=True` protects all of them at once. With `round=5` there are no percentages.

        Raises
        ------
        InputError
            There are no two steps, a unit has several records, a column is absent, or the tables cannot be protected.
        """
        expect_decimals(decimals)
        expect_texts(population=population)
        names = names_of(steps, remedy='steps=["advice", "track_3"]')
        groups = names_of(by, remedy='by=["sex"]')
        wanted = flow_tables(expect_name(name), steps=names, by=groups, paths=paths)
        expect_one_record_each(data, columns=[*groups, *names], units=self.units)
        requests = [
            TableRequest(
                name=expect_name(table.name),
                by=table.by,
                statistic="count" if round != 1 else ("count", "percent of row"),
                margins=True,
                suppress=False,
                decimals=decimals,
                round=round,
                title=table.title,
                population=population,
            )
            for table in wanted
        ]
        outputs = [request.output(data, units=self.units, policy=self.policy) for request in requests]
        if suppress:
            protected = protect_together([output.tabulations for output in outputs], self.policy)
            outputs = [replace(output, tabulations=own) for output, own in zip(outputs, protected, strict=True)]
        made = [(output, {f"{output.name}.csv": table_csv(output.tabulations)}) for output in outputs]
        found = zip(requests, self._register_all(made), strict=True)
        asked = [(replace(request, suppress=suppress), table) for request, table in found]
        return Flows(tables=tuple(self._searchable([table], request, data)[0] for request, table in asked))
