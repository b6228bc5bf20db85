"""The ways to protect a table, by one argument."""

from dataclasses import replace
from enum import StrEnum

import pandas as pd

from output_checks.errors import InputError
from output_checks.model.evidence import Output
from output_checks.model.finding import Outcome
from output_checks.workflow.mending import MendingSearch, as_pandas
from output_checks.workflow.merging import Merging, least_merging


class Protection(StrEnum):
    """What `protect=` may be."""

    NONE = ""
    SUPPRESS = "suppress"
    MERGE = "merge"
    ROUND = "round"
    MIDPOINT = "midpoint"
    CELL_KEY = "cell key"


PERTURBING = frozenset({Protection.ROUND, Protection.MIDPOINT, Protection.CELL_KEY})


def protection_asked(protect: object, *, suppress: bool) -> Protection:
    """The protection asked for; `suppress=True` is that of suppression.

    Raises
    ------
    InputError
        There is no such protection, or two were asked for.
    """
    if not isinstance(protect, str) or protect not in set(Protection):
        known = ", ".join(f"protect={item.value!r}" for item in Protection if item.value)
        raise InputError("That protection is not known.", remedy=f"one of {known}")
    if suppress and protect not in {Protection.NONE, Protection.SUPPRESS}:
        raise InputError(
            f"suppress=True and protect={str(protect)!r} are two protections.",
            remedy="one of the two, without the other",
        )
    return Protection.SUPPRESS if suppress else Protection(protect)


def merged_table(asked: MendingSearch) -> tuple[Output, pd.DataFrame]:
    """The one table of a search with the least merging that makes it pass, and the data as they then are.

    A table that passes as it is stays so, and so does one that nothing makes pass but that need not fail. What was
    merged is said in the definition, which leaves with the table.

    Raises
    ------
    InputError
        It fails whatever is merged; the remedy names what was tried and passes.
    """
    held, (output,) = asked.data, asked.outputs
    data = held if isinstance(held, pd.DataFrame) else as_pandas(held, asked.request, asked.units)
    result = least_merging(asked, data)
    if result.change is None:
        if result.outcome is Outcome.FAIL:
            raise _cannot(result, asked)
        return output, data
    data = result.change.frame(data)
    made = asked.request.output(data, units=asked.units, policy=asked.policy)
    words = result.change.what if result.proven else f"{result.change.what} A smaller merging may do."
    return replace(made, definition={**made.definition, "categories merged": words}), data


def _cannot(result: Merging, asked: MendingSearch) -> InputError:
    """No merging does: what else was tried and does."""
    others = [mending.what.rstrip(".") for mending in asked.run().found]
    searched = "No merging of categories" if result.proven else "None of the mergings that were looked at"
    return InputError(
        f"{searched} makes this table pass.",
        remedy="; or ".join(others) or "a variable fewer, larger groups, or protect='suppress'",
    )
