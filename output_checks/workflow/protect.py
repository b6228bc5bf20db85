"""Protect a table: hide what fails, and as much else as it takes that nobody can work it out."""

from collections.abc import Sequence

import numpy as np

from output_checks.checking import sensitive_cells
from output_checks.model.evidence import Cell, CellStatus, FactName, Flags, Tabulation
from output_checks.model.policy import Policy
from output_checks.protection.suppression import suppress
from output_checks.protection.witnesses import Measure
from output_checks.workflow.totals import adds_up, lowest_contribution, totals


def protect(tabulations: Sequence[Tabulation], policy: Policy, *, hide: Flags | None = None) -> tuple[Tabulation, ...]:
    """The same statistics with cells hidden, in all of them alike. The count comes first, as `tabulate` gives it.

    Hidden are the cells that fail, those of `hide`, and what it takes that none of these can be worked out. Counts stay
    uncertain by the policy's interval width, and the totals behind sums and means by its percentage.

    Raises
    ------
    InputError
        No choice of cells protects the table; nothing weaker is returned.
    """
    count, *others = tabulations
    sensitive = sensitive_cells(tabulations, policy)
    if hide is not None:
        sensitive = sensitive | hide
    if not sensitive.any():
        return tuple(tabulations)
    limits = policy.limits()
    also = []
    # One of several statistics of the same total is enough: a sum and a mean of one variable are one number.
    for amounts in {item.variable: totals(count, item) for item in others if adds_up(item)}.values():
        width = limits["minimum_interval_percent"] / 100 * np.abs(amounts.values)
        also.append(Measure(values=[amounts.values], width=[width], lower=lowest_contribution([amounts])))
    per_unit = count.fact(FactName.RECORDS_PER_UNIT)
    records = 1.0 if per_unit is None else float(per_unit.values.max(initial=1.0))
    (status,) = suppress([count], sensitive=[sensitive], width=limits["minimum_interval_width"] * records, also=also)
    status = with_company(count, status, policy)
    return tuple(item.with_status(status) for item in tabulations)


def with_company(count: Tabulation, status: tuple[CellStatus, ...], policy: Policy) -> tuple[CellStatus, ...]:
    """Hide a zero too where a hidden cell holds its whole line and no other of the line is hidden: it would be known.

    Where totals are published the proof of suppression sees to that already; hiding more never weakens it.
    """
    limit = policy.limits()["class_disclosure_percent"] / 100 - 1e-9
    chosen = list(status)
    for position, name in enumerate(count.by):
        share = count.fact(FactName.SHARE_OF_LINE, name)
        lines: dict[Cell, list[int]] = {}
        for place, cell in enumerate(count.cells):
            if cell[position] is not None:
                lines.setdefault(cell[:position] + cell[position + 1 :], []).append(place)
        for places in lines.values() if share is not None else ():
            hidden = [place for place in places if chosen[place] is not CellStatus.PUBLISHED]
            if len(hidden) == 1 and share is not None and share.values[hidden[0]] >= limit:
                zeros = [place for place in places if place not in hidden]
                for place in zeros[:1]:
                    chosen[place] = CellStatus.SECONDARY_SUPPRESSED
    return tuple(chosen)
