"""Models: what a statistical package fitted, and the units that each of its coefficients rests on."""

from output_checks.measuring.models.evidence import tabulate_model
from output_checks.measuring.models.hypothesis import tabulate_test
from output_checks.measuring.models.reading import read_fitted
from output_checks.measuring.models.rows import model_questions

__all__ = ["model_questions", "read_fitted", "tabulate_model", "tabulate_test"]
