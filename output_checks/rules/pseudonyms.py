"""The same units under other keys: tables that have no key in common, and say too nearly the same for that.

Whether units are the same is known by their keys elsewhere. Where a delivery has new pseudonyms, or a key was changed,
only what the tables say is left.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log, pi, sqrt
from typing import TypeAlias

from scipy import stats

from output_checks.model.evidence import Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "DIF5"
_NO_ACCIDENT = 1e-3
_NO_ACCIDENT_IN_ORDER = 1e-4
_ENOUGH_CELLS = 4
_FEW_DIFFER = 2
_Group: TypeAlias = frozenset[tuple[str, str]]
_Pairs: TypeAlias = list[tuple[float, float]]


def _alike_under_other_keys(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    """Set the counts of tables without a unit in common against each other."""
    tables = [
        (output.name, position, tabulation)
        for output in outputs
        for position, tabulation in enumerate(output.tabulations)
        if tabulation.statistic is Statistic.COUNT and tabulation.parts and len(tabulation.sketch)
    ]
    minimum = policy.limits(policy.units[0])["minimum_contributors"]
    findings = []
    for (first, _, one), (second, position, other) in combinations(tables, 2):
        if first == second or one.may_share_units_with(other):
            continue
        cells = _telling(one, other, minimum=minimum)
        if cells:
            findings.append((second, _finding(first, position, cells)))
    return findings


def _telling(one: Tabulation, other: Tabulation, *, minimum: float) -> list[int]:
    """Cells of the second table that tell of few units beside the first, where both are of nearly the same units."""
    (shown, gone), (shows, hidden) = (one.published, one.hidden), (other.published, other.hidden)
    hides = bool(gone.any() or hidden.any())
    own, others = _groups(one, totals=hides), _groups(other, totals=hides)
    shared = [group for group in others if group in own]
    pairs = [(shown[own[group]], shows[others[group]]) for group in shared]
    pairs = [(a, b) for a, b in pairs if a == a and b == b]  # noqa: PLR0124 - neither is hidden
    if _chance(pairs) < _NO_ACCIDENT:
        apart = [others[group] for group in shared if gone[own[group]] != hidden[others[group]]]
        few = [
            others[group] for group in shared if 0 < abs(one.values[own[group]] - other.values[others[group]]) < minimum
        ]
        return sorted({*apart, *few})
    if shared or not _ENOUGH_CELLS <= len(own) == len(others) or hides:
        return []
    first = sorted(own.values(), key=shown.__getitem__)
    second = sorted(others.values(), key=shows.__getitem__)
    ordered = [(shown[a], shows[b]) for a, b in zip(first, second, strict=True)]
    different = sum(a != b for a, b in ordered)
    if different > _FEW_DIFFER or _chance(ordered) > _NO_ACCIDENT_IN_ORDER:
        return []
    return [place for place, (a, b) in zip(second, ordered, strict=True) if 0 < abs(a - b) < minimum]


def _groups(tabulation: Tabulation, *, totals: bool) -> Mapping[_Group, int]:
    """Where each cell stands, by its description: totals only where not all of their parts are published."""
    return {
        frozenset((name, part) for name, part in zip(tabulation.by, cell, strict=True) if part is not None): place
        for place, cell in enumerate(tabulation.cells)
        if totals or None not in cell
    }


def _chance(pairs: _Pairs) -> float:
    """How likely it is that counts of different units are as close to each other as these.

    The difference of two counts of about m varies by the square root of 2 m (Poisson): the chance of one within d of
    nothing is about (2 d + 1) / sqrt(4 pi m). These chances are combined as Fisher did; where all that differ do so to
    the same side, as when units are left out, by the chance of that as well.
    """
    shown = [(a, b) for a, b in pairs if a + b > 0]
    if not shown:
        return 1.0
    logs = [min(0.0, log((2 * abs(a - b) + 1) / sqrt(2 * pi * (a + b)))) for a, b in shown]
    signs = {a > b for a, b in shown if a != b}
    different = sum(a != b for a, b in shown)
    one_sided = 2.0 ** (1 - different) if different and len(signs) == 1 else 1.0
    return float(stats.chi2.sf(-2 * sum(logs), 2 * len(logs))) * one_sided


def _finding(first: str, position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=(
            f"It has no key in common with {first}, and nearly the same counts: are these the same units under other "
            f"keys? Then {len(cells)} of its cells tell of few of them."
        ),
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="The same units under other keys",
    aim="A table with new pseudonyms and without one pupil shows that pupil's cell beside the old one.",
    advice="Link both data sets to the same keys; or say in release.explain why these are other units.",
    rationale=(
        "Looks at tables whose data have no unit in common, as far as their keys tell. Where they count the same "
        "groups, it asks how likely counts so near to each other are for different units: below one in a thousand, a "
        "person has to say whether they are the same, if some counts differ by few or one table hides what the other "
        "shows. Where the groups have other names as well, the counts are set beside each other in order of size, of "
        "which all but two must be equal."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; chances combined after Fisher 1925",
    thresholds=("minimum_contributors",),
    check=_alike_under_other_keys,
)

RULES = (RULE,)
