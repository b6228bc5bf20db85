"""Outputs with their verdicts as HTML: a fragment for a notebook, a page for the output checker. Nothing is fetched."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from output_checks.model.evidence import Output, OutputKind
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.rendering.cells import CellRow, cell_rows
from output_checks.rendering.grid import MARKS, grid_of
from output_checks.rendering.preview import file_rows
from output_checks.rendering.words import SYMBOLS, VERDICTS, definition_words, retold, said, shortened

_FOLDER = Path(__file__).parent / "templates"
_MOST_ROWS = 60
_MOST_COLUMNS = 30
_LONGEST_TITLE = 160
_LONGEST_TEXT = 1_000
_LONGEST_CALL = 800
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER, encoding="utf-8"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A change to the table that was tried: what, the call that does it, and what came of it."""

    what: str
    call: str
    came_of_it: str


def output_html(
    output: Output,
    report: OutputReport,
    files: Mapping[str, bytes],
    *,
    advice: Sequence[Advice] = (),
    remark: str = "",
    language: str = "en",
    given: str = "",
) -> str:
    """One output as the researcher sees it: what would leave, coloured by verdict, without the counts behind it.

    `remark` is what there is to say of the advice, or of there being none. `given` is HTML of what pandas gave for it,
    from pandas itself; it is folded away, except where the output passes.
    """
    measured = bool(output.tabulations) and output.kind is not OutputKind.FILE
    rows: tuple[tuple[str, ...], list[CellRow]] = ((), []) if measured else file_rows(output, files)
    picture = _picture(output, files)
    body = _PAGES.get_template(
        "notebook.html"
    ).render(
        output=output,
        title=shortened(output.title or output.name, _LONGEST_TITLE),
        definition=shortened(definition_words(output, language), _LONGEST_TEXT),
        outcome=report.outcome,
        reason=_told(shortened(report.reason, _LONGEST_TEXT), language),
        told=partial(_told, language=language),
        say=partial(_said, language),
        given=Markup(given),  # noqa: S704 - pandas' own, which escapes what it shows
        findings=report.reasons,
        grid=grid_of(output.tabulations, report) if measured and not picture else None,
        headings=[shortened(heading, _LONGEST_TITLE) for heading in rows[0][:_MOST_COLUMNS]],
        rows=[replace(row, texts=row.texts[:_MOST_COLUMNS]) for row in rows[1][:_MOST_ROWS]],
        wider=len(rows[0]) if len(rows[0]) > _MOST_COLUMNS else 0,
        more=max(0, len(rows[1]) - _MOST_ROWS),
        picture=picture,
        advice=advice,
        longest_call=_LONGEST_CALL,
        remark=remark,
        marks=MARKS,
        verdicts=VERDICTS,
        symbols=SYMBOLS,
    )
    return _fragment(body, language)


def release_html(
    outputs: Sequence[Output], report: CheckReport, *, title: str, language: str = "en", asked: Sequence[str] = ()
) -> str:
    """What is in a release: a line for each output, its verdict, and what still falls short of leaving.

    `asked` are the names of outputs that fail and for which an exception was asked.
    """
    reports = [report.of(output.name) for output in outputs]
    order = {Outcome.FAIL: 0, Outcome.REVIEW: 1}
    lines = sorted(zip(outputs, reports, strict=True), key=lambda line: order.get(line[1].outcome, 2))
    body = _PAGES.get_template("release.html").render(
        title=title,
        policy=report.policy,
        lines=lines[:_MOST_ROWS],
        more=max(0, len(lines) - _MOST_ROWS),
        every=len(lines),
        passed=sum(one.outcome is Outcome.PASS for one in reports),
        asked=set(asked),
        told=partial(_told, language=language),
        say=partial(_said, language),
        shortened=shortened,
        verdicts=VERDICTS,
        symbols=SYMBOLS,
    )
    return _fragment(body, language)


def _fragment(body: str, language: str) -> str:
    return f'<style>{_style()}</style><div class="oc oc-notebook" lang="{language}">{body}</div>'


def _told(text: str, language: str) -> Markup:
    """A text in the language of the view; where there are no words for it, marked as English for screen readers."""
    chosen = retold(text, language)
    english = language != "en" and chosen == text and " " in text
    return Markup('<span lang="en">{}</span>').format(text) if english else escape(chosen)


def _said(language: str, text: str, **parts: object) -> str:
    return said(text, language, **parts)


def review_page(
    outputs: Sequence[Output], contents: Mapping[str, bytes], report: CheckReport, *, title: str, facts: str
) -> str:
    """The whole submission on one page, with the counts behind every cell. For inside only."""
    return _PAGES.get_template("page.html").render(
        views=[_view(output, report.of(output.name), contents) for output in outputs],
        title=title,
        facts=facts,
        style=_style(),
        verdicts=VERDICTS,
        symbols=SYMBOLS,
    )


@dataclass(frozen=True, kw_only=True)
class _View:
    """What a template shows of one output."""

    name: str
    title: str
    kind: str
    outcome: Outcome
    reason: str
    definition: str
    findings: tuple[Finding, ...]
    headings: tuple[str, ...]
    inside_headings: tuple[str, ...]
    rows: tuple[CellRow, ...]
    more: int
    picture: str
    explanation: str
    exception_request: str
    checked: str


def _view(output: Output, report: OutputReport, contents: Mapping[str, bytes]) -> _View:
    measured = output.tabulations if output.kind is not OutputKind.FILE else ()
    headings, inside_headings, rows = cell_rows(measured, report)
    if not rows:
        headings, rows = file_rows(output, contents)
    passed = [finding.rule for finding in report.findings if finding.outcome is Outcome.PASS]
    return _View(
        name=output.name,
        title=output.title or output.name,
        kind=output.kind.value,
        outcome=report.outcome,
        reason=report.reason,
        definition=definition_words(output),
        findings=report.reasons,
        headings=headings,
        inside_headings=inside_headings,
        rows=tuple(rows[:_MOST_ROWS]),
        more=max(0, len(rows) - _MOST_ROWS),
        picture=_picture(output, contents),
        explanation=output.explanation,
        exception_request=output.exception_request,
        checked=", ".join(dict.fromkeys(passed)) + " passed" if passed else "nothing passed",
    )


def _picture(output: Output, contents: Mapping[str, bytes]) -> str:
    picture = next((c.name for c in output.files if c.name.lower().endswith(".png") and c.name in contents), "")
    return f"data:image/png;base64,{base64.b64encode(contents[picture]).decode('ascii')}" if picture else ""


def _style() -> Markup:
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of our own
