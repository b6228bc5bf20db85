"""What a researcher gets back when an output is registered: the output with its verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from output_checks.measuring.units import Units
from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome, OutputReport
from output_checks.model.policy import Policy
from output_checks.rendering.csv import published_frame
from output_checks.rendering.html import Advice, output_html
from output_checks.rendering.words import verdict_line
from output_checks.workflow.mending import Beside, Mendings, MendingSearch, outcome_words
from output_checks.workflow.tabling import TableRequest


@dataclass(frozen=True, kw_only=True, repr=False)
class Registered:
    """A registered output with its verdict. Shows itself in a notebook, without the counts behind it."""

    output: Output
    report: OutputReport
    files: Mapping[str, bytes]
    search: MendingSearch | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """What would leave, one row per cell; NaN where suppressed."""
        return published_frame(self.output.tabulations)

    @property
    def outcome(self) -> Outcome:
        return self.report.outcome

    @property
    def reason(self) -> str:
        return self.report.reason

    @property
    def mendings(self) -> Mendings:
        """The smallest changes that make the table pass, each tried: `table.mendings.found[0].call`.

        They are searched for when they are first asked for, or shown in a notebook. Of an output that is not a table
        made with `release.table` there are none.
        """
        return Mendings() if self.search is None else self.search.run()

    def with_search(
        self,
        request: TableRequest,
        data: object,
        *,
        units: Units,
        policy: Policy,
        beside: Callable[[], Beside],
    ) -> "Registered":
        """The same, with all it takes to look for mendings; itself where it passes."""
        if self.outcome is Outcome.PASS:
            return self
        search = MendingSearch(
            request=request, data=data, output=self.output, units=units, policy=policy, beside=beside
        )
        return replace(self, search=search)

    def __repr__(self) -> str:
        hidden = int(self.output.tabulations[0].hidden.sum()) if self.output.tabulations else 0
        suppressed = f" {hidden} of {len(self.output.tabulations[0].cells)} cells are suppressed." if hidden else ""
        return f"{self.output.name}: {verdict_line(self.report)}{suppressed}"

    def _repr_html_(self) -> str:
        mendings = Mendings() if self.search is None else self.search.for_display()
        advice = [Advice(what=item.what, call=item.call, came_of_it=outcome_words(item)) for item in mendings.found]
        return output_html(self.output, self.report, self.files, advice=advice, remark=mendings.remark)
