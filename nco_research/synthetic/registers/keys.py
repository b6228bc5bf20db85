"""Columns that registers share: who a row is about, and at which school."""

import numpy as np

from nco_research.codebooks import codebook
from nco_research.synthetic.draws import Bools, Ints
from nco_research.synthetic.people import NOBODY, Text
from nco_research.synthetic.table import Column, Table, coded, constant, text
from nco_research.synthetic.world import World


def child_keys(world: World, child: Ints, year: int) -> dict[str, Column]:
    """RINPERSOONS and RINPERSOON of children, as the files of a school year have them."""
    outside, pseudonym = world.people.keys(child, year)
    return {"RINPERSOONS": coded(outside, ("R", "S")), "RINPERSOON": text(pseudonym)}


def registered_keys(
    world: World, person: Ints, *, names: tuple[str, str] = ("RINPERSOONS", "RINPERSOON")
) -> dict[str, Column]:
    """The same of persons in the population register."""
    return {names[0]: constant("R", len(person)), names[1]: text(world.people.pseudonym[person])}


def perhaps(values: Text, known: Bools) -> Text:
    """Pseudonyms, or dashes where there is nobody."""
    return np.where(known, values, np.array(NOBODY, dtype="S9"))


def school_keys(world: World, school: Ints, *, names: tuple[str, str], words: bool = False) -> dict[str, Column]:
    """Pseudonym and branch of primary schools; with `words`, the main branch as converted files have it."""
    schools = world.schools
    texts = [f"{branch:02d}" for branch in range(int(schools.branch.max(initial=0)) + 1)]
    if words:
        texts[0] = "geen codelijst beschikbaar, zie externe link"
    distinct, place = np.unique(np.array(schools.pseudonym), return_inverse=True)
    return {
        names[0]: coded(place[school].astype(np.int32), tuple(distinct.tolist())),
        names[1]: coded(schools.branch[school].astype(np.int8), tuple(texts)),
    }


def described(component: str, table: Table) -> Table:
    """The table with the labels of variables and values that the codebook knows, as SPSS files carry them."""
    book = codebook(component)
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        variable = book.variable(name)
        columns[name] = column if variable is None else column.described(variable.label_nl, variable.labels)
    return Table(columns=columns)


def ordered(table: Table, key: str = "RINPERSOON") -> Table:
    """Rows in the order of a key, so that their order tells nothing of families or schools."""
    return table.take(np.argsort(table.columns[key].as_bytes(), kind="stable"))
