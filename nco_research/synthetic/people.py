"""Numbers of persons: children first, then the mother and father of each family. All of them invented."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Ints, chance, generator
from nco_research.synthetic.families import Children, Families
from nco_research.synthetic.numbers import citizen_numbers, education_numbers
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.table import NEVER, padded

Text = npt.NDArray[np.bytes_]
NOBODY = b"---------"


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """One element per person where nothing else is said."""

    children: int
    citizen: Ints
    """Citizen service number (BSN); 0 for children who have an education number only."""
    education: Ints
    """Education number of children who came without a BSN, otherwise 0; one element per child."""
    registered: Ints
    """First school year in which a child is known by its BSN: `NEVER` without one; one element per child."""
    pseudonym: Text
    """RINPERSOON that belongs to the BSN, or to the education number where there is no BSN."""
    early_pseudonym: Text
    """RINPERSOON that belongs to the education number; of all children, empty where there is none."""
    objects: Bools
    """Objected to research; one element per child."""

    def mother(self, family: Ints) -> Ints:
        """Person number of the mothers of families."""
        return self.children + 2 * family

    def father(self, family: Ints) -> Ints:
        """Person number of the fathers of families."""
        return self.children + 2 * family + 1

    def in_register(self, child: Ints, year: int) -> Bools:
        """Whether children are known by their BSN in a school year."""
        return self.registered[child] <= year

    def keys(self, child: Ints, year: int) -> tuple[Ints, Text]:
        """RINPERSOONS (0 for R, 1 for S) and RINPERSOON of children, as the files of a school year have them."""
        known = self.in_register(child, year)
        return (~known).astype(np.int8), np.where(known, self.pseudonym[child], self.early_pseudonym[child])


def make_people(plan: Plan, *, families: Families, children: Children, pseudonymiser: Pseudonymiser) -> People:
    """Number everybody, and draw who objects."""
    rng = generator(plan.seed, "people")
    count, persons = len(children), len(children) + 2 * len(families)
    without = (children.arrives > children.cohort) & chance(rng, parameters.WITHOUT_CITIZEN_NUMBER, count)
    never = without & chance(rng, 0.4, count)
    later = children.arrives + rng.integers(1, 4, count)
    registered = np.where(never, NEVER, np.where(without, later, plan.lived_years[0] - 20)).astype(np.int32)
    citizen = citizen_numbers(rng, persons)
    citizen[:count][never] = 0
    education = np.zeros(count, dtype=np.int32)
    education[without] = education_numbers(rng, int(without.sum()))
    early = np.full(count, b"", dtype="S9")
    early[without] = _pseudonyms(pseudonymiser, education[without])
    pseudonym = np.empty(persons, dtype="S9")
    has = citizen > 0
    pseudonym[has] = _pseudonyms(pseudonymiser, citizen[has])
    pseudonym[:count][never] = early[never]
    return People(
        children=count,
        citizen=citizen,
        education=education,
        registered=registered,
        pseudonym=pseudonym,
        early_pseudonym=early,
        objects=chance(rng, parameters.OBJECTS, count),
    )


def _pseudonyms(pseudonymiser: Pseudonymiser, numbers: Ints) -> Text:
    return padded(pseudonymiser.person_numbers(numbers), 9)
