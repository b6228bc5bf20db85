"""Remove the records of those who objected from a converted file, and their numbers from the records of others."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from nco_research.guard.objections import KIND, NUMBER, Objections
from nco_research.microdata import conversion
from nco_research.microdata.cleaning import CleanColumn
from nco_research.sql import connect, literal, quoted

_OBJECTORS = "objectors.parquet"


def person_keys(names: Iterable[str]) -> Iterator[tuple[str | None, str]]:
    """Each pair of columns that together hold a person: kind and number, `RINPERSOONSMa` and `RINPERSOONMa`.

    The kind is None where the file has the number only.
    """
    folded = {name.casefold(): name for name in names}
    kinds = {name for name in folded if name.startswith(KIND.casefold())}
    for name, spelt in folded.items():
        if not name.startswith(NUMBER.casefold()):
            continue
        kind = KIND.casefold() + name[len(NUMBER) :]
        is_a_kind = name in kinds and NUMBER.casefold() + name[len(KIND) :] in folded
        if not is_a_kind:
            yield folded.get(kind), spelt


def remove_objectors(folder: Path, columns: Iterable[CleanColumn], objections: Objections) -> int:
    """Rewrite the parts in `folder`. Returns how many distinct persons' own records were removed.

    A record goes where its own person (RINPERSOONS, RINPERSOON) objected. Where somebody else's record names them, as a
    parent or the head of a household, that number becomes missing.
    """
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore] # noqa: PLC0415

    names = [item.name for item in columns]
    keys = list(person_keys(names))
    if not keys or not len(objections):
        return 0
    listed = folder / _OBJECTORS
    parquet.write_table(objections.as_arrow(), listed)
    try:
        setup = f"CREATE TEMP TABLE objectors AS SELECT DISTINCT * FROM read_parquet({literal(listed)})"
        own = next((key for key in keys if key[1].casefold() == NUMBER.casefold()), None)
        removed = _count(folder, own, setup) if own is not None else 0
        hidden = {name: _named(key) for key in keys if key is not own for name in key if name is not None}
        select = [
            f"CASE WHEN {hidden[name]} THEN NULL ELSE {quoted(name)} END AS {quoted(name)}"
            if name in hidden
            else quoted(name)
            for name in names
        ]
        conversion.rewrite(folder, select, where=f"NOT ({_named(own)})" if own is not None else "", setup=setup)
        conversion.write_sample(folder)
    finally:
        listed.unlink()
    return removed


def _count(folder: Path, own: tuple[str | None, str], setup: str) -> int:
    paths = ", ".join(literal(part) for part in conversion.parts(folder))
    person = f"({', '.join(quoted(name) for name in own if name is not None)})"
    with connect(spill=folder) as connection:
        connection.execute(setup)
        rows = connection.execute(
            f"SELECT count(DISTINCT {person}) FROM read_parquet([{paths}]) WHERE {_named(own)}"
        ).fetchall()
    return int(rows[0][0])


def _named(key: tuple[str | None, str]) -> str:
    """Whether the person in these columns objected; false where there is none."""
    kind, number = key
    if kind is None:
        return f"coalesce({quoted(number)} IN (SELECT {NUMBER} FROM objectors), false)"
    both = f"coalesce(upper({quoted(kind)}) || {quoted(number)} IN (SELECT {KIND} || {NUMBER} FROM objectors), false)"
    # Of a number without its kind nobody can say whose it is not.
    return f"CASE WHEN {quoted(kind)} IS NULL THEN {_named((None, number))} ELSE {both} END"
