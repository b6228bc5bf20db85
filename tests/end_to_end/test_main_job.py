"""The main job as a user would run it, where CBS remote access is: offline, with Windows text, in odd folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.end_to_end


def without_network():
    """A command prefix that cuts the network off, where the system allows it."""
    prefix = ["unshare", "--user", "--map-root-user", "--net"] if os.geteuid() else ["unshare", "--net"]
    works = (
        shutil.which("unshare") and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode == 0
    )
    return prefix if works else []


def run(*words, cwd, **environment):
    """Run this Python with the environment changed; returns exit code, and what was printed as bytes."""
    result = subprocess.run(
        [*without_network(), sys.executable, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The demo, run offline in the C locale with cp1252 output, into a folder with spaces and accents."""
    folder = tmp_path_factory.mktemp("dé mo") / "uitvoer café"
    code, printed, errors = run("-m", "demo", "--to", folder, cwd=ROOT, LC_ALL="C", PYTHONIOENCODING="cp1252")
    assert code == 0, errors.decode("cp1252")
    return folder, printed.decode("cp1252").replace("\r", "")


def test_the_demo_ends_by_saying_what_it_did(finished):
    _, printed = finished
    last = printed.strip().splitlines()[-1]
    assert last.startswith("demo: ")
    numbers = [int(word) for word in last.replace(",", "").split() if word.isdigit()]
    assert numbers[0] == numbers[1] + numbers[2]
    assert min(numbers) > 0
    assert last.endswith("release verified, tampering detected")
    assert "Refused by the checks: school_list" in printed
    assert "Refused by the checks: pupil_rows" in printed
    assert "Returned by an output checker" in printed


def test_the_demo_runs_where_text_is_ascii_unless_said_otherwise(tmp_path):
    """Stricter than cp1252: a file opened without saying its encoding fails on the first accent."""
    surroundings = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    code, printed, errors = run("-m", "demo", "--to", tmp_path / "out", cwd=ROOT, **surroundings)
    assert code == 0, errors
    assert printed.strip().endswith(b"tampering detected")


def test_no_key_and_no_small_count_is_in_what_left(finished):
    folder, _ = finished
    (released,) = (folder / "released").iterdir()
    pupils = (folder / "cohort.csv").read_text(encoding="utf-8").splitlines()[1:]
    keys = {part for line in pupils for part in line.split(",")[1:3]}
    assert len(keys) > 2000
    for path in released.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not keys & set(text.replace("\n", ",").split(","))
        header, *rows = [line.split(",") for line in text.splitlines()]
        counts = [row[header.index("n")] for row in rows]
        assert all(count == "x" or int(count) == 0 or int(count) >= 10 for count in counts)
    assert any("x" in path.read_text(encoding="utf-8").split(",") for path in released.glob("*.csv"))


def test_a_read_only_data_folder_is_read_and_left_alone(finished, tmp_path):
    folder, _ = finished
    microdata = shutil.copytree(folder / "microdata", tmp_path / "read only")
    shutil.copy(folder / "codebook.toml", tmp_path)
    declared = (folder / "study.toml").read_text(encoding="utf-8").replace('data = "microdata"', 'data = "read only"')
    (tmp_path / "study.toml").write_text(declared, encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in microdata.rglob("*")}
    for path in (microdata, *microdata.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = "import sys; from pathlib import Path; from demo.cohort import build_cohort; build_cohort(Path(sys.argv[1]))"
    status, _, errors = run("-c", code, microdata, cwd=tmp_path)
    assert status == 0, errors
    assert {path: path.stat().st_mtime_ns for path in microdata.rglob("*")} == before
    for path in (microdata, *microdata.rglob("*")):
        path.chmod(0o755)


def test_a_full_disk_while_submitting_is_one_line_and_leaves_nothing(finished, tmp_path):
    """A limit on the size of files fails as a full disk does, half-way through writing the submission."""
    folder, _ = finished
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
        "from output_checks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    status, _, errors = run(
        "-c", code, "submit", folder / "study" / "release", "--to", tmp_path / "inbox", cwd=tmp_path
    )
    assert status == 2
    assert len(errors.decode().strip().splitlines()) == 1
    assert "free some space" in errors.decode()
    assert not list((tmp_path / "inbox").iterdir())


def test_a_submit_that_is_killed_leaves_no_half_submission(finished, tmp_path):
    folder, _ = finished
    code = (
        "import os, signal, sys; from output_checks.store import files; fsync = os.fsync; count = [0]\n"
        "def dying(handle):\n"
        "    count[0] += 1\n"
        "    fsync(handle)\n"
        "    if count[0] == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.fsync = dying\n"
        "from output_checks.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = ("submit", folder / "study" / "release", "--to", tmp_path / "inbox")
    status, _, _ = run("-c", code, *words, cwd=tmp_path)
    assert status == -9
    assert [path for path in (tmp_path / "inbox").iterdir() if not path.name.startswith(".writing-")] == []
    status, printed, _ = run("-m", "output_checks", *words, cwd=tmp_path)
    assert status == 0
    assert b"growth-and-value-added-1" in printed


def test_the_demo_empties_only_its_own_folder(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, errors = run("-m", "demo", "--to", tmp_path, cwd=ROOT)
    assert code == 2
    assert b"did not make" in errors
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
