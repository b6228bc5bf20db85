"""Hide whole groups of a table whose last variable runs on: of a curve with a gap, the gap can be worked out."""

from collections.abc import Sequence

import numpy as np

from output_checks.checking import sensitive_cells
from output_checks.errors import InputError
from output_checks.model.evidence import Cell, CellStatus, FactName, Flags, Tabulation
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind


def hide_whole_groups(tabulations: Sequence[Tabulation], policy: Policy) -> tuple[Tabulation, ...]:
    """The same statistics, without every group in which any cell fails. A group is all but the last variable.

    A group that is the only hidden one beside zeros gets company, as everybody would be known to be in it.

    Raises
    ------
    InputError
        No group would be left.
    """
    first = tabulations[0]
    sensitive = sensitive_cells(tabulations, policy)
    if not sensitive.any():
        return tuple(tabulations)
    groups = [cell[:-1] for cell in first.cells]
    hidden = {group for group, fails in zip(groups, sensitive, strict=True) if fails}
    while lonely := _lonely(tabulations, groups, hidden, policy):
        hidden.add(lonely)
    if hidden == set(groups):
        raise InputError(
            "Every group has a time at which too few end, so nothing would be left.",
            remedy="wider times (every=, breaks=), or larger groups",
        )
    status = tuple(
        CellStatus.PRIMARY_SUPPRESSED
        if fails
        else CellStatus.SECONDARY_SUPPRESSED
        if group in hidden
        else CellStatus.PUBLISHED
        for group, fails in zip(groups, sensitive, strict=True)
    )
    return tuple(item.with_status(status) for item in tabulations)


def _lonely(
    tabulations: Sequence[Tabulation], groups: Sequence[Cell], hidden: set[Cell], policy: Policy
) -> Cell | None:
    """The group to hide beside one that is alone in a line of which it has everyone; None where there is none."""
    limit = policy.limits()["class_disclosure_percent"] / 100 - 1e-9
    flags: Flags = np.array([group in hidden for group in groups], dtype=bool)
    for item in tabulations:
        if item.kind is not Kind.FREQUENCY:
            continue
        for position, name in enumerate(item.by[:-1]):
            share = item.fact(FactName.SHARE_OF_LINE, name)
            lines = [cell[:position] + cell[position + 1 :] for cell in item.cells]
            for place in np.flatnonzero(flags & (share.values >= limit)) if share is not None else ():
                line = [at for at, other in enumerate(lines) if other == lines[place]]
                if sum(flags[at] for at in line) < 2 and len(line) > 1:
                    others = [at for at in line if not flags[at]]
                    return groups[min(others, key=lambda at: item.values[at])]
    return None
