"""INSCHRWPOTAB: enrolments in primary education, with the many ways in which its files differ over the years."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import Ints, chance, generator
from nco_research.synthetic.ending import ADVICE, FREE_CHOICE, NO_ADVICE, NO_TEST, TEST_ADVICE, TEST_CODES
from nco_research.synthetic.registers.filed import CONVERTED, Filed
from nco_research.synthetic.registers.keys import child_keys, described, ordered, school_keys
from nco_research.synthetic.schools import DENOMINATIONS
from nco_research.synthetic.table import Column, Table, coded, number, padded, text
from nco_research.synthetic.world import World

NAME = "INSCHRWPOTAB"
LAST_GROUP_SIZES = 2017
_WORDS_FROM = 2016
"""WPOTYPEPO as words instead of codes."""
_STALE = 0.9
"""Share of the rows that an earlier version of a file has."""
_LEVELS = ("1", "2", "3", "4", "--")
_CONVERTED_PLACE, _CSV_PLACE, _NUMERIC_PLACE = 3, 2, 4
"""Places among the years of a file that was converted, one that is csv, and one whose years are numbers."""


def filed(world: World) -> Iterator[Filed]:
    """One file per school year; of the first two years an earlier version too."""
    for place, item in enumerate(world.careers.since(world.plan.first_year)):
        versions = {0: (2, 3), 1: (9, 10)}.get(place, (1,))
        for version in versions:
            make = partial(_table, world, item, place=place, stale=version < versions[-1])
            yield Filed(path=_path(item.year, place, version), make=make)


def _path(year: int, place: int, version: int) -> str:
    stem = f"{NAME}{year}V{version}"
    if place == _CONVERTED_PLACE:
        return f"Onderwijs/{NAME}/{CONVERTED}/{stem}.parquet"
    if place == _CSV_PLACE:
        return f"Onderwijs/{NAME}/{stem}.csv"
    return f"Onderwijs/{NAME}/{stem}{'.SAV' if place % 2 else '.sav'}"


def _table(world: World, item: SchoolYear, *, place: int, stale: bool) -> Table:
    rng = generator(world.plan.seed, NAME, item.year)
    converted = place == _CONVERTED_PLACE
    columns = child_keys(world, item.child, item.year)
    columns["ONDERWIJSNR_crypt"] = text(world.people.early_pseudonym[item.child])
    columns |= school_keys(world, item.school, names=("WPOBRIN_crypt", "WPOBRINVEST"), words=converted)
    columns["WPOOPLNR"] = coded(world.schools.special_primary[item.school].astype(np.int8), ("000100", "000200"))
    columns["WPOLEERJAAR"] = coded(item.grade - 1, tuple(f"{grade:2d}" for grade in range(1, 9)))
    columns["WPOTYPEPO"] = _kind(world, item)
    columns["WPODENOMINATIE"] = coded(
        world.schools.denomination[item.school], tuple(f"{name:<4s}" for name in DENOMINATIONS)
    )
    columns |= _ending(world, item, rng)
    numeric = place == _NUMERIC_PLACE
    columns["WPOVERBLIJFSJRBO"] = _years(item.years, numeric=numeric)
    columns["WPOVERBLIJFSJRINST"] = _years(item.years_here, numeric=numeric)
    if item.year <= LAST_GROUP_SIZES:
        columns["WPOGROEPSGROOTTE"] = coded(_group_sizes(world, item), tuple(f"{size:3d}" for size in range(100)))
    table = described(NAME, ordered(Table(columns=columns)))
    return table.take(slice(0, int(len(table) * _STALE))) if stale else table


def _kind(world: World, item: SchoolYear) -> Column:
    texts = ("Basisonderwijs", "Speciaal Basisonderwijs") if item.year >= _WORDS_FROM else ("BO ", "SBO")
    return coded(world.schools.special_primary[item.school].astype(np.int8), texts)


def _years(years: Ints, *, numeric: bool) -> Column:
    if numeric:
        return number(years.astype(np.int16))
    return coded(np.minimum(years, 20), tuple(f"{value:2d}" for value in range(21)))


def _ending(world: World, item: SchoolYear, rng: np.random.Generator) -> dict[str, Column]:
    endings, count = world.endings(item), len(item)

    def spread(values: Ints, elsewhere: int) -> Ints:
        whole = np.full(count, elsewhere, dtype=np.int16)
        whole[endings.pupil] = values
        return whole

    advice = (*ADVICE, "--")
    columns = {"WPOADVIESVO": coded(spread(endings.advice, len(ADVICE)), advice)}
    scores = np.where(np.isnan(endings.score), 999, endings.score).astype(np.int64)
    if item.year >= FREE_CHOICE:
        reconsidered = np.where(endings.reconsidered == NO_ADVICE, len(ADVICE), endings.reconsidered)
        columns["WPOADVIESHERZ"] = coded(spread(reconsidered, len(ADVICE)), advice)
        columns["WPOTOETSADVIES"] = coded(spread(endings.test_advice, len(TEST_ADVICE) - 1), TEST_ADVICE)
        for name, shift in (("WPOREKENEN", 0.3), ("WPOTAALLV", 0.0), ("WPOTAALTV", 0.1)):
            level = np.digitize(
                endings.skill + rng.normal(0, 0.4, len(endings.pupil)), [-1.8 + shift, -0.3 + shift, 0.9]
            )
            if name != "WPOREKENEN":
                level = np.where(level == 2, 3, level)
            level = np.where(endings.test == NO_TEST, len(_LEVELS) - 1, level)
            columns[name] = coded(spread(level, len(_LEVELS) - 1), _LEVELS)
    columns["WPOCODEEINDTOETS"] = coded(spread(endings.test, NO_TEST), TEST_CODES)
    columns["WPOUITSLAGEINDTOETS"] = text(padded(spread(scores, 999), 3))
    return columns


def _group_sizes(world: World, item: SchoolYear) -> Ints:
    """Of a grade at a school, divided over classes; unreliable, as the register's are: now and then too large."""
    schools = len(world.schools)
    grade = item.school.astype(np.int64) * 9 + item.grade
    size = np.bincount(grade, minlength=schools * 9)
    classes = np.maximum(1, np.rint(size / 24))
    reported = np.rint(size / classes)
    rng = generator(world.plan.seed, "groups", item.year)
    wrong = chance(rng, 0.03, len(reported))
    found: Ints = np.clip(np.where(wrong, size * 2, reported), 0, 99).astype(np.int8)[grade]
    return found
