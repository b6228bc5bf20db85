"""What a researcher gets back when an output is registered: the output with its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome, OutputReport
from output_checks.rendering.csv import published_frame
from output_checks.rendering.html import Advice, output_html
from output_checks.rendering.words import said, verdict_line
from output_checks.workflow.mending import Mendings, Search, outcome_words


@dataclass(frozen=True, kw_only=True, repr=False)
class Registered:
    """A registered output with its verdict. Shows itself in a notebook, without the counts behind it.

    It is what `release.table`, `release.model`, `release.figure` and `release.file` give.
    """

    output: Output
    report: OutputReport
    files: Mapping[str, bytes]
    search: Search | None = None
    language: str = "en"
    """Of what a notebook shows: `en` or `nl`. What leaves, and what output checkers see, stays as it is."""

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

        They are searched for when they are first asked for, or shown in a notebook. Of a figure, of a file and of an
        output of an earlier session there are none.
        """
        return Mendings() if self.search is None else self.search.run()

    def with_search(self, search: Search | None) -> "Registered":
        """The same, with all it takes to look for mendings; itself where it passes."""
        return self if self.outcome is Outcome.PASS else replace(self, search=search)

    def __repr__(self) -> str:
        hidden = int(self.output.tabulations[0].hidden.sum()) if self.output.tabulations else 0
        every = len(self.output.tabulations[0].cells) if hidden else 0
        words = said("{hidden} of {all} cells are suppressed.", self.language, hidden=hidden, all=every)
        return f"{self.output.name}: {verdict_line(self.report, self.language)}{f' {words}' if hidden else ''}"

    def _repr_html_(self) -> str:
        return self.html()

    def html(self, *, advise: bool = True, given: str = "") -> str:
        """What a notebook shows; with `advise=False` without mendings. `given` is HTML of what pandas gave."""
        mendings = self.search.for_display() if self.search is not None and advise else Mendings()
        return output_html(
            self.output,
            self.report,
            self.files,
            advice=[Advice(what=item.what, call=item.call, came_of_it=outcome_words(item)) for item in mendings.found],
            remark=mendings.remark,
            language=self.language,
            given=given,
        )
