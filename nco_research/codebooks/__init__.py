from nco_research.codebooks.model import Codebook, Variable, VariableType
from nco_research.codebooks.old import codebook

__all__ = ["Codebook", "Variable", "VariableType", "codebook"]
