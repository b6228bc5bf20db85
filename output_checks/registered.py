"""What a researcher gets back when an output is registered: the output with its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome, OutputReport
from output_checks.rendering.csv import published_frame
from output_checks.rendering.html import output_html
from output_checks.rendering.words import verdict_line


@dataclass(frozen=True, kw_only=True, repr=False)
class Registered:
    """A registered output with its verdict. Shows itself in a notebook, without the counts behind it."""

    output: Output
    report: OutputReport
    files: Mapping[str, bytes]

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

    def __repr__(self) -> str:
        hidden = int(self.output.tabulations[0].hidden.sum()) if self.output.tabulations else 0
        suppressed = f" {hidden} of {len(self.output.tabulations[0].cells)} cells are suppressed." if hidden else ""
        return f"{self.output.name}: {verdict_line(self.report)}{suppressed}"

    def _repr_html_(self) -> str:
        return output_html(self.output, self.report, self.files)
