"""Models: what a statistical package fitted, and the units that each of its coefficients rests on."""

from output_checks.measuring.models.evidence import tabulate_model
from output_checks.measuring.models.hypothesis import tabulate_test
from output_checks.measuring.models.learned import is_learned
from output_checks.measuring.models.learning import tabulate_learned
from output_checks.measuring.models.reading import read_fitted
from output_checks.measuring.models.rows import model_questions

__all__ = ["is_learned", "model_questions", "read_fitted", "tabulate_learned", "tabulate_model", "tabulate_test"]
