"""LVSNCO: the tests that follow pupils, of the school years that were linked before."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.registers.filed import Filed
from nco_research.synthetic.registers.keys import child_keys, described, ordered, school_keys
from nco_research.synthetic.scores import LEVELS
from nco_research.synthetic.table import Table, coded, dates, number
from nco_research.synthetic.world import World

NAME = "LVSNCO"
_EXTENSIONS = ("sav", "parquet", "csv")


def filed(world: World) -> Iterator[Filed]:
    """One file per school year, but for those that have yet to be delivered."""
    for place, item in enumerate(world.careers.since(world.plan.first_year)):
        if item.year not in world.plan.delivered:
            path = f"Onderwijs/{NAME}/{NAME}{item.year}V1.{_EXTENSIONS[place % len(_EXTENSIONS)]}"
            yield Filed(path=path, make=partial(_table, world, item))


def _table(world: World, item: SchoolYear) -> Table:
    scores = world.scores(item)
    child, school = item.child[scores.pupil], item.school[scores.pupil]
    table = Table(
        columns={
            **child_keys(world, child, item.year),
            **school_keys(world, school, names=("LVSBRIN_crypt", "LVSBRINVEST")),
            "LVSDOMEIN": coded(scores.domain, parameters.DOMAINS),
            "LVSTOETS": coded(scores.test, parameters.TESTS),
            "LVSLEERJAAR": number(item.grade[scores.pupil].astype(np.int16)),
            "LVSAFNAMEDATUM": dates(scores.day),
            "LVSSCORE": number(scores.score),
            "LVSNIVEAU": coded(scores.level, (*LEVELS, "-")),
            "LVSREEKS": coded(scores.newer.astype(np.int8), (parameters.OLD, parameters.NEW)),
        }
    )
    return described(NAME, ordered(table))
