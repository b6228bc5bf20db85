"""What CBS gets before linkage: the population, who objected, and a delivery of each school, flaws included."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from nco_research.linkage.layout import DELIVERED
from nco_research.synthetic import parameters
from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import Bools, Ints, chance, generator, pick
from nco_research.synthetic.people import Text
from nco_research.synthetic.scores import LEVELS, Scores
from nco_research.synthetic.table import Column, Table, coded, dates, day, padded, text
from nco_research.synthetic.world import World
from nco_research.synthetic.writing import csv_lines, whole, write_table

# Shares of pupils (the first four) and of rows; assumed.
_NUMBER_LOST, _NUMBER_MISTYPED, _NUMBER_OF_ANOTHER, _ADDRESS_OLD = 0.015, 0.003, 0.0005, 0.03
_ROW_TWICE, _TEST_UNKNOWN = 0.0005, 0.0002
_CUT_OFF_EVERY = 400
"""One delivery in so many ends in the middle of a line."""
_UNKNOWN_TEST = "M9"


def write_population(world: World, folder: Path) -> int:
    """Write `persons.parquet` and `objections.csv`; returns how many objected."""
    children, people = world.children, world.people
    when = world.plan.last_year
    child = np.arange(len(children))
    citizen = np.where(people.registered <= when, people.citizen[: len(children)], 0)
    columns = {
        "BSN": text(_number(citizen)),
        "ONDERWIJSNUMMER": text(_number(people.education)),
        **_details(world, child, address=world.homes.at(children.family, day(when, 10, 1))),
    }
    columns["RINPERSOONS"] = coded((citizen == 0).astype(np.int8), ("R", "S"))
    persons = Table(columns=columns)
    write_table(folder / "persons.parquet", persons.take(np.argsort(children.born, kind="stable")))
    objecting = np.flatnonzero(people.objects)
    listed = Table(
        columns={
            "BSN": text(_number(citizen[objecting])),
            "ONDERWIJSNUMMER": text(_number(people.education[objecting])),
        }
    )
    write_table(folder / "objections.csv", listed)
    return len(objecting)


def write_deliveries(world: World, item: SchoolYear, folder: Path) -> int:
    """Write one csv file per school that takes part; returns how many."""
    scores = world.scores(item)
    table, school = _rows(world, item, scores)
    starts = np.flatnonzero(np.r_[True, school[1:] != school[:-1]]) if len(school) else np.zeros(0, dtype=np.int64)
    header = (";".join(DELIVERED) + "\r\n").encode("cp1252")
    folder.mkdir(parents=True, exist_ok=True)
    for place, (first, lines) in enumerate(zip(starts, _split(table, starts), strict=True)):
        number, branch = world.schools.number[school[first]], world.schools.branch[school[first]]
        cut = 9 if place % _CUT_OFF_EVERY == _CUT_OFF_EVERY - 1 else 0
        content = header + lines[: len(lines) - cut]
        whole(folder / f"LVS_{number}{branch:02d}_{item.year}.csv", partial(_write, content=content))
    return len(starts)


def _write(path: Path, *, content: bytes) -> None:
    path.write_bytes(content)


def _split(table: Table, starts: Ints) -> Iterator[bytes]:
    """The lines of each school, some hundred schools at a time."""
    ends = np.r_[starts[1:], len(table)]
    at_once = 256
    for first in range(0, len(starts), at_once):
        some = slice(first, first + at_once)
        begin, stop = int(starts[some][0]), int(ends[some][-1])
        lines = csv_lines(table.take(slice(begin, stop))).splitlines(keepends=True)
        for start, end in zip(starts[some] - begin, ends[some] - begin, strict=True):
            yield b"".join(lines[start:end])


def _rows(world: World, item: SchoolYear, scores: Scores) -> tuple[Table, Ints]:
    """Rows in the order of schools, and the school of each."""
    rng = generator(world.plan.seed, "rows", item.year)
    count = len(scores)
    twice = chance(rng, _ROW_TWICE, count)
    row = np.repeat(np.arange(count), 1 + twice)
    pupil = scores.pupil[row]
    child, school = item.child[pupil], item.school[pupil]
    of_another_kind = chance(rng, _TEST_UNKNOWN, count)[row]
    test = np.where(of_another_kind, len(parameters.TESTS), scores.test[row])
    score = scores.score[row]
    columns: dict[str, Column] = {
        **_identities(world, item, child),
        "BRIN": coded(school, world.schools.number),
        "VESTIGING": coded(world.schools.branch[school], tuple(f"{branch:02d}" for branch in range(100))),
        "GROEP": coded(item.grade[pupil].astype(np.int8), tuple("012345678")),
        "DOMEIN": coded(scores.domain[row], parameters.DOMAINS),
        "TOETS": coded(test.astype(np.int8), (*parameters.TESTS, _UNKNOWN_TEST)),
        "AFNAMEDATUM": dates(scores.day[row]),
        "SCORE": coded(score, tuple(str(value) if value < 999 else "" for value in range(1000))),
        "NIVEAU": coded(scores.level[row], (*LEVELS, "")),
        "REEKS": coded(scores.newer[row].astype(np.int8), (parameters.OLD, parameters.NEW)),
    }
    return Table(columns={name: columns[name] for name in DELIVERED}), school


def _identities(world: World, item: SchoolYear, child: Ints) -> dict[str, Column]:
    """Numbers and details as schools have them. A flaw is a pupil's: all its rows have it."""
    people, homes = world.people, world.homes
    rng = generator(world.plan.seed, "flaws", item.year)
    count = people.children
    registered = people.registered <= item.year
    citizen = np.where(registered, people.citizen[:count], 0)
    education = np.where(registered, 0, people.education)
    flaw = pick(rng, (_NUMBER_LOST, _NUMBER_MISTYPED, _NUMBER_OF_ANOTHER, 1.0), count)
    citizen = np.where(flaw == 0, 0, citizen)
    citizen = np.where((flaw == 1) & (citizen > 0), citizen - citizen % 10 + (citizen + 1) % 10, citizen)
    citizen = np.where((flaw == 2) & (citizen > 0), _of_another(world, citizen), citizen)
    when = np.where(chance(rng, _ADDRESS_OLD, count), world.plan.first_day, day(item.year, 10, 1))
    address = homes.at(world.children.family[child], when[child])
    return {
        "BSN": text(_number(citizen[child])),
        "ONDERWIJSNUMMER": text(_number(education[child])),
        **_details(world, child, address=address),
    }


def _of_another(world: World, citizen: Ints) -> Ints:
    """The number of a child of the other sex with another date of birth, where one is near in the list."""
    girl, born = world.children.girl, world.children.born
    taken = citizen.copy()
    for shift in range(1, 6):
        other = np.roll(np.arange(len(citizen)), -shift)
        fits: Bools = (girl[other] != girl) & (born[other] != born) & (citizen[other] > 0) & (taken == citizen)
        taken = np.where(fits, citizen[other], taken)
    return taken


def _details(world: World, child: Ints, *, address: Ints) -> dict[str, Column]:
    children, homes = world.children, world.homes
    house = homes.house[address]
    return {
        "GESLACHT": coded(children.girl[child].astype(np.int8), ("M", "V")),
        "GEBOORTEDATUM": dates(children.born[child]),
        "POSTCODE": text(homes.postcodes(address)),
        "HUISNUMMER": coded(house, tuple(str(value) for value in range(int(house.max(initial=0)) + 1))),
    }


def _number(values: Ints) -> Text:
    """Nine digits, or nothing."""
    return np.where(values > 0, padded(values, 9), np.array(b"", dtype="S9"))
