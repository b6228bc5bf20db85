"""The same units under other keys: tables that have no key in common, and say too nearly the same for that.

Whether units are the same is known by their keys elsewhere. Where a delivery has new pseudonyms, or a key was changed,
only what the tables say is left.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log, pi, sqrt
from typing import TypeAlias

from output_checks.model.evidence import Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "DIF5"
_NO_ACCIDENT = log(1 / 1_000)
_NO_ACCIDENT_IN_ORDER = log(1 / 1_000_000)
_ENOUGH_CELLS = 4
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
    own, others = _innermost(one), _innermost(other)
    shared = [group for group in others if group in own]
    pairs = [(one.published[own[group]], other.published[others[group]]) for group in shared]
    pairs = [(a, b) for a, b in pairs if a == a and b == b]  # noqa: PLR0124 - neither is hidden
    if _log_of_accident(pairs) < _NO_ACCIDENT:
        hidden = [others[group] for group in shared if one.hidden[own[group]] != other.hidden[others[group]]]
        few = [
            others[group] for group in shared if 0 < abs(one.values[own[group]] - other.values[others[group]]) < minimum
        ]
        return sorted({*hidden, *few})
    if shared or not _ENOUGH_CELLS <= len(own) == len(others) or one.hidden.any() or other.hidden.any():
        return []
    first = sorted(own.values(), key=lambda place: one.published[place])
    second = sorted(others.values(), key=lambda place: other.published[place])
    ordered = [(one.published[a], other.published[b]) for a, b in zip(first, second, strict=True)]
    if _log_of_accident(ordered) > _NO_ACCIDENT_IN_ORDER:
        return []
    return [place for place, (a, b) in zip(second, ordered, strict=True) if 0 < abs(a - b) < minimum]


def _innermost(tabulation: Tabulation) -> Mapping[_Group, int]:
    """Where each innermost cell stands, by its description."""
    return {
        frozenset((name, part) for name, part in zip(tabulation.by, cell, strict=True) if part is not None): place
        for place, cell in enumerate(tabulation.cells)
        if None not in cell
    }


def _log_of_accident(pairs: _Pairs) -> float:
    """How likely it is, as a logarithm, that counts of different units are as close to each other as these.

    The difference of two counts of about m varies by the square root of 2 m (Poisson): the chance of one within d of
    nothing is about (2 d + 1) / sqrt(4 pi m). Small counts tell little.
    """
    return sum(min(0.0, log((2 * abs(a - b) + 1) / sqrt(4 * pi * (a + b) / 2))) for a, b in pairs if a + b > 0)


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
        "shows. Where the groups have other names as well, the counts are compared in order of size, at one in a "
        "million."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; the chance is our own (Poisson)",
    thresholds=("minimum_contributors",),
    check=_alike_under_other_keys,
)

RULES = (RULE,)
