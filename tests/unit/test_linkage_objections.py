"""Whoever objected is dropped before anything else, however the delivery spells who it is; and nobody else is."""

import pytest

from nco_research.linkage.kinds import Kind
from nco_research.linkage.objections import read_objections
from nco_research.linkage.report import as_html, as_text
from nco_research.linkage.validation import validate_delivery
from output_checks.errors import InputError
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, Office, person, row

ME, OTHER, TWIN, UNKNOWN = BSNS[:4]
MY_EDUCATION = EDUCATION_NUMBERS[0]
WITHOUT = {"BSN": "", "ONDERWIJSNUMMER": ""}


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(tmp_path)
    made.register([person(BSN=ME, ONDERWIJSNUMMER=MY_EDUCATION), person(BSN=OTHER, HUISNUMMER="99")])
    made.objecting([(ME, "")])
    return made


def left(office: Office, *rows: dict[str, str]) -> tuple[int, int]:
    """Rows of objectors, and rows that are left."""
    path = office.deliver(rows)
    made = validate_delivery(path, objections=office.objections, persons=office.persons)
    return made.objected_rows, made.accepted_rows + made.refused_rows


SPELLED = [
    ME,
    ME.lstrip("0"),
    f"{ME[:4]} {ME[4:6]} {ME[6:]}",
    f"{ME[:4]}.{ME[4:6]}.{ME[6:]}",
    f"{ME[:3]}-{ME[3:6]}-{ME[6:]}",
    f" {ME} ",
    f"\xa0{ME[:4]}\xa0{ME[4:]}",
    f"'{ME}",
    f"{ME.lstrip('0')},00",
    f"{ME.lstrip('0')}.0",
    f"00{ME}",
    f"BSN {ME}",
    f"NL{ME}",
]


@pytest.mark.parametrize(
    "details", [{}, {"POSTCODE": "9999ZZ", "GEBOORTEDATUM": "", "GESLACHT": "M"}], ids=["", "moved"]
)
def test_an_objector_is_dropped_in_every_spelling_of_the_number(office, details):
    assert left(office, *(row(BSN=spelling, **details) for spelling in SPELLED)) == (len(SPELLED), 0)
    others = [spelling.replace(ME.lstrip("0"), OTHER.lstrip("0")) for spelling in SPELLED]
    assert left(office, *(row(BSN=number, POSTCODE="9999ZZ") for number in others if number not in SPELLED))[0] == 0


@pytest.mark.parametrize("spelling", SPELLED[1:5], ids=repr)
def test_an_objector_may_be_listed_in_another_spelling_too(office, spelling):
    office.objecting([(spelling, "")])
    assert left(office, row(), row(BSN=OTHER, HUISNUMMER="99")) == (1, 1)


def test_a_number_in_the_other_column_is_found_too(office):
    assert left(office, row(BSN="", ONDERWIJSNUMMER=ME, POSTCODE="")) == (1, 0)
    office.objecting([("", ME)])
    assert left(office, row(POSTCODE="")) == (1, 0)


def test_the_other_number_of_an_objector_is_looked_up_in_the_population(office):
    moved = {"POSTCODE": "9999ZZ"}
    assert left(office, row(BSN="", ONDERWIJSNUMMER=MY_EDUCATION, **moved)) == (1, 0)
    office.objecting([("", MY_EDUCATION)])
    assert left(office, row(BSN=ME, **moved)) == (1, 0)
    assert left(office, row(BSN=OTHER, ONDERWIJSNUMMER=EDUCATION_NUMBERS[1], **moved)) == (0, 1)


def test_an_objector_does_not_come_through_under_a_row_without_bsn(office):
    office.register(
        [
            person(BSN=ME, ONDERWIJSNUMMER=MY_EDUCATION),
            person(BSN="", ONDERWIJSNUMMER=MY_EDUCATION, HUISNUMMER="98"),
            person(BSN=OTHER, HUISNUMMER="99"),
        ]
    )
    assert left(office, row(**WITHOUT, HUISNUMMER="98"), row(**WITHOUT, HUISNUMMER="99")) == (1, 1)
    office.deliver([row(**WITHOUT, HUISNUMMER="98"), row(**WITHOUT, HUISNUMMER="99")])
    counts = office.link().counts
    assert (counts.objections.pupils, counts.linked.pupils, counts.rows_written) == (1, 1, 1)


def test_an_objection_counts_under_every_number_that_leads_to_the_listed_one(office):
    first, second, third = EDUCATION_NUMBERS[:3]
    chain = [(ME, first), (TWIN, first), (TWIN, second), ("", second)]
    office.register(
        [person(BSN=b, ONDERWIJSNUMMER=e, HUISNUMMER=str(place + 1)) for place, (b, e) in enumerate(chain)]
        + [person(BSN=OTHER, ONDERWIJSNUMMER=third, HUISNUMMER="99"), person(BSN="", HUISNUMMER="99")]
    )
    away = {"POSTCODE": "9999ZZ"}
    numbers = [{"BSN": ME}, {"BSN": TWIN}, *({"BSN": "", "ONDERWIJSNUMMER": one} for one in (first, second))]
    for listed in ((ME, ""), (TWIN, ""), ("", second)):
        office.objecting([listed])
        assert left(office, *(row(**one, **away) for one in numbers)) == (4, 0)
        # Near misses: other numbers, and an empty number that two rows have.
        assert left(office, row(BSN=OTHER, **away), row(BSN="", ONDERWIJSNUMMER=third, **away)) == (0, 2)
    office.objecting([(OTHER, "")])
    assert left(office, *(row(**one, **away) for one in numbers)) == (0, 4)


def test_an_objector_unknown_to_the_population_is_found_by_the_listed_number(office):
    office.objecting([(UNKNOWN, "")])
    assert left(office, row(BSN=UNKNOWN), row(BSN=ME)) == (1, 1)


@pytest.mark.parametrize("numbers", [WITHOUT, {"BSN": UNKNOWN}, {"BSN": "123"}, {"ONDERWIJSNUMMER": "x", "BSN": ""}])
def test_an_objector_without_a_known_number_is_found_by_details(office, numbers):
    assert left(office, row(**numbers)) == (1, 0)
    assert left(office, row(**numbers, HUISNUMMER="13")) == (0, 1)


def test_a_twin_who_did_not_object_is_kept_where_the_number_says_who_it_is(office):
    office.register([person(BSN=ME), person(BSN=TWIN, ONDERWIJSNUMMER=EDUCATION_NUMBERS[5])])
    assert left(office, row(BSN=ME), row(BSN=TWIN)) == (1, 1)
    assert left(office, row(BSN="", ONDERWIJSNUMMER=EDUCATION_NUMBERS[5])) == (0, 1)
    # Without a number it may be either: not linked in any case, and dropped to be safe.
    assert left(office, row(**WITHOUT)) == (1, 0)


def test_somebody_elses_number_beside_an_objectors_details_does_not_save_the_row(office):
    assert left(office, row(BSN=OTHER)) == (1, 0)
    assert left(office, row(BSN=OTHER, HUISNUMMER="99")) == (0, 1)


def test_without_objections_nobody_is_dropped(office):
    office.objecting([])
    assert left(office, row(), row(BSN=OTHER)) == (0, 2)


def test_objectors_are_dropped_before_they_can_be_a_finding(office):
    bad = {"GROEP": "77", "REEKS": "secret words", "SCORE": "x"}
    path = office.deliver([row(**bad), row(**bad, DOMEIN="BL"), row(BSN=OTHER, GROEP="0", HUISNUMMER="99")])
    made = validate_delivery(path, objections=office.objections, persons=office.persons)
    assert [(item.kind, item.lines) for item in made.findings] == [(Kind.GRADE, (4,))]
    assert (made.objected_rows, made.objected_pupils, made.refused_rows) == (2, 1, 1)


def test_an_objector_is_nobodys_double(office):
    office.register([person(BSN=ME), person(BSN=TWIN)])
    path = office.deliver([row(BSN=ME), row(BSN=TWIN, SCORE="213")])
    assert validate_delivery(path, objections=office.objections, persons=office.persons).findings == ()


def test_the_report_to_a_school_is_the_same_whether_or_not_pupils_objected(office):
    path = office.deliver([row(GROEP="9"), row(BSN=OTHER, GROEP="9")])
    before = validate_delivery(path)
    office.objecting([(ME, ""), (OTHER, "")])
    after = validate_delivery(path)
    assert as_text(before) == as_text(after)
    assert as_html(before) == as_html(after)
    with_objections = validate_delivery(path, objections=office.objections, persons=office.persons)
    assert with_objections.findings == ()
    assert not {"objected", "bezwaar"} & set(as_text(with_objections).lower().split())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must have the columns"),
        ("BSN\n" + ME, "must have the columns"),
        ("BSN;BSN;ONDERWIJSNUMMER\n", "must have the columns"),
        ("RINPERSOONS;RINPERSOON\nR;" + ME, "pseudonyms that are used after linkage"),
        (f"BSN;ONDERWIJSNUMMER\n{ME};\nx;\n", "a wrong one: 3"),
        (f"BSN;ONDERWIJSNUMMER\n{ME};\n;\n{ME[:-1]};\n", "a wrong one: 4"),
        (f"BSN;ONDERWIJSNUMMER\n{ME};{ME[:-1]}9\n", "a wrong one: 2"),
        ("BSN;ONDERWIJSNUMMER\n" + f"{ME}\n" * 2 + "1;\n" * 30, "22, 23, ..."),
        ("BSN;ONDERWIJSNUMMER\0", "not csv text"),
    ],
)
def test_a_list_that_cannot_be_honoured_stops_everything_and_no_number_is_shown(tmp_path, content, message):
    path = tmp_path / "objections.csv"
    path.write_text(content, encoding="cp1252")
    with pytest.raises(InputError, match=message) as caught:
        read_objections(path)
    assert ME[:-1] not in str(caught.value)


def test_a_list_is_read_in_any_order_with_other_columns_and_empty_lines(tmp_path):
    path = tmp_path / "objections.csv"
    text = f'datum;"onderwijsnummer";bsn\r\n2021;;{ME.lstrip("0")}\r\n\r\n2022;"{MY_EDUCATION}";{OTHER}\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode("cp1252"))
    assert read_objections(path) == {(ME,), (OTHER, MY_EDUCATION)}
    with pytest.raises(InputError, match="cannot be read"):
        read_objections(tmp_path / "none.csv")
