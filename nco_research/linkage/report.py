"""What a school is told about its delivery: per kind of finding how many rows, on which lines, and what to do.

Line numbers of the school's own file, and never a value. How many rows are accepted is not said: with objections
dropped, the difference would tell how many pupils of the school objected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from nco_research.linkage.kinds import Finding, Severity
from nco_research.linkage.layout import school_year_name
from nco_research.linkage.validation import Checked
from nco_research.linkage.wording import LANGUAGES, said
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True)
class _Phrases:
    title: str
    school: str
    year: str
    lines: str
    refused: str
    rows_refused: str
    remarks: str
    sound: str
    errors: str
    warnings: str
    rows: str
    row: str
    on_lines: str
    more: str
    columns: str
    remedy: str
    explained: str


_PHRASES: Mapping[str, _Phrases] = {
    "en": _Phrases(
        title="Report on delivery {name}",
        school="School and branch",
        year="School year",
        lines="Rows in the file",
        refused="The delivery cannot be used. Nothing of it is processed until it is delivered again.",
        rows_refused="The delivery can be used, but rows with an error are left out.",
        remarks="The delivery can be used. There are remarks.",
        sound="The delivery can be used. Nothing was found.",
        errors="Errors: left out until corrected",
        warnings="Remarks: nothing is left out but, where it says so, the value",
        rows="{n} rows",
        row="1 row",
        on_lines="line",
        more="and further",
        columns="column",
        remedy="What to do",
        explained="Lines are counted from the top of the file; the line with the column names is line 1.",
    ),
    "nl": _Phrases(
        title="Verslag van levering {name}",
        school="School en vestiging",
        year="Schooljaar",
        lines="Regels in het bestand",
        refused="De levering is niet bruikbaar. Er wordt niets van verwerkt totdat u opnieuw levert.",
        rows_refused="De levering is bruikbaar, maar regels met een fout worden weggelaten.",
        remarks="De levering is bruikbaar. Er zijn opmerkingen.",
        sound="De levering is bruikbaar. Er is niets gevonden.",
        errors="Fouten: weggelaten totdat ze zijn verbeterd",
        warnings="Opmerkingen: er wordt niets weggelaten behalve, waar dat staat, de waarde",
        rows="{n} regels",
        row="1 regel",
        on_lines="regel",
        more="en verder",
        columns="kolom",
        remedy="Wat te doen",
        explained="Regels zijn geteld vanaf het begin van het bestand; de regel met kolomnamen is regel 1.",
    ),
}


def as_text(checked: Checked, *, language: str = "nl") -> str:
    """The report as plain text, in Dutch (`nl`) or English (`en`)."""
    phrases = _phrases(language)
    lines = [_title(checked, phrases), ""]
    lines += [f"{name}: {value}" for name, value in _facts(checked, phrases)]
    lines += ["", _verdict(checked, phrases)]
    for heading, findings in _sections(checked, phrases):
        lines += ["", heading]
        for item in findings:
            words = said(item.kind, language)
            where = _where(item, phrases)
            lines += [f"- {words.problem}{f' ({where})' if where else ''}", f"  {phrases.remedy}: {words.remedy}."]
    if any(item.lines for item in checked.findings):
        lines += ["", phrases.explained]
    return "\n".join(lines) + "\n"


def as_html(checked: Checked, *, language: str = "nl") -> str:
    """The report as a page of its own, without scripts or anything from elsewhere."""
    phrases = _phrases(language)
    title = escape(_title(checked, phrases))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(checked, phrases))
    body = [f"<h1>{title}</h1>", f"<dl>{facts}</dl>", f"<p><strong>{escape(_verdict(checked, phrases))}</strong></p>"]
    for heading, findings in _sections(checked, phrases):
        body.append(f"<h2>{escape(heading)}</h2>")
        body += [_as_item(item, phrases, language) for item in findings]
    if any(item.lines for item in checked.findings):
        body.append(f"<p>{escape(phrases.explained)}</p>")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#1a1a1a}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1.5em}dd{margin:0}"
    "section{border-left:4px solid #b00020;padding-left:1em;margin:1em 0}section.warning{border-color:#8a6d00}"
)


def _as_item(item: Finding, phrases: _Phrases, language: str) -> str:
    words = said(item.kind, language)
    where = _where(item, phrases)
    return (
        f'<section class="{item.kind.severity.value}"><p>{escape(words.problem)}</p>'
        + (f"<p>{escape(where[0].upper() + where[1:])}.</p>" if where else "")
        + f"<p>{escape(phrases.remedy)}: {escape(words.remedy)}.</p></section>"
    )


def _phrases(language: str) -> _Phrases:
    if language not in LANGUAGES:
        raise InputError(f"There is no report in the language {language!r}.", remedy=" or ".join(LANGUAGES))
    return _PHRASES[language]


def _title(checked: Checked, phrases: _Phrases) -> str:
    return phrases.title.format(name=checked.delivery.path.name)


def _facts(checked: Checked, phrases: _Phrases) -> list[tuple[str, str]]:
    delivery = checked.delivery
    facts = []
    if delivery.school_year:
        facts += [(phrases.school, delivery.brin + delivery.branch)]
        facts += [(phrases.year, school_year_name(delivery.school_year))]
    return [*facts, (phrases.lines, str(delivery.rows))]


def _verdict(checked: Checked, phrases: _Phrases) -> str:
    if checked.refused:
        return phrases.refused
    if any(item.kind.severity is Severity.ERROR for item in checked.findings):
        return phrases.rows_refused
    return phrases.remarks if checked.findings else phrases.sound


def _sections(checked: Checked, phrases: _Phrases) -> list[tuple[str, list[Finding]]]:
    """Errors and warnings, those about the whole file first."""
    ordered = sorted(checked.findings, key=lambda item: not item.kind.whole_file)
    sections = [
        (heading, [item for item in ordered if item.kind.severity is severity])
        for severity, heading in ((Severity.ERROR, phrases.errors), (Severity.WARNING, phrases.warnings))
    ]
    return [(heading, findings) for heading, findings in sections if findings]


def _where(item: Finding, phrases: _Phrases) -> str:
    """`3 rows: line 2, 7, 12`, `column 16`, or nothing for the file as a whole."""
    if item.columns:
        return f"{phrases.columns} {', '.join(item.columns)}"
    if not item.rows:
        return ""
    counted = phrases.row if item.rows == 1 else phrases.rows.format(n=item.rows)
    listed = ", ".join(map(str, item.lines))
    further = f", {phrases.more}" if item.rows > len(item.lines) else ""
    return f"{counted}: {phrases.on_lines} {listed}{further}"
