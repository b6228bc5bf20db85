"""Who objected is found however a file writes its keys; where that cannot be, the file is refused, not let through."""

import subprocess
import sys
import textwrap

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from nco_research import open_microdata
from nco_research.microdata.comparing import compare_file
from nco_research.study import Study
from output_checks.errors import InputError
from tests.microdata_factories import Country, number, people, service_numbers

OBJECTOR, OTHER = "012345678", "222222222"
HEAD = "RINPERSOONS;RINPERSOON;x\n"
UNTOLD = "has persons that cannot all be told, so that who objected could not be removed"


class Office:
    """A study with a list of objections, and one file of microdata."""

    def __init__(self, folder):
        self.folder, self.country = folder, Country(folder)
        self.lists(f"R;{OBJECTOR}\n")
        self.declares("")

    def lists(self, text):
        (self.folder / "objections.csv").write_text(f"RINPERSOONS;RINPERSOON\n{text}", encoding="utf-8")

    def declares(self, more):
        (self.folder / "study.toml").write_text(
            'name = "s"\npurpose = "test"\ndata = "data"\ncache = "cache"\nobjections = "objections.csv"\n'
            f'{more}\n[units]\npupil = ["RINPERSOONS", "RINPERSOON"]\n',
            encoding="utf-8",
        )

    def csv(self, text, *, component="CITOTAB", encoding="utf-8"):
        return self.country.csv(f"{component}/{component}2015V1.csv", text, encoding=encoding)

    def parquet(self, table):
        path = self.country.data / "CITOTAB" / "CITOTAB2015V1.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)

    def open(self, component="CITOTAB", **options):
        return open_microdata(component, years=[2015], study=self.folder, **options)

    def open_without(self, component="CITOTAB", **options):
        """As if nobody had objected."""
        file, away = self.folder / "study.toml", self.folder / "away.toml"
        file.rename(away)
        try:
            return self.country.open(component, years=[2015], **options)
        finally:
            away.rename(file)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (HEAD, "R;12345678;{}"),
        (HEAD, "R;12345678.0;{}"),
        (HEAD, "R;12345678,00;{}"),
        (HEAD, "R; 012345678 ;{}"),
        (HEAD, "R;'012345678;{}"),
        (HEAD, "R;\u200b012345678;{}"),
        (HEAD, "r;012345678;{}"),
        (HEAD, "'R';012345678;{}"),
        (HEAD, "in het bevolkingsregister;012345678;{}"),
        (HEAD, "In the population register;012345678;{}"),
        (HEAD, ";012345678;{}"),
        ("RINPERSOONS; RINPERSOON;x\n", "R;012345678;{}"),
        ("\ufeffRINPERSOONS;RINPERSOON;x\n", "R;012345678;{}"),
        ("RINPERSOONS;RIN_PERSOON;x\n", "R;012345678;{}"),
        ("rinpersoons;rin persoon;x\n", "R;012345678;{}"),
        ("soort;RIN;x\n", "R;012345678;{}"),
        ("LLRINPERSOONS;LLRINPERSOON;RINPERSOON;x\n", f"R;{OTHER};012345678;{{}}"),
    ],
)
def test_who_objected_is_found_however_the_key_is_written(office, head, line):
    other = line.replace("012345678", "022222222").replace("12345678", "22222222")
    office.csv(head + line.format("a") + "\n" + other.format("b") + "\n")
    assert office.open().frame["x"].tolist() == ["b"]
    office.lists("R;099999999\n")
    assert office.open().frame["x"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"R;0012345678;a\nR;{OTHER};b\n",
        HEAD + f"R;1.2345678E7;a\nR;{OTHER};b\n",
        HEAD + f"{OBJECTOR};R;a\n{OTHER};R;b\n",  # swapped
        "RINPERSOON;x\nR012345678;a\nR222222222;b\n",  # both in one column
        f"RINPERSOONS;leerling;x\nR;{OBJECTOR};a\n",  # under a name that nobody knows
        HEAD + f"1;{OBJECTOR};a\nR;{OTHER};b\n",  # a kind that is none
        f"RINPERSOONS;RINPERSOON;RINMOEDER;x\nR;{OTHER};R{OBJECTOR};a\n",
    ],
)
def test_keys_that_cannot_be_understood_are_refused_where_somebody_objected_and_told_where_nobody_did(office, text):
    office.csv(text)
    for options in ({}, {"columns": ["x"]}):
        with pytest.raises(InputError, match=UNTOLD) as caught:
            office.open(**options)
        assert OBJECTOR not in str(caught.value)
        assert "12345678" not in str(caught.value)
    assert not list(office.country.cache.rglob("*.parquet"))
    assert len(office.open_without().frame) == text.count("\n") - 1
    office.lists("")  # a list on which is nobody
    assert len(office.open().frame) == text.count("\n") - 1


def test_a_count_of_what_is_no_key_is_rounded_and_a_note_says_it_where_nobody_objected(office):
    office.csv(HEAD + "R;R12345678901;a\n" * 27 + f"R;{OTHER};b\n")
    with pytest.raises(InputError, match="'RINPERSOON' must hold person numbers of nine characters; about 30 are not"):
        office.open()
    data = office.open_without()
    assert [note for note in data.notes if "about 30 are not. They stay as they are" in note]
    assert set(data.frame["RINPERSOON"]) == {"R12345678901", OTHER}


def test_persons_who_are_not_known_are_missing_and_no_reason_to_refuse(office):
    empty = ["", "---------", "-", ".", "NA", "NULL", "nan"]
    office.csv(HEAD + "".join(f"{kind};{text};a\n" for text in empty for kind in ("", "-")) + f"R;{OBJECTOR};b\n")
    frame = office.open().frame
    assert len(frame) == 2 * len(empty)
    assert frame[["RINPERSOONS", "RINPERSOON"]].isna().all().all()


def test_a_value_that_a_team_calls_missing_is_no_key_and_no_reason_to_refuse(office):
    office.csv(HEAD + f"R;onbekend;a\nR;{OTHER};b\n")
    with pytest.raises(InputError, match="say in a codebook of your own which values of 'RINPERSOON' are missing"):
        office.open()
    (office.folder / "own.toml").write_text('[CITOTAB.RINPERSOON]\nmissing = ["onbekend"]\n', encoding="utf-8")
    office.declares('codebooks = ["own.toml"]')
    assert office.open().frame["RINPERSOON"].isna().tolist() == [True, False]


def test_a_person_number_that_a_codebook_calls_otherwise_is_one(office):
    (office.folder / "own.toml").write_text(
        "[PROJ]\nlabel = 'own'\nlabel_nl = 'eigen'\n[PROJ.LEERLING]\ntype = 'key'\nlabel = 'pupil'\n"
        "label_nl = 'leerling'\nformerly = ['RINPERSOON']\n",
        encoding="utf-8",
    )
    office.declares('codebooks = ["own.toml"]')
    office.csv(HEAD + f"R;12345678.0;a\nR;{OTHER};b\n", component="PROJ")
    frame = office.open("PROJ").frame
    assert (frame["LEERLING"].tolist(), frame["x"].tolist()) == ([OTHER], ["b"])


def test_a_kind_that_is_a_number_with_labels_is_the_letter_of_its_label(office):
    frame = people(2, x=["a", "b"]).assign(RINPERSOONS=[1.0, 2.0], RINPERSOON=[OBJECTOR] * 2)
    labels = {"RINPERSOONS": {1.0: "R", 2.0: "S"}}
    office.country.spss("CITOTAB/CITOTAB2015V1.sav", frame, variable_value_labels=labels)
    assert office.open().frame[["RINPERSOONS", "x"]].to_numpy().tolist() == [["S", "b"]]
    office.country.spss("CITOTAB/CITOTAB2015V1.sav", frame)
    with pytest.raises(InputError, match="'RINPERSOONS' must hold one letter; fewer than 10 are not"):
        office.open()


def test_names_of_columns_with_blanks_are_found_in_parquet_and_behind_a_mark_of_utf8_in_cp1252(office):
    office.parquet(pa.table({"RINPERSOONS": ["R", "R"], "RINPERSOON ": [OBJECTOR, OTHER], "x": ["a", "b"]}))
    assert office.open().frame["x"].tolist() == ["b"]
    (office.country.data / "CITOTAB" / "CITOTAB2015V1.parquet").unlink()
    text = f"RINPERSOON;x\n{OBJECTOR};café\n{OTHER};café\n"
    office.csv("ï»¿" + text, encoding="cp1252")
    assert office.open().frame["RINPERSOON"].tolist() == [OTHER]


@pytest.mark.parametrize(("size", "lost"), [("float32", True), ("float64", False), ("int64", False)])
def test_person_numbers_in_decimals_of_32_bits_have_lost_digits(office, size, lost):
    numbers = pa.array([123456789, 222222223], pa.int64()).cast(getattr(pa, size)(), safe=False)
    office.parquet(pa.table({"RINPERSOONS": ["R", "R"], "RINPERSOON": numbers, "x": ["a", "b"]}))
    office.lists("R;123456789\n")
    if not lost:
        assert office.open().frame["RINPERSOON"].tolist() == ["222222223"]
        return
    for options in ({}, {"columns": ["x"]}):
        with pytest.raises(InputError, match=f"{UNTOLD}: The key 'RINPERSOON' is stored as numbers that .* lost"):
            office.open(**options)
    with pytest.raises(InputError, match="lost digits"):
        office.open_without()
    small = pa.array([1.0, 2.0**24], getattr(pa, size)())
    office.parquet(pa.table({"RINPERSOONS": ["R", "R"], "RINPERSOON": small, "x": ["a", "b"]}))
    assert office.open().frame["RINPERSOON"].tolist() == ["000000001", "016777216"]


def test_person_numbers_in_short_decimals_of_stata_have_lost_digits(office):
    path = office.country.data / "CITOTAB" / "CITOTAB2015V1.dta"
    path.parent.mkdir(parents=True)
    frame = pd.DataFrame({"RINPERSOON": [123456789.0, 5.0], "x": ["a", "b"]})
    frame.astype({"RINPERSOON": "float32"}).to_stata(path, write_index=False)
    with pytest.raises(InputError, match="lost digits"):
        office.open_without()
    pyreadstat.write_dta(frame, str(path))
    assert office.open_without().frame["RINPERSOON"].tolist() == ["123456789", "000000005"]


def test_a_file_with_direct_identifiers_in_place_of_keys_is_refused_whole_where_somebody_objected(office):
    frame = people(60, x=["a"] * 60).assign(RINPERSOON=service_numbers(60))
    office.country.spss("CITOTAB/CITOTAB2015V1.sav", frame)
    with pytest.raises(InputError, match=f"{UNTOLD}: 'RINPERSOON' holds citizen service numbers"):
        office.open(columns=["x"])
    assert len(office.open_without(columns=["x"]).frame) == 60


def test_files_without_persons_and_keys_of_other_things_are_read_where_somebody_objected(office):
    office.csv("SOORTOBJECTNUMMER;RINOBJECTNUMMER;ringweg;x\nB;0000AB12;binnen;a\n")
    assert len(office.open().frame) == 1
    # A column whose name says no more than RIN loses the numbers of who objected, and nothing else.
    office.csv(f"RINPERSOONS;RINPERSOON;RINTANTE;x\nR;{OTHER};{OBJECTOR};a\nR;{OTHER};geen;b\n")
    assert office.open().frame["RINTANTE"].isna().tolist() == [True, False]


BRIDGE = "RINPERSOONS;RINPERSOON;RINPERSOONSVTV;RINPERSOONVTV\n"


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("VTVPERSOONTAB", "S;000000700;R;012345678"),
        ("VTVPERSOON", "S;700.0;R;12345678.0"),
        ("elders", "niet in het bevolkingsregister;000000700;in het bevolkingsregister;012345678"),
    ],
)
def test_a_bridge_is_found_and_understood_whatever_its_folder_and_keys_look_like(office, folder, line):
    office.lists("S;000000700\n")
    office.csv(HEAD + f"R;{OBJECTOR};a\nR;{OTHER};b\n")
    data = office.open()
    assert data.frame["x"].tolist() == ["a", "b"]
    assert [note for note in data.notes if note.startswith("No VTVPERSOONTAB in ")]
    office.country.csv(f"{folder}/VTVPERSOON2015TABV1.csv", f"{BRIDGE}{line}\n")
    data = office.open()
    assert data.frame["x"].tolist() == ["b"]
    assert data.notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{BRIDGE}7;000000700;R;012345678\n", "of 'RINPERSOON' and its kind, fewer than 10 are no keys"),
        (f"{BRIDGE}S;000000700;R;0012345678\n", "of 'RINPERSOONVTV' and its kind, fewer than 10 are no keys"),
        (f"{BRIDGE}S;000000700;R;012345678\nS;0007", "cannot be read as a csv file"),
    ],
)
def test_a_bridge_that_cannot_be_understood_is_refused_in_words(office, text, said):
    office.csv(HEAD + f"R;{OBJECTOR};a\n")
    office.country.csv("VTVPERSOONTAB/VTVPERSOON2015TABV1.csv", text)
    with pytest.raises(InputError, match=said) as caught:
        office.open()
    assert "12345678" not in str(caught.value)
    assert "NCO|" not in str(caught.value)


def test_a_packed_bridge_and_a_folder_that_is_not_there_are_refused(office):
    office.csv(HEAD + f"R;{OTHER};b\n")
    packed = office.country.csv("VTVPERSOONTAB/VTVPERSOON2015TABV1.zip", "x")
    with pytest.raises(InputError, match=r"VTVPERSOON2015TABV1\.zip links the numbers of persons, and it is packed"):
        office.open()
    packed.with_suffix(".csv").write_text(f"{BRIDGE}S;000000700;R;012345678\n", encoding="utf-8")
    assert len(office.open().frame) == 1
    office.country.data.rename(office.folder / "moved")
    with pytest.raises(InputError, match=r"There is no folder .*data, where the numbers"):
        office.open(folder=office.folder / "moved")


def test_what_was_opened_before_the_list_changed_says_so_and_shows_nobody(office):
    office.csv(HEAD + f"R;{OBJECTOR};a\nR;{OTHER};b\n")
    office.lists("R;000000001\n")
    before = office.open()
    office.lists(f"R;{OBJECTOR}\n")
    office.csv(HEAD + f"R;{OTHER};b\n", component="SECMBUS")
    assert len(office.open("SECMBUS").frame) == 1
    with pytest.raises(InputError, match="not in the cache any more: the list of objections changed"):
        _ = before.frame
    assert office.open().frame["x"].tolist() == ["b"]


def test_what_a_killed_conversion_left_goes_when_the_list_is_looked_at_next_and_what_is_at_work_stays(office):
    office.lists("R;300000001\n")
    path = office.csv(HEAD + "R;300000001;a\nR;300000002;b\n")
    code = """
        import os, sys
        from nco_research import open_microdata
        from nco_research.microdata import cache
        cache.remove_objectors = lambda *_: os.kill(os.getpid(), 9)
        open_microdata("CITOTAB", years=[2015], study=sys.argv[1])
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(office.folder)], check=False)
    (left,) = office.country.cache.rglob(".making-*")
    assert list(left.glob("part-*.parquet"))
    path.rename(path.with_name("CITOTAB2015V2.csv"))
    path.with_name("CITOTAB2015V2.csv").write_text(HEAD + "R;300000002;b\n", encoding="utf-8")
    holder = """
        import sys, time
        from pathlib import Path
        from nco_research.microdata.lock import alone
        with alone(Path(sys.argv[1])):
            print("held", flush=True)
            time.sleep(60)
        """
    lock = left.parent / f".{left.name.removeprefix('.making-').rpartition('-')[0]}.lock"
    command = [sys.executable, "-c", textwrap.dedent(holder), str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        office.open()
        assert left.exists()
        process.kill()
    office.open()
    assert not left.exists()


def test_a_notebook_shows_no_count_of_who_objected(office):
    office.csv(HEAD + f"R;{OBJECTOR};a\n" + "".join(f"R;{number(place)};b\n" for place in range(1, 57)))
    data = office.open()
    assert repr(data) == str(data) == "CITOTAB: about 60 records in CITOTAB/CITOTAB2015V1.csv (version 1)"
    assert data.objections == 1


def test_a_file_is_compared_with_its_codebook_without_who_objected_and_special_categories(office):
    rows = "".join(f"R;{number(place)};1;1\n" for place in range(1, 30))
    path = office.csv(
        "RINPERSOONS;RINPERSOON;GBAGESLACHT;GBAGENERATIE\n" + f"R;{OBJECTOR};300000000;7\n" * 20 + rows,
        component="GBAPERSOONTAB",
    )
    said = str(compare_file(path, component="GBAPERSOONTAB"))
    assert "hold something longer than any code" in said
    assert "300000000" not in said
    said = str(compare_file(path, component="GBAPERSOONTAB", study=Study.read(office.folder)))
    assert "longer than any code" not in said
    assert "GBAGESLACHT:" not in said
    assert "GBAGENERATIE" not in said.partition("in the file, not in the codebook")[2]
    assert not list(office.country.cache.rglob("*.parquet"))
