"""How verdicts and cells are put into words, the same in a notebook, a terminal and a page; in English or Dutch."""

import re
from collections.abc import Mapping
from functools import cache

from output_checks.errors import InputError
from output_checks.model.evidence import Cell, Output
from output_checks.model.finding import Outcome, OutputReport
from output_checks.rendering.dutch import ADVICE, MENDING, PLURALS, RULES, VIEW, WORDS

VERDICTS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.REVIEW: "needs review",
    Outcome.NOT_APPLICABLE: "not applicable",
}
SYMBOLS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.REVIEW: "?", Outcome.NOT_APPLICABLE: "–"}
LANGUAGES = ("en", "nl")
_DUTCH: Mapping[str, str] = {**VIEW, **MENDING, **RULES, **ADVICE, **WORDS}
_GAP = re.compile(r"\\\{(\w+)\\\}")
_LONGEST = 2_000
_SENTENCE = re.compile(r"(?<=[.?]) +(?=[A-Z])")


def expect_language(language: str) -> str:
    """The language, if notebooks can be shown in it.

    Raises
    ------
    InputError
        They cannot.
    """
    if language not in LANGUAGES:
        raise InputError("Notebooks are shown in English or Dutch.", remedy='language="nl", or "en"')
    return str(language)


def said(text: str, language: str, /, **parts: object) -> str:
    """A text of the toolkit in this language, with its parts put in: `said("{n} cells", "nl", n=3)`."""
    chosen = _DUTCH.get(text, text) if language == "nl" else text
    return chosen.format(**parts) if parts else chosen


def retold(text: str, language: str) -> str:
    """A finished text in this language, a sentence at a time; as it is where the toolkit has no words for it."""
    if language == "en" or not text or len(text) > _LONGEST:
        return text
    sentences = [] if text in _DUTCH else _SENTENCE.split(text)
    parts = [_retold(part) for part in sentences]
    if parts and all(part is not None for part in parts):
        return " ".join(part or "" for part in parts)
    whole = _retold(text)
    return " ".join(part or own for part, own in zip(parts, sentences, strict=True)) if whole is None else whole


def _retold(text: str) -> str | None:
    if text in _DUTCH:
        return _DUTCH[text]
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            put_in = {name: _part(name, part) for name, part in parts.items()}
            return template.format(**put_in, units=PLURALS.get(parts.get("unit", ""), f"{parts.get('unit', '')}s"))
    return None


def _part(name: str, part: str) -> str:
    if name == "cells":
        return said("1 cell", "nl") if part == "1 cell" else said("{n} cells", "nl", n=part.partition(" ")[0])
    if name == "groups":
        return part.replace("” and “", "” en “").replace(", and “", ", en “")
    if name == "where":
        part = part.replace("those of ", "die van ")
    words = part.split(" and ") if name == "statistic" else [part]
    return " en ".join(WORDS.get(word, word) for word in words)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Of each sentence with gaps a pattern that finds what stands in them; those with most words of their own first."""
    gaps = [english for english in _DUTCH if "{" in english]
    made = []
    for english in sorted(gaps, key=lambda text: -len(re.sub(r"\{\w+\}", "", text))):
        pattern = _GAP.sub(_gap, re.escape(english))
        made.append((re.compile(pattern, re.DOTALL), _DUTCH[english]))
    return tuple(made)


def _gap(found: re.Match[str]) -> str:
    within = {"cells": r"1 cell|\d+ cells", "n": r"[\d,]+"}.get(found[1], ".+?")
    return f"(?P<{found[1]}>{within})"


def cell_words(by: tuple[str, ...], cell: Cell) -> str:
    """`sex=girl, background=total`, or `the whole population`."""
    if not by:
        return "the whole population"
    return ", ".join(f"{name}={'total' if part is None else part}" for name, part in zip(by, cell, strict=True))


def definition_words(output: Output, language: str = "en") -> str:
    """How it was made, and how much of it is hidden: `records: all; 2 of 4 cells suppressed`."""
    parts = [f"{said(what, language)}: {retold(words, language)}" for what, words in output.definition.items()]
    hidden = max((int(item.hidden.sum()) for item in output.tabulations), default=0)
    if hidden:
        every = len(output.tabulations[0].cells)
        parts.append(said("{hidden} of {all} cells suppressed", language, hidden=hidden, all=every))
    return "; ".join(parts)


def verdict_line(report: OutputReport, language: str = "en") -> str:
    """The verdict and its reason in a sentence."""
    return f"{said(VERDICTS[report.outcome], language)}: {retold(report.reason, language)}"


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut where it is longer than that many characters."""
    line = " ".join(text[: 10 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
