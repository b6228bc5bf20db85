from nco_research.cohort.cohort import Cohort
from nco_research.cohort.flow import Flow, Rounded, Step
from nco_research.cohort.progress import Progress, off_level, repetition, retention, school_changes
from nco_research.cohort.scannable import Scannable

__all__ = [
    "Cohort",
    "Flow",
    "Progress",
    "Rounded",
    "Scannable",
    "Step",
    "off_level",
    "repetition",
    "retention",
    "school_changes",
]
