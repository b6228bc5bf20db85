"""What must hold of the population file, whatever numbers stand in it: who is who, and who objected."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from nco_research.linkage.objections import load_objections
from nco_research.linkage.persons import load_persons
from nco_research.sql import connect
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, person

Row = tuple[str, str, str, str]
"""BSN, education number, sex, date of birth."""

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "", "000000000", "123456789", *BSNS[:4]]),
        st.sampled_from(["", "", "999999999", BSNS[9], *EDUCATION_NUMBERS[:4]]),
        st.sampled_from(["V", "V", "V", "M", "?"]),
        st.sampled_from(["20120131", "20120131", "20120131", "20110505", ""]),
    ),
    max_size=12,
)
SOUND = [(BSNS[place], EDUCATION_NUMBERS[place], "M", "20130303") for place in range(20, 60)]
"""Others, so that no column is refused."""
OBJECTING = st.sets(st.sampled_from([*BSNS[:4], *EDUCATION_NUMBERS[:4]]), max_size=2)


def checked(one: Row) -> Row:
    """The row with what cannot be used left out."""
    bsn, education, sex, birth = one
    return (
        bsn if bsn in BSNS else "",
        education if education in EDUCATION_NUMBERS else "",
        sex if sex in "MV" else "",
        birth,
    )


def of_two_persons(number: str, rows: Sequence[Row]) -> bool:
    theirs = [one for one in rows if number and number in one[:2]]
    return any(len({one[place] for one in theirs} - {""}) > 1 for place in (2, 3))


def by_hand(rows: Sequence[Row]) -> list[tuple[str, bool, Row]]:
    """Identity, whether it is certain, and the row; by loops over tuples."""
    out = []
    for one in rows:
        bsn, education, *_ = one
        owners = {bsn} if bsn else {other[0] for other in rows if education and other[1] == education} - {""}
        rests_on = [education] if not bsn else []
        for owner in owners or {""}:
            identity = f"R{owner}" if owner else f"S{education}" if education else ""
            out.append((identity, not any(of_two_persons(number, rows) for number in [owner, *rests_on]), one))
    return sorted(out)


def connected(numbers: set[str], rows: Sequence[Row]) -> set[str]:
    found = set(numbers)
    for _ in rows:
        for one in rows:
            found |= set(one[:2]) - {""} if found & set(one[:2]) else set()
    return found


@settings(max_examples=25, deadline=None)
@given(ROWS, OBJECTING)
def test_identities_and_objections_are_those_of_an_independent_calculation(drawn, objecting):
    rows = [*SOUND, *drawn]
    persons = [person(BSN=b, ONDERWIJSNUMMER=e, GESLACHT=s, GEBOORTEDATUM=d) for b, e, s, d in rows]
    with connect() as connection, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.parquet"
        pd.DataFrame(persons, dtype=object).to_parquet(path)
        load_persons(connection, path)
        load_objections(connection, frozenset((number,) for number in objecting))
        found = connection.execute("SELECT identity, certain, bsn, education, sex, birth FROM people").fetchall()
        numbers = {number for (number,) in connection.execute("SELECT number FROM objecting_numbers").fetchall()}
        who = {identity for (identity,) in connection.execute("SELECT identity FROM objecting").fetchall()}
    usable = [checked(one) for one in rows]
    expected = by_hand(usable)
    assert sorted((identity, certain, tuple(row)) for identity, certain, *row in found) == expected
    everywhere = connected(objecting, usable)
    assert numbers == everywhere
    assert who == {identity for identity, _, one in expected if identity and everywhere & set(one[:2])}
