"""GBAPERSOONTAB, KINDOUDERTAB, VTVPERSOONTAB: who there is, whose child, and under which number first."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Bools, Ints, chance, generator
from nco_research.synthetic.registers.filed import CONVERTED, Filed
from nco_research.synthetic.registers.keys import described, ordered, perhaps, registered_keys
from nco_research.synthetic.table import NEVER, Column, Table, coded, text
from nco_research.synthetic.world import World

_FIRST_BORN, _LAST_BORN = 1940, 2030
_COUNTRIES = (*parameters.ORIGINS, "----", "0000")
_DASHES, _ZEROS = len(parameters.ORIGINS), len(parameters.ORIGINS) + 1


def filed(world: World) -> Iterator[Filed]:
    """The files of the last year, and older ones that should not be taken."""
    year, first = world.plan.state_year, world.plan.first_year
    persons = f"Bevolking/GBAPERSOONTAB/{year}/GBAPERSOON{year}TAB"
    yield Filed(path=f"{persons}V1.sav", make=partial(_persons, world))
    parents = "Bevolking/KINDOUDERTAB"
    yield Filed(path=f"{parents}/140710 KINDOUDER{first}TABV1.sav", make=partial(_parents, world, until=first))
    yield Filed(path=f"{parents}/KINDOUDER{year}TABV2.sav", make=partial(_parents, world, until=year))
    bridge = f"Bevolking/VTVPERSOONTAB/{CONVERTED}/VTVPERSOON{year}TABV1.parquet"
    yield Filed(path=bridge, make=partial(_bridge, world))


def _persons(world: World) -> Table:
    children, families, people = world.children, world.families, world.people
    registered = np.flatnonzero(people.citizen[: len(children)] > 0).astype(np.int32)
    every = np.arange(len(families))
    fathers = every[families.father_known]
    person = np.r_[registered, people.mother(every), people.father(fathers)].astype(np.int32)
    family = np.r_[children.family[registered], every, fathers].astype(np.int32)
    is_child = np.arange(len(person)) < len(registered)
    sex = np.r_[np.where(children.girl[registered], 1, 0), np.ones(len(every)), np.zeros(len(fathers))]
    born = np.r_[children.born[registered], families.mother_born, families.father_born[fathers]].astype(np.int32)
    abroad_born = np.r_[
        children.arrives[registered] > children.cohort[registered], np.ones(len(every) + len(fathers), bool)
    ]
    known = is_child & families.father_known[family]
    table = Table(
        columns={
            **registered_keys(world, person),
            "GBAGESLACHT": coded(sex.astype(np.int8), ("1", "2")),
            **_birth(born, "", present=np.ones(len(person), dtype=np.bool_)),
            **_origins(world, family, is_child=is_child, abroad_born=abroad_born),
            "GBAGESLACHTMOEDER": coded(np.where(is_child, 0, 1).astype(np.int8), ("2", "-")),
            "GBAGESLACHTVADER": coded(np.where(known, 0, 1).astype(np.int8), ("1", "-")),
            **_birth(families.mother_born[family], "MOEDER", present=is_child),
            **_birth(families.father_born[family], "VADER", present=known),
        }
    )
    return described("GBAPERSOONTAB", ordered(table))


def _birth(days: Ints, whose: str, *, present: Bools) -> dict[str, Column]:
    """Year, month, and day of birth, of which the day is 1 for everybody, as most projects get it."""
    moments = days.astype("datetime64[D]")
    year = moments.astype("datetime64[Y]").astype(np.int64) + 1970 - _FIRST_BORN
    month = moments.astype("datetime64[M]").astype(np.int64) % 12
    years = (*(str(value) for value in range(_FIRST_BORN, _LAST_BORN)), "----")
    months = (*(f"{value:02d}" for value in range(1, 13)), "--")
    return {
        f"GBAGEBOORTEJAAR{whose}": coded(np.where(present, year, len(years) - 1).astype(np.int16), years),
        f"GBAGEBOORTEMAAND{whose}": coded(np.where(present, month, 12).astype(np.int8), months),
        f"GBAGEBOORTEDAG{whose}": coded(np.where(present, 0, 1).astype(np.int8), ("01", "--")),
    }


def _origins(world: World, family: Ints, *, is_child: Bools, abroad_born: Bools) -> dict[str, Column]:
    origin = world.families.origin[family].astype(np.int8)
    abroad = origin > 0
    rng = generator(world.plan.seed, "origins")
    unknown = np.where(chance(rng, 0.002, len(family)), np.where(abroad, _ZEROS, _DASHES), -1).astype(np.int8)
    born_there = abroad & abroad_born
    generation = np.where(~abroad, 0, np.where(born_there, 1, 2)).astype(np.int8)
    return {
        "GBAGEBOORTELAND": coded(np.where(unknown >= 0, unknown, np.where(born_there, origin, 0)), _COUNTRIES),
        "GBAHERKOMSTGROEPERING": coded(np.where(unknown >= 0, unknown, origin), _COUNTRIES),
        "GBAGENERATIE": coded(generation, ("0", "1", "2")),
        "GBAAANTALOUDERSBUITENLAND": coded(np.where(is_child, 2 * abroad, 3).astype(np.int8), ("0", "1", "2", "-")),
    }


def _parents(world: World, *, until: int) -> Table:
    """Children born up to a year; names of columns in the spelling of the files."""
    children, families, people = world.children, world.families, world.people
    year = children.born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    child = np.flatnonzero((people.citizen[: len(children)] > 0) & (year <= until)).astype(np.int32)
    family = children.family[child]
    known = families.father_known[family]
    linked = coded(np.zeros(len(child), dtype=np.int8), ("R", "-"))
    table = Table(
        columns={
            **registered_keys(world, child),
            "RINPERSOONSpa": coded(np.where(known, 0, 1).astype(np.int8), ("R", "-")),
            "RINPERSOONpa": text(perhaps(people.pseudonym[people.father(family)], known)),
            "RINPERSOONSMa": linked,
            "RINPERSOONMa": text(people.pseudonym[people.mother(family)]),
        }
    )
    return described("KINDOUDERTAB", ordered(table))


def _bridge(world: World) -> Table:
    """Children who were known by an education number first and by a BSN later."""
    people = world.people
    child = np.flatnonzero((people.education > 0) & (people.registered < NEVER)).astype(np.int32)
    table = Table(
        columns={
            "RINPERSOONS": coded(np.zeros(len(child), dtype=np.int8), ("S",)),
            "RINPERSOON": text(people.early_pseudonym[child]),
            **registered_keys(world, child, names=("RINPERSOONSVTV", "RINPERSOONVTV")),
        }
    )
    return described("VTVPERSOONTAB", ordered(table))
