"""From the deliveries of schools to pseudonymised LVSNCO files: all of it, or nothing.

Read, drop objectors first, validate, link, pseudonymise, write, destroy, certify. Intermediate files are in one private
folder beside the deliveries, where the identified data is already; they are gone when the run ends, and when it is
killed they are removed at the next start.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nco_research.linkage import apart, writing
from nco_research.linkage.closing import Places, destroy_intermediates, plan_of
from nco_research.linkage.commit import decide, finish
from nco_research.linkage.counts import Counts, findings_counted
from nco_research.linkage.failures import explained
from nco_research.linkage.intake import Intake, take_in
from nco_research.linkage.linking import Count, Links, link_pupils
from nco_research.linkage.private import STAGING, WORK, private_folder
from nco_research.linkage.pseudonyms import Pseudonymiser, read_key
from nco_research.linkage.validation import Checked, prepare
from nco_research.sql import connect, literal
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class LinkageResult:
    """What a linkage did and wrote."""

    counts: Counts
    output: tuple[Path, ...]
    """One file per school year."""
    certificate: Path
    deliveries: tuple[Checked, ...] = ()
    """What was found in each delivery, without objectors. For CBS only."""

    @property
    def refused(self) -> tuple[Checked, ...]:
        """The deliveries of which nothing was used."""
        return tuple(item for item in self.deliveries if item.refused)


def link_deliveries(
    deliveries: Path,
    *,
    persons: Path,
    objections: Path | None,
    key: Path,
    to: Path,
    school_years: Sequence[int] | None = None,
    file_format: str = "parquet",
    destroy_deliveries: bool = False,
    certificates: Path | None = None,
    work: Path | None = None,
    progress: Progress | None = None,
) -> LinkageResult:
    """Link all deliveries in a folder and write one LVSNCO file per school year, with a certificate.

    Parameters
    ----------
    deliveries
        Folder with the files of schools, `LVS_<BRIN><branch>_<school year>.csv`; folders below it count.
    persons
        Population file (parquet) with the columns of `layout.REGISTERED`.
    objections
        csv file with BSN and ONDERWIJSNUMMER of those who objected; None only where there is no such list.
    key
        File with the key of the pseudonyms, away from all data.
    to
        Folder of the output.
    school_years
        Years in which the school years to be linked start; by default all that were delivered.
    file_format
        `parquet` or `csv`.
    destroy_deliveries
        Overwrite and remove the deliveries that were used, after all else succeeded.
    certificates
        Folder of the certificate, by default `certificates` beside the deliveries: it names schools, so it does not
        belong with the output.
    work
        Folder in which the private folder of intermediate files is made, by default the one that holds `deliveries`.
    progress
        Called with a line of text now and then.

    Raises
    ------
    InputError
        A file cannot be used, the key lies with the data, nothing could be linked, a delivery changed meanwhile, the
        disk is full. Nothing was written then, and no intermediate file is left.
    """
    if file_format not in writing.FORMATS:
        raise InputError(f"There is no format {file_format!r}.", remedy=" or ".join(writing.FORMATS))
    apart.expect_folder(deliveries)
    places = Places(
        deliveries=deliveries,
        persons=persons,
        objections=objections,
        to=to,
        certificates=certificates or deliveries.resolve().parent / "certificates",
        work=work or deliveries.resolve().parent,
    )
    apart.expect_output_apart(
        to,
        deliveries=deliveries,
        persons=persons,
        objections=objections,
        certificates=places.certificates,
        work=places.work,
    )
    with_data = (deliveries, to, places.certificates, *(path.parent for path in (persons, objections) if path))
    apart.expect_key_apart(key, *with_data, work=places.work)
    pseudonymiser = read_key(key)
    tell = progress or _nothing
    with (
        explained(),
        _new_folder(to),
        private_folder(places.work / WORK) as scratch,
        private_folder(to / STAGING, rescue=_finish_earlier) as staging,
    ):
        intake, counts, written = _prepare(
            places, pseudonymiser, scratch, staging, years=school_years, file_format=file_format, tell=tell
        )
        tell("destroying intermediate files")
        plan = plan_of(
            places,
            intake,
            counts=counts,
            written=written,
            destroyed=destroy_intermediates(scratch),
            destroy_deliveries=destroy_deliveries,
        )
        intake.expect_unchanged()
        decide(staging, plan)
        tell("finishing")
        certificate = _finish(staging)
    return LinkageResult(
        counts=counts,
        output=tuple(to / item.path.name for item in written),
        certificate=certificate,
        deliveries=intake.checked,
    )


def _prepare(
    places: Places,
    key: Pseudonymiser,
    scratch: Path,
    staging: Path,
    *,
    years: Sequence[int] | None,
    file_format: str,
    tell: Progress,
) -> tuple[Intake, Counts, tuple[writing.Written, ...]]:
    """Everything up to files that wait in `staging`; identifying intermediates are in `scratch`."""
    spill = scratch / "spill"
    spill.mkdir()
    with connect(spill=spill) as connection:
        tell("reading the population file")
        prepare(connection, persons=places.persons, objections=places.objections)
        intake = take_in(connection, places.deliveries, scratch, school_years=years, tell=tell)
        for relation in ("pupils", "rows"):
            files = literal(scratch / f"{relation}-*.parquet")
            connection.execute(f"CREATE TEMP VIEW {relation} AS SELECT * FROM read_parquet({files})")
        tell("linking")
        links = link_pupils(connection)
        if not any(step.linked.pupils for step in links.steps):
            raise InputError(
                "No pupil could be linked to a person.",
                remedy="check that the population file is that of these years; `nco validate` says what a file has",
            )
        tell("making pseudonyms")
        writing.make_pseudonyms(connection, key)
        written = tuple(_write(connection, places.to, staging, intake, file_format=file_format, tell=tell))
        repeated = writing.repeated_tests(connection, (item.path for item in written))
    return intake, _counts(intake, links, written, repeated), written


def _write(
    connection: "duckdb.DuckDBPyConnection",
    to: Path,
    staging: Path,
    intake: Intake,
    *,
    file_format: str,
    tell: Progress,
) -> Iterator[writing.Written]:
    for year in intake.school_years:
        tell(f"writing school year {year}")
        name = writing.output_name(year, writing.next_version(to, year), file_format)
        made = writing.write_school_year(connection, staging / name, school_year=year)
        if made.rows:
            yield made


def _counts(intake: Intake, links: Links, written: tuple[writing.Written, ...], repeated: int) -> Counts:
    checked = intake.checked
    early = Count(
        pupils=sum(item.objected_pupils for item in checked), rows=sum(item.objected_rows for item in checked)
    )
    return Counts(
        deliveries=len(checked),
        deliveries_refused=sum(item.refused for item in checked),
        rows_delivered=sum(item.delivery.rows for item in checked),
        rows_refused=sum(item.refused_rows for item in checked),
        findings=findings_counted(checked),
        objections=early + links.objected,
        pupils=links.pupils,
        steps=links.steps,
        rows_written=sum(item.rows for item in written),
        persons_written=sum(item.persons for item in written),
        repeated_tests=repeated,
    )


@contextlib.contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """Make the folder where there is none; where nothing comes into it, it does not stay."""
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if new and not any(folder.iterdir()):
            folder.rmdir()


def _finish(staging: Path) -> Path:
    try:
        return finish(staging)
    except OSError as error:
        raise InputError(
            f"All is linked, but it could not be finished ({error.strerror}).",
            remedy="the same command again, when that is mended: it finishes this run first",
        ) from None


def _finish_earlier(staging: Path) -> None:
    """What an earlier run had decided on before it was stopped. Said, rather than done beside what was asked."""
    certificate = _finish(staging)
    raise InputError(
        f"An earlier linkage was stopped when all was linked. It has been finished now: see {certificate}.",
        remedy="the same command again, if there is more to link",
    )


def _nothing(_: str) -> None:
    """Tell nobody."""
