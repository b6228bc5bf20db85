"""How verdicts and cells are put into words, the same in a notebook, a terminal and a page."""

from output_checks.model.evidence import Cell, Output
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


def definition_words(output: Output) -> str:
    """How it was made, and how much of it is hidden: `records: all; 2 of 4 cells suppressed`."""
    parts = [f"{what}: {words}" for what, words in output.definition.items()]
    hidden = max((int(item.hidden.sum()) for item in output.tabulations), default=0)
    if hidden:
        parts.append(f"{hidden} of {len(output.tabulations[0].cells)} cells suppressed")
    return "; ".join(parts)


def verdict_line(report: OutputReport) -> str:
    """The verdict and its reason in a sentence."""
    return f"{VERDICTS[report.outcome]}: {report.reason}"


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut where it is longer than that many characters."""
    line = " ".join(text[: 10 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
