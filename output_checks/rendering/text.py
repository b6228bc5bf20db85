"""One output as text for the output checker: verdict, reasons, and the counts behind its cells. For inside only."""

from collections.abc import Iterator, Mapping

from output_checks.model.evidence import Output
from output_checks.model.finding import OutputReport
from output_checks.rendering.cells import cell_rows
from output_checks.rendering.preview import file_rows
from output_checks.rendering.words import SYMBOLS, VERDICTS, definition_words


def output_text(
    output: Output, report: OutputReport, contents: Mapping[str, bytes], *, most_rows: int | None = None
) -> Iterator[str]:
    """Lines of text; at most `most_rows` cells, those that a finding names first. `contents` has the files' bytes."""
    files = ", ".join(item.name for item in output.files)
    yield f"{SYMBOLS[report.outcome]} {output.name} ({output.kind}, {files}): {VERDICTS[report.outcome]}"
    if output.title and output.title != output.name:
        yield f"  {output.title}"
    if definition_words(output):
        yield f"  {definition_words(output)}"
    yield f"  {report.reason}"
    for finding in report.reasons:
        yield f"  {finding.rule} {VERDICTS[finding.outcome]}: {finding.message}"
        if finding.detail:
            yield f"       behind it: {finding.detail}"
    for what, text in (("Explanation", output.explanation), ("Exception asked for", output.exception_request)):
        if text:
            yield f"  {what}: {text}"
    yield from (f"  {line}" for line in _table(output, report, contents, most_rows))


def _table(output: Output, report: OutputReport, contents: Mapping[str, bytes], most_rows: int | None) -> Iterator[str]:
    headings, inside_headings, rows = cell_rows(output.tabulations, report)
    if not rows:
        headings, rows = file_rows(output, contents)
    if not rows:
        return
    shown = sorted(rows, key=lambda row: row.state == "pass")[:most_rows] if most_rows else rows
    bar = ("|",) if inside_headings else ()
    lines = [(*headings, *bar, *inside_headings), *((*r.labels, *r.texts, *bar, *r.inside) for r in shown)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    n_labels = len(rows[0].labels)
    for line in lines:
        padded = [
            text.ljust(width) if column < n_labels else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(padded).rstrip()
    if len(shown) < len(rows):
        yield f"... and {len(rows) - len(shown)} more rows: --output {output.name}"
