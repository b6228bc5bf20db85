"""Runs that are killed, and disks that are full: nothing half-written, nothing identifying left."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nco_research.cli import main
from nco_research.linkage.certificate import verify_certificate
from nco_research.linkage.private import STAGING, WORK
from output_checks.errors import InputError
from tests.linkage_factories import BSNS, EDUCATION_NUMBERS, Office, country, person, row

ROOT = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(tmp_path)
    made.deliver([row(), row(DOMEIN="BL", SCORE="")])
    return made


def command(office: Office) -> list[str]:
    """The words of the command that links everything."""
    given = {"persons": office.persons, "objections": office.objections, "key": office.key, "to": office.to}
    return [
        "link",
        str(office.deliveries),
        *(word for name, path in given.items() for word in (f"--{name}", str(path))),
    ]


def stopped(office: Office, *, at: str, destroy: bool = False, before: str = "") -> None:
    """Run a linkage in a process of its own that is killed when it says `at`, or kills itself in `before`."""
    code = f"""
        import os, signal, sys, time
        from pathlib import Path
        from nco_research.linkage import commit, destruction
        from nco_research.linkage.pipeline import link_deliveries

        def die(*_):
            print("there", flush=True)
            time.sleep(60)

        {before}
        folder = Path({str(office.folder)!r})
        link_deliveries(
            folder / "identified" / "deliveries", persons=folder / "identified" / "persons.parquet",
            objections=folder / "identified" / "objections.csv", key=folder / "secret" / "key",
            to=folder / "output", destroy_deliveries={destroy}, progress=lambda text: text == {at!r} and die(),
        )
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, cwd=ROOT, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.kill()


def test_a_run_that_is_killed_leaves_no_output_and_the_next_start_removes_its_intermediate_files(office):
    stopped(office, at="destroying intermediate files")
    names = office.files()
    assert any(f"identified/{WORK}/rows-" in name for name in names)
    assert not [name for name in names if name.startswith("output/LVSNCO")]
    office.register([person(BSN=BSNS[9], HUISNUMMER="9")])
    with pytest.raises(InputError, match="No pupil could be linked"):  # also where the next run gets nowhere
        office.link()
    assert not [name for name in office.files() if WORK in name or STAGING in name]
    office.register([person()])
    assert office.link().output[0].name == "LVSNCO2021V1.parquet"


KILLED_AT = {
    "while deliveries are taken in": "intake.Intake = die",
    "while pupils are linked": "linking._counted = die",
    "while the output is written": "writing.expect_no_identifiers = die",
    "while intermediate files are destroyed": "destruction._overwrite = die",
    "when intermediate files are gone and nothing is decided": "commit.write = die",
}


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
@pytest.mark.parametrize("when", KILLED_AT)
def test_the_same_command_completes_after_kill_9_and_nothing_identifying_stays_elsewhere(tmp_path, when):
    office, untouched = Office(tmp_path / "office"), Office(tmp_path / "untouched")
    for one in (office, untouched):
        country(one, np.random.default_rng(4))
    before, elsewhere = office.files(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = f"""
        import os, signal
        from nco_research.cli import main
        from nco_research.linkage import commit, destruction, intake, linking, writing

        def die(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)

        {KILLED_AT[when]}
        main({command(office)!r})
    """
    here = os.environ | {"TMPDIR": str(elsewhere), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=elsewhere, env=here, check=False)
    assert done.returncode == -signal.SIGKILL
    new = set(office.files()) - set(before)
    intermediate = {name for name in new if name.startswith(f"identified/{WORK}/")}
    assert any(".parquet" in name for name in intermediate) is ("gone" not in when)
    assert stat.S_IMODE((office.folder / "identified" / WORK).stat().st_mode) == 0o700
    assert all(name.startswith(f"output/{STAGING}/") for name in new - intermediate)
    numbers = {number.encode("ascii") for number in (*BSNS, *EDUCATION_NUMBERS)}
    for name in new - intermediate:
        content = (office.folder / name).read_bytes()
        if name.endswith(".parquet"):  # what is compressed must be read
            content += pd.read_parquet(office.folder / name).to_csv().encode("utf-8")
        assert not any(number in content for number in numbers)
    assert list(elsewhere.rglob("*")) == []

    assert main(command(office)) == 0
    assert main(command(untouched)) == 0
    made, usual = (one.files() for one in (office, untouched))
    assert [name for name in made if "certificates" not in name] == [
        name for name in usual if "certificates" not in name
    ]
    assert not [name for name in made if WORK in name or STAGING in name]
    name = "LVSNCO2021V1.parquet"
    assert (office.to / name).read_bytes() == (untouched.to / name).read_bytes()
    (certificate,) = office.certificates.glob("*.json")
    assert verify_certificate(certificate)


@pytest.mark.parametrize(
    ("before", "destroy"),
    [("commit.destroy = die", True), ("commit.as_text = die", False)],
)
def test_a_run_that_is_killed_once_all_is_decided_is_finished_at_the_next_start(office, before, destroy):
    stopped(office, at="never", destroy=destroy, before=before)
    assert not office.certificates.exists()
    with pytest.raises(InputError, match="It has been finished now"):
        office.link()
    (certificate,) = office.certificates.glob("*.json")
    verified = verify_certificate(certificate)
    assert (office.deliveries / "LVS_18AB00_2021.csv").exists() is not destroy
    assert verified.deliveries_left == int(not destroy)
    assert len(office.output()) == 2
    assert not [name for name in office.files() if WORK in name or STAGING in name]


def test_a_delivery_that_was_half_destroyed_is_destroyed_at_the_next_start(office):
    stopped(
        office,
        at="never",
        destroy=True,
        before="destruction._overwrite = lambda path: 'LVS' in path.name and die()",
    )
    assert "identified/deliveries/LVS_18AB00_2021.csv.being-destroyed" in office.files()
    with pytest.raises(InputError, match="It has been finished now"):
        office.link()
    assert not list(office.deliveries.iterdir())
    (certificate,) = office.certificates.glob("*.json")
    assert verify_certificate(certificate).deliveries_left == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file sizes")
def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path):
    office = Office(tmp_path)
    rows = [row(BSN=number, DOMEIN=domain) for number in BSNS for domain in ("RW", "BL", "SP")]
    rng = np.random.default_rng(1)
    office.deliver([one | {"SCORE": f"{rng.integers(0, 300)},{rng.integers(0, 9)}"} for one in rows])
    office.register([person(BSN=number) for number in BSNS])
    before = office.files()
    code = f"""
        import resource
        from pathlib import Path
        from nco_research.linkage.pipeline import link_deliveries
        import duckdb, pyarrow.csv, scipy.stats, pandas
        folder = Path({str(office.folder)!r})
        for limit in (1000, 6000, 30_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                link_deliveries(
                    folder / "identified" / "deliveries", persons=folder / "identified" / "persons.parquet",
                    objections=None, key=folder / "secret" / "key", to=folder / "output",
                )
            except Exception as error:
                print(type(error).__name__, error, len([path for path in folder.rglob("*") if path.is_file()]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, cwd=ROOT, encoding="utf-8", check=False
    )
    said = done.stdout.splitlines()
    assert len(said) == 2, done.stdout + done.stderr
    assert all(line.startswith("InputError The disk is full.") and line.endswith(f" {len(before)}") for line in said)
    assert "output/LVSNCO2021V1.parquet" in office.files()  # the last had enough
