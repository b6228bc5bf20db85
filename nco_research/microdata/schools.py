"""Schools under their own numbers: in microdata they have pseudonyms, `BRIN_crypt`, and anybody can look up `12AB`."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nco_research.codebooks import Codebook
from nco_research.guard.identifiers import Identifier
from nco_research.keys import plain_key
from nco_research.microdata.cleaning import CleanColumn

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"\d{2}[A-Z]{2}(?:\d{2})?")
_MOST, _FEWEST = 0.9, 3


def school_numbers(
    columns: Iterable[CleanColumn], drawn: "Mapping[str, pd.Series[Any]]", book: Codebook
) -> tuple[Identifier, ...]:
    """The columns called after BRIN, and not `_crypt`, that hold numbers of schools, with or without their branch.

    A column that the codebook describes is let be: a team that needs the numbers says so in a codebook of its own.
    """
    found = []
    for column in columns:
        name = plain_key(column.in_file)
        if "brin" not in name or name.endswith(("crypt", "vest")) or book.variable(column.in_file) is not None:
            continue
        values = [str(value) for value in drawn[column.name]]
        like = sum(_NUMBER.fullmatch(value) is not None for value in values)
        if like >= _FEWEST and like > _MOST * len(values):
            found.append(Identifier(column=column.name, what="numbers of schools (BRIN), not pseudonyms"))
    return tuple(found)
