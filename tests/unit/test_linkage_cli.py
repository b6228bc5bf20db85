"""`nco link`, `nco validate`, `nco certificate`: what they print, and their exit codes."""

import argparse
import json
import os
from importlib import import_module

import pytest

from output_checks.errors import InputError, IntegrityError
from tests.linkage_factories import BSNS, Office, row

try:
    commands = import_module("nco_research.cli.link")
except ModuleNotFoundError:
    commands = import_module("nco_research.cli.link")


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(tmp_path)
    made.deliver([row(), row(DOMEIN="BL", GROEP="9")])
    return made


def nco(*words: object) -> int:
    parser = argparse.ArgumentParser()
    commands.add(parser.add_subparsers())
    arguments = parser.parse_args([str(word) for word in words])
    return int(arguments.run(arguments))


def link(office: Office, *more: object) -> int:
    given = ("--persons", office.persons, "--objections", office.objections, "--key", office.key, "--to", office.to)
    return nco("link", office.deliveries, *given, *more)


def test_link_prints_the_counts_and_where_everything_is(office, capsys):
    assert link(office) == 0
    said = capsys.readouterr().out
    assert "identifiers left" in said
    assert f"Written: {office.to / 'LVSNCO2021V1.parquet'}" in said
    assert "Certificate: " in said
    assert BSNS[0] not in said


def test_link_prints_json_that_has_the_totals(office, capsys):
    assert link(office, "--json", "--csv", "--destroy-deliveries") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["linked"], said["unlinked"]["pupils"]) == ({"pupils": 1, "rows": 1}, 0)
    assert said["counts"]["rows_refused"] == 1
    assert said["output"] == [str(office.to / "LVSNCO2021V1.csv")]
    assert not list(office.deliveries.iterdir())
    assert nco("certificate", said["certificate"], "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"intact": True, "deliveries_destroyed": 1, "deliveries_left": 0}


def test_link_asks_for_what_was_not_given_and_never_forgets_objections(office):
    with pytest.raises(InputError, match="Not given: deliveries, --persons, --key, --to, --objections"):
        nco("link")
    given = ("--persons", office.persons, "--key", office.key, "--to", office.to)
    with pytest.raises(InputError, match=r"Not given: --objections \(or --no-objections\)"):
        nco("link", office.deliveries, *given)
    assert nco("link", office.deliveries, *given, "--no-objections", "--school-year", 2021) == 0


def test_a_new_key_is_written_and_can_be_used(office, capsys):
    office.key.unlink()
    assert nco("link", "--new-key", office.key) == 0
    assert str(office.key) in capsys.readouterr().out
    assert office.key.read_bytes() not in capsys.readouterr().out.encode()
    assert link(office) == 0


@pytest.mark.parametrize(
    "place", ["identified/k", "identified/deliveries/k", "identified/deliveries/a/b/c/k", "output/k"]
)
def test_a_new_key_is_not_written_where_data_is(office, place):
    link(office)
    key = office.folder / place
    key.parent.mkdir(parents=True, exist_ok=True)
    with pytest.raises(InputError, match="A key is never kept with the data"):
        nco("link", "--new-key", key)
    assert not key.exists()


@pytest.mark.parametrize("place", ["secret/other", "beside/k", "identified/deliveries/a/b/c/d/k"])
def test_a_new_key_may_lie_beside_the_folders_with_data_or_four_below(office, place):
    key = office.folder / place
    key.parent.mkdir(parents=True, exist_ok=True)
    office.persons.unlink()
    assert nco("link", "--new-key", key) == 0
    assert key.exists()


def test_a_new_key_does_not_come_where_intermediate_files_would(office):
    office.persons.unlink()
    office.objections.unlink()
    with pytest.raises(InputError, match=r"The key would lie in .*identified, and there is data in .*deliveries"):
        nco("link", "--new-key", office.folder / "identified" / "k")


def test_refused_deliveries_are_named_with_the_reason_and_the_exit_code_is_1(office, capsys):
    (office.deliveries / "school.csv").write_text("BSN\n1\n", encoding="cp1252")
    office.deliver([row(BRIN="18AC")], brin="18AC00").write_bytes(b"PK\x03\x04")
    assert link(office) == 1
    said = capsys.readouterr().out
    (certificate,) = office.certificates.glob("*.txt")
    written = certificate.read_text(encoding="utf-8")
    for text in (said, written):
        (line,) = [line for line in text.splitlines() if "school.csv" in line]
        assert "The file name is not LVS_, BRIN with branch" in line
        (line,) = [line for line in text.splitlines() if "LVS_18AC00_2021.csv" in line]
        assert "The file is not csv text" in line
        assert "LVS_18AB00_2021.csv: " not in text
    assert "Not used, and remains: 2 files" in written
    assert nco("certificate", certificate.with_suffix(".json")) == 0
    capsys.readouterr()
    assert link(office, "--json") == 1
    assert json.loads(capsys.readouterr().out)["refused"] == {
        "LVS_18AC00_2021.csv": ["not-text"],
        "school.csv": ["file-name", "separator"],
    }


def test_nothing_is_said_of_refused_deliveries_where_there_are_none(office, capsys):
    assert link(office) == 0
    assert "Refused" not in capsys.readouterr().out
    (certificate,) = office.certificates.glob("*.txt")
    assert "Not used" not in certificate.read_text(encoding="utf-8")


def test_findings_are_said_in_words(office, capsys):
    office.deliver([row(), row(), row(TOETS="X9", DOMEIN="BL"), row(BSN="123456789", DOMEIN="SP")])
    link(office)
    said = capsys.readouterr().out
    (certificate,) = office.certificates.glob("*.txt")
    for text in (said, certificate.read_text(encoding="utf-8")):
        for words in (
            "1 rows refused  TOETS is none of M3, E3, M4, ..., E8.",
            "1 rows refused  The line is the same as an earlier one",
            "1 rows          BSN is not a citizen service number",
        ):
            assert words in text
        assert not {"test", "copy", "bsn"} & {line.split()[0] for line in text.splitlines() if line.strip()}


def test_linking_again_says_that_it_is_the_next_version(office, capsys):
    link(office)
    assert "version" not in capsys.readouterr().out
    link(office)
    said = capsys.readouterr().out
    assert f"{office.to / 'LVSNCO2021V2.parquet'}, version 2: there was a version 1, which stays as it is" in said
    assert (office.to / "LVSNCO2021V1.parquet").exists()


def test_a_folder_is_validated_whole_with_a_summary(office, tmp_path, capsys):
    office.deliver([row(BRIN="18AC")], brin="18AC00")
    office.deliver([row(BRIN="18AD", NIVEAU="X")], brin="18AD00")
    (office.deliveries / "school.csv").write_text("BSN\n1\n", encoding="cp1252")
    assert nco("validate", office.deliveries, "--language", "en", "--report", tmp_path / "pages") == 1
    said = capsys.readouterr().out
    assert said.startswith("4 deliveries: 1 cannot be used, 1 can but for rows with an error, 2 can whole\n")
    lines = {line.split()[0]: line for line in said.splitlines() if ".csv" in line}
    assert lines["LVS_18AB00_2021.csv"].endswith("2 rows  rows with an error are left out")
    assert lines["LVS_18AC00_2021.csv"].endswith("1 rows  nothing found")
    assert lines["LVS_18AD00_2021.csv"].endswith("1 rows  remarks")
    assert "cannot be used: The file name is not" in lines["school.csv"]
    assert "      1  GROEP is not a number from 1 to 8. (error)" in said
    assert "      1  NIVEAU is none of I, II, III, IV and V. It is left out.\n" in said
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == [
        "LVS_18AB00_2021.html", "LVS_18AC00_2021.html", "LVS_18AD00_2021.html", "school.html",
    ]  # fmt: skip
    assert nco("validate", office.deliveries) == 1
    assert "4 leveringen: 1 niet bruikbaar" in capsys.readouterr().out


def test_a_folder_without_errors_ends_well_and_one_without_files_is_said(office, tmp_path, capsys):
    office.deliver([row(NIVEAU="X")])
    assert nco("validate", office.deliveries, "--json") == 0
    assert json.loads(capsys.readouterr().out)["LVS_18AB00_2021.csv"]["refused"] is False
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="There are no deliveries in"):
        nco("validate", tmp_path / "empty")
    with pytest.raises(InputError, match="would be taken for deliveries"):
        nco("validate", office.deliveries, "--report", office.deliveries / "pages")


def test_two_deliveries_of_one_school_are_seen_where_a_folder_is_validated(office, capsys):
    office.deliver([row()])
    (office.deliveries / "again").mkdir()
    (office.deliveries / "again" / "LVS_18AB00_2021.csv").write_bytes(
        (office.deliveries / "LVS_18AB00_2021.csv").read_bytes()
    )
    assert nco("validate", office.deliveries, "--language", "en") == 1
    said = capsys.readouterr().out
    assert "There are two deliveries of this school and branch" in said
    assert [line.split()[0] for line in said.splitlines() if ".csv" in line] == [
        "LVS_18AB00_2021.csv",
        "again/LVS_18AB00_2021.csv",
    ]


def test_validate_prints_a_report_and_tells_errors_by_its_exit_code(office, capsys):
    path = office.deliver([row(GROEP="9")])
    assert nco("validate", path) == 1
    assert "GROEP is geen getal" in capsys.readouterr().out
    office.deliver([row(NIVEAU="X")])
    assert nco("validate", path, "--language", "en") == 0
    assert "NIVEAU is none of" in capsys.readouterr().out
    office.deliver([row()])
    assert nco("validate", path, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"refused": False, "rows": 1, "findings": []}
    with pytest.raises(InputError, match="There is no file"):
        nco("validate", office.deliveries / "LVS_18AB00_1999.csv")


def test_validate_writes_the_report_as_a_page_or_as_text(office, tmp_path):
    path = office.deliver([row(GROEP="9")])
    for name in ("report.html", "report.txt"):
        assert nco("validate", path, "--report", tmp_path / name, "--language", "en") == 1
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "report.txt").read_text(encoding="utf-8").startswith("Report on delivery")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        nco("validate", path, "--report", tmp_path / "file" / "report.txt")


def test_certificate_says_that_it_is_intact_or_what_is_wrong(office, capsys):
    link(office)
    (path,) = office.certificates.glob("*.json")
    assert nco("certificate", path) == 0
    assert "Intact. 0 deliveries were destroyed and are gone; 1 remain." in capsys.readouterr().out
    os.truncate(path, 10)
    with pytest.raises(IntegrityError) as caught:
        nco("certificate", path)
    assert caught.value.exit_code == 1
