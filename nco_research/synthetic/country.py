"""Make a country: registers as researchers find them, deliveries as CBS gets them, and the truth behind both."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import msgspec

from nco_research.linkage.pseudonyms import Pseudonymiser
from nco_research.synthetic import deliveries, study, truth
from nco_research.synthetic.plan import Plan
from nco_research.synthetic.registers import (
    end_tests,
    living,
    population,
    primary,
    pupil_tests,
    secondary,
    special,
    wealth,
)
from nco_research.synthetic.registers.filed import Filed
from nco_research.synthetic.world import World, make_world
from nco_research.synthetic.writing import write_table
from output_checks.errors import InputError

MICRODATA, IDENTIFIED, SECRET = "microdata", "identified", "secret"
_REGISTERS = (primary, pupil_tests, end_tests, special, secondary, population, living, wealth)
_WRITERS = 2
"""Tables in memory at the same time."""


@dataclass(frozen=True, kw_only=True)
class Country:
    """What was made, and where. Written as `country.json`."""

    folder: Path
    plan: Plan
    children: int
    """All that there are: more than are in primary education in any one year."""
    pupils: dict[int, int]
    """In primary education on 1 October, per school year."""
    rows: dict[str, int] = field(default_factory=dict)
    """Of each file of microdata, by its path below the folder."""
    delivered: int = 0
    """Deliveries."""
    objections: int = 0
    bytes: int = 0
    """Size of everything together."""

    @property
    def described(self) -> dict[str, object]:
        """What `country.json` says: nothing of the folder or the moment."""
        counts = {name: getattr(self, name) for name in ("children", "pupils", "rows", "delivered", "objections")}
        return {"what": "Everybody in this country is invented.", "arguments": asdict(self.plan), **counts}


def synthesize(plan: Plan, *, to: Path, progress: Callable[[str], None] | None = None) -> Country:
    """Make a country in a new folder. The same plan gives the same files, byte for byte.

    Everybody in it is invented. The layout: `microdata` (pseudonyms only), `identified` (population, objections and
    deliveries, for linkage), `secret/key`, `truth` (what linkage and models should find), `study.toml` (so that
    `open_microdata` works from that folder), `schools.csv` (what is public of schools), `country.json`.

    Raises
    ------
    InputError
        The folder exists and is not empty, or cannot be written. Nothing is left behind then.
    """
    if to.exists() and any(to.iterdir()):
        raise InputError(f"{to} exists and is not empty.", remedy="--to with the name of a new folder")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name}-"))
    except OSError as error:
        raise InputError(f"{to} cannot be made ({error.strerror}).", remedy="a folder that you may write in") from error
    try:
        country = _written(plan, work, progress or (lambda _: None))
        if to.exists():
            to.rmdir()
        work.chmod(0o755)
        work.replace(to)
        return replace(country, folder=to)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def key_of(seed: int) -> bytes:
    """The key of a country's pseudonyms. No secret: the persons are invented, and the same seed must give the same."""
    return hashlib.sha256(f"invented country {seed}".encode("ascii")).digest()


def _written(plan: Plan, folder: Path, say: Callable[[str], None]) -> Country:
    key = key_of(plan.seed)
    world = make_world(plan, pseudonymiser=Pseudonymiser(key), progress=say)
    rows = _write_microdata(world, folder / MICRODATA, say)
    say("population and deliveries")
    objections = deliveries.write_population(world, folder / IDENTIFIED)
    delivered = sum(
        deliveries.write_deliveries(world, world.careers.in_year(year), folder / IDENTIFIED / "deliveries")
        for year in plan.delivered
    )
    (folder / SECRET).mkdir(mode=0o700)
    (folder / SECRET / "key").write_bytes(key)
    say("truth")
    truth.write_truth(world, folder / "truth")
    truth.write_public(world, folder / "schools.csv")
    study.write_study(world, folder)
    country = Country(
        folder=folder,
        plan=plan,
        children=len(world.children),
        pupils={item.year: len(item) for item in world.careers.since(plan.first_year)},
        rows=rows,
        delivered=delivered,
        objections=objections,
    )
    (folder / "country.json").write_bytes(msgspec.json.format(msgspec.json.encode(country.described), indent=2) + b"\n")
    return replace(country, bytes=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def _write_microdata(world: World, folder: Path, say: Callable[[str], None]) -> dict[str, int]:
    files = [file for register in _REGISTERS for file in register.filed(world)]

    def write(file: Filed) -> tuple[str, int]:
        say(file.path)
        table = file.make()
        write_table(folder / file.path, table)
        return file.path, len(table)

    with ThreadPoolExecutor(max_workers=_WRITERS) as pool:
        return dict(pool.map(write, files))
