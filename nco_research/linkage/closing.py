"""The end of a linkage: intermediate files are destroyed, and what remains to be done is written down."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from nco_research.linkage.certificate import Certificate, now, relative_to
from nco_research.linkage.commit import Plan
from nco_research.linkage.counts import Counts
from nco_research.linkage.destruction import OVERWRITTEN, FileFacts, destroy
from nco_research.linkage.intake import Intake
from nco_research.linkage.layout import LVSNCO
from nco_research.linkage.writing import Written
from nco_research.microdata.files import sha256_of
from nco_research.sql import connect, literal


@dataclass(frozen=True, kw_only=True)
class Places:
    """The folders of a run."""

    deliveries: Path
    persons: Path
    objections: Path | None
    to: Path
    certificates: Path
    work: Path


def destroy_intermediates(scratch: Path) -> tuple[FileFacts, ...]:
    """Those that hold delivered data; what the database swapped out it removed itself when it closed."""
    facts = []
    with connect() as connection:
        for path in sorted(scratch.glob("*.parquet")):
            description = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()
            ((rows,),) = connection.execute(f"SELECT count(*) FROM read_parquet({literal(path)})").fetchall()
            facts.append(
                FileFacts(
                    name=path.name,
                    what="intermediate",
                    size=path.stat().st_size,
                    sha256=sha256_of(path),
                    rows=rows,
                    columns=tuple(str(column[0]) for column in description),
                    how=OVERWRITTEN,
                )
            )
    destroy(path for path in scratch.rglob("*") if path.is_file() and path.suffix in {".parquet", ".tmp"})
    return tuple(facts)


def plan_of(
    places: Places,
    intake: Intake,
    *,
    counts: Counts,
    written: tuple[Written, ...],
    destroyed: tuple[FileFacts, ...],
    destroy_deliveries: bool,
) -> Plan:
    """What is to be done once everything is prepared, and the certificate of it."""
    home = places.certificates
    used = intake.facts(refused=False)
    certificate = Certificate(
        made=now(),
        version=version("nco-research"),
        deliveries=relative_to(places.deliveries, home),
        output=relative_to(places.to, home),
        work=relative_to(places.work, home),
        destroyed=destroyed,
        remains=(*(() if destroy_deliveries else used), *intake.facts(refused=True), *_lookups(places)),
        written=tuple(_output(item) for item in written),
        counts=counts,
        key_apart=True,
    )
    return Plan(
        certificate=certificate,
        certificate_path=str(_new_name(home.resolve(), certificate.made)),
        moves={item.path.name: item.path.name for item in written},
        deliveries=str(places.deliveries.resolve()),
        to_destroy=used if destroy_deliveries else (),
    )


def _output(item: Written) -> FileFacts:
    return FileFacts(
        name=item.path.name,
        what="output",
        size=item.path.stat().st_size,
        sha256=sha256_of(item.path),
        rows=item.rows,
        columns=LVSNCO,
    )


def _lookups(places: Places) -> Iterator[FileFacts]:
    yield FileFacts(name=places.persons.name, what="population file", size=places.persons.stat().st_size)
    if places.objections is not None:
        yield FileFacts(name=places.objections.name, what="objections", size=places.objections.stat().st_size)


def _new_name(home: Path, time: str) -> Path:
    plain = "".join(character for character in time if character.isdigit())
    names = (home / f"linkage-{plain}{f'-{number}' if number > 1 else ''}.json" for number in itertools.count(1))
    return next(name for name in names if not name.exists())
