"""What each register holds: declared in TOML, checked, extended by a team, and compared with a real file."""

from nco_research.codebooks.comparing import (
    ColumnFacts,
    Difference,
    DifferenceKind,
    Differences,
    PhysicalType,
    compare,
)
from nco_research.codebooks.describing import describe, describe_as_markdown
from nco_research.codebooks.exporting import describe_as_json
from nco_research.codebooks.loading import check_file, codebook, components, digest
from nco_research.codebooks.model import (
    Codebook,
    Confidence,
    SpecialCategory,
    Spell,
    Variable,
    VariableType,
    YearMeaning,
)

__all__ = [
    "Codebook",
    "ColumnFacts",
    "Confidence",
    "Difference",
    "DifferenceKind",
    "Differences",
    "PhysicalType",
    "SpecialCategory",
    "Spell",
    "Variable",
    "VariableType",
    "YearMeaning",
    "check_file",
    "codebook",
    "compare",
    "components",
    "describe",
    "describe_as_json",
    "describe_as_markdown",
    "digest",
]
