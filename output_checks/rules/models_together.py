"""Two models that differ in a few units of one group: the difference of their coefficients is about those few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from output_checks.model.evidence import FactName, Floats, Output, Tabulation
from output_checks.model.finding import Finding, Outcome
from output_checks.model.policy import Policy
from output_checks.model.rule import ReleaseRule
from output_checks.model.statistic import Statistic

_CODE = "MOD9"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Groups:
    """The groups that the dummies of a model name."""

    output: Output
    position: int
    tabulation: Tabulation
    members: Floats
    signatures: Floats
    units: Mapping[str, Floats]


def _nearly_equal_dummies(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    models = [found for output in outputs if (found := _groups(output, policy)) is not None]
    minimum = {level: policy.limits(level)["minimum_contributors"] for level in policy.units}
    findings = []
    for first, second in combinations(models, 2):
        if not first.tabulation.may_share_units_with(second.tabulation):
            continue
        close = [
            cell
            for cell in range(len(second.members))
            if any(_differ_by_few(first, one, second, cell, minimum) for one in range(len(first.members)))
        ]
        if close:
            findings.append((second.output.name, _finding(first.output.name, second.position, close)))
    return findings


def _differ_by_few(first: _Groups, one: int, second: _Groups, other: int, minimum: Mapping[str, float]) -> bool:
    """Whether two groups are not the same and yet nearly so: by name or by signature, and by their numbers of units."""
    members = first.members[one], second.members[other]
    if np.isnan(members).any() or members[0] == members[1]:
        return False
    same_name = first.tabulation.cells[one] == second.tabulation.cells[other]
    alike = first.signatures[one] == second.signatures[other]
    difference = {level: abs(first.units[level][one] - second.units[level][other]) for level in first.units}
    few = any(0 < number < minimum[level] for level, number in difference.items())
    return (alike and (few or not any(difference.values()))) or (
        same_name and 0 < difference[next(iter(difference))] < minimum[next(iter(difference))]
    )


def _groups(output: Output, policy: Policy) -> _Groups | None:
    for position, tabulation in enumerate(output.tabulations):
        members = tabulation.fact(FactName.GROUP)
        signatures = tabulation.fact(FactName.GROUP_SIGNATURE)
        if tabulation.statistic is not Statistic.COEFFICIENT or members is None or signatures is None:
            continue
        facts = {level: tabulation.fact(FactName.GROUP_UNITS, level) for level in policy.units}
        units = {level: fact.values for level, fact in facts.items() if fact is not None}
        if units:
            return _Groups(
                output=output,
                position=position,
                tabulation=tabulation,
                members=members.values,
                signatures=signatures.values,
                units=units,
            )
    return None


def _finding(first: str, position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=_CODE,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=(
            f"The groups behind {len(cells)} of its terms are those of {first} but for a few units: are the two models "
            "of the same outcome, so that the difference is about those few?"
        ),
        advice=RULE.advice,
    )


RULE = ReleaseRule(
    code=_CODE,
    title="Nearly the same group in two models",
    aim="The same model with one pupil moved to another group shows that pupil's outcome.",
    advice="Use the same records and the same groups in all models of a release.",
    rationale=(
        "Compares the groups that the dummies and constants of all models name. Two are taken for nearly the same "
        "where they have the same name or share three minimum hashes, and differ by fewer units than the minimum, or "
        "by none though they are not the same records. Models of the same pupils in another year look alike, so a "
        "person decides."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, differencing; Broder 1997 for the signatures",
    thresholds=("minimum_contributors",),
    check=_nearly_equal_dummies,
)


def _groups_that_tables_hide(outputs: Sequence[Output], policy: Policy) -> list[tuple[str, Finding]]:
    """Models that tell of the very group that a table hides: its coefficient is a number of that group."""
    hidden = [(output.name, members) for output in outputs if len(members := _hidden_members(output))]
    findings = []
    for output in outputs:
        found = _groups(output, policy)
        if found is None:
            continue
        for name, members in hidden:
            cells = np.flatnonzero(np.isin(found.members, members)).tolist()
            if cells and name != output.name:
                findings.append((output.name, _tells(name, found.position, cells)))
    return findings


def _hidden_members(output: Output) -> Floats:
    """Fingerprints of the groups that an output hides."""
    parts = [
        fact.values[item.hidden]
        for item in output.tabulations
        if item.statistic is Statistic.COUNT and (fact := item.fact(FactName.MEMBERS)) is not None
    ]
    members = np.concatenate(parts) if parts else np.zeros(0)
    return np.asarray(members[~np.isnan(members) & (members != 0)], dtype=float)


def _tells(name: str, position: int, cells: Sequence[int]) -> Finding:
    return Finding(
        rule=HIDDEN_GROUP.code,
        outcome=Outcome.REVIEW,
        tabulation=position,
        cells=tuple(cells),
        message=(
            f"The groups behind {len(cells)} of its terms are groups that {name} hides: can a hidden mean be worked "
            "out from its coefficients?"
        ),
        advice=HIDDEN_GROUP.advice,
    )


HIDDEN_GROUP = ReleaseRule(
    code="MOD10",
    title="A model tells of a group that a table hides",
    aim="With a dummy for every group, a model's coefficients are the means of the groups, hidden ones among them.",
    advice="Leave that group out of the model, merge it in both, or publish the table without hidden cells.",
    rationale=(
        "Compares the groups that the dummies and constants of models name with the hidden cells of tables. With "
        "further covariates a coefficient is no mean, so a person decides."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, linked outputs; coefficients as implicit tables",
    check=_groups_that_tables_hide,
)

RULES = (RULE, HIDDEN_GROUP)
