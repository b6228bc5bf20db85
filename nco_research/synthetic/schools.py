"""Schools: boards, branches, who goes there, what they add, which tests they take."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator, pick
from nco_research.synthetic.geography import Geography
from nco_research.synthetic.plan import Plan

DENOMINATIONS = ("OPB", "RK", "PC", "ABZ", "ISL", "REF")
_DENOMINATIONS = (0.33, 0.30, 0.25, 0.08, 0.01, 0.03)
_SCHOOLS_PER_BOARD, _SCHOOLS_PER_SECONDARY, _SCHOOLS_PER_SPECIAL = 6.5, 10, 25
_BRANCH, _SPECIAL_PRIMARY, _SORTED = 0.12, 0.04, 0.6
_SPREAD_OF_SIZES = 0.55


@dataclass(frozen=True, kw_only=True, eq=False)
class Schools:
    """One element per location, in the order of municipalities and of the background of those who go there."""

    municipality: Ints
    capacity: Floats
    special_primary: Bools
    board: Ints
    number: tuple[str, ...]
    """BRIN, which the branches of a school share."""
    branch: Ints
    pseudonym: tuple[str, ...]
    """Of the BRIN."""
    denomination: Ints
    start: Floats
    """What pupils know more, before the first test, in standard deviations."""
    growth: Floats
    """What they gain more in a grade: a row per location, a column per school year lived through."""
    joins: Ints
    """First school year with tests in LVSNCO; after the last one for those that never take part."""
    renews: Ints
    """First school year with the newer test series."""
    central_test: Bools
    """Takes Cito's end test, also when others may be chosen."""
    special: tuple[str, ...]
    """Pseudonyms of schools for special education."""
    secondary: tuple[str, ...]
    """Pseudonyms of secondary schools."""
    _edges: Floats
    """Municipality and cumulative share of capacity within it, of ordinary schools."""
    _ordinary: Ints

    def __len__(self) -> int:
        return len(self.municipality)

    def chosen(self, municipality: Ints, background: Floats, taste: Floats) -> Ints:
        """The school that a family in a municipality chooses. Better-off families choose alike, to an extent."""
        wish = _SORTED * background + np.sqrt(1 - _SORTED**2) * _normal_quantile(taste)
        place = np.searchsorted(self._edges, municipality + _normal_share(wish), side="right")
        return self._ordinary[np.minimum(place, len(self._ordinary) - 1)]

    def nearest_special_primary(self, municipality: Ints, taste: Floats) -> Ints:
        """One of two schools for special primary education that are near by the number of their municipality; -1 where
        there is none at all."""
        those = np.flatnonzero(self.special_primary)
        if not len(those):
            return np.full(len(municipality), -1, dtype=np.int32)
        place = np.searchsorted(self.municipality[those], municipality) + (taste < 0.5)
        return those[np.minimum(place, len(those) - 1)].astype(np.int32)


def make_schools(plan: Plan, geography: Geography, pseudonymiser: Pseudonymiser) -> Schools:
    """Every municipality has a school, unless there are fewer schools than municipalities."""
    rng = generator(plan.seed, "schools")
    count = plan.schools
    one_each = np.arange(min(count, geography.municipalities))
    further = pick(rng, geography.size_of_municipalities, count - len(one_each))
    municipality = np.sort(np.r_[one_each, further]).astype(np.int32)
    firsts = np.r_[True, municipality[1:] != municipality[:-1]]
    special_primary = chance(rng, _SPECIAL_PRIMARY, count) & ~firsts
    numbers, branch = _numbers(rng, firsts | special_primary)
    pseudonyms = dict(zip(numbers, pseudonymiser.schools(numbers), strict=True))
    others = _brins(rng, 2 + count // _SCHOOLS_PER_SPECIAL + count // _SCHOOLS_PER_SECONDARY, taken=set(numbers))
    special = 1 + count // _SCHOOLS_PER_SPECIAL
    capacity = rng.lognormal(0.0, _SPREAD_OF_SIZES, count)
    ordinary = np.flatnonzero(~special_primary).astype(np.int32)
    return Schools(
        municipality=municipality,
        capacity=capacity,
        special_primary=special_primary,
        board=_boards(rng, branch, geography.province[municipality]),
        number=numbers,
        branch=branch,
        pseudonym=tuple(pseudonyms[number] for number in numbers),
        denomination=pick(rng, _DENOMINATIONS, count).astype(np.int8),
        start=rng.normal(0.0, parameters.SCHOOL_START, count),
        growth=rng.normal(0.0, parameters.SCHOOL_GROWTH, count)[:, None]
        + rng.normal(0.0, parameters.SCHOOL_GROWTH_YEAR, (count, len(plan.lived_years))),
        joins=_joins(rng, plan),
        renews=plan.first_year + rng.integers(0, 6, count),
        central_test=chance(rng, 0.55, count),
        special=tuple(pseudonymiser.schools(others[:special])),
        secondary=tuple(pseudonymiser.schools(others[special:])),
        _edges=_edges(municipality[ordinary], capacity[ordinary]),
        _ordinary=ordinary,
    )


def _edges(municipality: Ints, capacity: Floats) -> Floats:
    """Right edges: municipality plus the share of its capacity up to and with each school."""
    total = np.bincount(municipality, weights=capacity)
    running = np.cumsum(capacity)
    before = np.r_[0.0, np.cumsum(total)][municipality]
    edges: Floats = municipality + (running - before) / total[municipality]
    return edges


def _numbers(rng: np.random.Generator, main: Bools) -> tuple[tuple[str, ...], Ints]:
    """BRINs; some locations are branches of the school before them."""
    branches = chance(rng, _BRANCH, len(main)) & ~main
    position = np.cumsum(~branches) - 1
    brins = _brins(rng, int(position[-1]) + 1, taken=set())
    starts = np.flatnonzero(~branches)
    return tuple(brins[place] for place in position), (np.arange(len(main)) - starts[position]).astype(np.int32)


def _brins(rng: np.random.Generator, count: int, *, taken: set[str]) -> list[str]:
    found: list[str] = []
    for code in rng.permutation(100 * 26 * 26):
        digits, letters = divmod(int(code), 26 * 26)
        brin = f"{digits:02d}{chr(65 + letters // 26)}{chr(65 + letters % 26)}"
        if brin not in taken:
            found.append(brin)
        if len(found) == count:
            break
    return found


def _boards(rng: np.random.Generator, branch: Ints, province: Ints) -> Ints:
    """Boards of very different size, each within a province; the branches of a school have one board."""
    per_province = np.maximum(1, np.rint(np.bincount(province) / _SCHOOLS_PER_BOARD)).astype(np.int64)
    first = np.cumsum(per_province) - per_province
    # Squared, so that the first boards of a province are the large ones.
    board = first[province] + (rng.random(len(province)) ** 2 * per_province[province]).astype(np.int64)
    main = np.maximum.accumulate(np.where(branch == 0, np.arange(len(branch)), 0))
    found: Ints = board[main].astype(np.int32)
    return found


def _joins(rng: np.random.Generator, plan: Plan) -> Ints:
    first, last = parameters.PARTICIPATION
    shares = np.linspace(first, last, plan.years)
    return (plan.first_year + np.searchsorted(shares, rng.random(plan.schools))).astype(np.int32)


def _normal_share(values: Floats) -> Floats:
    return np.minimum(np.asarray(ndtr(values), dtype=np.float64), 1 - 1e-9)


def _normal_quantile(shares: Floats) -> Floats:
    return np.asarray(ndtri(np.clip(shares, 1e-6, 1 - 1e-6)), dtype=np.float64)
