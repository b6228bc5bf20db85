"""What was read is known afterwards: in the process, and in the record of a run."""

import hashlib
import json
import subprocess
import sys
from importlib.metadata import version
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nco_research import recording
from nco_research.microdata.files import Source
from nco_research.recording import RunBegun, read_record, record_source, sources
from nco_research.templating import run_template
from output_checks.errors import InputError

FILE = Source(path="Onderwijs/CITOTAB/CITOTAB2015V2.sav", year=2015, version=2, sha256="ab" * 32)
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
READS = """
from types import SimpleNamespace
from nco_research.recording import record_source, sources
file = SimpleNamespace(path="a/CITOTAB2015V2.sav", year=2015, version=2, sha256="ab")
for component in ("CITOTAB", "LVSNCO", "CITOTAB"):
    record_source(component, files=[file], codebook="c0de", objections="0b", objections_count="about 40", study="57")
print(len(sources()), "sources")
"""


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch):
    monkeypatch.setattr(recording, "_read", [])
    monkeypatch.delenv(recording.RECORD, raising=False)


@pytest.fixture
def notebook(tmp_path):
    def make(code, name="mine"):
        first = new_code_cell(
            'size: int = 3  # how many\noutput_folder: str = "."  # where', metadata={"tags": ["parameters"]}
        )
        made = new_notebook(cells=[first, new_code_cell(code)], metadata=METADATA)
        nbformat.write(made, tmp_path / f"{name}.ipynb")
        return tmp_path / f"{name}.ipynb"

    return make


def test_a_process_knows_what_it_read_each_source_once(tmp_path):
    for component in ("CITOTAB", "LVSNCO", "CITOTAB"):
        record_source(component, files=[FILE], codebook="c0de", notes=["x"])
    assert [item.component for item in sources()] == ["CITOTAB", "LVSNCO"]
    assert sources()[0].files[0].sha256 == FILE.sha256
    assert (sources()[0].codebook, sources()[0].notes, sources()[0].objections) == ("c0de", ("x",), "")
    record_source("CITOTAB", files=[FILE], codebook="another")
    assert len(sources()) == 3
    assert list(tmp_path.iterdir()) == []


def test_where_a_run_asks_for_it_each_source_is_a_line_of_its_record(tmp_path, monkeypatch):
    path = tmp_path / "é" / "sources.jsonl"
    path.parent.mkdir()
    monkeypatch.setenv(recording.RECORD, str(path))
    for component in ("CITOTAB", "LVSNCO é", "CITOTAB"):
        record_source(component, files=[FILE], columns=["a\nb"])
    assert path.read_bytes().count(b"\n") == 3
    found = read_record(path)
    assert [item["component"] for item in found] == ["CITOTAB", "LVSNCO é"]
    assert found[0]["files"] == [{"path": FILE.path, "year": 2015, "version": 2, "sha256": FILE.sha256}]
    assert found[0]["columns"] == ["a\nb"]


def test_a_run_that_read_nothing_has_an_empty_record(tmp_path):
    assert read_record(tmp_path / "none.jsonl") == []


def test_a_record_that_cannot_be_written_stops_the_reading(tmp_path, monkeypatch):
    monkeypatch.setenv(recording.RECORD, str(tmp_path / "none" / "sources.jsonl"))
    with pytest.raises(InputError, match="record of this run cannot be written"):
        record_source("CITOTAB", files=[FILE])


def test_processes_that_write_at_once_cut_no_line_in_two(tmp_path, monkeypatch):
    path = tmp_path / "sources.jsonl"
    monkeypatch.setenv(recording.RECORD, str(path))
    code = (
        "import sys; from nco_research.recording import record_source\n"
        "for i in range(200): record_source(sys.argv[1] + str(i), files=[], notes=[sys.argv[1] * 20_000])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, letter]) for letter in "abc"]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    found = read_record(path)
    assert {item["component"] for item in found} == {f"{letter}{i}" for letter in "abc" for i in range(200)}
    assert all(item["notes"] == [item["component"][0] * 20_000] for item in found)


def test_a_run_records_what_was_run_with_what_on_what(notebook, tmp_path):
    path = notebook(READS)
    folder = tmp_path / "out $HOME é"
    run = run_template(str(path), {"size": "007"}, folder=folder)
    assert run.record == folder / "run.json"
    record = json.loads(run.record.read_text(encoding="utf-8"))
    assert record["template"] == "mine"
    assert record["template_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record["parameters"] == {"size": "007"}  # as given
    assert record["study"] == "none"
    assert record["started"] <= record["ended"]
    assert record["toolkit"] == version("nco-research")
    assert record["python"] == sys.version.split()[0]
    assert record["packages"]["pandas"] == version("pandas")
    assert [item["component"] for item in record["sources"]] == ["CITOTAB", "LVSNCO"]
    assert record["sources"][0] == {
        "component": "CITOTAB",
        "files": [{"path": "a/CITOTAB2015V2.sav", "year": 2015, "version": 2, "sha256": "ab"}],
        "columns": [],
        "codebook": "c0de",
        "objections": "0b",
        "objections_count": "about 40",
        "study": "57",
        "notes": [],
    }
    assert {path.name for path in folder.iterdir()} == {"mine.ipynb", "mine.html", "run.json"}
    assert sources() == ()  # it was another process


def test_a_run_records_the_study_that_it_belongs_to(notebook, tmp_path, monkeypatch):
    study = tmp_path / "project" / "study.toml"
    study.parent.mkdir()
    text = 'name = "mine"\npurpose = "één"\ndata = "data"\nunits.pupil = "RINPERSOON"\n'
    study.write_text(text, encoding="utf-8", newline="\n")
    monkeypatch.chdir(study.parent)
    run = run_template(str(notebook("1")), {}, folder="out")
    record = json.loads(run.record.read_text(encoding="utf-8"))
    assert record["study"] == {
        "name": "mine",
        "file": str(study),
        "digest": hashlib.sha256(study.read_bytes()).hexdigest(),
        "content": text,
    }


def test_a_study_file_that_is_not_valid_stops_a_run_before_it_begins(notebook, tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text('name = "mine"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"study\.toml: `\w+` is absent"):
        run_template(str(notebook("open('begun', 'w')")), {}, folder="out")
    assert not (tmp_path / "begun").exists()
    assert not (tmp_path / "out").exists()


def test_a_run_that_stops_half_way_leaves_the_record_of_the_run_before(notebook, tmp_path):
    folder = tmp_path / "out"
    before = run_template(str(notebook(READS)), {}, folder=folder).record.read_bytes()
    with pytest.raises(InputError):
        run_template(str(notebook(READS + "\n1/0")), {"size": "4"}, folder=folder)
    assert (folder / "run.json").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["mine.html", "mine.ipynb", "run.json"]


def test_the_record_is_of_the_template_as_it_was_when_the_run_began(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(b"before")
    begun = RunBegun.of(path, parameters={"a": "1"}, study=None)
    path.write_bytes(b"after")
    assert begun.ended([])["template_sha256"] == hashlib.sha256(b"before").hexdigest()


def test_files_are_recorded_whatever_describes_them():
    record_source("x", files=[SimpleNamespace(path="p", year=1, version=2, sha256="s")])
    (file,) = sources()[0].files
    assert (file.path, file.year, file.version, file.sha256) == ("p", 1, 2, "s")
