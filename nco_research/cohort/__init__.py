from nco_research.cohort.cohort import Cohort
from nco_research.cohort.flow import Flow, Step

__all__ = ["Cohort", "Flow", "Step"]
