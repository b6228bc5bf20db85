"""What was found in all deliveries of a folder, for the staff who take them in: a line each, and what occurs most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nco_research.linkage.kinds import Kind, Severity
from nco_research.linkage.validation import Checked
from nco_research.linkage.wording import LANGUAGES, said
from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True)
class _Phrases:
    title: str
    refused: str
    rows_refused: str
    remarks: str
    sound: str
    rows: str
    findings: str
    in_files: str
    further: str


_PHRASES: Mapping[str, _Phrases] = {
    "en": _Phrases(
        title="{n} deliveries: {refused} cannot be used, {faulty} can but for rows with an error, {sound} can whole",
        refused="cannot be used",
        rows_refused="rows with an error are left out",
        remarks="remarks",
        sound="nothing found",
        rows="rows",
        findings="Found, in how many deliveries",
        in_files="error",
        further="Per delivery, with line numbers: nco validate FILE",
    ),
    "nl": _Phrases(
        title="{n} leveringen: {refused} niet bruikbaar, {faulty} bruikbaar op regels met een fout na, {sound} geheel",
        refused="niet bruikbaar",
        rows_refused="regels met een fout worden weggelaten",
        remarks="opmerkingen",
        sound="niets gevonden",
        rows="regels",
        findings="Gevonden, in hoeveel leveringen",
        in_files="fout",
        further="Per levering, met regelnummers: nco validate BESTAND",
    ),
}


def as_text(checked: Sequence[Checked], *, folder: Path, language: str = "nl") -> str:
    """Aligned lines, in Dutch (`nl`) or English (`en`): per delivery its path, number of rows and what becomes of it.

    Raises
    ------
    InputError
        There is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"There is no summary in the language {language!r}.", remedy=" or ".join(LANGUAGES))
    phrases = _PHRASES[language]
    refused = sum(item.refused for item in checked)
    faulty = sum(has_errors(item) and not item.refused for item in checked)
    title = phrases.title.format(
        n=f"{len(checked):,}",
        refused=f"{refused:,}",
        faulty=f"{faulty:,}",
        sound=f"{len(checked) - refused - faulty:,}",
    )
    width = max((len(item.named(folder)) for item in checked), default=0)
    lines = [
        f"{item.named(folder):<{width}}  {item.delivery.rows:>7,} {phrases.rows}  " + _verdict(item, phrases, language)
        for item in checked
    ]
    return "\n".join([title, "", *lines, "", *_found(checked, phrases, language), phrases.further]) + "\n"


def has_errors(checked: Checked) -> bool:
    """Whether anything of a delivery is left out."""
    return any(item.kind.severity is Severity.ERROR for item in checked.findings)


def _verdict(checked: Checked, phrases: _Phrases, language: str) -> str:
    if checked.refused:
        why = " ".join(said(kind, language).problem for kind in checked.kinds_refused)
        return f"{phrases.refused}: {why}"
    if has_errors(checked):
        return phrases.rows_refused
    return phrases.remarks if checked.findings else phrases.sound


def _found(checked: Sequence[Checked], phrases: _Phrases, language: str) -> list[str]:
    """Each kind of finding with the number of deliveries that have it, the most frequent first."""
    numbers = {kind: sum(any(f.kind is kind for f in item.findings) for item in checked) for kind in Kind}
    found = sorted((kind for kind in Kind if numbers[kind]), key=lambda kind: -numbers[kind])
    lines = [
        f"{numbers[kind]:>7,}  {said(kind, language).problem}"
        + (f" ({phrases.in_files})" if kind.severity is Severity.ERROR else "")
        for kind in found
    ]
    return [phrases.findings, *lines, ""] if lines else []
