"""Scores as they stand in LVSNCO: which pupil took which test on which day, with what result."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from nco_research.synthetic import parameters
from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator
from nco_research.synthetic.families import Children, Families
from nco_research.synthetic.learning import Learning, skills
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.schools import Schools
from nco_research.synthetic.table import day

LEVELS = ("I", "II", "III", "IV", "V")
_MOMENTS = ("M", "E")
_WINDOW = {"M": (1, 12, 30), "E": (5, 28, 32)}
"""First day of the window (month and day of the second calendar year), and how many days it lasts."""
_SUPPRESSED = 0.003
"""Results that say 999: taken, but not to be scored."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """One element per test taken, in the order of schools and of pupils within them."""

    year: int
    pupil: Ints
    """Position in the school year."""
    domain: Ints
    """Position in `DOMAINS`."""
    test: Ints
    """Position in `TESTS`; off-level ones differ from what the grade and moment say."""
    day: Ints
    score: Ints
    """999 where there is none."""
    level: Ints
    """Position in `LEVELS`; behind the last one where there is none."""
    newer: Bools
    """In the newer test series."""

    def __len__(self) -> int:
        return len(self.pupil)


def make_scores(
    plan: Plan, item: SchoolYear, *, families: Families, children: Children, schools: Schools, learning: Learning
) -> Scores:
    """Tests of one school year, at the schools that take part."""
    tested = (item.grade >= parameters.FIRST_TESTED) & (schools.joins[item.school] <= item.year)
    pupils = np.flatnonzero(tested)
    pupils = pupils[np.argsort(item.school[pupils], kind="stable")]
    found = skills(plan, pupils, item=item, learning=learning, families=families, children=children)
    rng = generator(plan.seed, "taken", item.year)
    taken = _taken(rng, item, pupils)
    row, domain, moment = np.nonzero(taken)
    pupil = pupils[row]
    skill = found[row, domain, moment]
    grade = item.grade[pupil].astype(np.int64)
    proper = 2 * (grade - parameters.FIRST_TESTED) + moment
    newer = schools.renews[item.school[pupil]] <= item.year
    score, level = _scored(skill, domain, proper, newer)
    unscored = chance(rng, _SUPPRESSED, len(score))
    off_level = chance(rng, parameters.OFF_LEVEL, len(pupils))[row] & (skill < 0) & (grade > parameters.FIRST_TESTED)
    return Scores(
        year=item.year,
        pupil=pupil.astype(np.int32),
        domain=domain.astype(np.int8),
        test=np.where(off_level, proper - 2, proper).astype(np.int8),
        day=_days(rng, item, pupils)[row, domain, moment],
        score=np.where(unscored, 999, score).astype(np.int16),
        level=np.where(unscored, len(LEVELS), level).astype(np.int8),
        newer=newer,
    )


def _taken(rng: np.random.Generator, item: SchoolYear, pupils: Ints) -> Bools:
    """Pupils by domains by moments."""
    count = len(pupils)
    taken = np.empty((count, len(parameters.DOMAINS), len(_MOMENTS)), dtype=np.bool_)
    last = item.grade[pupils] == parameters.LAST_TESTED
    for place, moment in enumerate(_MOMENTS):
        usual = parameters.MISSING_AT.get((item.year, moment), parameters.MISSING)
        # Who is absent often misses all tests of a moment; single ones are missed besides.
        absent = chance(rng, usual * 0.7, count)
        rate = usual * 0.3 if moment == "M" else np.where(last, parameters.MISSING_LAST, usual * 0.3)
        for domain in range(len(parameters.DOMAINS)):
            taken[:, domain, place] = ~absent & ~chance(rng, rate, count)
    return taken


def _scored(skill: Floats, domain: Ints, test: Ints, newer: Bools) -> tuple[Ints, Ints]:
    means, deviations = (
        np.array([getattr(parameters.SCALES[name], part) for name in parameters.DOMAINS])
        for part in ("means", "deviations")
    )
    older = np.array([parameters.SCALES[name].older for name in parameters.DOMAINS])
    on_new = means[domain, test] + deviations[domain, test] * skill
    on_old = older[domain, 0] + older[domain, 1] * on_new
    score = np.clip(np.rint(np.where(newer, on_new, on_old)), 1, 595)
    # The norms are those of an ordinary year: a fifth of the pupils in each level.
    level = np.searchsorted(-ndtri([0.8, 0.6, 0.4, 0.2]), -skill)
    return score.astype(np.int64), level


def _days(rng: np.random.Generator, item: SchoolYear, pupils: Ints) -> Ints:
    """Pupils by domains by moments: a class takes a test on one day, some pupils later."""
    schools, shape = int(item.school.max(initial=0)) + 1, (len(pupils), len(parameters.DOMAINS))
    days = np.empty((*shape, len(_MOMENTS)), dtype=np.int32)
    for place, moment in enumerate(_MOMENTS):
        month, first, length = _WINDOW[moment]
        of_class = rng.integers(0, length - 8, (schools, parameters.LAST_TESTED + 1, shape[1]))
        later = np.where(chance(rng, 0.06, len(pupils)), rng.integers(1, 9, len(pupils)), 0)
        start = day(item.year + 1, month, first)
        days[:, :, place] = start + of_class[item.school[pupils], item.grade[pupils]] + later[:, None]
    return days
