"""Where families live, from day to day: up to three homes each, and one for a parent who left."""

from dataclasses import dataclass

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator, pick, within
from nco_research.synthetic.families import Families
from nco_research.synthetic.geography import Geography
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.table import NEVER, padded

HOMES = 3
_PER_POSTCODE = 20
_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"
_NEVER_USED = ("SA", "SD", "SS")
_FIRST_AREA, _AREAS = 1000, 9000


@dataclass(frozen=True, kw_only=True, eq=False)
class Homes:
    """Addresses are numbered from 0: the homes of each family in turn, then those of parents who left."""

    starts: Ints
    """First day, a row per family and a column per home; `NEVER` where there is no such home."""
    first: Ints
    """Address of each family's first home."""
    neighbourhood: Ints
    """Of each address."""
    postcode: Ints
    """Of each address: position among all postcodes."""
    house: Ints
    """House number of each address."""
    apart: Ints
    """Address of the parent who left, of each family; -1 where nobody did."""

    def at(self, family: Ints, when: Ints | int) -> Ints:
        """The address of families on a day."""
        moved = (self.starts[family, 1:] <= np.reshape(when, (-1, 1))).sum(axis=1)
        address: Ints = (self.first[family] + moved).astype(np.int32)
        return address

    def postcodes(self, address: Ints) -> np.ndarray[tuple[int], np.dtype[np.bytes_]]:
        """Postcodes as they are written: 1234AB."""
        area, letters = np.divmod(self.postcode[address], len(_PAIRS))
        digits = padded(area, 4).view(np.uint8).reshape(-1, 4)
        return np.ascontiguousarray(np.hstack([digits, _PAIRS[letters]])).view("S6").ravel()


_PAIRS = np.array(
    [[ord(first), ord(second)] for first in _LETTERS for second in _LETTERS if first + second not in _NEVER_USED],
    dtype=np.uint8,
)


def make_homes(plan: Plan, families: Families, geography: Geography) -> Homes:
    """Most families stay, or move near."""
    rng = generator(plan.seed, "homes")
    count = len(families)
    moves = chance(rng, parameters.MOVES, count)
    again = moves & chance(rng, parameters.MOVES_AGAIN, count)
    days = np.sort(rng.integers(plan.first_day + 1, plan.last_day, (count, 2)), axis=1).astype(np.int32)
    again &= days[:, 1] > days[:, 0]
    starts = np.full((count, HOMES), NEVER, dtype=np.int32)
    starts[:, 0] = plan.first_day
    starts[moves, 1] = days[moves, 0]
    starts[again, 2] = days[again, 1]
    homes = 1 + moves.astype(np.int32) + again
    first = (np.cumsum(homes) - homes).astype(np.int32)

    where = np.empty((count, HOMES), dtype=np.int32)
    where[:, 0] = families.neighbourhood
    for home in range(1, HOMES):
        where[:, home] = _moved(rng, geography, where[:, home - 1])
    parted = families.parted < NEVER
    gone = _moved(rng, geography, families.neighbourhood[parted])
    apart = np.full(count, -1, dtype=np.int32)
    apart[parted] = int(homes.sum()) + np.arange(int(parted.sum()))
    neighbourhood = np.r_[where[np.arange(HOMES) < homes[:, None]], gone]
    return _numbered(starts, first, neighbourhood, apart, areas=len(geography.municipality))


def _numbered(starts: Ints, first: Ints, neighbourhood: Ints, apart: Ints, *, areas: int) -> Homes:
    rank = within(neighbourhood)
    block, house = np.divmod(rank, _PER_POSTCODE)
    area = _FIRST_AREA + neighbourhood.astype(np.int64) * _AREAS // max(areas, 1)
    return Homes(
        starts=starts,
        first=first,
        neighbourhood=neighbourhood,
        postcode=(area * len(_PAIRS) + block % len(_PAIRS)).astype(np.int32),
        house=(1 + house + _PER_POSTCODE * (block // len(_PAIRS))).astype(np.int32),
        apart=apart,
    )


def _moved(rng: np.random.Generator, geography: Geography, origin: Ints) -> Ints:
    """Neighbourhoods to move to: of the same municipality, or anywhere."""
    far: Bools = chance(rng, parameters.MOVES_FAR, len(origin))
    municipality = geography.municipality[origin]
    starts = np.searchsorted(geography.municipality, municipality)
    number = np.searchsorted(geography.municipality, municipality, side="right") - starts
    drawn: Floats = rng.random(len(origin))
    near = starts + np.minimum((drawn * number).astype(np.int64), number - 1)
    return np.where(far, pick(rng, geography.size, len(origin)), near).astype(np.int32)
