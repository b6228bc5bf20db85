"""Careers in primary education: grade and school of every pupil on 1 October of every year."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Ints, chance, generator
from nco_research.synthetic.families import Children, Families
from nco_research.synthetic.geography import Geography
from nco_research.synthetic.homes import Homes
from nco_research.synthetic.plan import GRADES, Plan
from nco_research.synthetic.schools import Schools
from nco_research.synthetic.table import NEVER, day

_SPECIAL_FROM = 3
"""Grade from which pupils go to special primary education."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SchoolYear:
    """One element per pupil in primary education on 1 October."""

    year: int
    child: Ints
    grade: Ints
    school: Ints
    years: Ints
    """In primary education, this one not counted."""
    years_here: Ints
    """At this school, this one not counted."""
    special: Ints
    """Children who are in special education instead."""

    def __len__(self) -> int:
        return len(self.child)


@dataclass(frozen=True, kw_only=True, eq=False)
class Careers:
    """School years in their order, those before the country's first included, and when children left grade 8."""

    school_years: tuple[SchoolYear, ...]
    finished: Ints
    """First school year in secondary education, of each child; `NEVER` for who did not finish."""

    def in_year(self, year: int) -> SchoolYear:
        """The school year that starts in a year."""
        return self.school_years[year - self.school_years[0].year]

    def since(self, first_year: int) -> Iterator[SchoolYear]:
        """School years from one on."""
        return (item for item in self.school_years if item.year >= first_year)


class _State:
    """Of all children, this year."""

    def __init__(self, children: Children) -> None:
        count = len(children)
        self.grade = np.zeros(count, dtype=np.int8)
        self.school = np.full(count, -1, dtype=np.int32)
        self.years = np.zeros(count, dtype=np.int8)
        self.years_here = np.zeros(count, dtype=np.int8)
        self.municipality = np.full(count, -1, dtype=np.int32)
        self.special = np.zeros(count, dtype=np.bool_)
        self.finished = np.full(count, NEVER, dtype=np.int32)


def live(
    plan: Plan, *, families: Families, children: Children, homes: Homes, geography: Geography, schools: Schools
) -> Careers:
    """Year after year: enter, move up or repeat, move house and change school, leave."""
    state = _State(children)
    ability = children.talent * 0.54 + families.background[children.family] * 0.4
    years = []
    for year in plan.lived_years:
        rng = generator(plan.seed, "careers", year)
        _move_up(rng, state, ability, year)
        present = _present(children, year)
        _enter(rng, state, children, present, year)
        state.grade[~present] = 0
        state.special &= present
        _change_sector(rng, state, ability)
        _choose_schools(rng, state, families=families, children=children, homes=homes, year=year,
                        geography=geography, schools=schools)  # fmt: skip
        ordinary = (state.grade > 0) & ~state.special
        child = np.flatnonzero(ordinary).astype(np.int32)
        years.append(
            SchoolYear(
                year=year,
                child=child,
                grade=state.grade[child],
                school=state.school[child],
                years=state.years[child],
                years_here=state.years_here[child],
                special=np.flatnonzero((state.grade > 0) & state.special).astype(np.int32),
            )
        )
    return Careers(school_years=tuple(years), finished=state.finished)


def _present(children: Children, year: int) -> Bools:
    return (children.arrives <= year) & (children.leaves > year)


def _enter(rng: np.random.Generator, state: _State, children: Children, present: Bools, year: int) -> None:
    """Children of four, and older ones who come to the country; these often a grade below their age."""
    new = present & (state.grade == 0) & (children.cohort <= year) & (state.finished == NEVER) & (state.years == 0)
    age_grade = year - children.cohort[new] + 1
    below = chance(rng, 0.4, int(new.sum())) & (age_grade > 2)
    grade = age_grade - below
    within_primary = grade <= GRADES
    entered = np.flatnonzero(new)[within_primary]
    state.grade[entered] = grade[within_primary]


def _move_up(
    rng: np.random.Generator, state: _State, ability: np.ndarray[tuple[int], np.dtype[np.float32]], year: int
) -> None:
    in_school = np.flatnonzero(state.grade > 0)
    grade = state.grade[in_school]
    rate = np.array(parameters.REPEATS, dtype=np.float32)[grade] * np.exp(-0.9 * ability[in_school] - 0.2)
    up = in_school[~chance(rng, np.minimum(rate, 0.5), len(in_school))]
    state.grade[up] += 1
    done = up[state.grade[up] > GRADES]
    state.finished[done] = year
    state.grade[done] = 0
    state.special[done] = False
    state.years[in_school] += 1
    state.years_here[in_school] += 1


def _change_sector(
    rng: np.random.Generator, state: _State, ability: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> None:
    """To special education and back; to special primary education is a change of school."""
    in_school = np.flatnonzero(state.grade > 0)
    likely = parameters.TO_SPECIAL * np.exp(-1.2 * ability[in_school] - 0.4)
    to_special = chance(rng, likely.astype(np.float32), len(in_school))
    back = chance(rng, parameters.FROM_SPECIAL, len(in_school))
    was = state.special[in_school]
    state.special[in_school] = (was & ~back) | (~was & to_special)
    changed = in_school[state.special[in_school] != was]
    state.school[changed] = -1


def _choose_schools(
    rng: np.random.Generator,
    state: _State,
    *,
    families: Families,
    children: Children,
    homes: Homes,
    geography: Geography,
    schools: Schools,
    year: int,
) -> None:
    """Whoever is new, moved to another municipality, or wants to leave; children of a family go to the same school."""
    pupil = np.flatnonzero((state.grade > 0) & ~state.special)
    family = children.family[pupil]
    address = homes.at(family, day(year, 8, 1))
    municipality = geography.municipality[homes.neighbourhood[address]].astype(np.int32)
    new = state.school[pupil] < 0
    far = ~new & (municipality != state.municipality[pupil])
    leaving = ~new & chance(rng, parameters.CHANGES_SCHOOL, len(pupil))
    state.municipality[pupil] = municipality
    taste = families.taste[family]
    taste = np.where(leaving, rng.random(len(pupil), dtype=np.float32), taste)
    choosing = new | far | leaving
    chosen = schools.chosen(municipality[choosing], families.background[family[choosing]], taste[choosing])
    before = state.school[pupil]
    after = before.copy()
    after[choosing] = chosen
    at_special_primary = (before >= 0) & schools.special_primary[before]
    after[at_special_primary & ~far] = before[at_special_primary & ~far]
    ability = 0.5 * families.background[family] + 0.7 * children.talent[pupil]
    likely = (parameters.TO_SPECIAL_PRIMARY * np.exp(-1.4 * ability - 0.5)).astype(np.float32)
    goes = (state.grade[pupil] >= _SPECIAL_FROM) & (chance(rng, likely, len(pupil)) | (at_special_primary & far))
    nearest = schools.nearest_special_primary(municipality, families.taste[family])
    goes &= nearest >= 0
    after[goes & ~(at_special_primary & ~far)] = nearest[goes & ~(at_special_primary & ~far)]
    state.school[pupil] = after
    state.years_here[pupil[after != before]] = 0
