"""INPATAB, INHATAB, VEHTAB, KOPPELPERSOONHUISHOUDEN, HOOGSTEOPLTAB: what parents earn, own and learnt."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr

from nco_research.synthetic.draws import Bools, Floats, Ints, chance, generator, normal
from nco_research.synthetic.registers.filed import CONVERTED, Filed
from nco_research.synthetic.registers.keys import described, ordered, registered_keys
from nco_research.synthetic.table import Column, Table, coded, day, number
from nco_research.synthetic.world import World

_MISSING, _POSSESSIONS_MISSING = 9_999_999_999, 99_999_999_999
_UNKNOWN = 0.01
_GROWTH = 1.022
_RENAMED = 2019
"""Year from which HOOGSTEOPLTAB has the classification of 2021 in the names of its columns."""
_LEVELS = (
    *("1112", "1211", "1212", "1213", "1221", "2111", "2112", "2121"),
    *("2131", "2132", "3112", "3113", "3211", "3212", "3213"),
)
_LEVEL_SHARES = (0.02, 0.03, 0.08, 0.10, 0.16, 0.23, 0.32, 0.48, 0.53, 0.56, 0.78, 0.82, 0.84, 0.985)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Incomes:
    """Of one calendar year; one element per family where nothing else is said."""

    mother: Ints
    father: Ints
    """In euros."""
    apart: Bools
    """The parents live apart on 1 January."""
    unknown: Bools
    main_is_father: Bools
    """The main earner of the children's household."""


def filed(world: World) -> Iterator[Filed]:
    """Income and possessions of each calendar year; education in the first and in the last."""
    for place, year in enumerate(world.plan.school_years):
        converted = f"{CONVERTED}/" if place % 2 else ""
        extension = "parquet" if place % 2 else "sav"
        income = "InkomenBestedingen"
        yield Filed(
            path=f"{income}/INPATAB/{converted}INPA{year}TABV{1 + place % 3}.{extension}",
            make=partial(_persons, world, year, words=bool(place % 2)),
        )
        yield Filed(path=f"{income}/INHATAB/INHA{year}TABV1.sav", make=partial(_households, world, year))
        yield Filed(
            path=f"{income}/VEHTAB/{converted}VEH{year}TABV1.{extension}", make=partial(_possessions, world, year)
        )
        yield Filed(
            path=f"{income}/KOPPELPERSOONHUISHOUDEN/{CONVERTED}/KOPPELPERSOONHUISHOUDEN{year}V1.parquet",
            make=partial(_links, world, year),
        )
    for year in sorted({world.plan.first_year, world.plan.last_year}):
        yield Filed(
            path=f"Onderwijs/HOOGSTEOPLTAB/{year}/HOOGSTEOPL{year}TABV1.sav", make=partial(_education, world, year)
        )


def _incomes(world: World, year: int) -> _Incomes:
    families = world.families
    lasting = generator(world.plan.seed, "incomes")
    rng = generator(world.plan.seed, "incomes", year)
    count = len(families)
    share = np.clip(lasting.normal(0.38, 0.15, count), 0.0, 1.0)
    level = 10.95 + 0.42 * families.background + normal(lasting, count, 0.28) + normal(rng, count, 0.12)
    total = np.exp(level) * _GROWTH ** (year - 2013)
    # A few make a loss.
    total = np.where(chance(rng, 0.004, count), -0.1 * total, total)
    apart = families.parted <= day(year, 1, 1)
    mother = np.rint(total * np.where(families.father_known, share, 0.6))
    father = np.rint(total) - mother
    return _Incomes(
        mother=mother.astype(np.int64),
        father=father.astype(np.int64),
        apart=apart,
        unknown=chance(rng, _UNKNOWN, count),
        main_is_father=families.father_known & ~apart & (father >= mother),
    )


def _persons(world: World, year: int, *, words: bool) -> Table:
    families, people, incomes = world.families, world.people, _incomes(world, year)
    every = np.arange(len(families))
    fathers = every[families.father_known]
    family = np.r_[every, fathers].astype(np.int32)
    is_father = np.arange(len(family)) >= len(every)
    person = np.where(is_father, people.father(family), people.mother(family)).astype(np.int32)
    gross = np.where(is_father, incomes.father[family], incomes.mother[family])
    unknown = incomes.unknown[family]
    alone = is_father & incomes.apart[family]
    main = np.where(alone, person, _main(world, incomes)[family]).astype(np.int32)
    percentile = np.where(unknown, -2, _percentiles(gross))
    primary = np.where(unknown, _MISSING, np.rint(gross * 0.92))
    table = Table(
        columns={
            **registered_keys(world, person),
            **registered_keys(world, main, names=("RINPERSOONSHKW", "RINPERSOONHKW")),
            "INPPERSBRUT": number(np.where(unknown, _MISSING, gross)),
            "INPPERSPRIM": _worded(primary) if words else number(primary),
            "INPP100PBRUT": number(percentile.astype(np.int16)),
            "INPPOSHHK": coded(
                _positions(families.married[family], main == person, incomes.apart[family]), ("1", "2", "3", "4")
            ),
        }
    )
    return described("INPATAB", ordered(table))


def _worded(values: Floats) -> Column:
    """As in converted files: text, with words where the income is not known."""
    distinct, place = np.unique(values.astype(np.int64), return_inverse=True)
    texts = [str(value) for value in distinct.tolist()]
    texts[-1] = "Behoort tot een huishouden zonder waargenomen inkomen" if distinct[-1] == _MISSING else texts[-1]
    return coded(place.astype(np.int32), tuple(texts))


def _positions(married: Bools, main: Bools, apart: Bools) -> Ints:
    partner = np.where(married, 2, 3)
    return np.where(main, np.where(apart, 0, 1), partner).astype(np.int8)


def _main(world: World, incomes: _Incomes) -> Ints:
    """Person number of the main earner of the children's household, of each family."""
    every = np.arange(len(world.families))
    return np.where(incomes.main_is_father, world.people.father(every), world.people.mother(every)).astype(np.int32)


def _household_rows(world: World, incomes: _Incomes) -> tuple[Ints, Ints, Floats]:
    """Main earner, family and gross income of each household: that of the children, and of parents who left."""
    families = world.families
    every = np.arange(len(families))
    left = every[incomes.apart & families.father_known]
    together = incomes.mother + np.where(incomes.apart, 0, incomes.father)
    main = np.r_[_main(world, incomes), world.people.father(left)].astype(np.int32)
    return main, np.r_[every, left].astype(np.int32), np.r_[together, incomes.father[left]].astype(np.float64)


def _households(world: World, year: int) -> Table:
    incomes = _incomes(world, year)
    main, family, gross = _household_rows(world, incomes)
    unknown = incomes.unknown[family]
    size = np.bincount(world.children.family, minlength=len(world.families))[family]
    standard = np.rint(gross * 0.72 / np.sqrt(1 + 0.5 * size))
    table = Table(
        columns={
            **registered_keys(world, main, names=("RINPERSOONSHKW", "RINPERSOONHKW")),
            "INHBRUTINKH": number(np.where(unknown, _MISSING, gross)),
            "INHBESTINKH": number(np.where(unknown, _MISSING, np.rint(gross * 0.72))),
            "INHGESTINKH": number(np.where(unknown, _MISSING, standard)),
            "INHP100HGEST": number(np.where(unknown, -1, _percentiles(standard)).astype(np.int16)),
            "INHAHL": number(np.minimum(size + 2, 98).astype(np.int16)),
        }
    )
    return described("INHATAB", ordered(table, "RINPERSOONHKW"))


def _possessions(world: World, year: int) -> Table:
    incomes = _incomes(world, year)
    main, family, gross = _household_rows(world, incomes)
    rng = generator(world.plan.seed, "possessions", year)
    house = np.where(chance(rng, ndtr(0.2 + world.families.background[family]), len(main)), gross * 4.5, 0)
    bank = np.rint(np.abs(gross) * rng.gamma(0.8, 0.5, len(main)))
    worth = np.rint(house * rng.uniform(-0.1, 0.6, len(main)) + bank)
    unknown = incomes.unknown[family]
    table = Table(
        columns={
            **registered_keys(world, main, names=("RINPERSOONSHKW", "RINPERSOONHKW")),
            "VEHW1000VERH": number(np.where(unknown, _POSSESSIONS_MISSING, worth)),
            "VEHW1111BANH": number(np.where(unknown, _POSSESSIONS_MISSING, bank)),
            "VEHW1121WONH": number(np.where(unknown, _POSSESSIONS_MISSING, np.rint(house))),
            "VEHP100HVERM": number(np.where(unknown, -1, _percentiles(worth)).astype(np.int16)),
        }
    )
    return described("VEHTAB", ordered(table, "RINPERSOONHKW"))


def _links(world: World, year: int) -> Table:
    """Which household a person belongs to on 1 January: children and mothers together, fathers perhaps apart."""
    children, families, people = world.children, world.families, world.people
    incomes = _incomes(world, year)
    child = np.flatnonzero((people.citizen[: len(children)] > 0) & (children.born <= day(year, 1, 1)))
    every = np.arange(len(families))
    fathers = every[families.father_known]
    person = np.r_[child, people.mother(every), people.father(fathers)].astype(np.int32)
    family = np.r_[children.family[child], every, fathers].astype(np.int32)
    alone = (np.arange(len(person)) >= len(child) + len(every)) & incomes.apart[family]
    main = np.where(alone, person, _main(world, incomes)[family]).astype(np.int32)
    table = Table(
        columns={
            **registered_keys(world, person),
            **registered_keys(world, main, names=("RINPERSOONSHKW", "RINPERSOONHKW")),
        }
    )
    return described("KOPPELPERSOONHUISHOUDEN", ordered(table))


def _education(world: World, year: int) -> Table:
    """Highest level of parents; not known of some of those who came from elsewhere."""
    families, people = world.families, world.people
    rng = generator(world.plan.seed, "education")
    every = np.arange(len(families))
    fathers = every[families.father_known]
    family = np.r_[every, fathers].astype(np.int32)
    is_father = np.arange(len(family)) >= len(every)
    person = np.where(is_father, people.father(family), people.mother(family)).astype(np.int32)
    own = ndtr(0.75 * families.background[family] + 0.66 * normal(rng, len(family)))
    level = np.searchsorted(_LEVEL_SHARES, own)
    level = np.where((families.origin[family] > 0) & chance(rng, 0.3, len(family)), len(_LEVELS), level)
    name = "OPLNIVSOI2021AGG4HBmetNIRWO" if year >= _RENAMED else "OPLNIVSOI2016AGG4HBMETNIRWO"
    table = Table(columns={**registered_keys(world, person), name: coded(level.astype(np.int8), (*_LEVELS, "----"))})
    return described("HOOGSTEOPLTAB", ordered(table))


def _percentiles(values: Floats) -> Ints:
    """1 to 100, by rank."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks * 100 // max(len(values), 1) + 1
