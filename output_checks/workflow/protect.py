"""Protect a table: hide what fails, and as much else as it takes that nobody can work it out."""

from dataclasses import replace

from output_checks.checking import sensitive_cells
from output_checks.model.evidence import Tabulation
from output_checks.model.policy import Policy
