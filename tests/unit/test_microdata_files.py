"""A file that may be newer than the one taken is told; one whose year nobody can know is not read."""

import os
import subprocess
import sys
import textwrap

import pytest

from output_checks.errors import InputError
from tests.microdata_factories import Country, notes_of, people


@pytest.fixture
def country(tmp_path):
    return Country(tmp_path)


NEWER = [
    "CITOTAB2015V3 (1).csv",
    "CITOTAB2015V3_def.csv",
    "CITOTAB2015V3.1.csv",
    "CITOTAB2015V 3.csv",
    "CITOTAB2015V3.csv.gz",
    "CITOTAB2015V10_20160101.csv",
    "CITOTAB2015V3.xlsx",
    "CITOTAB2015.sav",
]


@pytest.mark.parametrize("name", NEWER)
def test_a_file_beside_that_may_be_newer_is_told(country, name):
    country.spss("CITOTAB/CITOTAB2015V2.sav", people(1))
    country.csv(f"CITOTAB/{name}", "x")
    data = country.open("CITOTAB", years=[2015])
    assert data.sources[0].version == 2
    (note,) = notes_of(data)
    assert note.startswith(f"CITOTAB2015V2.sav was taken; not {name}: ")


@pytest.mark.parametrize(
    "name",
    ["CITOTAB2015V1_selectie.sav", "CITOTAB2014V3 (1).csv", "CITOTAB2015V3.pdf", "CITOTAB2015V3.spv", "lees.txt"],
)
def test_what_is_older_of_another_year_or_no_data_is_not_told(country, name):
    country.spss("CITOTAB/CITOTAB2015V2.sav", people(1))
    country.csv(f"CITOTAB/{name}", "x")
    assert notes_of(country.open("CITOTAB", years=[2015])) == ()


@pytest.mark.parametrize("name", ["CITOTAB20142015V1.sav", "CITOTAB2014-2015V1.sav", "CITOTAB2014_2015V1.sav"])
def test_two_years_in_one_name_are_not_guessed_at(country, name):
    country.spss(f"CITOTAB/{name}", people(1))
    for year in (2014, 2015):
        with pytest.raises(InputError, match=rf"CITOTAB has no file for {year}; .* Not understood: {name}\."):
            country.open("CITOTAB", years=[year])
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(2))
    assert len(country.frame("CITOTAB", years=[2015])) == 2


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files, which only POSIX knows")
def test_a_full_disk_leaves_no_half_of_what_was_seen(country):
    country.spss("CITOTAB/CITOTAB2015V1.sav", people(5))
    code = """
        import resource, signal, sys
        from nco_research import open_microdata
        from output_checks.errors import InputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            open_microdata("CITOTAB", years=[2015], folder=sys.argv[1], cache=sys.argv[2])
        except InputError as error:
            print(error)
        """
    command = [sys.executable, "-c", textwrap.dedent(code), str(country.data), str(country.cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "nothing was kept" in done.stdout
    assert not list(country.cache.rglob(".writing-*"))
    assert len(country.frame("CITOTAB", years=[2015])) == 5
