"""Shares by subtraction: of a total and its parts each is safe, and few of what remains have a one, or a zero."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from output_checks.model.evidence import Flags, Floats, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.members import Members
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic
from output_checks.rules.groups import Groups
from output_checks.rules.indicators import Indicator, indicators_of

_CODE = "DIF6"
_PER_ONE = {Statistic.PERCENTAGE: 100.0, Statistic.SUM: np.inf}
"""By what a published number is divided to be a share; a sum of ones is their number itself."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shares:
    """The groups of tables of one yes-or-no variable, and who among them has a one."""

    tables: Sequence[Indicator]
    groups: Groups
    ones: Flags
    """Per atom."""
    slack: Floats
    """Per group, by how many ones the rounding of its share leaves its number open, to either side."""

    @classmethod
    def of(cls, tables: Sequence[Indicator], *, minimum: float) -> "_Shares":
        counts = [table.count for table in tables]
        groups = Groups.of([*counts, *(_only_ones(table) for table in tables)], minimum=minimum)
        shown = [place for place, group in enumerate(groups.groups) if group.table < len(tables)]
        ones = np.zeros(len(groups.atoms.sizes), dtype=bool)
        for inner in groups.atoms.inner[len(tables) :]:
            ones |= np.asarray(inner.sum(axis=0)).ravel() > 0
        groups = replace(groups, groups=tuple(groups.groups[place] for place in shown), rows=groups.rows[shown])
        each = np.array([_slack_of_one(table.share) for table in tables])
        slack = each[[group.table for group in groups.groups]] * groups.sizes
        return cls(tables=tables, groups=groups, ones=ones, slack=np.where(slack < 0.5, 0.0, slack))

    def few_left(self, minimum: float) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Groups, and those within them that leave few ones or few zeros of them."""
        sizes = self.groups.sizes
        held_in = (self.groups.rows @ (self.groups.rows * self.groups.atoms.sizes).T).toarray()
        for outer, own in enumerate(self.groups.groups):
            held = np.flatnonzero((held_in[outer] == sizes) & (sizes < sizes[outer]) & (sizes > 0))
            parts = [int(part) for part in held if self.groups.lies_within(self.groups.groups[part], own)]
            together = [self._put_together(outer, parts, largest_first=first) for first in (True, False)]
            for chosen in dict.fromkeys([*((part,) for part in parts), *together]):
                if chosen and self._is_few(outer, chosen, minimum):
                    yield outer, chosen
                    break

    def _put_together(self, outer: int, parts: Sequence[int], *, largest_first: bool) -> tuple[int, ...]:
        """Parts that do not overlap."""
        free, chosen = self._atoms(outer), []
        for part in sorted(parts, key=lambda part: (-1 if largest_first else 1) * self.groups.sizes[part]):
            own = self._atoms(part)
            if not (own & ~free).any():
                free &= ~own
                chosen.append(part)
        return tuple(chosen)

    def _is_few(self, outer: int, parts: Sequence[int], minimum: float) -> bool:
        rest = self._atoms(outer)
        for part in parts:
            rest &= ~self._atoms(part)
        sizes = self.groups.atoms.sizes
        numbers = [float(sizes[rest & side].sum()) for side in (self.ones, ~self.ones)]
        open_by = 2 * float(self.slack[[outer, *parts]].sum())
        return open_by < minimum and any(0 < number < minimum for number in numbers)

    def _atoms(self, group: int) -> Flags:
        return np.asarray(self.groups.rows[[group]].toarray().ravel() > 0)


def _few_of_a_side(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    minimum = policy.limits(policy.units[0])["minimum_contributors"]
    of_variable: dict[str, list[Indicator]] = defaultdict(list)
    for item in indicators_of(outputs):
        of_variable[item.share.variable].append(item)
    findings = []
    for tables in of_variable.values():
        if len(tables) < 2 and not any(table.count.hidden.any() for table in tables):
            continue
        shares = _Shares.of(tables, minimum=minimum)
        found: dict[tuple[int, tuple[str, ...]], set[int]] = defaultdict(set)
        for outer, parts in shares.few_left(minimum):
            involved = [shares.groups.groups[place] for place in (outer, *parts)]
            last = max(involved, key=lambda group: group.table)
            others = sorted({tables[group.table].output for group in involved} - {tables[last.table].output})
            found[last.table, tuple(others)].add(last.cell)
        findings += [
            (tables[table].output, _finding(tables[table], cells, others)) for (table, others), cells in found.items()
        ]
    return findings


def _only_ones(table: Indicator) -> Tabulation:
    """The count of those who have a one, over the same cells."""
    members = table.count.members
    if members is None:  # an indicator has members
        raise TypeError("a yes-or-no variable without members")
    kept = np.isin(members.finest, table.units[table.ones])
    ones = Members(
        units={level: hashes[kept] for level, hashes in members.units.items()},
        cells=members.cells[kept],
        repeated=members.repeated,
    )
    return replace(table.count, members=ones)


def _slack_of_one(share: Tabulation) -> float:
    """How many ones per unit the rounding of a share leaves open, to either side."""
    return 0.5 * 10.0**-share.decimals / _PER_ONE.get(share.statistic, 1.0)


def _finding(table: Indicator, cells: set[int], others: Sequence[str]) -> Finding:
    where = f"with those of {', '.join(others)}" if others else "with its totals"
    return Finding(
        rule=_CODE,
        outcome=Outcome.FAIL,
        tabulation=table.position,
        cells=tuple(sorted(cells)),
        message=(
            f"The shares of {len(cells)} of its groups tell, {where}, that few of the rest have a one, or few a zero."
        ),
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="A share of the rest that is that of few",
    aim="The share of all, less that of those who are shown, is the share of those who are hidden.",
    advice="Ask for the table without margins, merge categories, or use the same selection in all tables.",
    rationale=(
        "A share with its n counts those who have a one and those who have a zero, and so does what remains when the "
        "shares of parts are taken from that of a whole: of a total and the cells that are not hidden, or of two "
        "selections. Each of the two numbers is held to the minimum, as THR2 holds those of a cell. It is left alone "
        "where the rounding of the shares leaves the numbers open by as much as the minimum. Wholes and parts are told "
        "as for DIF2. Shares of one variable under two names are not set against each other."
    ),
    source="As THR2; Handbook on Statistical Disclosure Control, 2nd edition, differencing and linked tables",
    thresholds=("minimum_contributors",),
    check=_few_of_a_side,
)

RULES = (RULE,)
