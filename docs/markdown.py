"""Small pieces of Markdown that the generated pages share."""

from collections.abc import Iterator, Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table, and an empty line after it."""
    yield f"| {' | '.join(headings)} |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield f"| {' | '.join(text.replace('|', chr(92) + '|') for text in row)} |"
    yield ""


def toctree(pattern: str) -> Iterator[str]:
    """Put the pages that fit the pattern into the table of contents below this page."""
    yield "```{toctree}\n:hidden:\n:glob:\n"
    yield f"{pattern}\n```"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith((".", "?")) else ".")
