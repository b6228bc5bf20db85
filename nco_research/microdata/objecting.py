"""Remove the records of those who objected from a converted file, and their numbers from the records of others."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from nco_research.guard.identifiers import Identifier
from nco_research.guard.objections import KIND, NUMBER, Objections, rounded
from nco_research.microdata.cleaning import CleanColumn, Misfit, names_of
from nco_research.microdata.parts import parts, rewrite, source_of, write_sample
from nco_research.microdata.persons import PersonKey, kinds_alone, no_kind, no_number, person_keys
from nco_research.sql import connect, literal, quoted
from output_checks.errors import InputError

_OBJECTORS = "objectors.parquet"


class Removed(int):
    """A number of persons that counts as such, and prints as it may be told: rounded."""

    def __repr__(self) -> str:
        return rounded(int(self))

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(rounded(int(self)), spec)


def expect_persons(path: Path, no_persons: Iterable[Misfit], objections: Objections) -> None:
    """Do nothing, unless somebody objected and a file has persons who cannot be told from them.

    Raises
    ------
    InputError
        Names the columns, and how many of their values are no keys, rounded.
    """
    found = list(no_persons)
    if not found or not len(objections):
        return
    raise InputError(
        f"{path.name} has persons that cannot all be told, so that who objected could not be removed: "
        f"{'; '.join(item.why for item in found)}.",
        remedy="a file with whole keys, RINPERSOONS (R) and RINPERSOON (nine characters); or say in a codebook of your "
        f"own which values of {found[0].column!r} are missing",
    )


def without_persons(
    folder: Path, columns: Sequence[CleanColumn], refused: Sequence[Identifier], misfits: Sequence[Misfit]
) -> list[Misfit]:
    """Columns with persons that hold something else as well, or that are not kept."""
    gone = {item.column: f"{item.column!r} holds {item.what}" for item in refused}
    gone |= {item.column: item.why for item in misfits}
    names = names_of(columns) | {item.column: (item.column,) for item in refused}
    lost = [
        Misfit(column=name, why=f"{name!r} has no person numbers beside it", count=0) for name in kinds_alone(names)
    ]
    checks: dict[str, str] = {}
    for key in person_keys(names):
        if key.certain:
            checks |= {name: no_kind(name) if name == key.kind else no_number(name) for name in key.columns}
    kept = {item.name: item.in_file for item in columns}
    for name in list(checks):
        why = gone.get(kept.get(name, name))
        if why is not None:
            lost.append(Misfit(column=name, why=why, count=0))
            del checks[name]
    if not checks:
        return lost
    with connect(spill=folder) as connection:
        listed = ", ".join(f"count(*) FILTER ({check})" for check in checks.values())
        (row,) = connection.execute(f"SELECT {listed} FROM {source_of(parts(folder))}").fetchall()
    for (name, check), times in zip(checks.items(), row, strict=True):
        what = "one letter" if check == no_kind(name) else "person numbers of nine characters"
        if times:
            lost.append(Misfit(column=name, why=f"{name!r} must hold {what}; {rounded(times)} are not", count=times))
    return lost


def persons_refused(columns: Sequence[CleanColumn], found: Sequence[Identifier]) -> list[Misfit]:
    """Columns with persons that are not kept, because they hold direct identifiers."""
    gone = {item.column: item.what for item in found}
    return [
        Misfit(column=name, why=f"{name!r} holds {gone[name]}", count=0)
        for key in person_keys(names_of(columns))
        for name in key.columns
        if name in gone
    ]


def remove_objectors(folder: Path, columns: Iterable[CleanColumn], objections: Objections) -> int:
    """Rewrite the parts in `folder`. Returns how many distinct persons' own records were removed.

    A record goes where its own person (RINPERSOONS, RINPERSOON) objected. Where somebody else's record names them, as a
    parent or the head of a household, that number becomes missing.
    """
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    columns = list(columns)
    keys = person_keys(names_of(columns))
    if not keys or not len(objections):
        return 0
    listed = folder / _OBJECTORS
    parquet.write_table(objections.as_arrow(), listed)
    try:
        setup = f"CREATE TEMP TABLE objectors AS SELECT DISTINCT * FROM read_parquet({literal(listed)})"
        own = [key for key in keys if key.own]
        removed = _count(folder, own, setup) if own else 0
        hidden = {name: _named(key) for key in keys if not key.own for name in key.columns}
        select = [
            f"CASE WHEN {hidden[name]} THEN NULL ELSE {quoted(name)} END AS {quoted(name)}"
            if name in hidden
            else quoted(name)
            for name in (item.name for item in columns)
        ]
        rewrite(folder, select, where=f"NOT ({_any_named(own)})" if own else "", setup=setup)
        write_sample(folder)
    finally:
        listed.unlink()
    return removed


def _count(folder: Path, own: list[PersonKey], setup: str) -> int:
    person = f"({', '.join(quoted(name) for name in own[0].columns)})"
    with connect(spill=folder) as connection:
        connection.execute(setup)
        rows = connection.execute(
            f"SELECT count(DISTINCT {person}) FROM {source_of(parts(folder))} WHERE {_any_named(own)}"
        ).fetchall()
    return int(rows[0][0])


def _any_named(keys: Iterable[PersonKey]) -> str:
    return " OR ".join(f"({_named(key)})" for key in keys)


def _named(key: PersonKey) -> str:
    """Whether the person in these columns objected; false where there is none. Letters count in either case."""
    number = f"upper(CAST({quoted(key.number)} AS VARCHAR))"
    if not key.certain:
        number = f"lpad({number}, greatest(9, length({number}))::INTEGER, '0')"
    alone = f"coalesce({number} IN (SELECT upper({NUMBER}) FROM objectors), false)"
    if key.kind is None:
        return alone
    kind = f"upper({quoted(key.kind)})"
    both = f"coalesce({kind} || {number} IN (SELECT upper({KIND} || {NUMBER}) FROM objectors), false)"
    # Of a number without its kind nobody can say whose it is not.
    return f"CASE WHEN {no_kind(key.kind)} OR {quoted(key.kind)} IS NULL THEN {alone} ELSE {both} END"
