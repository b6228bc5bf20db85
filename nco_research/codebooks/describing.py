"""A codebook to read: as text for a terminal, and as Markdown; in English or in Dutch.

Remarks and sources are in English in both.
"""

import textwrap
from collections.abc import Iterator, Mapping

from nco_research.codebooks.model import Codebook, Confidence, SpecialCategory, Variable, VariableType, YearMeaning
from nco_research.codebooks.wording import CONFIDENCE_NL, MEANINGS_NL, MONTHS, SPECIAL_NL, TYPES_NL, WORDS, Language
from nco_research.columns import closest
from output_checks.errors import InputError

WIDTH = 100
_FEW_CODES = 4


def describe(book: Codebook, *, language: Language = "en", variable: str | None = None, width: int = WIDTH) -> str:
    """A register as text, no line longer than `width`; with `variable`, that one variable with all its codes.

    Raises
    ------
    InputError
        The register has no such variable.
    """
    words = WORDS[language]
    if variable is not None:
        lines = [*_variable_in_full(chosen(book, variable), language, width)]
    else:
        lines = [
            *_hanging(f"{book.component}: ", _label(book, language), width),
            "",
            *_facts(_of_book(book, language), width),
        ]
        lines += ["", *(_overview(book, language, width) if book.variables else [words["nothing"]])]
    return "\n".join(line.rstrip() for line in lines)


def describe_as_markdown(book: Codebook, *, language: Language = "en") -> str:
    """A register as a Markdown section: what it is, a table of its variables, and the codes of each."""
    words = WORDS[language]
    lines = [f"## {book.component}: {_label(book, language)}", ""]
    lines += [f"- {name}: {value}" for name, value in _of_book(book, language).items()]
    lines += [
        "",
        f"| {words['variable']} | {words['type']} | {words['label']} | {words['details']} |",
        "|---|---|---|---|",
    ]
    for item in book:
        details = "; ".join(_details(item, language))
        cells = (f"`{item.name}`", _type(item, language), _label(item, language), details)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for item in book:
        if item.labels:
            lines += ["", f"### `{item.name}`", "", f"| {words['code']} | {words['label']} |", "|---|---|"]
            lines += [f"| `{code}` | {label} |" for code, label in _labels(item, language).items()]
    return "\n".join(lines) + "\n"


def chosen(book: Codebook, name: str) -> Variable:
    """The variable of that name.

    Raises
    ------
    InputError
        The register has no such variable.
    """
    found = book.variable(name)
    if found is None:
        raise InputError(
            f"{book.component} has no variable {name!r} in its codebook.",
            remedy=closest(name, [item.name for item in book]) if book.variables else "a register that is described",
        )
    return found


def _of_book(book: Codebook, language: Language) -> dict[str, str]:
    words = WORDS[language]
    date = book.reference_day
    day = f"{date.day} {MONTHS[language][date.month - 1]}" if date else ""
    said = {
        words["row"]: book.unit,
        words["year"]: _meaning(book.year_means, language) + (f"; {words['state']} {day}" if day else ""),
        words["key"]: ", ".join(book.key),
        words["spell"]: f"{book.spell.start}, {book.spell.end}" if book.spell else "",
        words["formerly"]: ", ".join(book.formerly),
        words["remark"]: book.remark,
        words["source"]: _sourced(book, language),
    }
    return {name: value for name, value in said.items() if value}


def _overview(book: Codebook, language: Language, width: int) -> Iterator[str]:
    names = max(len(item.name) for item in book)
    types = max(len(_type(item, language)) for item in book)
    yield WORDS[language]["variables"]
    for item in book:
        head = f"  {item.name:<{names}}  {_type(item, language):<{types}}  "
        details = "; ".join(_details(item, language))
        yield from _hanging(head, _label(item, language), width)
        if details:
            yield from _hanging(" " * len(head), details, width)


def _variable_in_full(item: Variable, language: Language, width: int) -> Iterator[str]:
    words = WORDS[language]
    yield from _hanging(f"{item.name}: ", _label(item, language), width)
    yield ""
    yield from _facts(_of_variable(item, language), width)
    if item.labels:
        codes = max(len(code) for code in item.labels)
        yield ""
        yield words["codes"]
        for code, label in _labels(item, language).items():
            yield from _hanging(f"  {code:<{codes}}  ", label, width)


def _of_variable(item: Variable, language: Language) -> dict[str, str]:
    words = WORDS[language]
    said = {
        words["type"]: "; ".join(
            part for part in (_type(item, language), item.unit, *_conditions(item, language)) if part
        ),
        words["years"]: _years(item, language),
        words["formerly"]: ", ".join(item.formerly),
        words["missing"]: ", ".join(sorted(item.missing)),
        words["written"]: _written(item),
        words["open_end"]: ", ".join(sorted(item.open_end)),
        words["special"]: _special(item.special, language) if item.special else "",
        words["remark"]: item.remark,
        words["source"]: _sourced(item, language),
    }
    return {name: value for name, value in said.items() if value}


def _details(item: Variable, language: Language) -> Iterator[str]:
    """The particulars of a variable, for one line."""
    words = WORDS[language]
    if item.unit:
        yield item.unit
    yield from _conditions(item, language)
    if item.labels and len(item.labels) <= _FEW_CODES:
        yield ", ".join(f"{code} {label}" for code, label in _labels(item, language).items())
    elif item.labels:
        yield words["many_codes"].format(len(item.labels))
    if item.missing:
        yield f"{words['missing']}: {', '.join(sorted(item.missing))}"
    if item.written:
        yield f"{words['written']}: {_written(item)}"
    if item.open_end:
        yield f"{words['open_end']}: {', '.join(sorted(item.open_end))}"
    if _years(item, language):
        yield _years(item, language)
    if item.special:
        yield f"{words['special']}: {_special(item.special, language)}"


def _written(item: Variable) -> str:
    return ", ".join(f"{code} ({word})" for word, code in item.written.items())


def _conditions(item: Variable, language: Language) -> Iterator[str]:
    words = WORDS[language]
    if item.within:
        yield words["within"].format(*item.within)
    for name, codes in item.only_where.items():
        yield words["only_where"].format(name, f" {words['or']} ".join(codes))


def _years(item: Variable, language: Language) -> str:
    words, (first, last) = WORDS[language], item.years
    if first is not None and last is not None:
        return words["between"].format(first, last)
    if first is not None:
        return words["from"].format(first)
    return words["until"].format(last) if last is not None else ""


def _facts(said: Mapping[str, str], width: int) -> Iterator[str]:
    names = max((len(name) for name in said), default=0)
    for name, value in said.items():
        yield from _hanging(f"  {name:<{names}}  ", value, width)


def _hanging(head: str, text: str, width: int) -> list[str]:
    """The text after its head, further lines below its beginning; below the head's own where there is little room."""
    indent = head if len(head) <= width // 2 else "      "
    lines = textwrap.wrap(text, max(width - len(indent), 20), break_on_hyphens=False) or [""]
    first = [head.rstrip()] if indent != head else []
    rest = lines if first else lines[1:]
    return [*(first or [head + lines[0]]), *(" " * len(indent) + line for line in rest)]


def _label(item: Codebook | Variable, language: Language) -> str:
    return item.label_nl if language == "nl" else item.label


def _labels(item: Variable, language: Language) -> dict[str, str]:
    return {code: nl if language == "nl" else item.labels_en.get(code, nl) for code, nl in item.labels.items()}


def _type(item: Variable, language: Language) -> str:
    kind: VariableType = item.type
    return TYPES_NL[kind] if language == "nl" else kind.value


def _meaning(meaning: YearMeaning, language: Language) -> str:
    return MEANINGS_NL[meaning] if language == "nl" else meaning.value


def _special(category: SpecialCategory, language: Language) -> str:
    return SPECIAL_NL[category] if language == "nl" else category.value


def _sourced(item: Codebook | Variable, language: Language) -> str:
    sure: Confidence = item.confidence
    told = CONFIDENCE_NL[sure] if language == "nl" else sure.value
    return f"{item.source} ({told})" if item.source else ""
