"""Perturbed counts: a number with noise or rounding protects a cell only as far as nobody can narrow it down."""

from collections.abc import Mapping, Sequence

import numpy as np

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement
from output_checks.model.statistic import Kind

_ROUNDING = 1e-6


def _narrowed(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    sensitive, lower, upper, likely, usual, records, per_unit = facts
    least = np.maximum(limits["minimum_interval_width"] * per_unit, limits["minimum_interval_percent"] / 100 * records)
    wide = least - _ROUNDING
    fail = (sensitive > 0) & ((upper - lower < wide) | (usual < wide))
    return Judgement(fail=fail, review=(sensitive > 0) & ~fail & (likely < wide))


PERTURBED_BUT_KNOWN = CellRule(
    code="PER1",
    title="A perturbed count can be narrowed down",
    aim="A 3 that is rounded to 5 is still few: what matters is which counts an outsider cannot rule out.",
    advice=(
        "Round to a larger base (round=25, or round=50), give the noise a larger variance, or merge categories first; "
        "where another output gives it away, publish one of the two."
    ),
    rationale=(
        "The attacker takes each perturbed number as the interval of counts that may stand behind it, for somebody who "
        "knows the method, and all published numbers of the same records together. A cell that could not be published "
        "as it is passes where the interval that is left is as wide as the policy asks of suppressed cells, and as "
        "many percent of the count as of suppressed totals: a school's 400 pupils are no secret as 390 to 410. Beside "
        "a group that is in one category (CLS1) the rest of its line is judged too. Of noise, so wide has to be "
        "the interval that holds a large count with 90 percent, or it fails; where that of the number at hand is "
        "narrower, as of a published 0, a person has to look."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, rounding, cell key method; the widths are our own",
    thresholds=("minimum_interval_width", "minimum_interval_percent"),
    kinds=frozenset({Kind.FREQUENCY}),
    needs=(
        FactName.SENSITIVE,
        FactName.LOWER_BOUND,
        FactName.UPPER_BOUND,
        FactName.LIKELY_WIDTH,
        FactName.USUAL_WIDTH,
        FactName.RECORDS,
        FactName.RECORDS_PER_UNIT,
    ),
    judges_perturbed=True,
    check=_narrowed,
    message="{cells} perturbed, but too easy to narrow down from what is published",
)

RULES = (PERTURBED_BUT_KNOWN,)
