"""Families and their children: who was born when, to whom, and with what talents."""

from dataclasses import dataclass

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator, normal, pick
from nco_research.synthetic.geography import Geography
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.table import NEVER, day

_YEAR = 365.2425
_SPACING = (1.3, 1.5, 2.0)
"""Years between two children: at least, and a gamma distribution's scale and shape of what comes on top."""
_ELDEST = 12
"""Years before the first cohort in which a family may have begun, so that the cohorts are alike."""
_PRESENT = 0.993
"""Share of a cohort that is in primary education on an average day; the others have not come yet, left, or are in
special schools, less those who repeat."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Families:
    """One element per family. Mother and father are persons, numbered by `mother` and `father`."""

    neighbourhood: Ints
    """Of the first home."""
    background: Floats
    """Education and income of the parents; mean 0, standard deviation about 1."""
    talent: Floats
    origin: Ints
    """Position in `ORIGINS`."""
    parted: Ints
    """Day on which the parents parted, or `NEVER`."""
    married: Bools
    father_known: Bools
    mother_born: Ints
    father_born: Ints
    taste: Floats
    """What decides, beside background, on the school that is chosen: uniform."""

    def __len__(self) -> int:
        return len(self.neighbourhood)


@dataclass(frozen=True, kw_only=True, eq=False)
class Children:
    """One element per child, in the order of families and births."""

    family: Ints
    born: Ints
    """Day, since 1970."""
    cohort: Ints
    """School year in whose first October the child is four."""
    girl: Bools
    talent: Floats
    """General, without what children of a family share."""
    domain: Floats
    """A row per child, a column per domain."""
    slope: Floats
    arrives: Ints
    """First school year in the country; before the cohort's own for those who were born here."""
    leaves: Ints
    """First school year in which the child has left the country, or `NEVER`."""

    def __len__(self) -> int:
        return len(self.family)


def make_families(plan: Plan, geography: Geography) -> tuple[Families, Children]:
    """Families that have at least one child of the cohorts lived through."""
    rng = generator(plan.seed, "families")
    cohorts = len(plan.lived_years)
    begins, ends = day(plan.lived_years[0] - 5, 10, 2), day(plan.last_year - 4, 10, 2)
    span = cohorts + _ELDEST
    mean_size = float(np.dot(parameters.SIZES, np.arange(1, len(parameters.SIZES) + 1)))
    count = max(1, round(plan.pupils / 8 / _PRESENT / mean_size * span))
    first = ends - rng.random(count) * span * _YEAR
    size = pick(rng, parameters.SIZES, count) + 1
    least, scale, shape = _SPACING
    gaps = (least + rng.gamma(shape, scale / 2, (count, len(parameters.SIZES)))) * _YEAR
    gaps[chance(rng, parameters.TWINS, gaps.size).reshape(gaps.shape)] = 0.0
    gaps[:, 0] = 0.0
    births = np.floor(first[:, None] + np.cumsum(gaps, axis=1)).astype(np.int32)
    here = (np.arange(len(parameters.SIZES)) < size[:, None]) & (births >= begins) & (births < ends)
    kept = here.any(axis=1)
    births, here = births[kept], here[kept]
    children = _children(plan, births, here)
    return _families(plan, geography, births), children


def _children(plan: Plan, births: Ints, here: Bools) -> Children:
    rng = generator(plan.seed, "children")
    family, place = np.nonzero(here)
    born = births[family, place]
    count = len(born)
    october = np.array([day(year - 4, 10, 2) for year in plan.lived_years], dtype=np.int32)
    cohort = plan.lived_years[0] + np.searchsorted(october, born, side="right").astype(np.int32)
    later = chance(rng, parameters.ARRIVES_LATER, count)
    arrives = np.where(later, cohort + rng.integers(1, 8, count), cohort - 4).astype(np.int32)
    stays = rng.geometric(parameters.LEAVES, count).astype(np.int32)
    leaves = np.where(stays < 30, np.maximum(cohort, arrives) + stays, NEVER).astype(np.int32)
    return Children(
        family=family.astype(np.int32),
        born=born,
        cohort=cohort,
        girl=chance(rng, 0.488, count),
        talent=normal(rng, count),
        domain=normal(rng, (count, len(parameters.DOMAINS))),
        slope=normal(rng, count),
        arrives=arrives,
        leaves=leaves,
    )


def _families(plan: Plan, geography: Geography, births: Ints) -> Families:
    rng = generator(plan.seed, "parents")
    count = len(births)
    neighbourhood = pick(rng, geography.size, count)
    spread = float(np.average(geography.background**2, weights=geography.size))
    own = max(0.1, 1 - spread) ** 0.5
    background = geography.background[neighbourhood] + rng.normal(0.0, own, count)
    shares = np.array(list(parameters.ORIGINS.values()))
    # Fewer from elsewhere where families are better off.
    elsewhere = chance(rng, (1 - shares[0]) * np.exp(-0.5 * background - 0.125), count)
    parted = rng.integers(plan.first_day, plan.last_day, count)
    age = np.clip(rng.normal(29.5 + background, 4.2, count), 17, 45)
    mother_born = births[:, 0] - np.floor(age * _YEAR)
    return Families(
        neighbourhood=neighbourhood,
        background=background.astype(np.float32),
        talent=normal(rng, count),
        origin=np.where(elsewhere, 1 + pick(rng, shares[1:], count), 0).astype(np.int8),
        parted=np.where(chance(rng, parameters.PARTS, count), parted, NEVER).astype(np.int32),
        married=chance(rng, 0.6, count),
        father_known=~chance(rng, parameters.UNKNOWN_FATHER, count),
        mother_born=mother_born.astype(np.int32),
        father_born=(mother_born - np.floor(np.clip(rng.normal(2.5, 4, count), -8, 20) * _YEAR)).astype(np.int32),
        taste=rng.random(count, dtype=np.float32),
    )
