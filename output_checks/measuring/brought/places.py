"""Where a number stands, in words: by its labels, and by none that might be somebody's key."""

import re
from collections.abc import Iterable

from output_checks.model.evidence import Cell

_MAY_BE_A_KEY = re.compile(r"\d{5,}|\d{2}[A-Za-z]{2}|\d{4} ?[A-Z]{2}\b|@")
_LONGEST = 40
_MOST = 5


def place_of(cell: Cell) -> str:
    """The labels of a cell, as in `girl × vwo`; a total by that name, and what may be a key by a dash."""
    return " × ".join(_plain(part) for part in cell) or "the whole"


def places(cells: Iterable[Cell]) -> str:
    """The first five places, and how many more there are."""
    found = [place_of(cell) for cell in cells]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more


def _plain(part: str | None) -> str:
    if part is None:
        return "Total"
    if not part:
        return "(blank)"
    if _MAY_BE_A_KEY.search(part):
        return "(withheld)"
    return part if len(part) <= _LONGEST else f"{part[: _LONGEST - 1]}…"
