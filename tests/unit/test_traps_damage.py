"""Damaged, growing and wrongly written files are refused by kind, show nothing, and leave nothing half-written."""

import os
import struct
import subprocess
import sys
import textwrap

import numpy as np
import pyreadstat
import pytest

from output_checks.errors import InputError
from tests.microdata_factories import Country, notes_of, people, values

ROWS = 3_000


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


def whole(rows=ROWS):
    rng = np.random.default_rng(3)
    return people(rows, CitoStandaardScore=rng.integers(501, 551, rows).astype(float), soort=["geheim"] * rows)


def written(country, suffix):
    """A file of that format; SPSS files plain and compressed in both ways."""
    path = country.data / f"CITOTAB/CITOTAB2015V1.{suffix.rpartition(' ')[2]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == "dta":
        pyreadstat.write_dta(whole(), str(path))
    elif suffix == "parquet":
        whole().to_parquet(path)
    else:
        options = {"packed zsav": {"compress": True}, "packed sav": {"row_compress": True}}.get(suffix, {})
        pyreadstat.write_sav(whole(), str(path), **options)
    return path


@pytest.mark.parametrize("suffix", ["sav", "packed sav", "packed zsav", "dta", "parquet"])
def test_a_file_that_is_cut_off_anywhere_is_refused_and_whole_it_is_read(country, suffix):
    path = written(country, suffix)
    content = path.read_bytes()
    for share in (0.0, 0.001, 0.1, 0.5, 0.9, 0.99):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(InputError, match=r"CITOTAB2015V1\.\w+ cannot be read as") as caught:
            country.open("CITOTAB", years=[2015])
        assert "geheim" not in str(caught.value)
        assert country.half_written() == []
    path.write_bytes(content)
    assert len(country.frame("CITOTAB", years=[2015])) == ROWS


def test_a_spss_file_that_is_still_being_written_is_refused_between_two_records_too(country):
    path = country.spss("CITOTAB/CITOTAB2015V1.sav", whole())
    content = path.read_bytes()
    path.write_bytes(content[: -10 * record_of(content)])
    with pytest.raises(InputError, match=r"cannot be read as an SPSS file.*it may be cut off or still growing"):
        country.open("CITOTAB", years=[2015])
    assert country.half_written() == []
    path.write_bytes(content)
    assert notes_of(country.open("CITOTAB", years=[2015])) == ()
    assert len(country.frame("CITOTAB", years=[2015])) == ROWS


def test_a_spss_file_that_does_not_say_how_many_records_it_has_is_read_with_a_note(country):
    path = country.spss("CITOTAB/CITOTAB2015V1.sav", whole())
    content = path.read_bytes()
    path.write_bytes(content[:80] + struct.pack("<i", -1) + content[84 : -10 * record_of(content)])
    data = country.open("CITOTAB", years=[2015])
    assert len(data.frame) == ROWS - 10
    assert notes_of(data)[0].startswith("CITOTAB2015V1.sav does not say how many records it has")


def record_of(content):
    """How many bytes a record takes, where nothing is compressed."""
    return (len(content) - content.index(b"R       ")) // ROWS


def test_a_csv_that_is_still_being_written_is_refused_in_the_middle_of_a_line(country):
    head = "RINPERSOONS;RINPERSOON;CitoStandaardScore\n"
    country.csv("CITOTAB/CITOTAB2015V1.csv", f"{head}R;000000001;535\nR;0000")
    with pytest.raises(
        InputError, match=r"CITOTAB2015V1\.csv cannot be read as a csv file.*it may be cut off or still"
    ):
        country.open("CITOTAB", years=[2015])
    assert country.half_written() == []
    country.csv("CITOTAB/CITOTAB2015V1.csv", f"{head}R;000000001;535\nR;000000002;540")  # no end of line is no harm
    assert country.frame("CITOTAB", years=[2015])["CitoStandaardScore"].tolist() == [535, 540]


def test_a_file_that_was_replaced_meanwhile_is_read_anew(country):
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(1, CitoStandaardScore=[535.0]))
    first = country.open("CITOTAB", years=[2015])
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(2, CitoStandaardScore=[535.0, 540.0]))
    assert len(country.frame("CITOTAB", years=[2015])) == 2
    assert len(first.frame) == 1


def declares_utf8(country, at, *, rows=1_200, labels=None):
    """An SPSS file that says it is UTF-8, with the é of Windows in one record."""
    texts = ["Utrecht"] * rows
    texts[at] = "C~nt"
    path = country.spss("CITOTAB/CITOTAB2015V1.sav", people(rows, plaats=texts), variable_value_labels=labels)
    path.write_bytes(path.read_bytes().replace(b"~", "é".encode("cp1252")))


def test_spss_files_in_another_encoding_than_they_say_are_read_as_windows_wrote_them_with_a_note(country):
    declares_utf8(country, 3)
    data = country.open("CITOTAB", years=[2015])
    assert data.frame["plaats"].tolist()[3] == "Cént"
    assert notes_of(data) == ("CITOTAB2015V1.sav: its text was read as Windows wrote it (cp1252).",)
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(2, plaats=["Cént", "Utrecht"]))
    data = country.open("CITOTAB", years=[2015])
    assert (data.frame["plaats"].tolist(), notes_of(data)) == (["Cént", "Utrecht"], ())


def test_an_encoding_that_turns_out_wrong_late_in_a_file_is_refused_and_not_guessed(country):
    declares_utf8(country, 1_100)
    with pytest.raises(InputError, match="text that is not in the encoding that it says it has") as caught:
        country.open("CITOTAB", years=[2015])
    assert "C" + "nt" not in str(caught.value)
    assert country.half_written() == []


def test_a_csv_in_utf8_is_read_with_a_note_and_in_cp1252_without(country):
    text = "RINPERSOONS;RINPERSOON;plaats\nR;000000001;Één café\n"
    for encoding, noted in (("utf-8", True), ("utf-8-sig", True), ("cp1252", False)):
        country.csv("CITOTAB/CITOTAB2015V1.csv", text, encoding=encoding)
        data = country.open("CITOTAB", years=[2015])
        assert values(data.frame["plaats"]) == ["Één café"]
        assert bool(notes_of(data)) == noted


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files, which only POSIX knows")
def test_where_the_disk_is_full_nothing_is_kept_and_what_was_there_can_be_read(country):
    country.spss("CITOTAB/CITOTAB2014V1.sav", people(5))
    country.open("CITOTAB", years=[2014])
    before = sorted(path.name for path in country.half_written())
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(20_000, x=np.random.default_rng(4).random(20_000)))
    code = """
        import resource, sys
        from nco_research import open_microdata
        from output_checks.errors import InputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        for year in (2014, 2015):
            try:
                print(len(open_microdata("CITOTAB", years=[year], folder=sys.argv[1], cache=sys.argv[2]).frame))
            except InputError as error:
                print(error)
        """
    command = [sys.executable, "-c", textwrap.dedent(code), str(country.data), str(country.cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.strip().split("\n")
    assert first == "5"
    assert "cannot be written" in second
    assert "nothing was kept" in second
    assert sorted(path.name for path in country.half_written()) == before
    assert len(country.frame("CITOTAB", years=[2015])) == 20_000
