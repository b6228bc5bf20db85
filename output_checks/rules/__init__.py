"""Every rule there is, one family a module. Adding a rule is adding it to its family's RULES."""

from output_checks.model.rule import CellRule, FileRule, ReleaseRule, Rule
from output_checks.rules import (
    class_disclosure,
    correlations,
    decimals,
    densities,
    differencing,
    dominance,
    extremes,
    files,
    indicators,
    models,
    models_together,
    percentages,
    perturbation,
    pseudonyms,
    shares_left_over,
    subtraction,
    suppression,
    threshold,
    variables_alike,
)

CELL_RULES: tuple[CellRule, ...] = (
    *threshold.RULES,
    *dominance.RULES,
    *class_disclosure.RULES,
    *models.RULES,
    *extremes.RULES,
    *percentages.RULES,
    *correlations.RULES,
    *densities.RULES,
    *suppression.RULES,
    *perturbation.RULES,
)
FILE_RULES: tuple[FileRule, ...] = files.RULES
RELEASE_RULES: tuple[ReleaseRule, ...] = (
    *differencing.RULES,
    *subtraction.RULES,
    *variables_alike.RULES,
    *pseudonyms.RULES,
    *indicators.RULES,
    *shares_left_over.RULES,
    *decimals.RULES,
    *models_together.RULES,
    *densities.RELEASE_RULES,
)
RULES: tuple[Rule, ...] = (*CELL_RULES, *FILE_RULES, *RELEASE_RULES)
