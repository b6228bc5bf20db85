"""Research on the Dutch education cohort inside CBS remote access: read, guard, build cohorts, measure growth.

>>> import nco_research as nco
>>> enrolments = nco.open_microdata("INSCHRWPOTAB", years=[2014], folder="microdata")
>>> cohort = nco.Cohort.starting("enrolled", enrolments.frame, key=["RINPERSOONS", "RINPERSOON"])
"""

from nco_research.codebooks import Codebook, Variable, VariableType, codebook
from nco_research.cohort import (
    Cohort,
    Flow,
    Progress,
    Rounded,
    Scannable,
    Step,
    off_level,
    repetition,
    retention,
    school_changes,
)
from nco_research.growth import growth
from nco_research.guard import Identifier, identifiers, refuse_identifiers
from nco_research.microdata import Microdata, open_microdata
from nco_research.microdata.files import Source
from nco_research.pupils import read_pupils
from nco_research.study import Study
from nco_research.value_added import ValueAdded, value_added

__all__ = [
    "Codebook",
    "Cohort",
    "Flow",
    "Identifier",
    "Microdata",
    "Progress",
    "Rounded",
    "Scannable",
    "Source",
    "Step",
    "Study",
    "ValueAdded",
    "Variable",
    "VariableType",
    "codebook",
    "growth",
    "identifiers",
    "off_level",
    "open_microdata",
    "read_pupils",
    "refuse_identifiers",
    "repetition",
    "retention",
    "school_changes",
    "value_added",
]
