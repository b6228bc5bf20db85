"""GBAHUISHOUDENSBUS, GBAADRESOBJECTBUS, VSLGWBTAB: with whom, at which address, in which neighbourhood."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from nco_research.synthetic.draws import Bools, Ints
from nco_research.synthetic.homes import HOMES
from nco_research.synthetic.people import Text
from nco_research.synthetic.registers.filed import CONVERTED, Filed
from nco_research.synthetic.registers.keys import described, registered_keys
from nco_research.synthetic.table import NEVER, Column, Table, coded, constant, dates, padded, text
from nco_research.synthetic.world import World

_OPEN = "88888888"
_SCATTER, _OBJECTS = 387_420_489, 10**9
"""Numbers that say nothing of who lives near whom: multiplied modulo a number that shares no factor with it."""
_MONTH = "03"
_TWICE = 200
"""One address object in so many is there twice."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Spells:
    """One element per spell."""

    person: Ints
    family: Ints
    start: Ints
    end: Ints
    what: Ints
    """Address; or, of households, the part of the table below."""

    def kept(self, rows: Bools) -> "_Spells":
        return _Spells(
            person=self.person[rows],
            family=self.family[rows],
            start=self.start[rows],
            end=self.end[rows],
            what=self.what[rows],
        )


def filed(world: World) -> Iterator[Filed]:
    """Spells in parquet, as converted files are; areas by month."""
    year, first = world.plan.state_year, world.plan.first_year
    households, addresses = "Bevolking/GBAHUISHOUDENSBUS", "Bevolking/GBAADRESOBJECTBUS"
    yield Filed(
        path=f"{households}/{CONVERTED}/GBAHUISHOUDENS{year}BUSV1.parquet", make=partial(_households, world, until=year)
    )
    yield Filed(path=f"{addresses}/GBAADRESOBJECT{first}BUSV1.sav", make=partial(_addresses, world, until=first))
    yield Filed(
        path=f"{addresses}/{CONVERTED}/GBAADRESOBJECT{year}BUSV1.parquet", make=partial(_addresses, world, until=year)
    )
    yield Filed(path=f"BouwenWonen/VSLGWBTAB/VSLGWB{year}TAB{_MONTH}V1.sav", make=partial(_areas, world))


def _people_at_home(world: World) -> tuple[Ints, Ints, Ints, Ints]:
    """Person, family, kind (0 child, 1 mother, 2 father) and first day, of who is in the population register."""
    children, families, people = world.children, world.families, world.people
    child = np.flatnonzero(people.citizen[: len(children)] > 0)
    every = np.arange(len(families))
    fathers = every[families.father_known]
    person = np.r_[child, people.mother(every), people.father(fathers)].astype(np.int32)
    family = np.r_[children.family[child], every, fathers].astype(np.int32)
    kind = np.repeat(np.arange(3), [len(child), len(every), len(fathers)]).astype(np.int8)
    october = _days_of_years(np.maximum(people.registered[child], world.plan.lived_years[0]))
    here = np.where(people.education[child] > 0, october, children.born[child])
    begins = np.r_[np.maximum(here, world.plan.first_day), np.full(len(every) + len(fathers), world.plan.first_day)]
    return person, family, kind, begins.astype(np.int32)


def _days_of_years(years: Ints) -> Ints:
    """The first of September, so that who is registered in a school year is so on its first of October."""
    months = (years.astype(np.int64) - 1970) * 12 + 8
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _addresses(world: World, *, until: int) -> Table:
    homes = world.homes
    person, family, kind, begins = _people_at_home(world)
    starts = homes.starts[family]
    ends = np.column_stack([starts[:, 1:] - 1, np.full(len(person), NEVER)])
    ends = np.where(starts[:, [*range(1, HOMES), HOMES - 1]] < NEVER, ends, NEVER)
    ends[:, HOMES - 1] = NEVER
    apart = (kind == 2) & (homes.apart[family] >= 0)
    leaves = np.where(apart, world.families.parted[family], NEVER)
    with_family = _Spells(
        person=np.repeat(person, HOMES),
        family=np.repeat(family, HOMES),
        start=np.maximum(starts, begins[:, None]).ravel(),
        end=np.minimum(ends, (leaves - 1)[:, None]).ravel(),
        what=(homes.first[family][:, None] + np.arange(HOMES)).ravel(),
    )
    there = (np.repeat(starts, 1, axis=0).ravel() < NEVER) & (with_family.start <= with_family.end)
    spells = _joined(
        with_family.kept(there),
        _Spells(
            person=person[apart],
            family=family[apart],
            start=leaves[apart],
            end=np.full(int(apart.sum()), NEVER),
            what=homes.apart[family[apart]],
        ),
    )
    spells = _until(spells, until)
    table = Table(
        columns={
            **registered_keys(world, spells.person),
            "GBADATUMAANVANGADRESHOUDING": dates(spells.start.astype(np.int32)),
            "GBADATUMEINDEADRESHOUDING": dates(spells.end.astype(np.int32), open_end=_OPEN),
            **_objects(spells.what),
        }
    )
    return described("GBAADRESOBJECTBUS", _by_person(table, "GBADATUMAANVANGADRESHOUDING"))


def _households(world: World, *, until: int) -> Table:
    families = world.families
    person, family, kind, begins = _people_at_home(world)
    parted = families.parted[family]
    before = _Spells(
        person=person,
        family=family,
        start=begins,
        end=np.where(parted < NEVER, parted - 1, NEVER),
        what=np.where(families.father_known[family], np.where(families.married[family], 1, 0), 2),
    )
    after_start = np.maximum(parted, begins)
    after = _Spells(person=person, family=family, start=after_start, end=np.full(len(person), NEVER),
                    what=np.where(kind == 2, 3, 2)).kept(parted < NEVER)  # fmt: skip
    spells = _until(_joined(before.kept(before.start <= before.end), after), until)
    kinds = np.empty(len(families) * 2 + len(world.children), dtype=np.int8)
    kinds[person] = kind
    kind_of = kinds[spells.person]
    size = np.bincount(world.children.family, minlength=len(families))[spells.family]
    kids = np.where(spells.what == 3, 0, size)
    persons = kids + np.array([2, 2, 1, 1])[spells.what]
    number = spells.family.astype(np.int64) * 2 + (spells.what == 3)
    place = np.where(kind_of == 0, 0, np.array([2, 3, 4, 1])[spells.what])
    table = Table(
        columns={
            **registered_keys(world, spells.person),
            "DATUMAANVANGHH": dates(spells.start.astype(np.int32)),
            "DATUMEINDEHH": dates(spells.end.astype(np.int32), open_end=_OPEN),
            "HUISHOUDNR": text(padded(number * _SCATTER % 10**11, 12)),
            "TYPHH": coded(spells.what.astype(np.int8), ("4", "5", "6", "1")),
            "PLHH": coded(place.astype(np.int8), (" 1", " 2", " 5", " 6", " 7")),
            "REFPERSOONHH": coded((kind_of == np.where(spells.what == 2, 1, 2)).astype(np.int8), ("0", "1")),
            "AANTALPERSHH": coded(persons.astype(np.int8), tuple(f"{value:2d}" for value in range(10))),
            "AANTALKINDHH": coded(kids.astype(np.int8), tuple(f"{value:2d}" for value in range(10))),
        }
    )
    return described("GBAHUISHOUDENSBUS", _by_person(table, "DATUMAANVANGHH"))


def _areas(world: World) -> Table:
    """Every address object, a column per division; one municipality is joined to its neighbour on the way."""
    geography, plan = world.geography, world.plan
    address = np.arange(len(world.homes.neighbourhood))
    address = np.r_[address, address[::_TWICE]]
    neighbourhood = world.homes.neighbourhood[address]
    municipality = geography.municipality
    rank = np.arange(len(municipality)) - np.searchsorted(municipality, municipality)
    columns: dict[str, Column] = dict(_objects(address))
    joined_from = plan.first_year + plan.years // 2
    for year in range(plan.first_year, plan.state_year + 1):
        gem = municipality.astype(np.int64)
        if year >= joined_from:
            gem = np.where(gem == geography.municipalities - 1, geography.municipalities - 2, gem)
        code = 14 + 5 * gem
        wijk = code * 100 + rank // 5
        buurt = wijk * 100 + rank % 5 + 10 * (gem != municipality)
        for name, codes, width in (("gem", code, 4), ("wc", wijk, 6), ("bc", buurt, 8)):
            columns[f"{name}{year}"] = _area(codes, neighbourhood, width)
    table = described("VSLGWBTAB", Table(columns=columns))
    return table.take(np.argsort(table.columns["RINOBJECTNUMMER"].as_bytes(), kind="stable"))


def _area(codes: Ints, neighbourhood: Ints, width: int) -> Column:
    distinct, place = np.unique(codes, return_inverse=True)
    return coded(place.astype(np.int32)[neighbourhood], tuple(f"{code:0{width}d}" for code in distinct.tolist()))


def _objects(address: Ints) -> dict[str, Column]:
    numbers: Text = padded(address.astype(np.int64) * _SCATTER % _OBJECTS, 12)
    return {"SOORTOBJECTNUMMER": constant("B", len(address)), "RINOBJECTNUMMER": text(numbers)}


def _joined(first: _Spells, second: _Spells) -> _Spells:
    return _Spells(
        **{
            name: np.r_[getattr(first, name), getattr(second, name)]
            for name in ("person", "family", "start", "end", "what")
        }
    )


def _until(spells: _Spells, year: int) -> _Spells:
    """As a file of that year has them: what begins later is not known, what ends later has not ended."""
    last = int(np.datetime64(f"{year}-12-31", "D").astype(np.int64))
    known = spells.kept(spells.start <= last)
    return _Spells(
        person=known.person,
        family=known.family,
        start=known.start,
        end=np.where(known.end > last, NEVER, known.end),
        what=known.what,
    )


def _by_person(table: Table, start: str) -> Table:
    keys = table.columns["RINPERSOON"].as_bytes()
    return table.take(np.lexsort((table.columns[start].values, keys)))
