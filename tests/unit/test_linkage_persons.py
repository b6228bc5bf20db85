"""The population file: numbers that count, one identity per person, and columns that are what they should be."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nco_research.linkage.persons import load_persons
from nco_research.sql import connect
from output_checks.errors import InputError
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, KEYED, Office, person, row

A, B, C = BSNS[:3]
E, F, G = EDUCATION_NUMBERS[:3]
NO_CHECK = A[:-1] + str((int(A[-1]) + 1) % 10)
WITHOUT = {"BSN": "", "ONDERWIJSNUMMER": ""}


@pytest.fixture
def office(tmp_path) -> Office:
    return Office(tmp_path)


def people(office: Office, *persons: dict[str, str]) -> list[tuple[object, ...]]:
    """Identity, whether it is certain, BSN and education number of each row."""
    office.register(persons)
    with connect() as connection:
        load_persons(connection, office.persons)
        return connection.execute("SELECT identity, certain, bsn, education FROM people ORDER BY ALL").fetchall()


def pseudonyms(office: Office) -> list[tuple[str, str]]:
    return list(office.output()[["RINPERSOONS", "RINPERSOON"]].itertuples(index=False, name=None))


def pseudonym(number: str) -> str:
    return str(KEYED.persons([int(number)])[0])


# Numbers


@pytest.mark.parametrize("filled_in", ["000000000", "999999999", "0", NO_CHECK, ""])
def test_children_with_the_same_number_that_is_none_are_not_one_person(office, filled_in):
    children = [
        {"ONDERWIJSNUMMER": EDUCATION_NUMBERS[place], "GEBOORTEDATUM": f"201201{10 + place}", "HUISNUMMER": f"{place}1"}
        for place in range(3)
    ]
    others = [person(BSN=BSNS[place], HUISNUMMER=f"{place}2") for place in range(3)]
    office.register([*(person(BSN=filled_in, **one) for one in children), *others])
    office.deliver([row(BSN="", **one) for one in children])
    office.link()
    assert sorted(pseudonyms(office)) == sorted(("S", pseudonym(number)) for number in EDUCATION_NUMBERS[:3])


def test_a_number_filled_in_for_everybody_is_absent_and_not_a_column_that_is_wrong(office):
    assert people(office, *(person(BSN="999999999", ONDERWIJSNUMMER=number) for number in (E, F))) == [
        ("S" + E, True, "", E),
        ("S" + F, True, "", F),
    ]


def test_where_one_of_them_objects_the_others_stay(office):
    children = [{"ONDERWIJSNUMMER": number, "HUISNUMMER": f"{place}1"} for place, number in enumerate((E, F, G))]
    office.register([person(BSN="000000000", **one) for one in children])
    office.deliver([row(BSN="", **one) for one in children])
    office.objecting([("", E)])
    assert office.link().counts.objections.pupils == 1
    assert sorted(pseudonyms(office)) == sorted(("S", pseudonym(number)) for number in (F, G))


def test_a_number_in_the_other_column_does_not_count(office):
    assert people(office, person(BSN=A, ONDERWIJSNUMMER=B), person(BSN=B), person(ONDERWIJSNUMMER=E)) == [
        ("R" + A, True, A, ""),
        ("R" + A, True, A, E),
        ("R" + B, True, B, ""),
    ]


def test_children_with_the_same_number_that_passes_its_check_are_linked_by_nothing_that_leads_to_it(office):
    children = [
        {"ONDERWIJSNUMMER": number, "GEBOORTEDATUM": f"201201{10 + place}", "HUISNUMMER": f"{place}1"}
        for place, number in enumerate((E, F))
    ]
    office.register([*(person(BSN=A, **one) for one in children), person(BSN=B)])
    by_number = [row(BSN="", **one) for one in children]
    by_details = [row(**(one | WITHOUT), BRIN="18AC") for one in children]
    office.deliver([*by_number, row(BSN=B)])
    office.deliver(by_details, brin="18AC00")
    assert office.link().counts.ambiguous.pupils == 4
    assert pseudonyms(office) == [("R", pseudonym(B))]


# One identity


def test_a_row_without_bsn_is_that_of_the_bsn_that_its_education_number_stands_with(office):
    found = people(office, person(BSN=A, ONDERWIJSNUMMER=E), person(BSN="", ONDERWIJSNUMMER=E, HUISNUMMER="99"))
    assert found == [("R" + A, True, "", E), ("R" + A, True, A, E)]
    # Near misses: an education number that stands with no BSN; a row with the other number; the same address.
    assert people(office, person(BSN=A), person(BSN="", ONDERWIJSNUMMER=E)) == [
        ("R" + A, True, A, ""),
        ("S" + E, True, "", E),
    ]
    assert people(office, person(BSN=A, ONDERWIJSNUMMER=F), person(BSN="", ONDERWIJSNUMMER=E))[1][0] == "S" + E


def test_a_former_address_without_bsn_leads_to_the_person_under_one_pseudonym(office):
    office.register(
        [person(BSN=A, ONDERWIJSNUMMER=E), person(BSN="", ONDERWIJSNUMMER=E, HUISNUMMER="99"), person(BSN=B)]
    )
    office.deliver([row(BSN="", ONDERWIJSNUMMER=E)])
    office.deliver([row(**WITHOUT, HUISNUMMER="99", BRIN="18AC")], brin="18AC00")
    office.deliver([row(BSN=A, HUISNUMMER="5", BRIN="18AD")], brin="18AD00")
    office.link()
    assert pseudonyms(office) == [("R", pseudonym(A))] * 3


def test_a_row_whose_education_number_stands_with_two_bsns_may_be_either(office):
    both = [person(BSN=A, ONDERWIJSNUMMER=E), person(BSN=B, ONDERWIJSNUMMER=E, HUISNUMMER="13")]
    neither = person(BSN="", ONDERWIJSNUMMER=E, HUISNUMMER="99")
    assert [one[0] for one in people(office, *both, neither)] == ["R" + A, "R" + A, "R" + B, "R" + B]
    office.deliver(
        [
            row(BSN="", ONDERWIJSNUMMER=E, HUISNUMMER="1"),
            row(**WITHOUT, HUISNUMMER="99"),
            row(BSN=A, HUISNUMMER="5"),
            row(BSN=B, HUISNUMMER="6"),
        ]
    )
    assert office.link().counts.ambiguous.pupils == 2
    assert sorted(pseudonyms(office)) == sorted([("R", pseudonym(A)), ("R", pseudonym(B))])


def test_a_row_whose_number_stands_with_another_birth_date_is_not_certain(office):
    with_bsn, without = person(BSN=A, ONDERWIJSNUMMER=E), person(BSN="", ONDERWIJSNUMMER=E, HUISNUMMER="99")
    other = without | {"GEBOORTEDATUM": "20110505"}
    assert people(office, with_bsn, other) == [("R" + A, False, "", E), ("R" + A, True, A, E)]
    assert people(office, without, other, person(BSN=B))[-1] == ("S" + E, False, "", E)
    assert people(office, with_bsn, person(BSN=A, GESLACHT="M")) == [("R" + A, False, A, ""), ("R" + A, False, A, E)]
    # Near misses: the same at another address, and a birth date that is not known.
    for near in (without, without | {"GEBOORTEDATUM": "20120000"}):
        assert all(certain for _, certain, *_ in people(office, with_bsn, person(BSN=B), near))


def test_a_twin_whose_number_is_none_still_makes_details_ambiguous(office):
    office.register([person(BSN=A), person(BSN="000000000"), person(BSN=B, HUISNUMMER="13")])
    office.deliver([row(**WITHOUT), row(**WITHOUT, HUISNUMMER="13")])
    assert office.link().counts.ambiguous.pupils == 1
    assert pseudonyms(office) == [("R", pseudonym(B))]


# Columns


def frame(count: int = 4) -> pd.DataFrame:
    return pd.DataFrame([person(BSN=BSNS[place], HUISNUMMER=str(place + 1)) for place in range(count)], dtype=object)


def details(office: Office) -> list[tuple[str, ...]]:
    with connect() as connection:
        load_persons(connection, office.persons)
        return connection.execute("SELECT bsn, sex, birth, house FROM people ORDER BY bsn").fetchall()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("GEBOORTEDATUM", ["31-01-2012"] * 4),
        ("GEBOORTEDATUM", [1327968000] * 4),
        ("GEBOORTEDATUM", pd.to_datetime(["2012-01-31"] * 4).tz_localize("Europe/Amsterdam")),
        ("GEBOORTEDATUM", [""] * 4),
        ("GESLACHT", [1, 2, 1, 2]),
        ("GESLACHT", ["Man", "Vrouw", "Man", "Vrouw"]),
        ("GESLACHT", ["J", "M", "M", "M"]),
        ("GESLACHT", [None] * 4),
        ("HUISNUMMER", ["A1", "B2", "C3", "D4"]),
        ("POSTCODE", ["1811"] * 4),
        ("BSN", EDUCATION_NUMBERS[:4]),
        ("ONDERWIJSNUMMER", BSNS[:4]),
    ],
)
def test_a_column_that_mostly_cannot_be_used_is_refused_by_its_name(office, column, values):
    frame().assign(**{column: values}).to_parquet(office.persons)
    with pytest.raises(InputError, match=f"persons.parquet has in {column} cannot be used") as caught:
        details(office)
    assert caught.value.remedy.startswith(f"{column}: ")


def test_all_columns_that_cannot_be_used_are_named(office):
    frame().assign(GESLACHT=1, POSTCODE="x").to_parquet(office.persons)
    with pytest.raises(InputError, match="GESLACHT, POSTCODE cannot be used"):
        details(office)


@pytest.mark.parametrize(("wrong", "refused"), [(1, False), (2, False), (3, True)])
def test_half_of_a_column_may_be_wrong_and_more_may_not(office, wrong, refused):
    made = frame()
    made.loc[: wrong - 1, "GEBOORTEDATUM"] = "20120000"
    made.to_parquet(office.persons)
    if refused:
        with pytest.raises(InputError, match="GEBOORTEDATUM"):
            details(office)
    else:
        assert [birth for _, _, birth, _ in details(office)].count("") == wrong


def test_numbers_may_be_empty_for_most(office):
    made = frame()
    made.loc[1:, "BSN"] = ""
    made.loc[1:, "ONDERWIJSNUMMER"] = EDUCATION_NUMBERS[:3]
    made.to_parquet(office.persons)
    assert len(details(office)) == 4


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("GEBOORTEDATUM", [dt.date(2012, 1, 31)] * 4),
        ("GEBOORTEDATUM", pd.to_datetime(["2012-01-31"] * 4)),
        ("GEBOORTEDATUM", pd.to_datetime(["2012-01-31"] * 4).astype("datetime64[ns]")),
        ("GEBOORTEDATUM", pd.to_datetime(["2012-01-31"] * 4).astype("datetime64[s]")),
        ("GEBOORTEDATUM", [20120131] * 4),
        ("GEBOORTEDATUM", [20120131.0] * 4),
        ("HUISNUMMER", [1.0, 2.0, 3.0, 4.0]),
        ("HUISNUMMER", [1, 2, 3, 4]),
        ("BSN", [int(number) for number in BSNS[:4]]),
        ("BSN", [float(number) for number in BSNS[:4]]),
        ("GESLACHT", pd.Categorical(["v"] * 4)),
        ("RINPERSOONS", ["r", "", "S", None]),
    ],
)
def test_dates_and_numbers_are_read_as_what_they_are(office, column, values):
    frame().to_parquet(office.persons)
    as_text = details(office)
    frame().assign(**{column: values}).to_parquet(office.persons)
    assert details(office) == as_text


def test_numbers_that_are_absent_stay_absent_in_a_column_of_floats(office):
    frame(2).assign(HUISNUMMER=[1.0, float("nan")]).to_parquet(office.persons)
    assert [house for *_, house in details(office)] == ["1", ""]
    table = pa.table(frame(2).assign(HUISNUMMER=[1.0, 2.0]))
    pq.write_table(table.set_column(5, "HUISNUMMER", pa.array([1.0, float("nan")])), office.persons)
    assert [house for *_, house in details(office)] == ["1", ""]


def test_dates_in_the_population_are_used_against_a_number_of_somebody_else(office):
    frame(1).assign(GESLACHT="M", GEBOORTEDATUM=[dt.date(2005, 5, 5)]).to_parquet(office.persons)
    office.deliver([row()])
    with pytest.raises(InputError, match="No pupil could be linked"):
        office.link()
    frame(1).assign(GEBOORTEDATUM=[dt.date(2012, 1, 31)]).to_parquet(office.persons)
    assert office.link().counts.linked.pupils == 1
