"""`nco synthesize` as a newcomer uses it."""

import json
from pathlib import Path

import pytest

from nco_research.cli import main


def test_it_says_what_it_made_and_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["synthesize", "--pupils", "1_000", "--schools", "8", "--first-year", "2020", "--years", "2"]
    assert main([*arguments, "--seed", "3", "--to", str(tmp_path / "country")]) == 0
    said = capsys.readouterr().out
    assert "invented people" in said
    deliveries = len(list((tmp_path / "country" / "identified" / "deliveries").iterdir()))
    assert f"{deliveries:,} deliveries to be linked" in said
    following = next(line for line in said.splitlines() if line.startswith("Next: nco "))
    assert main(following.removeprefix("Next: nco ").split()) == 0
    assert (tmp_path / "country" / "microdata" / "Onderwijs" / "LVSNCO" / "LVSNCO2021V1.parquet").is_file()


def test_json_is_what_country_json_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "synthesize",
        "--pupils",
        "300",
        "--years",
        "1",
        "--deliveries",
        "0",
        "--to",
        str(tmp_path / "c"),
        "--json",
    ]
    assert main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "c" / "country.json").read_text(encoding="utf-8"))
    assert printed["arguments"]["schools"] == 1


def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", "--pupils", "5", "--to", str(tmp_path / "c")]) == 2
    assert "5 pupils are fewer than 10 per school" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()
