"""A synthetic country: CBS-like registers and schools' deliveries about people who do not exist.

`synthesize(Plan(pupils=2_000, schools=12, first_year=2013, years=10), to=Path("country"))` makes a small one.
"""

from nco_research.synthetic.country import Country, synthesize
from nco_research.synthetic.plan import Plan

__all__ = ["Country", "Plan", "synthesize"]
