"""A file made elsewhere, taken apart: from its bytes and the researcher's answers to cells that rules can judge.

It is done anew wherever a verdict is made, so nothing that came with a submission is relied on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from output_checks.errors import InputError
from output_checks.measuring.brought import Brought, derive
from output_checks.measuring.brought.bounds import counts_only, with_own_bounds
from output_checks.measuring.named import names_members
from output_checks.model.evidence import FileContent, Output, OutputKind
from output_checks.readers import read_sheets

__all__ = ["answers", "counts_only", "with_derived", "with_own_bounds"]

_COUNTS, _N = "counts", "n"


def answers(counts: str, n: str, *, source: Path, levels: Sequence[str]) -> dict[str, str]:
    """What a researcher answers of a file, by the question.

    Raises
    ------
    InputError
        `counts` is no unit level, or `n` is no heading of numbers in the file.
    """
    if not isinstance(counts, str) or not isinstance(n, str):
        raise InputError("What is counted and the column of the n are named by text.", remedy='counts="pupil", n="n"')
    stated = {}
    if counts:
        if counts not in levels:
            raise InputError(
                f"Counts are of one of the unit levels {', '.join(levels)}.", remedy=f'counts="{levels[0]}"'
            )
        stated[_COUNTS] = counts
    if n:
        stated[_N] = n
        headings = _derived(source.name, source.read_bytes(), levels=levels, stated=stated).headings
        if n not in headings:
            raise InputError(
                "There is no column of numbers with the heading given as n.",
                remedy=f"n= one of the {len(headings)} headings over numbers, as it stands in the file",
            )
    return stated


def with_derived(
    output: Output, contents: Mapping[str, bytes], *, levels: Sequence[str], beside: Sequence[Output] = ()
) -> Output:
    """An output with what its own file tells, where it was made elsewhere; any other as it is.

    A file that names a unit of the outputs beside it, by its key, has a fault.
    Whatever tabulations a brought file comes with are dropped. One that cannot be taken apart is asked about.
    """
    if output.kind is not OutputKind.FILE:
        return output
    found: list[Brought] = []
    files: list[FileContent] = []
    for content in output.files:
        try:
            own = _derived(content.name, contents.get(content.name, b""), levels=levels, stated=output.stated)
        except Exception:  # noqa: BLE001 - whatever somebody's file makes of it, a person looks
            own = Brought(questions=("It could not be taken apart: what is in it?",))
        found.append(own)
        faults = [*content.faults, *own.faults, *_keys_of(content.name, contents, beside)]
        files.append(replace(content, faults=tuple(dict.fromkeys(faults))))
    return replace(
        output,
        files=tuple(files),
        tabulations=tuple(item for own in found for item in own.tabulations),
        questions=tuple(dict.fromkeys([*(asked for own in found for asked in own.questions), *output.questions])),
    )


def _keys_of(name: str, contents: Mapping[str, bytes], beside: Sequence[Output]) -> list[str]:
    """A fault where a text in a file is the key of a unit that another output counts."""
    members = [item.members for output in beside for item in output.tabulations if item.members is not None]
    texts = [text for sheet in read_sheets(name, contents.get(name, b"")) for row in sheet.rows for text in row]
    return ["it names units of other outputs by their keys"] if names_members(texts, members) else []


def _derived(name: str, content: bytes, *, levels: Sequence[str], stated: Mapping[str, str]) -> Brought:
    return derive(read_sheets(name, content), source=name, levels=levels, stated=stated)
