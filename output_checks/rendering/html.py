"""Outputs with their verdicts as HTML: a fragment for a notebook, a page for the output checker. Nothing is fetched."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from output_checks.model.evidence import FactName, Output, Tabulation
from output_checks.model.finding import CheckReport, Finding, Outcome, OutputReport
from output_checks.rendering.csv import HIDDEN, TOTAL
from output_checks.rendering.words import SYMBOLS, VERDICTS

_FOLDER = Path(__file__).parent / "templates"
_MOST_ROWS = 60
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER, encoding="utf-8"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def output_html(output: Output, report: OutputReport) -> str:
    """One output as the researcher sees it: what would leave, coloured by verdict, without the counts behind it."""
    template = _PAGES.from_string('{% from "output.html" import output with context %}{{ output(view) }}')
    body = template.render(view=_view(output, report, {}), inside=False, verdicts=VERDICTS, symbols=SYMBOLS)
    return f'<style>{_style()}</style><div class="oc">{body}</div>'


def review_page(
    outputs: Sequence[Output], contents: Mapping[str, bytes], report: CheckReport, *, title: str, facts: str
) -> str:
    """The whole submission on one page, with the counts behind every cell. For inside only."""
    return _PAGES.get_template("page.html").render(
        views=[_view(output, report.of(output.name), contents) for output in outputs],
        title=title,
        facts=facts,
        inside=True,
        style=_style(),
        verdicts=VERDICTS,
        symbols=SYMBOLS,
    )


@dataclass(frozen=True, kw_only=True)
class _Row:
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    inside: tuple[str, ...]
    state: str
    total: bool


@dataclass(frozen=True, kw_only=True)
class _View:
    """What a template shows of one output."""

    name: str
    title: str
    kind: str
    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]
    headings: tuple[str, ...]
    inside_headings: tuple[str, ...]
    rows: tuple[_Row, ...]
    more: int
    picture: str
    explanation: str
    exception_request: str
    checked: str


def _view(output: Output, report: OutputReport, contents: Mapping[str, bytes]) -> _View:
    first = output.tabulations[0] if output.tabulations else None
    facts = _inside_facts(output.tabulations)
    passed = [finding.rule for finding in report.findings if finding.outcome is Outcome.PASS]
    return _View(
        name=output.name,
        title=output.title or output.name,
        kind=output.kind.value,
        outcome=report.outcome,
        reason=report.reason,
        findings=report.reasons,
        headings=(*first.by, *(item.statistic.column for item in output.tabulations)) if first else (),
        inside_headings=tuple(facts),
        rows=tuple(_rows(output.tabulations, report, facts)[:_MOST_ROWS]),
        more=max(0, len(first.cells) - _MOST_ROWS) if first else 0,
        picture=_picture(output, contents),
        explanation=output.explanation,
        exception_request=output.exception_request,
        checked=", ".join(dict.fromkeys(passed)) + " passed" if passed else "nothing passed",
    )


def _rows(tabulations: Sequence[Tabulation], report: OutputReport, facts: Mapping[str, Sequence[str]]) -> list[_Row]:
    if not tabulations:
        return []
    first = tabulations[0]
    failed = {cell for item in report.findings if item.outcome is Outcome.FAIL for cell in item.cells}
    doubtful = {cell for item in report.findings if item.outcome is Outcome.REVIEW for cell in item.cells}
    rows = []
    for position, cell in enumerate(first.cells):
        hidden = bool(first.hidden[position])
        state = "fail" if position in failed else "hidden" if hidden else "review" if position in doubtful else "pass"
        rows.append(
            _Row(
                labels=tuple(TOTAL if part is None else part for part in cell),
                texts=tuple(_text(item, position) for item in tabulations),
                inside=tuple(column[position] for column in facts.values()),
                state=state,
                total=any(part is None for part in cell),
            )
        )
    return rows


def _inside_facts(tabulations: Sequence[Tabulation]) -> dict[str, list[str]]:
    """Columns for the output checker: the units behind each cell, and the bounds of hidden ones."""
    columns: dict[str, list[str]] = {}
    for item in tabulations:
        for fact in item.facts:
            if fact.name in {FactName.CONTRIBUTORS, FactName.RARE_SIDE}:
                what = f"{fact.of}s" if fact.name is FactName.CONTRIBUTORS else f"{fact.of}s on the rare side"
                columns.setdefault(what, [f"{number:.0f}" for number in fact.values])
    counts = next((item for item in tabulations if item.fact(FactName.LOWER_BOUND)), None)
    lower = counts.fact(FactName.LOWER_BOUND) if counts else None
    upper = counts.fact(FactName.UPPER_BOUND) if counts else None
    if counts and lower and upper and counts.hidden.any():
        columns["outsider can prove"] = [
            f"{low:.0f} to {high:.0f}" if hidden else ""
            for low, high, hidden in zip(lower.values, upper.values, counts.hidden, strict=True)
        ]
    return columns


def _text(item: Tabulation, position: int) -> str:
    if item.hidden[position]:
        return HIDDEN
    number = item.published[position]
    return "" if np.isnan(number) else f"{number:,.{item.decimals}f}"


def _picture(output: Output, contents: Mapping[str, bytes]) -> str:
    picture = next((c.name for c in output.files if c.name.lower().endswith(".png") and c.name in contents), "")
    return f"data:image/png;base64,{base64.b64encode(contents[picture]).decode('ascii')}" if picture else ""


def _style() -> Markup:
    return Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of our own
