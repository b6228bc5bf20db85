"""INSCHRWECTAB: enrolments in special education."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nco_research.synthetic.careers import SchoolYear
from nco_research.synthetic.draws import generator, pick
from nco_research.synthetic.registers.filed import Filed
from nco_research.synthetic.registers.keys import child_keys, described, ordered
from nco_research.synthetic.table import Table, coded, constant, text
from nco_research.synthetic.world import World

NAME = "INSCHRWECTAB"
_NEW_LAW = 2014


def filed(world: World) -> Iterator[Filed]:
    """One file per school year."""
    for item in world.careers.since(world.plan.first_year):
        yield Filed(path=f"Onderwijs/{NAME}/{NAME}{item.year}V1.sav", make=partial(_table, world, item))


def _table(world: World, item: SchoolYear) -> Table:
    rng = generator(world.plan.seed, NAME, item.year)
    child, count = item.special, len(item.special)
    columns = child_keys(world, child, item.year)
    columns["ONDERWIJSNR_crypt"] = text(world.people.early_pseudonym[child])
    columns["WECBRIN_crypt"] = coded(child % len(world.schools.special), world.schools.special)
    columns["WECBRINVEST"] = constant("00", count)
    columns["WECTYPEPO"] = constant("SO", count)
    years = np.clip(item.year - world.children.cohort[child], 0, 20)
    columns["WECVERBLIJFSJAAR"] = coded(years.astype(np.int8), tuple(f"{value:2d}" for value in range(21)))
    if item.year >= _NEW_LAW:
        columns["WECCLUSTER"] = coded(pick(rng, (0.02, 0.2, 0.33, 0.45), count), ("1", "2", "3", "4"))
    else:
        columns["WECSRTONDERWIJS"] = coded(pick(rng, (0.5, 0.3, 0.2), count), ("01", "05", "11"))
    return described(NAME, ordered(Table(columns=columns)))
