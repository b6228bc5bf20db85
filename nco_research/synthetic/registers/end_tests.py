"""CITOTAB: Cito's end test, filed by the calendar year of the test."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.special import ndtr

from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import Bools, Floats, Ints, generator
from nco_research.synthetic.ending import CANCELLED, CITO, Endings
from nco_research.synthetic.registers.filed import Filed
from nco_research.synthetic.registers.keys import child_keys, described, ordered
from nco_research.synthetic.table import Column, Table, coded, constant, number, text
from nco_research.synthetic.world import World

NAME = "CITOTAB"
WITHOUT_Z_SCORES = (2017, 2018)
"""Calendar years whose z-scores are empty, and in which some pupils are there twice."""
_PARTS = (
    ("CitoScoreTaal", "CitoPercentieltaal", "CitoZScoreTaal", 100, 0.72),
    ("CitoScoreRekenenWiskunde", "CitoPercentielRekenenWiskunde", "CitoZScoreRekenenWiskunde", 60, 0.70),
    ("CitoScoreStudieVaardigheden", "CitoPercentielStudievaardigh", "CitoZScoreStudievaardigh", 40, 0.74),
)
_ADVICE_OF_SCHOOL = (1, 1, 2, 3, 4, 5, 6, 8, 9, 10, 99)
"""Cito's codes, in the order of `ADVICE`."""
_TWICE = 0.01


def filed(world: World) -> Iterator[Filed]:
    """One file per calendar year, in a folder of its own; none where the test was not held."""
    for item in world.careers.since(world.plan.first_year):
        if item.year != CANCELLED:
            year = item.year + 1
            yield Filed(path=f"Onderwijs/{NAME}/{year}/{NAME}{year}V1.SAV", make=partial(_table, world, item))


def _table(world: World, item: SchoolYear) -> Table:
    year = item.year + 1
    endings = world.endings(item)
    takes: Bools = np.isin(endings.test, CITO)
    rng = generator(world.plan.seed, NAME, year)
    place = np.flatnonzero(takes)
    if year in WITHOUT_Z_SCORES:
        place = np.r_[place, place[rng.random(len(place)) < _TWICE]]
    child = item.child[endings.pupil[place]]
    keys = child_keys(world, child, item.year)
    columns = {"RINPersoonS": keys["RINPERSOONS"], "RINPersoon": keys["RINPERSOON"]}
    brin = np.array(world.schools.pseudonym)[item.school[endings.pupil[place]]].astype("S10")
    columns["CITOBRIN_crypt" if year < 2021 else "CitoBRIN_crypt"] = text(brin)
    columns["CitoToetsID"] = constant(f"{year}01", len(place))
    columns |= _results(endings, place, rng, year=year)
    table = Table(columns=columns)
    return described(NAME, ordered(table, "RINPersoon"))


def _results(endings: Endings, place: Ints, rng: np.random.Generator, *, year: int) -> dict[str, Column]:
    skill = endings.skill[place]
    columns = {"CitoStandaardScore": number(endings.score[place])}
    advice = np.array(_ADVICE_OF_SCHOOL)[endings.advice[place]]
    columns["CitoAdviesLeerkracht"] = coded(advice.astype(np.int8), tuple(f"{code:02d}" for code in range(100)))
    columns["CitoSchooltypeadvies"] = coded(
        np.digitize(skill, [-2.1, -1.3, -0.8, 0.1, 0.7]).astype(np.int8), ("0", "1", "2", "3", "4", "5")
    )
    for name, percentile, z_score, most, share in _PARTS:
        own: Floats = skill + rng.normal(0, 0.35, len(place))
        columns[name] = number(np.clip(np.rint(most * (share + 0.13 * own)), 0, most).astype(np.int16))
        columns[percentile] = number(np.clip(np.rint(100 * ndtr(own)), 1, 99).astype(np.int16))
        z = np.full(len(place), np.nan) if year in WITHOUT_Z_SCORES else own
        columns[z_score] = number(z, decimals=2)
    return columns
