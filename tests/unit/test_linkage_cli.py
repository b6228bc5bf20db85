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
