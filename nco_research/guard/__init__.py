from nco_research.guard.conditions import expect_own_columns
from nco_research.guard.identifiers import (
    Identifier,
    identifiers,
    identifying_columns,
    identifying_combinations,
    refuse_identifiers,
)
from nco_research.guard.objections import Objections

__all__ = [
    "Identifier",
    "Objections",
    "expect_own_columns",
    "identifiers",
    "identifying_columns",
    "identifying_combinations",
    "refuse_identifiers",
]
