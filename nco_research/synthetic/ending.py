"""The end of primary education: end test, recommendations, and what secondary school follows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from nco_research.synthetic import parameters
from nco_research.synthetic.careers import Careers, SchoolYear
from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator, normal, pick
from nco_research.synthetic.families import Children, Families
from nco_research.synthetic.learning import Learning
from nco_research.synthetic.plan import GRADES, Plan
from nco_research.synthetic.schools import Schools
from nco_research.synthetic.table import NEVER

TEST_CODES = ("01", "11", "12", "13", "--")
_OLD_CITO, _CITO, _ROUTE_8, _IEP, NO_TEST = range(5)
CITO = (_OLD_CITO, _CITO)
FREE_CHOICE = 2014
"""First school year in which schools choose their end test, and in which reference levels are reported."""
CANCELLED = 2019
"""The school year whose end test was not held."""

ADVICE = ("10", "20", "22", "30", "34", "50", "52", "60", "61", "70", "80")
NO_ADVICE = len(ADVICE) - 1
TEST_ADVICE = ("10", "20", "22", "30", "42", "44", "60", "61", "70", "--")
NO_TEST_ADVICE = len(TEST_ADVICE) - 1
# Shares of pupils up to and with each recommendation; assumed, after the usual quarter that goes to vwo and havo/vwo.
_ADVICE = (0.01, 0.08, 0.13, 0.22, 0.26, 0.42, 0.50, 0.66, 0.78)
_TEST_ADVICE = (0.005, 0.07, 0.13, 0.24, 0.41, 0.54, 0.66, 0.80)

TRACKS = ("praktijkonderwijs", "vmbo-b/k", "vmbo-g/t", "havo", "vwo")
TRACK_YEARS = np.array([5, 4, 4, 5, 6], dtype=np.int8)
_TRACKS = (0.02, 0.22, 0.46, 0.73)


@dataclass(frozen=True, kw_only=True, eq=False)
class Endings:
    """One element per pupil in grade 8 of a school year."""

    pupil: Ints
    """Position in the school year."""
    skill: Floats
    """On the day of the test, in standard deviations."""
    test: Ints
    """Position in `TEST_CODES`."""
    score: Floats
    """On the scale of the test; NaN without one."""
    advice: Ints
    """Position in `ADVICE`."""
    reconsidered: Ints
    """Position in `ADVICE`, or `NO_ADVICE` where the first one stood."""
    test_advice: Ints
    """Position in `TEST_ADVICE`."""


def end(
    plan: Plan, item: SchoolYear, *, families: Families, children: Children, schools: Schools, learning: Learning
) -> Endings:
    """Recommendation first, then the test, then the recommendation again where the test says more."""
    rng = generator(plan.seed, "ending", item.year)
    pupil = np.flatnonzero(item.grade == GRADES)
    child = item.child[pupil]
    able = _ability(families, children, child) + learning.in_year(item.year)[pupil, 1]
    count = len(pupil)
    skill = able + normal(rng, count, 0.3)
    advice = np.searchsorted(_quantiles(_ADVICE), able + normal(rng, count, 0.45))
    advice = np.where(chance(rng, 0.012, count), NO_ADVICE, advice)
    test = _tests(rng, item, schools, pupil)
    test_advice = np.where(test == NO_TEST, NO_TEST_ADVICE, np.searchsorted(_quantiles(_TEST_ADVICE), skill))
    higher = (test != NO_TEST) & (item.year >= FREE_CHOICE) & (advice < NO_ADVICE - 1)
    higher &= (skill > _quantiles(_ADVICE)[np.minimum(advice, NO_ADVICE - 2)] + 0.3) & chance(rng, 0.35, count)
    return Endings(
        pupil=pupil.astype(np.int32),
        skill=skill,
        test=test,
        score=_scores(skill, test),
        advice=advice.astype(np.int8),
        reconsidered=np.where(higher, advice + 1, NO_ADVICE).astype(np.int8),
        test_advice=(test_advice if item.year >= FREE_CHOICE else np.full(count, NO_TEST_ADVICE)).astype(np.int8),
    )


def tracks(plan: Plan, *, careers: Careers, families: Families, children: Children) -> Ints:
    """Position in `TRACKS` of each child; -1 of those who did not finish primary education."""
    rng = generator(plan.seed, "tracks")
    able = _ability(families, children, np.arange(len(children))) + normal(rng, len(children), 0.45)
    return np.where(careers.finished < NEVER, np.searchsorted(_quantiles(_TRACKS), able), -1).astype(np.int8)


def _ability(families: Families, children: Children, child: Ints) -> Floats:
    family = children.family[child]
    able: Floats = (
        parameters.BACKGROUND * families.background[family]
        + parameters.FAMILY * families.talent[family]
        + parameters.PUPIL * children.talent[child]
        + parameters.DOMAIN * children.domain[child].mean(axis=1)
        + parameters.SLOPE * children.slope[child]
    )
    return able


def _quantiles(shares: tuple[float, ...]) -> Floats:
    """Of the ability of all pupils, whose standard deviation is about 0.9."""
    return np.asarray(0.9 * ndtri(np.array(shares)))


def _tests(rng: np.random.Generator, item: SchoolYear, schools: Schools, pupil: Ints) -> Ints:
    """Until 2014 most schools take Cito's test; then each chooses, and nearly every pupil takes one."""
    school, count = item.school[pupil], len(pupil)
    if item.year == CANCELLED:
        return np.full(count, NO_TEST, dtype=np.int8)
    central = schools.central_test[school]
    if item.year < FREE_CHOICE:
        takes: Bools = central | (school % 3 > 0)
        kind = np.full(count, _OLD_CITO)
    else:
        takes = np.ones(count, dtype=np.bool_)
        kind = np.where(central, _CITO, np.where(school % 2 == 0, _ROUTE_8, _IEP))
    return np.where(takes & ~chance(rng, 0.025, count), kind, NO_TEST).astype(np.int8)


def _scores(skill: Floats, test: Ints) -> Floats:
    mean = np.array([535.0, 535.0, 200.0, 80.0, np.nan])[test]
    deviation = np.array([11.0, 11.0, 35.0, 9.0, np.nan])[test]
    lowest = np.array([501.0, 501.0, 100.0, 50.0, np.nan])[test]
    highest = np.array([550.0, 550.0, 300.0, 100.0, np.nan])[test]
    return np.clip(np.round(mean + deviation * skill), lowest, highest).astype(np.float32)


def choose_secondary(schools: Schools, municipality: Ints, rng: np.random.Generator) -> Ints:
    """Position of a secondary school that is near by the number of the municipality."""
    near = pick(rng, (0.6, 0.3, 0.1), len(municipality))
    return ((municipality * 2 + near) % len(schools.secondary)).astype(np.int32)
