"""More than two categories put together: which to try, where no single merge is enough."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from output_checks.measuring.grid import MISSING
from output_checks.workflow.changes import Change, Table

T = TypeVar("T")


def merge_more(table: Table, cells: Sequence[int], name: str, attempt: Callable[[Change], T | None]) -> T | None:
    """Ever more categories of one variable merged, the smallest first, until the table gets there."""
    touched = table.touched(cells).get(name, set())
    if not touched or None in touched or MISSING in touched or not table.mergeable(name):
        return None
    path = _neighbours_first if table.ordered[name] else _smallest_first
    steps = list(path(table, name, {str(label) for label in touched}))
    return _first_that_does([table.merge(name, groups) for groups in steps], attempt)


def _first_that_does(steps: Sequence[Change], attempt: Callable[[Change], T | None]) -> T | None:
    """Of ever larger changes one that gets there, where the last one tried before it does not.

    Found by strides that double, and then by halving, so that few of many steps are tried.
    """
    low, at, stride = -1, 0, 1
    while steps and (found := attempt(steps[at])) is None:
        if at == len(steps) - 1:
            return None
        low, at, stride = at, min(at + stride, len(steps) - 1), 2 * stride
    if not steps:
        return None
    while at - low > 1:
        middle = (at + low) // 2
        mending = attempt(steps[middle])
        low, at, found = (middle, at, found) if mending is None else (low, middle, mending)
    return found


def _smallest_first(table: Table, name: str, touched: set[str]) -> Iterator[list[list[str]]]:
    """All that are touched together, then with the smallest others as well, as long as two categories are left."""
    labels = [label for label in table.labels[name] if label != MISSING]
    others = sorted(
        (label for label in labels if label not in touched), key=lambda label: (table.records[name, label], label)
    )
    for more in range(len(others)):
        group = touched | set(others[:more])
        if len(group) > 2:  # two together were tried before
            yield [[label for label in labels if label in group]]


def _neighbours_first(table: Table, name: str, touched: set[str]) -> Iterator[list[list[str]]]:
    """The smallest run that holds a touched category joined to its smaller neighbour, again and again."""
    runs = [[label] for label in table.labels[name] if label != MISSING]

    def size(run: Sequence[str]) -> float:
        return sum(table.records[name, label] for label in run)

    while len(runs) > 2:
        place = min((at for at, run in enumerate(runs) if touched & set(run)), key=lambda at: (size(runs[at]), at))
        near = min((at for at in (place - 1, place + 1) if 0 <= at < len(runs)), key=lambda at: (size(runs[at]), at))
        first, second = sorted((place, near))
        runs[first : second + 1] = [[*runs[first], *runs[second]]]
        yield [run for run in runs if len(run) > 1]
