"""ONDERWIJSINSCHRTAB: enrolments in secondary education, of who left grade 8."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nco_research.synthetic.draws import Ints, chance, generator
from nco_research.synthetic.ending import TRACK_YEARS, choose_secondary
from nco_research.synthetic.registers.filed import Filed
from nco_research.synthetic.registers.keys import child_keys, described, ordered
from nco_research.synthetic.table import NEVER, Column, Table, coded, constant, dates, day, text
from nco_research.synthetic.world import World

NAME = "ONDERWIJSINSCHRTAB"
_WORDS_FROM = 2018
"""School year from which the files have words where they had codes."""
_SECOND_ENROLMENT = 0.01


def filed(world: World) -> Iterator[Filed]:
    """One file per school year."""
    for year in world.plan.school_years:
        yield Filed(path=f"Onderwijs/{NAME}/{NAME}{year}V1.sav", make=partial(_table, world, year))


def _table(world: World, year: int) -> Table:
    rng = generator(world.plan.seed, NAME, year)
    finished, track, leaves = world.careers.finished, world.tracks, world.children.leaves
    grade = year - finished + 1
    child = np.flatnonzero((grade >= 1) & (grade <= TRACK_YEARS[track]) & (leaves > year)).astype(np.int32)
    grade = grade[child].astype(np.int8)
    last = grade == TRACK_YEARS[track[child]]
    ends = np.where(last, day(year + 1, 7, 31), NEVER).astype(np.int32)
    starts = np.array([day(first, 8, 1) for first in range(year - 5, year + 1)], dtype=np.int32)[5 - (grade - 1)]
    table = Table(
        columns={
            **child_keys(world, child, year),
            "ONDERWIJSNR_crypt": text(world.people.early_pseudonym[child]),
            **_school(world, child),
            "TYPEONDERWIJS": constant("VO", len(child)),
            "HOOFDINSCHR": coded((child % 7 == 0).astype(np.int8), ("01", "11")),
            "OPLNR": coded(track[child], ("000010", "000020", "000030", "000040", "000050")),
            "VOLEERJAAR": _grade(grade, words=year >= _WORDS_FROM),
            "AANVINSCHR": dates(starts),
            "EINDINSCHR": dates(ends, open_end="Niet uitgeschreven" if year >= _WORDS_FROM else "99999999"),
        }
    )
    # A few are enrolled twice: the second one is no main enrolment.
    twice = np.flatnonzero(chance(rng, _SECOND_ENROLMENT, len(child)))
    rows = np.r_[np.arange(len(child)), twice]
    second = np.arange(len(rows)) >= len(child)
    table = table.take(rows)
    codes = np.where(second, 2, table.columns["HOOFDINSCHR"].values).astype(np.int8)
    return described(NAME, ordered(table.with_columns(HOOFDINSCHR=coded(codes, ("01", "11", "02")))))


def _school(world: World, child: Ints) -> dict[str, Column]:
    """Chosen once: a pupil stays at a secondary school."""
    rng = generator(world.plan.seed, NAME, "schools")
    children, homes = world.children, world.homes
    home = homes.first[children.family]
    chosen = choose_secondary(world.schools, world.geography.municipality[homes.neighbourhood[home]], rng)
    return {
        "BRIN_crypt": coded(chosen[child], world.schools.secondary),
        "VOBRINVEST": constant("00", len(child)),
    }


def _grade(grade: Ints, *, words: bool) -> Column:
    return coded(grade - 1, tuple(f"leerjaar {item}" if words else str(item) for item in range(1, 7)))
