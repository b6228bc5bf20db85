"""What rows say is judged: every finding beside a near miss that stays silent."""

import pytest

from nco_research.linkage.delivery import read_delivery
from nco_research.linkage.kinds import FIRST_LINES, Kind, Severity
from nco_research.linkage.layout import DELIVERED, SCORES
from nco_research.linkage.validation import check_batch, prepare, validate_delivery
from nco_research.linkage.wording import LANGUAGES, said
from nco_research.sql import connect
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, csv_of, row

DETAILS = {"GESLACHT": "", "GEBOORTEDATUM": "", "POSTCODE": "", "HUISNUMMER": ""}
WITHOUT = {"BSN": "", "ONDERWIJSNUMMER": ""}
WRONG = BSNS[0][:-1] + str((int(BSNS[0][-1]) + 1) % 10)

FOUND: list[tuple[dict[str, str], set[Kind]]] = [
    ({}, set()),
    # numbers
    ({"BSN": WRONG}, {Kind.BSN}),
    ({"BSN": BSNS[0].lstrip("0")}, set()),
    ({"BSN": f"{BSNS[0][:4]}.{BSNS[0][4:6]}.{BSNS[0][6:]}"}, set()),
    ({"BSN": "BSN " + BSNS[0]}, {Kind.BSN}),
    ({"BSN": "0" * 9}, {Kind.BSN}),
    ({"BSN": EDUCATION_NUMBERS[0]}, {Kind.BSN}),
    ({"BSN": ""}, set()),
    ({"ONDERWIJSNUMMER": EDUCATION_NUMBERS[0]}, set()),
    ({"ONDERWIJSNUMMER": BSNS[0]}, {Kind.EDUCATION_NUMBER}),
    # details, beside a number
    ({"GESLACHT": "m"}, set()),
    ({"GESLACHT": "J"}, {Kind.SEX}),
    ({"GESLACHT": ""}, {Kind.SEX}),
    ({"GEBOORTEDATUM": "20120229"}, set()),
    ({"GEBOORTEDATUM": "20130229"}, {Kind.BIRTH}),
    ({"GEBOORTEDATUM": "31-01-2012"}, {Kind.BIRTH}),
    ({"GEBOORTEDATUM": "20041231"}, {Kind.BIRTH}),
    ({"GEBOORTEDATUM": "20050101"}, set()),
    ({"GEBOORTEDATUM": "20181231"}, set()),
    ({"GEBOORTEDATUM": "20190101"}, {Kind.BIRTH}),
    ({"POSTCODE": "1811 kl"}, set()),
    ({"POSTCODE": "0811KL"}, {Kind.POSTCODE}),
    ({"POSTCODE": "1811"}, {Kind.POSTCODE}),
    ({"POSTCODE": "1811SA"}, {Kind.POSTCODE}),
    ({"POSTCODE": "1811SD"}, {Kind.POSTCODE}),
    ({"POSTCODE": "1811SS"}, {Kind.POSTCODE}),
    ({"POSTCODE": "1811SB"}, set()),
    ({"HUISNUMMER": "12 B"}, set()),
    ({"HUISNUMMER": "12-3"}, set()),
    ({"HUISNUMMER": "B12"}, {Kind.HOUSE}),
    ({"HUISNUMMER": "123456"}, {Kind.HOUSE}),
    ({"HUISNUMMER": "000"}, {Kind.HOUSE}),
    # who it is
    (DETAILS, {Kind.SEX, Kind.BIRTH, Kind.POSTCODE, Kind.HOUSE}),
    (WITHOUT, set()),
    (WITHOUT | {"HUISNUMMER": ""}, {Kind.HOUSE, Kind.WITHOUT_IDENTITY}),
    (WITHOUT | {"BSN": WRONG, "GESLACHT": ""}, {Kind.BSN, Kind.SEX, Kind.WITHOUT_IDENTITY}),
    # school
    ({"BRIN": "18ab"}, set()),
    ({"BRIN": "18A"}, {Kind.SCHOOL}),
    ({"BRIN": "18AC"}, {Kind.OTHER_SCHOOL}),
    ({"VESTIGING": "0"}, set()),
    ({"VESTIGING": "01"}, {Kind.OTHER_SCHOOL}),
    ({"VESTIGING": ""}, {Kind.SCHOOL}),
    # test
    ({"GROEP": "1"}, set()),
    ({"GROEP": "8"}, set()),
    ({"GROEP": "0"}, {Kind.GRADE}),
    ({"GROEP": "9"}, {Kind.GRADE}),
    ({"GROEP": "6a"}, {Kind.GRADE}),
    ({"DOMEIN": "sp"}, set()),
    ({"DOMEIN": "TL"}, {Kind.DOMAIN}),
    ({"TOETS": "M3"}, set()),
    ({"TOETS": "E8", "AFNAMEDATUM": "20220601"}, set()),
    ({"TOETS": "M2"}, {Kind.TEST}),
    ({"TOETS": "B6"}, {Kind.TEST}),
    ({"TOETS": "M9"}, {Kind.TEST}),
    ({"AFNAMEDATUM": "20220230"}, {Kind.TEST_DATE}),
    ({"AFNAMEDATUM": ""}, {Kind.TEST_DATE}),
    ({"AFNAMEDATUM": "20210731"}, {Kind.OUTSIDE_YEAR}),
    ({"AFNAMEDATUM": "20210801"}, {Kind.WINDOW}),
    ({"AFNAMEDATUM": "20211130"}, {Kind.WINDOW}),
    ({"AFNAMEDATUM": "20211201"}, set()),
    ({"AFNAMEDATUM": "20220331"}, set()),
    ({"AFNAMEDATUM": "20220401"}, {Kind.WINDOW}),
    ({"TOETS": "E6", "AFNAMEDATUM": "20220331"}, {Kind.WINDOW}),
    ({"TOETS": "E6", "AFNAMEDATUM": "20220401"}, set()),
    ({"TOETS": "E6", "AFNAMEDATUM": "20220731"}, set()),
    ({"TOETS": "E6", "AFNAMEDATUM": "20220801"}, {Kind.OUTSIDE_YEAR}),
    # score
    ({"SCORE": "212"}, set()),
    ({"SCORE": "212.5"}, {Kind.DECIMAL_POINT}),
    ({"SCORE": ""}, {Kind.SCORE_ABSENT}),
    ({"SCORE": "999"}, {Kind.SCORE_ABSENT}),
    ({"SCORE": "999,0"}, {Kind.SCORE_ABSENT}),
    ({"SCORE": "A"}, {Kind.SCORE}),
    ({"SCORE": "1.212,5"}, {Kind.SCORE}),
    ({"SCORE": "1e2"}, {Kind.SCORE}),
    ({"NIVEAU": ""}, set()),
    ({"NIVEAU": "v"}, set()),
    ({"NIVEAU": "VI"}, {Kind.LEVEL}),
    ({"NIVEAU": "A"}, {Kind.LEVEL}),
    ({"REEKS": ""}, set()),
    ({"REEKS": "LIB"}, set()),
    ({"REEKS": "Leerling in beeld"}, set()),
    ({"REEKS": "Cito 3.0"}, set()),
    ({"REEKS": "lovs"}, set()),
    ({"REEKS": "LVS 3.0"}, set()),
    ({"REEKS": "3.0 LVS"}, set()),
    ({"REEKS": "Cito LVS-toetsen 2e generatie"}, set()),
    ({"REEKS": "LVS 2012"}, set()),
    ({"REEKS": "Jan Jansen"}, {Kind.SERIES}),
    ({"REEKS": "Jansen 3"}, {Kind.SERIES}),
    ({"REEKS": "Kees8"}, {Kind.SERIES}),
    ({"REEKS": "Kees"}, {Kind.SERIES}),
    ({"REEKS": "LVS Kees"}, {Kind.SERIES}),
    ({"REEKS": "1811KL"}, {Kind.SERIES}),
    ({"REEKS": "31-01-12"}, {Kind.SERIES}),
    ({"REEKS": "20120131"}, {Kind.SERIES}),
    ({"REEKS": "2012"}, {Kind.SERIES}),
    ({"REEKS": "12"}, {Kind.SERIES}),
    ({"REEKS": BSNS[0]}, {Kind.SERIES}),
    ({"REEKS": "Cito 12345"}, {Kind.SERIES}),
]
for domain, limits in SCORES.items():
    for score, is_found in (
        (limits.lowest - 1, True),
        (limits.lowest, False),
        (limits.highest, False),
        (limits.highest + 0.5, True),
    ):
        change = {"DOMEIN": domain, "SCORE": str(score).replace(".", ",")}
        FOUND.append((change, {Kind.SCORE_RANGE} if is_found else set()))


def checked(path, *rows):
    """One delivery of these rows."""
    path = path / "LVS_18AB00_2021.csv"
    path.write_text(csv_of(rows), encoding="cp1252")
    return validate_delivery(path)


def lines_of(made) -> dict[Kind, tuple[int, ...]]:
    return {item.kind: item.lines for item in made.findings}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Every case of FOUND as a delivery of its own, judged together."""
    folder = tmp_path_factory.mktemp("deliveries")
    deliveries = []
    for place, (changes, _) in enumerate(FOUND):
        path = folder / str(place) / "LVS_18AB00_2021.csv"
        path.parent.mkdir()
        path.write_text(csv_of([row(**changes)]), encoding="cp1252")
        deliveries.append(read_delivery(path))
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        return check_batch(connection, deliveries)


@pytest.mark.parametrize("place", range(len(FOUND)), ids=[f"{case[0]}" for case in FOUND])
def test_a_row_has_the_findings_that_it_should_and_no_others(judged, place):
    made, expected = judged[place], FOUND[place][1]
    assert {item.kind for item in made.findings} == expected
    assert all((item.rows, item.lines) == (1, (2,)) for item in made.findings)
    refused = any(kind.severity is Severity.ERROR for kind in expected)
    assert (made.refused_rows, made.accepted_rows) == (int(refused), int(not refused))


def test_every_kind_about_rows_is_tested_here():
    tested = {kind for _, kinds in FOUND for kind in kinds}
    tested |= {Kind.FIELDS, Kind.TWO_PERSONS, Kind.COPY, Kind.TWICE, Kind.SEX_CODES}
    assert tested == {kind for kind in Kind if not kind.whole_file}


def test_every_kind_is_worded_in_every_language():
    for kind in Kind:
        words = [said(kind, language) for language in LANGUAGES]
        assert len({one.problem for one in words}) == len(LANGUAGES)
        assert all(one.problem.endswith(".") and one.remedy and not one.remedy.endswith(".") for one in words)


def test_findings_are_at_their_lines_and_at_most_twenty_are_listed(tmp_path):
    rows = [row(BSN=BSNS[place], GROEP="9" if place % 2 else "6") for place in range(2 * FIRST_LINES + 2)]
    (finding,) = checked(tmp_path, *rows).findings
    assert finding.rows == FIRST_LINES + 1
    assert finding.lines == tuple(range(3, 3 + 2 * FIRST_LINES, 2))


def test_a_copy_of_a_row_is_left_out_once_and_the_first_is_kept(tmp_path):
    made = checked(tmp_path, row(), row(DOMEIN="BL"), row(), row())
    assert lines_of(made) == {Kind.COPY: (4, 5)}
    assert made.accepted_rows == 2


def test_the_same_test_twice_with_other_details_is_refused_whole(tmp_path):
    made = checked(tmp_path, row(), row(SCORE="213"), row(DOMEIN="BL"), row(BSN=BSNS[1]))
    assert lines_of(made) == {Kind.TWICE: (2, 3)}
    assert made.accepted_rows == 2


def test_a_second_row_of_another_test_is_no_duplicate(tmp_path):
    made = checked(tmp_path, row(), row(TOETS="M5"), row(TOETS="E6", AFNAMEDATUM="20220601"))
    assert (made.findings, made.accepted_rows) == ((), 3)


def test_a_row_that_is_refused_is_nobodys_duplicate(tmp_path):
    made = checked(tmp_path, row(SCORE="many"), row())
    assert lines_of(made) == {Kind.SCORE: (2,)}
    assert made.accepted_rows == 1


def test_a_copy_and_a_contradiction_of_it_are_both_told(tmp_path):
    made = checked(tmp_path, row(), row(), row(SCORE="213"))
    assert lines_of(made) == {Kind.COPY: (3,), Kind.TWICE: (2, 4)}
    assert made.accepted_rows == 0


def test_pupils_without_number_are_the_same_by_their_details(tmp_path):
    without = WITHOUT | {"SCORE": "213"}
    assert lines_of(checked(tmp_path, row(**WITHOUT), row(**without))) == {Kind.TWICE: (2, 3)}
    assert checked(tmp_path, row(**WITHOUT), row(**without, HUISNUMMER="13")).findings == ()


@pytest.mark.parametrize("number", ["BSN", "ONDERWIJSNUMMER"])
@pytest.mark.parametrize("detail", [{"GESLACHT": "M"}, {"GEBOORTEDATUM": "20120201"}])
def test_one_number_with_two_sexes_or_birth_dates_is_refused(tmp_path, number, detail):
    same = {"BSN": "", number: BSNS[0] if number == "BSN" else EDUCATION_NUMBERS[0]}
    made = checked(tmp_path, row(**same), row(**same, DOMEIN="BL", **detail), row(BSN=BSNS[1], DOMEIN="SP"))
    assert lines_of(made) == {Kind.TWO_PERSONS: (2, 3)}
    assert made.accepted_rows == 1


def test_one_number_with_two_addresses_or_with_a_detail_not_filled_in_is_one_pupil(tmp_path):
    assert checked(tmp_path, row(), row(DOMEIN="BL", POSTCODE="1811KM", HUISNUMMER="3")).findings == ()
    made = checked(tmp_path, row(), row(DOMEIN="BL", GESLACHT=""))
    assert lines_of(made) == {Kind.SEX: (3,)}
    assert made.accepted_rows == 2


@pytest.mark.parametrize(
    ("sexes", "doubted"),
    [
        ("JMM", (3, 4)),
        ("JM", (3,)),
        ("JMV", (3,)),
        ("JJMV", (4,)),
        ("JMVV", ()),  # near misses: J is a slip of the pen where there are more V
        ("MMV", ()),
        ("MM", ()),
        ("OM", ()),
    ],
)
def test_m_of_a_file_with_j_is_not_used_unless_there_are_more_v(tmp_path, sexes, doubted):
    made = checked(tmp_path, *(row(BSN=BSNS[place], GESLACHT=sex) for place, sex in enumerate(sexes)))
    unknown = tuple(place for place, sex in enumerate(sexes, start=2) if sex in "JO")
    expected = {Kind.SEX: unknown, Kind.SEX_CODES: doubted}
    assert lines_of(made) == {kind: lines for kind, lines in expected.items() if lines}
    assert made.accepted_rows == len(sexes)


def test_sexes_of_one_file_say_nothing_of_another(tmp_path):
    paths = [tmp_path / f"LVS_{brin}00_2021.csv" for brin in ("18AB", "18AC")]
    paths[0].write_text(csv_of([row(GESLACHT="J"), row(BSN=BSNS[1], GESLACHT="m")]), encoding="cp1252")
    paths[1].write_text(csv_of([row(BSN=BSNS[2], GESLACHT="M", BRIN="18AC")]), encoding="cp1252")
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        first, second = check_batch(connection, [read_delivery(path) for path in paths])
        sexes = connection.execute("SELECT sex FROM accepted_pupils ORDER BY bsn").fetchall()
    assert lines_of(first) == {Kind.SEX: (2,), Kind.SEX_CODES: (3,)}
    assert second.findings == ()
    assert sexes == [("",), ("",), ("M",)]


def test_rows_are_judged_within_their_own_delivery_only(tmp_path):
    paths = []
    for brin in ("18AB", "18AC"):
        paths.append(tmp_path / f"LVS_{brin}00_2021.csv")
        paths[-1].write_text(csv_of([row(BRIN=brin)]), encoding="cp1252")
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        made = check_batch(connection, [read_delivery(path) for path in paths], first_pupil=7)
        pupils = connection.execute("SELECT pupil, file FROM accepted_pupils ORDER BY ALL").fetchall()
    assert [one.findings for one in made] == [(), ()]
    assert pupils == [(7, 0), (8, 1)]


def test_a_refused_file_among_others_counts_all_its_rows_and_takes_none(tmp_path):
    (tmp_path / "LVS_18AB00_2021.csv").write_text(csv_of([row()]), encoding="cp1252")
    without = [name for name in DELIVERED if name != "BSN"]
    (tmp_path / "LVS_18AC00_2021.csv").write_text(csv_of([row(), row()], columns=without), encoding="cp1252")
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        good, bad = check_batch(connection, [read_delivery(path) for path in sorted(tmp_path.iterdir())])
    assert (good.accepted_rows, good.refused_rows, good.refused) == (1, 0, False)
    assert (bad.accepted_rows, bad.refused_rows, bad.refused) == (0, 2, True)


def test_only_refused_files_leave_nothing_accepted(tmp_path):
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        (made,) = check_batch(connection, [read_delivery(tmp_path / "LVS_18AB00_2021.csv")])
        assert connection.execute("SELECT count(*) FROM accepted_rows").fetchall() == [(0,)]
    assert made.refused


def test_no_finding_holds_a_value(tmp_path):
    made = checked(tmp_path, row(BSN=WRONG, SCORE="secret", REEKS="Jan Jansen", POSTCODE="9999ZZ"), row(GROEP="77"))
    shown = repr(made.findings)
    assert not any(value in shown for value in (WRONG, "secret", "Jan", "9999ZZ", "77"))
