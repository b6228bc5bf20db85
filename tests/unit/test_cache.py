"""Each file is converted once, safely, and nobody who objected or is identified is ever kept."""

import os
import subprocess
import sys
import textwrap

import duckdb
import pandas as pd
import pyreadstat
import pytest

from nco_research import open_microdata
from nco_research.codebooks.comparing import DifferenceKind
from nco_research.microdata import conversion
from output_checks.errors import InputError
from tests.microdata_factories import notes_of

ROWS = "RINPERSOONS;RINPERSOON;CitoStandaardScore;soort\n"


def put(folder, name, text, *, encoding="cp1252"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding, newline="")
    return path


def cito(folder, text, name="CITOTAB2015V1.csv", **options):
    return put(folder / "data", f"Onderwijs/CITOTAB/{name}", ROWS + text, **options)


def opened(tmp_path, **options):
    return open_microdata("CITOTAB", years=[2015], folder=tmp_path / "data", cache=tmp_path / "cache", **options)


@pytest.fixture
def converting(monkeypatch):
    calls = []
    real = conversion.convert

    def counted(path, **options):
        calls.append(path.name)
        return real(path, **options)

    monkeypatch.setattr(conversion, "convert", counted)
    return calls


def test_a_file_is_converted_once_and_again_only_when_its_content_changes(tmp_path, converting):
    path = cito(tmp_path, "R;000000017;530;a\n")
    assert opened(tmp_path).frame["CitoStandaardScore"].tolist() == [530.0]
    opened(tmp_path)
    assert len(converting) == 1
    times = path.stat()
    path.write_text(ROWS + "R;000000017;540;a\n", encoding="cp1252")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # same size, same time: the content tells
    assert opened(tmp_path).frame["CitoStandaardScore"].tolist() == [540.0]
    os.utime(path)
    assert opened(tmp_path).frame["CitoStandaardScore"].tolist() == [540.0]
    assert len(converting) == 2


def test_the_cache_is_never_inside_the_data_and_is_private(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    with pytest.raises(InputError, match="inside the folder with data"):
        open_microdata("CITOTAB", years=[2015], folder=tmp_path / "data", cache=tmp_path / "data" / "x" / "cache")
    assert not (tmp_path / "data" / "x").exists()
    opened(tmp_path)
    if os.name == "posix":
        assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_two_processes_convert_the_same_file_without_harm(tmp_path):
    cito(tmp_path, "".join(f"R;{number:09d};530;a\n" for number in range(50_000)))
    code = textwrap.dedent(
        """
        import sys
        from nco_research import open_microdata
        data = open_microdata("CITOTAB", years=[2015], folder=sys.argv[1], cache=sys.argv[2])
        print(len(data.frame))
        """
    )
    command = [sys.executable, "-c", code, str(tmp_path / "data"), str(tmp_path / "cache")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in both] == ["50000"] * 3
    assert len(list((tmp_path / "cache" / "CITOTAB").glob("[!.]*"))) == 1
    assert not list((tmp_path / "cache" / "CITOTAB").glob(".making-*"))


def test_what_a_killed_conversion_left_behind_is_removed_and_done_anew(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    opened(tmp_path)
    (entry,) = (tmp_path / "cache" / "CITOTAB").glob("[!.]*")
    stale = entry.with_name(f".making-{entry.name}-killed")
    entry.rename(stale)
    (stale / "manifest.json").unlink()
    assert len(opened(tmp_path).frame) == 1
    assert not stale.exists()


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path, monkeypatch):
    cito(tmp_path, "R;000000017;530;a\n")

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "write_sample", full)
    with pytest.raises(InputError, match="No space left on device"):
        opened(tmp_path)
    assert not list((tmp_path / "cache" / "CITOTAB").glob("[!.]*"))
    monkeypatch.undo()
    assert len(opened(tmp_path).frame) == 1


STUDY = """
name = "s"
purpose = "test"
data = "data"
cache = "cache"
{more}
[units]
pupil = ["RINPERSOONS", "RINPERSOON"]
"""


def study(tmp_path, more=""):
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(more=more), encoding="utf-8")
    return path


def everything(cache):
    return b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())


def kept(cache):
    found = set()
    for path in cache.rglob("*.parquet"):
        for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall():
            found.update(row)
    return found


def test_who_objects_is_removed_from_what_was_cached_before_and_from_later_runs(tmp_path):
    cito(tmp_path, "R;000000017;530;a\nR;000000018;531;a\nS;000000017;532;a\n")
    opened(tmp_path)
    assert "000000018" in kept(tmp_path / "cache")
    put(tmp_path, "objections.csv", "RINPERSOONS;RINPERSOON\nR;18\n")
    declared = study(tmp_path, 'objections = "objections.csv"')
    data = open_microdata("CITOTAB", years=[2015], study=declared)
    assert data.frame["RINPERSOON"].tolist() == ["000000017", "000000017"]
    assert data.objections == 1
    assert "000000018" not in kept(tmp_path / "cache")
    assert b"000000018" not in everything(tmp_path / "cache")
    again = open_microdata("CITOTAB", years=[2015], study=declared)
    assert len(again.frame) == 2


def test_objections_reach_other_registers_that_were_cached_and_parents_named_in_them(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    opened(tmp_path)
    put(
        tmp_path / "data",
        "Bevolking/KINDOUDERTAB/KINDOUDER2015TABV1.csv",
        "RINPERSOONS;RINPERSOON;RINPERSOONSMa;RINPERSOONMa\nR;000000030;R;000000017\nR;000000031;R;000000099\n",
    )
    put(tmp_path, "objections.csv", "RINPERSOONS;RINPERSOON\nR;000000017\n")
    declared = study(tmp_path, 'objections = "objections.csv"')
    parents = open_microdata("KINDOUDERTAB", years=[2015], study=declared).frame
    assert parents["RINPERSOON"].tolist() == ["000000030", "000000031"]
    assert parents["RINPERSOONMa"].isna().tolist() == [True, False]
    assert "000000017" not in kept(tmp_path / "cache")


def test_a_person_who_objected_under_another_number_is_found_by_the_bridge(tmp_path):
    cito(tmp_path, "R;000000017;530;a\nR;000000018;531;a\nR;000000019;531;a\n")
    put(
        tmp_path / "data",
        "Bevolking/VTVPERSOONTAB/VTVPERSOON2015TABV1.csv",
        "RINPERSOONS;RINPERSOON;RINPERSOONSVTV;RINPERSOONVTV\nS;000000700;R;000000017\n",
    )
    put(
        tmp_path / "data",
        "Bevolking/VTVPERSOONTAB/VTVPERSOON2014TABV1.csv",  # read first, and the link to it is found later
        "RINPERSOONS;RINPERSOON;RINPERSOONSVTV;RINPERSOONVTV\nR;000000017;R;000000018\n",
    )
    put(tmp_path, "objections.csv", "RINPERSOONS;RINPERSOON\nS;000000700\n")
    data = open_microdata("CITOTAB", years=[2015], study=study(tmp_path, 'objections = "objections.csv"'))
    assert data.frame["RINPERSOON"].tolist() == ["000000019"]


def test_identifying_columns_are_not_kept_but_the_others_can_be_read(tmp_path):
    put(tmp_path / "data", "CITOTAB/CITOTAB2015V1.csv", "RINPERSOON;achternaam;punten\n000000017;Jansen;3\n")
    assert opened(tmp_path, columns=["RINPERSOON", "punten"]).frame["punten"].tolist() == [3]
    assert b"Jansen" not in everything(tmp_path / "cache")
    with pytest.raises(InputError, match="'achternaam' holds"):
        opened(tmp_path)


def test_special_categories_are_left_out_of_the_cache_until_their_basis_is_recorded(tmp_path):
    put(
        tmp_path / "data",
        "GBAPERSOONTAB/GBAPERSOON2015TABV1.csv",
        "RINPERSOON;GBAGESLACHT;GBAGENERATIE\n000000017;1;2\n",
    )
    plain = study(tmp_path)
    assert "GBAGENERATIE" not in open_microdata("GBAPERSOONTAB", years=[2015], study=plain).frame
    with pytest.raises(InputError, match=r"(?s)'GBAGENERATIE' of GBAPERSOONTAB is about ethnicity.*\[\[basis\]\]"):
        open_microdata("GBAPERSOONTAB", years=[2015], columns=["GBAGENERATIE"], study=plain)
    path = study(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8")
        + '[[basis]]\ncategory = "ethnicity"\nkind = "law"\nreference = "letter"\ndate = 2026-01-01\n',
        encoding="utf-8",
    )
    assert "GBAGENERATIE" in open_microdata("GBAPERSOONTAB", years=[2015], study=path).frame


def test_a_condition_reads_rows_by_label_and_an_error_in_it_shows_no_value(tmp_path):
    put(
        tmp_path / "data", "GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOON;GBAGESLACHT\n000000017;1\n000000018;2\n"
    )
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache", "years": [2015]}
    data = open_microdata("GBAPERSOONTAB", where="GBAGESLACHT = 'Vrouw'", **options)
    assert data.frame["RINPERSOON"].tolist() == ["000000018"]
    assert data.frame["GBAGESLACHT"].tolist() == ["Vrouw"]
    codes = open_microdata("GBAPERSOONTAB", codes=["GBAGESLACHT"], **options)
    assert codes.frame["GBAGESLACHT"].tolist() == ["1", "2"]
    with duckdb.connect() as connection:
        assert data.relation(connection).fetchall() == [(2015, "000000018", "Vrouw")]
        assert codes.relation(connection).fetchall() == [(2015, "000000017", "1"), (2015, "000000018", "2")]
    with pytest.raises(InputError, match=r"condition on GBAPERSOONTAB cannot be read.*columns: RINPERSOON"):
        open_microdata("GBAPERSOONTAB", where="GESLACHT = 'geheim'", **options)


def test_a_calendar_year_and_a_school_year_are_told_apart(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    frame = open_microdata("CITOTAB", school_years=[2014], **options).frame
    assert (frame["year"].tolist(), frame["school_year"].tolist()) == ([2015], [2014])
    with pytest.raises(InputError, match="Either years or school_years"):
        open_microdata("CITOTAB", **options)
    put(tmp_path / "data", "GBAPERSOONTAB/GBAPERSOON2015TABV1.csv", "RINPERSOON\n000000017\n")
    with pytest.raises(InputError, match="not about a school year"):
        open_microdata("GBAPERSOONTAB", school_years=[2014], **options)


def test_all_formats_give_the_same(tmp_path):
    frame = pd.DataFrame(
        {"RINPERSOON": ["000000017", "000000018"], "WPOLEERJAAR": [" 8", " 7"], "x": [1.5, None], "d": ["a", None]}
    )
    folder = tmp_path / "data" / "INSCHRWPOTAB"
    folder.mkdir(parents=True)
    pyreadstat.write_sav(frame, str(folder / "INSCHRWPOTAB2011V1.sav"))
    pyreadstat.write_dta(frame, str(folder / "INSCHRWPOTAB2012V1.dta"))
    frame.to_parquet(folder / "INSCHRWPOTAB2013V1.parquet")
    frame.to_csv(folder / "INSCHRWPOTAB2014V1.csv", sep=";", decimal=",", index=False, encoding="cp1252")
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    read = [open_microdata("INSCHRWPOTAB", years=[year], **options).frame for year in range(2011, 2015)]
    for other in read[1:]:
        pd.testing.assert_frame_equal(
            other.drop(columns=["year", "school_year"]), read[0].drop(columns=["year", "school_year"])
        )
    assert len(open_microdata("INSCHRWPOTAB", years=range(2011, 2015), **options).frame) == 8


def test_a_large_file_is_read_in_two_processes_in_the_same_order(tmp_path, monkeypatch):
    monkeypatch.setattr(conversion, "_ROWS_FOR_A_PROCESS", 10)
    folder = tmp_path / "data" / "INSCHRWPOTAB"
    folder.mkdir(parents=True)
    keys = [f"{number:09d}" for number in range(101)]
    frame = pd.DataFrame({"RINPERSOON": keys, "WPOLEERJAAR": [" 8"] * 101})
    pyreadstat.write_sav(frame, str(folder / "INSCHRWPOTAB2014V1.sav"))
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    assert open_microdata("INSCHRWPOTAB", years=[2014], **options).frame["RINPERSOON"].tolist() == keys


def test_scores_mean_something_only_where_the_test_was_the_cito_test(tmp_path):
    put(
        tmp_path / "data",
        "INSCHRWPOTAB/INSCHRWPOTAB2014V1.csv",
        "RINPERSOON;WPOCODEEINDTOETS;WPOUITSLAGEINDTOETS;WPOADVIESVO\n000000017;01;535;80\n000000018;04;201;60\n",
    )
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    frame = open_microdata("INSCHRWPOTAB", years=[2014], **options).frame
    assert frame["WPOUITSLAGEINDTOETS"].tolist()[0] == 535
    assert frame["WPOUITSLAGEINDTOETS"].isna().tolist() == [False, True]
    assert frame["WPOADVIESVO"].isna().tolist() == [True, False]


@pytest.mark.parametrize("code", ["88888888", "99999999", "00000000"])
def test_an_open_end_is_missing_and_a_wrong_date_is_counted(tmp_path, code):
    name = "GBAADRESOBJECTBUS/GBAADRESOBJECT2015BUSV1.csv"
    head = "RINPERSOON;GBADATUMAANVANGADRESHOUDING;GBADATUMEINDEADRESHOUDING\n000000017;20130101;"
    put(tmp_path / "data", name, head + f"{code}\n")
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    frame = open_microdata("GBAADRESOBJECTBUS", years=[2015], **options).frame
    assert frame["GBADATUMEINDEADRESHOUDING"].isna().all()
    assert frame["GBADATUMAANVANGADRESHOUDING"].dt.year.tolist() == [2013]
    put(tmp_path / "data", name, head + "20131345\n")
    with pytest.raises(InputError, match="dates written YYYYMMDD; fewer than 10 of its values") as caught:
        open_microdata("GBAADRESOBJECTBUS", years=[2015], **options)
    assert "20131345" not in str(caught.value)
    assert len(open_microdata("GBAADRESOBJECTBUS", years=[2015], columns=["RINPERSOON"], **options).frame) == 1


def test_bad_files_are_named_and_their_content_is_not_shown(tmp_path):
    cito(tmp_path, "R;000000017;530;geheim;te veel\n")
    with pytest.raises(InputError, match=r"CITOTAB2015V1\.csv cannot be read as a csv file") as caught:
        opened(tmp_path)
    assert "geheim" not in str(caught.value)
    cito(tmp_path, "R;000000017;530")
    with pytest.raises(InputError, match="it may be cut off"):
        opened(tmp_path)
    put(tmp_path / "data", "Onderwijs/CITOTAB/CITOTAB2015V1.csv", "a,b\n1,2\n")
    with pytest.raises(InputError, match="no ';' in its first line"):
        opened(tmp_path)
    put(tmp_path / "data", "Onderwijs/CITOTAB/CITOTAB2015V1.csv", "a;A\n1;2\n")
    with pytest.raises(InputError, match="columns with the same name"):
        opened(tmp_path)


def test_a_spss_file_cut_off_in_its_records_is_refused(tmp_path):
    folder = tmp_path / "data" / "CITOTAB"
    folder.mkdir(parents=True)
    path = folder / "CITOTAB2015V1.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": [float(number) for number in range(5000)]}), str(path))
    path.write_bytes(path.read_bytes()[:-8000])
    with pytest.raises(InputError, match="cannot be read as an SPSS file"):
        opened(tmp_path)


def test_utf8_is_recognised_and_noted(tmp_path):
    cito(tmp_path, "R;000000017;530;één\n", encoding="utf-8")
    data = opened(tmp_path)
    assert data.frame["soort"].tolist() == ["één"]
    assert any("UTF-8" in note for note in data.notes)
    cito(tmp_path, "R;000000017;530;één €\n")
    data = opened(tmp_path)
    assert data.frame["soort"].tolist() == ["één €"]
    assert not notes_of(data)


def test_a_column_that_changed_type_becomes_text_in_all_years(tmp_path):
    cito(tmp_path, "R;000000017;530;1\n")
    cito(tmp_path, "R;000000018;531;x\n", name="CITOTAB2016V1.csv")
    data = open_microdata("CITOTAB", years=[2015, 2016], folder=tmp_path / "data", cache=tmp_path / "cache")
    assert data.frame["soort"].tolist() == ["1", "x"]


def test_two_files_of_one_version_must_be_the_same(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    cito(tmp_path, "R;000000017;530;a\n", name="2015/CITOTAB2015V1.csv")
    assert len(opened(tmp_path).frame) == 1
    cito(tmp_path, "R;000000017;531;a\n", name="2015/CITOTAB2015V1.csv")
    with pytest.raises(InputError, match="version 1 of 2015 twice, with different content"):
        opened(tmp_path)


def test_a_renamed_variable_has_one_name_over_the_years(tmp_path):
    for year, name in ((2015, "OPLNIVSOI2016AGG4HBMETNIRWO"), (2020, "OPLNIVSOI2021AGG4HBmetNIRWO")):
        put(
            tmp_path / "data",
            f"HOOGSTEOPLTAB/HOOGSTEOPL{year}TABV1.csv",
            f"RINPERSOON;{name}\n000000017;1111\n",
        )
    options = {"folder": tmp_path / "data", "cache": tmp_path / "cache"}
    frame = open_microdata("HOOGSTEOPLTAB", years=[2015, 2020], **options).frame
    assert list(frame.columns) == ["year", "RINPERSOON", "OPLNIVSOI2021AGG4HBmetNIRWO"]
    assert frame["OPLNIVSOI2021AGG4HBmetNIRWO"].notna().all()


def test_what_a_file_has_that_the_codebook_lacks_is_said(tmp_path):
    cito(tmp_path, "R;000000017;530;a\n")
    found = opened(tmp_path).differences[2015]
    assert [item.column for item in found.of_kind(DifferenceKind.UNKNOWN_COLUMN)] == ["soort"]


def test_selecting_on_a_column_is_asking_for_it(tmp_path):
    put(
        tmp_path / "data",
        "GBAPERSOONTAB/GBAPERSOON2015TABV1.csv",
        "RINPERSOON;GBAGENERATIE;GBAGEBOORTEJAAR\n000000017;2;geheim\n",
    )
    options = {"study": study(tmp_path), "years": [2015], "columns": ["RINPERSOON"]}
    assert len(open_microdata("GBAPERSOONTAB", **options).frame) == 1
    with pytest.raises(InputError, match="'GBAGENERATIE' of GBAPERSOONTAB is about ethnicity"):
        open_microdata("GBAPERSOONTAB", where="gbageneratie = '2'", **options)
    with pytest.raises(InputError, match="'GBAGEBOORTEJAAR' must hold numbers"):
        open_microdata("GBAPERSOONTAB", where="GBAGEBOORTEJAAR IS NULL", **options)


def test_columns_that_identify_together_are_refused_in_a_condition_too(tmp_path):
    rows = "".join(f"{number:09d};{1000 + number}AB;{number}\n" for number in range(1, 60))
    put(tmp_path / "data", "CITOTAB/CITOTAB2015V1.csv", "RINPERSOON;postcode;huisnummer\n" + rows)
    assert len(opened(tmp_path, columns=["RINPERSOON", "postcode"]).frame) == 59
    with pytest.raises(InputError, match="'postcode' holds full postcodes"):
        opened(tmp_path, columns=["RINPERSOON", "postcode"], where="huisnummer = 12")


def test_a_misfit_is_refused_by_a_former_name_as_well(tmp_path):
    text = "RINPERSOON;PERSBRUT\n000000017;geheim\n"
    put(tmp_path / "data", "INPATAB/INPA2015TABV1.csv", text)
    options = {"years": [2015], "folder": tmp_path / "data", "cache": tmp_path / "cache"}
    for name in ("PERSBRUT", "INPPERSBRUT"):
        with pytest.raises(InputError, match="'INPPERSBRUT' must hold numbers"):
            open_microdata("INPATAB", columns=[name], **options)


def test_who_objected_goes_whatever_became_of_the_kind_of_the_number(tmp_path):
    cito(tmp_path, "r;000000017;530;a\n;000000017;530;a\nR;000000018;531;a\nS;000000017;531;a\n")
    put(tmp_path, "objections.csv", "RINPERSOONS;RINPERSOON\nR;000000017\n")
    data = open_microdata("CITOTAB", years=[2015], study=study(tmp_path, 'objections = "objections.csv"'))
    kept_rows = data.frame[["RINPERSOONS", "RINPERSOON"]].to_numpy().tolist()
    assert kept_rows == [["R", "000000018"], ["S", "000000017"]]


def test_the_bridge_is_found_where_only_one_register_is_read_and_must_be_understood(tmp_path):
    path = cito(tmp_path, "R;000000017;530;a\nR;000000018;531;a\n")
    bridge = "Bevolking/VTVPERSOONTAB/VTVPERSOON2015TABV1.csv"
    put(tmp_path / "data", bridge, "RINPERSOONS;RINPERSOON;RINPERSOONSVTV;RINPERSOONVTV\nS;000000700;R;000000017\n")
    put(tmp_path, "objections.csv", "RINPERSOONS;RINPERSOON\nS;000000700\n")
    options = {"years": [2015], "study": study(tmp_path, 'objections = "objections.csv"'), "folder": path.parent}
    assert open_microdata("CITOTAB", **options).frame["RINPERSOON"].tolist() == ["000000018"]
    put(tmp_path / "data", bridge, "RINPERSOONS;RINPERSOON;nieuw\nS;000000700;000000017\n")
    with pytest.raises(InputError, match="must have two person numbers, each with its kind; it has 1"):
        open_microdata("CITOTAB", **options)


def test_a_file_that_changes_between_its_digest_and_its_conversion_is_not_kept(tmp_path, monkeypatch):
    path = cito(tmp_path, "R;000000017;530;a\n")
    real = conversion.convert

    def changing(source, **options):
        path.write_text(ROWS + "R;000000017;540;a\n", encoding="cp1252")
        return real(source, **options)

    monkeypatch.setattr(conversion, "convert", changing)
    with pytest.raises(InputError, match="changed while it was read"):
        opened(tmp_path)
    monkeypatch.undo()
    assert opened(tmp_path).frame["CitoStandaardScore"].tolist() == [540.0]
