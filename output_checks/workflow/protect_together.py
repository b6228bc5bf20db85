"""Protect several tables of the same records at once: a cell that two of them share is hidden in both or in neither."""

from collections.abc import Sequence

import numpy as np

from output_checks.checking import sensitive_cells
from output_checks.errors import InputError
from output_checks.measuring.percentages import hidden_in_totals
from output_checks.model.evidence import FactName, Flags, Tabulation
from output_checks.model.policy import Policy
from output_checks.model.statistic import Kind
from output_checks.protection.suppression import suppress
from output_checks.workflow.protect import with_company

_MOST_ROUNDS = 10


def protect_together(tables: Sequence[Sequence[Tabulation]], policy: Policy) -> tuple[tuple[Tabulation, ...], ...]:
    """The same tables with cells hidden so that all of them together give none away. Counts come first in each.

    The other statistics are percentages of the counts: where the total that one is of has to be hidden, so is it.

    Raises
    ------
    InputError
        No choice of cells protects them; nothing weaker is returned.
    """
    sensitive = [sensitive_cells(table, policy) for table in tables]
    for _ in range(_MOST_ROUNDS):
        if not any(flags.any() for flags in sensitive):
            return tuple(tuple(table) for table in tables)
        found = _hidden(tables, sensitive, policy)
        told = [_told_by_percentages(table) for table in found]
        if not any(flags.any() for flags in told):
            return found
        sensitive = [flags | more for flags, more in zip(sensitive, told, strict=True)]
    raise InputError(
        "These tables cannot be protected together with their percentages.",
        remedy="coarser categories, or counts without percentages",
    )


def _hidden(
    tables: Sequence[Sequence[Tabulation]], sensitive: Sequence[Flags], policy: Policy
) -> tuple[tuple[Tabulation, ...], ...]:
    counts = [table[0] for table in tables]
    per_unit = [count.fact(FactName.RECORDS_PER_UNIT) for count in counts]
    records = max(1.0 if fact is None else float(fact.values.max(initial=1.0)) for fact in per_unit)
    width = policy.limits()["minimum_interval_width"] * records
    statuses = suppress(counts, sensitive=sensitive, width=width)
    statuses = tuple(with_company(count, status, policy) for count, status in zip(counts, statuses, strict=True))
    return tuple(
        tuple(item.with_status(status) for item in table) for table, status in zip(tables, statuses, strict=True)
    )


def _told_by_percentages(table: Sequence[Tabulation]) -> Flags:
    """Published cells whose percentage is of a total that is hidden."""
    told = np.zeros(len(table[0].cells), dtype=bool)
    for item in table:
        if item.kind is Kind.PERCENTAGE:
            told |= (hidden_in_totals(item).values > 0) & ~item.hidden
    return told
