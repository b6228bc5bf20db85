"""Protect a table: hide what fails, and as much else as it takes that nobody can work it out."""

from collections.abc import Sequence

import numpy as np

from output_checks.checking import sensitive_cells
from output_checks.model.evidence import FactName, Flags, Tabulation
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind
from output_checks.protection.suppression import suppress
from output_checks.protection.witnesses import Measure
from output_checks.workflow.totals import lowest_contribution, totals


def protect(tabulations: Sequence[Tabulation], policy: Policy) -> tuple[Tabulation, ...]:
    """The same statistics with cells hidden, in all of them alike. The count comes first, as `tabulate` gives it.

    Counts stay uncertain by the policy's interval width, and the totals behind sums and means by its percentage.

    Raises
    ------
    InputError
        No choice of cells protects the table; nothing weaker is returned.
    """
    count, *others = tabulations
    sensitive = sensitive_cells(tabulations, policy) | _beside_whole_groups(count, policy)
    if not sensitive.any():
        return tuple(tabulations)
    limits = policy.limits()
    amounts = next((totals(count, item) for item in others if item.kind is Kind.LINEAR_AGGREGATION), None)
    also = []
    if amounts is not None:
        width = limits["minimum_interval_percent"] / 100 * np.abs(amounts.values)
        also = [Measure(values=[amounts.values], width=[width], lower=lowest_contribution([amounts]))]
    (status,) = suppress([count], sensitive=[sensitive], width=limits["minimum_interval_width"], also=also)
    return tuple(item.with_status(status) for item in tabulations)


def _beside_whole_groups(count: Tabulation, policy: Policy) -> Flags:
    """All cells of a line that is in one category: the zeros beside it say so as well as the cell itself."""
    limit = policy.limits()["class_disclosure_percent"] / 100
    beside = np.zeros(len(count.cells), dtype=bool)
    for position, name in enumerate(count.by):
        share = count.fact(FactName.SHARE_OF_LINE, name)
        if share is None:
            continue
        lines = [cell[:position] + cell[position + 1 :] for cell in count.cells]
        whole = {line for line, value in zip(lines, share.values, strict=True) if value >= limit - 1e-9}
        beside |= np.array(
            [line in whole and cell[position] is not None for line, cell in zip(lines, count.cells, strict=True)]
        )
    return beside
