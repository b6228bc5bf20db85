"""Rules for files: what is in the bytes, whatever was said about them."""

from output_checks.model.evidence import FileContent, Output, OutputKind
from output_checks.model.finding import Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import FileRule

_NO_VALUES = "no column looks like a linking key or identifier"


def _keys(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:  # noqa: ARG001
    unit_keys = {key.strip().casefold() for key in output.keys}
    columns = [name for name in content.columns if name in content.key_columns or name.strip().casefold() in unit_keys]
    if columns:
        named = ", ".join(columns)
        return Outcome.FAIL, f"{content.name} holds linking keys or direct identifiers (column {named})."
    if content.looks_like_unit_records:
        return Outcome.FAIL, f"{content.name} looks like records of single units, not like a table."
    if not content.readable:
        return Outcome.REVIEW, f"{content.name} could not be searched for linking keys: is there any in it?"
    return Outcome.PASS, _NO_VALUES


def _known(content: FileContent, output: Output, policy: Policy) -> tuple[Outcome, str]:  # noqa: ARG001
    if content.matches_evidence is False:
        return Outcome.FAIL, f"{content.name} is not what was measured: its bytes differ from the table's."
    if content.remarks or output.questions:
        return Outcome.REVIEW, f"{content.name}: {_sentence([*output.questions, *content.remarks])}"
    if content.matches_evidence:
        return Outcome.PASS, "exactly the measured cells"
    if output.kind is OutputKind.FIGURE and output.draws and content.readable:
        return Outcome.PASS, f"draws the numbers of {output.draws}"
    return (
        Outcome.REVIEW,
        f"Nobody counted the units behind {content.name}: how many pupils and schools stand behind each number?",
    )


def _sentence(remarks: list[str]) -> str:
    joined = "; ".join(remarks)
    return joined if joined.endswith("?") else f"{joined}."


LINKING_KEYS = FileRule(
    code="FIL1",
    title="Linking keys, identifiers or unit records",
    aim="A pseudonym is still a person: RINPERSOON, BRIN, BSN and the like never leave, nor do rows about one unit.",
    advice="Drop the column, or publish a table. Of a file that cannot be searched, explain what is in it.",
    rationale=(
        "Looks at the names of columns (those that tell units apart in the release's own data among them) and at "
        "values: nine digits, eleven-test, postcode with letters, school codes, a serial number of its own in each row."
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

RULES = (LINKING_KEYS, KNOWN_CONTENT)
