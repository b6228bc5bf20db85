"""How verdicts and cells are put into words, the same in a notebook, a terminal and a page."""

from output_checks.model.evidence import Cell
from output_checks.model.finding import Outcome, OutputReport

VERDICTS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.REVIEW: "needs review",
    Outcome.NOT_APPLICABLE: "not applicable",
}
SYMBOLS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.REVIEW: "?", Outcome.NOT_APPLICABLE: "–"}


def cell_words(by: tuple[str, ...], cell: Cell) -> str:
    """`sex=girl, background=total`, or `the whole population`."""
    if not by:
        return "the whole population"
    return ", ".join(f"{name}={'total' if part is None else part}" for name, part in zip(by, cell, strict=True))


def verdict_line(report: OutputReport) -> str:
    """The verdict and its reason in a sentence."""
    return f"{VERDICTS[report.outcome]}: {report.reason}"
