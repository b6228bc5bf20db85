"""From deliveries to LVSNCO, all or nothing: what comes out, what is gone, and what a run that is stopped leaves."""

import contextlib
import os
import re
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stdnum.nl import bsn, onderwijsnummer

from nco_research.guard import identifiers
from nco_research.linkage.certificate import verify_certificate
from nco_research.linkage.counts import as_text
from nco_research.linkage.layout import DELIVERED, LVSNCO
from nco_research.linkage.private import STAGING, WORK
from output_checks.errors import InputError
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, KEY, KEYED, Office, country, csv_of, person, row


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(tmp_path)
    made.deliver([row(), row(DOMEIN="BL", SCORE="")])
    return made


def pseudonym(number: str) -> str:
    return str(KEYED.persons([int(number)])[0])


def test_one_pupil_comes_out_under_pseudonyms_in_the_layout_of_lvsnco(office):
    result = office.link()
    made = office.output()
    assert tuple(made.columns) == LVSNCO
    first = made.iloc[1].to_dict()
    assert first == {
        "RINPERSOONS": "R",
        "RINPERSOON": pseudonym(BSNS[0]),
        "LVSBRIN_crypt": KEYED.schools(["18AB"])[0],
        "LVSBRINVEST": "00",
        "LVSDOMEIN": "RW",
        "LVSTOETS": "M6",
        "LVSLEERJAAR": 6,
        "LVSAFNAMEDATUM": "20220201",
        "LVSSCORE": 212.5,
        "LVSNIVEAU": "II",
        "LVSREEKS": "3.0",
    }
    assert made.LVSSCORE.tolist() == [999, 212.5]
    assert result.output == (office.to / "LVSNCO2021V1.parquet",)
    assert result.counts.linked.pupils == result.counts.persons_written == 1
    assert list(office.to.iterdir()) == [office.to / "LVSNCO2021V1.parquet"]


def test_a_person_with_an_education_number_only_is_outside_the_register(office):
    office.register([person(BSN="", ONDERWIJSNUMMER=EDUCATION_NUMBERS[0])])
    office.deliver([row(BSN="")])
    office.link()
    made = office.output()
    assert made[["RINPERSOONS", "RINPERSOON"]].to_numpy().tolist() == [["S", pseudonym(EDUCATION_NUMBERS[0])]]


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_no_identifying_value_is_in_any_byte_of_the_output_or_left_in_an_intermediate_file(tmp_path, file_format):
    office = Office(tmp_path)
    frame, persons, _ = country(office, np.random.default_rng(1))
    result = office.link(file_format=file_format)
    (path,) = result.output
    everything = path.read_bytes()
    if file_format == "parquet":  # what is compressed must be read
        everything += pd.read_parquet(path).to_csv(sep=";").encode("utf-8")
    values = {one[name] for one in persons for name in ("BSN", "ONDERWIJSNUMMER", "GEBOORTEDATUM", "POSTCODE")}
    values |= set(frame.BSN) | set(frame.BRIN)
    values |= {value.lstrip("0") for value in values}
    assert not [value for value in values - {""} if value.encode("ascii") in everything]
    numbers = {value for value in values if bsn.is_valid(value) or onderwijsnummer.is_valid(value)}
    for name in (result.certificate, result.certificate.with_suffix(".txt")):
        assert not [value for value in numbers if value in name.read_text(encoding="utf-8")]
    assert {name.split("/")[0] for name in office.files()} == {"identified", "output", "secret"}
    assert not [name for name in office.files() if WORK in name or STAGING in name]


def test_rows_are_in_an_order_that_tells_nothing_of_the_deliveries(tmp_path):
    office = Office(tmp_path)
    country(office, np.random.default_rng(2))
    office.link()
    made = office.output()
    assert made.equals(made.sort_values(list(LVSNCO), ignore_index=True))
    assert list(identifiers(made)) == []


def test_the_same_deliveries_give_the_same_file_and_the_next_version(office):
    first = office.link().output[0].read_bytes()
    (office.to / "lvsnco2021v9.SAV").write_bytes(b"")
    (office.to / "LVSNCO2020V12.parquet").write_bytes(first)
    second = office.link()
    assert second.output[0].name == "LVSNCO2021V10.parquet"
    assert second.output[0].read_bytes() == first


def test_csv_has_semicolons_and_decimal_commas(office):
    office.link(file_format="csv")
    lines = (office.to / "LVSNCO2021V1.csv").read_text(encoding="cp1252").splitlines()
    assert lines[0] == ";".join(LVSNCO)
    assert lines[2].split(";")[4:] == ["RW", "M6", "6", "20220201", "212,5", "II", "3.0"]
    assert len(lines) == 3
    with pytest.raises(InputError, match="'sav'"):
        office.link(file_format="sav")


def test_each_school_year_has_a_file_and_one_can_be_asked_for(office):
    office.deliver([row(AFNAMEDATUM="20230201", BSN=BSNS[0])], year=2022)
    result = office.link(school_years=[2022])
    assert [path.name for path in result.output] == ["LVSNCO2022V1.parquet"]
    assert result.counts.deliveries == 1
    result = office.link()
    assert [path.name for path in result.output] == ["LVSNCO2021V1.parquet", "LVSNCO2022V2.parquet"]
    with pytest.raises(InputError, match="no deliveries of school years 2019"):
        office.link(school_years=[2019])


def test_a_refused_delivery_is_left_out_and_counted_and_the_others_are_linked(office):
    office.deliver([row(BRIN="18AC")], brin="18AC00").rename(office.deliveries / "LVS_18AC00_2021.csv.part")
    (office.deliveries / "notes.txt").write_text("x", encoding="utf-8")
    below = office.deliveries / "again"
    below.mkdir()
    for folder in (office.deliveries, below):
        (folder / "LVS_18AD00_2021.csv").write_text(csv_of([row(BRIN="18AD")]), encoding="cp1252")
    result = office.link()
    assert result.counts.deliveries_refused == 4
    assert dict(result.counts.findings) == {
        "score-absent": 1,
        "file-name": 1,
        "unfinished-name": 1,
        "delivered-twice": 2,
    }
    assert len(office.output()) == 2
    assert "4 refused" in as_text(result.counts)


def test_a_test_taken_at_two_schools_is_kept_twice_and_counted(office):
    office.deliver([row(BRIN="18AC", SCORE="213")], brin="18AC00")
    result = office.link()
    assert (result.counts.repeated_tests, result.counts.rows_written, result.counts.persons_written) == (1, 3, 1)


@pytest.mark.parametrize("content", [None, "", csv_of([row(GROEP="9")])])
def test_where_nothing_can_be_used_nothing_is_written(tmp_path, content):
    office = Office(tmp_path)
    if content is not None:
        (office.deliveries / "LVS_18AB00_2021.csv").write_text(content, encoding="cp1252")
    before = office.files()
    with pytest.raises(InputError, match=r"no deliveries|can be used"):
        office.link()
    assert office.files() == before
    assert not office.to.exists()


def test_where_nobody_can_be_linked_nothing_is_written_or_destroyed(office):
    office.register([person(BSN=BSNS[9], HUISNUMMER="9")])
    before = office.files()
    with pytest.raises(InputError, match="No pupil could be linked"):
        office.link(destroy_deliveries=True)
    assert office.files() == before


@pytest.mark.parametrize(
    "place", ["identified", "identified/deliveries", "identified/deliveries/deep", "output", "output/a"]
)
def test_a_key_with_the_data_is_refused(office, place):
    folder = office.folder / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key").write_bytes(KEY)
    with pytest.raises(InputError, match="never kept with the data"):
        office.link(key=folder / "key")
    if hasattr(os, "symlink") and os.name == "posix":
        (office.folder / "secret" / "link").symlink_to(folder)
        with pytest.raises(InputError, match="never kept with the data"):
            office.link(key=office.folder / "secret" / "link" / "key")
    # Near miss: a folder whose name only begins like that.
    beside = office.folder / "identified2"
    beside.mkdir()
    (beside / "key").write_bytes(KEY)
    office.link(key=beside / "key")
    # And a folder that holds the key's own folder beside those of the data.
    office.link(work=office.folder)


def test_a_key_beside_objections_or_intermediate_files_is_refused(office):
    listed, work, apart = (office.folder / name for name in ("listed", "work", "apart"))
    for folder in (listed, listed / "deep", work, work / WORK, work / "own", apart, office.folder / "schools"):
        folder.mkdir(parents=True)
        (folder / "key").write_bytes(KEY)
    office.objections = office.objections.rename(listed / "objections.csv")
    for key, options in (
        (listed / "key", {}),
        (listed / "deep" / "key", {}),
        (work / "key", {"work": work}),
        (work / WORK / "key", {"work": work}),
    ):
        with pytest.raises(InputError, match="never kept with the data"):
            office.link(key=key, **options)
        assert key.read_bytes() == KEY
    # Near misses: nothing that identifies comes there.
    (work / WORK / "key").unlink()
    office.link(key=work / "key", work=apart)
    office.link(key=work / "own" / "key", work=work)
    office.link(key=listed / "key", objections=None)


def test_a_key_beside_deliveries_is_refused_where_intermediate_files_come_there(office):
    schools = office.folder / "schools"
    schools.mkdir()
    office.deliveries = office.deliveries.rename(schools / "deliveries")
    (schools / "key").write_bytes(KEY)
    with pytest.raises(InputError, match="never kept with the data"):
        office.link(key=schools / "key")
    (office.folder / "elsewhere").mkdir()
    apart = {"work": office.folder / "elsewhere", "certificates": office.folder / "certificates"}
    assert office.link(key=schools / "key", **apart).counts.linked.pupils == 1


def test_output_is_kept_apart_from_objections_and_intermediate_files(office):
    listed = office.folder / "listed"
    listed.mkdir()
    office.objections = office.objections.rename(listed / "objections.csv")
    with pytest.raises(InputError, match="for output only"):
        office.link(to=listed)
    for work in (office.to, office.to / "work"):
        with pytest.raises(InputError, match="Intermediate files would lie"):
            office.link(work=work)
    office.link(to=listed / "output")


def test_a_girl_whose_school_writes_m_for_meisje_is_not_linked_to_her_brother(office):
    without = {"BSN": "", "ONDERWIJSNUMMER": ""}
    office.register([person(BSN=BSNS[0], GESLACHT="M"), person(BSN=BSNS[1]), person(BSN=BSNS[2], HUISNUMMER="9")])
    girl, classmate = row(GESLACHT="M", **without), row(BSN=BSNS[2], HUISNUMMER="9")
    office.deliver([girl, classmate | {"GESLACHT": "J"}])
    result = office.link()
    assert (result.counts.linked.pupils, result.counts.rows_written) == (1, 1)
    assert result.counts.findings["sex-codes"] == 1
    # Near miss: a school that writes V for girls.
    office.deliver([girl, classmate])
    assert office.link().counts.linked.pupils == 2


def test_output_and_certificates_are_kept_apart_from_what_identifies(office):
    for to in (office.deliveries, office.deliveries / "out", office.persons.parent, office.folder):
        with pytest.raises(InputError, match="for output only"):
            office.link(to=to)
    with pytest.raises(InputError, match="certificate would lie"):
        office.link(certificates=office.to / "certificates")


@pytest.mark.parametrize("missing", ["persons", "objections", "key", "deliveries"])
def test_what_is_not_there_is_said_and_nothing_is_left(office, missing):
    path = getattr(office, missing)
    path.rename(path.with_name("moved"))
    before = office.files()
    with pytest.raises(InputError, match=r"There is no|cannot be read"):
        office.link()
    assert office.files() == before


def test_a_population_file_that_is_wrong_is_refused_without_its_values(office):
    office.persons.write_bytes(b"PAR1 secret")
    with pytest.raises(InputError, match="cannot be read as parquet") as caught:
        office.link()
    assert "secret" not in str(caught.value)
    office.register([{"BSN": BSNS[0], "GESLACHT": "V"}])
    with pytest.raises(InputError, match="lacks the columns ONDERWIJSNUMMER, GEBOORTEDATUM, POSTCODE, HUISNUMMER"):
        office.link()
    office.register([person(BSN="")])
    with pytest.raises(InputError, match="Nobody in the population"):
        office.link()


def test_deliveries_that_change_meanwhile_stop_the_linkage(office):
    path = office.deliveries / "LVS_18AB00_2021.csv"

    def change(text: str) -> None:
        if text == "linking":
            with path.open("a", encoding="cp1252") as file:
                file.write("more\n")

    before = office.files()
    with pytest.raises(InputError, match=r"changed while they were linked: LVS_18AB00_2021\.csv"):
        office.link(progress=change, destroy_deliveries=True)
    assert office.files() == before


def test_an_error_anywhere_leaves_no_intermediate_file(office):
    def fail(text: str) -> None:
        if text.startswith("writing"):
            assert list((office.folder / "identified" / WORK).glob("*.parquet"))
            raise KeyboardInterrupt

    before = office.files()
    with pytest.raises(KeyboardInterrupt):
        office.link(progress=fail)
    assert office.files() == before


def test_intermediate_files_are_in_a_folder_that_only_its_owner_can_open(office):
    seen = {}

    def look(text: str) -> None:
        folder = office.folder / "elsewhere" / WORK
        seen[text] = stat.S_IMODE(folder.stat().st_mode)
        if text == "linking":
            assert [path.name for path in sorted(folder.glob("*.parquet"))] == [
                "pupils-00000.parquet",
                "rows-00000.parquet",
            ]

    (office.folder / "elsewhere").mkdir()
    result = office.link(progress=look, work=office.folder / "elsewhere")
    if os.name == "posix":
        assert set(seen.values()) == {0o700}
    assert {"reading the population file", "linking", "finishing"} <= set(seen)
    assert list((office.folder / "elsewhere").iterdir()) == []
    assert verify_certificate(result.certificate)


def test_a_second_linkage_at_the_same_time_is_refused_and_disturbs_nothing(office):
    refused = []

    def again(text: str) -> None:
        if text == "linking":
            with pytest.raises(InputError, match="Another linkage is working"):
                office.link()
            refused.append(text)

    office.link(progress=again)
    assert refused
    assert len(office.output()) == 2


def test_the_how_to_works_as_it_is_written(office, capsys):
    text = (Path(__file__).parents[2] / "docs/how-to/link-deliveries.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    with contextlib.chdir(office.folder):
        exec(compile(code, "<page>", "exec"), {})
    assert "identifiers left" in capsys.readouterr().out
    for name in DELIVERED:
        assert name in text
