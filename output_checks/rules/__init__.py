"""Every rule there is, one family a module. Adding a rule is adding it to its family's RULES."""

from output_checks.model.rule import CellRule, FileRule, ReleaseRule, Rule
from output_checks.rules import (
    class_disclosure,
    correlations,
    differencing,
    dominance,
    extremes,
    files,
    models,
    models_together,
    percentages,
    suppression,
    threshold,
)

CELL_RULES: tuple[CellRule, ...] = (
    *threshold.RULES,
    *dominance.RULES,
    *class_disclosure.RULES,
    *models.RULES,
    *extremes.RULES,
    *percentages.RULES,
    *correlations.RULES,
    *suppression.RULES,
)
FILE_RULES: tuple[FileRule, ...] = files.RULES
RELEASE_RULES: tuple[ReleaseRule, ...] = (*differencing.RULES, *models_together.RULES)
RULES: tuple[Rule, ...] = (*CELL_RULES, *FILE_RULES, *RELEASE_RULES)
