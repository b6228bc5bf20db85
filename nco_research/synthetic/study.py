"""A study file for a country, so that a newcomer can open its microdata at once."""

from pathlib import Path

import numpy as np

from nco_research.synthetic.table import Table, constant, text
from nco_research.synthetic.world import World
from nco_research.synthetic.writing import write_table

_STUDY = """\
# Everybody in this country is invented. From this folder, open_microdata("INSCHRWPOTAB", years=[{year}]) works.
name = "synthetic-country"
purpose = "to learn the toolkit, and to test it"
data = "microdata"
cache = ".nco-cache"
objections = "objections.csv"

[units]
pupil = ["RINPERSOONS", "RINPERSOON"]
school = ["WPOBRIN_crypt", "WPOBRINVEST"]
"""


def write_study(world: World, folder: Path) -> None:
    """Write `study.toml` and the list of objections under pseudonyms."""
    (folder / "study.toml").write_text(_STUDY.format(year=world.plan.last_year), encoding="utf-8", newline="\n")
    objecting = np.flatnonzero(world.people.objects)
    registered = objecting[world.people.citizen[objecting] > 0]
    former = objecting[world.people.education[objecting] > 0]
    for_r = Table(
        columns={"RINPERSOONS": constant("R", len(registered)), "RINPERSOON": text(world.people.pseudonym[registered])}
    )
    for_s = Table(
        columns={"RINPERSOONS": constant("S", len(former)), "RINPERSOON": text(world.people.early_pseudonym[former])}
    )
    write_table(folder / "objections.csv", for_r.followed_by(for_s))
