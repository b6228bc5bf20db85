"""Which records a pandas call may have counted, the likeliest first, and how to say so."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from output_checks.asked.call import Call, Kept
from output_checks.model.evidence import Flags


def inner_records(call: Call) -> Flags:
    """The records that the innermost cells count, by what pandas says of `dropna`."""
    chosen = np.ones(len(call.data), dtype=bool)
    for key in call.keys if call.dropna else ():
        chosen &= key.known
    return chosen


def candidates(call: Call, kept: Kept) -> Iterator[Flags]:
    """Records that pandas may have counted in cells of one kind; each choice once.

    With `dropna` there is no doubt about the innermost cells. Totals are of records that have all variables or only
    some, and all values or not; and without `dropna` a missing category may be left out all the same. Both differ
    between versions of pandas, and with the types of the columns.
    """
    inner = inner_records(call)
    seen = {inner.tobytes()}
    yield inner
    if call.certain or (call.dropna and all(kept)):
        return
    lacking = [key.known for key in call.keys if not key.known.all()]
    for whole, *asked in product([True, False], *[[True, False]] * len(lacking)):
        chosen = call.complete.copy() if whole and not all(kept) else np.ones(len(call.data), dtype=bool)
        for known, ask in zip(lacking, asked, strict=True):
            chosen &= known if ask else True
        if chosen.any() and chosen.tobytes() not in seen:
            seen.add(chosen.tobytes())
            yield chosen


def described(population: str, call: Call, chosen: Flags, kept: Kept) -> str:
    """The population in words, with what is left out of it."""
    if chosen.all():
        return population
    known = [key.name for key in call.keys if not key.known.all() and key.known[chosen].all()]
    if not all(kept) and (call.complete | ~chosen).all():
        known += [str(name) for name, column in call.values.items() if column.isna().any()]
    return f"{population} with a known {' and '.join(dict.fromkeys(known))}" if known else f"{population}, selected"
