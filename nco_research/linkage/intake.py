"""Take in all deliveries of a folder: read, judge and keep what can be used, a part at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nco_research.linkage.delivery import Delivery, read_delivery, school_year_of
from nco_research.linkage.destruction import REFUSED, FileFacts
from nco_research.linkage.kinds import Finding, Kind
from nco_research.linkage.layout import DELIVERED
from nco_research.linkage.validation import Checked, check_batch, prepare
from nco_research.linkage.wording import said
from nco_research.sql import connect, literal
from output_checks.errors import InputError

if TYPE_CHECKING:
    import duckdb

_ROWS_AT_ONCE = 300_000
_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Intake:
    """All deliveries that were looked at. What can be used of them is in files `pupils-*` and `rows-*`."""

    folder: Path
    checked: tuple[Checked, ...]

    @property
    def school_years(self) -> list[int]:
        """Of the deliveries of which something can be used."""
        return sorted({item.delivery.school_year for item in self.checked if item.accepted_rows})

    def facts(self, *, refused: bool) -> tuple[FileFacts, ...]:
        """The deliveries that were refused whole, or the others."""
        return tuple(
            FileFacts(
                name=item.named(self.folder),
                what="delivery",
                size=item.delivery.size,
                sha256=item.delivery.sha256,
                rows=item.delivery.rows,
                columns=() if refused else DELIVERED,
                how=f"{REFUSED}: {item.why_refused}" if refused else "",
            )
            for item in self.checked
            if item.refused is refused
        )

    def expect_unchanged(self) -> None:
        """Raise InputError if a delivery that was used is not as it was read."""
        changed = [
            item.delivery.path.name for item in self.checked if not item.refused and not item.delivery.unchanged()
        ]
        if changed:
            listed = ", ".join(changed[:_NAMED]) + (", ..." if len(changed) > _NAMED else "")
            raise InputError(
                f"Deliveries changed while they were linked: {listed}.",
                remedy="the same command when nobody is delivering; nothing was written",
            )


def take_in(
    connection: "duckdb.DuckDBPyConnection",
    folder: Path,
    scratch: Path,
    *,
    school_years: Sequence[int] | None,
    tell: Callable[[str], None],
) -> Intake:
    """Judge every file in a folder and those below it, and write what can be used to parquet files in `scratch`.

    Raises
    ------
    InputError
        There is no file, or nothing of any can be used.
    """
    paths = _files(folder)
    checked: list[Checked] = []
    pupils = 0
    for number, batch in enumerate(_batches(paths, _doubles(paths), school_years)):
        made = check_batch(connection, batch, first_pupil=pupils)
        first_file = len(checked)
        checked += made
        for relation, columns in (
            ("pupils", f"* EXCLUDE (file), file + {first_file} AS delivery"),
            ("rows", "*"),
        ):
            target = literal(scratch / f"{relation}-{number:05d}.parquet")
            connection.execute(f"COPY (SELECT {columns} FROM accepted_{relation}) TO {target} (FORMAT parquet)")
        ((new,),) = connection.execute("SELECT count(*) FROM accepted_pupils").fetchall()
        pupils += new
        tell(f"read {len(checked):,} of {len(paths):,} deliveries")
    if not pupils:
        _refuse(folder, checked, school_years)
    return Intake(folder=folder, checked=tuple(checked))


def validate_folder(folder: Path) -> list[Checked]:
    """Read and judge every delivery in a folder and those below it, without objections and in the order of their paths.

    Raises
    ------
    InputError
        There is no file.
    """
    paths = _files(folder)
    if not paths:
        _refuse(folder, [], None)
    checked: list[Checked] = []
    with connect() as connection:
        prepare(connection, persons=None, objections=None)
        for batch in _batches(paths, _doubles(paths), None):
            checked += check_batch(connection, batch)
    return checked


def _files(folder: Path) -> list[Path]:
    """Every file but hidden ones; links are not followed, as what they lead to is not the school's file."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _doubles(paths: Sequence[Path]) -> set[Path]:
    """Files of the same school, branch and school year, wherever they are and whatever the case of their names."""
    seen: dict[str, list[Path]] = {}
    for path in paths:
        seen.setdefault(path.name.upper(), []).append(path)
    return {path for same in seen.values() if len(same) > 1 for path in same}


def _batches(paths: Sequence[Path], doubles: set[Path], school_years: Sequence[int] | None) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    rows = 0
    for path in paths:
        year = school_year_of(path)
        if school_years is not None and year and year not in school_years:
            continue
        delivery = read_delivery(path, also=[Finding(kind=Kind.DELIVERED_TWICE)] if path in doubles else [])
        batch.append(delivery)
        rows += delivery.rows
        if rows >= _ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _refuse(folder: Path, checked: Sequence[Checked], school_years: Sequence[int] | None) -> None:
    if not checked:
        years = f" of school years {', '.join(map(str, school_years))}" if school_years is not None else ""
        raise InputError(
            f"There are no deliveries{years} in {folder}.", remedy="files with names as LVS_12AB00_2021.csv"
        )
    found = {finding.kind for item in checked for finding in item.findings}
    words = [said(kind, "en").problem for kind in Kind if kind in found]
    raise InputError(
        f"Nothing of the {len(checked):,} deliveries in {folder} can be used. Found: {' '.join(words)}",
        remedy=f"nco validate {folder}, which says per file what is the matter",
    )
