"""Figures: what matplotlib holds of one, set beside the table that it draws."""

from output_checks.measuring.figures.questions import unexplained

__all__ = ["unexplained"]
