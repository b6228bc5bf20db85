"""Rules for files: what is in the bytes, whatever was said about them."""

import re
from collections.abc import Sequence

import numpy as np

from output_checks.model.evidence import FactName, FileContent, Origin, Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import FileRule

_MAY_BE_A_KEY = re.compile(r"\d{5,}|\d{2}[A-Za-z]{2}\b|\d{4} ?[A-Z]{2}\b|@")
_NO_VALUES = "no column looks like a linking key or identifier"


def _keys(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:
    unit_keys = {key.strip().casefold() for key in output.keys}
    suspect = _suspect(content, output)
    columns = [name for name in content.columns if name in suspect or name.strip().casefold() in unit_keys]
    if columns:
        listed = ", ".join(_without_keys(columns, content.columns))
        return Outcome.FAIL, f"{content.name} holds linking keys or direct identifiers (column {listed})."
    if content.looks_like_unit_records and not content.matches_evidence:
        return Outcome.FAIL, f"{content.name} looks like records of single units, not like a table."
    if not content.readable:
        return Outcome.REVIEW, f"{content.name} could not be searched for linking keys: is there any in it?"
    return _names(content, output, policy)


def _suspect(content: FileContent, output: Output) -> frozenset[str]:
    """Columns that look like keys. In exactly the measured cells only categories can be: sums may have nine digits.

    Nor are these cells records of single units: how many units stand behind each is known, and judged.
    """
    found = frozenset(content.key_columns)
    if not content.matches_evidence:
        return found
    return found & {name for item in output.tabulations for name in item.by}


def _names(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:
    """Whether a category of a measured table is called after a key."""
    named = _named_by_keys(output, policy)
    if np.isnan(named):
        return Outcome.REVIEW, f"Nobody set the categories of {content.name} against the keys: is one among them?"
    if named >= 1:
        return Outcome.FAIL, f"{content.name} has categories that are called after the key of a unit."
    if named > 0:
        return Outcome.REVIEW, f"{content.name} has categories called as a unit is: are these its keys or names?"
    return Outcome.PASS, _NO_VALUES


def _named_by_keys(output: Output, policy: Policy) -> float:
    """How certain it is that a category of a measured table is a key: 1, 0.5 or 0; NaN where that was not measured."""
    if output.kind is OutputKind.FILE or not output.tabulations:
        return 0.0
    facts = [
        tabulation.fact(FactName.NAMED_BY_KEY, level) for level in policy.units for tabulation in output.tabulations
    ]
    known = [fact.values.max(initial=0.0) for fact in facts if fact is not None and fact.origin is Origin.COMPUTED]
    missing = len(known) < len(policy.units)
    return float(max(known, default=0.0)) if not missing or max(known, default=0.0) >= 1 else float("nan")


def _known(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:  # noqa: ARG001
    if content.matches_evidence is False:
        return Outcome.FAIL, f"{content.name} is not what was measured: its bytes differ from the table's."
    if content.remarks or output.questions:
        return Outcome.REVIEW, f"{content.name}: {_sentences([*output.questions, *content.remarks])}"
    if content.matches_evidence:
        return Outcome.PASS, "exactly the measured cells"
    if output.kind is OutputKind.FIGURE and output.draws and content.readable:
        return Outcome.PASS, f"draws the numbers of {output.draws}"
    return (
        Outcome.REVIEW,
        f"Nobody counted the units behind {content.name}: how many pupils and schools stand behind each number?",
    )


def _faults(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:  # noqa: ARG001
    if content.faults:
        return Outcome.FAIL, f"{content.name} may not leave: {_sentences(content.faults)}"
    if not content.readable:
        return Outcome.REVIEW, f"{content.name} could not be looked into: does it carry more than it shows?"
    return Outcome.PASS, "nothing in it that nobody sees"


def _sentences(remarks: Sequence[str]) -> str:
    """Questions first, then remarks; those that begin as a sentence does stand as one."""
    asked = [remark for remark in remarks if remark.endswith("?")]
    told = [remark for remark in remarks if not remark.endswith("?")]
    text = ""
    for remark in [*asked, *told]:
        text += remark if not text else f" {remark}" if text.endswith("?") and remark[0].isupper() else f"; {remark}"
    return text if text.endswith("?") else f"{text}."


def _without_keys(columns: Sequence[str], among: Sequence[str]) -> list[str]:
    """Names of columns, and of those that may be keys themselves only where they stand."""
    return [f"number {among.index(name) + 1}" if _MAY_BE_A_KEY.search(name) else name for name in columns]


LINKING_KEYS = FileRule(
    code="FIL1",
    title="Linking keys, identifiers or unit records",
    aim="A pseudonym is still a person: RINPERSOON, BRIN, BSN and the like never leave, nor do rows about one unit.",
    advice="Drop the column, or publish a table. Of a file that cannot be searched, explain what is in it.",
    rationale=(
        "Looks at the names of columns (those that tell units apart in the release's own data among them) and at "
        "values: nine digits, eleven-test, postcode with letters, school codes, a serial number of its own in each "
        "row, and categories that were found among the keys of the data."
    ),
    source="CBS users' summary of the output guidelines: no linking keys (RINPERSOON, RINADRES, BEID, BRIN)",
    check=_keys,
)

KNOWN_CONTENT = FileRule(
    code="FIL2",
    title="Every number in the file was measured",
    aim="Evidence about a table says nothing of a file that holds something else.",
    advice="Register tables and models instead of files; in a figure, draw the .frame of the registered table.",
    rationale=(
        "A file that the toolkit wrote is written again from its evidence and must be the same to the byte. "
        "Of any other file the content was not measured, and a person has to judge it."
    ),
    source="Our own; the reviewed bytes must be the measured ones",
    check=_known,
)

NOTHING_UNSEEN = FileRule(
    code="FIL3",
    title="Records and hidden numbers that a file carries",
    aim="What nobody sees in a file leaves with it: the records behind a pivot table, a sheet that is linked to.",
    advice="Save the numbers alone as csv, or in a new workbook; merge or hide what the message names.",
    rationale=(
        "Looks for what a workbook carries besides its cells (pivot caches, embedded files, macros, values of linked "
        "workbooks), for formulas that start a program or fetch something, and for what numbers of a file made "
        "elsewhere tell by themselves: everyone of a row in one category, a hidden percentage that the others leave. "
        "What may be harmless, such as a comment or a formula, is a question of FIL2."
    ),
    source="Our own; European Spreadsheet Risks Interest Group on hidden data; OWASP on CSV injection",
    check=_faults,
)

RULES = (LINKING_KEYS, KNOWN_CONTENT, NOTHING_UNSEEN)
