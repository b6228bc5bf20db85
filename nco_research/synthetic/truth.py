"""What a country's makers know and nobody else: for tests of linkage, and of models that should find it back."""

from pathlib import Path

import numpy as np

from nco_research.synthetic import parameters
from nco_research.synthetic.draws import Floats
from nco_research.synthetic.ending import TRACKS
from nco_research.synthetic.people import Text
from nco_research.synthetic.table import NEVER, Table, coded, number, padded, text
from nco_research.synthetic.world import World
from nco_research.synthetic.writing import write_table


def write_truth(world: World, folder: Path) -> None:
    """Write `pupils.parquet` and `schools.parquet`."""
    write_table(folder / "pupils.parquet", _pupils(world))
    write_table(folder / "schools.parquet", _schools(world))


def write_public(world: World, path: Path) -> None:
    """Write what is public of schools, under the schools' pseudonyms: board, province, weighting per school year."""
    schools = world.schools
    place = np.arange(len(schools))
    board = np.array([f"B{value:05d}" for value in range(int(schools.board.max(initial=0)) + 1)], dtype="S6")
    columns = {
        "WPOBRIN_crypt": text(np.array(schools.pseudonym, dtype="S10")),
        "WPOBRINVEST": text(padded(schools.branch, 2)),
        "BOARD": text(board[schools.board]),
        "PROVINCE": coded(
            world.geography.province[schools.municipality], tuple(f"P{value:02d}" for value in range(12))
        ),
    }
    weights = school_weights(world)
    for year in world.plan.school_years:
        columns[f"WEIGHT{year}"] = number(weights[:, year - world.plan.first_year], decimals=1)
    write_table(path, Table(columns=columns).take(np.lexsort((place, np.array(schools.pseudonym)))))


def school_weights(world: World) -> Floats:
    """School weighting, a row per location and a column per school year: three years' mean, cut off at 20 and 40.

    NaN where a location has no pupils. Higher where the parents are less well off.
    """
    count, years = len(world.schools), list(world.careers.school_years)
    sums = np.zeros((count, len(years)))
    pupils = np.zeros((count, len(years)))
    for place, item in enumerate(years):
        background = world.families.background[world.children.family[item.child]]
        sums[:, place] = np.bincount(item.school, weights=background, minlength=count)
        pupils[:, place] = np.bincount(item.school, minlength=count)
    first = len(years) - world.plan.years
    found = np.full((count, world.plan.years), np.nan)
    for place in range(world.plan.years):
        last3 = slice(first + place - 2, first + place + 1)
        total = pupils[:, last3].sum(axis=1)
        mean = np.divide(sums[:, last3].sum(axis=1), total, out=np.full(count, np.nan), where=total > 0)
        # Of schools, the deviation of mean background is about 0.6.
        weight = parameters.WEIGHT_MEAN - parameters.WEIGHT_DEVIATION * mean / 0.6
        found[:, place] = np.where(pupils[:, first + place] > 0, np.clip(weight, *parameters.WEIGHT_RANGE), np.nan)
    return found


def _pupils(world: World) -> Table:
    children, families, people = world.children, world.families, world.people
    citizen = people.citizen[: len(children)]
    empty: Text = np.array(b"", dtype="S9")
    finished = world.careers.finished
    return Table(
        columns={
            "BSN": text(np.where(citizen > 0, padded(citizen, 9), empty)),
            "ONDERWIJSNUMMER": text(np.where(people.education > 0, padded(people.education, 9), empty)),
            "RINPERSOONS": coded((citizen == 0).astype(np.int8), ("R", "S")),
            "RINPERSOON": text(people.pseudonym[: len(children)]),
            "former_RINPERSOON": text(people.early_pseudonym),
            "registered_from": number(np.where(people.registered < NEVER, people.registered, 9999).astype(np.int32)),
            "objects": number(people.objects.astype(np.int8)),
            "family": number(children.family),
            "background": number(families.background[children.family], decimals=4),
            "talent": number(children.talent, decimals=4),
            "finished": number(np.where(finished < NEVER, finished, 9999).astype(np.int32)),
            "track": coded(np.where(world.tracks < 0, len(TRACKS), world.tracks), (*TRACKS, "")),
        }
    )


def _schools(world: World) -> Table:
    schools = world.schools
    columns = {
        "BRIN": text(np.array(schools.number, dtype="S4")),
        "VESTIGING": text(padded(schools.branch, 2)),
        "WPOBRIN_crypt": text(np.array(schools.pseudonym, dtype="S10")),
        "start": number(schools.start, decimals=4),
    }
    for place, year in enumerate(world.plan.lived_years):
        if year >= world.plan.first_year:
            columns[f"growth{year}"] = number(schools.growth[:, place], decimals=4)
    return Table(columns=columns)
