"""Texts that a spreadsheet program would take for a formula, and what such a formula could do."""

import re
from collections.abc import Iterable

_FORMULA = re.compile(r"^\s*[=@]|^\s*[+\-](?=[^\d\s.,%+\-])|^[\t\r]")
_REACHES_OUT = re.compile(
    r"\|.*!|\b(cmd|mshta|powershell|rundll32|dde|ddeauto)\b|"
    r"(hyperlink|webservice|importxml|importdata|importhtml|importrange|importfeed|filterxml|image|rtd|call|register\.id|exec)\s*\(",
    re.IGNORECASE,
)


def formula_problems(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Faults and remarks about texts that begin as a formula does: those that reach out of the file are faults."""
    formulas = [text for text in texts if _FORMULA.match(text)]
    faults = ["it has a formula that starts a program or fetches something"] * any(map(_REACHES_OUT.search, formulas))
    remarks = ["it has texts that a spreadsheet program takes for formulas"] * bool(formulas)
    return faults, remarks
