"""What pupils can do, and what schools add to it: skills in standard deviations, at every test moment."""

from dataclasses import dataclass

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.careers import Careers, SchoolYear
from nco_research.synthetic.draws import Floats, Ints, generator, normal
from nco_research.synthetic.families import Children, Families
from nco_research.synthetic.plan import GRADES, Plan
from nco_research.synthetic.schools import Schools

_MIDDLE, _END = 0.5, 1.0
"""Of what a school adds in a grade, by the middle and by the end of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Learning:
    """Of each school year: what schools and the pandemic have added to its pupils, by the M and by the E test."""

    added: tuple[Floats, ...]
    """In the order of the school years: a row per pupil, columns M and E, in standard deviations."""
    first_year: int

    def in_year(self, year: int) -> Floats:
        """Of the pupils of one school year."""
        return self.added[year - self.first_year]


def learn(plan: Plan, *, careers: Careers, families: Families, children: Children, schools: Schools) -> Learning:
    """Add up, year after year, what the schools that a pupil was at have added."""
    total = np.zeros(len(children), dtype=np.float32)
    started = np.zeros(len(children), dtype=np.bool_)
    added = []
    for place, item in enumerate(careers.school_years):
        first = ~started[item.child]
        total[item.child[first]] = schools.start[item.school[first]]
        started[item.child] = True
        growth = schools.growth[item.school, place].astype(np.float32) + _classes(plan, item)
        learns = item.grade >= parameters.FIRST_TESTED
        growth = np.where(learns, growth, 0)
        middle = total[item.child] + growth * _MIDDLE + np.where(learns, _pandemic(families, children, item, "M"), 0)
        end = middle + growth * (_END - _MIDDLE) + np.where(learns, _pandemic(families, children, item, "E"), 0)
        total[item.child] = end
        added.append(np.column_stack([middle, end]).astype(np.float32))
    return Learning(added=tuple(added), first_year=plan.lived_years[0])


def skills(
    plan: Plan, pupils: Ints, *, item: SchoolYear, learning: Learning, families: Families, children: Children
) -> Floats:
    """Skills of pupils of a school year (positions in it), error of measurement included.

    Returns
    -------
    Array of pupils by domains (in the order of `DOMAINS`) by moments (M, E), in standard deviations of all pupils.
    """
    rng = generator(plan.seed, "tests", item.year)
    count, domains = len(pupils), len(parameters.DOMAINS)
    child = item.child[pupils]
    family = children.family[child]
    general = (
        parameters.BACKGROUND * families.background[family]
        + parameters.FAMILY * families.talent[family]
        + parameters.PUPIL * children.talent[child]
    )
    found = np.empty((count, domains, 2), dtype=np.float32)
    girl, elsewhere = children.girl[child], families.origin[family] > 0
    for place, domain in enumerate(parameters.DOMAINS):
        own = general + parameters.DOMAIN * children.domain[child, place]
        own = own + parameters.GIRLS[domain] * (girl - np.float32(0.488))
        own = own + parameters.OTHER_LANGUAGE[domain] * (elsewhere - np.float32(0.22))
        for moment in range(2):
            time = (2 * (item.grade[pupils] - parameters.FIRST_TESTED) + moment - 5.5) / 5.5
            found[:, place, moment] = own + parameters.SLOPE * children.slope[child] * time
    found += learning.in_year(item.year)[pupils][:, None, :]
    found += normal(rng, found.shape, parameters.ERROR)
    return found


def _classes(plan: Plan, item: SchoolYear) -> Floats:
    """A grade of a school in a year is a class: it has a teacher of its own."""
    rng = generator(plan.seed, "classes", item.year)
    schools = int(item.school.max(initial=0)) + 1
    return normal(rng, (schools, GRADES + 1), parameters.CLASS_GROWTH)[item.school, item.grade]


def _pandemic(families: Families, children: Children, item: SchoolYear, moment: str) -> Floats:
    lost = parameters.PANDEMIC_GROWTH.get((item.year, moment), 0.0)
    by_background = parameters.PANDEMIC_BACKGROUND if (item.year, moment) == (2019, "E") else 0.0
    background = families.background[children.family[item.child]]
    return (lost - by_background * background).astype(np.float32)
