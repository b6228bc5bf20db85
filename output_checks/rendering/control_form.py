"""The output control form: what the export holds, filled in, as an Excel sheet. It says nothing that is not published.

CBS processes no export without its form. The fields of CBS's own form could not be read; these are what its users'
summary and the SACRO guide ask for: every file, what it shows, of whom, and what was done to protect it.
"""

import io
from collections.abc import Iterator, Sequence

import openpyxl
from openpyxl.styles import Alignment, Font

from output_checks.model.evidence import Output
from output_checks.model.finding import CheckReport
from output_checks.model.policy import Policy
from output_checks.rendering.words import VERDICTS

_HEADINGS = (
    "Files",
    "Kind",
    "Title",
    "Statistics",
    "Variables",
    "Records",
    "Cells",
    "Suppressed",
    "Verdict of the checks",
    "Reason",
    "Explanation by the researcher",
    "Exception asked for",
)
_WIDTHS = (28, 10, 36, 26, 26, 22, 8, 12, 14, 48, 36, 36)


def control_form(
    outputs: Sequence[Output], report: CheckReport, policy: Policy, *, title: str, author: str, date: str
) -> bytes:
    """The form for these outputs as an .xlsx workbook."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Output control form"
    head = (
        ("Output control form", title),
        ("Submitted by", author),
        ("Date", date),
        ("Policy", f"{policy.label}, version {policy.version}, sha256 {policy.sha256}"),
        ("Checked with", report.toolkit),
        ("Unit levels protected", ", ".join(policy.units)),
    )
    lines = [*head, (), _HEADINGS, *(_line(output, report) for output in outputs)]
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = sheet.cell(row, column)
            cell.value = text
            cell.data_type = "s" if isinstance(text, str) else "n"  # a title that begins with = stays a title
            cell.alignment = Alignment(wrap_text=row > len(head), vertical="top")
            cell.font = Font(bold=row == len(head) + 2 or (row <= len(head) and column == 1))
    for letter, width in zip("ABCDEFGHIJKL", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{len(head) + 3}"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _line(output: Output, report: CheckReport) -> tuple[str | int, ...]:
    judged = report.of(output.name)
    cells = max((len(item.cells) for item in output.tabulations), default=0)
    hidden = max((int(item.hidden.sum()) for item in output.tabulations), default=0)
    return (
        ", ".join(content.name for content in output.files),
        output.kind.value,
        output.title + "".join(f"; {what}: {words}" for what, words in output.definition.items() if what != "records"),
        _listed(item.statistic.value for item in output.tabulations),
        _listed(name for item in output.tabulations for name in (*item.by, item.variable)),
        _listed(item.population for item in output.tabulations),
        cells,
        hidden,
        VERDICTS[judged.outcome],
        judged.reason,
        output.explanation,
        output.exception_request,
    )


def _listed(words: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))
